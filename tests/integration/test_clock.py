"""The clock that the processes of a hub share."""

from datetime import UTC, datetime, timedelta

import pytest

from app.bootstrap import open_app_state
from app.database import Database
from app.domain.errors import Unavailable
from app.models.diagnosis import server_time
from app.operations.clock import DatabaseClock
from tests.api.conftest import sandbox_settings
from tests.support.event_env import MovableClock
from tests.support.postgres_proxy import PostgresProxy

HOUR = timedelta(hours=1)
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


async def test_a_host_whose_clock_is_wrong_shows_the_time_of_the_database(database: Database) -> None:
    clock = DatabaseClock(database, until_asked=MovableClock(LONG_AGO))

    before = clock.now()
    await clock.synchronise()

    assert before == LONG_AGO
    assert abs(clock.now() - await database.read(server_time)) < HOUR


async def test_between_two_synchronisations_the_time_goes_on_as_seconds_do(database: Database) -> None:
    seconds = 500.0
    clock = DatabaseClock(database, elapsed=lambda: seconds)
    await clock.synchronise()

    first = clock.now()
    seconds += 90

    assert clock.now() - first == timedelta(seconds=90)


async def test_a_clock_whose_database_is_gone_goes_on(proxy: PostgresProxy) -> None:
    seconds = 500.0
    database = Database.open(proxy.url)
    clock = DatabaseClock(database, elapsed=lambda: seconds)
    await clock.synchronise()
    first = clock.now()

    proxy.refuses = True
    proxy.close()
    with pytest.raises(Unavailable):
        await clock.synchronise()
    await database.close()

    assert clock.now() == first


async def test_a_hub_works_by_the_clock_of_its_database(database_url: str) -> None:
    settings = sandbox_settings().model_copy(update={"database_url": database_url})

    async with open_app_state(settings) as hub:
        assert isinstance(hub.services.clock, DatabaseClock)
        assert abs(hub.services.clock.now() - await hub.db.read(server_time)) < HOUR
