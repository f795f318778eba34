"""What others notice of a client that asks for much and hangs up, and of polls that wait: ``python -m bench.hangups``.

On PostgreSQL, because its statements can be made to take as long as it is asked: the history is locked, and each dear
call reads it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import aiohttp
import asyncpg
import uvloop

from app.log import configure_logging
from bench.figures import percentile, show
from bench.installation import empty_database, running_api
from tests.support.harness import Harness, open_harness
from tests.support.processes import free_port

DEAR_CALLS = 36
HANG_UP_AFTER_SECONDS = 0.3
POLLING, POLLS_OF_EACH = 20, 10
PER_SECOND = 50
SECONDS = 15
WARM_UP_SECONDS = 2.0
_PATIENCE = aiohttp.ClientTimeout(total=20)
_DEAR, _OTHER = "dear", "other"

Call = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class _Others:
    """How the calls of others went; times in ms."""

    median: float
    p99: float
    refused: int


async def measure() -> None:
    """Print the figures, and as the last line the ratio of the response times."""
    configure_logging("ERROR", "console")
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        url = stack.enter_context(empty_database())
        stack.enter_context(running_api(url, port))
        async with open_harness(url) as harness:
            tokens = await _clients(harness, base)
            (dear, _) = [(await harness.refer(code, 1))[0] for code in (_DEAR, _OTHER)]
            shown = harness.services.pseudonyms.of(str(await harness.organisation_id(_DEAR)), dear)
        async with _caller(base, tokens[_OTHER]) as http:
            await _call_steadily(http, WARM_UP_SECONDS)
            quiet = await _measured("nothing else", http)
            async with _locked_history(url), _polls(base, tokens), _hang_ups(base, tokens[_DEAR], shown):
                troubled = await _measured(f"{DEAR_CALLS} that hang up, {POLLING * POLLS_OF_EACH} that poll", http)
    print(
        f"ratio to nothing else: {troubled.median / quiet.median:.1f} at the median, {troubled.p99 / quiet.p99:.1f} "
        f"at p99; refused: {troubled.refused}"
    )


async def _clients(harness: Harness, base: str) -> dict[str, str]:
    codes = [_DEAR, _OTHER, *_pollers()]
    for code in codes:
        await harness.add_referrer(code)
    return {code: await harness.token(code, base) for code in codes}


def _caller(base: str, token: str, hang_up_after: float | None = None) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        base,
        connector=aiohttp.TCPConnector(limit=0),
        headers={"authorization": f"Bearer {token}"},
        timeout=aiohttp.ClientTimeout(total=hang_up_after),
    )


async def _measured(label: str, http: aiohttp.ClientSession) -> _Others:
    durations, refused = await _call_steadily(http, SECONDS)
    others = _Others(percentile(durations, 0.5), percentile(durations, 0.99), refused)
    figures = f"p50 {others.median:.1f} ms, p99 {others.p99:.1f} ms, {refused} refused"
    show(f"{PER_SECOND}/s of others with {label}", figures)
    return others


async def _call_steadily(http: aiohttp.ClientSession, seconds: float) -> tuple[list[float], int]:
    """Return how long each call took, in ms, and how many were refused."""
    durations: list[float] = []
    statuses: list[int] = []

    async def call() -> None:
        began = time.monotonic()
        try:
            async with http.get("/v1/referrals?limit=1", timeout=_PATIENCE) as response:
                await response.read()
            statuses.append(response.status)
        except TimeoutError:
            statuses.append(0)
        durations.append((time.monotonic() - began) * 1000)

    began = time.monotonic()
    async with asyncio.TaskGroup() as calls:
        for number in range(int(PER_SECOND * seconds)):
            await asyncio.sleep(began + number / PER_SECOND - time.monotonic())
            calls.create_task(call())
    return durations, sum(status != 200 for status in statuses)


@asynccontextmanager
async def _locked_history(url: str) -> AsyncIterator[None]:
    """Let every reading of a history take as long as the block."""
    connection = await asyncpg.connect(url)
    await connection.execute("BEGIN; LOCK TABLE history IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        await connection.close()


@asynccontextmanager
async def _polls(base: str, tokens: Mapping[str, str]) -> AsyncIterator[None]:
    async def poll(http: aiohttp.ClientSession) -> None:
        async with http.get("/v1/events?wait=30") as response:
            await response.read()

    async with AsyncExitStack() as stack:
        callers = [await stack.enter_async_context(_caller(base, tokens[code])) for code in _pollers()]
        await stack.enter_async_context(_repeated([partial(poll, each) for each in callers * POLLS_OF_EACH]))
        yield


@asynccontextmanager
async def _hang_ups(base: str, token: str, referral_id: UUID) -> AsyncIterator[None]:
    async def hang_up(http: aiohttp.ClientSession) -> None:
        async with http.get(f"/v1/referrals/{referral_id}/history") as response:
            await response.read()

    async with AsyncExitStack() as stack:
        caller = await stack.enter_async_context(_caller(base, token, hang_up_after=HANG_UP_AFTER_SECONDS))
        await stack.enter_async_context(_repeated([partial(hang_up, caller)] * DEAR_CALLS))
        yield


@asynccontextmanager
async def _repeated(calls: Sequence[Call]) -> AsyncIterator[None]:
    """Make these calls again and again during the block, however they end."""
    over = asyncio.Event()

    async def repeat(call: Call) -> None:
        # The client makes of a cancellation that comes with its own timeout the latter.
        while not over.is_set():
            with suppress(aiohttp.ClientError, TimeoutError):
                await call()

    tasks: list[asyncio.Task[None]] = []
    for call in calls:
        tasks.append(asyncio.create_task(repeat(call)))
        # Callers do not know each other.
        await asyncio.sleep(WARM_UP_SECONDS / len(calls))
    yield
    over.set()
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _pollers() -> list[str]:
    return [f"poll-{number}" for number in range(POLLING)]


if __name__ == "__main__":
    uvloop.run(measure())
