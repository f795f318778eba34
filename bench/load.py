"""Load: one request at a time on each of a number of reused connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
from typing_extensions import override

from bench.figures import percentile

__all__ = ["CONNECTIONS", "Rate", "Request", "load"]

CONNECTIONS = 32

Request = Callable[[aiohttp.ClientSession], Awaitable[int]]


@dataclass(frozen=True)
class Rate:
    """The requests per second and response times in ms of a service under load."""

    per_second: float
    median: float
    p99: float

    @override
    def __str__(self) -> str:
        """Return the figures in one line."""
        return f"{self.per_second:,.0f}/s, p50 {self.median:.0f}, p99 {self.p99:.0f} ms"


async def load(http: aiohttp.ClientSession, request: Request, seconds: float) -> Rate:
    """Send requests on 32 connections for this time.

    Raises:
        RuntimeError: a response had a status of 300 or more.
    """
    durations: list[float] = []
    deadline = time.monotonic() + seconds

    async def send_repeatedly() -> None:
        while (began := time.monotonic()) < deadline:
            status = await request(http)
            if status >= 300:
                raise RuntimeError(f"a request was answered with {status}")
            durations.append((time.monotonic() - began) * 1000)

    await asyncio.gather(*(send_repeatedly() for _ in range(CONNECTIONS)))
    return Rate(len(durations) / seconds, percentile(durations, 0.5), percentile(durations, 0.99))
