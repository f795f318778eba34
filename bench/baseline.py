"""The baseline of sending: one aiohttp sender that posts the same signed bodies, without a database."""

from __future__ import annotations

import asyncio
import time
from itertools import count, cycle

import aiohttp

from app.events.http.signing import new_secret, sign

__all__ = ["baseline_posts_per_second"]

IN_FLIGHT = 50
_HEADERS = {"content-type": "application/cloudevents+json; charset=utf-8", "user-agent": "bench"}


async def baseline_posts_per_second(urls: list[str], body: bytes, seconds: float) -> float:
    """Return the signed posts per second of one sender on reused connections, 50 in flight."""
    key, numbers, addresses = (new_secret(),), count(), cycle(urls)
    deadline = time.monotonic() + seconds
    sent = 0

    async def send_repeatedly(http: aiohttp.ClientSession) -> None:
        nonlocal sent
        while time.monotonic() < deadline:
            message_id, timestamp = f"baseline-{next(numbers)}", int(time.time())
            headers = {
                **_HEADERS,
                "webhook-id": message_id,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": sign(key, message_id, timestamp, body),
            }
            async with http.post(next(addresses), data=body, headers=headers) as response:
                await response.read()
            sent += 1

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await asyncio.gather(*(send_repeatedly(http) for _ in range(IN_FLIGHT)))
    return sent / seconds
