"""A write in one process wakes who waits in another, over PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import pytest
from sqlalchemy import text

from app.database import Connection, Database
from app.database.notifier import CHANNEL, PUBLISH_SECONDS
from app.domain.codes import ReferrerKind, System
from app.domain.events import EventType
from app.signals import CommitSignal
from tests.support.event_env import NEVER, EventEnv, organisation
from tests.support.patience import PATIENCE

_LISTENERS = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


def touch(tx: Connection) -> None:
    tx.execute(text("SELECT 1"))


@pytest.fixture
async def listener(postgres_url: str) -> AsyncIterator[Database]:
    opened = Database.open(postgres_url)
    yield opened
    await opened.close()


@pytest.fixture
async def writer(postgres_url: str) -> AsyncIterator[Database]:
    """Another process, as far as the database can tell."""
    opened = Database.open(postgres_url)
    yield opened
    await opened.close()


async def listening(db: Database) -> CommitSignal:
    """Return a signal that is known to be set by the other side."""
    signal = db.listen()
    async with asyncio.timeout(PATIENCE):
        while not await db.read(_has_listener):
            await signal.wait(0.01)
    await signal.wait(0.05)
    return signal


def _has_listener(tx: Connection) -> bool:
    return bool(tx.scalar(text(f"SELECT count(*) {_LISTENERS}")))


async def cut_listeners(db: Database) -> None:
    query = text(f"SELECT pg_terminate_backend(pid) {_LISTENERS}")
    await db.read(lambda tx: tx.execute(query).all())


async def test_write_elsewhere_rings(listener: Database, writer: Database) -> None:
    signal = await listening(listener)

    await writer.write(touch)

    assert await signal.wait(PATIENCE)


async def test_read_and_rolled_back_write_elsewhere_are_not_heard(listener: Database, writer: Database) -> None:
    signal = await listening(listener)

    def fail(_: Connection) -> None:
        raise LookupError

    await writer.read(touch)
    with pytest.raises(LookupError):
        await writer.write(fail)

    assert not await signal.wait(0.1)


async def test_own_write_rings_once(listener: Database) -> None:
    signal = await listening(listener)

    await listener.write(touch)

    assert await signal.wait(PATIENCE)
    assert not await signal.wait(0.1)


async def test_many_writes_are_notified_at_most_every_ten_milliseconds(listener: Database, writer: Database) -> None:
    heard = 0
    signal = await listening(listener)
    writing = asyncio.gather(*(writer.write(touch) for _ in range(200)))
    started = monotonic()

    while await signal.wait(0.2) or not writing.done():
        heard += 1

    assert 1 <= heard <= (monotonic() - started) / PUBLISH_SECONDS + 2


async def test_listening_goes_on_after_its_connection_was_cut(listener: Database, writer: Database) -> None:
    signal = await listening(listener)

    await cut_listeners(writer)
    await signal.wait(PATIENCE)
    again = await listening(listener)
    await writer.write(touch)

    assert await again.wait(PATIENCE)


async def test_delivery_made_by_another_process_is_sent_without_waiting_for_the_poll(
    listener: Database, writer: Database
) -> None:
    writing, sending = EventEnv(writer), EventEnv(listener, poll_seconds=NEVER)
    sending.cases = writing.cases
    sending.builder = writing.builder
    referral = writing.cases.add(organisation(ReferrerKind.JONGERENLOKET, System.GIDSO))
    sending.engine = sending.new_engine()
    stop = asyncio.Event()
    running = asyncio.create_task(sending.engine.run(stop, sending.relay.once))
    await listening(listener)

    await writing.happen(referral, EventType.REFERRAL_CONFIRMED)
    await asyncio.wait_for(sending.partners[System.GIDSO].has(1), PATIENCE)

    stop.set()
    await running


def test_channel_is_a_plain_name() -> None:
    assert CHANNEL.isidentifier()
