"""What a store of either kind does, and what their engines have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol, TypeVar

from pydantic_core import from_json, to_json
from sqlalchemy import Connection

from app.calls import present_call
from app.database_address import Connections

T = TypeVar("T")
Work = Callable[[Connection], T]
Dialect = Literal["sqlite", "postgresql"]


class Store(Protocol):
    """A store that runs units of work."""

    dialect: Dialect

    def write(self, work: Work[T]) -> Awaitable[T]:
        """Run ``work`` in one transaction."""

    def write_in_one_statement(self, work: Work[T]) -> Awaitable[T]:
        """Run ``work`` that writes with one statement, its last."""

    def read(self, work: Work[T]) -> Awaitable[T]:
        """Run ``work`` on committed data."""

    def erase_deleted(self) -> Awaitable[None]:
        """Leave nothing of deleted rows in the files, as far as that is not the server's."""

    def publish(self) -> None:
        """Notify other processes of a commit."""

    def listen(self, notify: Callable[[], None]) -> None:
        """Call ``notify`` for each commit of another process."""

    async def close(self) -> None:
        """Finish running work, and release everything."""


def work_seconds(connections: Connections) -> float:
    """Return the longest that a unit of work may take that begins now; a client's is shorter."""
    return connections.work_seconds if present_call() is None else connections.request_seconds


def engine_options() -> dict[str, Any]:
    """Return the options of every engine."""
    return {
        # Error messages end up in logs; the values of a statement may be personal data.
        "hide_parameters": True,
        "json_serializer": lambda value: to_json(value).decode(),
        "json_deserializer": from_json,
    }
