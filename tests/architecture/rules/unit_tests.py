"""A unit test takes values and gives values: no fixture, no server, no network, no file. Nor does a property test,
which lets hypothesis choose the values, and takes the time that a search takes."""

import ast

from tests.architecture.rules.imports import foreign

SERVERS = (
    "aio_pika",
    "asyncpg",
    "httpx",
    "testcontainers",
    "psutil",
    "subprocess",
    "socket",
    "sqlalchemy",
    "faststream",
)
SUPPORT = ("tests.support.stafett", "tests.conftest", "cli.servers", "cli.up")


def searches(text: str) -> bool:
    """True when hypothesis chooses the values."""
    return _imports(ast.parse(text), "hypothesis")


def needs(text: str) -> list[str]:
    """What a file of unit tests needs beside values, one line each."""
    tree = ast.parse(text)
    found = [f"imports {name}" for name in SERVERS if name in foreign(text, ()) or _imports(tree, name)]
    found += [f"imports {name}" for name in SUPPORT if _imports(tree, name)]
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        decorators = [_name(decorator) for decorator in node.decorator_list]
        if any(name.endswith("fixture") for name in decorators):
            found.append(f"{node.name} is a fixture")
        if not node.name.startswith("test"):
            continue
        if isinstance(node, ast.AsyncFunctionDef):
            found.append(f"{node.name} is async")
        given = _given(node)
        asked = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        found += [f"{node.name} takes the fixture {name}" for name in asked if name not in given and name != "self"]
    return found


def _imports(tree: ast.Module, module: str) -> bool:
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        if any(name == module or name.startswith(f"{module}.") for name in names):
            return True
    return False


def _given(test: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The arguments that parametrize or hypothesis fills in."""
    given: set[str] = set()
    for decorator in test.decorator_list:
        name = _name(decorator)
        if not isinstance(decorator, ast.Call):
            continue
        if name.endswith("parametrize"):
            for part in ast.walk(decorator.args[0]):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    given |= {each.strip() for each in part.value.split(",")}
        elif name.endswith("given"):
            given |= {keyword.arg for keyword in decorator.keywords if keyword.arg}
            count = len(decorator.args)
            given |= {argument.arg for argument in test.args.args[-count:]} if count else set()
    return given


def _name(decorator: ast.expr) -> str:
    return ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
