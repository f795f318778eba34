"""The remark (*toelichting*) on a status line: Dutch, short, made only of the fields that were released."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from app.domain.codes import (
    CancellationReason,
    ClosureReason,
    Code,
    DropOutReason,
    IntakeResult,
    KbrStatus,
    RejectionReason,
    TrajectoryResult,
    WithdrawalReason,
)
from app.domain.fields import Field
from app.domain.local_time import AMSTERDAM

MAX_LENGTH: Final = 200
"""What RMW's field holds, in characters."""

_Show = Callable[[object], str]


def remark(fields: Mapping[str, object]) -> str:
    """Return the remark for these released fields, empty when none of them has a place in it.

    The most telling part comes first; a part that no longer fits is left out as a whole.
    """
    text = ""
    for field, label, show in _PARTS:
        value = fields.get(field)
        if value is None:
            continue
        part = f"{label}: {_one_line(show(value))}"
        longer = f"{text}; {part}" if text else part
        if len(longer) <= MAX_LENGTH:
            text = longer
    return text


def _label(codes: type[Code]) -> _Show:
    labels = {str(code): code.label for code in codes}
    return lambda value: labels[str(value)]


def _day(value: object) -> str:
    return f"{date.fromisoformat(str(value)):%d-%m-%Y}"


def _moment(value: object) -> str:
    return f"{datetime.fromisoformat(str(value)).astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"


def _yes_no(value: object) -> str:
    return "ja" if value else "nee"


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


_PARTS: Final[tuple[tuple[Field, str, _Show], ...]] = (
    (Field.REFERRAL_REJECTION_REASON, "Reden afwijzing", _label(RejectionReason)),
    (Field.REFERRAL_WITHDRAWAL_REASON, "Reden intrekking", _label(WithdrawalReason)),
    (Field.REFERRAL_CLOSURE_REASON, "Reden afsluiting", _label(ClosureReason)),
    (Field.TRAJECTORY_CLOSURE_REASON, "Reden einde traject", _label(ClosureReason)),
    (Field.RESULT_CODE, "Resultaat", _label(TrajectoryResult)),
    (Field.RESULT_DROP_OUT_REASON, "Reden uitval", _label(DropOutReason)),
    (Field.INTAKE_RESULT, "Resultaat intake", _label(IntakeResult)),
    (Field.KBR_STATUS, "Aanvraag KBR", _label(KbrStatus)),
    (Field.APPOINTMENT_STARTS_AT, "Intake", _moment),
    (Field.APPOINTMENT_CANCELLATION_REASON, "Reden vervallen", _label(CancellationReason)),
    (Field.COUNSELLOR_NAME, "Trajectbegeleider", str),
    (Field.COUNSELLOR_PHONE, "Telefoon", str),
    (Field.APPOINTMENT_PLACE, "Locatie", str),
    (Field.APPOINTMENT_THREE_WAY, "Driegesprek", _yes_no),
    (Field.ATTENDANCE_MISSED_COUNT, "Aantal keer niet verschenen", str),
    (Field.INTAKE_CONCLUDED_ON, "Intake afgerond", _day),
    (Field.PLAN_SIGNED_ON, "Plan ondertekend", _day),
    (Field.RESULT_DECIDED_ON, "Besluit", _day),
    (Field.KBR_CHANGED_ON, "Stand aanvraag per", _day),
    (Field.KBR_SERVICE_DECISION_MEETING_ON, "Gesprek bepalen dienstverlening", _day),
    (Field.TRAJECTORY_STARTED_ON, "Start traject", _day),
    (Field.TRAJECTORY_DUE_ON, "Besluit uiterlijk", _day),
    (Field.TRAJECTORY_ENDED_ON, "Einde traject", _day),
)
