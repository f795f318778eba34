"""GIDSO's messages as its contract describes them, with GIDSO's names.

Source: ``openapi/partners/gidso.yaml``. Fields that the hub does not read are ignored. A required field that is absent
makes the record unreadable, because the hub never fills in a value.
"""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AliasPath, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_pascal

from app.adapters.common.answers import ErrorMessage
from app.adapters.common.pages import Rows
from app.adapters.common.parsing import BirthDay, plausible

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")


def _day(value: object) -> object:
    return plausible(date.fromisoformat(value)) if isinstance(value, str) and _DAY.fullmatch(value) else value


def _moment(value: object) -> object:
    return plausible(datetime.fromisoformat(value)) if isinstance(value, str) and _MOMENT.fullmatch(value) else value


def _listed(value: object) -> object:
    # The times of JSON are a list, which a strict tuple is not made of.
    return tuple(value) if isinstance(value, list) else value


# A longer value breaks the contract and is not cut off: the record goes to quarantine.
Id = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
AnyName = Annotated[str, StringConstraints(max_length=200)]
Language = Annotated[str, StringConstraints(max_length=35)]
Phone = Annotated[str, StringConstraints(max_length=40)]
Reference = Annotated[str, StringConstraints(max_length=100)]
Email = Annotated[str, StringConstraints(max_length=254)]
Place = Annotated[str, StringConstraints(max_length=300)]
Text = Annotated[str, StringConstraints(max_length=4000)]
Day = Annotated[date, BeforeValidator(_day)]
Timestamp = Annotated[AwareDatetime, BeforeValidator(_moment)]


class _Message(BaseModel):
    # Strict: a number is no text, "ja" is no boolean and a count of seconds is no date.
    model_config = ConfigDict(alias_generator=to_pascal, extra="ignore", frozen=True, strict=True)


class Burger(_Message):
    """The resident (*burger*)."""

    voornaam: Name | None
    achternaam: Name | None
    geboortedatum: BirthDay
    bsn: str | None = None
    geslacht: str | None = None
    adres: Place | None = None
    telefoon: Phone | None = None
    email: Email | None = None
    voorkeurskanaal: str | None = None
    tolktaal: Language | None = None
    aandachtspunten: list[str]


class Medewerker(_Message):
    """The team's worker (*medewerker*)."""

    naam: AnyName | None = None
    telefoon: Phone | None = None
    email: Email | None = None


class Driegesprek(_Message):
    """Whether a three-way meeting (*driegesprek*) is wanted, and where."""

    gewenst: bool
    locatie: Place | None = None


class BredeUitvraag(_Message):
    """A reference to the broad assessment (*brede uitvraag*); its contents stay in GIDSO."""

    door: Name
    leefgebieden: list[str]
    kenmerk: Reference | None = None


class Betrokkene(_Message):
    """An organisation that helps the resident (*betrokken organisatie*)."""

    soort: str
    naam: Name | None = None


class Toestemming(_Message):
    """The consent of the resident (*toestemming*)."""

    terugkoppeling: bool
    aanmelding: bool | None = None
    datum: Day | None = None
    wijze: str | None = None


class Aanmelding(_Message):
    """A registration with the finance team (*aanmelding*)."""

    aanmelding_id: Id
    teamcode: Code
    teamsoort: str
    aangemeld_op: Timestamp | Day
    gebied: Code
    burger: Burger
    medewerker: Medewerker
    casusregisseur: AnyName | None = None
    driegesprek: Driegesprek
    aanleiding: Text | None = None
    motivatie: Text | None = None
    eerder_geprobeerd: Text | None = None
    inkomen: str
    schulden: str
    dreigingen: list[str]
    brede_uitvraag: BredeUitvraag | None = None
    betrokken: Annotated[list[Betrokkene], Field(max_length=20)]
    bewind: bool
    wsnp: bool
    wmo: bool
    woont_in_gemeente: bool
    toestemming: Toestemming


class Stopped(_Message):
    """The end of the team's own support (*ondersteuning gestopt*)."""

    aanmelding_id: Id
    ondersteuning_gestopt_op: Day


class Reactie(_Message):
    """A worker's answer to a request of the hub (*reactie*)."""

    reactie_id: Id
    aanmelding_id: Id
    soort: str
    kenmerk: str | None = None
    geregistreerd_op: Timestamp
    tekst: Text | None = None
    tijden: Annotated[tuple[Timestamp, ...], BeforeValidator(_listed), Field(max_length=10)] = ()


class Signaal(_Message):
    """What a worker reports unasked (*signaal*)."""

    signaal_id: Id
    aanmelding_id: Id
    soort: str
    datum: Day
    geregistreerd_op: Timestamp
    tekst: Text | None = None


class Doorverwijzing(_Message):
    """The onward referral of a registration that the hub made, and what the team does with it."""

    kenmerk: str
    stand: str


class Doorverwezen(_Message):
    """A registration that the hub made, as far as it is read."""

    aanmelding_id: Id
    doorverwijzing: Doorverwijzing


class Stamp(_Message):
    """The version of a registration, and when it was changed."""

    versie: int = Field(ge=1, lt=2**63)
    gewijzigd_op: Timestamp


class AanmeldingenPage(BaseModel):
    """One page of registrations and tombstones, with a link to the next page or to the next round."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    value: Rows
    next_link: str | None = Field(default=None, alias="@odata.nextLink")
    delta_link: str | None = Field(default=None, alias="@odata.deltaLink")


class Journaalregel(BaseModel):
    """A journal line that GIDSO stored; the hub reads only whose line it is."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    reference: str = Field(alias="Kenmerk")


class JournaalregelsPage(BaseModel):
    """The journal lines found."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    value: list[Journaalregel]


class NieuweAanmelding(BaseModel):
    """The registration of an onward referral."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    id: Id = Field(alias="AanmeldingId")


class Fout(ErrorMessage):
    """GIDSO's own error."""

    code: str = Field(validation_alias=AliasPath("error", "code"))
    message: str = Field(validation_alias=AliasPath("error", "message"))
