"""A function that returns a Decision is pure, and so is every helper it reaches in its own service."""

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

IMPURE = (
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
    *("time", "random", "secrets", "uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7", "uuid_utils"),
    *("os", "io", "pathlib", "shutil", "tempfile", "socket", "subprocess", "threading", "asyncio", "logging"),
    *("structlog", "httpx", "urllib.request", "aio_pika", "asyncpg", "sqlalchemy", "faststream", "chassis.replica"),
    *("chassis.database.Transaction", "chassis.database.Database", "chassis.http.Tx", "chassis.access_log"),
    *(f"builtins.{name}" for name in ("open", "print", "input", "exec", "eval", "breakpoint", "__import__")),
)
"""Clock, chance and the outside world, by the name they are imported from; what begins with one is impure too."""

HANDLES = ("Tx", "Transaction", "Database", "AsyncConnection", "Request")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """What the rule needs to know of a module."""

    name: str
    imports: Mapping[str, str]
    functions: Mapping[str, Function]
    methods: Mapping[str, tuple[Function, ...]]


def breaches(sources: Mapping[str, str]) -> list[str]:
    """What is impure in the decisions of these modules (module name -> text), one sentence each."""
    known = {name: _module(name, ast.parse(text)) for name, text in sources.items()}
    found: list[str] = []
    for module in known.values():
        for function in (*module.functions.values(), *(m for group in module.methods.values() for m in group)):
            if _decides(function):
                found += [f"{module.name}.{function.name}: {wrong}" for wrong in _signature(function)]
                found += _follow(known, module, function)
    return list(dict.fromkeys(found))


def _module(name: str, tree: ast.Module) -> Module:
    imports: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                imports[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            imports |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    functions = {node.name: node for node in tree.body if isinstance(node, Function)}
    methods: dict[str, tuple[Function, ...]] = {}
    for holder in tree.body:
        for node in holder.body if isinstance(holder, ast.ClassDef) else ():
            if isinstance(node, Function):
                methods[node.name] = (*methods.get(node.name, ()), node)
    return Module(name, imports, functions, methods)


def _decides(function: Function) -> bool:
    returns = function.returns
    if isinstance(returns, ast.Constant) and isinstance(returns.value, str):
        returns = ast.parse(returns.value, mode="eval").body
    return returns is not None and any(
        (isinstance(node, ast.Name) and node.id == "Decision")
        or (isinstance(node, ast.Attribute) and node.attr == "Decision")
        for node in ast.walk(returns)
    )


def _signature(function: Function) -> Iterator[str]:
    if isinstance(function, ast.AsyncFunctionDef):
        yield "is async"
    for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs):
        if argument.annotation and {n.id for n in ast.walk(argument.annotation) if isinstance(n, ast.Name)} & {
            *HANDLES
        }:
            yield f"takes {argument.arg}, which can reach the outside"


def _follow(known: Mapping[str, Module], module: Module, decision: Function) -> list[str]:
    """What is wrong in a decision and in everything of its service that it reaches."""
    found: list[str] = []
    todo = [(module, decision)]
    seen: set[int] = set()
    while todo:
        here, function = todo.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        place = f"{module.name}.{decision.name}" + ("" if function is decision else f" through {function.name}")
        for node, whole in _runs(function):
            if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith | ast.Global):
                found.append(f"{place}: {type(node).__name__.lower()}")
            elif isinstance(node, ast.Name | ast.Attribute):
                dotted = _dotted(here, node)
                if whole and any(dotted == name or dotted.startswith(f"{name}.") for name in IMPURE):
                    found.append(f"{place}: {dotted}")
                todo += _reached(known, here, node, dotted)
    return found


def _runs(node: ast.AST, *, whole: bool = True) -> Iterator[tuple[ast.AST, bool]]:
    """Everything in a function that runs, defaults included, annotations not; `a` in `a.b` is not a whole name."""
    yield node, whole
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _runs(child, whole=not isinstance(node, ast.Attribute))


def _dotted(module: Module, node: ast.expr) -> str:
    """The name as it is imported: `now` of `from datetime import datetime; datetime.now`; empty when it is local."""
    steps: list[str] = []
    while isinstance(node, ast.Attribute):
        steps.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    base = module.imports.get(node.id) or (f"builtins.{node.id}" if node.id in vars(builtins) else "")
    return ".".join([base, *steps]) if base else ""


def _reached(
    known: Mapping[str, Module], module: Module, node: ast.Name | ast.Attribute, dotted: str
) -> Iterator[tuple[Module, Function]]:
    if isinstance(node, ast.Name) and node.id in module.functions:
        yield module, module.functions[node.id]
    owner, _, name = dotted.rpartition(".")
    if owner in known and name in known[owner].functions:
        yield known[owner], known[owner].functions[name]
    if isinstance(node, ast.Attribute):
        sources = {imported.rpartition(".")[0] for imported in module.imports.values()} | {*module.imports.values()}
        for near in (module, *(known[source] for source in sorted(sources) if source in known)):
            for method in near.methods.get(node.attr, ()):
                yield near, method
