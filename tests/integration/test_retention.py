from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.bootstrap import build_worker
from app.database import Connection
from app.domain.codes import ClosureReason, ReferralStatus, System
from app.domain.commands import CloseTrajectory
from app.models.partners.field_sync import partner_field
from app.models.partners.run import purge_runs
from app.operations.partners.conflicts import decide_conflict
from app.operations.retention import purge_batch
from app.reference import load_reference
from app.settings import Settings
from tests.support.hub import NOW, PATHS, SIGN, TODAY, InProcessHub, dump_of, unreadable
from tests.support.ownership import BY_WIJKTEAM, TwoWriters, conflicts, saying_worker

KEEP = load_reference("rotterdam").retention
FIRST = saying_worker(BY_WIJKTEAM, "A. Eerste", "010-5550100")


@pytest.fixture
async def conflicted(hub: InProcessHub) -> TwoWriters:
    """Return a referral whose worker GIDSO and the API both changed, with an open conflict."""
    writers = TwoWriters(hub=hub)
    await writers.partner_says(FIRST)
    await writers.api_says(worker=replace(FIRST.contents.worker, name="C. Hub"))
    await writers.partner_says(saying_worker(FIRST, "B. Tweede", "010-5550100"))
    # The accounts of reading have a term of their own.
    await hub.db.write(purge_runs, NOW + timedelta(days=1), 100)
    return writers


async def purge_after(hub: InProcessHub, wait: timedelta) -> int:
    """Let time pass, and purge; return the number of rows."""
    hub.clock.set(hub.clock.now() + wait)
    with capture_logs() as lines:
        await purge_batch(hub.db, hub.services)
    return sum(rows for line in lines for rows in line.values() if isinstance(rows, int))


async def referrals_with_fields(hub: InProcessHub) -> set[UUID]:
    """Return the referrals with stored fields of partners."""

    def work(tx: Connection) -> set[UUID]:
        return set(tx.execute(select(partner_field.c.referral_id)).scalars())

    return await hub.db.read(work)


async def test_the_values_of_a_conflict_are_purged_after_their_term_and_its_record_stays(
    conflicted: TwoWriters,
) -> None:
    hub = conflicted.hub
    (row,) = await conflicts(hub.db)
    await hub.db.write(decide_conflict, hub.services, System.GIDSO, row.id, "hub", "beheer")

    too_soon = await purge_after(hub, KEEP.decided_conflict)
    purged = await purge_after(hub, timedelta(seconds=1))
    again = await purge_after(hub, timedelta(hours=1))

    assert (too_soon, purged, again) == (0, 1, 0)
    (left,) = await conflicts(hub.db)
    assert (left.hub_value, left.partner_value, left.base_value) == (None, None, None)
    assert (left.field, left.reason, left.state) == ("worker.name", "both-changed", "kept")
    assert (left.since, left.decided_at, left.decided_by) == (NOW, NOW, "beheer")


async def test_the_values_of_an_open_conflict_are_not_purged(conflicted: TwoWriters) -> None:
    before = await conflicted.hub.db.read(dump_of)

    assert await purge_after(conflicted.hub, KEEP.known_values * 3) == 0

    assert await conflicted.hub.db.read(dump_of) == before


async def test_what_partners_know_of_a_referral_is_purged_after_its_end(conflicted: TwoWriters) -> None:
    hub, referral_id = conflicted.hub, await conflicted.referral_id()
    await hub.execute(referral_id, *PATHS[ReferralStatus.UNREACHABLE])
    assert await referrals_with_fields(hub) == {referral_id}

    too_soon = await purge_after(hub, KEEP.known_values)
    assert await referrals_with_fields(hub) == {referral_id}
    purged = await purge_after(hub, timedelta(seconds=1))

    assert (too_soon, purged > 0) == (0, True)
    assert await referrals_with_fields(hub) == set()


async def test_what_partners_know_is_stored_while_a_trajectory_is_open(conflicted: TwoWriters) -> None:
    hub, referral_id = conflicted.hub, await conflicted.referral_id()
    await hub.execute(referral_id, *PATHS[ReferralStatus.CONCLUDED])

    assert await purge_after(hub, KEEP.known_values * 3) == 0
    await hub.execute(referral_id, CloseTrajectory(ClosureReason.MOVED_AWAY, TODAY))
    assert await purge_after(hub, KEEP.known_values) == 0
    assert await referrals_with_fields(hub) == {referral_id}

    assert await purge_after(hub, timedelta(seconds=1)) > 0
    assert await referrals_with_fields(hub) == set()


async def test_what_partners_know_of_a_case_that_stopped_before_the_intake_result_is_purged_too(
    conflicted: TwoWriters,
) -> None:
    hub, referral_id = conflicted.hub, await conflicted.referral_id()
    await hub.execute(referral_id, *PATHS[ReferralStatus.ATTENDED], SIGN)
    assert await purge_after(hub, KEEP.known_values * 3) == 0
    await hub.execute(referral_id, CloseTrajectory(ClosureReason.MOVED_AWAY, TODAY))
    assert await hub.status(referral_id) is ReferralStatus.ATTENDED

    assert await purge_after(hub, KEEP.known_values + timedelta(seconds=1)) > 0
    assert await referrals_with_fields(hub) == set()


async def test_the_worker_purges_payloads_and_values(conflicted: TwoWriters) -> None:
    hub = conflicted.hub
    await hub.pull(unreadable("D-1", "m-7"))
    (row,) = await conflicts(hub.db)
    await hub.db.write(decide_conflict, hub.services, System.GIDSO, row.id, "hub", "beheer")
    worker = build_worker(hub.db, hub.services, Settings(mode="sandbox"))
    hub.clock.set(NOW + KEEP.decided_conflict + timedelta(seconds=1))

    with capture_logs() as lines:
        more = await worker.purge()
    await worker.close()

    (line,) = lines
    assert (line["quarantined_payloads"], line["conflict_values"], more) == (1, 1, False)
