"""Whether the database can be used: it is in reach, and has the schema of this version of the hub."""

from asyncio import CancelledError
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from app.database import Database, StoreError, Trouble, newest_schema, trouble_of, with_own_connection
from app.database_address import Connections
from app.domain.errors import Unavailable
from app.models.diagnosis import schema_version

_POOL_SIZE = "TRAJECTHUB_DATABASE_POOL_SIZE"

# What is the matter, and the remedy.
_FAULTS: Mapping[Trouble, tuple[str, str]] = {
    Trouble.BROKEN_OFF: ("The connection with the database broke", "the hub tries again"),
    Trouble.CONTENDED: ("The database did not do the work in time", "the hub tries again"),
    Trouble.NO_ANSWER: ("The database does not answer in time", "look at its server, and at the network to it"),
    Trouble.NO_CONNECTION: (
        "The database takes no more connections",
        f"raise its max_connections, or lower {_POOL_SIZE}",
    ),
    Trouble.NO_ROOM: ("The database has no room to write", "free space on its disk, or memory"),
    Trouble.OUT_OF_REACH: ("The database cannot be read", "check TRAJECTHUB_DATABASE_URL, and that the server runs"),
    Trouble.POOL_EXHAUSTED: (
        "All connections of this process are in use",
        f"raise {_POOL_SIZE}, or run more processes",
    ),
    Trouble.POOLER: (
        "The pooler in front of the database refuses",
        "set TRAJECTHUB_DATABASE_DIRECT_URL, or see the log of the pooler",
    ),
    Trouble.READ_ONLY: ("The database takes no writes", "end its read-only mode, or connect the hub to the primary"),
    Trouble.STOPPING: ("The database stops or starts", "the hub tries again"),
}


class DatabaseUnusable(RuntimeError):
    """The hub cannot work with its database; the message contains the remedy."""


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


def fault_of_schema(version: str | None, newest: str) -> str | None:
    """Return what is wrong with a schema of this version, with the remedy; None when it is the newest."""
    if version is None:
        return "The database has no tables yet; run 'trajecthub migrate'."
    if version != newest:
        remedy = "run 'trajecthub migrate', or install the version of the hub that made it"
        return f"The schema is {version}, and this version of the hub needs {newest}: {remedy}."
    return None


def fault_of_store(error: BaseException) -> str:
    """Return why the database cannot be worked with, with the remedy.

    Args:
        error: what the store raised, or an error of the hub with that as its cause.
    """
    chain = list(_with_causes(error))
    trouble = next((found for each in chain if (found := trouble_of(each))), Trouble.OUT_OF_REACH)
    # The name only: the text of a driver's error can hold parts of the address. What ended the wait says nothing.
    last = [each for each in chain if not isinstance(each, CancelledError)][-1]
    kind = getattr(last, "sqlite_errorname", type(last).__name__)
    fault, remedy = _FAULTS[trouble]
    return f"{fault} ({kind}); {remedy}."


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


@contextmanager
def _in_reach() -> Iterator[None]:
    try:
        yield
    except (Unavailable, StoreError, OSError) as error:
        raise DatabaseUnusable(fault_of_store(error)) from error
