"""What is asked of a worker in a simulated system of a referrer, and the forms in which the worker answers it.

The simulators keep requests, reactions and signals under the names of their own contracts; here they are alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from app.domain.codes import SignalKind
from app.domain.local_time import AMSTERDAM, local_date
from app.sandbox.pages import Field, Form, FormFault, required


class AskedFor(StrEnum):
    """What a worker is asked for."""

    APPOINTMENT = "Afspraak"
    CONTACT = "Contact"
    QUESTION = "Vraag"


class ReactionKind(StrEnum):
    """How a worker reacts to a request."""

    ACCEPTED = "akkoord"
    OTHER_TIMES = "andere_tijden"
    CANCELLED = "afzeggen"
    ANSWERED = "antwoord"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request of the hub as a simulated system stores it.

    Attributes:
        asked_at: when it was stored.
        subject: of an appointment its kind, of a question its topic.
        is_settled: it says that an earlier one needs no answer any more.
    """

    kind: AskedFor
    reference: str
    asked_at: datetime
    is_settled: bool = False
    subject: str = ""
    question: str = ""
    due_on: date | None = None
    times: tuple[datetime, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What a later request has in common that replaces this one."""
        of = {AskedFor.APPOINTMENT: self.subject, AskedFor.QUESTION: self.reference}
        return self.kind, of.get(self.kind, "")


@dataclass(frozen=True, kw_only=True)
class WorkerReaction:
    """A worker's reaction to a request, as it was filled in."""

    kind: ReactionKind
    reference: str
    times: tuple[datetime, ...] = ()
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class WorkerSignal:
    """What a worker reports, as it was filled in."""

    kind: SignalKind
    on: date
    text: str | None = None


SIGNAL_FORM: Final = "signaal"
_REQUEST_FORM: Final = "verzoek-"
_OTHER_TIMES: Final = ("ander1", "ander2", "ander3")
_FURTHEST: Final = timedelta(days=365)
_OUTCOMES: Final = {
    SignalKind.CONTACT_RESTORED: "Het contact is hersteld",
    SignalKind.CONTACT_NOT_RESTORED: "Het contact kon niet worden hersteld",
}


def open_requests(
    asked: Iterable[Asked], answered: Mapping[str, datetime], contact_at: datetime | None, now: datetime
) -> list[Asked]:
    """Return the requests that a worker can answer, oldest first.

    Args:
        asked: all requests on a registration, oldest first.
        answered: when the worker last reacted to a request, by its reference.
        contact_at: when the worker last reported whether contact was restored; None: never.
        now: times that have passed are left out.
    """
    newest: dict[tuple[str, str], Asked] = {}
    for each in asked:
        newest.pop(each.key, None)
        newest[each.key] = each
    return [
        each
        for each in newest.values()
        if not each.is_settled
        and not _is_answered(each, answered, contact_at)
        and (each.kind is not AskedFor.APPOINTMENT or any(time > now for time in each.times))
    ]


def _is_answered(asked: Asked, answered: Mapping[str, datetime], contact_at: datetime | None) -> bool:
    at = contact_at if asked.kind is AskedFor.CONTACT else answered.get(asked.reference)
    return at is not None and at >= asked.asked_at


def request_forms(requests: Sequence[Asked], now: datetime) -> list[Form]:
    """Return a form for each open request."""
    return [_request_form(each, now) for each in requests]


def signal_form(kinds: Iterable[SignalKind], today: date) -> Form:
    """Return the form with which a worker reports something unasked."""
    choices = tuple((kind.value, kind.label) for kind in kinds)
    fields = (
        Field(name="soort", label="Wat is er gebeurd", kind="select", choices=choices),
        Field(name="datum", label="Op", kind="date", value=today.isoformat()),
        Field(name="tekst", label="Toelichting, alleen voor de trajectbegeleider", kind="textarea", required=False),
    )
    return Form(name=SIGNAL_FORM, title="Signaal aan de trajectbegeleider", button="Versturen", fields=fields)


def is_answer(values: Mapping[str, str]) -> bool:
    """Return whether a form that was filled in is an answer or a signal."""
    form = values.get("formulier", "")
    return form == SIGNAL_FORM or form.startswith(_REQUEST_FORM)


def read_answer(
    values: Mapping[str, str], requests: Sequence[Asked], kinds: Iterable[SignalKind], now: datetime
) -> tuple[WorkerReaction | WorkerSignal, str]:
    """Return what a worker filled in, and the title of the form.

    Args:
        values: of the form.
        requests: the open ones.
        kinds: of the signals that can be given in this system.
        now: other times are later than it.

    Raises:
        FormFault: it cannot be used, or the request is not open any more.
    """
    form = values.get("formulier", "")
    if form == SIGNAL_FORM:
        return _signal(values, {kind.value: kind for kind in kinds}, now), "Signaal"
    reference = form.removeprefix(_REQUEST_FORM)
    asked = next((each for each in requests if each.reference == reference), None)
    if asked is None:
        raise FormFault("Dit verzoek staat niet meer open; ververs de pagina.")
    if asked.kind is AskedFor.CONTACT:
        outcomes = {kind.value: kind for kind in _OUTCOMES}
        return _signal({**values, "datum": local_date(now).isoformat()}, outcomes, now), "Antwoord op het verzoek"
    read = _question if asked.kind is AskedFor.QUESTION else _appointment
    return read(asked, values, now), "Antwoord op het verzoek"


def _question(asked: Asked, values: Mapping[str, str], _: datetime) -> WorkerReaction:
    text = required(values, "antwoord", "het antwoord")
    return WorkerReaction(kind=ReactionKind.ANSWERED, reference=asked.reference, text=text)


def _appointment(asked: Asked, values: Mapping[str, str], now: datetime) -> WorkerReaction:
    choice = required(values, "keuze", "de keuze")
    if choice == ReactionKind.CANCELLED:
        return WorkerReaction(kind=ReactionKind.CANCELLED, reference=asked.reference)
    if choice == ReactionKind.OTHER_TIMES:
        times = tuple(_time(values[name]) for name in _OTHER_TIMES if name in values)
        if not times or not all(now < each < now + _FURTHEST for each in times):
            raise FormFault("Vul een of meer andere tijden in die nog moeten komen, binnen een jaar.")
        different = tuple(dict.fromkeys(times))
        return WorkerReaction(kind=ReactionKind.OTHER_TIMES, reference=asked.reference, times=different)
    chosen = next((each for each in asked.times if each.isoformat() == choice and each > now), None)
    if chosen is None:
        raise FormFault("Kies een van de tijden die nog moeten komen.")
    return WorkerReaction(kind=ReactionKind.ACCEPTED, reference=asked.reference, times=(chosen,))


def _signal(values: Mapping[str, str], kinds: Mapping[str, SignalKind], now: datetime) -> WorkerSignal:
    kind = kinds.get(required(values, "soort", "wat er is gebeurd"))
    if kind is None:
        raise FormFault("Kies uit de lijst wat er is gebeurd.")
    try:
        on = date.fromisoformat(required(values, "datum", "de datum"))
    except ValueError as error:
        raise FormFault("Vul een datum in: de datum.") from error
    if not local_date(now - _FURTHEST) < on <= local_date(now):
        raise FormFault("De datum ligt in de toekomst, of meer dan een jaar terug.")
    return WorkerSignal(kind=kind, on=on, text=values.get("tekst"))


def _time(value: str) -> datetime:
    try:
        time = datetime.fromisoformat(value)
    except ValueError as error:
        raise FormFault("Vul datum en tijd in van de andere tijden.") from error
    local = time.replace(tzinfo=AMSTERDAM)
    # In the hour that summer time skips no clock shows this time.
    if time.tzinfo or local.astimezone(UTC).astimezone(AMSTERDAM).replace(tzinfo=None) != time:
        raise FormFault("Vul andere tijden in zoals de klok in Nederland ze aanwijst.")
    return local


def _request_form(asked: Asked, now: datetime) -> Form:
    title, fields = {
        AskedFor.APPOINTMENT: ("Welke tijd past?", _appointment_fields),
        AskedFor.CONTACT: ("Herstel het contact met de klant", _contact_fields),
        AskedFor.QUESTION: ("Vraag van de trajectbegeleider", _question_fields),
    }[asked.kind]
    by = f"Uiterlijk op {asked.due_on:%d-%m-%Y}." if asked.due_on else ""
    subject = f"{asked.subject}." if asked.subject else ""
    intro = "\n".join(each for each in (" ".join(filter(None, (subject, by))), asked.question) if each)
    return Form(
        name=f"{_REQUEST_FORM}{asked.reference}",
        title=title,
        intro=intro,
        button="Antwoorden",
        fields=fields(asked, now),
    )


def _appointment_fields(asked: Asked, now: datetime) -> tuple[Field, ...]:
    times = tuple((each.isoformat(), f"{each:%d-%m-%Y om %H:%M}") for each in asked.times if each > now)
    others = (ReactionKind.OTHER_TIMES.value, "Geen van deze; ik geef andere tijden")
    cancels = (ReactionKind.CANCELLED.value, "Ik zeg af")
    choice = Field(name="keuze", label="Keuze", kind="select", choices=(*times, others, cancels))
    return choice, *(
        Field(name=name, label=f"Andere tijd {number}", kind="datetime-local", required=False)
        for number, name in enumerate(_OTHER_TIMES, start=1)
    )


def _contact_fields(_: Asked, __: datetime) -> tuple[Field, ...]:
    choices = tuple((kind.value, label) for kind, label in _OUTCOMES.items())
    return (
        Field(name="soort", label="Uitkomst", kind="select", choices=choices),
        Field(name="tekst", label="Toelichting, alleen voor de trajectbegeleider", kind="textarea", required=False),
    )


def _question_fields(_: Asked, __: datetime) -> tuple[Field, ...]:
    return (Field(name="antwoord", label="Antwoord, alleen voor de trajectbegeleider", kind="textarea"),)
