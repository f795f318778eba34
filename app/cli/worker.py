"""``trajecthub worker``: pulls the partners, relays events and delivers them."""

from contextlib import AsyncExitStack, suppress

import typer

from app.bootstrap import open_store, open_worker
from app.cli.program import run
from app.cli.runtime import read_settings
from app.listening import listen_for
from app.liveness import serving_liveness
from app.settings import Settings
from app.stopping import StoppedAtStart, Stopping
from app.watchdog import watched
from app.worker import WorkerLoops

commands = typer.Typer()


@commands.command()
def worker() -> None:
    """Pull, relay and deliver next to API processes (PostgreSQL)."""
    run(_work(read_settings()))


async def _work(settings: Settings) -> None:
    stopping = Stopping.on_signals(total_seconds=settings.stop_seconds)
    async with AsyncExitStack() as opened:
        with suppress(StoppedAtStart):
            async with stopping.while_starting():
                loops = await _open(opened, settings)
            async with watched(), stopping.while_running():
                await loops.run_alone(stopping.announced, settings.pull_interval_seconds)


async def _open(opened: AsyncExitStack, settings: Settings) -> WorkerLoops:
    store = await opened.enter_async_context(open_store(settings))
    loops = await opened.enter_async_context(open_worker(store.db, store.services, settings))
    if settings.worker_port is not None:
        listening = listen_for(settings.host, settings.worker_port, "TRAJECTHUB_WORKER_PORT")
        await opened.enter_async_context(serving_liveness(listening, loops.reporter.present))
    return loops
