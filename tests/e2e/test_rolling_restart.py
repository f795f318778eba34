"""Restarting one API process after the other is not seen by callers behind a balancer that asks readiness."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.sandbox.runtime import serving
from tests.support.api_calls import referral
from tests.support.harness import open_harness
from tests.support.processes import Program, free_port, hub_environment

pytestmark = pytest.mark.slow

PUBLIC_URL = "https://hub.example.nl"
CALLERS = 4
PAUSE_SECONDS = 0.05
BOUND_SECONDS = 120
CHECK_SECONDS = 0.05


@dataclass
class Balancer:
    """Passes each request to one of the backends that are ready, over connections that are kept open."""

    backends: Sequence[httpx.AsyncClient]
    ready: list[httpx.AsyncClient] = field(default_factory=list)
    _turn: "count[int]" = field(default_factory=count)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; it is never sent to a second backend."""
        request = Request(scope, receive)
        backend = self.ready[next(self._turn) % len(self.ready)]
        answer = await backend.request(
            request.method, request.url.path, content=await request.body(), headers=request.headers.raw
        )
        await Response(answer.content, answer.status_code)(scope, receive, send)

    async def check(self) -> None:
        """Ask the backends over and over whether they is ready."""
        while True:
            found = await asyncio.gather(*map(is_ready, self.backends))
            self.ready = [each for each, is_ready in zip(self.backends, found, strict=True) if is_ready]
            await asyncio.sleep(CHECK_SECONDS)

    async def wait_for(self, number: int) -> None:
        """Wait until this number of backends is ready."""
        while len(self.ready) != number:  # noqa: ASYNC110  # of other processes
            await asyncio.sleep(CHECK_SECONDS)


async def is_ready(backend: httpx.AsyncClient) -> bool:
    """Return whether a backend says so."""
    try:
        return (await backend.get("/healthz/ready")).status_code == 200
    except httpx.HTTPError:
        return False


@asynccontextmanager
async def balanced(ports: Sequence[int]) -> AsyncIterator[tuple[Balancer, httpx.AsyncClient]]:
    """Return a balancer in front of these ports of this machine, and a client of it."""
    async with AsyncExitStack() as opened:
        backends = [httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") for port in ports]
        for each in backends:
            await opened.enter_async_context(each)
        balancer = Balancer(backends)
        checking = asyncio.create_task(balancer.check())
        opened.callback(checking.cancel)
        server = await opened.enter_async_context(serving(balancer))
        await balancer.wait_for(len(ports))
        yield balancer, await opened.enter_async_context(httpx.AsyncClient(base_url=server.url))


async def call_until(stop: asyncio.Event, client: httpx.AsyncClient, token: str, caller: int) -> Counter[int]:
    """Refer and read until ``stop`` is set; return how often each status was answered."""
    statuses: Counter[int] = Counter()
    headers = {"Authorization": f"Bearer {token}"}
    for number in count():
        if stop.is_set():
            return statuses
        key = {"Idempotency-Key": f"caller-{caller}-{number}"}
        body = referral(reference=f"{caller}-{number}")
        written = await client.post("/v1/referrals", json=body, headers=headers | key)
        read = await client.get("/v1/referrals", headers=headers)
        statuses.update([written.status_code, read.status_code])
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError


async def stopped(program: Program, balancer: Balancer) -> int:
    """Stop one of two processes, and end its drain as soon as the balancer has noticed; return its exit code."""
    os.kill(program.pid, signal.SIGTERM)
    await balancer.wait_for(1)
    return await asyncio.to_thread(program.end)


async def test_no_request_fails_while_both_processes_are_restarted(postgres_url: str) -> None:
    async with open_harness(postgres_url) as harness:
        await harness.add_referrer("referrer")
        token = await harness.token("referrer", PUBLIC_URL)
    ports = [free_port(), free_port()]
    settings = {"TRAJECTHUB_PUBLIC_URL": PUBLIC_URL, "TRAJECTHUB_DRAIN_SECONDS": "60", "TRAJECTHUB_STOP_SECONDS": "90"}
    programs = [
        Program(
            arguments=("app.cli.main", "serve"),
            environment=hub_environment(postgres_url, port) | settings,
            url=f"http://127.0.0.1:{port}/healthz/live",
        )
        for port in ports
    ]
    stop, codes = asyncio.Event(), []
    try:
        for each in programs:
            each.start()
        async with asyncio.timeout(BOUND_SECONDS), balanced(ports) as (balancer, client):
            calls = [asyncio.create_task(call_until(stop, client, token, number)) for number in range(CALLERS)]
            first, second = programs
            codes.append(await stopped(first, balancer))
            first.start()
            await balancer.wait_for(2)
            codes.append(await stopped(second, balancer))
            # The second starts again as the first did.
            stop.set()
            statuses = sum(await asyncio.gather(*calls), Counter[int]())
    finally:
        for each in programs:
            each.end(signal.SIGINT)

    assert codes == [0, 0]
    assert statuses.keys() == {200, 201}
    assert statuses.total() > 50
