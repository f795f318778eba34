"""An open store that runs units of work: plain functions of a :class:`Connection`, each in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Concatenate, ParamSpec, Self, TypeVar
from weakref import WeakSet

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.database.effects import Effect, collecting
from app.database.outage import Outage
from app.database.postgresql import PostgreSQL
from app.database.sqlite import Sqlite
from app.database.store import Dialect, Store, Work
from app.database_address import Connections, PostgresServers, SqliteFile, read_database_url
from app.domain.errors import Unavailable
from app.loops import note_progress
from app.signals import CommitSignal

P = ParamSpec("P")
T = TypeVar("T")

DEFAULT_CONNECTIONS = Connections()


class Database:
    """An open store that runs units of work."""

    def __init__(self, store: Store) -> None:
        """Use :meth:`open` instead."""
        self._store = store
        self._outage = Outage()
        self._signals: WeakSet[CommitSignal] = WeakSet()

    @classmethod
    def open(cls, url: str, connections: Connections = DEFAULT_CONNECTIONS) -> Self:
        """Open ``sqlite:///path`` or ``postgresql://…``; PostgreSQL is first reached by the first unit of work.

        Args:
            url: names the store.
            connections: how those with PostgreSQL are made and shared.

        Raises:
            DatabaseInUse: the SQLite file is open elsewhere.
            DatabaseUrlInvalid: the URL cannot be read, or names another kind of store.
        """
        return cls.at(read_database_url(url), connections)

    @classmethod
    def at(cls, address: SqliteFile | PostgresServers, connections: Connections = DEFAULT_CONNECTIONS) -> Self:
        """Open the store at an address, as :meth:`open` does by a URL."""
        match address:
            case SqliteFile(path):
                return cls(Sqlite(path, connections))
            case PostgresServers():
                return cls(PostgreSQL(address, connections))

    @property
    def dialect(self) -> Dialect:
        """The kind of store."""
        return self._store.dialect

    async def write(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``work`` in one transaction: commit when it returns, roll back when it raises.

        When a constraint of the store refuses it, it runs once more: work has no effects outside its transaction,
        except those that it passes to :func:`app.database.after_commit`.

        When the client for which it is done hangs up, a write that has not begun is given up; one that has begun is
        finished. Cancelling the caller otherwise does not undo a transaction that has already begun on SQLite.

        Raises:
            TooManyRequests: the client for which it is done had its share of the connections in use for too long.
            Unavailable: no connection was free in time, the work took too long, the store ended the transaction, or the
                connection broke; in the last case the transaction may have been committed.
        """
        return await self._notifying(self.write_without_notifying(work, *args, **kwargs))

    async def write_in_one_statement(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``work`` as :meth:`write` does, but its only write is one statement, and that is the last thing it does.

        PostgreSQL then needs no transaction around it, which saves two round trips. What ``work`` read before is
        committed data, and it locked nothing.
        """
        write = self._written(self._store.write_in_one_statement, lambda tx: work(tx, *args, **kwargs), _name_of(work))
        return await self._notifying(write)

    async def write_without_notifying(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``work`` as :meth:`write` does, but notify nobody: for a write that leaves nobody anything to do."""
        return await self._written(self._store.write, lambda tx: work(tx, *args, **kwargs), _name_of(work))

    async def read(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``work`` on committed data.

        On SQLite all its statements see one moment; on PostgreSQL each statement sees its own. When the client for
        which it is done hangs up, its statement is cancelled.

        Raises:
            TooManyRequests: the client for which it is done had its share of the connections in use for too long.
            Unavailable: no connection was free in time, the work took too long, or the store ended the statement.
        """
        done = self._store.read(lambda tx: work(tx, *args, **kwargs))
        return await self._observed(done, _name_of(work), wrote=False)

    async def erase_deleted(self) -> None:
        """Leave nothing of deleted rows in the files: on SQLite at once, on PostgreSQL that is up to its vacuum."""
        await self._store.erase_deleted()

    def listen(self) -> CommitSignal:
        """Return a signal of committed writes; it is valid as long as the caller keeps it.

        On PostgreSQL it is also set by those of other processes, from the first time that somebody waits for one.
        """
        signal = CommitSignal(partial(self._store.listen, self._notify))
        self._signals.add(signal)
        return signal

    def notify(self) -> None:
        """Signal a committed write to everyone who waits for one, in this process and in others."""
        self._notify()
        self._store.publish()

    async def _written(self, write: Callable[[Work[T]], Awaitable[T]], work: Work[T], name: str) -> T:
        effects: list[Effect] = []
        noted = collecting(work, effects)
        try:
            result = await self._observed(write(noted), name, wrote=True)
        except IntegrityError:
            # Two writers chose the same unique value at once; the second now sees the first, and answers in our terms.
            result = await self._observed(write(noted), name, wrote=True)
        for effect in effects:
            effect()
        return result

    async def _observed(self, done: Awaitable[T], name: str, *, wrote: bool) -> T:
        try:
            result = await done
        except Unavailable as error:
            self._outage.note_failure(error, name)
            raise
        self._outage.note_success(wrote=wrote)
        note_progress()
        return result

    async def _notifying(self, write: Awaitable[T]) -> T:
        result = await write
        self.notify()
        # Waiting tasks run now, rather than when the caller next waits.
        await asyncio.sleep(0)
        return result

    def _notify(self) -> None:
        for signal in self._signals:
            signal.notify()

    async def close(self) -> None:
        """Finish running work, and release every connection, thread and lock."""
        await self._store.close()


def _name_of(work: Callable[..., object]) -> str:
    """Return the name of a function for the log; of one with arguments bound, that of the function."""
    while isinstance(work, partial):
        work = work.func
    return getattr(work, "__qualname__", type(work).__qualname__)
