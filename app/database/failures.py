"""What the errors of a store mean, SQLite or PostgreSQL: a value was refused, or it cannot work at this moment."""

from __future__ import annotations

import sqlite3
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import asyncpg
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.calls import is_abandoned
from app.connection_failure import errors_behind
from app.domain.details import Detail
from app.domain.errors import Unavailable

StoreError = DBAPIError
"""The error that the store raises; see ``is_refused_value`` and ``trouble_of``."""


class Trouble(StrEnum):
    """Why a store cannot work at this moment. Nothing is wrong with the work, which may be tried again."""

    BROKEN_OFF = "broken-off"
    """The connection ended during the work, which may have been committed."""

    CONTENDED = "contended"
    """Somebody else was in the way for too long, or a statement took too long; the work was rolled back."""

    NO_ANSWER = "no-answer"
    """It does not answer in time: it hangs, or the network is cut."""

    NO_CONNECTION = "no-connection"
    """The server has as many connections as it takes."""

    NO_ROOM = "no-room"
    """The disk is full or fails, or the memory is used up."""

    OUT_OF_REACH = "out-of-reach"
    """There is no server, or it lets nobody in."""

    POOL_EXHAUSTED = "pool-exhausted"
    """All connections of this process are in use."""

    POOLER = "pooler"
    """A pooler in between refuses the connection, or has none to the server."""

    READ_ONLY = "read-only"
    """It takes no writes: a standby, or a primary that was made read-only."""

    STOPPING = "stopping"
    """The server stops or starts."""


# SQLSTATE: PostgreSQL's appendix A. The whole state comes before its class.
_BY_STATE = {
    "08": Trouble.BROKEN_OFF,
    "08001": Trouble.OUT_OF_REACH,
    "08004": Trouble.OUT_OF_REACH,
    # A protocol violation: the state with which PgBouncer refuses anything.
    "08P01": Trouble.POOLER,
    "25006": Trouble.READ_ONLY,
    "25P03": Trouble.BROKEN_OFF,
    "28": Trouble.OUT_OF_REACH,
    "3D": Trouble.OUT_OF_REACH,
    "40": Trouble.CONTENDED,
    "53": Trouble.NO_ROOM,
    "53300": Trouble.NO_CONNECTION,
    "55P03": Trouble.CONTENDED,
    "57014": Trouble.CONTENDED,
    "57P": Trouble.STOPPING,
    "58": Trouble.NO_ROOM,
}

# SQLite's primary result codes.
_BY_RESULT_CODE = {
    sqlite3.SQLITE_BUSY: Trouble.CONTENDED,
    sqlite3.SQLITE_CANTOPEN: Trouble.OUT_OF_REACH,
    sqlite3.SQLITE_FULL: Trouble.NO_ROOM,
    sqlite3.SQLITE_INTERRUPT: Trouble.CONTENDED,
    sqlite3.SQLITE_IOERR: Trouble.NO_ROOM,
    sqlite3.SQLITE_LOCKED: Trouble.CONTENDED,
    sqlite3.SQLITE_NOMEM: Trouble.NO_ROOM,
    sqlite3.SQLITE_PROTOCOL: Trouble.CONTENDED,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
}

# SQLSTATE classes: data exception, integrity constraint violation.
_REFUSED_VALUE_CLASSES = ("22", "23")

# After these the next connection may lead to a server that works, or to a file with room.
_ENDED_BY = frozenset(Trouble) - {Trouble.CONTENDED, Trouble.POOL_EXHAUSTED}

_TOLD = {
    Trouble.BROKEN_OFF: Detail.DATABASE_BROKE_OFF,
    Trouble.CONTENDED: Detail.DATABASE_BROKE_OFF,
    Trouble.NO_ANSWER: Detail.DATABASE_TOO_SLOW,
    Trouble.READ_ONLY: Detail.DATABASE_READS_ONLY,
    Trouble.NO_ROOM: Detail.DATABASE_READS_ONLY,
}


def is_refused_value(error: StoreError) -> bool:
    """Return whether the store refused a value: too long, malformed, or in conflict with another."""
    return isinstance(error, DataError | IntegrityError) or _state_of(error.orig)[:2] in _REFUSED_VALUE_CLASSES


def is_conflict(error: StoreError) -> bool:
    """Return whether the store refused a value because of another row, which may have been stored at that moment."""
    return isinstance(error, IntegrityError)


def trouble_of(error: BaseException) -> Trouble | None:
    """Return what the store has when it raised this error, None when the error has to do with the work."""
    match error:
        case PoolTimeout():
            return Trouble.POOL_EXHAUSTED
        case TimeoutError():
            return Trouble.NO_ANSWER
        case OSError():
            return Trouble.OUT_OF_REACH
        case DBAPIError():
            return _trouble_of_driver(error.orig) or (Trouble.BROKEN_OFF if error.connection_invalidated else None)
        case _:
            return None


def kind_of(error: BaseException) -> str:
    """Return the name of the error that led to this one; its text can hold parts of the address, or a value."""
    # What ended a wait says nothing.
    last = [each for each in errors_behind(error) if not isinstance(each, CancelledError)][-1]
    name: str = getattr(last, "sqlite_errorname", type(last).__name__)
    return name


@contextmanager
def translated_failures() -> Iterator[None]:
    """Raise what the store raises when it has trouble as :class:`Unavailable`, with that error as its cause."""
    try:
        yield
    except (StoreError, PoolTimeout, OSError) as error:
        if (trouble := trouble_of(error)) is None:
            raise
        # Whether a change was kept is unknown when its connection breaks while it is committed.
        raise Unavailable(_TOLD.get(trouble, Detail.DATABASE_AWAY)()) from error


def drop_connections_on_trouble(engine: Engine) -> None:
    """Have an engine drop all its connections when the store of one of them has trouble, and make new ones."""

    @event.listens_for(engine, "handle_error")
    def drop(context: ExceptionContext) -> None:
        if _trouble_of_driver(context.original_exception) in _ENDED_BY:
            context.is_disconnect = True
        elif isinstance(context.original_exception, CancelledError) and is_abandoned():
            # It is used again when the server has cancelled the statement: see ``end_statement``.
            context.is_disconnect = False


def _trouble_of_driver(error: BaseException | None) -> Trouble | None:
    if isinstance(error, sqlite3.Error):
        # The primary code is the last byte of an extended one.
        return _BY_RESULT_CODE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if error is not None and isinstance(error.__cause__, asyncpg.TargetServerAttributeNotMatched):
        return Trouble.READ_ONLY
    state = _state_of(error)
    return next((found for end in (5, 3, 2) if (found := _BY_STATE.get(state[:end]))), None)


def _state_of(error: BaseException | None) -> str:
    return getattr(error, "sqlstate", None) or ""
