"""What commands on an installation share: its settings, its database, and work on it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Concatenate, ParamSpec, TypeVar

from pydantic import ValidationError

from app.cli.program import run, stopped_with
from app.database import Connection, Database, DatabaseInUse
from app.domain.ports import Clock
from app.log import configure_logging
from app.operations.clock import SystemClock, database_clock
from app.operations.master_key import require_master_key
from app.operations.schema import open_database, require_newest_schema
from app.operations.services import Services, open_services
from app.settings import Settings, faults_of

P = ParamSpec("P")
T = TypeVar("T")


def read_settings() -> Settings:
    """Return the settings of the environment and configure the log; faults in them are named and end the program."""
    try:
        settings = Settings()
    except ValidationError as error:
        faults = "".join(f"\n- {fault}" for fault in faults_of(error))
        raise stopped_with(f"The hub does not start with these settings:{faults}") from error
    configure_logging(settings.log_level, settings.log_format)
    return settings


def usable_settings() -> Settings | None:
    """Return the settings of the environment; None when no hub could start with them, which not every command needs."""
    try:
        return Settings()
    except ValidationError:
        return None


async def services_of(db: Database, settings: Settings, clock: Clock | None = None) -> Services:
    """Return the services of the installation that the settings describe; ``clock`` None is the computer's."""
    key, term = settings.master_key_bytes(), timedelta(hours=settings.idempotency_hours)
    return await open_services(db, key, settings.municipality, clock or SystemClock(), term)


async def with_database(settings: Settings, work: Callable[[Database, Settings], Awaitable[T]]) -> T:
    """Open the database, run ``work`` with it and the settings, close it, and return the result of ``work``.

    Raises:
        DatabaseUnusable: the database is out of reach, or has another schema than the newest.
    """
    db = open_database(settings.database_url, settings.connections)
    try:
        await require_newest_schema(db)
        return await work(db, settings)
    finally:
        await db.close()


def over_database(work: Callable[[Database, Settings], Awaitable[T]]) -> T:
    """Run ``work`` with the database of the settings, once their master key is that of the database."""
    return run(with_database(read_settings(), _with_right_key(work)))


def change_access(request: str, change: Callable[[Connection, Services], T]) -> T:
    """Make one change of who may call in the database of the settings, by its clock, and return its result.

    Args:
        request: how the API does the same, for a hub on SQLite that runs.
        change: what is done in one transaction.
    """

    async def work(db: Database, settings: Settings) -> T:
        async with database_clock(db) as clock:
            return await db.write(change, await services_of(db, settings, clock))

    async def or_over_the_api() -> T:
        try:
            return await with_database(settings, _with_right_key(work))
        except DatabaseInUse as error:
            remedy = f"While the hub runs, ask it: {request}, with a token of the operator (trajecthub token)."
            raise DatabaseInUse(f"{error} {remedy}") from error

    settings = read_settings()
    return run(or_over_the_api())


def read_stored(query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return the result of one query on the database of the settings; it needs no master key."""

    async def work(db: Database, _: Settings) -> T:
        return await db.read(query, *args, **kwargs)

    return run(with_database(read_settings(), work))


def read_opened(query: Callable[[Connection, Services], T]) -> T:
    """Return the result of one query that needs the services, on the database of the settings."""

    async def work(db: Database, settings: Settings) -> T:
        return await db.read(query, await services_of(db, settings))

    return over_database(work)


def change_stored(change: Callable[Concatenate[Connection, Services, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Make one change in the database of the settings, in one transaction, and return its result."""

    async def work(db: Database, settings: Settings) -> T:
        return await db.write(change, await services_of(db, settings), *args, **kwargs)

    return over_database(work)


def _with_right_key(work: Callable[[Database, Settings], Awaitable[T]]) -> Callable[[Database, Settings], Awaitable[T]]:
    async def checked(db: Database, settings: Settings) -> T:
        await require_master_key(db, settings)
        return await work(db, settings)

    return checked
