"""The demonstration: runs scenarios or a replay in the sandbox, then keeps everything running for visitors."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from app.sandbox.environment import SandboxEnv, running_sandbox
from app.sandbox.faults.plan import demo_faults
from app.sandbox.ports import HUB, RECEIVER
from app.sandbox.runtime import SettableClock
from app.stopping import stop_on_signal

_PULL_INTERVAL_SECONDS = 1.0

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class DemoOptions:
    """How a demonstration runs.

    Attributes:
        folder: the folder of all data.
        stay: whether to keep running after the scenario, until interrupted.
        first_port: the hub's port, which the others follow; 0 for any free ports.
        faults: the seed of the partners' faults; None for no faults.
    """

    folder: Path
    stay: bool
    first_port: int = 0
    faults: int | None = None


async def demonstrate(
    options: DemoOptions, console: Console, scenario: Callable[[SandboxEnv, Console], Awaitable[T]]
) -> T:
    """Start the sandbox and run a scenario; then keep running until interrupted, if that is asked for.

    Args:
        options: how it runs.
        console: the console for the output.
        scenario: the scenario to run.

    Returns:
        The result of the scenario.

    Raises:
        AddressUnusable: a port is in use, before anything has started.
    """
    async with running_sandbox(options.folder, SettableClock(), first_port=options.first_port) as env:
        if options.faults is not None:
            await env.set_faults(demo_faults(options.faults))
        result = await scenario(env, console)
        if options.stay:
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
    hub = env.urls[HUB]
    table.add_row("API", f"{hub}/v1")
    table.add_row("API documentation", f"{hub}/docs")
    table.add_row("guide", f"{hub}/docs/guide")
    for name in ("allegro", "gidso", "rmw"):
        table.add_row(f"simulator of {name}", env.urls[name])
    table.add_row("webhook receiver", env.urls[RECEIVER])
    return table
