"""``trajecthub shell``: a Python prompt on an installation, to look into it and to repair what no command repairs."""

import asyncio
import code
import importlib
import sys
from collections.abc import Callable, Coroutine
from types import ModuleType
from typing import Any, Concatenate, ParamSpec, TypeVar

import typer
import uvloop

from app.cli.program import friendly_errors
from app.cli.runtime import read_settings, services_of
from app.database import Connection, Database
from app.operations.master_key import require_master_key
from app.operations.schema import open_database, require_newest_schema
from app.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

commands = typer.Typer()

_BANNER = """\
trajecthub shell, {mode} mode, {dialect}
  settings, services, db   this installation
  read(query, *args)       run query(connection, *args) and return its result
  write(work, *args)       run work(connection, *args) in one transaction and return its result
  run(coroutine)           await anything else
Example: from app.operations.partners.state import partner_states; read(partner_states, services.clock.now())
What you read here is not logged anywhere yet: personal data are yours to protect. Leave with Ctrl-D."""


@commands.command()
def shell() -> None:
    """Open a Python prompt with the settings, services and database."""
    if not sys.stdin.isatty():
        raise typer.BadParameter("the prompt needs a terminal; use the other commands or the API in programs")
    settings = read_settings()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        with friendly_errors():
            db = open_database(settings.database_url, settings.connections)
        try:
            with friendly_errors():
                runner.run(_require_usable(db, settings))
            names = {
                "settings": settings,
                "services": runner.run(services_of(db, settings)),
                "db": db,
                **_helpers(db, runner),
            }
            _interact(_BANNER.format(mode=settings.mode, dialect=db.dialect), names)
        finally:
            runner.run(db.close())


async def _require_usable(db: Database, settings: Settings) -> None:
    await require_newest_schema(db)
    await require_master_key(db, settings)


def _helpers(db: Database, runner: asyncio.Runner) -> dict[str, object]:
    # One event loop for all calls: connections to PostgreSQL belong to the loop that made them.
    def run(work: Coroutine[Any, Any, T]) -> T:
        return runner.run(work)

    def read(query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return runner.run(db.read(query, *args, **kwargs))

    def write(work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return runner.run(db.write(work, *args, **kwargs))

    return {"run": run, "read": read, "write": write}


def _interact(banner: str, names: dict[str, object]) -> None:
    if ipython := _ipython():
        typer.echo(banner)
        ipython.start_ipython(argv=["--no-banner"], user_ns=names)
    else:
        code.interact(banner, local=names, exitmsg="")


def _ipython() -> ModuleType | None:
    """Return IPython when it is installed; the hub does not depend on it."""
    try:
        return importlib.import_module("IPython")
    except ModuleNotFoundError:
        return None
