"""What the hub asks of consultants in the simulated RMW, and what they answer, by the names of the contract."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import uuid4

from app.domain.codes import SignalKind
from app.domain.local_time import AMSTERDAM
from app.sandbox.runtime import Document
from app.sandbox.worker_requests import Asked, AskedFor, ReactionKind, WorkerReaction, WorkerSignal, open_requests

REQUESTS: Final = {"AF": AskedFor.APPOINTMENT, "CO": AskedFor.CONTACT, "VR": AskedFor.QUESTION}
MEETINGS: Final = {"IN": "Intake", "VG": "Vervolggesprek", "GB": "Gesprek bepalen dienstverlening"}
REACTIONS: Final = {
    ReactionKind.ACCEPTED: "AK",
    ReactionKind.OTHER_TIMES: "AT",
    ReactionKind.CANCELLED: "AZ",
    ReactionKind.ANSWERED: "AN",
}
SIGNALS: Final = {
    SignalKind.SUPPORT_STOPPED: "OG",
    SignalKind.WORKER_CHANGED: "MG",
    SignalKind.CONTACT_DETAILS_CHANGED: "CG",
    SignalKind.CONTACT_RESTORED: "CH",
    SignalKind.CONTACT_NOT_RESTORED: "CN",
    SignalKind.THREAT_OF_EVICTION: "OD",
    SignalKind.THREAT_OF_SEIZURE: "BD",
    SignalKind.THREAT_OF_CUT_OFF: "AD",
    SignalKind.INCOME_LOST: "IW",
    SignalKind.PAYMENTS_FAILING: "BN",
}

_ABOUT_CONTACT: Final = frozenset({"CH", "CN"})


def open_for(record: Document, now: datetime) -> list[Asked]:
    """Return the requests on a registration that its consultant can answer, oldest first."""
    answered = {each["kenmerk"]: _moment(each["tijdstip"]) for each in record.get("reactie", ()) if "kenmerk" in each}
    contact = [_moment(each["tijdstip"]) for each in record.get("signaal", ()) if each["soort"] in _ABOUT_CONTACT]
    return open_requests(_asked(record), answered, max(contact, default=None), now)


def with_answer(document: Document, answer: WorkerReaction | WorkerSignal, now: datetime) -> Document:
    """Return what consultants registered, with what one of them answered or reported."""
    written = {"tekst": answer.text} if answer.text else {}
    if isinstance(answer, WorkerSignal):
        signal = {"signaalnummer": _number("S"), "soort": SIGNALS[answer.kind], "datum": f"{answer.on:%Y%m%d}"}
        return document | {"signaal": [*document.get("signaal", ()), signal | {"tijdstip": _stuf(now)} | written]}
    reaction = {
        "reactienummer": _number("R"),
        "soort": REACTIONS[answer.kind],
        "kenmerk": answer.reference,
        "tijdstip": _stuf(now),
        "tijd": [_stuf(each) for each in answer.times],
    }
    return document | {"reactie": [*document.get("reactie", ()), reaction | written]}


def _asked(record: Document) -> Iterator[Asked]:
    for line in record["statussen"]:
        if request := line.get("verzoek"):
            due_on = request.get("uiterlijkOp")
            yield Asked(
                kind=REQUESTS[request["soort"]],
                reference=request["kenmerk"],
                # To the second, as what is answered.
                asked_at=datetime.fromisoformat(line["ontvangen"]).replace(microsecond=0),
                is_settled=request.get("vervallen") == "J",
                subject=MEETINGS.get(request.get("afspraaksoort", ""), "") or request.get("onderwerp", ""),
                question=request.get("vraag", ""),
                due_on=_moment(f"{due_on}000000").date() if due_on else None,
                times=tuple(map(_moment, request.get("tijd", ()))),
            )


def _number(prefix: str) -> str:
    return f"{prefix}{uuid4().int % 10**8:08d}"


def _stuf(moment: datetime) -> str:
    return f"{moment.astimezone(AMSTERDAM):%Y%m%d%H%M%S}"


def _moment(stuf: str) -> datetime:
    return datetime.strptime(stuf, "%Y%m%d%H%M%S").replace(tzinfo=AMSTERDAM)
