"""RMW's messages as its contract (``openapi/partners/rmw.xsd``) describes them, with RMW's names."""

from dataclasses import dataclass
from typing import Annotated, Final, Self

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.adapters.rmw.mending import restored
from app.adapters.rmw.soap import NAMESPACE, Fields

_PREFIX: Final = f"{{{NAMESPACE}}}"
_REPEATED: Final = frozenset({"dreiging", "aandachtspunt", "betrokken", "leefgebied", "reactie", "signaal", "tijd"})
_NOT_CONTENTS: Final = frozenset({"statusregel", "tab", "mutatienummer", "tijdstipMutatie"})

# A longer value breaks the contract and is not cut off: the record goes to quarantine.
Number = Annotated[str, StringConstraints(max_length=20)]
Key = Annotated[str, StringConstraints(max_length=40)]
Language = Annotated[str, StringConstraints(max_length=35)]
Phone = Annotated[str, StringConstraints(max_length=40)]
Code = Annotated[str, StringConstraints(max_length=80)]
Reference = Annotated[str, StringConstraints(max_length=100)]
Name = Annotated[str, StringConstraints(max_length=200)]
Email = Annotated[str, StringConstraints(max_length=254)]
Place = Annotated[str, StringConstraints(max_length=300)]
Text = Annotated[str, StringConstraints(max_length=4000)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Klant(_Message):
    """The client; dates are StUF dates (jjjjmmdd), that of birth with zeros for what is not known."""

    voornaam: Name | None = None
    achternaam: Name | None = None
    geboortedatum: str
    bsn: str | None = None
    geslacht: str | None = None
    adres: Place | None = None
    telefoon: Phone | None = None
    email: Email | None = None
    voorkeurskanaal: str | None = None
    tolktaal: Language | None = None
    aandachtspunt: tuple[str, ...] = ()


class Consulent(_Message):
    """The referrer's worker."""

    naam: Name | None = None
    telefoon: Phone | None = None
    email: Email | None = None


class BredeUitvraag(_Message):
    """Who did the broad assessment, where help is needed and where it can be read; its contents stay in RMW."""

    door: Name | None = None
    leefgebied: tuple[str, ...] = ()
    kenmerk: Reference | None = None


class Betrokkene(_Message):
    """An organisation that helps the client."""

    soort: str
    naam: Name | None = None


class Toestemming(_Message):
    """The client's consent, to feedback and to be referred."""

    terugkoppeling: str
    datum: str | None = None
    wijze: str | None = None
    aanmelding: str | None = None


class Aanmelding(_Message):
    """A registration of a client under a referral code.

    ``soortTeam`` is not read: the kind of a team is in the hub's own register of organisations.
    """

    aanmeldnummer: Number
    teamcode: Code
    datumAanmelding: str  # RMW's name
    gebied: Code
    klant: Klant
    inkomen: str
    schulden: str
    consulent: Consulent = Consulent()
    regie: Name | None = None
    driegesprek: str
    locatie: Place | None = None
    aanleiding: Text | None = None
    motivatie: Text | None = None
    eerderGeprobeerd: Text | None = None  # RMW's name
    bredeUitvraag: BredeUitvraag = BredeUitvraag()  # RMW's name
    betrokken: Annotated[tuple[Betrokkene, ...], Field(max_length=20)] = ()
    dreiging: tuple[str, ...] = ()
    indBewind: str
    indWsnp: str
    indWmo: str
    toestemming: Toestemming | None = None
    vervallen: str


class Reactie(_Message):
    """A consultant's answer to a request of the hub; moments are StUF moments (jjjjmmdduummss), in Dutch time."""

    reactienummer: Key
    aanmeldnummer: Number
    soort: str
    kenmerk: str | None = None
    tijdstip: str
    tijd: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    tekst: Text | None = None


class Signaal(_Message):
    """What a consultant reports unasked; ``datum`` is a StUF date."""

    signaalnummer: Key
    aanmeldnummer: Number
    soort: str
    datum: str
    tijdstip: str
    tekst: Text | None = None


class Doorverwijzing(_Message):
    """The onward referral of a registration that the hub made, and what the team does with it."""

    kenmerk: str
    stand: str


class Doorverwezen(_Message):
    """A registration that the hub made, as far as it is read."""

    aanmeldnummer: Number
    doorverwijzing: Doorverwijzing


@dataclass(frozen=True)
class ListedRegistration:
    """One registration of a list.

    Attributes:
        contents: what consultants registered, as nested names and texts; without what systems (such as the hub) wrote
            on it and without RMW's own counters, so that it changes only when a consultant changes something.
        number: RMW's *mutatienummer*, empty when absent.
        changed_at: RMW's *tijdstipMutatie*, empty when absent.
    """

    contents: dict[str, object]
    number: str
    changed_at: str

    @classmethod
    def read(cls, element: etree._Element) -> Self:
        """Return an ``aanmelding`` element as it is; its contents are checked later."""
        return cls(_values(element), _text(element, "mutatienummer"), _text(element, "tijdstipMutatie"))


@dataclass(frozen=True)
class RegistrationList:
    """Part of the registrations with a referral code, and the position of the next part."""

    registrations: tuple[ListedRegistration, ...]
    next_position: int | None

    @classmethod
    def read(cls, answer: etree._Element) -> Self:
        """Return the list in ``lijstAanmeldingenResponse``.

        Raises:
            ValueError: the next position is not a number.
        """
        following = answer.findtext(f"{_PREFIX}volgendePositie")
        listed = tuple(ListedRegistration.read(element) for element in answer.iterchildren(f"{_PREFIX}aanmelding"))
        return cls(listed, int(following) if following else None)


@dataclass(frozen=True)
class RegistrationState:
    """What systems wrote on a registration.

    Attributes:
        references: the *kenmerken* of its status lines.
        tab_closed: whether the activity tab is closed.
    """

    references: frozenset[str]
    tab_closed: bool

    @classmethod
    def read(cls, answer: etree._Element, number: str) -> Self:
        """Return the state in ``geefAanmeldingResponse``.

        Raises:
            ValueError: it contains no registration with this number.
        """
        registration = answer.find(f"{_PREFIX}aanmelding")
        if registration is None or registration.findtext(f"{_PREFIX}aanmeldnummer") != number:
            raise ValueError("another registration")
        lines, tab = registration.iterfind(f"{_PREFIX}statusregel/{_PREFIX}kenmerk"), f"{_PREFIX}tab/{_PREFIX}stand"
        return cls(frozenset(found.text or "" for found in lines), registration.findtext(tab) == "G")


@dataclass(frozen=True, kw_only=True)
class StatusUpdate:
    """A new status of a referral code; ``on`` is a StUF date, ``remark`` at most 200 characters.

    Attributes:
        request: what is asked of the consultant (*verzoek*), in the order of the schema; None: nothing.
    """

    registration_number: str
    status_code: str
    on: str
    remark: str
    reference: str
    request: Fields | None = None

    def fields(self) -> Fields:
        """Return the fields of ``wijzigAanmeldcodeStatus`` in the order of the schema."""
        remark = {"toelichting": self.remark} if self.remark else {}
        return {
            "aanmeldnummer": self.registration_number,
            "statuscode": self.status_code,
            "datum": self.on,
            **remark,
            "kenmerk": self.reference,
            **({"verzoek": self.request} if self.request else {}),
        }


def _text(element: etree._Element, name: str) -> str:
    return restored(element.findtext(f"{_PREFIX}{name}") or "")


def _values(element: etree._Element) -> dict[str, object]:
    values: dict[str, object] = {}
    repeated: dict[str, list[object]] = {}
    for child in element:
        name = child.tag.rpartition("}")[2]
        value = _values(child) if len(child) else restored((child.text or "").strip())
        if name in _NOT_CONTENTS or not value:
            continue
        if name in _REPEATED:
            repeated.setdefault(name, []).append(value)
        else:
            values[name] = value
    return values | repeated
