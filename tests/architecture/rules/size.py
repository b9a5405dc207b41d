"""Functions and files that a reader can hold in mind."""

import ast

LINES_OF_A_FUNCTION = 40
LINES_OF_A_FILE = 250


def too_long(path: str, text: str) -> dict[str, int]:
    """What is too long in a Python file: its path, or path::function -> lines."""
    lines = len(text.splitlines())
    found = {path: lines} if lines > LINES_OF_A_FILE else {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LINES_OF_A_FUNCTION:
                found[f"{path}::{node.name}"] = length
    return found
