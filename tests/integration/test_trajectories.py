from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.database import Connection
from app.domain.codes import (
    ClosureReason,
    DropOutReason,
    KbrStatus,
    OrganisationRole,
    PartyRole,
    ReferralStatus,
    TrajectoryResult,
    TrajectoryStatus,
)
from app.domain.commands import (
    AddParty,
    CloseTrajectory,
    PauseTrajectory,
    RecordKbrStatus,
    RecordResult,
    ResumeTrajectory,
    SignPlan,
)
from app.domain.errors import Forbidden, HubError, InvalidInput, NotFound, NotTheOwner, TransitionNotAllowed
from app.domain.values import Party, Plan, RecordedResult
from app.models.cases.client import sealer_of_client
from app.models.cases.trajectory import list_parties
from app.operations.cases.execute import TrajectoryRef, lock_case
from app.operations.cases.unit_of_work import UnitOfWork
from tests.support.hub import (
    DECIDE,
    DROP_OUT,
    INTAKE_ON,
    SIGN,
    TODAY,
    UNANSWERED,
    InProcessHub,
    context_of,
    refused,
)

BY_REFERRER = {"role": OrganisationRole.REFERRER}
TOO_LATE = TODAY + timedelta(days=3)
CLOSE = CloseTrajectory(ClosureReason.RESULT_REACHED, TODAY)
PAUSE, RESUME = PauseTrajectory(), ResumeTrajectory()
HELP = AddParty(organisation="Humanitas", role=PartyRole.SUPPORT, contact="H. Elper", from_on=TODAY)


async def guided(hub: InProcessHub, *facts: Any) -> UUID:
    """Return a referral with a trajectory, and tell the facts about it."""
    referral_id = await hub.refer_until(ReferralStatus.CONCLUDED)
    await hub.execute(referral_id, *facts)
    return referral_id


def kbr(*statuses: KbrStatus) -> list[RecordKbrStatus]:
    return [RecordKbrStatus(status, TODAY) for status in statuses]


async def parties(hub: InProcessHub, referral_id: UUID) -> Sequence[Party]:
    case = await hub.case(referral_id)
    assert case.trajectory is not None

    def work(tx: Connection, trajectory_id: UUID) -> list[Party]:
        sealer = sealer_of_client(tx, hub.services.vault, case.client.id)
        return list_parties(tx, sealer, trajectory_id)

    return await hub.db.read(work, case.trajectory.id)


@pytest.mark.parametrize(
    ("facts", "status", "event"),
    [
        ([SIGN], TrajectoryStatus.RUNNING, "plan-signed"),
        ([SIGN, PAUSE], TrajectoryStatus.PAUSED, "paused"),
        ([SIGN, PAUSE, RESUME], TrajectoryStatus.RUNNING, "resumed"),
        ([DECIDE], TrajectoryStatus.DECIDED, "result-recorded"),
        ([SIGN, PAUSE, DECIDE], TrajectoryStatus.DECIDED, "result-recorded"),
        ([DECIDE, DECIDE], TrajectoryStatus.DECIDED, "changed"),
        ([DECIDE, SIGN], TrajectoryStatus.DECIDED, "plan-signed"),
        ([DROP_OUT], TrajectoryStatus.STOPPED, "stopped"),
        ([DECIDE, DROP_OUT], TrajectoryStatus.STOPPED, "stopped"),
        ([DROP_OUT, SIGN], TrajectoryStatus.STOPPED, "plan-signed"),
        ([DECIDE, CLOSE], TrajectoryStatus.CLOSED, "closed"),
        ([CLOSE], TrajectoryStatus.STOPPED, "stopped"),
    ],
)
async def test_each_fact_leads_where_the_table_says_and_is_told(
    hub: InProcessHub, facts: list[Any], status: TrajectoryStatus, event: str
) -> None:
    referral_id = await guided(hub, *facts)

    assert await hub.trajectory_status(referral_id) is status
    assert (await hub.event_names(referral_id))[-1] == event


async def test_a_plan_is_a_date_and_a_reference(hub: InProcessHub) -> None:
    case = await hub.case(await guided(hub, SIGN))

    assert case.trajectory is not None
    assert case.trajectory.plan == Plan(TODAY, "RDD-1")


async def test_a_plan_that_is_signed_again_replaces_the_first(hub: InProcessHub) -> None:
    case = await hub.case(await guided(hub, SIGN, SignPlan(INTAKE_ON, "RDD-2")))

    assert case.trajectory is not None
    assert case.trajectory.plan == Plan(INTAKE_ON, "RDD-2")


async def test_results_are_kept_in_the_order_in_which_they_came(hub: InProcessHub) -> None:
    undated = RecordResult(TrajectoryResult.PAYMENT_ARRANGEMENT)

    case = await hub.case(await guided(hub, undated, DECIDE))

    assert case.trajectory is not None
    assert case.trajectory.results == (
        RecordedResult(TrajectoryResult.PAYMENT_ARRANGEMENT, None),
        RecordedResult(TrajectoryResult.KBR_APPLICATION, TODAY),
    )


@pytest.mark.parametrize(
    ("reason", "closure"),
    [
        (DropOutReason.LOST_CONTACT, ClosureReason.NO_CONTACT),
        (DropOutReason.SOLVES_IT_ALONE, ClosureReason.NO_SUPPORT_WANTED),
        (None, ClosureReason.NO_SUPPORT_WANTED),
    ],
)
async def test_a_drop_out_ends_the_trajectory_with_its_reason(
    hub: InProcessHub, reason: DropOutReason | None, closure: ClosureReason
) -> None:
    referral_id = await guided(hub, *UNANSWERED, replace(DROP_OUT, drop_out_reason=reason))

    case, entry = await hub.case(referral_id), (await hub.history(referral_id))[-1]

    assert case.trajectory is not None
    assert (case.trajectory.closure_reason, case.trajectory.ended_on) == (closure, TODAY)
    assert entry.reason == (reason or DropOutReason.UNKNOWN)


async def test_a_closed_trajectory_says_why_and_when(hub: InProcessHub) -> None:
    case = await hub.case(await guided(hub, DECIDE, CLOSE))

    assert case.trajectory is not None
    assert (case.trajectory.closure_reason, case.trajectory.ended_on) == (ClosureReason.RESULT_REACHED, TODAY)


async def test_an_application_goes_its_way_at_the_bank(hub: InProcessHub) -> None:
    meeting = date(2026, 4, 1)
    referral_id = await guided(hub, *kbr(KbrStatus.SUBMITTED, KbrStatus.RECEIVED))

    await hub.execute(referral_id, RecordKbrStatus(KbrStatus.IN_PROGRESS, TODAY, meeting))
    await hub.execute(referral_id, *kbr(KbrStatus.GRANTED), role=OrganisationRole.CREDIT_BANK)

    case = await hub.case(referral_id)
    assert case.trajectory is not None
    application = case.trajectory.kbr_application
    assert application is not None
    assert (application.status, application.changed_on) == (KbrStatus.GRANTED, TODAY)
    assert application.service_decision_meeting_on == meeting
    assert (await hub.event_names(referral_id)).count("kbr-application-changed") == 4


async def test_an_application_that_is_first_heard_of_late_has_its_skipped_steps_implied(hub: InProcessHub) -> None:
    referral_id = await guided(hub)

    await hub.execute(referral_id, *kbr(KbrStatus.IN_PROGRESS), catch_up=True)

    assert (await hub.steps(referral_id))[-3:] == ["(submit)", "(receive)", "take_up"]
    assert (await hub.event_names(referral_id)).count("kbr-application-changed") == 1


async def test_a_trajectory_begins_with_the_referrer_and_the_counsellor_as_parties(hub: InProcessHub) -> None:
    found = await parties(hub, await guided(hub))

    assert [(party.organisation, party.role, party.contact) for party in found] == [
        ("DOCK", PartyRole.REFERRER, None),
        ("Expertiseteam Financiën", PartyRole.COUNSELLOR, "T. Begeleider"),
    ]


async def test_a_party_takes_part_from_a_day_on(hub: InProcessHub) -> None:
    referral_id = await guided(hub)

    await hub.execute(referral_id, HELP)

    *_, helper = await parties(hub, referral_id)
    assert helper == Party(
        id=helper.id, organisation="Humanitas", role=PartyRole.SUPPORT, contact="H. Elper", from_on=TODAY
    )


REFUSED: list[tuple[str, list[Any], Any, dict[str, Any], type[HubError]]] = [
    ("signing before the intake", [], SignPlan(INTAKE_ON - timedelta(days=1)), {}, InvalidInput),
    ("signing in the future", [], SignPlan(TOO_LATE), {}, InvalidInput),
    ("deciding in the future", [], replace(DECIDE, decided_on=TOO_LATE), {}, InvalidInput),
    ("closing in the future", [DECIDE], replace(CLOSE, closed_on=TOO_LATE), {}, InvalidInput),
    ("applying in the future", [], RecordKbrStatus(KbrStatus.SUBMITTED, TOO_LATE), {}, InvalidInput),
    ("signing by the referrer", [], SIGN, BY_REFERRER, NotTheOwner),
    ("pausing before the plan", [], PAUSE, {}, TransitionNotAllowed),
    ("pausing twice", [SIGN, PAUSE], PAUSE, {}, TransitionNotAllowed),
    ("resuming what runs", [SIGN], RESUME, {}, TransitionNotAllowed),
    ("a drop-out reason beside a result", [], replace(DECIDE, drop_out_reason=DropOutReason.OTHER), {}, InvalidInput),
    ("deciding by the bank", [], DECIDE, {"role": OrganisationRole.CREDIT_BANK}, NotTheOwner),
    ("deciding after the end", [DECIDE, CLOSE], DECIDE, {}, TransitionNotAllowed),
    ("dropping out twice", [DROP_OUT], DROP_OUT, {}, TransitionNotAllowed),
    ("closing twice", [DECIDE, CLOSE], CLOSE, {}, TransitionNotAllowed),
    ("closing by the referrer", [DECIDE], CLOSE, BY_REFERRER, NotTheOwner),
    ("granting what was not asked", [], RecordKbrStatus(KbrStatus.GRANTED), {}, TransitionNotAllowed),
    (
        "granting by the referrer",
        kbr(KbrStatus.SUBMITTED),
        RecordKbrStatus(KbrStatus.RECEIVED),
        BY_REFERRER,
        NotTheOwner,
    ),
    ("applying twice", kbr(KbrStatus.SUBMITTED), RecordKbrStatus(KbrStatus.SUBMITTED), {}, TransitionNotAllowed),
    ("adding a party by the referrer", [], HELP, BY_REFERRER, Forbidden),
    ("joining what has ended", [DROP_OUT], HELP, {}, TransitionNotAllowed),
]


@pytest.mark.parametrize(
    ("facts", "fact", "context", "error"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
async def test_what_is_refused_writes_nothing(
    sqlite_hub: InProcessHub, facts: list[Any], fact: Any, context: dict[str, Any], error: type[HubError]
) -> None:
    hub = sqlite_hub
    referral_id = await guided(hub, *facts)

    async with refused(hub, error):
        await hub.execute(referral_id, fact, **context)


@pytest.mark.parametrize("fact", [PAUSE, RESUME, DECIDE, CLOSE, *kbr(KbrStatus.SUBMITTED), HELP], ids=repr)
async def test_without_a_trajectory_nothing_is_recorded_of_one(sqlite_hub: InProcessHub, fact: Any) -> None:
    hub = sqlite_hub
    referral_id = await hub.refer_until(ReferralStatus.ATTENDED)

    async with refused(hub, TransitionNotAllowed, match="or with the intake result"):
        await hub.execute(referral_id, fact)


async def test_a_trajectory_leads_to_its_chain(hub: InProcessHub) -> None:
    case = await hub.case(await guided(hub))
    assert case.trajectory is not None

    assert await locked_by_trajectory(hub, case.trajectory.id) == case.id


async def locked_by_trajectory(hub: InProcessHub, trajectory_id: UUID) -> UUID:
    def work(tx: Connection) -> UUID:
        return lock_case(UnitOfWork(tx, hub.services), TrajectoryRef(trajectory_id), context_of(SIGN)).id

    return await hub.db.write(work)


async def test_an_unknown_trajectory_is_not_found(hub: InProcessHub) -> None:
    with pytest.raises(NotFound):
        await locked_by_trajectory(hub, UUID(int=1))


async def test_a_late_result_of_a_closed_trajectory_is_kept_and_not_told(hub: InProcessHub) -> None:
    referral_id = await guided(hub, DECIDE, CLOSE)
    told = await hub.event_names(referral_id)

    await hub.execute(referral_id, replace(DECIDE, result=TrajectoryResult.SOCIAL_LOAN), catch_up=True)

    case = await hub.case(referral_id)
    assert case.trajectory is not None
    assert case.trajectory.status is TrajectoryStatus.CLOSED
    assert [each.code for each in case.trajectory.results][-1] is TrajectoryResult.SOCIAL_LOAN
    assert await hub.event_names(referral_id) == told
