"""What a worker answers and reports on a registration in GIDSO: reactions (*reacties*) and signals (*signalen*).

Each is a record of its own, with its own id and moment: it is applied once, whatever else changes, and no other record
of the case waits for one that cannot be read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from app.adapters.common.drift import unknown_in
from app.adapters.common.parsing import meaning, noon_of, parse, read_record, without_id
from app.adapters.gidso.mapping import Kind
from app.adapters.gidso.schemas import Reactie, Signaal
from app.domain.codes import CancellationReason, SignalKind
from app.domain.commands import AnswerInformation, CancelAppointment, Command, GiveSignal, RespondToAppointment
from app.domain.errors import PartnerUnreadable
from app.domain.local_time import local_date
from app.domain.ports import STATED_ONCE, PartnerRecord

REACTIONS, SIGNALS = "Reacties", "Signalen"
LISTS: Final = frozenset({REACTIONS, SIGNALS})
"""The fields of a registration that hold these records."""
ANSWERS: Final = frozenset({Kind.REACTION, Kind.SIGNAL})
"""The kinds of these records."""

ACCEPTED, OTHER_TIMES, CANCELLED, ANSWERED = "AKKOORD", "ANDERE_TIJDEN", "AFZEGGEN", "ANTWOORD"
REACTION_KINDS: Final = frozenset({ACCEPTED, OTHER_TIMES, CANCELLED, ANSWERED})
# That its own support stopped, the team says on the registration itself.
SIGNAL_KINDS: Mapping[str, SignalKind] = {
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
_OF: Final = {REACTIONS: (Kind.REACTION, "ReactieId"), SIGNALS: (Kind.SIGNAL, "SignaalId")}


def read_answers(row: Mapping[str, object], read_at: datetime) -> list[PartnerRecord]:
    """Return the reactions and signals of a registration, by their moments.

    Args:
        row: a registration.
        read_at: when it was read: the moment of what has no readable moment of its own.
    """
    records = [_read(name, item, row, read_at) for name in _OF for item in _items(row.get(name))]
    return sorted(records, key=lambda each: each.occurred_at)


def to_answer_commands(kind: Kind, payload: Mapping[str, object]) -> tuple[Command, ...]:
    """Return the commands of a reaction or a signal; raise UnknownCode or PartnerUnreadable."""
    if kind is Kind.SIGNAL:
        signal = parse(Signaal, payload, _PARTNER)
        return (GiveSignal(meaning(SIGNAL_KINDS, signal.soort, "Soort"), signal.tekst or None),)
    return (_to_reaction(parse(Reactie, payload, _PARTNER)),)


def unknown_in_answers(row: Mapping[str, object]) -> Iterator[str]:
    """Return the places of the fields of reactions and signals that the contract does not know."""
    for name, model in ((REACTIONS, Reactie), (SIGNALS, Signaal)):
        groups = [item for item in _items(row.get(name)) if isinstance(item, Mapping)]
        yield from unknown_in(groups, model, _OF[name][0])


def _items(value: object) -> list[object]:
    # What is no list is read as one item, which cannot be read either, so that it goes to quarantine.
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def _read(name: str, item: object, row: Mapping[str, object], read_at: datetime) -> PartnerRecord:
    kind, id_name = _OF[name]
    case_id = row.get("AanmeldingId")
    payload = {**(item if isinstance(item, Mapping) else {name: item}), "AanmeldingId": case_id}
    own_id = payload.get(id_name)
    record = PartnerRecord(
        kind=kind,
        external_id=own_id if isinstance(own_id, str) and own_id else without_id(payload),
        case_id=case_id if isinstance(case_id, str) and case_id else without_id(row),
        version=STATED_ONCE,
        payload=payload,
        occurred_at=read_at,
    )
    return read_record(record, _steps(record, kind))


def _steps(record: PartnerRecord, kind: Kind) -> Iterator[PartnerRecord]:
    record = replace(record, occurred_at=_moment(kind, record.payload))
    yield record
    yield replace(record, commands=to_answer_commands(kind, record.payload))


def _moment(kind: Kind, payload: Mapping[str, object]) -> datetime:
    """Return when it happened: the moment at which it was registered, or noon of the other day that a signal names."""
    if kind is Kind.REACTION:
        return parse(Reactie, payload, _PARTNER).geregistreerd_op
    signal = parse(Signaal, payload, _PARTNER)
    registered = signal.geregistreerd_op
    return registered if signal.datum == local_date(registered) else noon_of(signal.datum)


def _to_reaction(reaction: Reactie) -> Command:
    appointment_id = reference = _reference(reaction)
    meaning(dict.fromkeys(REACTION_KINDS), reaction.soort, "Soort")
    if reaction.soort == ANSWERED:
        return _to_answer(reaction, reference)
    if reaction.soort == CANCELLED:
        return CancelAppointment(CancellationReason.REFERRER_CANCELLED, appointment_id)
    if reaction.soort == OTHER_TIMES:
        return RespondToAppointment(appointment_id, accepted=False, other_times=reaction.tijden)
    if len(reaction.tijden) > 1:
        raise PartnerUnreadable("Tijden", "Tijden holds more than the one time that is accepted; have it corrected")
    return RespondToAppointment(appointment_id, accepted=True, chosen_time=next(iter(reaction.tijden), None))


def _to_answer(reaction: Reactie, request_id: UUID | None) -> Command:
    if request_id is None:
        raise PartnerUnreadable("Kenmerk", "Kenmerk is missing; have the question named that is answered")
    if not reaction.tekst:
        raise PartnerUnreadable("Tekst", "Tekst is missing; have the answer written")
    return AnswerInformation(request_id, reaction.tekst)


def _reference(reaction: Reactie) -> UUID | None:
    try:
        return UUID(reaction.kenmerk) if reaction.kenmerk else None
    except ValueError:
        raise PartnerUnreadable("Kenmerk", "Kenmerk is no UUID of a request; have it corrected at GIDSO") from None
