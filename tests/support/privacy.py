"""A case in which every field is known, and the receivers to which it may be disclosed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from app.domain.codes import (
    AppointmentResponse,
    AppointmentStatus,
    CancellationReason,
    ClosureReason,
    ConsentScope,
    ContactCaution,
    ContactChannel,
    DebtSeverity,
    DisclosureOccasion,
    DropOutReason,
    IncomeSituation,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    ReferralStatus,
    ReferrerKind,
    RejectionReason,
    RoutingAdvice,
    SignalKind,
    Threat,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.fields import Field
from app.privacy.gate import PrivacyGate, Receiver, Released
from app.privacy.policy import Policy, load_policy
from app.privacy.pseudonyms import Pseudonyms

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
POLICY = load_policy()
PSEUDONYMS = Pseudonyms(bytes(range(32)))
CONSENT = frozenset({ConsentScope.FEEDBACK_TO_REFERRER})

GIDSO_AND_RMW = frozenset(
    {
        "vraagwijzer",
        "wijkteam",
        "jongerenloket",
        "werk_en_inkomen",
        "exit",
        "statushouders",
        "detentie_reintegratie",
        "prestatie010",
    }
)

FACTS: dict[Field, object] = {
    Field.REFERRAL_ID: UUID("01930000-0000-7000-8000-000000000001"),
    Field.REFERRAL_REFERENCE: "WT-2026-0001",
    Field.REFERRAL_STATUS: ReferralStatus.CONCLUDED,
    Field.REFERRAL_DISCLOSED_STATUS: ReferralStatus.SCHEDULED,
    Field.REFERRAL_RECEIVED_AT: datetime(2026, 11, 1, 23, 30, tzinfo=UTC),
    Field.REFERRAL_AREA: "Feijenoord",
    Field.REFERRAL_ORGANISATION: "Wijkteam Feijenoord",
    Field.REFERRAL_ORGANISATION_KIND: ReferrerKind.WIJKTEAM,
    Field.REFERRAL_THREE_WAY_MEETING: True,
    Field.REFERRAL_MEETING_PLACE: "Huis van de Wijk",
    Field.REFERRAL_INCOME_SITUATION: IncomeSituation.UNDER_WAY,
    Field.REFERRAL_DEBT_SEVERITY: DebtSeverity.HEAVY,
    Field.REFERRAL_THREATS: (Threat.SEIZURE, Threat.EVICTION),
    Field.REFERRAL_PROTECTIVE_ADMINISTRATION: False,
    Field.REFERRAL_RUNNING_WSNP: False,
    Field.REFERRAL_WMO_INDICATION: True,
    Field.REFERRAL_LIVES_IN_MUNICIPALITY: True,
    Field.REFERRAL_CASE_LEAD: "Wijkteam",
    Field.REFERRAL_OTHER_ORGANISATIONS: ("Antes",),
    Field.REFERRAL_REASON: "Schulden sinds de scheiding",
    Field.REFERRAL_MOTIVATION: "Wil rust",
    Field.REFERRAL_ADVICE: (RoutingAdvice.NEIGHBOURHOOD_TEAM, RoutingAdvice.ALREADY_OPEN),
    Field.REFERRAL_FLAGS: ("awaiting_information", "contact_lost"),
    Field.REFERRAL_PREVIOUS_ID: UUID("01930000-0000-7000-8000-000000000002"),
    Field.REFERRAL_REQUESTED_ACTION: "restore_contact",
    Field.REFERRAL_REJECTION_REASON: RejectionReason.ALREADY_KNOWN,
    Field.REFERRAL_WITHDRAWAL_REASON: WithdrawalReason.HELPED_ELSEWHERE,
    Field.REFERRAL_CLOSURE_REASON: ClosureReason.NO_CONTACT,
    Field.REFERRAL_AGE: 46,
    Field.ASSESSMENT_DONE_BY: "Wijkteam",
    Field.ASSESSMENT_LIFE_DOMAINS: (LifeDomain.MENTAL_HEALTH,),
    Field.CONSENT_SCOPES: CONSENT,
    Field.CONSENT_GIVEN_ON: date(2026, 10, 30),
    Field.CONSENT_EVIDENCE: "Mondeling, tijdens het huisbezoek",
    Field.CLIENT_ID: UUID("01930000-0000-7000-8000-000000000003"),
    Field.CLIENT_BSN: "999990019",
    Field.CLIENT_GIVEN_NAME: "Samira",
    Field.CLIENT_FAMILY_NAME: "Voorbeeld",
    Field.CLIENT_BIRTH_DATE: date(1980, 2, 29),
    Field.CLIENT_SEX: "female",
    Field.CLIENT_ADDRESS: "Voorbeeldstraat 1, Rotterdam",
    Field.CLIENT_PHONE: "0600000001",
    Field.CLIENT_EMAIL: "samira@example.nl",
    Field.CLIENT_PREFERRED_CHANNEL: ContactChannel.PHONE,
    Field.CLIENT_INTERPRETER_LANGUAGE: "ar",
    Field.CLIENT_CONTACT_CAUTIONS: (ContactCaution.DO_NOT_WRITE,),
    Field.WORKER_NAME: "W. Werker",
    Field.WORKER_PHONE: "0100000001",
    Field.WORKER_EMAIL: "werker@example.nl",
    Field.COUNSELLOR_NAME: "T. Begeleider",
    Field.COUNSELLOR_PHONE: "0100000002",
    Field.APPOINTMENT_ID: UUID("01930000-0000-7000-8000-000000000004"),
    Field.APPOINTMENT_STATUS: AppointmentStatus.ATTENDED,
    Field.APPOINTMENT_STARTS_AT: datetime(2026, 11, 12, 9, 0, tzinfo=UTC),
    Field.APPOINTMENT_PLACE: "Stadskantoor",
    Field.APPOINTMENT_THREE_WAY: True,
    Field.APPOINTMENT_PARTICIPANTS: ("W. Werker",),
    Field.APPOINTMENT_RESPONSE: AppointmentResponse.ACCEPTED,
    Field.APPOINTMENT_OTHER_TIMES: (datetime(2026, 11, 13, 9, 0, tzinfo=UTC),),
    Field.APPOINTMENT_CANCELLATION_REASON: CancellationReason.CLIENT_CANCELLED,
    Field.ATTENDANCE_MISSED_COUNT: 2,
    Field.INTAKE_RESULT: IntakeResult.ROUTE_TO_KBR,
    Field.INTAKE_CONCLUDED_ON: date(2026, 11, 12),
    Field.TRAJECTORY_ID: UUID("01930000-0000-7000-8000-000000000005"),
    Field.TRAJECTORY_STATUS: TrajectoryStatus.RUNNING,
    Field.TRAJECTORY_STARTED_ON: date(2026, 11, 12),
    Field.TRAJECTORY_DUE_ON: date(2027, 2, 11),
    Field.TRAJECTORY_ENDED_ON: date(2027, 2, 1),
    Field.TRAJECTORY_CLOSURE_REASON: ClosureReason.RESULT_REACHED,
    Field.PLAN_SIGNED_ON: date(2026, 11, 14),
    Field.PLAN_DOCUMENT_REFERENCE: "RDD-1",
    Field.RESULT_CODE: TrajectoryResult.KBR_APPLICATION,
    Field.RESULT_DECIDED_ON: date(2026, 11, 20),
    Field.RESULT_DROP_OUT_REASON: DropOutReason.OTHER,
    Field.KBR_STATUS: KbrStatus.RECEIVED,
    Field.KBR_CHANGED_ON: date(2026, 11, 21),
    Field.KBR_SERVICE_DECISION_MEETING_ON: date(2026, 11, 22),
    Field.SIGNAL_KIND: SignalKind.SUPPORT_STOPPED,
    Field.OCCURRED_AT: datetime(2026, 11, 22, 8, 15, tzinfo=UTC),
}
"""Every field known; the client agreed to feedback to the referrer."""


@dataclass(frozen=True)
class FixedClock:
    """A clock that always shows the same moment."""

    moment: datetime

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment


def gate_of(policy: Policy = POLICY, now: datetime = NOW) -> PrivacyGate:
    """Return a gate at a fixed moment."""
    return PrivacyGate(policy, PSEUDONYMS, FixedClock(now))


def receiver_of(kind: str, key: str = "organisation-1") -> Receiver:
    """Return a receiver of this kind, inside or outside the three systems as that kind is in Rotterdam."""
    inside = kind in GIDSO_AND_RMW or kind in {"finance_team", "credit_bank"}
    return Receiver(key, kind, inside)


GATE = gate_of()
"""The gate with the rules of Rotterdam."""


def release_for(
    kind: str, occasion: DisclosureOccasion, facts: Mapping[Field, object] = FACTS, gate: PrivacyGate = GATE
) -> Released:
    """Return what is released to a receiver of this kind on this occasion."""
    return gate.release(receiver_of(kind), occasion, facts)


def withheld_fields(released: Released) -> list[Field]:
    """Return the fields that were offered and do not leave."""
    return [decision.field for decision in released.decisions if decision.effect is None]
