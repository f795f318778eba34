"""The port at which orchestrators ask whether a worker lives: the smallest HTTP that they need."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

from pydantic_core import to_json

from app.domain.worker_processes import LoopReport, WorkerReport

__all__ = ["serving_liveness"]

PATHS = (b"/healthz/live", b"/healthz")

# Nobody keeps a connection open for longer.
_SECONDS = 5.0

MOST_CONNECTIONS = 50
"""For one more, the oldest one is closed."""


@asynccontextmanager
async def serving_liveness(
    listening: Sequence[socket.socket], present: Callable[[], WorkerReport]
) -> AsyncIterator[None]:
    """Answer at these sockets, during the block, what a worker reports at that moment."""
    answer = partial(_answer_some, {}, present)
    servers = [await asyncio.start_server(answer, sock=each) for each in listening]
    try:
        yield
    finally:
        for server in servers:
            server.close()


async def _answer_some(
    open_ones: dict[asyncio.StreamWriter, None],
    present: Callable[[], WorkerReport],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    if len(open_ones) >= MOST_CONNECTIONS:
        oldest = next(iter(open_ones))
        del open_ones[oldest]
        oldest.transport.abort()
    open_ones[writer] = None
    try:
        await _answer(present, reader, writer)
    finally:
        open_ones.pop(writer, None)


async def _answer(
    present: Callable[[], WorkerReport], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    with suppress(TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        async with asyncio.timeout(_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(_response(head, present))
            await writer.drain()
    writer.close()


def _response(head: bytes, present: Callable[[], WorkerReport]) -> bytes:
    method, _, rest = head.partition(b" ")
    if method not in (b"GET", b"HEAD"):
        return _message(b"405 Method Not Allowed", b"")
    if rest.partition(b" ")[0].partition(b"?")[0] not in PATHS:
        return _message(b"404 Not Found", b"")
    body = to_json(_content(present()))
    return _message(b"200 OK", body if method == b"GET" else b"")


def _message(status: bytes, body: bytes) -> bytes:
    return (
        b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
        b"Cache-Control: no-store\r\nConnection: close\r\n\r\n%s" % (status, len(body), body)
    )


def _content(report: WorkerReport) -> Mapping[str, object]:
    return {
        "status": "warn" if any(each.has_failed for each in report.loops) else "pass",
        "version": report.version,
        "worker": report.id,
        "startedAt": report.started_at,
        "loops": {each.name: _loop_content(each, report) for each in report.loops},
    }


def _loop_content(loop: LoopReport, report: WorkerReport) -> Mapping[str, object]:
    age = loop.completed_at and round((report.reported_at - loop.completed_at).total_seconds(), 1)
    return {
        "ageSeconds": age,
        "completedAt": loop.completed_at,
        "failedAt": loop.failed_at,
        "error": loop.error,
    }
