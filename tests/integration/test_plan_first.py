"""The plan is signed at the first talk if possible, and the result of the intake comes later: both orders are legal."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from app.domain.codes import (
    ClosureReason,
    IntakeResult,
    ReferralStatus,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.commands import (
    AnswerWithdrawal,
    ConcludeIntake,
    RecordResult,
    ReportContactLost,
    SignPlan,
    WithdrawReferral,
)
from app.domain.errors import TransitionNotAllowed
from app.domain.field_values import field_values
from app.domain.fields import Field
from app.domain.progress import progress_now
from app.domain.values import Organisation
from app.operations.statistics import city_tables
from app.privacy.classification import ID_FIELDS
from tests.support.hub import ATTEND, CONFIRM, SCHEDULE, TODAY, InProcessHub, partner_record, refused
from tests.support.hub import CLIENT as CLIENT_OF_HUB
from tests.support.lives import feed_of, flat
from tests.support.privacy_canaries import CLIENT, CONTENTS, referred

FIRST_TALK = TODAY - timedelta(days=60)
RESULT_ON = FIRST_TALK + timedelta(days=7)
SIGN = SignPlan(FIRST_TALK, "RDD-1")
CONCLUDE = ConcludeIntake(IntakeResult.ROUTE_TO_KBR, RESULT_ON)
NOTHING = ConcludeIntake(IntakeResult.NO_SUPPORT_WANTED, RESULT_ON)
DECIDE = RecordResult(TrajectoryResult.KBR_APPLICATION, FIRST_TALK + timedelta(weeks=7))
DAY_OF = {ATTEND: FIRST_TALK, SIGN: FIRST_TALK, CONCLUDE: RESULT_ON, NOTHING: RESULT_ON}


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


async def reported(hub: InProcessHub, *commands: Any) -> UUID:
    """Return a referral of which Allegro reports these, each in a page of its own."""
    referral_id = await hub.known_case("D-1", SCHEDULE)
    for command in commands:
        await hub.pull(partner_record("D-1", command, occurred_at=noon(DAY_OF.get(command, TODAY))))
    return referral_id


@pytest.mark.parametrize(
    "order",
    [*permutations((ATTEND, SIGN, CONCLUDE)), (SIGN, CONCLUDE), (CONCLUDE, SIGN)],
    ids=lambda order: "-".join(type(each).__name__ for each in order),
)
async def test_in_whichever_order_allegro_reports_them_the_terms_run_from_the_first_talk(
    hub: InProcessHub, order: tuple[Any, ...]
) -> None:
    referral_id = await reported(hub, *order, DECIDE)

    case, tables = await hub.case(referral_id), await hub.db.read(city_tables, hub.services)
    assert await hub.quarantine() == []
    assert case.trajectory is not None
    assert (case.referral.status, case.trajectory.status) == (ReferralStatus.CONCLUDED, TrajectoryStatus.DECIDED)
    assert case.referral.intake_held_on == case.trajectory.started_on == FIRST_TALK
    assert case.trajectory.due_on == FIRST_TALK + timedelta(weeks=13)
    assert (tables.plans_signed, tables.decision_weeks) == (1, {"0-8": 1})
    assert sorted(name for name in await hub.event_names(referral_id) if name in ONCE) == sorted(ONCE)


NOBODY = replace(CLIENT_OF_HUB, bsn=None)
OF_ONE_CASE = {*ID_FIELDS, Field.REFERRAL_REFERENCE}
ONCE = ["concluded", "plan-signed", "result-recorded", "started"]


async def test_five_facts_of_an_intake_make_the_same_case_in_every_order(sqlite_hub: InProcessHub) -> None:
    hub, found = sqlite_hub, []
    same_day: tuple[Any, ...] = (
        CONFIRM,
        SCHEDULE,
        ATTEND,
        ConcludeIntake(IntakeResult.ROUTE_TO_KBR, TODAY),
        SignPlan(TODAY, "RDD-1"),
    )
    for number, order in enumerate(permutations(same_day)):
        referral_id = await hub.refer(client=NOBODY, reference=f"K-{number}")
        for command in order:
            await hub.pull(partner_record(f"D-{number}", command, referral_id=referral_id))
        values = field_values(await hub.case(referral_id))
        found.append({name: value for name, value in values.items() if name not in OF_ONE_CASE})

    assert [values for values in found if values != found[0]] == []


@pytest.mark.parametrize("order", [(ATTEND, SIGN, NOTHING), (ATTEND, NOTHING, SIGN)], ids=["plan", "result"])
async def test_an_intake_that_leads_to_nothing_ends_the_trajectory_that_the_plan_opened_by_one_event(
    hub: InProcessHub, order: tuple[Any, ...]
) -> None:
    referral_id = await reported(hub, *order)

    case = await hub.case(referral_id)
    assert await hub.quarantine() == []
    assert case.trajectory is not None
    assert (case.trajectory.status, case.trajectory.closure_reason, case.trajectory.ended_on) == (
        TrajectoryStatus.STOPPED,
        ClosureReason.NO_SUPPORT_WANTED,
        RESULT_ON,
    )
    assert case.referral.closure_reason is ClosureReason.NO_SUPPORT_WANTED
    assert [name for name in await hub.event_names(referral_id) if name in {"closed", "stopped"}] == ["closed"]


async def test_a_withdrawal_that_is_granted_ends_the_trajectory_that_the_plan_opened(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, SCHEDULE, ATTEND, SignPlan(TODAY))
    await hub.execute(referral_id, WithdrawReferral(WithdrawalReason.OTHER))

    await hub.execute(referral_id, AnswerWithdrawal(granted=True))

    assert await hub.trajectory_status(referral_id) is TrajectoryStatus.STOPPED
    assert (await hub.event_names(referral_id))[-1] == "withdrawn"


async def test_a_drop_out_before_the_intake_result_leaves_no_progress_to_read(sqlite_hub: InProcessHub) -> None:
    dropped_out = RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, TODAY)
    referral_id = await sqlite_hub.refer(CONFIRM, SCHEDULE, ATTEND, SignPlan(TODAY), dropped_out)

    case = await sqlite_hub.case(referral_id)

    assert case.referral.status is ReferralStatus.ATTENDED
    services = sqlite_hub.services
    assert progress_now(case, services.reference.terms, services.clock.now()) == {}


async def test_a_drop_out_before_the_intake_result_ends_the_case_and_the_referral_stays_attended(
    hub: InProcessHub,
) -> None:
    dropped_out = RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, TODAY)
    referral_id = await hub.refer(CONFIRM, SCHEDULE, ATTEND, SignPlan(TODAY), dropped_out)

    case = await hub.case(referral_id)

    assert (case.referral.status, case.goes_on) == (ReferralStatus.ATTENDED, False)
    assert (await hub.event_names(referral_id))[-1] == "stopped"
    async with refused(hub, TransitionNotAllowed):
        await hub.execute(referral_id, ReportContactLost(TODAY))


async def test_the_intake_result_of_a_case_that_a_drop_out_ended_is_still_recorded(hub: InProcessHub) -> None:
    dropped_out = RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, TODAY)
    for result in (IntakeResult.ROUTE_TO_KBR, IntakeResult.NO_SUPPORT_WANTED):
        referral_id = await hub.refer(CONFIRM, SCHEDULE, ATTEND, SignPlan(TODAY), dropped_out)

        await hub.execute(referral_id, ConcludeIntake(result, TODAY))

        case, events = await hub.case(referral_id), await hub.event_names(referral_id)
        assert (case.referral.status, case.referral.intake_result) == (ReferralStatus.CONCLUDED, result)
        assert (case.goes_on, events.count("stopped"), events.count("concluded")) == (False, 1, 1)
        assert await hub.trajectory_status(referral_id) is TrajectoryStatus.STOPPED


async def test_what_a_later_report_of_allegro_implies_has_no_event_of_its_own(hub: InProcessHub) -> None:
    referral_id = await hub.known_case("D-1")

    await hub.pull(partner_record("D-1", SIGN, occurred_at=noon(FIRST_TALK)))

    assert [each for each in await hub.steps(referral_id) if each.startswith("(")] == ["(schedule)", "(attend)"]
    assert {"intake-scheduled", "intake-attended"}.isdisjoint(await hub.event_names(referral_id))


async def test_a_plan_before_the_first_talk_opens_nothing(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, SCHEDULE)

    async with refused(hub, TransitionNotAllowed):
        await hub.execute(referral_id, SignPlan(TODAY))


@pytest.mark.parametrize(
    "kind",
    [
        "detentie_reintegratie",
        "prestatie010",
        "welzijnsorganisatie",
        "reclassering",
        "jongerenloket",
        "deurwaarder",
        "overig",
    ],
)
@pytest.mark.parametrize("ending", [NOTHING, AnswerWithdrawal(granted=True)], ids=["nothing", "withdrawn"])
async def test_the_end_of_a_referral_shows_nobody_else_that_a_plan_was_signed(
    sqlite_hub: InProcessHub, kind: str, ending: Any
) -> None:
    hub, seen = sqlite_hub, []
    owner, first = await referred(hub, kind)
    second = await hub.refer(organisation_code=owner.code, client=CLIENT, contents=CONTENTS)
    for referral_id, commands in ((first, ()), (second, (SignPlan(TODAY, "RDD-1"),))):
        await hub.execute(referral_id, CONFIRM, SCHEDULE, ATTEND, *commands)
        if ending is not NOTHING:
            await hub.execute(referral_id, WithdrawReferral(WithdrawalReason.OTHER))
        known = len(await _read(hub, owner))
        await hub.execute(referral_id, ending)
        seen.append([_without_ids(each) for each in (await _read(hub, owner))[known:]])

    assert seen[0] == seen[1]


async def _read(hub: InProcessHub, owner: Organisation) -> list[dict[str, Any]]:
    page = await hub.db.write(feed_of(hub, owner).next_page, 0, 200)
    return [json.loads(event) for event in page.events]


def _without_ids(event: dict[str, Any]) -> tuple[str, list[tuple[str, object]]]:
    said = flat(event["data"])
    return event["type"], sorted((name, said[name]) for name in said if not name.endswith(("id", "reference")))
