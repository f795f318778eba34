"""A worker reports what is due of the terms of cases: once each, whoever looks, and also where one case fails."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from app.database import Connection
from app.domain.codes import ClosureReason
from app.domain.commands import CloseTrajectory, Command
from app.domain.fields import Field
from app.models.cases.clock import case_clock, claim_due
from app.models.cases.referral import referral
from app.operations.cases.term_watch import CLAIM, TermWatch
from tests.support.hub import ATTEND, CLIENT, CONFIRM, RUNNING, SCHEDULE, SIGN, TODAY, InProcessHub
from tests.support.lives import look

ABOUT_TERMS = {"term-approaching", "term-breached", "progress-reported"}


async def refer(hub: InProcessHub, number: int, *commands: Command) -> UUID:
    """Register a referral of a client of its own."""
    return await hub.refer(*commands, client=replace(CLIENT, bsn=None), reference=str(number))


async def reported(hub: InProcessHub, referral_id: UUID) -> list[str]:
    """Return what was reported of the terms of a case, oldest first."""
    return [name for name in await hub.event_names(referral_id) if name in ABOUT_TERMS]


async def next_times(hub: InProcessHub) -> Sequence[Any]:
    """Return when cases ask for attention next."""

    def work(tx: Connection) -> Sequence[Any]:
        return list(tx.scalars(select(case_clock.c.next_at)))

    return await hub.db.read(work)


async def test_no_decision_is_awaited_of_a_case_that_stopped_before_the_intake_result(hub: InProcessHub) -> None:
    stopped = CloseTrajectory(ClosureReason.MOVED_AWAY, TODAY)
    referral_id = await refer(hub, 1, CONFIRM, SCHEDULE, ATTEND, SIGN, stopped)

    for _ in range(15):
        await look(hub, 7)

    found = [stored.event for stored in await hub.events(referral_id) if Field.TERM_CODE in stored.event.facts]
    assert "decision" not in {each.facts[Field.TERM_CODE] for each in found}
    assert "progress-reported" not in await hub.event_names(referral_id)


async def test_a_term_is_reported_once_as_it_approaches_and_once_as_it_has_passed(hub: InProcessHub) -> None:
    referral_id = await refer(hub, 1)

    for _ in range(100):
        await look(hub, 0.15)
    found = [stored.event for stored in await hub.events(referral_id) if Field.TERM_CODE in stored.event.facts]
    assert [(each.type.split("-")[-1], each.facts[Field.TERM_CODE]) for each in found] == [
        ("approaching.v1", "contact"),
        ("approaching.v1", "confirmation"),
        ("breached.v1", "confirmation"),
        ("breached.v1", "contact"),
        ("approaching.v1", "intake"),
        ("breached.v1", "intake"),
    ]


async def test_two_workers_report_each_term_once(hub: InProcessHub) -> None:
    cases = [await refer(hub, number) for number in range(12)]
    hub.clock.set(hub.clock.now() + timedelta(days=1))

    await asyncio.gather(*(TermWatch(hub.db, hub.services).once() for _ in range(4)))

    assert {tuple(await reported(hub, each)) for each in cases} == {("term-breached", "term-approaching")}


async def test_a_worker_claims_no_more_than_a_batch_and_those_first_that_wait_longest(hub: InProcessHub) -> None:
    cases = []
    for number in range(5):
        cases.append(await refer(hub, number))
        hub.clock.set(hub.clock.now() + timedelta(minutes=1))
    now = hub.clock.now() + timedelta(days=1)

    claims = [await hub.db.write(claim_due, now, now + CLAIM, 2) for _ in range(4)]

    assert [set(each) for each in claims] == [set(cases[:2]), set(cases[2:4]), {cases[4]}, set()]
    assert set(await hub.db.write(claim_due, now + CLAIM, now + 2 * CLAIM, 9)) == set(cases)


async def test_a_case_that_fails_is_tried_again_and_stops_no_other(hub: InProcessHub) -> None:
    broken, sound = await refer(hub, 1), await refer(hub, 2)
    facts = await hub.db.read(_facts_of, broken)
    await hub.db.write(_set_facts, broken, {"reported": {"confirmation/1": "unknown"}})

    with pytest.raises(ValueError, match="unknown"):
        await look(hub, 1)
    assert await reported(hub, sound) == ["term-breached", "term-approaching"]
    await hub.db.write(_set_facts, broken, facts)
    await look(hub, CLAIM / timedelta(days=1))
    assert await reported(hub, broken) == ["term-breached", "term-approaching"]


async def test_what_was_due_in_a_quiet_replay_is_never_reported(hub: InProcessHub) -> None:
    loud = hub.services
    hub.services = replace(loud, quiet=True)
    referral_id = await refer(hub, 1, *RUNNING)
    hub.clock.set(hub.clock.now() + timedelta(days=200))
    await hub.execute(referral_id, SIGN)
    hub.services = loud

    await look(hub, 1)

    assert await reported(hub, referral_id) == []


async def test_a_case_of_before_there_were_terms_is_reported_of_from_now_on(hub: InProcessHub) -> None:
    early, late = await refer(hub, 1, *RUNNING), await refer(hub, 2, *RUNNING)
    hub.clock.set(hub.clock.now() + timedelta(days=75))
    await hub.db.write(_forget_terms)

    # A change works the terms out too.
    await hub.execute(late, SIGN)
    await look(hub, 0)
    found = [await reported(hub, each) for each in (early, late)]
    await look(hub, 30)

    assert found == [[], []]
    assert [await reported(hub, each) for each in (early, late)] == [["term-breached", "progress-reported"]] * 2


async def test_a_case_with_nothing_to_come_asks_for_no_attention(hub: InProcessHub) -> None:
    await refer(hub, 1, *RUNNING)
    for _ in range(4):
        await look(hub, 40)

    assert await next_times(hub) == [None]


def _facts_of(tx: Connection, referral_id: UUID) -> Any:
    return tx.scalar(select(referral.c.term_facts).where(referral.c.id == referral_id))


def _set_facts(tx: Connection, referral_id: UUID, facts: Any) -> None:
    tx.execute(update(referral).where(referral.c.id == referral_id).values(term_facts=facts))


def _forget_terms(tx: Connection) -> None:
    """Leave everything as a release left it that knew of no terms."""
    tx.execute(delete(case_clock))
    tx.execute(update(referral).values(term_facts=None))
