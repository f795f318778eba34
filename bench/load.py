"""Requests over kept connections, as many at once as there are connections."""

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
    """How a service did under load; times in ms."""

    per_second: float
    median: float
    worst: float

    @override
    def __str__(self) -> str:
        """Tell it in a line."""
        return f"{self.per_second:,.0f}/s, p50 {self.median:.0f}, p99 {self.worst:.0f} ms"


async def load(http: aiohttp.ClientSession, request: Request, seconds: float) -> Rate:
    """Ask on 32 connections for so long.

    Raises:
        RuntimeError: a request was refused.
    """
    took: list[float] = []
    deadline = time.monotonic() + seconds

    async def ask_on() -> None:
        while (began := time.monotonic()) < deadline:
            status = await request(http)
            if status >= 300:
                raise RuntimeError(f"a request was answered with {status}")
            took.append((time.monotonic() - began) * 1000)

    await asyncio.gather(*(ask_on() for _ in range(CONNECTIONS)))
    return Rate(len(took) / seconds, percentile(took, 0.5), percentile(took, 0.99))
