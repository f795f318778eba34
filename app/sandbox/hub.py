"""The hub of the sandbox with its worker: it is stopped, put back and started again while its address stays open."""

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.app import create_api
from app.api.state import AppState
from app.bootstrap import open_app_state, open_worker
from app.operations.clock import SystemClock
from app.private_files import write_file
from app.sandbox.hub_trouble import Trouble, TroubledHub
from app.sandbox.runtime import RunningClock, SettableClock
from app.settings import Settings
from app.stopping import Stopping
from app.worker import WorkerLoops

CONTROL_PREFIX = "/sandbox"
_PULL_INTERVAL_SECONDS = 0.5
_LONGEST_CLOSED_SECONDS = 30.0
"""The longest that a call waits while there is no hub."""
_SECONDS_TO_END = 1.0
"""How long what is in flight may take when the hub is stopped; then it is broken off."""


_NO_HUB = PlainTextResponse("The hub of the sandbox does not run; start the demo again.", 503)


class Gate:
    """The address of the hub: calls wait while there is no hub behind it, and get 503 when that lasts too long.

    Args:
        longest_wait: in seconds.

    Attributes:
        control: answers calls of the sandbox's own API; None: there is none, and the hub answers that it knows no such
            address.
    """

    def __init__(self, longest_wait: float = _LONGEST_CLOSED_SECONDS) -> None:
        self._longest_wait = longest_wait
        self.control: ASGIApp | None = None
        self._troubled: TroubledHub | None = None
        self._hub: ASGIApp | None = None
        self._is_open = asyncio.Event()
        self._calls: set[asyncio.Task[None] | None] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call to whom it is for."""
        if self.control and _is_control(scope["path"]):
            await self.control(scope, receive, send)
            return
        try:
            await asyncio.wait_for(self._is_open.wait(), self._longest_wait)
        except TimeoutError:
            await _NO_HUB(scope, receive, send)
            return
        task = asyncio.current_task()
        self._calls.add(task)
        try:
            if self._troubled and self._troubled.answers(scope["path"]):
                await self._troubled(scope, receive, send)
            elif self._hub:
                await self._hub(scope, receive, send)
        finally:
            self._calls.discard(task)

    def open(self, hub: ASGIApp) -> None:
        """Let this hub answer."""
        self._hub, self._troubled = hub, None
        self._is_open.set()

    def trouble(self, troubled: TroubledHub | None) -> None:
        """Let this one answer as long as its trouble lasts; None ends that."""
        self._troubled = troubled

    def answered_troubled(self, status: int) -> bool:
        """Return whether the trouble, which may be over, shows in answers with this status."""
        return self._troubled is not None and self._troubled.status == status

    async def close(self) -> None:
        """Let calls wait from now on; end when those in flight are answered or broken off."""
        self._is_open.clear()
        in_flight = {task for task in self._calls if task}
        if in_flight:
            _, left = await asyncio.wait(in_flight, timeout=_SECONDS_TO_END)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)


@dataclass(frozen=True)
class _Started:
    """What runs until the hub is stopped."""

    state: AppState
    worker: WorkerLoops
    opened: AsyncExitStack


class SandboxHub:
    """A hub over a database of the sandbox.

    Args:
        settings: of the hub; its database is a file where its state is to be kept.
        clock: that of the records, of terms and of access tokens.
    """

    def __init__(self, settings: Settings, clock: SettableClock) -> None:
        self.gate = Gate()
        self._settings, self._clock = settings, clock
        self._started: _Started | None = None
        self._stop, self._loops = asyncio.Event(), set[asyncio.Task[None]]()

    @property
    def state(self) -> AppState:
        """What the API works with."""
        return self._present.state

    @property
    def worker(self) -> WorkerLoops:
        """The loops of the worker."""
        return self._present.worker

    async def start(self) -> None:
        """Open the database and let the API answer."""
        async with AsyncExitStack() as opening:
            state = await opening.enter_async_context(
                open_app_state(self._settings, self._clock, Stopping(), token_clock=RunningClock(self._clock))
            )
            # Receivers compare the time of a signature with their own clock, which nobody moves.
            worker = await opening.enter_async_context(
                open_worker(state.db, state.services, self._settings, SystemClock())
            )
            self._started = _Started(state, worker, opening.pop_all())
        self.gate.open(create_api(state))

    def start_loops(self) -> None:
        """Pull, relay, deliver and purge in the background from now on, and notice changes of access."""
        self._stop = asyncio.Event()
        loops = (self.worker.run(self._stop, _PULL_INTERVAL_SECONDS), self.state.watch.run(self._stop))
        self._loops = {asyncio.create_task(each) for each in loops}

    async def stop_loops(self) -> None:
        """End the loops; what is in flight is broken off soon, and sent again after the next start."""
        self._stop.set()
        if not self._loops:
            return
        _, left = await asyncio.wait(self._loops, timeout=_SECONDS_TO_END)
        for task in left:
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops = set()

    def announce_stop(self) -> None:
        """Let calls that wait for events be answered soon, because everything is about to end."""
        if self._started:
            self.state.stopping.begin()

    async def stop(self) -> None:
        """End everything and close the database; the address stays open."""
        if self._started is None:
            return
        self.announce_stop()
        await self.gate.close()
        await self.stop_loops()
        started, self._started = self._started, None
        await started.opened.aclose()

    def begin_trouble(self, trouble: Trouble) -> None:
        """Let the API be in trouble from now on, instead of the trouble in which it was."""
        self.gate.trouble(TroubledHub(self.state, trouble))

    def end_trouble(self) -> None:
        """Let the API work again."""
        self.gate.trouble(None)

    def was_troubled(self, status: int) -> bool:
        """Return whether an answer with this status came of a trouble that nobody ended since."""
        return self.gate.answered_troubled(status)

    def strict_api(self) -> httpx.AsyncClient:
        """Return a client of the API as it is outside the sandbox: what needs a consent there waits for it here too."""
        api = create_api(replace(self.state, sandbox=False))
        return httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url=self._settings.public_url)

    @property
    def _present(self) -> _Started:
        if self._started is None:
            raise RuntimeError("The hub of the sandbox is not running.")
        return self._started


def copy_database(source: Path, target: Path) -> None:
    """Copy a database of SQLite that is not open, in place of one that is there."""
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            target.with_name(target.name + suffix).unlink()
    write_file(target, source.read_bytes())


def _is_control(path: str) -> bool:
    return path == CONTROL_PREFIX or path.startswith(f"{CONTROL_PREFIX}/")
