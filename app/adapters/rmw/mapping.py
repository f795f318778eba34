"""RMW's registrations as commands, and messages as RMW's status lines: pure functions and complete tables.

Source: the code lists of ``openapi/partners/rmw.xsd``. A code that is not in a table is never guessed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.adapters.common.parsing import (
    checked_bsn,
    checked_names,
    meaning,
    meaning_if_given,
    meanings,
    noon_of,
    parse,
)
from app.adapters.rmw.remarks import remark
from app.adapters.rmw.requests import request_of
from app.adapters.rmw.schemas import (
    Aanmelding,
    Betrokkene,
    Klant,
    ListedRegistration,
    StatusUpdate,
    Toestemming,
)
from app.adapters.rmw.stuf import read_birth_day, read_day, read_moment
from app.domain.codes import (
    ConsentForm,
    ConsentScope,
    ContactCaution,
    ContactChannel,
    DebtSeverity,
    DisclosureOccasion,
    HelpOrganisationKind,
    IncomeSituation,
    LifeDomain,
    Threat,
    WithdrawalReason,
)
from app.domain.commands import Command, RegisterReferral, WithdrawReferral
from app.domain.errors import PartnerRefused
from app.domain.events import EventType
from app.domain.local_time import AMSTERDAM
from app.domain.ports import PartnerMessage
from app.domain.values import ClientDetails, Consent, HelpOrganisation, ReferralContents, Worker

MAPPING_VERSION: Final = "3"


class Kind(StrEnum):
    """The kinds of records that RMW's list consists of."""

    REFERRAL = "aanmelding"
    REACTION = "reactie"
    SIGNAL = "signaal"
    ARRIVAL = "doorverwijzing"


YES_NO: Final = MappingProxyType({"J": True, "N": False})
SEX: Final[Mapping[str, str | None]] = MappingProxyType({"M": "m", "V": "f", "O": None})
INCOME: Final = MappingProxyType(
    {
        "HI": IncomeSituation.HAS_INCOME,
        "IA": IncomeSituation.UNDER_WAY,
        "GI": IncomeSituation.NONE,
        "ON": IncomeSituation.UNKNOWN,
    }
)
DEBTS: Final = MappingProxyType({"LI": DebtSeverity.LIGHT, "ZW": DebtSeverity.HEAVY, "ON": DebtSeverity.UNKNOWN})
THREATS: Final = MappingProxyType(
    {"OT": Threat.EVICTION, "EN": Threat.ENERGY_CUT_OFF, "WA": Threat.WATER_CUT_OFF, "BE": Threat.SEIZURE}
)
CHANNELS: Final = MappingProxyType(
    {
        "TE": ContactChannel.PHONE,
        "SM": ContactChannel.MOBILE_MESSAGE,
        "EM": ContactChannel.EMAIL,
        "BR": ContactChannel.LETTER,
        "VM": ContactChannel.THROUGH_REFERRER,
    }
)
CAUTIONS: Final = MappingProxyType(
    {
        "KN": ContactCaution.DO_NOT_MENTION_CREDIT_BANK,
        "NB": ContactCaution.DO_NOT_CALL,
        "GP": ContactCaution.DO_NOT_WRITE,
        "NA": ContactCaution.NEVER_ALONE,
    }
)
LIFE_DOMAINS: Final = MappingProxyType(
    {
        "FI": LifeDomain.FINANCES,
        "HU": LifeDomain.HOUSING,
        "WO": LifeDomain.WORK,
        "LG": LifeDomain.HEALTH,
        "GG": LifeDomain.MENTAL_HEALTH,
        "GR": LifeDomain.FAMILY,
        "SN": LifeDomain.SOCIAL_NETWORK,
        "PJ": LifeDomain.JUSTICE,
    }
)
HELP_ORGANISATIONS: Final = MappingProxyType(
    {
        "WT": HelpOrganisationKind.NEIGHBOURHOOD_TEAM,
        "MW": HelpOrganisationKind.SOCIAL_WORK,
        "SR": HelpOrganisationKind.LEGAL_ADVICE,
        "WE": HelpOrganisationKind.WELFARE,
        "VR": HelpOrganisationKind.VOLUNTEERS,
        "BV": HelpOrganisationKind.PROTECTIVE_ADMINISTRATION,
        "WI": HelpOrganisationKind.WORK_AND_INCOME,
        "WO": HelpOrganisationKind.HOUSING_ASSOCIATION,
        "OP": HelpOrganisationKind.SHELTER,
        "JH": HelpOrganisationKind.YOUTH_SERVICES,
        "VW": HelpOrganisationKind.REFUGEE_SUPPORT,
        "RE": HelpOrganisationKind.PROBATION,
        "ZO": HelpOrganisationKind.CARE,
        "AN": HelpOrganisationKind.OTHER,
        "ON": HelpOrganisationKind.UNKNOWN,
    }
)
CONSENT_FORMS: Final = MappingProxyType(
    {"SC": ConsentForm.WRITTEN, "MO": ConsentForm.SPOKEN, "DI": ConsentForm.DIGITAL}
)

STATUS_OF_MOMENT: Final = MappingProxyType(
    {
        DisclosureOccasion.RECEIVED: "ON",
        DisclosureOccasion.CONFIRMED: "BE",
        DisclosureOccasion.INTAKE_PLANNED: "IP",
        DisclosureOccasion.APPOINTMENT_PROPOSED: "AV",
        DisclosureOccasion.MEETING_PLANNED: "MP",
        DisclosureOccasion.APPOINTMENT_DUE: "AM",
        DisclosureOccasion.INTAKE_ATTENDED: "VS",
        DisclosureOccasion.MISSED: "NV",
        DisclosureOccasion.CONTACT_LOST: "CV",
        DisclosureOccasion.INTAKE_RESULT: "IR",
        DisclosureOccasion.PLAN_SIGNED: "PO",
        DisclosureOccasion.OTHER_HELP: "AH",
        DisclosureOccasion.INFORMATION_REQUESTED: "GV",
        DisclosureOccasion.PROGRESS: "VG",
        DisclosureOccasion.COUNSELLOR_CHANGED: "TB",
        DisclosureOccasion.FIRST_RESULT: "ER",
        DisclosureOccasion.CHANGE: "WZ",
        DisclosureOccasion.CLOSED: "AG",
    }
)
"""RMW's status code of every feedback moment."""

STATUS_OF_EVENT: Final = MappingProxyType(
    {
        EventType.REFERRAL_REJECTED: "AF",
        EventType.REFERRAL_FORWARDED: "DV",
        EventType.REFERRAL_WITHDRAWN: "IN",
        EventType.INTAKE_CANCELLED: "IV",
        EventType.MEETING_CANCELLED: "MV",
        EventType.TRAJECTORY_STOPPED: "UV",
        EventType.CONTACT_RESTORED: "CH",
        EventType.INFORMATION_REQUEST_WITHDRAWN: "GI",
    }
)
"""Events for which RMW has a more precise status code than the one of their moment."""

ENDINGS: Final = frozenset(
    {
        EventType.REFERRAL_REJECTED,
        EventType.REFERRAL_FORWARDED,
        EventType.REFERRAL_WITHDRAWN,
        EventType.REFERRAL_CLOSED,
        EventType.TRAJECTORY_STOPPED,
        EventType.TRAJECTORY_CLOSED,
    }
)
"""Events that end a case; RMW's activity tab is closed after them."""


def to_commands(registration: ListedRegistration) -> tuple[Command, ...]:
    """Return the command that registers a referral, or that withdraws it when the registration lapsed (*vervallen*).

    Raises:
        UnknownCode: a code is not in the tables.
        PartnerUnreadable: a field is missing or breaks its form.
    """
    message = parse(Aanmelding, registration.contents, "RMW")
    if meaning(YES_NO, message.vervallen, "vervallen"):
        return withdrawal()
    return (
        RegisterReferral(
            organisation_code=message.teamcode,
            client=_client(message.klant),
            contents=_contents(message),
            reference=message.aanmeldnummer,
            received_at=_received_at(message, changed_at(registration)),
        ),
    )


def withdrawal() -> tuple[Command, ...]:
    """Return the command of a lapsed registration: it is withdrawn; RMW states no reason."""
    return (WithdrawReferral(WithdrawalReason.OTHER),)


def changed_at(registration: ListedRegistration) -> datetime:
    """Return when a consultant last changed the registration, in UTC.

    Raises:
        PartnerUnreadable: the StUF moment (jjjjmmdduummss, Dutch time) is missing, or is no moment.
    """
    return read_moment(registration.changed_at, "tijdstipMutatie")


def to_status_update(message: PartnerMessage) -> StatusUpdate:
    """Return the status line of an event.

    Raises:
        PartnerRefused: RMW has no registration for the case, or no status for the event.
    """
    if message.external_id is None:
        raise PartnerRefused("RMW makes registrations itself; without an aanmeldnummer there is nothing to update")
    return StatusUpdate(
        registration_number=message.external_id,
        status_code=_status_code(message),
        on=f"{message.occurred_at.astimezone(AMSTERDAM):%Y%m%d}",
        remark=remark(message.fields),
        reference=str(message.id),
        request=request_of(message),
    )


def _status_code(message: PartnerMessage) -> str:
    if message.moment is None:
        raise PartnerRefused("RMW has no status for an event outside the feedback moments; check the routing")
    return STATUS_OF_EVENT.get(message.event_type) or STATUS_OF_MOMENT[message.moment]


def _contents(message: Aanmelding) -> ReferralContents:
    assessment = message.bredeUitvraag
    return ReferralContents(
        area=message.gebied,
        worker=Worker(message.consulent.naam, message.consulent.telefoon, message.consulent.email),
        reason=message.aanleiding,
        motivation=message.motivatie,
        tried=message.eerderGeprobeerd,
        income_situation=meaning(INCOME, message.inkomen, "inkomen"),
        debt_severity=meaning(DEBTS, message.schulden, "schulden"),
        threats=meanings(THREATS, message.dreiging, "dreiging"),
        three_way_meeting=meaning(YES_NO, message.driegesprek, "driegesprek"),
        meeting_place=message.locatie,
        assessment_done_by=assessment.door,
        assessment_reference=assessment.kenmerk,
        life_domains=meanings(LIFE_DOMAINS, assessment.leefgebied, "bredeUitvraag.leefgebied"),
        other_organisations=tuple(map(_organisation, message.betrokken)),
        case_lead=message.regie,
        protective_administration=meaning(YES_NO, message.indBewind, "indBewind"),
        running_wsnp=meaning(YES_NO, message.indWsnp, "indWsnp"),
        wmo_indication=meaning(YES_NO, message.indWmo, "indWmo"),
        consent=_consent(message.toestemming),
    )


def _client(klant: Klant) -> ClientDetails:
    given_name, family_name = checked_names(klant.voornaam, klant.achternaam, "klant.achternaam")
    return ClientDetails(
        given_name=given_name,
        family_name=family_name,
        birth_date=read_birth_day(klant.geboortedatum, "klant.geboortedatum"),
        bsn=checked_bsn(klant.bsn, "klant.bsn"),
        sex=meaning_if_given(SEX, klant.geslacht, "klant.geslacht"),
        address=klant.adres,
        phone=klant.telefoon,
        email=klant.email,
        preferred_channel=meaning_if_given(CHANNELS, klant.voorkeurskanaal, "klant.voorkeurskanaal"),
        interpreter_language=klant.tolktaal,
        contact_cautions=meanings(CAUTIONS, klant.aandachtspunt, "klant.aandachtspunt"),
    )


def _organisation(betrokkene: Betrokkene) -> HelpOrganisation:
    return HelpOrganisation(meaning(HELP_ORGANISATIONS, betrokkene.soort, "betrokken.soort"), betrokkene.naam)


def _consent(toestemming: Toestemming | None) -> Consent:
    if toestemming is None:
        return Consent()
    form = meaning_if_given(CONSENT_FORMS, toestemming.wijze, "toestemming.wijze")
    stated = {
        ConsentScope.FEEDBACK_TO_REFERRER: meaning(YES_NO, toestemming.terugkoppeling, "toestemming.terugkoppeling"),
        ConsentScope.REFERRAL: meaning_if_given(YES_NO, toestemming.aanmelding, "toestemming.aanmelding"),
    }
    scopes = frozenset(scope for scope, agreed in stated.items() if agreed)
    if not scopes:
        return Consent()
    given_on = None if toestemming.datum is None else read_day(toestemming.datum, "toestemming.datum")
    return Consent(scopes, given_on, form=form)


def _received_at(message: Aanmelding, changed: datetime) -> datetime:
    # A date without a time means noon, but a referral is never received after it was last changed.
    day = read_day(message.datumAanmelding, "datumAanmelding")
    return min(noon_of(day).astimezone(UTC), changed)
