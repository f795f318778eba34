"""Who is told where a case is, when, and who reads it on asking, on both stores.

Numbers are lines of the city's evaluation of 2020 (docs/explanation/domain.md, section 7).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from app.domain.codes import (
    ClosureReason,
    IntakeResult,
    TrajectoryResult,
)
from app.domain.commands import (
    CloseTrajectory,
    Command,
    ConcludeIntake,
    PauseTrajectory,
    RecordResult,
    ReportContactLost,
    ReportProgress,
)
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.local_time import midnight
from app.domain.values import Organisation
from app.operations.cases.term_watch import TermWatch
from app.privacy.policy import REFERRER_KINDS
from tests.support.hearing import heard_by, progress_read
from tests.support.hub import ATTEND, CONFIRM, DROP_OUT, NOW, SCHEDULE, SIGN, TODAY, InProcessHub
from tests.support.privacy_canaries import referred

TOLD = {
    "werk_en_inkomen": [8],
    "statushouders": [8],
    "exit": [8, 13],
    "welzijnsorganisatie": [8, 13],
    "reclassering": [8, 13],
}
LINES = {
    "werk_en_inkomen": 7009,
    "statushouders": 7975,
    "exit": 7616,
    "welzijnsorganisatie": 4990,
    "reclassering": 11016,
}
NEVER_TOLD = sorted(REFERRER_KINDS - TOLD.keys())
ON_ASKING = ["welzijnsorganisatie", "reclassering"]

DAYS = 20 * 7
CONCLUDE = ConcludeIntake(IntakeResult.ROUTE_TO_KBR, TODAY)
RUNNING = (CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN)
DECIDE = RecordResult(TrajectoryResult.BUDGET_MANAGEMENT, TODAY)
ENDINGS: Mapping[str, tuple[Command, ...]] = {
    "dropped out": (CONCLUDE, SIGN, DROP_OUT),
    "decided and closed": (CONCLUDE, SIGN, DECIDE, CloseTrajectory(ClosureReason.RESULT_REACHED, TODAY)),
    "not eligible": (ConcludeIntake(IntakeResult.NOT_ELIGIBLE, TODAY),),
    "no support wanted": (ConcludeIntake(IntakeResult.NO_SUPPORT_WANTED, TODAY),),
}


def after(**time: float) -> datetime:
    """Return a moment after the beginning of the day of the first talk."""
    return midnight(TODAY) + timedelta(**time)


async def look(hub: InProcessHub, now: datetime) -> None:
    """Let a worker look at a moment for what is due."""
    hub.clock.set(now)
    while await TermWatch(hub.db, hub.services).once():
        pass


async def look_every_day(hub: InProcessHub, weeks: int) -> None:
    for day in range(weeks * 7 + 1):
        await look(hub, after(days=day, hours=9))


async def told(hub: InProcessHub, owner: Organisation) -> list[dict[str, Any]]:
    """Return what a referrer was told of progress, oldest first, from its feed."""
    return [data["progress"] for name, data in await heard_by(hub, owner) if name == "progress-reported"]


async def weeks_told(hub: InProcessHub, owner: Organisation) -> list[int]:
    return [each["week"] for each in await told(hub, owner)]


async def weeks_reported(hub: InProcessHub, referral_id: UUID) -> list[object]:
    """Return of which weeks of a case progress was reported, to whomever."""
    events = [each.event for each in await hub.events(referral_id)]
    return [each.facts[Field.PROGRESS_WEEK] for each in events if each.type is EventType.PROGRESS_REPORTED]


async def at_first_talk(hub: InProcessHub, kind: str) -> tuple[Organisation, UUID]:
    owner, referral_id = await referred(hub, kind)
    await hub.execute(referral_id, CONFIRM, SCHEDULE, ATTEND)
    return owner, referral_id


@pytest.mark.parametrize(("kind", "weeks"), TOLD.items(), ids=[f"{kind}-{LINES[kind]}" for kind in TOLD])
async def test_a_referrer_is_told_where_the_case_is_on_the_day_that_is_agreed_and_once(
    hub: InProcessHub, kind: str, weeks: list[int]
) -> None:
    owner, referral_id = await referred(hub, kind)
    await hub.execute(referral_id, *RUNNING)

    for number, week in enumerate(weeks):
        await look(hub, after(weeks=week, seconds=-1))
        assert await weeks_told(hub, owner) == weeks[:number]
        await look(hub, after(weeks=week, hours=2))
        assert await weeks_told(hub, owner) == weeks[: number + 1]

    await asyncio.gather(*(TermWatch(hub.db, hub.services).once() for _ in range(3)))
    await look(hub, after(weeks=60))
    assert await weeks_told(hub, owner) == weeks


async def test_a_week_is_reported_when_it_is_due_only_whoever_asks_for_it(sqlite_hub: InProcessHub) -> None:
    hub, start = sqlite_hub, sqlite_hub.clock.now()
    for kind in ("exit", "wijkteam"):
        hub.clock.set(start)
        _, referral_id = await at_first_talk(hub, kind)
        for now in (after(weeks=7), after(weeks=8, hours=1), after(weeks=9)):
            hub.clock.set(now)
            for week in (8, 9, 13, 8):
                await hub.execute(referral_id, ReportProgress(week))

        assert await weeks_reported(hub, referral_id) == ([8] if kind == "exit" else [])


async def test_nobody_else_is_told_in_time(sqlite_hub: InProcessHub) -> None:
    owners = [(await at_first_talk(sqlite_hub, kind))[0] for kind in NEVER_TOLD]

    for week in range(30):
        await look(sqlite_hub, after(weeks=week, hours=9))

    assert [await told(sqlite_hub, owner) for owner in owners] == [[] for _ in owners]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_referrer_is_told_nothing_once_the_case_is_over(sqlite_hub: InProcessHub, ending: str) -> None:
    hub = sqlite_hub
    cases = [await at_first_talk(hub, kind) for kind in TOLD]
    await look(hub, after(weeks=7))
    for _, referral_id in cases:
        await hub.execute(referral_id, *ENDINGS[ending])

    await look_every_day(hub, 14)

    assert [await weeks_told(hub, owner) for owner, _ in cases] == [[] for _ in cases]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param((), ("intake", "intake_result", True), id="intake"),
        pytest.param((CONCLUDE,), ("planning", "plan", True), id="planning"),
        pytest.param((CONCLUDE, SIGN), ("running", "decision", True), id="running"),
        pytest.param((CONCLUDE, SIGN, PauseTrajectory()), ("paused", "resumption", True), id="paused"),
        pytest.param((CONCLUDE, SIGN, ReportContactLost(TODAY)), ("contact_lost", "contact", True), id="contact lost"),
        pytest.param((CONCLUDE, SIGN, DECIDE), ("decided", "service", False), id="decided"),
    ],
)
async def test_it_is_told_decided_or_not_with_what_comes_next_and_by_when_7009(
    hub: InProcessHub, steps: tuple[Command, ...], expected: tuple[str, str, bool]
) -> None:
    owner, referral_id = await at_first_talk(hub, "werk_en_inkomen")
    await hub.execute(referral_id, *steps)

    await look(hub, after(weeks=8, hours=9))

    (progress,) = await told(hub, owner)
    assert (progress["state"], progress["nextStep"], progress["dueOn"] is not None) == expected
    if progress["dueOn"]:
        # The counsellor decides within thirteen weeks of the first talk.
        assert progress["dueOn"] == (TODAY + timedelta(weeks=13)).isoformat()


async def test_who_looks_late_tells_the_last_week_only(hub: InProcessHub) -> None:
    owner, referral_id = await referred(hub, "exit")
    await hub.execute(referral_id, *RUNNING)

    await look(hub, after(weeks=20))

    assert await weeks_told(hub, owner) == [13]


async def test_a_talk_that_is_entered_late_is_told_of_as_soon_as_it_is_known(sqlite_hub: InProcessHub) -> None:
    hub = sqlite_hub
    owner, referral_id = await referred(hub, "exit")
    hub.clock.set(after(weeks=10))
    await hub.execute(referral_id, *RUNNING, catch_up=True, occurred_at=NOW)

    await look(hub, after(weeks=10, hours=1))
    assert await weeks_told(hub, owner) == [8]
    await look(hub, after(weeks=13, hours=1))
    assert await weeks_told(hub, owner) == [8, 13]


async def test_a_backfill_tells_nothing_of_weeks_that_had_passed(hub: InProcessHub) -> None:
    owner, referral_id = await referred(hub, "exit")
    usual = hub.services
    hub.services = replace(usual, quiet=True)
    hub.clock.set(after(weeks=10))
    await hub.execute(referral_id, *RUNNING, catch_up=True, occurred_at=NOW)
    hub.services = usual

    await look(hub, after(weeks=12))
    assert await weeks_told(hub, owner) == []
    await look(hub, after(weeks=14))
    assert await weeks_told(hub, owner) == [13]


async def test_cases_are_told_of_at_their_weeks_whatever_happens_and_whenever_anybody_looks(
    sqlite_hub: InProcessHub,
) -> None:
    hub, random = sqlite_hub, Random(79)
    cases = [(kind, (await at_first_talk(hub, kind))[1]) for kind in random.choices([*TOLD, "wijkteam"], k=24)]
    ends = {referral_id: random.randrange(DAYS) for _, referral_id in cases}
    looks = sorted({*random.sample(range(DAYS), 25), DAYS})

    for day in range(DAYS + 1):
        hub.clock.set(after(days=day, hours=9))
        for _, referral_id in cases:
            if ends[referral_id] == day:
                await hub.execute(referral_id, *random.choice(list(ENDINGS.values())))
        if day in looks:
            await look(hub, after(days=day, hours=10))

    found = {id: await weeks_reported(hub, id) for _, id in cases}
    assert found == {id: expected_weeks(kind, [day for day in looks if day < ends[id]]) for kind, id in cases}
    assert sorted({tuple(weeks) for weeks in found.values()}) == [(), (8,), (8, 13)]


def expected_weeks(kind: str, looks: list[int]) -> list[int]:
    """Return the weeks of which somebody who looks on these days tells: of several that are due at once the last."""
    due = [[week for week in TOLD.get(kind, []) if week * 7 <= day] for day in looks]
    return sorted({weeks[-1] for weeks in due if weeks})


@pytest.mark.parametrize("kind", [kind for kind in TOLD if kind not in ON_ASKING])
async def test_work_and_income_reads_what_it_was_told_with_its_day_until_it_is_told_the_end(
    hub: InProcessHub, kind: str
) -> None:
    owner, referral_id = await at_first_talk(hub, kind)
    await hub.execute(referral_id, CONCLUDE, SIGN)
    before = await progress_read(hub, owner, referral_id)
    await look(hub, after(weeks=8, hours=9))
    at_week_8 = await progress_read(hub, owner, referral_id)
    await hub.execute(referral_id, PauseTrajectory())
    later = await progress_read(hub, owner, referral_id)
    await hub.execute(referral_id, DROP_OUT)

    assert before == {}
    assert at_week_8 == {
        Field.PROGRESS_WEEK: 8,
        Field.PROGRESS_STATE: "running",
        Field.PROGRESS_NEXT_STEP: "decision",
        Field.PROGRESS_DUE_ON: (TODAY + timedelta(weeks=13)).isoformat(),
        Field.PROGRESS_REPORTED_ON: (TODAY + timedelta(weeks=8)).isoformat(),
    }
    assert later == at_week_8
    assert await progress_read(hub, owner, referral_id) == {}
