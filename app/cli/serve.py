"""``trajecthub serve``: the API, with or without a worker in the same process."""

import asyncio
import socket
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from functools import partial
from typing import Annotated

import typer

from app.api.app import create_api
from app.api.auth.keys import renew_old_key
from app.api.state import AppState
from app.bootstrap import open_app_state, open_worker
from app.cli.program import run
from app.cli.runtime import read_settings
from app.listening import allow_open_files, listen_for
from app.loops import run_forever
from app.main import serve as serve_http
from app.settings import Settings
from app.stopping import StoppedAtStart, Stopping
from app.watchdog import watched

commands = typer.Typer()

_RENEW_SECONDS = 3600


@commands.command()
def serve(
    with_worker: Annotated[bool, typer.Option(help="Pull, relay and deliver in this process too.")] = False,
) -> None:
    """Serve the API; on SQLite with --with-worker, because it allows one process."""
    settings = read_settings()
    run(_serve(settings, with_worker=with_worker))


async def _serve(settings: Settings, *, with_worker: bool) -> None:
    stopping = Stopping.on_signals(drain_seconds=settings.drain_seconds, total_seconds=settings.stop_seconds)
    async with AsyncExitStack() as opened:
        with suppress(StoppedAtStart):
            async with stopping.while_starting():
                state = await opened.enter_async_context(open_app_state(settings, stopping=stopping))
            allow_open_files(settings.limit.connections)
            listening = listen_for(settings.host, settings.port, "TRAJECTHUB_PORT")
            async with watched(), asyncio.TaskGroup() as running:
                running.create_task(_serve_http(state, settings, listening))
                running.create_task(_watch(state))
                if settings.signing_key_days:
                    running.create_task(_renew_keys(state, timedelta(days=settings.signing_key_days)))
                if with_worker:
                    running.create_task(_work(state, settings))


async def _watch(state: AppState) -> None:
    async with state.stopping.while_running():
        await state.watch.run(state.stopping.begun)


async def _serve_http(state: AppState, settings: Settings, listening: list[socket.socket]) -> None:
    api, proxies = create_api(state), settings.trusted_proxies
    await serve_http(api, listening, state.stopping, settings.limit, trusted_proxies=proxies)


async def _renew_keys(state: AppState, oldest: timedelta) -> None:
    renew = partial(renew_old_key, state.db, state.services, state.real_clock, oldest)
    async with state.stopping.while_running():
        await run_forever("signing-key", renew, stop=state.stopping.announced, interval_seconds=_RENEW_SECONDS)


async def _work(state: AppState, settings: Settings) -> None:
    async with open_worker(state.db, state.services, settings) as worker, state.stopping.while_running():
        await worker.run(state.stopping.announced, settings.pull_interval_seconds)
