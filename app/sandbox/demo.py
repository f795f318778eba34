"""The demonstration: a world with a play or a replayed register in it, and then addresses to look around at."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from app.sandbox.environment import World, running_world
from app.sandbox.faults.plan import play_order
from app.sandbox.runtime import SettableClock
from app.worker import stop_on_signal

_PULL_INTERVAL_SECONDS = 1.0

T = TypeVar("T")


async def demonstrate(
    folder: Path,
    console: Console,
    play: Callable[[World, Console], Awaitable[T]],
    *,
    stay: bool,
    faults: int | None = None,
) -> T:
    """Start a world over a folder and play in it; then stay up until interrupted, when ``stay`` is set.

    Args:
        folder: where everybody keeps what must outlive the play.
        console: where the play is shown.
        play: what is played.
        stay: whether everything keeps running afterwards.
        faults: seed of the faults that the partners make; None: they make none.
    """
    async with running_world(folder, SettableClock()) as world:
        if faults is not None:
            await world.set_faults(play_order(faults))
        outcome = await play(world, console)
        if stay:
            await _stay_up(world, console)
        return outcome


async def _stay_up(world: World, console: Console) -> None:
    await world.set_clocks(None)
    console.print(_addresses(world))
    for who, (client, secret) in (await world.visitors()).items():
        # Not wrapped, so that it can be copied.
        console.print(f"{who}: client_id [bold]{client}[/] client_secret [bold]{secret}[/]", soft_wrap=True)
    console.print("Everything keeps running: refer or register at a simulator and watch. Stop with Ctrl+C.")
    stop: asyncio.Event = stop_on_signal()
    await world.worker.run(stop, _PULL_INTERVAL_SECONDS)


def _addresses(world: World) -> Table:
    table = Table(title="Look around", title_justify="left")
    table.add_column("what")
    table.add_column("where")
    hub = world.urls["hub"]
    table.add_row("API", f"{hub}/v1")
    table.add_row("API documentation", f"{hub}/docs")
    for name in ("allegro", "gidso", "rmw"):
        table.add_row(f"simulator of {name}", world.urls[name])
    table.add_row("webhook receiver", world.urls["receiver"])
    return table
