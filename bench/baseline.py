"""The bare limit of sending: one aiohttp sender that posts the same signed bodies, and keeps no books."""

from __future__ import annotations

import asyncio
import time
from itertools import count, cycle

import aiohttp

from app.events.http.signing import new_secret, sign

__all__ = ["bare_posts_per_second"]

IN_FLIGHT = 50
_HEADERS = {"content-type": "application/cloudevents+json; charset=utf-8", "user-agent": "bench"}


async def bare_posts_per_second(urls: list[str], body: bytes, seconds: float) -> float:
    """Return how many signed posts a second one sender makes over kept connections, 50 in flight."""
    key, numbers, addresses = (new_secret(),), count(), cycle(urls)
    deadline = time.monotonic() + seconds
    sent = 0

    async def send_on(http: aiohttp.ClientSession) -> None:
        nonlocal sent
        while time.monotonic() < deadline:
            message_id, timestamp = f"bare-{next(numbers)}", int(time.time())
            headers = {
                **_HEADERS,
                "webhook-id": message_id,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": sign(key, message_id, timestamp, body),
            }
            async with http.post(next(addresses), data=body, headers=headers) as answer:
                await answer.read()
            sent += 1

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await asyncio.gather(*(send_on(http) for _ in range(IN_FLIGHT)))
    return sent / seconds
