"""Random walks over whole lives: what a referrer was not disclosed changes nothing that it can read or ask."""

import json
from collections import Counter
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from app.domain.case import Case
from app.domain.codes import DropOutReason, TrajectoryResult, TrajectoryStatus
from app.domain.commands import RecordResult
from app.domain.fields import Field
from app.domain.values import Organisation
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.queries import read_referral, read_trajectory
from app.privacy.policy import REFERRER_KINDS
from app.privacy.wire import to_wire
from tests.support.hub import ATTEND, CONCLUDE, CONFIRM, SCHEDULE, SIGN, TODAY, InProcessHub
from tests.support.lives import (
    BY_REFERRER,
    differences,
    feed_of,
    flat,
    is_disclosed,
    look,
    random_steps,
    read_all,
    take,
)
from tests.support.own_steps import Effect, effects_of_own_steps, random_own_step
from tests.support.privacy_canaries import referred

KINDS = sorted(REFERRER_KINDS)
STEPS = 80
OWN_SHARE, CATCH_UP_SHARE, TIME_SHARE = 0.2, 0.4, 0.1
DAYS_AT_A_TIME = timedelta(days=12)

COMPARED = frozenset(
    {
        Field.INTAKE_RESULT,
        Field.INTAKE_CONCLUDED_ON,
        Field.ATTENDANCE_MISSED_COUNT,
        Field.RESULT_CODE,
        Field.RESULT_DECIDED_ON,
        Field.KBR_STATUS,
        Field.KBR_CHANGED_ON,
        Field.PLAN_SIGNED_ON,
        Field.TRAJECTORY_CLOSURE_REASON,
    }
)
"""Fields that only events disclose."""


def is_surprise(read: object) -> bool:
    """Return whether this is a step that is taken although it is not among the possible actions, or the reverse."""
    return isinstance(read, Effect) and not read.is_announced


async def read_and_try(hub: InProcessHub, scope: CallerScope, case: Case) -> dict[str, object]:
    """Return everything that a referrer reads, and what would come of everything that it could do."""
    # Steps lock the case, and store nothing.
    tried = await hub.db.write(lambda tx: dict(effects_of_own_steps(tx, hub, scope, case)))
    return {**await read_all(hub, scope, case), **tried}


async def walk(hub: InProcessHub, kind: str, seed: int) -> Counter[tuple[str, str]]:
    """Return which step that was not disclosed changed which reading, over one life."""
    owner, referral_id = await referred(hub, kind)
    scope, found = CallerScope(owner), Counter[tuple[str, str]]()
    case = await hub.case(referral_id)
    random = Random(f"{kind}/{seed}/own")
    before = await read_and_try(hub, scope, case)
    for made in random_steps(Random(f"{kind}/{seed}"), STEPS):
        if random.random() < TIME_SHARE:
            case, before = await _after_some_days(hub, scope, case, found)
        # A partner skips steps and reports late; the referrer answers what it knows.
        is_own = random.random() < OWN_SHARE
        step, catch_up = random_own_step(random, case) if is_own else made, random.random() < CATCH_UP_SHARE
        is_own = is_own or isinstance(step, BY_REFERRER)
        known = len(await hub.events(referral_id))
        if not await take(hub, case, step, is_own=is_own, catch_up=catch_up and not is_own):
            continue
        case = await hub.case(referral_id)
        fresh = (await hub.events(referral_id))[known:]
        after = await read_and_try(hub, scope, case)
        disclosed = is_own or any(is_disclosed(hub, case, each) for each in fresh)
        found.update(("not announced", name) for name, each in after.items() if is_surprise(each))
        if not disclosed:
            found.update((type(step).__name__, name) for name in differences(before, after))
        before = after
    return found


async def _after_some_days(
    hub: InProcessHub, scope: CallerScope, case: Case, found: Counter[tuple[str, str]]
) -> tuple[Case, dict[str, object]]:
    """Let time pass and a worker report what is due; return the case and what is read of it then."""
    hub.clock.set(hub.clock.now() + DAYS_AT_A_TIME)
    known, before = len(await hub.events(case.id)), await read_and_try(hub, scope, case)
    await look(hub, 0)
    case = await hub.case(case.id)
    after, fresh = await read_and_try(hub, scope, case), (await hub.events(case.id))[known:]
    if not any(is_disclosed(hub, case, each) for each in fresh):
        found.update(("time", name) for name in differences(before, after))
    return case, after


@pytest.mark.parametrize("kind", KINDS)
async def test_a_step_that_is_not_disclosed_changes_no_byte_of_anything_its_referrer_can_read(
    sqlite_hub: InProcessHub, kind: str
) -> None:
    found = await walk(sqlite_hub, kind, seed=1)

    assert found == Counter()


@pytest.mark.parametrize("kind", ["exit", "werk_en_inkomen", "wijkteam"])
async def test_that_holds_on_each_store(hub: InProcessHub, kind: str) -> None:
    found = await walk(hub, kind, seed=2)

    assert found == Counter()


# Who was agreed to know a result knew of later ones too, which are reported at the moment ``change``.
RESULTS_WITHOUT_CHANGES = [
    "jongerenloket",
    "werk_en_inkomen",
    "statushouders",
    "detentie_reintegratie",
    "wijkteam",
]


async def decided(hub: InProcessHub, kind: str) -> tuple[Organisation, UUID]:
    """Return a referrer, and its referral with a first result that was disclosed to it."""
    owner, referral_id = await referred(hub, kind)
    await hub.execute(referral_id, CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN)
    await hub.execute(referral_id, RecordResult(TrajectoryResult.KBR_APPLICATION, TODAY))
    return owner, referral_id


@pytest.mark.parametrize("kind", RESULTS_WITHOUT_CHANGES)
async def test_a_second_result_is_not_read_by_who_is_told_the_first_only(hub: InProcessHub, kind: str) -> None:
    owner, referral_id = await decided(hub, kind)
    scope = CallerScope(owner)
    before = await read_all(hub, scope, await hub.case(referral_id))

    await hub.execute(referral_id, RecordResult(TrajectoryResult.BUDGET_MANAGEMENT, TODAY))

    case = await hub.case(referral_id)
    assert case.trajectory
    assert len(case.trajectory.results) == 2
    assert differences(before, await read_all(hub, scope, case)) == []
    read = await hub.db.read(read_referral, hub.services, scope, referral_id)
    assert read.fields[Field.RESULT_CODE] == "kbr_application"


async def test_a_drop_out_of_statushouders_is_read_as_the_end_that_was_disclosed_and_not_as_a_result(
    hub: InProcessHub,
) -> None:
    owner, referral_id = await referred(hub, "statushouders")
    await hub.execute(referral_id, CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN)

    dropped_out = RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, TODAY, DropOutReason.SOLVES_IT_ALONE)
    await hub.execute(referral_id, dropped_out)

    case = await hub.case(referral_id)
    assert case.trajectory
    assert case.trajectory.status is TrajectoryStatus.STOPPED
    read = await hub.db.read(read_trajectory, hub.services, CallerScope(owner), case.trajectory.id)
    assert read.fields[Field.TRAJECTORY_CLOSURE_REASON] == "no_support_wanted"
    assert not read.fields.get(Field.RESULT_CODE)
    assert Field.RESULT_DROP_OUT_REASON not in read.fields


async def test_what_is_read_is_what_the_events_said(sqlite_hub: InProcessHub) -> None:
    hub = sqlite_hub
    for kind in KINDS:
        owner, referral_id = await referred(hub, kind)
        scope, feed = CallerScope(owner), feed_of(hub, owner)
        for step in random_steps(Random(f"{kind}/3"), STEPS):
            await take(hub, await hub.case(referral_id), step)
        page = await hub.db.write(feed.next_page, 0, 200)
        said: dict[str, object] = {}
        for body in page.events:
            said |= flat(json.loads(body)["data"])

        read = await hub.db.read(read_referral, hub.services, scope, referral_id)

        known = flat(to_wire({name: value for name, value in read.fields.items() if name in COMPARED}))
        assert known == {name: said.get(name) for name in known}, kind
