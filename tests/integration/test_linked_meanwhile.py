"""A case that a delivery links to its referral while its records are applied is not taken for one that is refused."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.util import await_only

from app.database import Connection, Database
from app.domain.codes import ReferralStatus, System, TrajectoryResult
from app.domain.commands import RecordResult
from app.domain.errors import TransitionNotAllowed
from app.models.cases.external_id import link
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.intake.commands import RecordCommands
from tests.support.hub import CLIENT, CONFIRM, InProcessHub, partner_record
from tests.support.patience import PATIENCE


@pytest.fixture
async def hub(emptied_postgres_url: str) -> AsyncIterator[InProcessHub]:
    """Return a hub on PostgreSQL, where two transactions can write at the same time."""
    db = Database.open(emptied_postgres_url)
    hub = InProcessHub(db)
    await hub.set_up()
    yield hub
    await db.close()


def waits_for_another(tx: Connection) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(tx.scalar(text(waiting)))


async def test_a_record_whose_case_is_linked_at_that_moment_is_applied(hub: InProcessHub) -> None:
    referral_id = await hub.refer(client=replace(CLIENT, bsn=None))
    is_linked, may_commit = asyncio.Event(), asyncio.Event()

    def link_slowly(tx: Connection, referral_id: UUID) -> None:
        link(tx, System.ALLEGRO, "D-2", referral_id)
        is_linked.set()
        await_only(may_commit.wait())

    linking = asyncio.create_task(hub.db.write(link_slowly, referral_id))
    await asyncio.wait_for(is_linked.wait(), PATIENCE)
    # The first is refused, so that each is applied alone, after the links of all of them were read.
    refused, applied = partner_record("D-1", CONFIRM), partner_record("D-2", CONFIRM, referral_id=referral_id)
    pulling = asyncio.create_task(hub.pull(refused, applied))
    async with asyncio.timeout(PATIENCE):
        while not await hub.db.read(waits_for_another):  # noqa: ASYNC110  # nobody is notified of a wait for a lock
            await asyncio.sleep(0.01)
    may_commit.set()
    await linking
    result = await pulling

    assert (result.applied, result.quarantined) == (1, 1)
    assert [row.case_id for row in await hub.quarantine()] == ["D-1"]
    assert await hub.status(referral_id) is ReferralStatus.CONFIRMED


async def test_a_link_that_was_undone_can_be_made_again(hub: InProcessHub) -> None:
    referral_id = await hub.refer(client=replace(CLIENT, bsn=None))
    too_early = partner_record("D-1", RecordResult(TrajectoryResult.SOCIAL_LOAN), referral_id=referral_id)

    def knows_case_afterwards(tx: Connection) -> bool:
        commands = RecordCommands(tx, System.ALLEGRO, [too_early])
        with pytest.raises(TransitionNotAllowed), tx.begin_nested():
            commands.execute(UnitOfWork(tx, hub.services), too_early)
        commands.read_link_again(too_early)
        return commands.knows_case_of(too_early)

    assert await hub.db.write(knows_case_afterwards)
