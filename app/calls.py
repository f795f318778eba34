"""The calls of clients that this process answers, each in a task of its own.

A caller that hangs up waits for nothing any more, so its task is cancelled; what it has begun to write is finished.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["OPEN_CALLS", "Call", "OpenCalls", "is_abandoned", "leave_if_abandoned", "present_call", "writing"]

OPEN_CALLS = "trajecthub.open_calls"
"""The ASGI extension with the calls of a connection."""


class Call:
    """A call of a client; make it in the task that answers it.

    Attributes:
        client: the client that proved who it is; None before that.
        is_abandoned: whether its caller hung up.
    """

    def __init__(self) -> None:
        self.client: str | None = None
        self.is_abandoned = False
        self._task = asyncio.current_task()
        self._writes = 0

    def hang_up(self) -> None:
        """Cancel the task, at once or when it has finished what it writes."""
        self.is_abandoned = True
        self._leave()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Finish the block although the caller hangs up."""
        self._writes += 1
        try:
            yield
        finally:
            self._writes -= 1
            self._leave()

    def _leave(self) -> None:
        if self.is_abandoned and not self._writes and self._task:
            self._task.cancel()


class OpenCalls:
    """The calls that came over one connection and are not answered yet."""

    def __init__(self) -> None:
        self._calls: set[Call] = set()
        self._has_ended = False

    def hang_up(self) -> None:
        """End the connection, and with it its calls."""
        self._has_ended = True
        for each in list(self._calls):
            each.hang_up()

    @contextmanager
    def answering(self) -> Iterator[Call]:
        """Answer a call within the block."""
        call = Call()
        self._calls.add(call)
        token = _present.set(call)
        try:
            if self._has_ended:
                call.hang_up()
            yield call
        finally:
            _present.reset(token)
            self._calls.discard(call)


_present: ContextVar[Call | None] = ContextVar("call", default=None)


def present_call() -> Call | None:
    """Return the call that is answered; None for work that no client waits for."""
    return _present.get()


@contextmanager
def writing() -> Iterator[None]:
    """Finish the block, which writes, although the caller hangs up."""
    call = _present.get()
    if call is None:
        yield
    else:
        with call.writing():
            yield


def is_abandoned() -> bool:
    """Return whether the caller for which this is done hung up."""
    call = _present.get()
    return call is not None and call.is_abandoned


async def leave_if_abandoned() -> None:
    """Begin nothing for a caller that hung up.

    Raises:
        asyncio.CancelledError: it did.
    """
    if is_abandoned():
        # It was cancelled, and this is the next wait.
        await asyncio.sleep(0)
