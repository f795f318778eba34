"""The rules of the house that no linter knows."""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from app.api.http.problems import STATUS_OF
from app.domain.codes import PARTNERS
from app.domain.errors import HubError

ROOT = Path(__file__).parents[2]
MAX_FILE_LINES = 600
# One table, a row for each field or text: splitting it would only scatter it.
TABLES = {"app/domain/fields.py", "app/domain/details.py"}
MAX_BODY_LINES = 50
MAX_POSITIONAL_FIELDS = 3

SOURCES = [
    path
    for folder in ("app", "bench", "clients", "migrations", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
# The simulators and the schemas of a partner use the partner's own names.
PARTNER_FOLDERS = ("app/sandbox/", *(f"app/adapters/{name}/" for name in (*PARTNERS, "template")))
WRITTEN = {".json", ".mako", ".md", ".py", ".sh", ".toml", ".txt", ".yaml", ".yml"}
WRITTEN_WITHOUT_SUFFIX = {
    ".editorconfig",
    ".gitattributes",
    ".dockerignore",
    ".gitignore",
    "Dockerfile",
    "LICENSE",
    "justfile",
    "run",
}
FOLDERS = (".ci", "app", "bench", "clients", "docs", "migrations", "openapi", "tests")

# Places that exist on one machine only, and hosts that an installation elsewhere may not reach.
LOCAL_PLACES = re.compile(r"/(?:work/(?:main|shared)|root|home)\b/|\b(?:pypi\.org|pythonhosted\.org|npmjs\.org)\b")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    statements = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (function.end_lineno or 0) - statements[0].lineno + 1 if statements else 0


def public_classes(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def imported_packages(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def subclasses(family: type[HubError]) -> Iterator[type[HubError]]:
    for member in family.__subclasses__():
        yield member
        yield from subclasses(member)


def written_files() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.is_file())
    for folder in FOLDERS:
        yield from (path for path in (ROOT / folder).rglob("*") if path.is_file())


def test_files_are_not_too_long() -> None:
    lengths = {relative(path): len(path.read_text().splitlines()) for path in SOURCES}

    too_long = {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES}
    assert too_long.keys() <= TABLES, too_long


def test_functions_are_not_too_long() -> None:
    # A migration is one list of tables; splitting it would only scatter it.
    lengths = {
        f"{relative(path)}: {function.name}": body_lines(function)
        for path in SOURCES
        if "versions" not in path.parts
        for function in functions(path)
    }

    assert {name: lines for name, lines in lengths.items() if lines > MAX_BODY_LINES} == {}


def test_no_dataclass_takes_more_than_three_arguments_by_position() -> None:
    found = [
        f"{relative(path)}: {node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and len(positional_fields(node)) > MAX_POSITIONAL_FIELDS
    ]

    assert found == []


def positional_fields(definition: ast.ClassDef) -> list[ast.AnnAssign]:
    """Return the fields of a dataclass that can be given by position; of any other class none."""
    marks = [ast.unparse(each) for each in definition.decorator_list]
    if not any(mark.startswith("dataclass") and "kw_only=True" not in mark for mark in marks):
        return []
    fields = [each for each in definition.body if isinstance(each, ast.AnnAssign)]
    before = takewhile(lambda each: ast.unparse(each.annotation) != "KW_ONLY", fields)
    return [each for each in before if "init=False" not in ast.unparse(each)]


def test_only_the_database_package_commits() -> None:
    committing = {
        relative(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}
    }

    assert {path for path in committing if not path.startswith("app/database/")} == set()


def test_no_endpoint_composes_a_transaction() -> None:
    using = [
        f"{relative(path)}: {node.module} has {name.name}"
        for path in SOURCES
        if relative(path).startswith("app/api/")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if name.name == "Connection"
    ]
    assert using == []


def test_no_two_public_classes_share_a_name() -> None:
    places = defaultdict(list)
    for path in SOURCES:
        if relative(path).startswith("app/") and not relative(path).startswith(PARTNER_FOLDERS):
            for name in public_classes(path):
                places[name].append(relative(path))

    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_domain_imports_the_standard_library_only() -> None:
    foreign = {
        f"{relative(path)}: {name}"
        for path in (ROOT / "app" / "domain").rglob("*.py")
        for name in imported_packages(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith("app.domain.")
    }

    assert foreign == set()


def test_no_file_names_a_place_on_one_machine() -> None:
    local = {
        f"{relative(path)}: {found.group()}"
        for path in written_files()
        if (path.suffix in WRITTEN or path.name in WRITTEN_WITHOUT_SUFFIX)
        and (found := LOCAL_PLACES.search(path.read_text()))
    }

    assert local == set()


def test_every_hub_error_has_a_status() -> None:
    assert {error.__name__ for error in subclasses(HubError)} <= {error.__name__ for error in STATUS_OF}
