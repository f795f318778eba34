"""Allegro's code lists, by the hub's codes.

The simulator does not share these lists with the adapter on purpose; a test compares both with
``openapi/partners/allegro.yaml``.
"""

from collections.abc import Mapping
from typing import TypedDict

from app.domain.codes import (
    BankSignalKind,
    CancellationReason,
    ClosureReason,
    ContactAttemptKind,
    DropOutReason,
    ExtensionReason,
    InformationTopic,
    IntakeResult,
    KbrStatus,
    OutsideBody,
    RejectionReason,
    TrajectoryResult,
)

_NumberAndLabel = tuple[int, str]


class AllegroCode(TypedDict):
    """A value of one of Allegro's code lists (*codewaarde*): a number and a label."""

    code: int
    omschrijving: str


INTAKE_RESULTS: Mapping[IntakeResult, _NumberAndLabel] = {
    IntakeResult.PAYMENT_ARRANGEMENT: (1, "Betalingsregeling treffen"),
    IntakeResult.BUDGET_MANAGEMENT: (2, "Budgetbeheer KBR"),
    IntakeResult.ROUTE_TO_KBR: (3, "Toeleiding aanvraag KBR"),
    IntakeResult.SOCIAL_LOAN: (4, "Sociale lening KBR"),
    IntakeResult.NO_SUPPORT_WANTED: (5, "Wil geen ondersteuning"),
    IntakeResult.NOT_ELIGIBLE: (6, "Geen dienstverlening"),
    IntakeResult.UNKNOWN: (9, "Onbekend"),
}

TRAJECTORY_RESULTS: Mapping[TrajectoryResult, _NumberAndLabel] = {
    TrajectoryResult.KBR_APPLICATION: (10, "Aanvraag KBR"),
    TrajectoryResult.PAYMENT_ARRANGEMENT: (20, "Betalingsregeling getroffen"),
    TrajectoryResult.BUDGET_MANAGEMENT: (30, "Budgetbeheer"),
    TrajectoryResult.SOCIAL_LOAN: (40, "Sociale lening"),
    TrajectoryResult.NO_FURTHER_SUPPORT: (50, "Wil geen (verdere) ondersteuning"),
}

DROP_OUT_REASONS: Mapping[DropOutReason, _NumberAndLabel] = {
    DropOutReason.REJECTS_CONDITIONS: (51, "Gaat niet akkoord met de voorwaarden"),
    DropOutReason.NOT_IN_TARGET_GROUP: (52, "Valt buiten de doelgroep"),
    DropOutReason.SOLVES_IT_ALONE: (53, "Lost het zelf op"),
    DropOutReason.HELPED_ELSEWHERE: (54, "Elders geholpen"),
    DropOutReason.LOST_CONTACT: (55, "Contact verloren"),
    DropOutReason.OTHER: (58, "Anders"),
    DropOutReason.UNKNOWN: (59, "Onbekend"),
}

KBR_STATUSES: Mapping[KbrStatus, _NumberAndLabel] = {
    KbrStatus.SUBMITTED: (100, "Aanvraag ingediend"),
    KbrStatus.RECEIVED: (110, "Aanvraag ingenomen"),
    KbrStatus.IN_PROGRESS: (120, "Aanvraag in behandeling"),
    KbrStatus.GRANTED: (130, "Aanvraag toegekend"),
    KbrStatus.REJECTED: (140, "Aanvraag afgewezen"),
    KbrStatus.WITHDRAWN: (150, "Aanvraag ingetrokken"),
}

REJECTION_REASONS: Mapping[RejectionReason, _NumberAndLabel] = {
    RejectionReason.NOT_A_RESIDENT: (201, "Woont niet in de gemeente"),
    RejectionReason.CRISIS: (202, "Crisis: direct naar de kredietbank"),
    RejectionReason.NO_INCOME: (203, "Geen inkomen en geen zicht daarop"),
    RejectionReason.PROTECTIVE_ADMINISTRATION: (204, "Bewindvoering: direct naar de kredietbank"),
    RejectionReason.RUNNING_WSNP: (205, "Lopende WSNP"),
    RejectionReason.WMO_INDICATION: (206, "Wmo-indicatie bekend"),
    RejectionReason.ALREADY_KNOWN: (207, "Al in traject"),
    RejectionReason.INCOMPLETE: (208, "Gegevens ontbreken"),
    RejectionReason.NOT_ELIGIBLE: (209, "Geen dienstverlening"),
}

CLOSURE_REASONS: Mapping[ClosureReason, _NumberAndLabel] = {
    ClosureReason.RESULT_REACHED: (301, "Resultaat bereikt"),
    ClosureReason.NO_CONTACT: (302, "Geen contact"),
    ClosureReason.NO_SUPPORT_WANTED: (303, "Wil geen ondersteuning"),
    ClosureReason.NOT_ELIGIBLE: (304, "Geen dienstverlening"),
    ClosureReason.WITHDRAWN_BY_REFERRER: (305, "Ingetrokken door verwijzer"),
    ClosureReason.MOVED_AWAY: (306, "Verhuisd"),
    ClosureReason.DECEASED: (307, "Overleden"),
    ClosureReason.HANDED_OVER: (308, "Overgedragen"),
    ClosureReason.DUPLICATE: (309, "Dubbel"),
    ClosureReason.UNKNOWN: (399, "Onbekend"),
}

CANCELLATION_REASONS: Mapping[CancellationReason, _NumberAndLabel] = {
    CancellationReason.CLIENT_CANCELLED: (401, "Afgezegd door klant"),
    CancellationReason.COUNSELLOR_CANCELLED: (402, "Afgezegd door trajectbegeleider"),
    CancellationReason.REFERRER_CANCELLED: (403, "Afgezegd door verwijzer"),
}

EXTENSION_REASONS: Mapping[ExtensionReason, _NumberAndLabel] = {
    ExtensionReason.AWAITING_DOCUMENTS: (601, "Stukken ontbreken nog"),
    ExtensionReason.AWAITING_THIRD_PARTY: (602, "Wacht op een andere partij"),
    ExtensionReason.CLIENT_ABSENT: (603, "Klant is tijdelijk afwezig"),
    ExtensionReason.CAPACITY: (604, "Geen plaats binnen de termijn"),
    ExtensionReason.OTHER: (699, "Anders"),
}

CONTACT_ATTEMPTS: Mapping[ContactAttemptKind, _NumberAndLabel] = {
    ContactAttemptKind.PHONE: (901, "Telefoon"),
    ContactAttemptKind.MOBILE_MESSAGE: (902, "Sms of WhatsApp"),
    ContactAttemptKind.EMAIL: (903, "E-mail"),
    ContactAttemptKind.LETTER: (904, "Brief"),
    ContactAttemptKind.VISIT: (905, "Huisbezoek"),
}

INFORMATION_TOPICS: Mapping[InformationTopic, _NumberAndLabel] = {
    InformationTopic.INCOME_DOCUMENTS: (701, "Stukken over het inkomen"),
    InformationTopic.DEBTS_OVERVIEW: (702, "Overzicht van de schulden"),
    InformationTopic.CONTACT_DETAILS: (703, "Contactgegevens van de klant"),
    InformationTopic.IDENTITY: (704, "Persoonsgegevens of identiteitsbewijs"),
    InformationTopic.CONSENT: (705, "Toestemming van de klant"),
    InformationTopic.HOUSING: (706, "Woonsituatie"),
    InformationTopic.HOUSEHOLD: (707, "Gezinssituatie"),
    InformationTopic.OTHER_HELP: (708, "Andere hulp die de klant krijgt"),
    InformationTopic.OTHER: (799, "Anders"),
}

BANK_SIGNALS: Mapping[BankSignalKind, _NumberAndLabel] = {
    BankSignalKind.PAYMENTS_FAILING: (801, "Betalingen lopen niet goed"),
    BankSignalKind.CONTACT_LOST: (802, "Contact met de klant verloren"),
    BankSignalKind.INCOME_LOST: (803, "Inkomen weggevallen"),
    BankSignalKind.RE_EXAMINATION: (804, "Heronderzoek"),
    BankSignalKind.SETTLEMENT_ENDING: (805, "Schuldregeling loopt bijna af"),
}

OUTSIDE_BODIES: Mapping[OutsideBody, _NumberAndLabel] = {
    OutsideBody.SOCIAL_ADVISERS: (501, "Sociaal raadslieden"),
    OutsideBody.LEGAL_DESK: (502, "Juridisch Loket"),
    OutsideBody.SOCIAL_WORK: (503, "Maatschappelijk werk"),
    OutsideBody.ADMINISTRATOR: (504, "Bewindvoerder"),
    OutsideBody.YOUTH_FUND: (505, "Jongeren Perspectief Fonds"),
    OutsideBody.ANOTHER_MUNICIPALITY: (506, "Andere gemeente"),
    OutsideBody.BUDGET_COURSE: (507, "Gers met Geld"),
    OutsideBody.STATUTORY_RESTRUCTURING: (508, "Wettelijke schuldsanering (WSNP)"),
    OutsideBody.OTHER: (599, "Anders"),
}

ONWARD_STATUSES = ("Doorverwezen", "Opgepakt", "Niet opgepakt", "Afgerond")

APPOINTMENT_KINDS = ("Intake", "Vervolggesprek", "Gesprek bepalen dienstverlening")

PARTICIPANT_ROLES = ("Medewerker van de verwijzer", "Kredietbank", "Tolk", "Naaste van de klant", "Anders")

LIFE_DOMAINS = (
    "Financiën",
    "Huisvesting",
    "Werk en opleiding",
    "Gezondheid",
    "Geestelijke gezondheid",
    "Gezin en relaties",
    "Sociaal netwerk",
    "Politie en justitie",
)


def intake_result_code(result: IntakeResult) -> AllegroCode:
    """Return Allegro's value for an intake result (*intakeresultaat*)."""
    return _value(INTAKE_RESULTS[result])


def trajectory_result_code(result: TrajectoryResult) -> AllegroCode:
    """Return Allegro's value for a trajectory result (*trajectresultaat*)."""
    return _value(TRAJECTORY_RESULTS[result])


def kbr_status_code(status: KbrStatus) -> AllegroCode:
    """Return Allegro's value for the status of an application (*KBR-aanvraag*)."""
    return _value(KBR_STATUSES[status])


def yes_no(answer: bool) -> str:
    """Return Allegro's ``J`` (*ja*) or ``N`` (*nee*)."""
    return "J" if answer else "N"


def _value(row: _NumberAndLabel) -> AllegroCode:
    code, label = row
    return {"code": code, "omschrijving": label}
