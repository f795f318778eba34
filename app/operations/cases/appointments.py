"""Intake appointments: plan, move, answer, cancel, attended or missed."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from app.database import Connection
from app.domain.codes import AppointmentResponse, AppointmentStatus, ReferralStatus
from app.domain.commands import CancelAppointment, RecordAttendance, RespondToAppointment, ScheduleIntake
from app.domain.errors import NotFound
from app.domain.events import EventType, FactValue
from app.domain.fields import Field
from app.domain.lifecycle import Action, Guard, Machine
from app.domain.local_time import AMSTERDAM
from app.domain.values import Appointment
from app.models.cases.appointment import insert_appointment, newest_appointment, update_appointment
from app.operations.cases.steps import Chain, Step
from app.operations.services import Services

# After so many missed appointments the referrer is asked to restore contact (domain.md section 5).
_ASK_HELP_AFTER = 1


def schedule_intake(tx: Connection, services: Services, chain: Chain, fact: ScheduleIntake) -> UUID:
    """Plan the intake, or move it when one is planned; returns the appointment's id.

    A three-way meeting is a proposal: the referrer's worker is asked to accept it or to give other times.
    """
    appointment_id = services.new_id(chain.now)
    moves = chain.status == ReferralStatus.SCHEDULED
    action, event = (
        (Action.RESCHEDULE, EventType.INTAKE_RESCHEDULED) if moves else (Action.SCHEDULE, EventType.INTAKE_SCHEDULED)
    )
    if moves:
        _replace_planned(tx, chain)
    step = Step(Machine.REFERRAL, chain.id, chain.status, action, event, appointment_id=appointment_id)
    if fact.counsellor:
        chain.change(counsellor_name=fact.counsellor.name, counsellor_phone=fact.counsellor.phone)
    is_late = chain.take(step) is None
    values = _new_appointment(chain, appointment_id, fact)
    insert_appointment(tx, {**values, **_as_past(chain)} if is_late else values)
    chain.save()
    return appointment_id


def respond_to_appointment(
    tx: Connection, services: Services, chain: Chain, appointment_id: UUID, fact: RespondToAppointment
) -> None:
    """Accept the proposed three-way meeting on behalf of the referrer's worker, or give other times."""
    planned = _planned(tx, chain, appointment_id)
    asked = planned.response is not AppointmentResponse.NOT_ASKED
    response = AppointmentResponse.ACCEPTED if fact.accepted else AppointmentResponse.OTHER_TIMES
    step = Step(
        Machine.REFERRAL,
        chain.id,
        chain.status,
        Action.RESPOND,
        EventType.APPOINTMENT_RESPONDED,
        facts={Field.APPOINTMENT_RESPONSE: response.value},
        appointment_id=appointment_id,
    )
    chain.take(step, frozenset({Guard.RESPONSE_REQUESTED}) if asked else frozenset())
    times = [moment.isoformat() for moment in fact.other_times]
    update_appointment(tx, appointment_id, {"response": response, "other_times": times})
    chain.save()


def cancel_appointment(tx: Connection, services: Services, chain: Chain, fact: CancelAppointment) -> None:
    """Let the planned intake fall through; it can be planned again."""
    planned = _still_planned(tx, chain)
    step = Step(
        Machine.REFERRAL,
        chain.id,
        chain.status,
        Action.CANCEL_APPOINTMENT,
        EventType.INTAKE_CANCELLED,
        fact.reason,
        {Field.APPOINTMENT_CANCELLATION_REASON: fact.reason.value},
        planned.id if planned else None,
    )
    if chain.take(step) and planned:
        values = {"status": AppointmentStatus.CANCELLED, "cancellation_reason": fact.reason}
        update_appointment(tx, planned.id, values)
    chain.save()


def record_attendance(tx: Connection, services: Services, chain: Chain, fact: RecordAttendance) -> None:
    """Record that the client appeared at the intake, or did not."""
    planned = _still_planned(tx, chain)
    action, event, status = (
        (Action.ATTEND, EventType.INTAKE_ATTENDED, AppointmentStatus.ATTENDED)
        if fact.attended
        else (Action.MISS, EventType.INTAKE_MISSED, AppointmentStatus.MISSED)
    )
    step = Step(
        Machine.REFERRAL,
        chain.id,
        chain.status,
        action,
        event,
        appointment_id=planned.id if planned else None,
    )
    taken = chain.take(step if fact.attended else replace(step, facts=_missed_facts(chain)))
    implied = taken is None and fact.attended and _is_implied(chain)
    if (taken or implied) and fact.attended:
        chain.change(intake_held_on=chain.context.occurred_at.astimezone(AMSTERDAM).date(), contact_lost=False)
    elif taken:
        chain.change(missed_count=chain.row.missed_count + 1)
    if (taken or implied) and planned:
        update_appointment(tx, planned.id, {"status": status})
    chain.save()


def _is_implied(chain: Chain) -> bool:
    """Return whether the result of the intake came before the attendance, which it implied on its own day."""
    row = chain.row
    return chain.status == ReferralStatus.CONCLUDED and row.intake_held_on in (None, row.intake_concluded_on)


def check_planned(tx: Connection, chain: Chain, appointment_id: UUID) -> None:
    """See that the appointment is the one that is planned now.

    Raises:
        NotFound: the referral has no such appointment, or it was replaced by a newer one.
    """
    _planned(tx, chain, appointment_id)


def _planned(tx: Connection, chain: Chain, appointment_id: UUID) -> Appointment:
    planned = newest_appointment(tx, chain.id)
    if planned is None or planned.id != appointment_id:
        raise NotFound("This is not the referral's present appointment; read …/appointments for the newest one.")
    return planned


def _still_planned(tx: Connection, chain: Chain) -> Appointment | None:
    # A partner may report on an intake whose planning it never told; the newest appointment is then an old one.
    newest = newest_appointment(tx, chain.id)
    return newest if newest and newest.status is AppointmentStatus.SCHEDULED else None


def _as_past(chain: Chain) -> dict[str, Any]:
    held = chain.row.intake_held_on is not None
    status = AppointmentStatus.ATTENDED if held else AppointmentStatus.CANCELLED
    return {"status": status, "response": AppointmentResponse.NOT_ASKED}


def _missed_facts(chain: Chain) -> dict[Field, FactValue]:
    count = chain.row.missed_count + 1
    facts: dict[Field, FactValue] = {Field.ATTENDANCE_MISSED_COUNT: count}
    if count >= _ASK_HELP_AFTER:
        facts[Field.REFERRAL_REQUESTED_ACTION] = "restore_contact"
    return facts


def _replace_planned(tx: Connection, chain: Chain) -> None:
    planned = _still_planned(tx, chain)
    if planned:
        update_appointment(tx, planned.id, {"status": AppointmentStatus.REPLACED})


def _new_appointment(chain: Chain, appointment_id: UUID, fact: ScheduleIntake) -> dict[str, Any]:
    counsellor_name = fact.counsellor.name if fact.counsellor else chain.row.counsellor_name
    counsellor_phone = fact.counsellor.phone if fact.counsellor else chain.row.counsellor_phone
    return {
        "id": appointment_id,
        "referral_id": chain.id,
        "starts_at": fact.starts_at,
        "place": fact.place,
        "three_way": fact.three_way,
        "counsellor_name": counsellor_name,
        "counsellor_phone": counsellor_phone,
        "participants": list(fact.participants),
        "status": AppointmentStatus.SCHEDULED,
        "response": AppointmentResponse.REQUESTED if fact.three_way else AppointmentResponse.NOT_ASKED,
        "other_times": [],
        "created_at": chain.now,
    }
