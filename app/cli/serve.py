"""``trajecthub serve``: the API, with or without a worker in the same process."""

import asyncio
import socket
from contextlib import AsyncExitStack
from typing import Annotated

import typer

from app.api.app import create_api
from app.bootstrap import open_app_state, open_worker
from app.cli.runtime import read_settings, run
from app.loops import stop_on_signal
from app.main import AddressUnusable, fault_of_listening, listen
from app.main import serve as serve_http
from app.settings import Settings

commands = typer.Typer()


@commands.command()
def serve(
    with_worker: Annotated[bool, typer.Option(help="Pull, relay and deliver in this process too.")] = False,
) -> None:
    """Serve the API; on SQLite with --with-worker, because it allows one process."""
    settings = read_settings()
    run(_serve(settings, with_worker=with_worker))


async def _serve(settings: Settings, *, with_worker: bool) -> None:
    async with AsyncExitStack() as opened:
        state = await opened.enter_async_context(open_app_state(settings))
        listening = _listen(settings)
        stop = stop_on_signal()
        async with asyncio.TaskGroup() as running:
            running.create_task(serve_http(create_api(state), listening, stop))
            if with_worker:
                worker = await opened.enter_async_context(open_worker(state.db, state.services, settings))
                running.create_task(worker.run(stop, settings.pull_interval_seconds))


def _listen(settings: Settings) -> list[socket.socket]:
    try:
        return listen(settings.host, settings.port)
    except OSError as error:
        raise AddressUnusable(fault_of_listening(settings.host, settings.port, error)) from error
