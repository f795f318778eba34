"""A webhook receiver in a separate process, with as little work as possible, and its client.

``python -m tests.support.receiver_process PORT`` answers ``POST /ok/…`` with 204, ``/slow/…`` with 204 after a delay,
``/wait/…`` after a long one, ``/limited/…`` with 429 to what is more than five in a second, ``/unsure/…`` with 500 at
random, ``/fail/…`` with 500 and ``/hang/…`` never. ``GET /count`` returns the number of requests that were accepted,
``GET /arrivals`` the requests, ``GET /body`` the last body, ``GET /about/SUBJECT`` how many are about a subject;
``GET /mend`` ends the random failures, and ``GET /reset`` removes all requests.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
import uvicorn
from starlette.types import Receive, Send

from tests.support.processes import free_port, running

__all__ = ["Arrival", "ReceiverClient", "running_receiver"]

SLOW_SECONDS, WAIT_SECONDS = 0.1, 2.0
RATE_LIMIT, FAILING_SHARE = 5, 0.3


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """An event that arrived at a subscriber; ``at`` in seconds since the epoch, ``reason`` of a notice only."""

    at: float
    path: str
    id: str
    type: str
    subject: str
    sequence: int
    reason: str | None = None

    def to_json(self) -> list[str | float | int | None]:
        """Return the arrival as a JSON array."""
        return [self.at, self.path, self.id, self.type, self.subject, self.sequence, self.reason]

    @classmethod
    def from_json(cls, values: list[Any]) -> Self:
        """Return the arrival of a JSON array."""
        at, path, id, type, subject, sequence, reason = values
        return cls(at=at, path=path, id=id, type=type, subject=subject, sequence=sequence, reason=reason)


@dataclass(frozen=True)
class ReceiverClient:
    """A client of the receiver.

    Attributes:
        url: its base URL, without a slash at the end.
    """

    url: str
    http: aiohttp.ClientSession

    async def get(self, path: str) -> bytes:
        """Return the body of a response."""
        async with self.http.get(f"{self.url}/{path}") as response:
            return await response.read()

    async def reset(self) -> None:
        """Remove all requests."""
        await self.get("reset")

    async def wait_for(self, number: int, seconds: float) -> int:
        """Wait until this number of requests has arrived, or this time has passed. Return the number that arrived."""
        deadline = time.monotonic() + seconds
        # Polling, because the receiver is another process.
        while (arrived := int(await self.get("count"))) < number and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return arrived

    async def arrivals(self) -> tuple[list[Arrival], int]:
        """Return the events in order of arrival, and the number of connections that they arrived on."""
        received = json.loads(await self.get("arrivals"))
        return [Arrival.from_json(each) for each in received["events"]], received["connections"]


@asynccontextmanager
async def running_receiver() -> AsyncIterator[ReceiverClient]:
    """Run a receiver for the duration of a block."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running("tests.support.receiver_process", str(port), url=f"{url}/count"):
        async with aiohttp.ClientSession() as http:
            yield ReceiverClient(url, http)


@dataclass(frozen=True, kw_only=True)
class _ReceivedRequest:
    at: float
    path: str
    message_id: str
    body: bytes

    def arrival(self) -> Arrival:
        event = json.loads(self.body)
        return Arrival(
            at=self.at,
            path=self.path,
            id=self.message_id,
            type=event["type"],
            subject=event["subject"],
            sequence=int(event["sequence"]),
            reason=event["data"].get("reason"),
        )


class RecordingReceiver:
    """An ASGI application that stores the requests and their time of arrival."""

    def __init__(self) -> None:
        self._requests: list[_ReceivedRequest] = []
        self._connections: set[tuple[str, int]] = set()
        self._in_second: Counter[int] = Counter()
        self._failing_share = FAILING_SHARE

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "GET":
            await _respond(send, 200, self._reply(scope["path"]))
            return
        body, arrived_at = await _body(receive), time.time()
        match scope["path"].split("/")[1]:
            case "hang":
                # Until the sender closes the connection.
                await receive()
            case "fail":
                await _respond(send, 500)
            case "unsure" if random.random() < self._failing_share:
                await _respond(send, 500)
            case "limited" if self._is_too_many(int(arrived_at)):
                await _respond(send, 429)
            case "slow" | "wait" as way:
                self._store(scope, arrived_at, body)
                await asyncio.sleep(SLOW_SECONDS if way == "slow" else WAIT_SECONDS)
                await _respond(send, 204)
            case _:
                self._store(scope, arrived_at, body)
                await _respond(send, 204)

    def _is_too_many(self, second: int) -> bool:
        self._in_second[second] += 1
        return self._in_second[second] > RATE_LIMIT

    def _store(self, scope: Mapping[str, Any], arrived_at: float, body: bytes) -> None:
        self._connections.add(scope["client"])
        message_id = dict(scope["headers"])[b"webhook-id"].decode()
        self._requests.append(_ReceivedRequest(at=arrived_at, path=scope["path"], message_id=message_id, body=body))

    def _reply(self, path: str) -> bytes:
        match path:
            case "/mend":
                self._failing_share = 0.0
            case "/arrivals":
                events = [each.arrival().to_json() for each in self._requests]
                return json.dumps({"connections": len(self._connections), "events": events}).encode()
            case "/body":
                return self._requests[-1].body
            case "/reset":
                self._requests.clear()
                self._connections.clear()
            case _ if path.startswith("/about/"):
                wanted = path.removeprefix("/about/").encode()
                return str(sum(wanted in each.body for each in self._requests)).encode()
        return str(len(self._requests)).encode()


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def _respond(send: Send, status: int, body: bytes = b"") -> None:
    length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": length})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    uvicorn.run(
        RecordingReceiver(),
        port=int(sys.argv[1]),
        lifespan="off",
        access_log=False,
        log_level="error",
        backlog=4096,
    )
