"""Which texts the hub says with which error: read from its own source, so that no list has to be kept."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.api.http import protocol_errors
from app.api.http.protocol_errors import ProblemKind
from app.domain import errors
from app.domain.details import Detail
from app.domain.errors import HubError

_APP = Path(__file__).parents[1]
_ALWAYS = {
    "api/auth/tokens.py": "unauthenticated",
    "database/failures.py": "unavailable",
    "domain/errors.py": "not-found",
    "domain/lifecycle.py": "transition-not-allowed",
    "events/http/handshake.py": "conflict",
}
"""Modules all of whose texts are said with one code, which is chosen elsewhere."""


def details_by_code() -> Mapping[str, list[Detail]]:
    """Return the texts of each code, in the order of the catalogue."""
    found = {(code, name) for path in sorted(_APP.rglob("*.py")) for code, name in _said_in(path)}
    by_code: dict[str, list[Detail]] = {}
    for detail in Detail:
        for code in sorted(code for code, name in found if name == detail.name):
            by_code.setdefault(code, []).append(detail)
    return by_code


def _said_in(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each text of a module with the code of the error that says it."""
    source = path.read_text(encoding="utf-8")
    if "Detail." not in source:
        return
    tree = ast.parse(source)
    code = _ALWAYS.get(path.relative_to(_APP).as_posix())
    if code:
        yield from ((code, name) for name in _names(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (called := _code_of(node)):
            yield from ((called, name) for argument in node.args for name in _names(argument))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Detail":
            yield node.attr


def _code_of(call: ast.Call) -> str | None:
    """Return the code of the error that a call makes; None when it makes none."""
    match call:
        case ast.Call(func=ast.Name(id="HttpError"), args=[ast.Name(id=name), *_]):
            # A variable is the kind of what Starlette refuses.
            kind = getattr(protocol_errors, name, protocol_errors.BAD_REQUEST)
            return kind.code if isinstance(kind, ProblemKind) else None
        case ast.Call(func=ast.Name(id=name)):
            made = getattr(errors, name, None)
            return made.code if isinstance(made, type) and issubclass(made, HubError) else None
    return None
