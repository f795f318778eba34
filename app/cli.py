"""``trajecthub``: run the hub, try it, and look after it."""

import asyncio
import gc
import json
import secrets
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from app.api.hub import Hub
from app.api.openapi import document
from app.database import Database, DatabaseInUse, upgrade_schema
from app.domain.codes import System
from app.domain.errors import HubError
from app.events.asyncapi import asyncapi_document
from app.log import configure_logging
from app.main import open_hub
from app.main import serve as serve_api
from app.operations.access import SCOPES, save_client
from app.operations.organisations import set_up_institutions
from app.operations.tools import SystemClock, Tools, make_tools
from app.sandbox.demo import demonstrate
from app.sandbox.play import play
from app.sandbox.register import Row, UnreadableRegister, read_register
from app.sandbox.replay import replay
from app.sandbox.simulate import run_simulators
from app.sandbox.tables import print_report
from app.sandbox.world import World
from app.settings import Settings
from app.worker import Worker, run_worker, stop_on_signal

main = typer.Typer(name="trajecthub", no_args_is_help=True, add_completion=False, help=__doc__)
clients = typer.Typer(no_args_is_help=True, help="The clients that may call the API.")
main.add_typer(clients, name="client")

console = Console()
errors = Console(stderr=True)


@main.command()
def serve(
    with_worker: Annotated[bool, typer.Option(help="Pull, relay and deliver in this process too.")] = False,
) -> None:
    """Serve the API; on SQLite with --with-worker, because SQLite has one process."""
    settings = _settings()
    _run(_serve(settings, with_worker=with_worker))


@main.command()
def worker() -> None:
    """Pull the partners, relay events and deliver them, beside one or more API processes (PostgreSQL)."""
    _run(run_worker(_settings()))


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema and add the city's institutions."""
    settings = _settings()
    with _told_in_one_line():
        upgrade_schema(settings.database_url)
    _run(_with_database(settings, _set_up))
    console.print("The schema is up to date.")


@main.command()
def openapi() -> None:
    """Print the OpenAPI document of the API."""
    typer.echo(json.dumps(document(), ensure_ascii=False, indent=2))


@main.command()
def asyncapi() -> None:
    """Print the AsyncAPI document of the events."""
    typer.echo(json.dumps(asyncapi_document(), ensure_ascii=False, indent=2))


@main.command()
def demo(
    data: Annotated[Path | None, typer.Option(help="Keep everything in this folder; else a temporary one.")] = None,
    once: Annotated[bool, typer.Option(help="End after the play instead of staying up.")] = False,
    pilot: Annotated[Path | None, typer.Option(help="Replay this register (CSV) in simulated time.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write the tables of the replay to this file (JSON).")] = None,
) -> None:
    """Show the hub's main job: referrals through three simulated systems, with feedback to every referrer."""
    configure_logging("WARNING", "console")
    with tempfile.TemporaryDirectory(prefix="trajecthub-") as temporary:
        folder = data or Path(temporary)
        if pilot is None:
            _run(demonstrate(folder, console, play, stay=not once))
            return
        with _told_in_one_line():
            rows = read_register(pilot)
        _run(demonstrate(folder, console, partial(_replay, rows, report), stay=not once))


@main.command()
def simulate(  # noqa: PLR0913  # each is an option of the command
    system: Annotated[str, typer.Argument(help="allegro, gidso, rmw or all")],
    port: Annotated[int, typer.Option(help="Port of the one simulator; 0 lets the system choose.")] = 0,
    data: Annotated[Path | None, typer.Option(help="Folder for its records; else in memory only.")] = None,
    allegro: int = 0,
    gidso: int = 0,
    rmw: int = 0,
) -> None:
    """Run a simulator of a partner system, or all three."""
    ports = {System.ALLEGRO: allegro, System.GIDSO: gidso, System.RMW: rmw}
    if system != "all":
        if system not in ports:
            raise typer.BadParameter("must be one of: allegro, gidso, rmw, all", param_hint="SYSTEM")
        ports = {System(system): port}
    _run(_simulate(ports, data))


@clients.command("create")
def create_client(  # each is an option of the command
    client_id: Annotated[str, typer.Argument(help="The id the client calls itself by.")],
    organisation: Annotated[str, typer.Option(help="Code of the organisation it acts for.")],
    scope: Annotated[list[str], typer.Option(help="A scope it may ask for; repeat for more.")],
    jwks: Annotated[Path | None, typer.Option(help="File with its public keys (JWKS), for private_key_jwt.")] = None,
    with_secret: Annotated[bool, typer.Option(help="Make a shared secret (sandbox mode only).")] = False,
) -> None:
    """Add a client, or change the one with this id."""
    settings = _settings()
    if with_secret and settings.mode != "sandbox":
        raise typer.BadParameter("shared secrets exist in sandbox mode only; give --jwks", param_hint="--with-secret")
    if not jwks and not with_secret:
        raise typer.BadParameter("is needed, so that the client can prove who it is", param_hint="--jwks")
    if unknown := sorted(set(scope) - set(SCOPES)):
        raise typer.BadParameter(f"unknown: {', '.join(unknown)}; known: {', '.join(SCOPES)}", param_hint="--scope")
    secret = secrets.token_urlsafe(32) if with_secret else None
    with _told_in_one_line():
        keys = json.loads(jwks.read_text(encoding="utf-8")) if jwks else None

    async def create(db: Database, settings: Settings) -> None:
        tools = _tools(settings)
        await db.write(
            save_client, tools, client_id, organisation_code=organisation, scopes=scope, jwks=keys, secret=secret
        )

    _run(_with_database(settings, create))
    console.print(f"Client '{client_id}' may act for '{organisation}'.")
    if secret:
        console.print(f"Its secret, shown once: {secret}")


async def _replay(rows: Sequence[Row], report: Path | None, world: World, out: Console) -> None:
    outcome = await replay(rows, world, out)
    print_report(out, outcome)
    if report:
        _write(report, outcome)


def _write(report: Path, outcome: dict[str, Any]) -> None:
    report.write_text(json.dumps(outcome, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


async def _serve(settings: Settings, *, with_worker: bool) -> None:
    hub = await open_hub(settings, SystemClock())
    stop = stop_on_signal()
    try:
        async with asyncio.TaskGroup() as running:
            running.create_task(serve_api(hub, settings, stop))
            if with_worker:
                running.create_task(_work(hub, settings, stop))
    finally:
        await hub.close()


async def _work(hub: Hub, settings: Settings, stop: asyncio.Event) -> None:
    hands = Worker.over(hub.db, hub.tools, settings)
    try:
        await hands.run(stop, settings.pull_interval_seconds)
    finally:
        await hands.close()


async def _simulate(ports: dict[System, int], folder: Path | None) -> None:
    await run_simulators(ports, folder, stop_on_signal())


async def _set_up(db: Database, settings: Settings) -> None:
    await db.write(set_up_institutions, _tools(settings))


async def _with_database(settings: Settings, work: Callable[[Database, Settings], Awaitable[None]]) -> None:
    db = Database.open(settings.database_url)
    try:
        await work(db, settings)
    finally:
        await db.close()


def _tools(settings: Settings) -> Tools:
    return make_tools(settings.master_key_bytes(), settings.municipality, SystemClock())


def _settings() -> Settings:
    try:
        settings = Settings()
    except ValidationError as error:
        raise _stop("; ".join(each["msg"] for each in error.errors())) from error
    configure_logging(settings.log_level, settings.log_format)
    return settings


def _run(work: Coroutine[Any, Any, None]) -> None:
    # What the program begins with stays; looked through by the collector again and again, it would stop everything
    # for a tenth of a second each time.
    gc.collect()
    gc.freeze()
    with _told_in_one_line():
        uvloop.run(work)


@contextmanager
def _told_in_one_line() -> Iterator[None]:
    """Tell what a person can mend in one line, not by a trace."""
    try:
        yield
    except* (HubError, DatabaseInUse, UnreadableRegister, json.JSONDecodeError, OSError, RuntimeError) as group:
        raise _stop("; ".join(str(error) for error in group.exceptions)) from group
    except* KeyboardInterrupt:
        raise typer.Exit(130) from None


def _stop(message: str) -> typer.Exit:
    errors.print(f"[red]{escape(message)}")
    return typer.Exit(1)


if __name__ == "__main__":
    main()
