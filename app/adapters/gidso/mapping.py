"""GIDSO's rows as commands: pure functions and complete tables.

Source of the codes: ``openapi/partners/gidso.yaml``. A code that is not in a table is never guessed: the record goes to
quarantine until the table has a line for it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from app.adapters.common.parsing import checked_bsn, checked_names, meaning, meaning_if_given, meanings, noon_of, parse
from app.adapters.gidso.arrivals import to_arrival_commands
from app.adapters.gidso.schemas import Aanmelding, Betrokkene, Burger, Medewerker, Stamp, Stopped, Toestemming
from app.domain.codes import (
    ConsentForm,
    ConsentScope,
    ContactCaution,
    ContactChannel,
    DebtSeverity,
    HelpOrganisationKind,
    IncomeSituation,
    LifeDomain,
    ReferrerKind,
    SignalKind,
    Threat,
    WithdrawalReason,
)
from app.domain.commands import Command, GiveSignal, RegisterReferral, WithdrawReferral
from app.domain.values import ClientDetails, Consent, HelpOrganisation, ReferralContents, Worker

MAPPING_VERSION = "3"


class Kind(StrEnum):
    """The kinds of record in a row of GIDSO."""

    REFERRAL = "aanmelding"
    SUPPORT_STOPPED = "ondersteuning-gestopt"
    REACTION = "reactie"
    SIGNAL = "signaal"
    ARRIVAL = "doorverwijzing"


TEAM_KINDS: Mapping[str, ReferrerKind] = {
    "Vraagwijzer": ReferrerKind.VRAAGWIJZER,
    "Wijkteam": ReferrerKind.WIJKTEAM,
    "Jongerenloket": ReferrerKind.JONGERENLOKET,
}
"""The kinds of team with which feedback is agreed; another kind needs an agreement first."""

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
HELP_ORGANISATIONS: Mapping[str, HelpOrganisationKind] = {
    "Wijkteam": HelpOrganisationKind.NEIGHBOURHOOD_TEAM,
    "MaatschappelijkWerk": HelpOrganisationKind.SOCIAL_WORK,
    "SociaalRaadslieden": HelpOrganisationKind.LEGAL_ADVICE,
    "Welzijn": HelpOrganisationKind.WELFARE,
    "Vrijwilligers": HelpOrganisationKind.VOLUNTEERS,
    "Bewindvoerder": HelpOrganisationKind.PROTECTIVE_ADMINISTRATION,
    "WerkEnInkomen": HelpOrganisationKind.WORK_AND_INCOME,
    "Woningbouwvereniging": HelpOrganisationKind.HOUSING_ASSOCIATION,
    "Opvang": HelpOrganisationKind.SHELTER,
    "Jeugdhulp": HelpOrganisationKind.YOUTH_SERVICES,
    "Vluchtelingenwerk": HelpOrganisationKind.REFUGEE_SUPPORT,
    "Reclassering": HelpOrganisationKind.PROBATION,
    "Zorginstelling": HelpOrganisationKind.CARE,
    "Anders": HelpOrganisationKind.OTHER,
    "Onbekend": HelpOrganisationKind.UNKNOWN,
}
CONSENT_FORMS: Mapping[str, ConsentForm] = {each.label: each for each in ConsentForm}

_PARTNER = "GIDSO"


def to_commands(kind: Kind, row: Mapping[str, object]) -> tuple[Command, ...]:
    """Return the commands of a row, for one kind of record.

    Raises:
        UnknownCode: a code is not in the tables above.
        PartnerUnreadable: a field is absent or has another form than the contract says.
    """
    if kind is Kind.ARRIVAL:
        return to_arrival_commands(row)
    if kind is Kind.SUPPORT_STOPPED:
        return (GiveSignal(SignalKind.SUPPORT_STOPPED),)
    if is_removed(row):
        return (WithdrawReferral(WithdrawalReason.OTHER),)
    return (to_referral(parse(Aanmelding, row, _PARTNER)),)


def to_referral(message: Aanmelding) -> RegisterReferral:
    """Return the command that registers a referral; raise as ``to_commands`` does."""
    meaning(TEAM_KINDS, message.teamsoort, "Teamsoort")
    return RegisterReferral(
        organisation_code=message.teamcode,
        client=to_client(message.burger),
        contents=to_contents(message),
        reference=message.aanmelding_id,
        received_at=_moment(message.aangemeld_op),
    )


def to_client(burger: Burger) -> ClientDetails:
    """Return the client; raise as ``to_commands`` does."""
    given_name, family_name = checked_names(burger.voornaam, burger.achternaam, "Burger.Achternaam")
    return ClientDetails(
        given_name=given_name,
        family_name=family_name,
        birth_date=burger.geboortedatum,
        bsn=checked_bsn(burger.bsn, "Burger.Bsn"),
        sex=meaning_if_given(SEXES, burger.geslacht, "Burger.Geslacht"),
        address=burger.adres,
        phone=burger.telefoon,
        email=burger.email,
        preferred_channel=meaning_if_given(CHANNELS, burger.voorkeurskanaal, "Burger.Voorkeurskanaal"),
        interpreter_language=burger.tolktaal,
        contact_cautions=meanings(CAUTIONS, burger.aandachtspunten, "Burger.Aandachtspunten"),
    )


def to_contents(message: Aanmelding) -> ReferralContents:
    """Return the contents of the referral; raise as ``to_commands`` does."""
    assessment = message.brede_uitvraag
    domains = assessment.leefgebieden if assessment else []
    return ReferralContents(
        area=message.gebied,
        worker=to_worker(message.medewerker),
        reason=message.aanleiding,
        motivation=message.motivatie,
        tried=message.eerder_geprobeerd,
        income_situation=meaning(INCOMES, message.inkomen, "Inkomen"),
        debt_severity=meaning(DEBTS, message.schulden, "Schulden"),
        threats=meanings(THREATS, message.dreigingen, "Dreigingen"),
        three_way_meeting=message.driegesprek.gewenst,
        meeting_place=message.driegesprek.locatie,
        assessment_done_by=assessment.door if assessment else None,
        assessment_reference=assessment.kenmerk if assessment else None,
        life_domains=meanings(LIFE_DOMAINS, domains, "BredeUitvraag.Leefgebieden"),
        other_organisations=tuple(map(to_organisation, message.betrokken)),
        case_lead=message.casusregisseur,
        protective_administration=message.bewind,
        running_wsnp=message.wsnp,
        wmo_indication=message.wmo,
        lives_in_municipality=message.woont_in_gemeente,
        consent=to_consent(message.toestemming),
    )


def to_organisation(betrokkene: Betrokkene) -> HelpOrganisation:
    """Return an organisation that helps the client; raise as ``to_commands`` does."""
    return HelpOrganisation(meaning(HELP_ORGANISATIONS, betrokkene.soort, "Betrokken.Soort"), betrokkene.naam)


def to_worker(medewerker: Medewerker) -> Worker:
    """Return the referrer's worker."""
    return Worker(name=medewerker.naam, phone=medewerker.telefoon, email=medewerker.email)


def to_consent(toestemming: Toestemming) -> Consent:
    """Return the consent of the resident; without consent, GIDSO's date and form have no meaning."""
    form = meaning_if_given(CONSENT_FORMS, toestemming.wijze, "Toestemming.Wijze")
    stated = {
        ConsentScope.FEEDBACK_TO_REFERRER: toestemming.terugkoppeling,
        ConsentScope.REFERRAL: toestemming.aanmelding,
    }
    scopes = frozenset(scope for scope, agreed in stated.items() if agreed)
    return Consent(scopes, toestemming.datum, form=form) if scopes else Consent()


def stopped_on(row: Mapping[str, object]) -> datetime:
    """Return when the team's own support ended; raise PartnerUnreadable."""
    return _moment(parse(Stopped, row, _PARTNER).ondersteuning_gestopt_op)


def stamp(row: Mapping[str, object]) -> Stamp:
    """Return version and moment of change of a registration; raise PartnerUnreadable."""
    return parse(Stamp, row, _PARTNER)


def is_removed(row: Mapping[str, object]) -> bool:
    """Return whether a row is a tombstone. Source: OData JSON Format 4.01, section 15.3."""
    return "@removed" in row


def _moment(value: datetime | date) -> datetime:
    # Registrations from before GIDSO's last migration have a date only.
    return value if isinstance(value, datetime) else noon_of(value)
