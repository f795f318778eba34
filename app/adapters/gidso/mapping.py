"""What GIDSO says, read as the hub's facts; pure functions and total tables.

Source of the partner's codes: ``openapi/partners/gidso.yaml``. A code that is not in a table here is never
guessed: the record goes to quarantine, and the table gets a line.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from itertools import takewhile
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.adapters.gidso.schemas import Aanmelding, Burger, Medewerker, Stamp, Stopped, Toestemming
from app.domain.codes import (
    ConsentScope,
    ContactCaution,
    ContactChannel,
    DebtSeverity,
    IncomeSituation,
    LifeDomain,
    ReferrerKind,
    SignalKind,
    Threat,
    WithdrawalReason,
)
from app.domain.commands import Fact, GiveSignal, RegisterReferral, WithdrawReferral
from app.domain.errors import PartnerUnreadable, UnknownCode
from app.domain.identifiers import is_bsn
from app.domain.local_time import AMSTERDAM
from app.domain.values import ClientDetails, Consent, ReferralContents, Worker

MAPPING_VERSION = "1"


class Kind(StrEnum):
    """The kinds of record that a row of GIDSO is read as."""

    REFERRAL = "aanmelding"
    SUPPORT_STOPPED = "ondersteuning-gestopt"


TEAM_KINDS: Mapping[str, ReferrerKind] = {
    "Vraagwijzer": ReferrerKind.VRAAGWIJZER,
    "Wijkteam": ReferrerKind.WIJKTEAM,
    "Jongerenloket": ReferrerKind.JONGERENLOKET,
}
"""The kinds of team with which feedback is agreed; another kind first needs an agreement of its own."""

SEXES: Mapping[str, str | None] = {"M": "m", "V": "f", "O": None}
CHANNELS: Mapping[str, ContactChannel] = {
    "Telefoon": ContactChannel.PHONE,
    "Sms": ContactChannel.MOBILE_MESSAGE,
    "Whatsapp": ContactChannel.MOBILE_MESSAGE,
    "Email": ContactChannel.EMAIL,
    "Post": ContactChannel.LETTER,
    "ViaMedewerker": ContactChannel.THROUGH_REFERRER,
}
CAUTIONS: Mapping[str, ContactCaution] = {
    "KredietbankNietNoemen": ContactCaution.DO_NOT_MENTION_CREDIT_BANK,
    "NietBellen": ContactCaution.DO_NOT_CALL,
    "GeenPost": ContactCaution.DO_NOT_WRITE,
    "NietAlleen": ContactCaution.NEVER_ALONE,
}
INCOMES: Mapping[str, IncomeSituation] = {
    "Inkomen": IncomeSituation.HAS_INCOME,
    "Aangevraagd": IncomeSituation.UNDER_WAY,
    "Geen": IncomeSituation.NONE,
    "Onbekend": IncomeSituation.UNKNOWN,
}
DEBTS: Mapping[str, DebtSeverity] = {
    "Licht": DebtSeverity.LIGHT,
    "Zwaar": DebtSeverity.HEAVY,
    "Onbekend": DebtSeverity.UNKNOWN,
}
THREATS: Mapping[str, Threat] = {
    "Ontruiming": Threat.EVICTION,
    "AfsluitingEnergie": Threat.ENERGY_CUT_OFF,
    "AfsluitingWater": Threat.WATER_CUT_OFF,
    "Beslag": Threat.SEIZURE,
}
LIFE_DOMAINS: Mapping[str, LifeDomain] = {
    "Financien": LifeDomain.FINANCES,
    "Huisvesting": LifeDomain.HOUSING,
    "WerkEnOpleiding": LifeDomain.WORK,
    "LichamelijkeGezondheid": LifeDomain.HEALTH,
    "GeestelijkeGezondheid": LifeDomain.MENTAL_HEALTH,
    "GezinEnRelaties": LifeDomain.FAMILY,
    "SociaalNetwerk": LifeDomain.SOCIAL_NETWORK,
    "PolitieEnJustitie": LifeDomain.JUSTICE,
}
CONSENT_FORMS: Mapping[str, str] = {"Mondeling": "mondeling", "Schriftelijk": "schriftelijk", "Digitaal": "digitaal"}

_M = TypeVar("_M", bound=BaseModel)
_V = TypeVar("_V")


def to_facts(kind: Kind, row: Mapping[str, object]) -> tuple[Fact, ...]:
    """Read a row of GIDSO as what it says of this kind.

    Raises:
        UnknownCode: a code is not in the tables above.
        PartnerUnreadable: a field is absent or has another form than the contract says.
    """
    if kind is Kind.SUPPORT_STOPPED:
        return (GiveSignal(SignalKind.SUPPORT_STOPPED),)
    if is_removed(row):
        return (WithdrawReferral(WithdrawalReason.OTHER),)
    return (to_referral(parse(Aanmelding, row)),)


def to_referral(message: Aanmelding) -> RegisterReferral:
    """Read a registration as a referral; raises as ``to_facts`` does."""
    _code("Teamsoort", TEAM_KINDS, message.teamsoort)
    return RegisterReferral(
        organisation_code=message.teamcode,
        client=to_client(message.burger),
        contents=to_contents(message),
        reference=message.aanmelding_id,
        received_at=_moment(message.aangemeld_op),
    )


def to_client(burger: Burger) -> ClientDetails:
    """Read a resident as the client; raises as ``to_facts`` does."""
    if burger.bsn is not None and not is_bsn(burger.bsn):
        raise PartnerUnreadable("Burger.Bsn", "Burger.Bsn fails the eleven-test; correct it in GIDSO")
    return ClientDetails(
        given_name=burger.voornaam,
        family_name=burger.achternaam,
        birth_date=burger.geboortedatum,
        bsn=burger.bsn,
        sex=_optional_code("Burger.Geslacht", SEXES, burger.geslacht),
        address=burger.adres,
        phone=burger.telefoon,
        email=burger.email,
        preferred_channel=_optional_code("Burger.Voorkeurskanaal", CHANNELS, burger.voorkeurskanaal),
        interpreter_language=burger.tolktaal,
        contact_cautions=_codes("Burger.Aandachtspunten", CAUTIONS, burger.aandachtspunten),
    )


def to_contents(message: Aanmelding) -> ReferralContents:
    """Read what the team says about the referral; raises as ``to_facts`` does."""
    assessment = message.brede_uitvraag
    domains = assessment.leefgebieden if assessment else []
    return ReferralContents(
        area=message.gebied,
        worker=to_worker(message.medewerker),
        reason=message.aanleiding,
        motivation=message.motivatie,
        income_situation=_code("Inkomen", INCOMES, message.inkomen),
        debt_severity=_code("Schulden", DEBTS, message.schulden),
        threats=_codes("Dreigingen", THREATS, message.dreigingen),
        three_way_meeting=message.driegesprek.gewenst,
        meeting_place=message.driegesprek.locatie,
        assessment_done_by=assessment.door if assessment else None,
        life_domains=_codes("BredeUitvraag.Leefgebieden", LIFE_DOMAINS, domains),
        other_organisations=tuple(message.betrokken),
        case_lead=message.casusregisseur,
        protective_administration=message.bewind,
        running_wsnp=message.wsnp,
        wmo_indication=message.wmo,
        lives_in_municipality=message.woont_in_gemeente,
        consent=to_consent(message.toestemming),
    )


def to_worker(medewerker: Medewerker) -> Worker:
    """Read the team's worker as the referrer's worker."""
    return Worker(name=medewerker.naam, phone=medewerker.telefoon, email=medewerker.email)


def to_consent(toestemming: Toestemming) -> Consent:
    """Read what the resident agreed to; when nothing was agreed, GIDSO's date and form say nothing either."""
    form = _optional_code("Toestemming.Wijze", CONSENT_FORMS, toestemming.wijze)
    if not toestemming.terugkoppeling:
        return Consent()
    return Consent(frozenset({ConsentScope.FEEDBACK_TO_REFERRER}), toestemming.datum, form)


def stopped_on(row: Mapping[str, object]) -> datetime:
    """Return the moment at which the team's own support ended; raises PartnerUnreadable."""
    return _moment(parse(Stopped, row).ondersteuning_gestopt_op)


def stamp(row: Mapping[str, object]) -> Stamp:
    """Return version and moment of change of a registration; raises PartnerUnreadable."""
    return parse(Stamp, row)


def is_removed(row: Mapping[str, object]) -> bool:
    """Return whether a row is a tombstone. Source: OData JSON Format 4.01, section 15.3."""
    return "@removed" in row


def parse(model: type[_M], row: Mapping[str, object]) -> _M:
    """Read a row as a message of the contract.

    Raises:
        PartnerUnreadable: names the first field that differs and the rule, never the value.
    """
    try:
        return model.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        path = _path(first["loc"])
        rule = f"{path} is not as GIDSO's contract says ({first['type']}); correct it there, then it is read again"
        raise PartnerUnreadable(path, rule) from None


def _path(location: tuple[int | str, ...]) -> str:
    # Where a field has two forms, Pydantic adds the form that it tried; GIDSO's own names start with a capital.
    own = takewhile(lambda part: isinstance(part, int) or part[:1].isupper(), location)
    return ".".join(str(part) for part in own)


def _moment(value: datetime | date) -> datetime:
    # Registrations from before the last migration have a date only; noon keeps it the same day everywhere.
    return value if isinstance(value, datetime) else datetime.combine(value, time(12), AMSTERDAM)


def _code(field: str, table: Mapping[str, _V], code: str) -> _V:
    if code not in table:
        raise UnknownCode(field, f"{field} holds a code that is not in the mapping; add it to the table first")
    return table[code]


def _optional_code(field: str, table: Mapping[str, _V], code: str | None) -> _V | None:
    return None if code is None else _code(field, table, code)


def _codes(field: str, table: Mapping[str, _V], codes: Iterable[str]) -> tuple[_V, ...]:
    return tuple(_code(field, table, code) for code in codes)
