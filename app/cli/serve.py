"""``trajecthub serve``: the API, with or without a worker in the same process."""

import asyncio
from typing import Annotated

import typer

from app.api.state import AppState
from app.cli.runtime import read_settings, run
from app.main import open_hub
from app.main import serve as serve_api
from app.operations.services import SystemClock
from app.settings import Settings
from app.worker import Worker, stop_on_signal

commands = typer.Typer()


@commands.command()
def serve(
    with_worker: Annotated[bool, typer.Option(help="Pull, relay and deliver in this process too.")] = False,
) -> None:
    """Serve the API; on SQLite with --with-worker, because it allows one process."""
    settings = read_settings()
    run(_serve(settings, with_worker=with_worker))


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
    worker = Worker.over(hub.db, hub.services, settings)
    try:
        await worker.run(stop, settings.pull_interval_seconds)
    finally:
        await worker.close()
