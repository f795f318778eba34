"""The demonstration: runs scenarios or a replay in the sandbox, then keeps everything running for visitors."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from app.sandbox.control.api import control_api
from app.sandbox.environment import SandboxEnv, running_sandbox
from app.sandbox.faults.plan import demo_faults
from app.sandbox.hub import CONTROL_PREFIX
from app.sandbox.ports import HUB, RECEIVER
from app.sandbox.roles import ROLES
from app.sandbox.runtime import SettableClock
from app.sandbox.scenarios import register_roles
from app.sandbox.tester_files import ENV_FILE, JSON_FILE, Kit
from app.stopping import stop_on_signal

T = TypeVar("T")

_WIDE = 160
"""Columns that an id and a secret need."""


@dataclass(frozen=True, kw_only=True)
class DemoOptions:
    """How a demonstration runs.

    Attributes:
        folder: the folder of all data.
        kit_folder: the folder for the files of testers; None: end after the scenario instead of staying up.
        first_port: the hub's port, which the others follow; 0 for any free ports.
        faults: the seed of the partners' faults; None for no faults.
    """

    folder: Path
    kit_folder: Path | None
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
        UnusableFolder: the files for testers cannot be written, before anything has started.
    """
    kit = Kit(options.kit_folder) if options.kit_folder else None
    async with running_sandbox(options.folder, SettableClock(), first_port=options.first_port) as env:
        if options.faults is not None:
            await env.set_faults(demo_faults(options.faults))
        result = await scenario(env, console)
        if kit:
            await _stay_up(env, kit, console)
        return result


async def open_to_testers(env: SandboxEnv, kit: Kit) -> None:
    """Let the clocks run, give each role its client, and let the worker and the sandbox's own API work."""
    await env.set_clocks(None)
    await register_roles(env)
    await env.save_roles(kit)
    await env.keep_state()
    env.running.gate.control = control_api(env)
    env.running.start_loops()


async def _stay_up(env: SandboxEnv, kit: Kit, console: Console) -> None:
    stop: asyncio.Event = stop_on_signal()
    await open_to_testers(env, kit)
    console.print(_addresses(env))
    # Neither cut off nor wrapped, so that it can be copied.
    console.print(_clients(env), crop=False, no_wrap=True, width=_WIDE)
    console.print(f"Addresses, clients, secrets and keys for your shell:  . {kit.folder / ENV_FILE}", soft_wrap=True)
    console.print(f"The same for programs: {kit.folder / JSON_FILE}; keys in {kit.folder / 'keys'}", soft_wrap=True)
    console.print("Rehearse what goes wrong:  trajecthub trigger --list")
    console.print("Everything keeps running: refer or register at a simulator and watch. Stop with Ctrl+C.")
    await stop.wait()


def _addresses(env: SandboxEnv) -> Table:
    table = Table(title="Addresses", title_justify="left")
    table.add_column("name")
    table.add_column("URL", overflow="fold")
    hub = env.urls[HUB]
    table.add_row("API", f"{hub}/v1")
    table.add_row("API documentation", f"{hub}/docs")
    table.add_row("guide", f"{hub}/docs/guide")
    table.add_row("clock, scenarios, reset", f"{hub}{CONTROL_PREFIX}")
    for name in ("allegro", "gidso", "rmw"):
        table.add_row(f"simulator of {name}", env.urls[name])
    table.add_row("webhook receiver", env.urls[RECEIVER])
    return table


def _clients(env: SandboxEnv) -> Table:
    table = Table(title="Clients", title_justify="left", box=None, pad_edge=False)
    for column in ("who", "client_id", "client_secret"):
        table.add_column(column, no_wrap=True)
    for role in ROLES:
        table.add_row(role.who, role.client_id, env.state.secret(f"client:{role.client_id}"))
    return table
