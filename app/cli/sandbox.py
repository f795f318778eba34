"""``trajecthub demo``: the hub and its partners on one machine, with fictitious people."""

import json
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.cli.program import console, friendly_errors, run
from app.log import configure_logging
from app.sandbox.demo import DemoOptions, demonstrate
from app.sandbox.environment import SandboxEnv
from app.sandbox.ports import DEFAULT_PORT, LAST_PORT
from app.sandbox.register import RegisterRow, UnreadableRegister, read_register
from app.sandbox.replay import replay
from app.sandbox.replay_report import ReplayReport, print_replay_report, report_document
from app.sandbox.scenarios import play_scenarios

commands = typer.Typer()

_KIT_FOLDER = Path(".trajecthub")


@commands.command()
def demo(  # noqa: PLR0913  # each is an option of the command
    data: Annotated[Path | None, typer.Option(help="Folder of all data; a temporary one if left out.")] = None,
    kit: Annotated[
        Path | None,
        typer.Option(
            "--dir",
            help="Folder for addresses, clients, secrets and keys, the same ones at each start; that of the data, "
            "or .trajecthub here, if left out.",
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            envvar="TRAJECTHUB_DEMO_PORT",
            help="The hub's port; those of Allegro, GIDSO, RMW and the webhook receiver follow. 0: any free ports.",
            min=0,
            max=LAST_PORT,
        ),
    ] = DEFAULT_PORT,
    once: Annotated[bool, typer.Option(help="End after the scenarios instead of staying up.")] = False,
    pilot: Annotated[Path | None, typer.Option(help="Replay this register (CSV) in simulated time.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write the report of the replay to this file (JSON).")] = None,
    faults: Annotated[int | None, typer.Option(help="Let the partners make faults, drawn from this seed.")] = None,
) -> None:
    """Show the hub's main job in three simulated partner systems."""
    # Nobody but the demo itself calls this hub: lines about who got in would be between those that it prints.
    configure_logging("WARNING", "console", left_out=frozenset({"security"}))
    with tempfile.TemporaryDirectory(prefix="trajecthub-") as temporary:
        folder = data or Path(temporary)
        options = DemoOptions(
            folder=folder, kit_folder=None if once else kit or data or _KIT_FOLDER, first_port=port, faults=faults
        )
        if pilot is None:
            run(demonstrate(options, console, play_scenarios))
            return
        with friendly_errors(UnreadableRegister):
            rows = read_register(pilot)
        run(demonstrate(options, console, partial(_replay, rows, report)))


async def _replay(rows: Sequence[RegisterRow], path: Path | None, env: SandboxEnv, out: Console) -> None:
    report = await replay(rows, env, out)
    print_replay_report(out, report)
    if path:
        _write(path, report)


def _write(path: Path, report: ReplayReport) -> None:
    path.write_text(json.dumps(report_document(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
