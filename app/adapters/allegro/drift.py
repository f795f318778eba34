"""What Allegro's contract does not know of its changes."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel

from app.adapters.allegro import schemas
from app.adapters.allegro.mapping import KIND
from app.adapters.common import drift
from app.domain.ports import PartnerRecord

CONTENTS: Mapping[str, type[BaseModel]] = {
    "bevestiging": schemas.Confirmation,
    "afwijzing": schemas.CodedReason,
    "afspraakvoorstel": schemas.Proposal,
    "afspraak": schemas.Appointment,
    "afspraak_vervallen": schemas.Cancellation,
    "aanwezigheid": schemas.Attendance,
    "intakeresultaat": schemas.CodeValue,
    "plan": schemas.Plan,
    "trajectresultaat": schemas.Result,
    "kbr_aanvraag": schemas.KbrApplication,
    "afsluiting": schemas.CodedReason,
    "doorverwijzing": schemas.Forwarding,
    "doorverwijzing_andere_hulp": schemas.Forwarding,
    "stand_doorverwijzing": schemas.OnwardStatus,
    "contactpoging": schemas.ContactAttempt,
    "contact_verloren": schemas.Nothing,
    "contact_hersteld": schemas.Nothing,
    "andere_hulp": schemas.OtherHelp,
    "trajectbegeleider": schemas.CounsellorChange,
    "informatie_gevraagd": schemas.Nothing,
    "informatie_ontvangen": schemas.Nothing,
    "informatievraag": schemas.Question,
    "informatievraag_ingetrokken": schemas.QuestionWithdrawal,
    "kbr_signaal": schemas.BankSignal,
    "termijn_verlengd": schemas.TermExtension,
    "onbereikbaar": schemas.Nothing,
    "intrekking": schemas.WithdrawalAnswer,
    "pauze": schemas.Nothing,
    "hervatting": schemas.Nothing,
}
"""The contents (*gegevens*) by kind of change; those of a note (*notitie*) have no fixed form and are not read."""

_NOT_READ = frozenset({"volgnummer"})


def drift_of(changes: Iterable[Mapping[str, object]], records: Iterable[PartnerRecord]) -> dict[str, int]:
    """Count what the contract does not know on a page, by place."""
    return drift.drift_of(records, (f"{KIND}.{path}" for change in changes for path in _unknown(change)))


def _unknown(change: Mapping[str, object]) -> Iterator[str]:
    yield from drift.unknown_fields(schemas.Change, change, _NOT_READ)
    model, contents = CONTENTS.get(str(change.get("soort"))), change.get("gegevens")
    if model and isinstance(contents, Mapping):
        yield from (f"gegevens.{path}" for path in drift.unknown_fields(model, contents))
