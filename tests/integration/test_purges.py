"""What ends its use is deleted after its term, in batches; what is owed stays, however old it is."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Table, func, select, update

from app.bootstrap import build_delivery_builder, build_worker, origin_of
from app.database import Connection, Database
from app.domain.codes import System
from app.domain.events import SubjectType
from app.domain.identifiers import MonotonicIds
from app.domain.partners import Job, JobKind, JobState, PartnerRun, QuarantineEntry, QuarantineState, RunKind
from app.domain.receivers import PartnerKey, PollKey, ReceiverKey, SubscriptionKey
from app.domain.worker_processes import WorkerReport
from app.models.access.api_client import insert_assertion, used_assertion
from app.models.access.idempotency import StoredAnswer, answer_guard, stored_answer
from app.models.access.organisation import find_organisation
from app.models.access.revoked_token import insert_revoked_token, revoked_token
from app.models.base import insert_together
from app.models.delivery.attempt import Attempt, AttemptOutcome, attempt, insert_attempts
from app.models.delivery.claim import next_sequences
from app.models.delivery.delivery import Delivery, DeliveryState, delivery, delivery_sequence, insert_deliveries
from app.models.delivery.event_feed import event_feed_entry
from app.models.delivery.receiver_health import count_attempts, endpoint
from app.models.delivery.subscription import delete_subscription, insert_subscription
from app.models.partners.job import insert_job, partner_job, save_job
from app.models.partners.quarantine import SealedRecord, put_in_quarantine, quarantine
from app.models.partners.run import insert_run, partner_run
from app.models.worker_process import save_worker, worker_process
from app.operations.retention import purge_batch
from app.operations.subscriptions.feed import EventFeed, PollRequest
from app.operations.subscriptions.waiting_polls import WaitingPolls
from app.reference import load_reference
from app.sandbox.runtime import SettableClock
from app.settings import Settings
from app.vault import Vault
from tests.support.hub import CONFIRM, DOCK, KEY, NOW, InProcessHub
from tests.support.subscriptions import sealed_subscription

KEEP = load_reference("rotterdam").retention
LONG_AGO = NOW - KEEP.deliveries - timedelta(days=30)
GIDSO = PartnerKey(System.GIDSO)
SECOND = timedelta(seconds=1)
JOB = Job(id=UUID(int=0), system=System.RMW, kind=JobKind.RETRY, requested_by="beheer-1", requested_at=LONG_AGO)
UNFINISHED = (JobState.WAITING, JobState.RUNNING)
RUN = PartnerRun(
    id=UUID(int=0),
    system=System.RMW,
    kind=RunKind.PULL,
    mapping_version="1",
    started_at=LONG_AGO,
    read=1,
    applied=1,
    unchanged=0,
    filtered=0,
    quarantined=0,
    drift=None,
)


def new_id(at: datetime) -> UUID:
    """Return an id of this moment, apart from those of other tests: one generator never goes back in time."""
    return MonotonicIds()(at)


def owed(
    state: DeliveryState, ended_at: datetime | None = None, receiver: ReceiverKey = GIDSO, position: int = 1
) -> Delivery:
    """Return a delivery of an event of long ago."""
    return Delivery(
        id=new_id(LONG_AGO),
        event_id=new_id(LONG_AGO),
        event_position=position,
        receiver=receiver,
        organisation_id=None,
        subject_id=new_id(LONG_AGO),
        subject_type=SubjectType.REFERRAL,
        created_at=LONG_AGO,
        next_attempt_at=LONG_AGO,
        state=state,
        finished_at=ended_at,
    )


def sealed_record(id: UUID, state: QuarantineState, since: datetime) -> SealedRecord:
    """Return a record that is or was in quarantine."""
    entry = QuarantineEntry(
        id=id,
        kind="aanmelding",
        external_id=state,
        case_id="R1",
        version="1",
        content_hash=bytes(32),
        field="inkomen",
        reason="unknown-code",
        message="A new code.",
        state=state,
        since=since,
        occurred_at=since,
        referral_id=None,
        revision=None,
    )
    return SealedRecord(entry=entry, payload=b"sealed")


def tried(of: Delivery, *at: datetime) -> list[Attempt]:
    """Return attempts at these times."""
    return [
        Attempt(delivery_id=of.id, number=number, started_at=each, duration_ms=5, outcome=AttemptOutcome.FAILED)
        for number, each in enumerate(at, 1)
    ]


async def rows(db: Database, table: Table) -> int:
    """Return the number of rows of a table."""
    number: int = await db.read(lambda tx: tx.execute(select(func.count()).select_from(table)).scalar_one())
    return number


async def left(db: Database, of: Sequence[Delivery]) -> list[bool]:
    """Return of each delivery whether it is still there."""
    there = await db.read(lambda tx: set(tx.scalars(select(delivery.c.id))))
    return [each.id in there for each in of]


async def purge(hub: InProcessHub, most: int = 1000) -> None:
    """Delete everything whose term is over."""
    async with asyncio.timeout(30):
        while await purge_batch(hub.db, hub.services, most):
            pass


async def test_deliveries_that_ended_are_deleted_after_their_term_and_what_is_owed_stays(hub: InProcessHub) -> None:
    expired = NOW - KEEP.deliveries - SECOND
    ended = [owed(state, expired) for state in (DeliveryState.DELIVERED, DeliveryState.WITHHELD, DeliveryState.DEAD)]
    recent = [owed(each.state, expired + 2 * SECOND) for each in ended]
    still_owed = [owed(state) for state in (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.PARKED)]
    await hub.db.write(insert_deliveries, [*ended, *recent, *still_owed])

    await purge(hub)

    assert await left(hub.db, ended) == [False] * 3
    assert await left(hub.db, recent) == [True] * 3
    assert await left(hub.db, still_owed) == [True] * 3


async def test_attempts_are_deleted_before_the_deliveries_that_they_were_for(hub: InProcessHub) -> None:
    pending, ended = owed(DeliveryState.PENDING), owed(DeliveryState.DELIVERED, LONG_AGO)
    recently = NOW - KEEP.attempts + SECOND
    await hub.db.write(insert_deliveries, [pending, ended])
    await hub.db.write(insert_attempts, [*tried(pending, LONG_AGO, recently), *tried(ended, LONG_AGO, recently)])

    await purge(hub)

    kept = await hub.db.read(
        lambda tx: [tuple(row) for row in tx.execute(select(attempt.c.delivery_id, attempt.c.number))]
    )
    assert kept == [(pending.id, 2)]


async def test_a_purge_takes_batches_until_nothing_is_left(hub: InProcessHub) -> None:
    old, pending = [owed(DeliveryState.DELIVERED, LONG_AGO) for _ in range(7)], owed(DeliveryState.PENDING)
    await hub.db.write(insert_deliveries, [*old, pending])
    await hub.db.write(insert_attempts, tried(pending, *[LONG_AGO] * 8))

    more, kept = [], []
    for _ in range(3):
        more.append(await purge_batch(hub.db, hub.services, 3))
        kept.append((await rows(hub.db, delivery), await rows(hub.db, attempt)))

    assert more == [True, True, False]
    assert kept == [(5, 5), (2, 2), (1, 0)]


async def test_a_kind_that_cannot_be_deleted_stops_no_other(hub: InProcessHub) -> None:
    def answers(tx: Connection, name: str, other: str) -> None:
        tx.exec_driver_sql(f"ALTER TABLE {name} RENAME TO {other}")

    await hub.db.write(insert_deliveries, [owed(DeliveryState.DELIVERED, LONG_AGO)])
    await hub.db.write(answers, "stored_answer", "gone")
    try:
        with pytest.raises(Exception, match="stored_answer"):
            await purge_batch(hub.db, hub.services)
    finally:
        await hub.db.write(answers, "gone", "stored_answer")

    assert await rows(hub.db, delivery) == 0


async def test_answers_assertions_and_revoked_tokens_are_deleted_when_they_can_no_longer_be_repeated(
    hub: InProcessHub,
) -> None:
    term = hub.services.answer_term
    answer = StoredAnswer(
        key_index=b"old", api_client="dock", request_hash=bytes(32), about_client=None, sealed=b"sealed"
    )

    def store(tx: Connection) -> None:
        for key, age in ((b"old", term + SECOND), (b"new", term - SECOND)):
            insert_together(tx, (), answer_guard(replace(answer, key_index=key), NOW - age))
        for jti, expires_at in (("old", NOW - SECOND), ("new", NOW + SECOND)):
            insert_assertion(tx, "client", jti, expires_at)
            insert_revoked_token(tx, jti, expires_at)

    await hub.db.write(store)
    await purge(hub)

    assert await hub.db.read(lambda tx: list(tx.scalars(select(stored_answer.c.key_index)))) == [b"new"]
    assert await hub.db.read(lambda tx: list(tx.scalars(select(used_assertion.c.jti)))) == ["new"]
    assert await hub.db.read(lambda tx: list(tx.scalars(select(revoked_token.c.jti)))) == ["new"]


async def test_a_clock_that_is_moved_ahead_lets_no_assertion_or_revocation_be_forgotten(hub: InProcessHub) -> None:
    def store(tx: Connection) -> None:
        insert_assertion(tx, "client", "used", NOW + SECOND)
        insert_revoked_token(tx, "revoked", NOW + SECOND)

    await hub.db.write(store)
    hub.clock.set(NOW + timedelta(days=1))
    real_clock = SettableClock(NOW)
    worker = build_worker(hub.db, hub.services, Settings(mode="sandbox"), real_clock)

    await worker.purge()
    kept = [await rows(hub.db, each) for each in (used_assertion, revoked_token)]
    real_clock.set(NOW + 2 * SECOND)
    await worker.purge()
    await worker.close()

    assert kept == [1, 1]
    assert [await rows(hub.db, each) for each in (used_assertion, revoked_token)] == [0, 0]


async def test_the_totals_of_a_subscription_are_deleted_once_it_is_removed_and_owed_nothing(hub: InProcessHub) -> None:
    vault, names = Vault(KEY), ("active", "removed", "still owed")
    subscriptions = {
        name: sealed_subscription(
            vault, "secret", id=new_id(NOW), organisation_id=UUID(int=1), url="https://r.nl", at=NOW
        )
        for name in names
    }
    receivers = {name: SubscriptionKey(each.id) for name, each in subscriptions.items()}
    sent = {name: owed(DeliveryState.DELIVERED, NOW, each) for name, each in receivers.items()}
    pending = owed(DeliveryState.PENDING, None, receivers["still owed"], position=2)

    def store(tx: Connection) -> None:
        for each in subscriptions.values():
            insert_subscription(tx, each)
        insert_deliveries(tx, [*sent.values(), pending])
        next_sequences(tx, list(sent.values()))
        count_attempts(tx, {each: {AttemptOutcome.DELIVERED: 1} for each in receivers.values()}, NOW)
        for name in ("removed", "still owed"):
            delete_subscription(tx, subscriptions[name].id)

    await hub.db.write(store)
    await purge(hub)

    def known_to(tx: Connection, table: Table) -> set[ReceiverKey]:
        return set(tx.scalars(select(table.c.receiver)))

    for table in (endpoint, delivery_sequence):
        known = await hub.db.read(known_to, table)
        assert known & set(receivers.values()) == {receivers["active"], receivers["still owed"]}
    assert await left(hub.db, list(sent.values())) == [True] * 3


async def test_workers_that_were_silent_for_the_term_are_deleted(hub: InProcessHub) -> None:
    for number, age in enumerate((KEEP.silent_workers + SECOND, KEEP.silent_workers - SECOND)):
        report = WorkerReport(
            id=UUID(int=number),
            host="h",
            process=1,
            version="1",
            started_at=NOW - age,
            reported_at=NOW - age,
            loops=(),
        )
        await hub.db.write(save_worker, report)

    await purge(hub)

    assert await hub.db.read(lambda tx: list(tx.scalars(select(worker_process.c.id)))) == [UUID(int=1)]


@pytest.mark.parametrize("age", [KEEP.partner_accounts + SECOND, KEEP.partner_accounts - SECOND])
async def test_accounts_of_partners_are_deleted_after_their_term(hub: InProcessHub, age: timedelta) -> None:
    began, ended = NOW - KEEP.partner_accounts - timedelta(days=1), NOW - age
    jobs = {state: replace(JOB, id=new_id(began), state=state) for state in JobState}
    records = {state: sealed_record(new_id(began), state, began) for state in QuarantineState}

    def store(tx: Connection) -> None:
        insert_run(tx, replace(RUN, id=new_id(ended)))
        for job in jobs.values():
            insert_job(tx, job)
            save_job(tx, replace(job, finished_at=None if job.state in UNFINISHED else ended))
        put_in_quarantine(tx, System.RMW, list(records.values()))
        tx.execute(update(quarantine).values(changed_at=ended, since=NOW))

    await hub.db.write(store)
    await purge(hub)

    is_over = age > KEEP.partner_accounts
    kept = await hub.db.read(lambda tx: set(tx.scalars(select(partner_job.c.id))))
    left = await hub.db.read(lambda tx: set(tx.scalars(select(quarantine.c.state))))
    assert await rows(hub.db, partner_run) == (0 if is_over else 1)
    assert kept == {job.id for state, job in jobs.items() if state in UNFINISHED or not is_over}
    assert left == ({QuarantineState.OPEN, QuarantineState.DISMISSED} if is_over else set(QuarantineState))


async def feed_of(hub: InProcessHub) -> EventFeed:
    """Return the feed of DOCK."""
    owner = await hub.db.read(find_organisation, DOCK.code)
    assert owner is not None
    builder = build_delivery_builder(hub.services, origin_of(Settings(mode="sandbox")))
    return EventFeed(hub.services, builder, owner)


async def poll(hub: InProcessHub) -> int:
    """Return how many events DOCK reads from the start."""
    feed = await feed_of(hub)
    request = PollRequest(after=0, limit=100, wait_seconds=0, client="dock")
    return len((await feed.poll(hub.db, WaitingPolls(hub.db, 1, 1), request, asyncio.Event())).events)


@pytest.mark.parametrize(("wait", "read_again"), [(timedelta(minutes=5), 0), (timedelta(0), 2)])
async def test_a_feed_loses_old_events_and_never_gets_them_again(
    hub: InProcessHub, wait: timedelta, read_again: int
) -> None:
    """Those that a later poll could find anew, because nothing said that the feed is past them, stay."""
    await hub.refer(CONFIRM)
    hub.clock.set(NOW + wait)
    before = await poll(hub)

    hub.clock.set(NOW + KEEP.deliveries + timedelta(days=1))
    await purge(hub)
    after = await poll(hub)

    polled = PollKey((await feed_of(hub)).owner.id)
    kept = await hub.db.read(
        lambda tx: len(tx.execute(select(delivery.c.id).where(delivery.c.receiver == polled)).all())
    )
    assert (before, after) == (2, read_again)
    assert (await rows(hub.db, event_feed_entry), kept) == (read_again, read_again)
