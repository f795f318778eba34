"""What happened: event types, the feedback moment each belongs to, and the stored event.

The feedback moments are described in docs/explanation/domain.md, section 7.
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.codes import DisclosureOccasion, System
from app.domain.disclosed import EventDisclosure
from app.domain.fields import FactValue


class EventType(StrEnum):
    """The types of event, as they travel; within a version the schema of a type only grows."""

    REFERRAL_RECEIVED = "nl.trajecthub.referrals.received.v1"
    REFERRAL_CONFIRMED = "nl.trajecthub.referrals.confirmed.v1"
    REFERRAL_REJECTED = "nl.trajecthub.referrals.rejected.v1"
    REFERRAL_FORWARDED = "nl.trajecthub.referrals.forwarded.v1"
    REFERRAL_WITHDRAWN = "nl.trajecthub.referrals.withdrawn.v1"
    REFERRAL_AMENDED = "nl.trajecthub.referrals.amended.v1"
    REFERRAL_CONCLUDED = "nl.trajecthub.referrals.concluded.v1"
    REFERRAL_CLOSED = "nl.trajecthub.referrals.closed.v1"
    CONTACT_LOST = "nl.trajecthub.referrals.contact-lost.v1"
    CONTACT_RESTORED = "nl.trajecthub.referrals.contact-restored.v1"
    CLOSED_UNASKED = "nl.trajecthub.referrals.closed-unasked.v1"
    OTHER_HELP_NEEDED = "nl.trajecthub.referrals.other-help-needed.v1"
    PROGRESS_REPORTED = "nl.trajecthub.referrals.progress-reported.v1"
    COUNSELLOR_CHANGED = "nl.trajecthub.referrals.counsellor-changed.v1"
    TERM_EXTENDED = "nl.trajecthub.referrals.term-extended.v1"
    TERM_APPROACHING = "nl.trajecthub.referrals.term-approaching.v1"
    TERM_BREACHED = "nl.trajecthub.referrals.term-breached.v1"
    INTAKE_SCHEDULED = "nl.trajecthub.referrals.intake-scheduled.v1"
    INTAKE_RESCHEDULED = "nl.trajecthub.referrals.intake-rescheduled.v1"
    INTAKE_CANCELLED = "nl.trajecthub.referrals.intake-cancelled.v1"
    INTAKE_ATTENDED = "nl.trajecthub.referrals.intake-attended.v1"
    INTAKE_MISSED = "nl.trajecthub.referrals.intake-missed.v1"
    APPOINTMENT_PROPOSED = "nl.trajecthub.referrals.appointment-proposed.v1"
    APPOINTMENT_RESPONDED = "nl.trajecthub.referrals.appointment-responded.v1"
    MEETING_SCHEDULED = "nl.trajecthub.referrals.meeting-scheduled.v1"
    MEETING_RESCHEDULED = "nl.trajecthub.referrals.meeting-rescheduled.v1"
    MEETING_CANCELLED = "nl.trajecthub.referrals.meeting-cancelled.v1"
    MEETING_ATTENDED = "nl.trajecthub.referrals.meeting-attended.v1"
    MEETING_MISSED = "nl.trajecthub.referrals.meeting-missed.v1"
    APPOINTMENT_DUE = "nl.trajecthub.referrals.appointment-due.v1"
    WITHDRAWAL_REQUESTED = "nl.trajecthub.referrals.withdrawal-requested.v1"
    SIGNAL_GIVEN = "nl.trajecthub.referrals.signal-given.v1"
    BANK_SIGNAL_GIVEN = "nl.trajecthub.referrals.bank-signal-given.v1"
    INFORMATION_REQUESTED = "nl.trajecthub.referrals.information-requested.v1"
    INFORMATION_REQUEST_WITHDRAWN = "nl.trajecthub.referrals.information-request-withdrawn.v1"
    INFORMATION_ANSWERED = "nl.trajecthub.referrals.information-answered.v1"
    ONWARD_REFERRAL_MADE = "nl.trajecthub.referrals.onward-referral-made.v1"
    ONWARD_REFERRAL_CHANGED = "nl.trajecthub.referrals.onward-referral-changed.v1"
    REFERRAL_ARRIVED = "nl.trajecthub.referrals.arrived.v1"
    TRAJECTORY_STARTED = "nl.trajecthub.trajectories.started.v1"
    PLAN_SIGNED = "nl.trajecthub.trajectories.plan-signed.v1"
    RESULT_RECORDED = "nl.trajecthub.trajectories.result-recorded.v1"
    TRAJECTORY_CHANGED = "nl.trajecthub.trajectories.changed.v1"
    TRAJECTORY_PAUSED = "nl.trajecthub.trajectories.paused.v1"
    TRAJECTORY_RESUMED = "nl.trajecthub.trajectories.resumed.v1"
    TRAJECTORY_STOPPED = "nl.trajecthub.trajectories.stopped.v1"
    TRAJECTORY_CLOSED = "nl.trajecthub.trajectories.closed.v1"
    KBR_APPLICATION_CHANGED = "nl.trajecthub.trajectories.kbr-application-changed.v1"
    SUBSCRIPTION_TEST = "nl.trajecthub.subscriptions.test.v1"
    SUBSCRIPTION_FAILING = "nl.trajecthub.subscriptions.failing.v1"
    SUBSCRIPTION_RECOVERED = "nl.trajecthub.subscriptions.recovered.v1"
    SUBSCRIPTION_DISABLED = "nl.trajecthub.subscriptions.disabled.v1"
    PARTNER_FAILING = "nl.trajecthub.partners.failing.v1"
    PARTNER_RECOVERED = "nl.trajecthub.partners.recovered.v1"


OCCASION_OF: Mapping[EventType, DisclosureOccasion | None] = {
    EventType.REFERRAL_RECEIVED: DisclosureOccasion.RECEIVED,
    EventType.REFERRAL_CONFIRMED: DisclosureOccasion.CONFIRMED,
    # A refusal or forwarding is how the referral was processed: the same promise of 24 hours.
    EventType.REFERRAL_REJECTED: DisclosureOccasion.CONFIRMED,
    EventType.REFERRAL_FORWARDED: DisclosureOccasion.CONFIRMED,
    EventType.REFERRAL_WITHDRAWN: DisclosureOccasion.CLOSED,
    EventType.REFERRAL_AMENDED: None,
    EventType.REFERRAL_CONCLUDED: DisclosureOccasion.INTAKE_RESULT,
    EventType.REFERRAL_CLOSED: DisclosureOccasion.CLOSED,
    EventType.CONTACT_LOST: DisclosureOccasion.CONTACT_LOST,
    EventType.CONTACT_RESTORED: DisclosureOccasion.CONTACT_LOST,
    EventType.OTHER_HELP_NEEDED: DisclosureOccasion.OTHER_HELP,
    EventType.PROGRESS_REPORTED: DisclosureOccasion.PROGRESS,
    EventType.COUNSELLOR_CHANGED: DisclosureOccasion.COUNSELLOR_CHANGED,
    EventType.TERM_EXTENDED: DisclosureOccasion.PROGRESS,
    # A term must not become pressure on the referrer.
    EventType.TERM_APPROACHING: None,
    EventType.TERM_BREACHED: None,
    # The referrer hears of the lost contact, and until when it is asked to restore it, and of the end.
    EventType.CLOSED_UNASKED: None,
    EventType.INTAKE_SCHEDULED: DisclosureOccasion.INTAKE_PLANNED,
    EventType.INTAKE_RESCHEDULED: DisclosureOccasion.INTAKE_PLANNED,
    EventType.INTAKE_CANCELLED: DisclosureOccasion.INTAKE_PLANNED,
    EventType.INTAKE_ATTENDED: DisclosureOccasion.INTAKE_ATTENDED,
    EventType.INTAKE_MISSED: DisclosureOccasion.MISSED,
    EventType.APPOINTMENT_PROPOSED: DisclosureOccasion.APPOINTMENT_PROPOSED,
    EventType.APPOINTMENT_RESPONDED: None,
    EventType.MEETING_SCHEDULED: DisclosureOccasion.MEETING_PLANNED,
    EventType.MEETING_RESCHEDULED: DisclosureOccasion.MEETING_PLANNED,
    EventType.MEETING_CANCELLED: DisclosureOccasion.MEETING_PLANNED,
    # That the handover succeeded is what is agreed of the intake; later talks are between counsellor and client.
    EventType.MEETING_ATTENDED: None,
    EventType.MEETING_MISSED: DisclosureOccasion.MISSED,
    EventType.APPOINTMENT_DUE: DisclosureOccasion.APPOINTMENT_DUE,
    EventType.WITHDRAWAL_REQUESTED: None,
    EventType.SIGNAL_GIVEN: None,
    EventType.BANK_SIGNAL_GIVEN: None,
    EventType.INFORMATION_REQUESTED: DisclosureOccasion.INFORMATION_REQUESTED,
    EventType.INFORMATION_REQUEST_WITHDRAWN: DisclosureOccasion.INFORMATION_REQUESTED,
    EventType.INFORMATION_ANSWERED: None,
    EventType.ONWARD_REFERRAL_MADE: DisclosureOccasion.OTHER_HELP,
    EventType.ONWARD_REFERRAL_CHANGED: DisclosureOccasion.OTHER_HELP,
    # It is sent to whom the client is referred, and not to who referred it.
    EventType.REFERRAL_ARRIVED: None,
    EventType.TRAJECTORY_STARTED: None,
    EventType.PLAN_SIGNED: DisclosureOccasion.PLAN_SIGNED,
    EventType.RESULT_RECORDED: DisclosureOccasion.FIRST_RESULT,
    EventType.TRAJECTORY_CHANGED: DisclosureOccasion.CHANGE,
    EventType.TRAJECTORY_PAUSED: DisclosureOccasion.CHANGE,
    EventType.TRAJECTORY_RESUMED: DisclosureOccasion.CHANGE,
    EventType.TRAJECTORY_STOPPED: DisclosureOccasion.CLOSED,
    EventType.TRAJECTORY_CLOSED: DisclosureOccasion.CLOSED,
    EventType.KBR_APPLICATION_CHANGED: DisclosureOccasion.CHANGE,
    EventType.SUBSCRIPTION_TEST: None,
    EventType.SUBSCRIPTION_FAILING: None,
    EventType.SUBSCRIPTION_RECOVERED: None,
    EventType.SUBSCRIPTION_DISABLED: None,
    EventType.PARTNER_FAILING: None,
    EventType.PARTNER_RECOVERED: None,
}
"""The feedback moment at which an event is sent to the referrer.

None is sent to the finance team only, or (``ABOUT_CONNECTIONS``) is about a connection.
"""

SUBSCRIPTION_NOTICES = frozenset(
    {EventType.SUBSCRIPTION_FAILING, EventType.SUBSCRIPTION_RECOVERED, EventType.SUBSCRIPTION_DISABLED}
)
"""The state of a subscription, for its owner's other subscriptions and for operators."""

PARTNER_NOTICES = frozenset({EventType.PARTNER_FAILING, EventType.PARTNER_RECOVERED})
"""The state of the connection with a partner system, for operators."""

NOTICES = SUBSCRIPTION_NOTICES | PARTNER_NOTICES
"""What the hub reports about its connections (*meldingen over koppelingen*)."""

ABOUT_CONNECTIONS = NOTICES | {EventType.SUBSCRIPTION_TEST}
"""About a connection and no person: no privacy gate and no disclosure; the subject is the connection."""

ABOUT_TERMS = frozenset({EventType.TERM_APPROACHING, EventType.TERM_BREACHED, EventType.CLOSED_UNASKED})
"""What the finance team is sent of terms: by its own system, and by subscription and polling if it wants that.

Operators are sent it by a subscription that names the type.
"""

ARRIVALS = frozenset({EventType.REFERRAL_ARRIVED})
"""What the organisation is sent to which a client is referred onward."""


def moment_of(event_type: EventType) -> DisclosureOccasion | None:
    """Return the occasion on which organisations that refer are sent an event; None where they are not."""
    return DisclosureOccasion.ARRIVED if event_type in ARRIVALS else OCCASION_OF[event_type]


BY_POLLING = tuple(
    each for each, occasion in OCCASION_OF.items() if occasion is not None or each in ABOUT_TERMS | ARRIVALS
)
"""The types that can be read by polling: those about terms by the finance team, the others by referrers."""

TO_SUBSCRIPTIONS = tuple(each for each in EventType if each in BY_POLLING or each in ABOUT_CONNECTIONS)
"""The types that a subscription can receive; the others are sent to the finance team's own system only."""


class SubjectType(StrEnum):
    """What an event is about; the events about one subject form a chain, which keeps its order."""

    REFERRAL = "referral"
    SUBSCRIPTION = "subscription"
    PARTNER = "partner"


def subject_type_of(event_type: EventType) -> SubjectType:
    """Return what events of a type are about."""
    if event_type in PARTNER_NOTICES:
        return SubjectType.PARTNER
    return SubjectType.SUBSCRIPTION if event_type in ABOUT_CONNECTIONS else SubjectType.REFERRAL


FOR_FINANCE_TEAM = frozenset(
    {
        EventType.REFERRAL_RECEIVED,
        EventType.REFERRAL_AMENDED,
        EventType.REFERRAL_WITHDRAWN,
        EventType.WITHDRAWAL_REQUESTED,
        EventType.APPOINTMENT_RESPONDED,
        EventType.APPOINTMENT_DUE,
        EventType.SIGNAL_GIVEN,
        EventType.BANK_SIGNAL_GIVEN,
        EventType.INFORMATION_ANSWERED,
        EventType.ONWARD_REFERRAL_CHANGED,
        *ABOUT_TERMS,
    }
)
"""What others than the finance team did, the terms, and appointments of the next day; always sent to it."""

ALSO_TO_ITS_SOURCE = frozenset({EventType.BANK_SIGNAL_GIVEN, EventType.CLOSED_UNASKED})
"""What the finance team's own system is sent although it arose there.

The credit bank works in the same system, and that a closure was not agreed is not what was registered.
"""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to one subject, as the outbox stores it.

    Attributes:
        subject_id: the id of a referral or a subscription; of a partner system's connection, an id derived from its
            name and direction.
        occurred_at: when it happened.
        recorded_at: when the hub stored it.
        facts: codes, dates and counts by field name (``app.domain.fields``). Personal data and free text are never
            stored here but looked up, and pass the privacy gate, at the moment of sending.
        sealed_disclosure: what it disclosed to the referrer when it was recorded, sealed with the key of the client;
            None when it disclosed nothing.
    """

    id: UUID
    type: EventType
    subject_id: UUID
    occurred_at: datetime
    recorded_at: datetime
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    appointment_id: UUID | None = None
    trajectory_id: UUID | None = None
    sealed_disclosure: bytes | None = field(default=None, repr=False)

    @property
    def subject_type(self) -> SubjectType:
        """What the event is about."""
        return subject_type_of(self.type)


@dataclass(frozen=True)
class NewEvent:
    """An event that is to be stored.

    Attributes:
        source_system: where the fact arose; its own system is not sent it again (no echo).
        quiet: True for replay and backfill: the event is history only and is never sent.
        organisation_id: of the organisation that referred, of the finance team where the event is about terms, or of
            that to which the client is referred onward; None when it is about no referral.
        disclosure: what it discloses to the referrer; None when it belongs to no feedback moment.
    """

    event: Event
    source_system: System
    _: KW_ONLY
    quiet: bool = False
    organisation_id: UUID | None = None
    disclosure: EventDisclosure | None = None
