"""What a worker answers and reports on a registration in GIDSO: reactions (*reacties*) and signals (*signalen*)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from pydantic import BaseModel

from app.adapters.common import worker_answers
from app.adapters.common.parsing import meaning, parse
from app.adapters.common.worker_answers import (
    AnswerFields,
    AnswerList,
    Reaction,
    ReactionKind,
    signal_moment,
    to_command,
)
from app.adapters.gidso.mapping import Kind
from app.adapters.gidso.schemas import Reactie, Signaal
from app.domain.codes import SignalKind
from app.domain.commands import Command, GiveSignal
from app.domain.ports import PartnerRecord

_REACTIONS: Final = AnswerList(name="Reacties", kind=Kind.REACTION, id_name="ReactieId")
_SIGNALS: Final = AnswerList(name="Signalen", kind=Kind.SIGNAL, id_name="SignaalId")
_MODELS: Final[Mapping[AnswerList, type[BaseModel]]] = {_REACTIONS: Reactie, _SIGNALS: Signaal}
LISTS: Final = frozenset(each.name for each in _MODELS)
"""The fields of a registration that hold these records."""
ANSWERS: Final = frozenset(each.kind for each in _MODELS)
"""The kinds of these records."""

REACTION_KINDS: Final[Mapping[str, ReactionKind]] = {
    "AKKOORD": ReactionKind.ACCEPTED,
    "ANDERE_TIJDEN": ReactionKind.OTHER_TIMES,
    "AFZEGGEN": ReactionKind.CANCELLED,
    "ANTWOORD": ReactionKind.ANSWERED,
}
# That its own support stopped, the team says on the registration itself.
SIGNAL_KINDS: Final[Mapping[str, SignalKind]] = {
    "CONTACTGEGEVENS_GEWIJZIGD": SignalKind.CONTACT_DETAILS_CHANGED,
    "MEDEWERKER_GEWIJZIGD": SignalKind.WORKER_CHANGED,
    "CONTACT_HERSTELD": SignalKind.CONTACT_RESTORED,
    "CONTACT_NIET_HERSTELD": SignalKind.CONTACT_NOT_RESTORED,
    "ONTRUIMING_DREIGT": SignalKind.THREAT_OF_EVICTION,
    "BESLAG_DREIGT": SignalKind.THREAT_OF_SEIZURE,
    "AFSLUITING_DREIGT": SignalKind.THREAT_OF_CUT_OFF,
    "INKOMEN_WEGGEVALLEN": SignalKind.INCOME_LOST,
    "BETALINGEN_LOPEN_NIET": SignalKind.PAYMENTS_FAILING,
}

_PARTNER = "GIDSO"
_FIELDS: Final = AnswerFields(reference="Kenmerk", times="Tijden", text="Tekst")


def read_answers(row: Mapping[str, object], read_at: datetime) -> list[PartnerRecord]:
    """Return the reactions and signals of a registration, by their moments.

    Args:
        row: a registration.
        read_at: when it was read: the moment of what has no readable moment of its own.
    """
    return worker_answers.read_answers(row, tuple(_MODELS), "AanmeldingId", read_at, _steps)


def to_answer_commands(kind: Kind, payload: Mapping[str, object]) -> tuple[Command, ...]:
    """Return the commands of a reaction or a signal; raise UnknownCode or PartnerUnreadable."""
    if kind is Kind.SIGNAL:
        signal = parse(Signaal, payload, _PARTNER)
        return (GiveSignal(meaning(SIGNAL_KINDS, signal.soort, "Soort"), signal.tekst or None),)
    given = parse(Reactie, payload, _PARTNER)
    reaction = Reaction(
        kind=meaning(REACTION_KINDS, given.soort, "Soort"),
        reference=given.kenmerk,
        times=given.tijden,
        text=given.tekst,
    )
    return (to_command(reaction, _FIELDS),)


def unknown_in_answers(row: Mapping[str, object]) -> Iterator[str]:
    """Return the places of the fields of reactions and signals that the contract does not know."""
    return worker_answers.unknown_in_answers(row, _MODELS)


def _steps(record: PartnerRecord) -> Iterator[PartnerRecord]:
    kind = Kind(record.kind)
    record = replace(record, occurred_at=_moment(kind, record.payload))
    yield record
    yield replace(record, commands=to_answer_commands(kind, record.payload))


def _moment(kind: Kind, payload: Mapping[str, object]) -> datetime:
    """Return when it happened: the moment at which it was registered, or the other day that a signal names."""
    if kind is Kind.REACTION:
        return parse(Reactie, payload, _PARTNER).geregistreerd_op
    signal = parse(Signaal, payload, _PARTNER)
    return signal_moment(signal.geregistreerd_op, signal.datum)
