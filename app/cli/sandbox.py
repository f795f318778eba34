"""``trajecthub demo`` and ``trajecthub simulate``: the hub and its partners on one machine, with fictitious people."""

import json
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from app.cli.runtime import console, friendly_errors, run
from app.domain.codes import System
from app.log import configure_logging
from app.sandbox.demo import demonstrate
from app.sandbox.environment import SandboxEnv
from app.sandbox.register import RegisterRow, UnreadableRegister, read_register
from app.sandbox.replay import replay
from app.sandbox.replay_report import print_replay_report
from app.sandbox.scenarios import play_scenarios
from app.sandbox.simulate import InitialData, run_simulators
from app.stopping import stop_on_signal

commands = typer.Typer()


@commands.command()
def demo(
    data: Annotated[Path | None, typer.Option(help="Folder of all data; a temporary one if left out.")] = None,
    once: Annotated[bool, typer.Option(help="End after the scenarios instead of staying up.")] = False,
    pilot: Annotated[Path | None, typer.Option(help="Replay this register (CSV) in simulated time.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write the report of the replay to this file (JSON).")] = None,
    faults: Annotated[int | None, typer.Option(help="Let the partners make faults, drawn from this seed.")] = None,
) -> None:
    """Show the hub's main job in three simulated partner systems."""
    configure_logging("WARNING", "console")
    with tempfile.TemporaryDirectory(prefix="trajecthub-") as temporary:
        folder = data or Path(temporary)
        if pilot is None:
            run(demonstrate(folder, console, play_scenarios, stay=not once, faults=faults))
            return
        with friendly_errors(UnreadableRegister):
            rows = read_register(pilot)
        run(demonstrate(folder, console, partial(_replay, rows, report), stay=not once, faults=faults))


@commands.command()
def simulate(  # noqa: PLR0913  # each is an option of the command
    system: Annotated[str, typer.Argument(help="allegro, gidso, rmw or all")],
    port: Annotated[int, typer.Option(help="Port of a single simulator; 0 for any free port.")] = 0,
    data: Annotated[Path | None, typer.Option(help="Folder of its data; in memory only if left out.")] = None,
    allegro: Annotated[int, typer.Option(help="Port of Allegro, with 'all'.")] = 0,
    gidso: Annotated[int, typer.Option(help="Port of GIDSO, with 'all'.")] = 0,
    rmw: Annotated[int, typer.Option(help="Port of RMW, with 'all'.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the fictitious cases.")] = 1,
    records: Annotated[int, typer.Option(help="Number of fictitious cases to start with.")] = 0,
    before_hub: Annotated[
        bool, typer.Option("--before-hub", help="Allegro's files were made by hand, before there was a hub.")
    ] = False,
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
    initial = InitialData(seed=seed, records=records, faults=faults, before_hub=before_hub)
    run(_simulate(ports, data, initial))


async def _simulate(ports: dict[System, int], folder: Path | None, initial: InitialData) -> None:
    await run_simulators(ports, folder, stop_on_signal(), initial)


async def _replay(rows: Sequence[RegisterRow], path: Path | None, env: SandboxEnv, out: Console) -> None:
    report = await replay(rows, env, out)
    print_replay_report(out, report)
    if path:
        _write(path, report)


def _write(path: Path, report: dict[str, Any]) -> None:
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
