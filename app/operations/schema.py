"""Whether the database can be used: it is in reach, and has the schema of this version of the hub."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.database import Database, StoreError, newest_schema, with_own_connection
from app.domain.errors import Unavailable
from app.models.diagnosis import schema_version


class DatabaseUnusable(RuntimeError):
    """The hub cannot work with its database; the message contains the remedy."""


def open_database(url: str) -> Database:
    """Open the database, whatever its schema.

    Raises:
        DatabaseInUse: the SQLite file is open elsewhere.
        DatabaseUrlInvalid: the URL cannot be read, or names another kind of store.
        DatabaseUnusable: it cannot be opened.
    """
    with _in_reach():
        return Database.open(url)


async def require_newest_schema(db: Database) -> None:
    """Check that the database has the schema of this version of the hub, before anything else is asked of it.

    Raises:
        DatabaseUnusable: it is out of reach, or has another schema.
    """
    with _in_reach():
        version = await db.read(schema_version)
    if fault := fault_of_schema(version, newest_schema()):
        raise DatabaseUnusable(fault)


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


def fault_of_reach(error: BaseException) -> str:
    """Return why the database is out of reach, with the remedy."""
    return f"The database cannot be read ({_kind(error)}); check TRAJECTHUB_DATABASE_URL, and that the server runs."


def fault_of_writing(error: StoreError) -> str:
    """Return why the database takes no writes, with the remedy."""
    return f"The database takes no writes ({_kind(error)}); end its read-only mode, or free space on its disk."


def _kind(error: BaseException) -> str:
    # The name only: the text of a driver's error can hold parts of the address.
    while error.__cause__ is not None:
        error = error.__cause__
    return getattr(error, "sqlite_errorname", type(error).__name__)


@contextmanager
def _in_reach() -> Iterator[None]:
    try:
        yield
    except (Unavailable, StoreError, OSError) as error:
        raise DatabaseUnusable(fault_of_reach(error)) from error
