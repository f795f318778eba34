"""``trajecthub simulate``: simulators of the partner systems, with fictitious people."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.program import run
from app.domain.codes import System
from app.private_files import make_folder
from app.sandbox.simulate import InitialData, run_simulators
from app.stopping import stop_on_signal

commands = typer.Typer()


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
        make_folder(data)
    initial = InitialData(seed=seed, records=records, faults=faults, before_hub=before_hub)
    run(_simulate(ports, data, initial))


async def _simulate(ports: dict[System, int], folder: Path | None, initial: InitialData) -> None:
    await run_simulators(ports, folder, stop_on_signal(), initial)
