"""The demonstration: runs scenarios or a replay in the sandbox, then keeps everything running for visitors."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from app.sandbox.environment import SandboxEnv, running_sandbox
from app.sandbox.faults.plan import demo_faults
from app.sandbox.runtime import SettableClock
from app.stopping import stop_on_signal

_PULL_INTERVAL_SECONDS = 1.0

T = TypeVar("T")


async def demonstrate(
    folder: Path,
    console: Console,
    scenario: Callable[[SandboxEnv, Console], Awaitable[T]],
    *,
    stay: bool,
    faults: int | None = None,
) -> T:
    """Start the sandbox over a folder and run a scenario; then keep running until interrupted if ``stay`` is set.

    Args:
        folder: the folder of all data.
        console: the console for the output.
        scenario: the scenario to run.
        stay: whether to keep running afterwards.
        faults: the seed of the partners' faults; None for no faults.

    Returns:
        The result of the scenario.
    """
    async with running_sandbox(folder, SettableClock()) as env:
        if faults is not None:
            await env.set_faults(demo_faults(faults))
        result = await scenario(env, console)
        if stay:
            await _stay_up(env, console)
        return result


async def _stay_up(env: SandboxEnv, console: Console) -> None:
    await env.set_clocks(None)
    console.print(_addresses(env))
    for who, (client, secret) in (await env.demo_clients()).items():
        # Not wrapped, so that it can be copied.
        console.print(f"{who}: client_id [bold]{client}[/] client_secret [bold]{secret}[/]", soft_wrap=True)
    console.print("Everything keeps running: refer or register at a simulator and watch. Stop with Ctrl+C.")
    stop: asyncio.Event = stop_on_signal()
    await env.worker.run(stop, _PULL_INTERVAL_SECONDS)


def _addresses(env: SandboxEnv) -> Table:
    table = Table(title="Addresses", title_justify="left")
    table.add_column("name")
    table.add_column("URL")
    hub = env.urls["hub"]
    table.add_row("API", f"{hub}/v1")
    table.add_row("API documentation", f"{hub}/docs")
    for name in ("allegro", "gidso", "rmw"):
        table.add_row(f"simulator of {name}", env.urls[name])
    table.add_row("webhook receiver", env.urls["receiver"])
    return table
