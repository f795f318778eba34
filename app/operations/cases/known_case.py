"""A case as its referrer knows it: what the referrer may do is judged on that."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from app.domain.case import Case, Handler
from app.domain.codes import (
    AppointmentResponse,
    AppointmentStatus,
    CancellationReason,
    ClosureReason,
    IntakeResult,
    OrganisationRole,
    ReferralStatus,
    WithdrawalReason,
)
from app.domain.commands import ActionContext, Command
from app.domain.disclosed import DisclosedValue, InForce
from app.domain.errors import NotFound, TransitionNotAllowed
from app.domain.field_values import appointment_values, feedback_values
from app.domain.fields import Field, FieldValues
from app.domain.lifecycle import Action
from app.domain.local_time import local_date
from app.domain.values import Appointment, HistoryEntry, Referral, ReferralFlags
from app.privacy.json_values import to_json_value

REFERRER_ROLES = frozenset({OrganisationRole.REFERRER, OrganisationRole.PARTNER_SYSTEM})
"""The roles in which a referrer acts: itself, or by the system in which it registers."""

SHOWN_IN_LISTS = frozenset({Field.REFERRAL_DISCLOSED_STATUS, Field.COUNSELLOR_NAME, Field.INTAKE_RESULT})
"""What lists show of what was disclosed of a referral."""

_OWN_STEP = (
    Field.REFERRAL_STATUS,
    Field.REFERRAL_FLAGS,
    Field.REFERRAL_WITHDRAWAL_REASON,
    Field.REFERRAL_CLOSURE_REASON,
)
"""What steps of a referrer change of a referral."""

_OF_APPOINTMENT = (
    Field.APPOINTMENT_STATUS,
    Field.APPOINTMENT_RESPONSE,
    Field.APPOINTMENT_OTHER_TIMES,
    Field.APPOINTMENT_CANCELLATION_REASON,
    Field.APPOINTMENT_STARTS_AT,
    Field.APPOINTMENT_CALENDAR_URL,
)
"""What steps of a referrer change of an appointment."""


def take_as_known(case: Case, handler: Handler, command: Command, context: ActionContext) -> bool:
    """Take a referrer's step: judged on what it knows, carried out on what is.

    Where the case has moved on in the meantime, the step is recorded and its event goes to the finance team, and the
    state stays. The referrer reads the effect that it expects.

    Returns:
        Whether that effect is noted; a partner's report that does not fit what the referrer knows is about what is.

    Raises:
        NotFound, TransitionNotAllowed, Forbidden: not in the state that the referrer knows.
    """
    known = known_case(case, local_date(case.now))
    before = _steps_of(known)
    try:
        handler(known, command, context)
    except (NotFound, TransitionNotAllowed):
        if not context.catch_up:
            raise
        handler(case, command, context)
        return False
    if not _is_taken(case, handler, command, context):
        _record_late(case, known)
    _note_own_step(case, before, _steps_of(known))
    return True


def known_step(entry: HistoryEntry) -> HistoryEntry:
    """Return a step of the referrer as it knows it.

    A withdrawal of a referral that it did not know to be confirmed, because a partner's report implied that, becomes a
    request; the referrer took it back at once. That its signal reopened the referral is for whoever knew that it had
    ended.
    """
    if entry.action == Action.REOPEN and entry.role in REFERRER_ROLES:
        return replace(entry, action=Action.GIVE_SIGNAL)
    is_request = entry.action == Action.REQUEST_WITHDRAWAL
    is_at_once = is_request and entry.disclosed_status == ReferralStatus.WITHDRAWN
    return replace(entry, action=Action.WITHDRAW) if is_at_once else entry


def note_known(case: Case, day: date) -> None:
    """Note what lists show to the referrer, by the consent that is recorded now."""
    referral, in_force = case.referral, InForce.of(case.referral.consent, day)
    values = case.disclosed.read(in_force)
    result, counsellor = values.get(Field.INTAKE_RESULT), values.get(Field.COUNSELLOR_NAME)
    case.referral = replace(
        referral,
        disclosed_status=_known_status(values),
        disclosed_counsellor=str(counsellor) if counsellor else None,
        disclosed_result=IntakeResult(str(result)) if result else None,
        shows_consented=bool(in_force.scopes) and not SHOWN_IN_LISTS.isdisjoint(case.disclosed.under_consent(in_force)),
    )
    if case.trajectory:
        is_known = values.get(Field.TRAJECTORY_ID) == str(case.trajectory.id)
        status = str(values.get(Field.TRAJECTORY_STATUS) or "") if is_known else None
        if status != case.trajectory.disclosed_status:
            case.trajectory = replace(case.trajectory, disclosed_status=status)


def known_case(case: Case, day: date) -> Case:
    """Return a case as its referrer knows it on a day; nothing of its trajectory."""
    in_force = InForce.of(case.referral.consent, day)
    return replace(
        case,
        referral=_known_referral(case.referral, case.disclosed.read(in_force)),
        appointments=tuple(
            _known_appointment(each, case.disclosed.read_appointment(each.id, in_force))
            for each in case.appointments
            if each.id in case.disclosed.appointments
        ),
        trajectory=None,
        new_history=(),
        new_events=(),
        new_parties=(),
        new_signals=(),
    )


def _is_taken(case: Case, handler: Handler, command: Command, context: ActionContext) -> bool:
    """Carry out a step on what is; return whether that did anything."""
    steps = len(case.new_history)
    try:
        handler(case, command, context)
    except (NotFound, TransitionNotAllowed):
        return False
    return len(case.new_history) > steps


def _known_referral(referral: Referral, values: FieldValues) -> Referral:
    flags, withdrawal = values.get(Field.REFERRAL_FLAGS) or (), values.get(Field.REFERRAL_WITHDRAWAL_REASON)
    closure = values.get(Field.REFERRAL_CLOSURE_REASON)
    return replace(
        referral,
        status=_known_status(values),
        flags=ReferralFlags(**{str(name): True for name in flags}) if isinstance(flags, tuple) else ReferralFlags(),
        withdrawal_reason=WithdrawalReason(str(withdrawal)) if withdrawal else None,
        closure_reason=ClosureReason(str(closure)) if closure else None,
    )


def _known_status(values: FieldValues) -> ReferralStatus:
    return ReferralStatus(str(values.get(Field.REFERRAL_DISCLOSED_STATUS) or ReferralStatus.RECEIVED))


def _known_appointment(appointment: Appointment, values: FieldValues) -> Appointment:
    reason, times = values.get(Field.APPOINTMENT_CANCELLATION_REASON), values.get(Field.APPOINTMENT_OTHER_TIMES)
    status = AppointmentStatus(str(values.get(Field.APPOINTMENT_STATUS) or AppointmentStatus.SCHEDULED))
    return replace(
        appointment,
        status=status,
        # As long as it knows a proposal only, nothing is planned.
        starts_at=None if status is AppointmentStatus.PROPOSED else appointment.starts_at,
        response=AppointmentResponse(str(values.get(Field.APPOINTMENT_RESPONSE) or AppointmentResponse.NOT_ASKED)),
        other_times=tuple(datetime.fromisoformat(str(each)) for each in times) if isinstance(times, tuple) else (),
        cancellation_reason=CancellationReason(str(reason)) if reason else None,
    )


_Steps = tuple[FieldValues, Mapping[UUID, FieldValues]]


def _steps_of(known: Case) -> _Steps:
    """Return what steps of the referrer can change, of the referral and of each appointment."""
    of_referral = feedback_values(known.referral, None)
    of_appointments = {each.id: appointment_values(each) for each in known.appointments}
    return (
        {name: of_referral[name] for name in _OWN_STEP},
        {id: {name: values[name] for name in _OF_APPOINTMENT} for id, values in of_appointments.items()},
    )


def _note_own_step(case: Case, before: _Steps, after: _Steps) -> None:
    """Note as disclosed what the referrer did itself: it knows where its step leads."""
    changed = _changed(before[0], after[0])
    if status := changed.pop(Field.REFERRAL_STATUS, None):
        changed[Field.REFERRAL_DISCLOSED_STATUS] = status
        *earlier, last = case.new_history
        case.new_history = (*earlier, replace(last, disclosed_status=str(status.value)))
    case.disclosed = case.disclosed.adding(changed)
    for id, values in after[1].items():
        case.disclosed = case.disclosed.adding(_changed(before[1][id], values), id)


def _changed(before: FieldValues, after: FieldValues) -> dict[Field, DisclosedValue]:
    return {
        name: DisclosedValue(None if value is None else to_json_value(value))
        for name, value in after.items()
        if value != before[name]
    }


def _record_late(case: Case, known: Case) -> None:
    status = case.referral.status
    case.new_history += tuple(replace(each, from_status=status, to_status=status) for each in known.new_history)
    case.new_events += known.new_events
    case.new_signals += known.new_signals
    if known.sealed_contents is not case.sealed_contents:
        case.amend(known.contents, known.client.details)
