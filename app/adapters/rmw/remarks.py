"""Released fields as the remark (*toelichting*) on a status line: short Dutch text."""

from collections.abc import Mapping
from typing import Final

from app.adapters.common.dutch import Show, day, kind_of_meeting, label, listed, moment, one_line, words, yes_no
from app.adapters.common.progress_words import NEXT_STEP_WORDS, PROGRESS_WORDS
from app.domain.codes import (
    CancellationReason,
    ClosureReason,
    DropOutReason,
    ExtensionReason,
    InformationTopic,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    OnwardStatus,
    RejectionReason,
    RequestedAction,
    TrajectoryResult,
    WithdrawalReason,
)
from app.domain.fields import Field

_JOINT: Final = "; "
_IN_THE_STATUS: Final = frozenset(
    {Field.REFERRAL_STATUS, Field.REFERRAL_DISCLOSED_STATUS, Field.APPOINTMENT_STATUS, Field.OCCURRED_AT}
)

MAX_LENGTH: Final = 200
"""The length of RMW's field, in characters."""


def remark(fields: Mapping[str, object]) -> str:
    """Return the remark for released fields; empty when none of them belongs in it.

    The most important part comes first; a part that does not fit is left out as a whole.
    """
    return _JOINT.join(_fitting(fields).values())


def shown(fields: Mapping[str, object]) -> frozenset[Field]:
    """Return the fields that a status line without a request shows: with its remark, its status and its day."""
    return _IN_THE_STATUS | _fitting(fields).keys()


def _fitting(fields: Mapping[str, object]) -> dict[Field, str]:
    """Return the parts of the remark that fit in it, by their field."""
    parts: dict[Field, str] = {}
    for field, title, show in _PARTS:
        if (value := fields.get(field)) is None:
            continue
        text = _printable(show(value))
        longer = parts | {field: f"{title}: {text}"}
        if text and len(_JOINT.join(longer.values())) <= MAX_LENGTH:
            parts = longer
    return parts


def _printable(text: str) -> str:
    # XML allows no control characters.
    return one_line("".join(c if c.isprintable() else " " for c in text))


_PARTS: Final[tuple[tuple[Field, str, Show], ...]] = (
    (Field.REFERRAL_REJECTION_REASON, "Reden afwijzing", label(RejectionReason)),
    (Field.REFERRAL_WITHDRAWAL_REASON, "Reden intrekking", label(WithdrawalReason)),
    (Field.REFERRAL_CLOSURE_REASON, "Reden afsluiting", label(ClosureReason)),
    (Field.TRAJECTORY_CLOSURE_REASON, "Reden einde traject", label(ClosureReason)),
    (Field.RESULT_CODE, "Resultaat", label(TrajectoryResult)),
    (Field.RESULT_DROP_OUT_REASON, "Reden uitval", label(DropOutReason)),
    (Field.INTAKE_RESULT, "Resultaat intake", label(IntakeResult)),
    (Field.KBR_STATUS, "Aanvraag KBR", label(KbrStatus)),
    (Field.PROGRESS_STATE, "Stand", words(PROGRESS_WORDS)),
    (Field.PROGRESS_NEXT_STEP, "Volgende stap", words(NEXT_STEP_WORDS)),
    (Field.PROGRESS_DUE_ON, "Besluit uiterlijk", day),
    (Field.PROGRESS_WEEK, "Weken na de intake", str),
    (Field.REFERRAL_REQUESTED_ACTION, "Gevraagd", label(RequestedAction)),
    (Field.CONTACT_LOST_ON, "Contact verloren", day),
    (Field.CONTACT_RESTORE_BY, "Contact herstellen uiterlijk", day),
    (Field.CONTACT_RESTORED_ON, "Contact hersteld", day),
    (Field.ONWARD_TO, "Doorverwezen naar", one_line),
    (Field.ONWARD_STATUS, "Stand doorverwijzing", label(OnwardStatus)),
    (Field.OTHER_HELP_LIFE_DOMAINS, "Leefgebieden", listed(label(LifeDomain))),
    (Field.TERM_EXTENSION_REASON, "Reden verlenging", label(ExtensionReason)),
    (Field.INFORMATION_TOPIC, "Onderwerp", label(InformationTopic)),
    (Field.INFORMATION_DUE_ON, "Antwoord uiterlijk", day),
    (Field.APPOINTMENT_STARTS_AT, "Afspraak", moment),
    (Field.APPOINTMENT_PROPOSED_TIMES, "Tijden", listed(moment)),
    (Field.APPOINTMENT_ANSWER_BY, "Antwoord uiterlijk", day),
    (Field.APPOINTMENT_CANCELLATION_REASON, "Reden vervallen", label(CancellationReason)),
    (Field.COUNSELLOR_NAME, "Trajectbegeleider", str),
    (Field.COUNSELLOR_PHONE, "Telefoon", str),
    (Field.APPOINTMENT_PLACE, "Locatie", str),
    (Field.APPOINTMENT_THREE_WAY, "Driegesprek", yes_no),
    (Field.APPOINTMENT_KIND, "Soort", kind_of_meeting),
    (Field.APPOINTMENT_MINUTES, "Minuten", str),
    (Field.ATTENDANCE_MISSED_COUNT, "Aantal keer niet verschenen", str),
    (Field.INTAKE_CONCLUDED_ON, "Intake afgerond", day),
    (Field.PLAN_SIGNED_ON, "Plan ondertekend", day),
    (Field.RESULT_DECIDED_ON, "Besluit", day),
    (Field.KBR_CHANGED_ON, "Stand aanvraag per", day),
    (Field.KBR_SERVICE_DECISION_MEETING_ON, "Gesprek bepalen dienstverlening", day),
    (Field.TRAJECTORY_STARTED_ON, "Start traject", day),
    (Field.TRAJECTORY_DUE_ON, "Besluit uiterlijk", day),
    (Field.TRAJECTORY_ENDED_ON, "Einde traject", day),
)
