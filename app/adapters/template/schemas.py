"""The partner's messages as its contract (``openapi/partners/template.yaml``) describes them, with its names."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from app.adapters.common.answers import ErrorMessage
from app.adapters.common.pages import Rows
from app.adapters.common.parsing import BirthDay, plausible

# The largest integer of the database.
Count = Annotated[int, Field(ge=1, lt=2**63)]
# A longer value breaks the contract and is not cut off: the record goes to quarantine.
Id = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
# Without these, Pydantic would also read numbers as days and moments; the contract has ISO 8601 texts only.
Day = Annotated[date, BeforeValidator(lambda value: plausible(date.fromisoformat(str(value))))]
Timestamp = Annotated[AwareDatetime, BeforeValidator(lambda value: plausible(datetime.fromisoformat(str(value))))]


class _Message(BaseModel):
    # Strict: a number is no text and "ja" is no boolean. A required field that is absent makes the record unreadable,
    # because the hub never fills in a value; an unknown field is ignored, and counted as drift.
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True, strict=True)


class Klant(_Message):
    """The client."""

    voornaam: Name
    achternaam: Name
    geboortedatum: BirthDay
    bsn: str | None = None


class Aanmelding(_Message):
    """A referral in its present state."""

    nummer: Id
    versie: Count
    gewijzigd_op: Timestamp
    stand: str
    reden_intrekking: str | None = None
    team: Code
    aangemeld_op: Timestamp
    gebied: Code
    klant: Klant
    inkomen: str
    terugkoppeling: bool


class Wijziging(_Message):
    """A place in the feed."""

    volgnummer: Count
    aanmelding: dict[str, object]


class Wijzigingen(_Message):
    """A page of the feed; each change is read separately, so that an unreadable one affects no other."""

    wijzigingen: Rows


class Opgeslagen(_Message):
    """A message that the partner stored; the hub reads only which one it is."""

    kenmerk: str


class Fout(ErrorMessage):
    """The partner's own error."""

    fout: str
