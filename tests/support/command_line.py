"""The command line in the process of the test, and the store of an installation between its commands."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
from typer.testing import CliRunner

from app.cli.main import main
from app.cli.program import run as run_to_the_end
from app.cli.runtime import services_of, with_database
from app.database import Connection, Database
from app.operations.services import Services
from app.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


def run(environment: Mapping[str, str], *words: str) -> tuple[int, str]:
    """Run a command. Return its exit code and its output in one line."""
    result = CliRunner().invoke(main, list(words), env=environment)
    return result.exit_code, " ".join(result.output.split())


def run_json(environment: Mapping[str, str], *words: str, code: int = 0) -> Any:
    """Run a command that prints JSON. Return the JSON."""
    result = CliRunner().invoke(main, [*words, "--json"], env=environment)
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)


def write(url: str, work: Callable[[Connection], object]) -> None:
    """Do one thing in a store, as a hub would that is stopped by now."""

    async def written() -> None:
        db = Database.open(url)
        await db.write(work)
        await db.close()

    run_to_the_end(written())


def change(
    environment: Mapping[str, str],
    work: Callable[Concatenate[Connection, Services, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do one thing in the store of an installation with its services, as another process would. Return the result."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        settings = Settings()

    async def changed(db: Database, settings: Settings) -> T:
        return await db.write(work, await services_of(db, settings), *args, **kwargs)

    return run_to_the_end(with_database(settings, changed))
