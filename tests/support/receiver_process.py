"""A subscriber in a process of its own, as bare as can be: ``python -m tests.support.receiver_process PORT``.

``POST /ok/…`` is answered 204, ``/slow/…`` too but later, ``/fail/…`` 500 and ``/hang/…`` never. ``GET /count`` tells
how many arrived at the first two, ``GET /arrivals`` which, ``GET /forget`` begins anew, ``GET /body`` gives the last.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from typing import Any

import uvicorn

SLOW_SECONDS = 0.1


class Receiver:
    """An ASGI application that notes what arrives, and when."""

    def __init__(self) -> None:
        self._arrived: list[tuple[float, str, str, bytes]] = []
        self._connections: set[tuple[str, int]] = set()

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["method"] == "GET":
            await _answer(send, 200, self._told(scope["path"]))
            return
        body, arrived_at = await _body(receive), time.time()
        match scope["path"].split("/")[1]:
            case "hang":
                # Until the sender gives up, which ends the connection.
                await receive()
            case "fail":
                await _answer(send, 500)
            case "slow":
                self._note(scope, arrived_at, body)
                await asyncio.sleep(SLOW_SECONDS)
                await _answer(send, 204)
            case _:
                self._note(scope, arrived_at, body)
                await _answer(send, 204)

    def _note(self, scope: Mapping[str, Any], arrived_at: float, body: bytes) -> None:
        self._connections.add(scope["client"])
        message_id = dict(scope["headers"])[b"webhook-id"].decode()
        self._arrived.append((arrived_at, scope["path"], message_id, body))

    def _told(self, path: str) -> bytes:
        match path:
            case "/arrivals":
                connections = len(self._connections)
                return json.dumps(
                    {"connections": connections, "events": [_row(*one) for one in self._arrived]}
                ).encode()
            case "/body":
                return self._arrived[-1][3]
            case "/forget":
                self._arrived.clear()
                self._connections.clear()
        return str(len(self._arrived)).encode()


def _row(arrived_at: float, path: str, message_id: str, body: bytes) -> list[Any]:
    event = json.loads(body)
    return [arrived_at, path, message_id, event["type"], event["subject"], int(event["sequence"])]


async def _body(receive: Any) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def _answer(send: Any, status: int, body: bytes = b"") -> None:
    length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": length})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    uvicorn.run(Receiver(), port=int(sys.argv[1]), lifespan="off", access_log=False, log_level="error", backlog=4096)
