"""Trouble of the sandbox's hub itself: for a while its API works with a store that fails.

Nothing in the API knows of it, so that the answers are those of a hub in that trouble: body, headers, log.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.app import create_api
from app.api.state import AppState
from app.database import Database, Dialect
from app.database.failures import translated_failures
from app.domain.details import Detail
from app.domain.errors import TooManyRequests

_SHARE = 8
"""The most requests of one client in the answer of a busy hub."""


def be_out_of_reach() -> NoReturn:
    """Fail as a store that cannot be reached does."""
    with translated_failures():
        raise ConnectionRefusedError


def be_in_use() -> NoReturn:
    """Fail as a store does for a client that has its share of the connections in use."""
    raise TooManyRequests(Detail.SHARE_IN_USE(most=_SHARE))


def be_faulty() -> NoReturn:
    """Fail as nobody expects."""
    raise RuntimeError


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What is wrong with the hub.

    Attributes:
        status: of the answers in which it shows.
        fail: what its store does instead of its work.
        below: the addresses that it concerns begin with this.
        answers: after how many answers it ends.
        seconds: after how many seconds it ends at the latest.
    """

    status: int
    fail: Callable[[], NoReturn]
    below: str = "/"
    answers: int
    seconds: int


class TroubledHub:
    """Answers calls in place of a hub, as the same hub with a store that fails.

    Args:
        state: what the API of the hub works with.
        trouble: what is wrong, and when it ends.
        timer: returns seconds that only grow.
    """

    def __init__(self, state: AppState, trouble: Trouble, timer: Callable[[], float] = time.monotonic) -> None:
        self._api: ASGIApp = create_api(replace(state, db=Database(_FailingStore(state.db.dialect, trouble.fail))))
        self._trouble, self._left = trouble, trouble.answers
        self._timer, self._ends_at = timer, timer() + trouble.seconds

    @property
    def status(self) -> int:
        """The status of the answers in which the trouble shows."""
        return self._trouble.status

    def answers(self, path: str) -> bool:
        """Return whether a call of this path is answered here, rather than by the hub."""
        return path.startswith(self._trouble.below) and self._left > 0 and self._timer() < self._ends_at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call; it counts when the trouble shows in its answer."""
        shows = False

        async def observed(message: Message) -> None:
            nonlocal shows
            shows = shows or message.get("status") == self._trouble.status
            await send(message)

        # Counted in advance, so that no more calls at the same time meet it than were asked for.
        self._left -= 1
        try:
            await self._api(scope, receive, observed)
        finally:
            self._left += not shows


class _FailingStore:
    """A store that does none of its work."""

    def __init__(self, dialect: Dialect, fail: Callable[[], NoReturn]) -> None:
        self.dialect, self._fail = dialect, fail

    async def write(self, _: object) -> NoReturn:
        self._fail()

    async def write_in_one_statement(self, _: object) -> NoReturn:
        self._fail()

    async def read(self, _: object) -> NoReturn:
        self._fail()

    async def erase_deleted(self) -> NoReturn:
        self._fail()

    def publish(self) -> None:
        """Notify nobody: nothing is committed."""

    def listen(self, notify: Callable[[], None]) -> None:
        """Hear of nobody."""

    async def close(self) -> None:
        """Release nothing."""
