"""Code lists with the Dutch labels the city reports on.

Source: ``docs/explanation/domain.md`` (the city's evaluation of 2020, chapters 3, 5 and 6).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """A code with the Dutch label that people in the city use for it."""

    label: str
    _value_: str

    # Looking a code up by its value needs no label; every member is written with one.
    def __new__(cls, value: str, label: str = "") -> Self:
        """Make a member from its value and its label."""
        code = str.__new__(cls, value)
        code._value_ = value
        code.label = label
        return code


class System(Code):
    """The registration system in which an organisation works."""

    ALLEGRO = "allegro", "Allegro"
    GIDSO = "gidso", "GIDSO"
    RMW = "rmw", "RMW"
    API = "api", "Geen eigen systeem (API)"


class ReferrerKind(Code):
    """The kind of organisation that refers (*vindplaats*)."""

    VRAAGWIJZER = "vraagwijzer", "Vraagwijzer"
    WIJKTEAM = "wijkteam", "Wijkteam"
    JONGERENLOKET = "jongerenloket", "Jongerenloket"
    WERK_EN_INKOMEN = "werk_en_inkomen", "Werk & Inkomen"
    EXIT = "exit", "W&I Team ExIT"
    STATUSHOUDERS = "statushouders", "W&I Team Statushouders"
    DETENTIE_REINTEGRATIE = "detentie_reintegratie", "Team Detentie en Re-integratie"
    PRESTATIE010 = "prestatie010", "Prestatie010"
    WELZIJNSORGANISATIE = "welzijnsorganisatie", "Welzijnsorganisatie"
    FRONTLIJN = "frontlijn", "Frontlijn"
    SCHULDENRECHTER = "schuldenrechter", "Schuldenrechter"
    BEWINDVOERDER = "bewindvoerder", "Bewindvoerder"
    DEURWAARDER = "deurwaarder", "Deurwaarder"
    RECLASSERING = "reclassering", "Reclassering"
    ZORGINSTELLING = "zorginstelling", "Zorginstelling"
    WONINGBOUWVERENIGING = "woningbouwvereniging", "Woningbouwvereniging"
    OVERIG = "overig", "Overig"
    ONBEKEND = "onbekend", "Onbekend"


class OrganisationRole(Code):
    """What an organisation is in the process; decides which transitions it may make."""

    REFERRER = "referrer", "Verwijzer"
    FINANCE_TEAM = "finance_team", "Expertiseteam Financiën"
    CREDIT_BANK = "credit_bank", "Kredietbank"
    PARTNER_SYSTEM = "partner_system", "Registratiesysteem"
    OPERATOR = "operator", "Beheerder"


ROLE_OF_SYSTEM: Mapping[System, OrganisationRole] = {
    System.ALLEGRO: OrganisationRole.FINANCE_TEAM,
    System.GIDSO: OrganisationRole.REFERRER,
    System.RMW: OrganisationRole.REFERRER,
}
"""The registration systems that the hub reads and writes, and who speaks when they speak."""

PARTNERS = tuple(ROLE_OF_SYSTEM)
REFERRER_SYSTEMS = frozenset(system for system, role in ROLE_OF_SYSTEM.items() if role is OrganisationRole.REFERRER)
"""The referrers that register in these systems are notified by their system and know the hub's own ids."""


class ReferralStatus(Code):
    """The status of a referral."""

    RECEIVED = "received", "Ontvangen"
    CONFIRMED = "confirmed", "Bevestigd"
    SCHEDULED = "scheduled", "Intake gepland"
    ATTENDED = "attended", "Verschenen"
    MISSED = "missed", "Niet verschenen"
    APPOINTMENT_CANCELLED = "appointment_cancelled", "Afspraak vervallen"
    CONCLUDED = "concluded", "Intake afgerond"
    UNREACHABLE = "unreachable", "Niet bereikbaar"
    REJECTED = "rejected", "Afgewezen"
    FORWARDED = "forwarded", "Doorverwezen"
    WITHDRAWN = "withdrawn", "Ingetrokken"
    ENTERED_IN_ERROR = "entered_in_error", "Foutief ingevoerd"


class AppointmentKind(Code):
    """What an appointment is for (*soort afspraak*)."""

    INTAKE = "intake", "Intake"
    FOLLOW_UP = "follow_up", "Vervolggesprek"
    SERVICE_DECISION_MEETING = "service_decision_meeting", "Gesprek bepalen dienstverlening"


class AppointmentStatus(Code):
    """What became of an appointment."""

    PROPOSED = "proposed", "Voorgesteld"
    SCHEDULED = "scheduled", "Gepland"
    ATTENDED = "attended", "Verschenen"
    MISSED = "missed", "Niet verschenen"
    CANCELLED = "cancelled", "Vervallen"
    REPLACED = "replaced", "Verzet"
    LAPSED = "lapsed", "Voorstel verlopen"


class AppointmentResponse(Code):
    """The referrer's worker's answer to a proposed appointment or a three-way meeting."""

    NOT_ASKED = "not_asked", "Niet gevraagd"
    REQUESTED = "requested", "Gevraagd"
    ACCEPTED = "accepted", "Akkoord"
    OTHER_TIMES = "other_times", "Andere tijden voorgesteld"
    DECLINED = "declined", "Afgezegd door de medewerker"
    NOT_ANSWERED = "not_answered", "Geen antwoord"


class ParticipantRole(Code):
    """As what somebody takes part in an appointment (*rol van de deelnemer*)."""

    CLIENT = "client", "Klant"
    COUNSELLOR = "counsellor", "Trajectbegeleider"
    REFERRER_WORKER = "referrer_worker", "Medewerker van de verwijzer"
    CREDIT_BANK = "credit_bank", "Kredietbank"
    INTERPRETER = "interpreter", "Tolk"
    NETWORK = "network", "Naaste van de klant"
    OTHER = "other", "Anders"


class IntakeResult(Code):
    """What the intake led to (table 5.3 of the evaluation)."""

    ROUTE_TO_KBR = "route_to_kbr", "Toeleiding aanvraag KBR"
    PAYMENT_ARRANGEMENT = "payment_arrangement", "Betalingsregeling treffen"
    BUDGET_MANAGEMENT = "budget_management", "Budgetbeheer KBR"
    SOCIAL_LOAN = "social_loan", "Sociale lening KBR"
    NO_SUPPORT_WANTED = "no_support_wanted", "Wil geen ondersteuning"
    NOT_ELIGIBLE = "not_eligible", "Geen dienstverlening"
    UNKNOWN = "unknown", "Onbekend"

    @property
    def opens_trajectory(self) -> bool:
        """Return whether guidance follows on this result."""
        return self in _OPENING_RESULTS

    @property
    def leads_to_credit_bank(self) -> bool:
        """Return whether the service is one of the credit bank."""
        return self in _BANKS_INTAKE_RESULTS


_OPENING_RESULTS = frozenset(
    {
        IntakeResult.ROUTE_TO_KBR,
        IntakeResult.PAYMENT_ARRANGEMENT,
        IntakeResult.BUDGET_MANAGEMENT,
        IntakeResult.SOCIAL_LOAN,
    }
)
_BANKS_INTAKE_RESULTS = _OPENING_RESULTS - {IntakeResult.PAYMENT_ARRANGEMENT}


class TrajectoryStatus(Code):
    """The status of a trajectory."""

    PLANNING = "planning", "Plan opstellen"
    RUNNING = "running", "Loopt"
    PAUSED = "paused", "Gepauzeerd"
    DECIDED = "decided", "Besluit genomen"
    STOPPED = "stopped", "Uitgevallen"
    CLOSED = "closed", "Afgesloten"


class TrajectoryResult(Code):
    """What the trajectory led to (table 5.6 of the evaluation)."""

    KBR_APPLICATION = "kbr_application", "Aanvraag KBR"
    PAYMENT_ARRANGEMENT = "payment_arrangement", "Betalingsregeling getroffen"
    BUDGET_MANAGEMENT = "budget_management", "Budgetbeheer"
    SOCIAL_LOAN = "social_loan", "Sociale lening"
    NO_FURTHER_SUPPORT = "no_further_support", "Wil geen (verdere) ondersteuning"

    @property
    def leads_to_credit_bank(self) -> bool:
        """Return whether the service is one of the credit bank."""
        return self in _BANKS_RESULTS


_BANKS_RESULTS = frozenset(
    {TrajectoryResult.KBR_APPLICATION, TrajectoryResult.BUDGET_MANAGEMENT, TrajectoryResult.SOCIAL_LOAN}
)


class DropOutReason(Code):
    """The reason behind *Wil geen (verdere) ondersteuning*, which the evaluation misses."""

    REJECTS_CONDITIONS = "rejects_conditions", "Gaat niet akkoord met de voorwaarden"
    NOT_IN_TARGET_GROUP = "not_in_target_group", "Valt buiten de doelgroep"
    SOLVES_IT_ALONE = "solves_it_alone", "Lost het zelf op"
    HELPED_ELSEWHERE = "helped_elsewhere", "Elders geholpen"
    LOST_CONTACT = "lost_contact", "Contact verloren"
    OTHER = "other", "Anders"
    UNKNOWN = "unknown", "Onbekend"


class ClosureReason(Code):
    """Why a referral or trajectory was closed."""

    RESULT_REACHED = "result_reached", "Resultaat bereikt"
    NO_CONTACT = "no_contact", "Geen contact"
    NO_SUPPORT_WANTED = "no_support_wanted", "Wil geen ondersteuning"
    NOT_ELIGIBLE = "not_eligible", "Geen dienstverlening"
    WITHDRAWN_BY_REFERRER = "withdrawn_by_referrer", "Ingetrokken door verwijzer"
    MOVED_AWAY = "moved_away", "Verhuisd"
    DECEASED = "deceased", "Overleden"
    HANDED_OVER = "handed_over", "Overgedragen"
    DUPLICATE = "duplicate", "Dubbel"
    UNKNOWN = "unknown", "Onbekend"


class OutsideBody(Code):
    """A body outside the hub to which the finance team passes a referral on."""

    SOCIAL_ADVISERS = "social_advisers", "Sociaal raadslieden"
    LEGAL_DESK = "legal_desk", "Juridisch Loket"
    SOCIAL_WORK = "social_work", "Maatschappelijk werk"
    ADMINISTRATOR = "administrator", "Bewindvoerder"
    YOUTH_FUND = "youth_fund", "Jongeren Perspectief Fonds"
    ANOTHER_MUNICIPALITY = "another_municipality", "Andere gemeente"
    BUDGET_COURSE = "budget_course", "Gers met Geld"
    STATUTORY_RESTRUCTURING = "statutory_restructuring", "Wettelijke schuldsanering (WSNP)"
    OTHER = "other", "Anders"


class OnwardStatus(Code):
    """Where an onward referral is (*stand van een doorverwijzing*)."""

    MADE = "made", "Doorverwezen"
    ACCEPTED = "accepted", "Opgepakt"
    DECLINED = "declined", "Niet opgepakt"
    ENDED = "ended", "Afgerond"


class RejectionReason(Code):
    """Why the finance team does not take a referral on."""

    NOT_A_RESIDENT = "not_a_resident", "Woont niet in de gemeente"
    CRISIS = "crisis", "Crisis: direct naar de kredietbank"
    NO_INCOME = "no_income", "Geen inkomen en geen zicht daarop"
    PROTECTIVE_ADMINISTRATION = "protective_administration", "Bewindvoering: direct naar de kredietbank"
    RUNNING_WSNP = "running_wsnp", "Lopende WSNP"
    WMO_INDICATION = "wmo_indication", "Wmo-indicatie bekend"
    ALREADY_KNOWN = "already_known", "Al in traject"
    INCOMPLETE = "incomplete", "Gegevens ontbreken"
    NOT_ELIGIBLE = "not_eligible", "Geen dienstverlening"


class WithdrawalReason(Code):
    """Why the referrer takes a referral back."""

    CLIENT_CHANGED_MIND = "client_changed_mind", "Klant ziet ervan af"
    HELPED_ELSEWHERE = "helped_elsewhere", "Elders geholpen"
    SUPPORT_STOPPED = "support_stopped", "Eigen ondersteuning gestopt"
    DUPLICATE = "duplicate", "Dubbel"
    OTHER = "other", "Anders"


class CancellationReason(Code):
    """Why an appointment is cancelled before it takes place."""

    CLIENT_CANCELLED = "client_cancelled", "Afgezegd door klant"
    COUNSELLOR_CANCELLED = "counsellor_cancelled", "Afgezegd door trajectbegeleider"
    REFERRER_CANCELLED = "referrer_cancelled", "Afgezegd door verwijzer"


class KbrStatus(Code):
    """The status of an application to the credit bank (KBR; table 5.8 of the evaluation)."""

    SUBMITTED = "submitted", "Aanvraag ingediend"
    RECEIVED = "received", "Aanvraag ingenomen"
    IN_PROGRESS = "in_progress", "Aanvraag in behandeling"
    GRANTED = "granted", "Aanvraag toegekend"
    REJECTED = "rejected", "Aanvraag afgewezen"
    WITHDRAWN = "withdrawn", "Aanvraag ingetrokken"


class IncomeSituation(Code):
    """Whether the client has an income."""

    HAS_INCOME = "has_income", "Heeft inkomen"
    UNDER_WAY = "under_way", "Inkomen is aangevraagd"
    NONE = "none", "Geen inkomen"
    UNKNOWN = "unknown", "Onbekend"


class DebtSeverity(Code):
    """How heavy the debts are, as the referrer estimates."""

    LIGHT = "light", "Licht"
    HEAVY = "heavy", "Zwaar"
    UNKNOWN = "unknown", "Onbekend"


class Threat(Code):
    """A threatening situation."""

    EVICTION = "eviction", "Ontruiming"
    ENERGY_CUT_OFF = "energy_cut_off", "Afsluiting energie"
    WATER_CUT_OFF = "water_cut_off", "Afsluiting water"
    SEIZURE = "seizure", "Beslag"


class LifeDomain(Code):
    """A domain of life in which help may be needed (*leefgebied*)."""

    FINANCES = "finances", "Financiën"
    HOUSING = "housing", "Huisvesting"
    WORK = "work", "Werk en opleiding"
    HEALTH = "health", "Gezondheid"
    MENTAL_HEALTH = "mental_health", "Geestelijke gezondheid"
    FAMILY = "family", "Gezin en relaties"
    SOCIAL_NETWORK = "social_network", "Sociaal netwerk"
    JUSTICE = "justice", "Politie en justitie"


class ContactChannel(Code):
    """How the client prefers to be reached."""

    PHONE = "phone", "Telefoon"
    MOBILE_MESSAGE = "mobile_message", "Sms of WhatsApp"
    EMAIL = "email", "E-mail"
    LETTER = "letter", "Brief"
    THROUGH_REFERRER = "through_referrer", "Via de verwijzer"


class ContactAttemptKind(Code):
    """How the counsellor tried to reach the client (*contactpoging*)."""

    PHONE = "phone", "Telefoon"
    MOBILE_MESSAGE = "mobile_message", "Sms of WhatsApp"
    EMAIL = "email", "E-mail"
    LETTER = "letter", "Brief"
    VISIT = "visit", "Huisbezoek"


class ContactCaution(Code):
    """What to mind at first contact."""

    DO_NOT_MENTION_CREDIT_BANK = "do_not_mention_credit_bank", "Kredietbank niet noemen bij eerste contact"
    DO_NOT_CALL = "do_not_call", "Niet bellen"
    DO_NOT_WRITE = "do_not_write", "Geen post sturen"
    NEVER_ALONE = "never_alone", "Niet alleen op bezoek gaan"


class HelpOrganisationKind(Code):
    """The kind of an organisation that helps the client at the moment of the referral."""

    NEIGHBOURHOOD_TEAM = "neighbourhood_team", "Wijkteam"
    SOCIAL_WORK = "social_work", "Maatschappelijk werk"
    LEGAL_ADVICE = "legal_advice", "Sociaal raadslieden of juridisch loket"
    WELFARE = "welfare", "Welzijnsorganisatie"
    VOLUNTEERS = "volunteers", "Vrijwilligers thuisadministratie"
    PROTECTIVE_ADMINISTRATION = "protective_administration", "Bewindvoerder"
    WORK_AND_INCOME = "work_and_income", "Werk & Inkomen"
    HOUSING_ASSOCIATION = "housing_association", "Woningbouwvereniging"
    SHELTER = "shelter", "Opvang of begeleid wonen"
    YOUTH_SERVICES = "youth_services", "Jeugdhulp"
    REFUGEE_SUPPORT = "refugee_support", "Vluchtelingenwerk"
    PROBATION = "probation", "Reclassering"
    CARE = "care", "Zorginstelling"
    OTHER = "other", "Anders"
    UNKNOWN = "unknown", "Onbekend"


class PartyRole(Code):
    """What an organisation does in a trajectory."""

    REFERRER = "referrer", "Verwijzer"
    COUNSELLOR = "counsellor", "Trajectbegeleider"
    CASE_LEAD = "case_lead", "Casusregisseur"
    CREDIT_BANK = "credit_bank", "Kredietbank"
    SUPPORT = "support", "Ondersteuning"


class ConsentScope(Code):
    """What the client may agree to."""

    FEEDBACK_TO_REFERRER = "feedback_to_referrer", "Terugkoppeling aan de verwijzer"
    REFERRAL = "referral", "Aanmelding bij het expertiseteam"


class ConsentForm(Code):
    """How the client agreed."""

    WRITTEN = "written", "Schriftelijk"
    SPOKEN = "spoken", "Mondeling"
    DIGITAL = "digital", "Digitaal"


class SignalKind(Code):
    """What the referrer tells the counsellor on the way."""

    SUPPORT_STOPPED = "support_stopped", "Ondersteuning door verwijzer gestopt"
    CONTACT_DETAILS_CHANGED = "contact_details_changed", "Contactgegevens gewijzigd"
    WORKER_CHANGED = "worker_changed", "Andere contactpersoon"
    CONTACT_RESTORED = "contact_restored", "Contact hersteld"
    CONTACT_NOT_RESTORED = "contact_not_restored", "Contact herstellen is niet gelukt"
    THREAT_OF_EVICTION = "threat_of_eviction", "Dreigende ontruiming"
    THREAT_OF_SEIZURE = "threat_of_seizure", "Dreigend beslag"
    THREAT_OF_CUT_OFF = "threat_of_cut_off", "Dreigende afsluiting van energie of water"
    INCOME_LOST = "income_lost", "Inkomen weggevallen"
    PAYMENTS_FAILING = "payments_failing", "Betalingen lopen niet goed"


class BankSignalKind(Code):
    """What the credit bank tells the counsellor on the way (*signaal van de kredietbank*)."""

    PAYMENTS_FAILING = "payments_failing", "Betalingen lopen niet goed"
    CONTACT_LOST = "contact_lost", "Contact met de klant verloren"
    INCOME_LOST = "income_lost", "Inkomen weggevallen"
    RE_EXAMINATION = "re_examination", "Heronderzoek"
    SETTLEMENT_ENDING = "settlement_ending", "Schuldregeling loopt bijna af"


class InformationTopic(Code):
    """What a counsellor asks the referrer about (*onderwerp van de vraag*)."""

    INCOME_DOCUMENTS = "income_documents", "Stukken over het inkomen"
    DEBTS_OVERVIEW = "debts_overview", "Overzicht van de schulden"
    CONTACT_DETAILS = "contact_details", "Contactgegevens van de klant"
    IDENTITY = "identity", "Persoonsgegevens of identiteitsbewijs"
    CONSENT = "consent", "Toestemming van de klant"
    HOUSING = "housing", "Woonsituatie"
    HOUSEHOLD = "household", "Gezinssituatie"
    OTHER_HELP = "other_help", "Andere hulp die de klant krijgt"
    OTHER = "other", "Anders"


class InformationRequestStatus(Code):
    """Where a counsellor's question to the referrer is (*stand van de vraag*)."""

    OPEN = "open", "Open"
    ANSWERED = "answered", "Beantwoord"
    WITHDRAWN = "withdrawn", "Ingetrokken"


class RoutingAdvice(Code):
    """Advice at the moment of referral; never a refusal (domain.md section 4)."""

    CRISIS_TO_CREDIT_BANK = "crisis_to_credit_bank", "Crisis: direct naar de kredietbank"
    INCOME_SUPPORT_FIRST = "income_support_first", "Eerst inkomensondersteuning"
    NEIGHBOURHOOD_TEAM = "neighbourhood_team", "Meerdere leefgebieden: wijkteam erbij"
    NEIGHBOURHOOD_TEAM_REFERS = (
        "neighbourhood_team_refers",
        "Meerdere leefgebieden: naar het wijkteam, dat zelf aanmeldt",
    )
    ASSESSMENT_MISSING = "assessment_missing", "Geen brede uitvraag: vraag die aan bij de Vraagwijzer"
    ADMINISTRATION_TO_CREDIT_BANK = "administration_to_credit_bank", "Bewindvoering: direct naar de kredietbank"
    WSNP_NO_REFERRAL_NEEDED = "wsnp_no_referral_needed", "Lopende WSNP: geen aanmelding nodig"
    NOT_A_RESIDENT = "not_a_resident", "Woont niet in de gemeente"
    WMO_NOT_TO_FINANCE_TEAM = "wmo_not_to_finance_team", "Wmo-indicatie: niet naar het expertiseteam"
    ALREADY_OPEN = "already_open", "Al een open aanmelding of traject"


class CaseLead(Code):
    """Who directs the case across all domains of life (*casusregie*)."""

    COUNSELLOR = "counsellor", "De trajectbegeleider"
    ANOTHER = "another", "Een andere casusregisseur"


class RequestedAction(Code):
    """What the referrer is asked to do."""

    RESTORE_CONTACT = "restore_contact", "Contact met de klant herstellen"


class ProgressState(Code):
    """Where a case is between the first talk of the intake and its end (*stand*)."""

    INTAKE = "intake", "Intake loopt"
    PLANNING = "planning", "Plan wordt opgesteld"
    RUNNING = "running", "Traject loopt"
    PAUSED = "paused", "Traject is gepauzeerd"
    CONTACT_LOST = "contact_lost", "Contact met de klant is verloren"
    DECIDED = "decided", "Besluit is genomen"


class NextStep(Code):
    """What comes next in a case (*volgende stap*)."""

    INTAKE_RESULT = "intake_result", "Intake afronden"
    PLAN = "plan", "Plan ondertekenen"
    DECISION = "decision", "Besluit over de dienstverlening"
    RESUMPTION = "resumption", "Traject hervatten"
    CONTACT = "contact", "Contact herstellen"
    SERVICE = "service", "Dienstverlening uitvoeren"


class ExtensionReason(Code):
    """Why the counsellor extends a term."""

    AWAITING_DOCUMENTS = "awaiting_documents", "Stukken ontbreken nog"
    AWAITING_THIRD_PARTY = "awaiting_third_party", "Wacht op een andere partij"
    CLIENT_ABSENT = "client_absent", "Klant is tijdelijk afwezig"
    CAPACITY = "capacity", "Geen plaats binnen de termijn"
    OTHER = "other", "Anders"


class ClockState(Code):
    """Where a term is in a case (*stand van de termijn*)."""

    RUNNING = "running", "Loopt"
    PAUSED = "paused", "Staat stil"
    MET = "met", "Gehaald of vervallen"
    APPROACHING = "approaching", "Nadert"
    BREACHED = "breached", "Verstreken"


class AwaitedStep(Code):
    """What a case waits for: of the referrer, or of the counsellor (*wie is aan zet*)."""

    CONFIRMATION = "confirmation", "Aanmelding bevestigen of afwijzen"
    WITHDRAWAL_ANSWER = "withdrawal_answer", "Verzoek tot intrekking beantwoorden"
    APPOINTMENT = "appointment", "Intake plannen"
    OTHER_TIME = "other_time", "Andere tijd voor de afspraak kiezen"
    ATTENDANCE = "attendance", "Vastleggen of de klant verscheen"
    INTAKE_RESULT = "intake_result", "Resultaat van de intake vastleggen"
    PLAN = "plan", "Plan laten ondertekenen"
    DECISION = "decision", "Besluiten over de dienstverlening"
    SERVICE = "service", "Dienstverlening uitvoeren of afsluiten"
    CONTACT = "contact", "Contact herstellen"
    INFORMATION = "information", "Gegevens aanleveren"
    APPOINTMENT_ANSWER = "appointment_answer", "Voorstel voor een afspraak beantwoorden"


class DisclosureOccasion(Code):
    """When data is disclosed: at a feedback moment (*terugkoppelmoment*), on request, or to be handled."""

    RECEIVED = "received", "Aanmelding ontvangen"
    CONFIRMED = "confirmed", "Aanmelding verwerkt"
    INTAKE_PLANNED = "intake_planned", "Intake gepland"
    APPOINTMENT_PROPOSED = "appointment_proposed", "Afspraak voorgesteld"
    MEETING_PLANNED = "meeting_planned", "Vervolgafspraak gepland"
    APPOINTMENT_DUE = "appointment_due", "Afspraak op de volgende dag"
    INTAKE_ATTENDED = "intake_attended", "Verschenen op de intake"
    MISSED = "missed", "Niet verschenen"
    CONTACT_LOST = "contact_lost", "Contact verloren of hersteld"
    INTAKE_RESULT = "intake_result", "Resultaat van de intake"
    PLAN_SIGNED = "plan_signed", "Plan ondertekend"
    OTHER_HELP = "other_help", "Andere hulp nodig"
    INFORMATION_REQUESTED = "information_requested", "Gegevens gevraagd"
    PROGRESS = "progress", "Voortgang"
    COUNSELLOR_CHANGED = "counsellor_changed", "Andere trajectbegeleider"
    FIRST_RESULT = "first_result", "Eerste resultaat of start dienstverlening"
    CHANGE = "change", "Belangrijke verandering"
    CLOSED = "closed", "Uitval of afsluiting"
    ARRIVED = "arrived", "Binnengekomen doorverwijzing"
    READING = "reading", "Inzage"
    HANDLING = "handling", "Ter behandeling"


FEEDBACK_MOMENTS: tuple[DisclosureOccasion, ...] = tuple(
    each
    for each in DisclosureOccasion
    if each not in {DisclosureOccasion.ARRIVED, DisclosureOccasion.READING, DisclosureOccasion.HANDLING}
)
"""The feedback moments: the rows of the feedback agreements (domain.md section 7)."""
