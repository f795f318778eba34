"""What the hub asks of workers in the simulated GIDSO, and what they answer, by the names of the contract."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final
from uuid import uuid4

from app.domain.codes import SignalKind
from app.sandbox.runtime import Document
from app.sandbox.worker_requests import Asked, AskedFor, ReactionKind, WorkerReaction, WorkerSignal, open_requests

REQUESTS: Final = {"AFSPRAAK": AskedFor.APPOINTMENT, "CONTACT": AskedFor.CONTACT, "VRAAG": AskedFor.QUESTION}
REACTIONS: Final = {
    ReactionKind.ACCEPTED: "AKKOORD",
    ReactionKind.OTHER_TIMES: "ANDERE_TIJDEN",
    ReactionKind.CANCELLED: "AFZEGGEN",
    ReactionKind.ANSWERED: "ANTWOORD",
}
SIGNALS: Final = {
    SignalKind.CONTACT_DETAILS_CHANGED: "CONTACTGEGEVENS_GEWIJZIGD",
    SignalKind.WORKER_CHANGED: "MEDEWERKER_GEWIJZIGD",
    SignalKind.CONTACT_RESTORED: "CONTACT_HERSTELD",
    SignalKind.CONTACT_NOT_RESTORED: "CONTACT_NIET_HERSTELD",
    SignalKind.THREAT_OF_EVICTION: "ONTRUIMING_DREIGT",
    SignalKind.THREAT_OF_SEIZURE: "BESLAG_DREIGT",
    SignalKind.THREAT_OF_CUT_OFF: "AFSLUITING_DREIGT",
    SignalKind.INCOME_LOST: "INKOMEN_WEGGEVALLEN",
    SignalKind.PAYMENTS_FAILING: "BETALINGEN_LOPEN_NIET",
}
"""The signals of GIDSO; that its own support stopped, a team says on the registration itself."""

_ABOUT_CONTACT: Final = frozenset({"CONTACT_HERSTELD", "CONTACT_NIET_HERSTELD"})


def open_for(row: Document, journal: Sequence[Document], now: datetime) -> list[Asked]:
    """Return the requests on a registration that its worker can answer, oldest first."""
    answered = {each["Kenmerk"]: _at(each) for each in row.get("Reacties") or () if each.get("Kenmerk")}
    contact = [_at(each) for each in row.get("Signalen") or () if each["Soort"] in _ABOUT_CONTACT]
    return open_requests(_asked(journal), answered, max(contact, default=None), now)


def with_answer(row: Document, answer: WorkerReaction | WorkerSignal, now: datetime) -> Document:
    """Return a registration with what its worker answered or reported."""
    if isinstance(answer, WorkerSignal):
        signal = {"SignaalId": f"S-{uuid4()}", "Soort": SIGNALS[answer.kind], "Datum": answer.on.isoformat()}
        return row | {"Signalen": [*(row.get("Signalen") or ()), _registered(signal, answer.text, now)]}
    reaction = {
        "ReactieId": f"RE-{uuid4()}",
        "Soort": REACTIONS[answer.kind],
        "Kenmerk": answer.reference,
        "Tijden": [each.isoformat() for each in answer.times],
    }
    return row | {"Reacties": [*(row.get("Reacties") or ()), _registered(reaction, answer.text, now)]}


def _asked(journal: Sequence[Document]) -> Iterator[Asked]:
    for line in journal:
        if request := line.get("Verzoek"):
            kind, due_on = REQUESTS[request["Soort"]], request.get("UiterlijkOp")
            yield Asked(
                kind=kind,
                reference=request["Kenmerk"],
                asked_at=_at(line),
                is_settled=request.get("Stand") == "VERVALLEN",
                subject=request.get("Afspraaksoort") or request.get("Onderwerp") or "",
                question=request.get("Vraag") or "",
                due_on=date.fromisoformat(due_on) if due_on else None,
                times=tuple(map(datetime.fromisoformat, request.get("Tijden") or ())),
            )


def _registered(answer: Document, text: str | None, now: datetime) -> Document:
    return answer | {"GeregistreerdOp": now.isoformat(), "Tekst": text}


def _at(registered: Document) -> datetime:
    return datetime.fromisoformat(registered["GeregistreerdOp"])
