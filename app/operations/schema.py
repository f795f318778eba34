"""Whether the database can be used: it is in reach, and has the schema of this version of the hub."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from app.connection_failure import errors_behind
from app.database import (
    Database,
    StoreError,
    Trouble,
    kind_of,
    newest_schema,
    trouble_of,
    with_own_connection,
)
from app.database_address import Connections
from app.domain.details import Detail, Said
from app.domain.errors import Unavailable
from app.models.diagnosis import schema_version

_POOL_SIZE = "TRAJECTHUB_DATABASE_POOL_SIZE"

_FAULTS: Mapping[Trouble, Detail] = {
    Trouble.BROKEN_OFF: Detail.CONNECTION_BROKE,
    Trouble.CONTENDED: Detail.WORK_TOOK_TOO_LONG,
    Trouble.NO_ANSWER: Detail.NO_ANSWER,
    Trouble.NO_CONNECTION: Detail.NO_MORE_CONNECTIONS,
    Trouble.NO_ROOM: Detail.NO_ROOM,
    Trouble.OUT_OF_REACH: Detail.OUT_OF_REACH,
    Trouble.POOL_EXHAUSTED: Detail.POOL_EXHAUSTED,
    Trouble.POOLER: Detail.POOLER_REFUSES,
    Trouble.READ_ONLY: Detail.READ_ONLY,
    Trouble.STOPPING: Detail.SERVER_STOPPING,
}


class DatabaseUnusable(RuntimeError):
    """The hub cannot work with its database; the message contains the remedy.

    Attributes:
        said: the message in both languages.
    """

    def __init__(self, said: Said) -> None:
        super().__init__(said.english)
        self.said = said


class SchemaMismatch(DatabaseUnusable):
    """The database has another schema than this version of the hub needs; waiting does not help."""


def open_database(url: str, connections: Connections) -> Database:
    """Open the database, whatever its schema.

    Raises:
        DatabaseInUse: the SQLite file is open elsewhere.
        DatabaseUnusable: it cannot be opened.
    """
    with _in_reach():
        return Database.open(url, connections)


async def require_newest_schema(db: Database) -> None:
    """Check that the database has the schema of this version of the hub, before anything else is asked of it.

    Raises:
        DatabaseUnusable: it is out of reach.
        SchemaMismatch: it has another schema.
    """
    with _in_reach():
        await check_schema(db)


async def check_schema(db: Database) -> None:
    """Check that the database still has the schema of this version of the hub.

    Raises:
        SchemaMismatch: it has another schema.
        Unavailable: it cannot be asked at this moment.
    """
    version = await db.read(schema_version)
    if fault := fault_of_schema(version, newest_schema()):
        raise SchemaMismatch(fault)


def require_reach(url: str) -> None:
    """Check that the database can be opened, whatever its schema.

    Raises:
        DatabaseUnusable: it is out of reach.
    """
    with _in_reach():
        with_own_connection(url, schema_version)


def fault_of_schema(version: str | None, newest: str) -> Said | None:
    """Return what is wrong with a schema of this version, with the remedy; None when it is the newest."""
    if version is None:
        return Detail.NO_TABLES()
    if version != newest:
        return Detail.ANOTHER_SCHEMA(version=version, newest=newest)
    return None


def fault_of_store(error: BaseException) -> Said:
    """Return why the database cannot be worked with, with the remedy.

    Args:
        error: what the store raised, or an error of the hub with that as its cause.
    """
    trouble = next((found for each in errors_behind(error) if (found := trouble_of(each))), Trouble.OUT_OF_REACH)
    return _FAULTS[trouble](kind=kind_of(error), pool_size=_POOL_SIZE)


@contextmanager
def _in_reach() -> Iterator[None]:
    try:
        yield
    except (Unavailable, StoreError, OSError) as error:
        raise DatabaseUnusable(fault_of_store(error)) from error
