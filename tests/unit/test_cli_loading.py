"""A command of the CLI imports only what it needs."""

import subprocess
import sys

import pytest
import typer
from typer.core import TyperGroup

from app.cli.lazy import LazyCommand
from app.cli.main import COMMANDS, main

MODULES_AFTER = """
import sys
from app.cli.main import main

main(sys.argv[1:], standalone_mode=False)
print(*sys.modules, sep="\\n", file=sys.stderr)
"""
FOR_DEVELOPERS = {"app.sandbox", "bench", "hypothesis", "pytest", "tests"}
OF_THE_API = {"app.api.app", "fastapi", "uvicorn"}
OF_MIGRATIONS = {"alembic", "mako"}
OF_THE_HUB = {*OF_MIGRATIONS, "app.database", "app.settings", "lxml", "pydantic", "sqlalchemy"}


def modules_after(*words: str) -> set[str]:
    """Return the modules that a command line imports in a fresh process."""
    command = [sys.executable, "-c", MODULES_AFTER, *words]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stderr.split())


@pytest.mark.parametrize(
    ("words", "unneeded"),
    [
        (["--help"], FOR_DEVELOPERS | OF_THE_API | OF_THE_HUB),
        (["serve", "--help"], FOR_DEVELOPERS | OF_MIGRATIONS),
        (["worker", "--help"], FOR_DEVELOPERS | OF_THE_API | OF_MIGRATIONS),
        (["migrate", "--help"], FOR_DEVELOPERS | OF_THE_API),
        (["client", "--help"], FOR_DEVELOPERS | OF_THE_API | OF_MIGRATIONS),
        (["doctor", "--help"], FOR_DEVELOPERS | OF_THE_API | OF_MIGRATIONS),
        (["shell", "--help"], FOR_DEVELOPERS | OF_THE_API | OF_MIGRATIONS),
        (["partner", "--help"], FOR_DEVELOPERS | OF_MIGRATIONS),
        (["simulate", "--help"], {"app.api.app", "fastapi", "sqlalchemy"}),
    ],
)
def test_a_command_imports_only_what_it_needs(words: list[str], unneeded: set[str]) -> None:
    assert modules_after(*words) & unneeded == set()


def test_the_list_of_commands_has_the_help_text_of_each_command() -> None:
    listed = {each.name: each.help for each in COMMANDS}
    first_paragraphs = {each.name: str(each.load().help).split("\n\n")[0] for each in COMMANDS}

    assert listed == first_paragraphs


def test_every_command_is_loaded_when_it_runs() -> None:
    group = typer.main.get_command(main)

    assert isinstance(group, TyperGroup)
    assert {type(each) for each in group.commands.values()} == {LazyCommand}
