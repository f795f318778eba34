"""``trajecthub``: run the hub, try it, and look after it."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from app.api.state import AppState
from app.cli.clients import clients
from app.cli.contracts import documents
from app.cli.doctor import doctor
from app.cli.partners import partners
from app.cli.runtime import console, friendly_errors, read_settings, run, services_of, with_database
from app.cli.shell import shell
from app.database import Database, upgrade_schema
from app.domain.codes import System
from app.log import configure_logging
from app.main import open_hub
from app.main import serve as serve_api
from app.operations.access.organisations import set_up_institutions
from app.operations.services import SystemClock
from app.sandbox.demo import demonstrate
from app.sandbox.environment import SandboxEnv
from app.sandbox.register import RegisterRow, read_register
from app.sandbox.replay import replay
from app.sandbox.replay_report import print_replay_report
from app.sandbox.scenarios import play_scenarios
from app.sandbox.simulate import InitialData, run_simulators
from app.settings import Settings
from app.worker import Worker, run_worker, stop_on_signal

main = typer.Typer(name="trajecthub", no_args_is_help=True, add_completion=False, help=__doc__)
main.add_typer(documents)
main.command()(doctor)
main.command()(shell)
main.add_typer(clients, name="client")
main.add_typer(partners, name="partner")


@main.command()
def serve(
    with_worker: Annotated[bool, typer.Option(help="Pull, relay and deliver in this process too.")] = False,
) -> None:
    """Serve the API; on SQLite with --with-worker, because SQLite has one process."""
    settings = read_settings()
    run(_serve(settings, with_worker=with_worker))


@main.command()
def worker() -> None:
    """Pull the partners, relay events and deliver them, beside one or more API processes (PostgreSQL)."""
    run(run_worker(read_settings()))


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema and add the city's institutions."""
    settings = read_settings()
    with friendly_errors():
        upgrade_schema(settings.database_url)
    run(with_database(settings, _set_up))
    console.print("The schema is up to date.")


@main.command()
def demo(
    data: Annotated[Path | None, typer.Option(help="Keep everything in this folder; else a temporary one.")] = None,
    once: Annotated[bool, typer.Option(help="End after the play instead of staying up.")] = False,
    pilot: Annotated[Path | None, typer.Option(help="Replay this register (CSV) in simulated time.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write the tables of the replay to this file (JSON).")] = None,
    faults: Annotated[int | None, typer.Option(help="Let the partners make faults, drawn from this seed.")] = None,
) -> None:
    """Show the hub's main job: referrals through three simulated systems, with feedback to every referrer."""
    configure_logging("WARNING", "console")
    with tempfile.TemporaryDirectory(prefix="trajecthub-") as temporary:
        folder = data or Path(temporary)
        if pilot is None:
            run(demonstrate(folder, console, play_scenarios, stay=not once, faults=faults))
            return
        with friendly_errors():
            rows = read_register(pilot)
        run(demonstrate(folder, console, partial(_replay, rows, report), stay=not once, faults=faults))


@main.command()
def simulate(  # noqa: PLR0913  # each is an option of the command
    system: Annotated[str, typer.Argument(help="allegro, gidso, rmw or all")],
    port: Annotated[int, typer.Option(help="Port of the one simulator; 0 lets the system choose.")] = 0,
    data: Annotated[Path | None, typer.Option(help="Folder for its records; else in memory only.")] = None,
    allegro: int = 0,
    gidso: int = 0,
    rmw: int = 0,
    seed: Annotated[int, typer.Option(help="Seed of the invented cases.")] = 1,
    records: Annotated[int, typer.Option(help="Begin with so many invented cases.")] = 0,
    faults: Annotated[int | None, typer.Option(help="Make faults, drawn from this seed.")] = None,
) -> None:
    """Run a simulator of a partner system, or all three."""
    ports = {System.ALLEGRO: allegro, System.GIDSO: gidso, System.RMW: rmw}
    if system != "all":
        if system not in ports:
            raise typer.BadParameter("must be one of: allegro, gidso, rmw, all", param_hint="SYSTEM")
        ports = {System(system): port}
    if data:
        data.mkdir(parents=True, exist_ok=True)
    run(_simulate(ports, data, InitialData(seed, records, faults)))


async def _replay(rows: Sequence[RegisterRow], report: Path | None, env: SandboxEnv, out: Console) -> None:
    outcome = await replay(rows, env, out)
    print_replay_report(out, outcome)
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


async def _work(hub: AppState, settings: Settings, stop: asyncio.Event) -> None:
    hands = Worker.over(hub.db, hub.services, settings)
    try:
        await hands.run(stop, settings.pull_interval_seconds)
    finally:
        await hands.close()


async def _simulate(ports: dict[System, int], folder: Path | None, initial: InitialData) -> None:
    await run_simulators(ports, folder, stop_on_signal(), initial)


async def _set_up(db: Database, settings: Settings) -> None:
    await db.write(set_up_institutions, services_of(settings))


if __name__ == "__main__":
    main()
