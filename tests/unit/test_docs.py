"""What the documentation says about files, names, commands and settings is true. Each rule is one test."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperGroup

from app.api.http.problems import PROBLEM_CODES
from app.cli.lazy import LazyCommand
from app.cli.main import main
from app.settings import variables
from tests.support.documents import (
    PAGES,
    README,
    ROOT,
    code_blocks,
    commands,
    inline_code,
    leads_somewhere,
    links,
    relative,
    target,
)
from tests.support.samples import PROVOKING
from tests.support.source_names import defines, is_defined, names_of_tests

ARCHITECTURE = ROOT / "docs" / "architecture.md"

COMMANDS = (
    "python3 -m venv .venv && .venv/bin/pip install --quiet --constraint constraints.txt --editable . "
    "&& .venv/bin/trajecthub demo",
    "python3 -m venv .venv && .venv/bin/pip install --quiet --constraint constraints.txt --editable '.[dev]' "
    "&& .venv/bin/pytest -n 2",
)

PROGRAM = typer.main.get_command(main)

VARIABLE = re.compile(r"TRAJECTHUB_[A-Z_]+")
NAMED_FILE = re.compile(r"(?:\.ci|app|bench|clients|docs|migrations|openapi|tests)/[\w./-]*")
NAMED_MODULE = re.compile(r"app(?:\.\w+)+")
NAME_IN_FILE = re.compile(r"`(\w+)(?:\(\))?`\s+(?:in|of|from)\s+`(app/[\w/]+\.py)`")
FILE_AND_NAME = re.compile(r"`(app/[\w/]+\.py)`,\s+`(\w+)`")
NAMED_TEST = re.compile(r"test_\w+")
NAMED_ENDPOINT = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (?:/v1)?(/[a-z-]+[^\s?,…]*)")
PAGE_IN_SOURCE = re.compile(r"docs/[\w/-]+\.md")
IDENTIFIER = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+|_?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
OF_OTHERS = {
    "SimpleNamespace",
    "StandardWebhooks",
    "ignore_startup_parameters",
    "is_global",
    "max_prepared_statements",
    "query_wait_timeout",
}
WORD = re.compile(r"\w+")
DATA = {".json", ".toml", ".yaml", ".xsd"}
SOURCES = [
    path for folder in ("app", "bench", "clients", "migrations", "tests") for path in (ROOT / folder).rglob("*.py")
]
SPELLED_OUT = [
    ROOT / "pyproject.toml",
    *(path for path in (ROOT / "docs" / "deployment").iterdir() if path.suffix in {".cfg", ".conf"}),
    *SOURCES,
    *(path for path in (ROOT / "clients").rglob("*") if path.suffix in {".cs", ".java", ".php", ".sh", ".ts"}),
    *(path for folder in ("app", "openapi") for path in (ROOT / folder).rglob("*") if path.suffix in DATA),
]

PARTICIPANT = re.compile(r"^\s*participant (\w+) as (\S+)$", re.MULTILINE)
CALL = re.compile(r"^\s*\w+->>[+-]?(\w+): (?:await )?([\w.]+)\(", re.MULTILINE)


def test_the_readme_begins_with_the_two_commands() -> None:
    assert tuple(code.strip() for code in code_blocks(README)[:2]) == COMMANDS


def test_links_within_the_repository_lead_somewhere() -> None:
    broken = [f"{relative(page)}: {link}" for page in PAGES for link in links(page) if not leads_somewhere(page, link)]

    assert broken == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [README]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        waiting += {target(page, link) for link in links(page)}.intersection(PAGES) - reached

    assert sorted(relative(page) for page in set(PAGES) - reached) == []


def test_the_error_of_each_code_is_provoked_on_a_page() -> None:
    page = (ROOT / PROVOKING).read_text()
    assert [code for code in PROBLEM_CODES if not re.search(rf"# \d{{3}} {code}$", page, re.MULTILINE)] == []


def test_named_files_and_folders_exist() -> None:
    missing = [
        f"{relative(page)}: {word}"
        for page in PAGES
        for code in (*inline_code(page), *code_blocks(page, "sh"))
        for word in code.split()
        if NAMED_FILE.fullmatch(word) and not (ROOT / word).exists()
    ]

    assert missing == []


def test_pages_named_in_the_source_exist() -> None:
    missing = [
        f"{relative(path)}: {name}"
        for path in SOURCES
        for name in PAGE_IN_SOURCE.findall(path.read_text())
        if not (ROOT / name).exists()
    ]

    assert missing == []


def test_named_modules_and_functions_exist() -> None:
    missing = [
        f"{relative(page)}: {code}"
        for page in PAGES
        for code in inline_code(page)
        if NAMED_MODULE.fullmatch(code.removesuffix("()")) and not is_defined(code.removesuffix("()"))
    ]

    assert missing == []


def test_identifiers_occur_in_the_repository() -> None:
    known = {word for path in SPELLED_OUT for word in WORD.findall(path.read_text())} | OF_OTHERS
    unknown = [
        f"{relative(page)}: {code}"
        for page in PAGES
        for code in inline_code(page)
        if IDENTIFIER.fullmatch(code) and not VARIABLE.fullmatch(code) and code not in known
        # A changelog also names what is gone.
        if page.name != "CHANGELOG.md"
    ]

    assert unknown == []


def test_names_that_are_said_to_be_in_a_file_are_there() -> None:
    missing = [
        f"{relative(page)}: {name} in {file}"
        for page in PAGES
        for name, file in named_in_files(page)
        if (ROOT / file).exists() and not is_defined(f"{file.removesuffix('.py').replace('/', '.')}.{name}")
    ]

    assert missing == []


def named_in_files(page: Path) -> Iterator[tuple[str, str]]:
    """Yield pairs of a name and a file that the page writes as "`name` in `file`" or "`file`, `name`"."""
    text = page.read_text()
    yield from NAME_IN_FILE.findall(text)
    yield from ((name, file) for file, name in FILE_AND_NAME.findall(text))


def test_calls_in_sequence_diagrams_exist_in_the_module_that_is_called() -> None:
    missing = [
        f"{relative(page)}: {called} in {modules[receiver]}"
        for page in PAGES
        for diagram in code_blocks(page, "mermaid")
        for modules in [dict(PARTICIPANT.findall(diagram))]
        for receiver, called in CALL.findall(diagram)
        if modules[receiver].startswith("app.") and not defines(modules[receiver], called.split(".")[-1])
    ]

    assert missing == []


def test_every_module_is_in_the_table_of_packages() -> None:
    named = [ROOT / code for code in inline_code(ARCHITECTURE) if code.startswith("app/")]
    modules = [path for path in (ROOT / "app").rglob("*.py") if path.name != "__init__.py"]
    missing = [relative(each) for each in modules if not any(each.is_relative_to(path) for path in named)]

    assert missing == []


def test_modules_in_diagrams_exist() -> None:
    missing = [
        f"{relative(page)}: {module}"
        for page in PAGES
        for diagram in code_blocks(page, "mermaid")
        for _, module in PARTICIPANT.findall(diagram)
        if module.startswith("app.") and not is_defined(module)
    ]

    assert missing == []


def test_named_tests_exist() -> None:
    known = names_of_tests() | {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    missing = [
        f"{relative(page)}: {code}"
        for page in PAGES
        for code in inline_code(page)
        if NAMED_TEST.fullmatch(code) and code not in known
    ]

    assert missing == []


def test_named_settings_exist() -> None:
    known = set(variables()) | of_options()
    unknown = [
        f"{relative(page)}: {name}" for page in PAGES for name in set(VARIABLE.findall(page.read_text())) - known
    ]

    assert unknown == []


def of_options() -> set[str]:
    """Return the variables that stand for an option of a command."""
    assert isinstance(PROGRAM, TyperGroup)
    loaded = [each.load() for each in PROGRAM.commands.values() if isinstance(each, LazyCommand)]
    return {parameter.envvar for each in loaded for parameter in each.params if isinstance(parameter.envvar, str)}


def test_named_endpoints_exist() -> None:
    unknown = [
        f"{relative(page)}: {method} {path}"
        for page in PAGES
        for code in inline_code(page)
        for method, path in NAMED_ENDPOINT.findall(code)
        if code.startswith(f"{method} /v1") and (method, without_names(path)) not in endpoints()
    ]

    assert unknown == []


def endpoints() -> set[tuple[str, str]]:
    paths = json.loads((ROOT / "openapi" / "hub.v1.json").read_text())["paths"]
    return {(method.upper(), without_names(path)) for path, operations in paths.items() for method in operations}


def without_names(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def test_named_commands_and_their_options_exist() -> None:
    unknown = [
        f"{relative(page)}: trajecthub {' '.join(words)}: {problem}"
        for page in PAGES
        for words in commands(page, "trajecthub")
        for problem in problems(words)
    ]

    assert unknown == []


def problems(words: list[str]) -> Iterator[str]:
    """Yield the subcommands and options of a command line that do not exist."""
    command = PROGRAM
    for word in words:
        if word == "--help":
            return
        if isinstance(command, TyperGroup):
            if word not in command.commands:
                yield word
                return
            command = command.commands[word]
            command = command.load() if isinstance(command, LazyCommand) else command
        elif word.startswith("--"):
            known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
            if word.split("=")[0] not in known:
                yield word
