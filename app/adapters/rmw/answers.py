"""What a consultant answers and reports on a registration in RMW: reactions (*reactie*) and signals (*signaal*)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from pydantic import BaseModel

from app.adapters.common import worker_answers
from app.adapters.common.parsing import UNKNOWN_MOMENT, meaning, parse
from app.adapters.common.worker_answers import (
    AnswerFields,
    AnswerList,
    Reaction,
    ReactionKind,
    signal_moment,
    to_command,
)
from app.adapters.rmw.mapping import Kind
from app.adapters.rmw.schemas import Reactie, Signaal
from app.adapters.rmw.stuf import read_day, read_moment
from app.domain.codes import SignalKind
from app.domain.commands import Command, GiveSignal
from app.domain.ports import PartnerRecord

_REACTIONS: Final = AnswerList(name="reactie", kind=Kind.REACTION, id_name="reactienummer")
_SIGNALS: Final = AnswerList(name="signaal", kind=Kind.SIGNAL, id_name="signaalnummer")
_MODELS: Final[Mapping[AnswerList, type[BaseModel]]] = {_REACTIONS: Reactie, _SIGNALS: Signaal}
LISTS: Final = frozenset(each.name for each in _MODELS)
"""The fields of a registration that hold these records."""
ANSWERS: Final = frozenset(each.kind for each in _MODELS)
"""The kinds of these records."""

REACTION_KINDS: Final[Mapping[str, ReactionKind]] = {
    "AK": ReactionKind.ACCEPTED,
    "AT": ReactionKind.OTHER_TIMES,
    "AZ": ReactionKind.CANCELLED,
    "AN": ReactionKind.ANSWERED,
}
SIGNAL_KINDS: Final[Mapping[str, SignalKind]] = {
    "OG": SignalKind.SUPPORT_STOPPED,
    "MG": SignalKind.WORKER_CHANGED,
    "CG": SignalKind.CONTACT_DETAILS_CHANGED,
    "CH": SignalKind.CONTACT_RESTORED,
    "CN": SignalKind.CONTACT_NOT_RESTORED,
    "OD": SignalKind.THREAT_OF_EVICTION,
    "BD": SignalKind.THREAT_OF_SEIZURE,
    "AD": SignalKind.THREAT_OF_CUT_OFF,
    "IW": SignalKind.INCOME_LOST,
    "BN": SignalKind.PAYMENTS_FAILING,
}

_PARTNER = "RMW"
_FIELDS: Final = AnswerFields(reference="kenmerk", times="tijd", text="tekst")


def read_answers(contents: Mapping[str, object]) -> list[PartnerRecord]:
    """Return the reactions and signals of a registration, by their moments."""
    return worker_answers.read_answers(contents, tuple(_MODELS), "aanmeldnummer", UNKNOWN_MOMENT, answer_steps)


def answer_steps(record: PartnerRecord) -> Iterator[PartnerRecord]:
    """Yield a reaction or a signal with its moment, and then with its command too."""
    kind = Kind(record.kind)
    record = replace(record, occurred_at=_moment(kind, record.payload))
    yield record
    yield replace(record, commands=(_to_command(kind, record.payload),))


def unknown_in_answers(contents: Mapping[str, object]) -> Iterator[str]:
    """Return the places of the fields of reactions and signals that the contract does not know."""
    return worker_answers.unknown_in_answers(contents, _MODELS)


def _to_command(kind: Kind, payload: Mapping[str, object]) -> Command:
    if kind is Kind.SIGNAL:
        signal = parse(Signaal, payload, _PARTNER)
        return GiveSignal(meaning(SIGNAL_KINDS, signal.soort, "soort"), signal.tekst or None)
    given = parse(Reactie, payload, _PARTNER)
    reaction = Reaction(
        kind=meaning(REACTION_KINDS, given.soort, "soort"),
        reference=given.kenmerk,
        times=tuple(read_moment(each, "tijd") for each in given.tijd),
        text=given.tekst,
    )
    return to_command(reaction, _FIELDS)


def _moment(kind: Kind, payload: Mapping[str, object]) -> datetime:
    """Return when it happened: the moment at which it was registered, or the other day that a signal names."""
    if kind is Kind.REACTION:
        return read_moment(parse(Reactie, payload, _PARTNER).tijdstip, "tijdstip")
    signal = parse(Signaal, payload, _PARTNER)
    return signal_moment(read_moment(signal.tijdstip, "tijdstip"), read_day(signal.datum, "datum"))
