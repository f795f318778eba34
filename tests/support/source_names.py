"""Which modules, classes and functions the source defines, read without importing it."""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

_TEST = re.compile(r"^ *(?:async )?def (test_\w+)", re.MULTILINE)


def is_defined(dotted: str) -> bool:
    """Return whether ``package.module.name.member`` is a module, or a name in one."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        module = _module_file(parts[:length])
        if module is not None:
            return _holds(_tree(module).body, parts[length:])
    return False


def defines(dotted_module: str, name: str) -> bool:
    """Return whether a module, or one below a package, defines a function or method of this name."""
    path = ROOT.joinpath(*dotted_module.split("."))
    files = path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]
    return any(name in _functions(file) for file in files if file.exists())


def names_of_tests() -> set[str]:
    """Return the names of all test functions."""
    return {name for file in (ROOT / "tests").rglob("*.py") for name in _TEST.findall(file.read_text())}


def _module_file(parts: Sequence[str]) -> Path | None:
    path = ROOT.joinpath(*parts)
    candidates = (path / "__init__.py", path.with_suffix(".py"))
    return next((candidate for candidate in candidates if candidate.exists()), None)


def _holds(body: Sequence[ast.stmt], names: Sequence[str]) -> bool:
    if not names:
        return True
    for statement in body:
        if names[0] in set(_bound(statement)):
            return _holds(statement.body, names[1:]) if isinstance(statement, ast.ClassDef) else not names[1:]
    return False


def _bound(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case _:
            return


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


@cache
def _functions(file: Path) -> frozenset[str]:
    """Return the functions of a module and the methods of its classes; what is inside a function cannot be called."""
    body = _tree(file).body
    members = [member for each in body if isinstance(each, ast.ClassDef) for member in each.body]
    return frozenset(
        each.name for each in (*body, *members) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    )
