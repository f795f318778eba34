"""An example of each type of event that subscriptions receive, built as the events that are sent are built."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from app.domain.codes import (
    AppointmentResponse,
    CancellationReason,
    ClosureReason,
    ExtensionReason,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    NextStep,
    OnwardStatus,
    ProgressState,
    ReferralStatus,
    RejectionReason,
    RoutingAdvice,
    System,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.events import PARTNER_NOTICES, Event, EventType, SubjectType, subject_type_of
from app.domain.fields import FactValue, Field
from app.events.contract.data_schemas import carried_fields
from app.events.contract.envelope import Origin
from app.events.delivery.notices import READING, SUBSCRIPTION_ID, content_of, partner_notice

__all__ = ["example_event", "example_facts", "example_message"]

_ORIGIN = Origin("00000001234567890000", "trajecthub", "https://trajecthub.example.org")
_EVENT_ID = UUID("019ab3f2-7c00-7000-8000-000000000001")
_SUBJECT_ID = UUID("5f0c2e1a-93b4-8d78-9e6f-0a2b3c4d5e6f")
_SINCE = datetime(2026, 11, 23, 9, 20, tzinfo=UTC)
_OCCURRED_AT = datetime(2026, 11, 23, 9, 29, tzinfo=UTC)
_RECORDED_AT = datetime(2026, 11, 23, 9, 30, 0, 123456, UTC)

_FACTS: Mapping[Field, FactValue] = {
    Field.REFERRAL_ID: str(_SUBJECT_ID),
    Field.REFERRAL_REFERENCE: "2026-0042",
    Field.OCCURRED_AT: "2026-11-23T09:29:00Z",
    Field.REFERRAL_RECEIVED_AT: "2026-11-23T09:29:00Z",
    Field.REFERRAL_ADVICE: [RoutingAdvice.INCOME_SUPPORT_FIRST.value],
    Field.REFERRAL_REJECTION_REASON: RejectionReason.RUNNING_WSNP.value,
    Field.REFERRAL_WITHDRAWAL_REASON: WithdrawalReason.HELPED_ELSEWHERE.value,
    Field.REFERRAL_REQUESTED_ACTION: "restore_contact",
    Field.CONTACT_LOST_ON: "2026-11-23",
    Field.CONTACT_RESTORE_BY: "2026-11-30",
    Field.CONTACT_RESTORED_ON: "2026-11-23",
    Field.OTHER_HELP_LIFE_DOMAINS: [LifeDomain.HOUSING.value],
    Field.ONWARD_ID: "c3d4e5f6-2f7b-8e05-9b6a-c3e5f7091b2d",
    Field.ONWARD_TO: "Gers met Geld",
    Field.ONWARD_STATUS: OnwardStatus.MADE.value,
    Field.ONWARD_MADE_AT: "2026-11-23T09:29:00Z",
    Field.REFERRAL_AREA: "Noord",
    Field.PROGRESS_WEEK: 8,
    Field.PROGRESS_STATE: ProgressState.RUNNING.value,
    Field.PROGRESS_NEXT_STEP: NextStep.DECISION.value,
    Field.PROGRESS_DUE_ON: "2026-12-28",
    Field.TERM_EXTENSION_REASON: ExtensionReason.AWAITING_DOCUMENTS.value,
    Field.PLAN_DOCUMENT_REFERENCE: "RDD-2026-0042",
    Field.COUNSELLOR_NAME: "B. Bakker",
    Field.COUNSELLOR_PHONE: "+31 10 555 01 00",
    Field.APPOINTMENT_ID: "7c2f9d10-5b3e-8f64-a1c8-2d4e6f8091a3",
    Field.APPOINTMENT_STARTS_AT: "2026-12-01T13:00:00Z",
    Field.APPOINTMENT_PLACE: "Afrikaanderplein 7, Rotterdam",
    Field.APPOINTMENT_THREE_WAY: True,
    Field.APPOINTMENT_RESPONSE: AppointmentResponse.REQUESTED.value,
    Field.APPOINTMENT_CANCELLATION_REASON: CancellationReason.CLIENT_CANCELLED.value,
    Field.ATTENDANCE_MISSED_COUNT: 1,
    Field.INTAKE_RESULT: IntakeResult.BUDGET_MANAGEMENT.value,
    Field.INTAKE_CONCLUDED_ON: "2026-11-23",
    Field.TRAJECTORY_ID: "a4d81c36-2f7b-8e05-9b6a-c3e5f7091b2d",
    Field.TRAJECTORY_STATUS: TrajectoryStatus.RUNNING.value,
    Field.PLAN_SIGNED_ON: "2026-11-23",
    Field.RESULT_CODE: TrajectoryResult.BUDGET_MANAGEMENT.value,
    Field.RESULT_DECIDED_ON: "2026-11-23",
    Field.KBR_STATUS: KbrStatus.IN_PROGRESS.value,
    Field.KBR_CHANGED_ON: "2026-11-23",
}
"""What the examples say, unless the type of event says otherwise."""

_STATUS = {
    EventType.REFERRAL_RECEIVED: ReferralStatus.RECEIVED,
    EventType.REFERRAL_CONFIRMED: ReferralStatus.CONFIRMED,
    EventType.REFERRAL_REJECTED: ReferralStatus.REJECTED,
    EventType.REFERRAL_FORWARDED: ReferralStatus.FORWARDED,
    EventType.REFERRAL_WITHDRAWN: ReferralStatus.WITHDRAWN,
    EventType.REFERRAL_CLOSED: ReferralStatus.UNREACHABLE,
    EventType.INTAKE_SCHEDULED: ReferralStatus.SCHEDULED,
    EventType.INTAKE_RESCHEDULED: ReferralStatus.SCHEDULED,
    EventType.INTAKE_CANCELLED: ReferralStatus.APPOINTMENT_CANCELLED,
    EventType.INTAKE_ATTENDED: ReferralStatus.ATTENDED,
    EventType.INTAKE_MISSED: ReferralStatus.MISSED,
}
"""The status of the referral after an event; after others the intake is concluded."""

_OTHERWISE: Mapping[EventType, Mapping[Field, FactValue]] = {
    EventType.REFERRAL_CLOSED: {Field.REFERRAL_CLOSURE_REASON: ClosureReason.NO_CONTACT.value},
    EventType.ONWARD_REFERRAL_CHANGED: {Field.ONWARD_STATUS: OnwardStatus.ACCEPTED.value},
    EventType.TRAJECTORY_PAUSED: {Field.TRAJECTORY_STATUS: TrajectoryStatus.PAUSED.value},
    EventType.TRAJECTORY_STOPPED: {Field.REFERRAL_CLOSURE_REASON: ClosureReason.NO_CONTACT.value},
    EventType.TRAJECTORY_CLOSED: {
        Field.REFERRAL_CLOSURE_REASON: ClosureReason.RESULT_REACHED.value,
        Field.REFERRAL_REQUESTED_ACTION: None,
    },
}

_UNUSED: Mapping[EventType, frozenset[Field]] = {
    **dict.fromkeys(
        (EventType.REFERRAL_CLOSED, EventType.TRAJECTORY_STOPPED, EventType.TRAJECTORY_CLOSED),
        frozenset({Field.TRAJECTORY_ID, Field.TRAJECTORY_STATUS, Field.RESULT_CODE, Field.RESULT_DECIDED_ON}),
    ),
    **dict.fromkeys(
        (
            EventType.CONTACT_LOST,
            EventType.CONTACT_RESTORED,
            EventType.OTHER_HELP_NEEDED,
            EventType.PROGRESS_REPORTED,
            EventType.TERM_EXTENDED,
            EventType.COUNSELLOR_CHANGED,
        ),
        frozenset({Field.REFERRAL_STATUS}),
    ),
}
"""What no referrer receives next to the other fields of the example."""


def example_facts(event_type: EventType) -> dict[Field, FactValue]:
    """Return what the example of a type about a referral says, by field."""
    status = _STATUS.get(event_type, ReferralStatus.CONCLUDED).value
    said = {**_FACTS, Field.REFERRAL_STATUS: status, **_OTHERWISE.get(event_type, {})}
    wanted = [each for each in carried_fields(event_type) if each not in _UNUSED.get(event_type, ())]
    return {each: said[each] for each in wanted if said.get(each) is not None}


@cache
def example_message(event_type: EventType) -> bytes:
    """Return the body of a webhook with an event of a type; it must be one of ``TO_SUBSCRIPTIONS``."""
    is_referral = subject_type_of(event_type) is SubjectType.REFERRAL
    event = Event(
        id=_EVENT_ID,
        type=event_type,
        subject_id=_SUBJECT_ID,
        occurred_at=_OCCURRED_AT,
        recorded_at=_RECORDED_AT,
        facts={} if is_referral else dict(_connection_facts(event_type)),
    )
    if is_referral:
        return _ORIGIN.envelope(event, example_facts(event_type)).numbered(1)
    return _ORIGIN.message(event, content_of(event, None)).numbered(1)


def example_event(event_type: EventType) -> dict[str, Any]:
    """Return the same as an object."""
    event: dict[str, Any] = json.loads(example_message(event_type))
    return event


def _connection_facts(event_type: EventType) -> Iterator[tuple[str, FactValue]]:
    is_failing = event_type in {EventType.SUBSCRIPTION_FAILING, EventType.PARTNER_FAILING}
    since = _SINCE if is_failing else None
    if event_type in PARTNER_NOTICES:
        yield from partner_notice(event_type, System.GIDSO, READING, since).facts.items()
        return
    yield SUBSCRIPTION_ID, str(_SUBJECT_ID)
    if is_failing:
        yield from (("since", "2026-11-23T09:20:00Z"), ("reason", "status-5xx"))
    if event_type is EventType.SUBSCRIPTION_DISABLED:
        yield "reason", "gone"
