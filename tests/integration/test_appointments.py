from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.codes import (
    AppointmentResponse,
    AppointmentStatus,
    CancellationReason,
    IntakeResult,
    OrganisationRole,
    ReferralStatus,
)
from app.domain.commands import ConcludeIntake, RespondToAppointment
from app.domain.errors import HubError, NotFound, NotTheOwner, TransitionNotAllowed
from app.domain.values import Counsellor, Participant
from tests.support.hub import ATTEND, CANCEL, CONFIRM, COUNSELLOR, MISS, NOW, SCHEDULE, InProcessHub, refused

THREE_WAY = replace(SCHEDULE, three_way=True, participants=(Participant("W. Erker"),))
LATER = replace(SCHEDULE, starts_at=SCHEDULE.starts_at + timedelta(days=2))
ACCEPT = RespondToAppointment(UUID(int=0), accepted=True)
OTHER_TIMES = RespondToAppointment(UUID(int=0), accepted=False, other_times=(datetime(2026, 3, 11, 13, 0, tzinfo=UTC),))


async def respond(hub: InProcessHub, referral_id: UUID, appointment_id: UUID, fact: RespondToAppointment) -> None:
    answered = replace(fact, appointment_id=appointment_id)
    await hub.execute(referral_id, answered, role=OrganisationRole.REFERRER)


async def test_a_planned_intake_says_when_where_and_with_whom(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, replace(THREE_WAY, three_way=False))

    [planned] = await hub.appointments(referral_id)

    assert (planned.starts_at, planned.place) == (THREE_WAY.starts_at, "Coolsingel 40")
    assert (planned.counsellor, planned.participants) == (COUNSELLOR, (Participant("W. Erker"),))
    assert (planned.status, planned.response) == (AppointmentStatus.SCHEDULED, AppointmentResponse.NOT_ASKED)
    assert (await hub.events(referral_id))[-1].event.appointment_id == planned.id


async def test_without_a_three_way_meeting_nobody_is_asked(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, SCHEDULE)

    [planned] = await hub.appointments(referral_id)

    assert planned.response is AppointmentResponse.NOT_ASKED


async def test_an_intake_without_a_counsellor_is_with_the_clients_own(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, replace(SCHEDULE, counsellor=None))

    [planned] = await hub.appointments(referral_id)

    assert planned.counsellor == COUNSELLOR


async def test_planning_with_another_counsellor_changes_the_clients_own(hub: InProcessHub) -> None:
    other = Counsellor("A. Ander", None)

    case = await hub.case(await hub.refer(CONFIRM, replace(SCHEDULE, counsellor=other)))

    assert case.referral.counsellor == other


async def test_moving_the_intake_keeps_the_old_time(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, SCHEDULE, LATER)

    old, new = await hub.appointments(referral_id)

    assert (old.status, old.starts_at) == (AppointmentStatus.REPLACED, SCHEDULE.starts_at)
    assert (new.status, new.starts_at) == (AppointmentStatus.SCHEDULED, LATER.starts_at)
    assert (await hub.event_names(referral_id))[-2:] == ["intake-scheduled", "intake-rescheduled"]


@pytest.mark.parametrize("status", [ReferralStatus.MISSED, ReferralStatus.APPOINTMENT_CANCELLED])
async def test_after_a_miss_or_a_cancellation_a_new_intake_can_be_planned(
    hub: InProcessHub, status: ReferralStatus
) -> None:
    referral_id = await hub.refer_until(status)

    await hub.execute(referral_id, LATER)

    assert await hub.status(referral_id) is ReferralStatus.SCHEDULED
    assert (await hub.event_names(referral_id))[-1] == "intake-scheduled"


@pytest.mark.parametrize(
    ("answer", "response"), [(ACCEPT, AppointmentResponse.ACCEPTED), (OTHER_TIMES, AppointmentResponse.OTHER_TIMES)]
)
async def test_the_referrers_worker_answers_the_proposal(
    hub: InProcessHub, answer: RespondToAppointment, response: AppointmentResponse
) -> None:
    referral_id = await hub.refer(CONFIRM, THREE_WAY)
    [proposed] = await hub.appointments(referral_id)

    await respond(hub, referral_id, proposed.id, answer)

    [planned] = await hub.appointments(referral_id)
    assert (planned.response, planned.other_times) == (response, answer.other_times)
    assert (await hub.events(referral_id))[-1].event.facts["appointment.response"] == response


async def test_a_cancelled_intake_says_why(hub: InProcessHub) -> None:
    referral_id = await hub.refer_until(ReferralStatus.APPOINTMENT_CANCELLED)

    [planned] = await hub.appointments(referral_id)

    assert planned.status is AppointmentStatus.CANCELLED
    assert planned.cancellation_reason is CancellationReason.CLIENT_CANCELLED
    assert (await hub.events(referral_id))[-1].event.facts["appointment.cancellation_reason"] == "client_cancelled"


async def test_a_referrer_may_cancel_too(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, SCHEDULE)

    await hub.execute(referral_id, CANCEL, role=OrganisationRole.REFERRER)

    assert await hub.status(referral_id) is ReferralStatus.APPOINTMENT_CANCELLED


async def test_attendance_closes_the_appointment(hub: InProcessHub) -> None:
    referral_id = await hub.refer_until(ReferralStatus.ATTENDED)

    [held] = await hub.appointments(referral_id)

    assert held.status is AppointmentStatus.ATTENDED
    assert await hub.event_names(referral_id) == ["received", "confirmed", "intake-scheduled", "intake-attended"]


async def test_every_miss_is_counted_and_asks_the_referrer_to_restore_contact(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, SCHEDULE, MISS, LATER, MISS)

    told = [stored.event.facts for stored in await hub.events(referral_id) if "missed" in stored.event.type]

    assert [facts["attendance.missed_count"] for facts in told] == [1, 2]
    assert {facts["referral.requested_action"] for facts in told} == {"restore_contact"}
    assert (await hub.case(referral_id)).referral.missed_count == 2


REFUSED: list[tuple[str, ReferralStatus, Any, dict[str, Any], type[HubError]]] = [
    ("planning before confirming", ReferralStatus.RECEIVED, SCHEDULE, {}, TransitionNotAllowed),
    ("planning what was held", ReferralStatus.ATTENDED, SCHEDULE, {}, TransitionNotAllowed),
    ("planning by the referrer", ReferralStatus.CONFIRMED, SCHEDULE, {"role": OrganisationRole.REFERRER}, NotTheOwner),
    ("moving by the referrer", ReferralStatus.SCHEDULED, LATER, {"role": OrganisationRole.REFERRER}, NotTheOwner),
    ("cancelling what is not planned", ReferralStatus.CONFIRMED, CANCEL, {}, TransitionNotAllowed),
    ("cancelling by the bank", ReferralStatus.SCHEDULED, CANCEL, {"role": OrganisationRole.CREDIT_BANK}, NotTheOwner),
    ("attending what is not planned", ReferralStatus.CONFIRMED, ATTEND, {}, TransitionNotAllowed),
    ("attending twice", ReferralStatus.ATTENDED, ATTEND, {}, TransitionNotAllowed),
    ("attending after a miss", ReferralStatus.MISSED, ATTEND, {}, TransitionNotAllowed),
    ("missing what was cancelled", ReferralStatus.APPOINTMENT_CANCELLED, MISS, {}, TransitionNotAllowed),
    ("missing by the referrer", ReferralStatus.SCHEDULED, MISS, {"role": OrganisationRole.REFERRER}, NotTheOwner),
]


@pytest.mark.parametrize(
    ("status", "fact", "context", "error"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
async def test_what_is_refused_writes_nothing(
    sqlite_hub: InProcessHub, status: ReferralStatus, fact: Any, context: dict[str, Any], error: type[HubError]
) -> None:
    hub = sqlite_hub
    referral_id = await hub.refer_until(status)

    async with refused(hub, error):
        await hub.execute(referral_id, fact, **context)


async def test_who_was_not_asked_cannot_answer(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, SCHEDULE)
    [planned] = await hub.appointments(referral_id)

    async with refused(hub, TransitionNotAllowed, match="was asked to respond"):
        await respond(hub, referral_id, planned.id, ACCEPT)


async def test_an_intake_that_was_moved_cannot_be_answered(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, THREE_WAY, replace(LATER, three_way=True))
    old, _ = await hub.appointments(referral_id)

    async with refused(hub, NotFound, match="present appointment"):
        await respond(hub, referral_id, old.id, ACCEPT)


async def test_only_the_newest_appointment_is_the_planned_one(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, SCHEDULE, LATER)
    old, new = await hub.appointments(referral_id)

    for wrong in (old.id, UUID(int=1)):
        with pytest.raises(NotFound):
            await hub.execute(referral_id, replace(ATTEND, appointment_id=wrong))
    await hub.execute(referral_id, replace(ATTEND, appointment_id=new.id))

    assert await hub.status(referral_id) is ReferralStatus.ATTENDED


async def test_a_late_appointment_of_an_intake_that_took_place_is_not_a_planned_one(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM)
    await hub.execute(referral_id, ATTEND, catch_up=True)

    await hub.execute(referral_id, SCHEDULE, catch_up=True)

    [late] = await hub.appointments(referral_id)
    assert (late.status, late.place) == (AppointmentStatus.ATTENDED, "Coolsingel 40")
    assert await hub.status(referral_id) is ReferralStatus.ATTENDED
    assert "intake-scheduled" not in await hub.event_names(referral_id)


async def test_a_late_appointment_of_a_referral_that_ended_is_not_a_planned_one(hub: InProcessHub) -> None:
    referral_id = await hub.refer_until(ReferralStatus.UNREACHABLE)

    await hub.execute(referral_id, THREE_WAY, catch_up=True)

    [late] = await hub.appointments(referral_id)
    assert (late.status, late.response) == (AppointmentStatus.CANCELLED, AppointmentResponse.NOT_ASKED)


async def test_cancelling_an_intake_nobody_told_of_leaves_the_missed_one_missed(hub: InProcessHub) -> None:
    referral_id = await hub.refer_until(ReferralStatus.MISSED)

    await hub.execute(referral_id, CANCEL, catch_up=True)

    [missed] = await hub.appointments(referral_id)
    assert missed.status is AppointmentStatus.MISSED
    assert await hub.status(referral_id) is ReferralStatus.APPOINTMENT_CANCELLED
    assert (await hub.steps(referral_id))[-2:] == ["(schedule)", "cancel_appointment"]


async def test_the_day_of_the_intake_is_the_day_in_the_netherlands(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, SCHEDULE)
    just_after_midnight = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)

    await hub.execute(referral_id, ATTEND, occurred_at=just_after_midnight)

    assert await intake_held_on(hub, referral_id) == date(2026, 3, 2)


async def test_an_attendance_told_after_its_result_corrects_the_day_that_was_implied(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, SCHEDULE)
    await hub.execute(referral_id, ConcludeIntake(IntakeResult.ROUTE_TO_KBR, NOW.date()), catch_up=True)
    day_before = NOW - timedelta(days=1)

    await hub.execute(referral_id, ATTEND, catch_up=True, occurred_at=day_before)
    await hub.execute(referral_id, ATTEND, catch_up=True, occurred_at=NOW)

    [attended] = await hub.appointments(referral_id)
    assert attended.status is AppointmentStatus.ATTENDED
    assert await intake_held_on(hub, referral_id) == day_before.date()
    assert await hub.status(referral_id) is ReferralStatus.CONCLUDED
    assert (await hub.event_names(referral_id)).count("referrals.intake-attended.v1") == 0


async def test_who_was_missed_and_wants_nothing_had_no_intake(hub: InProcessHub) -> None:
    referral_id = await hub.refer_until(ReferralStatus.MISSED)

    await hub.execute(referral_id, ConcludeIntake(IntakeResult.NO_SUPPORT_WANTED, NOW.date()))

    assert await intake_held_on(hub, referral_id) is None


async def intake_held_on(hub: InProcessHub, referral_id: UUID) -> date | None:
    return (await hub.case(referral_id)).referral.intake_held_on
