"""Allegro's code lists, and what each code means; a code that is in no table is never guessed.

Source: the code lists of ``openapi/partners/allegro.yaml``.
"""

from collections.abc import Mapping

from app.domain.codes import (
    AppointmentKind,
    BankSignalKind,
    CancellationReason,
    ClosureReason,
    ContactAttemptKind,
    DropOutReason,
    ExtensionReason,
    InformationTopic,
    IntakeResult,
    KbrStatus,
    LifeDomain,
    OnwardStatus,
    OutsideBody,
    ParticipantRole,
    RejectionReason,
    TrajectoryResult,
)

INTAKE_RESULTS: Mapping[tuple[int, str], IntakeResult] = {
    (1, "Betalingsregeling treffen"): IntakeResult.PAYMENT_ARRANGEMENT,
    (2, "Budgetbeheer KBR"): IntakeResult.BUDGET_MANAGEMENT,
    (3, "Toeleiding aanvraag KBR"): IntakeResult.ROUTE_TO_KBR,
    (4, "Sociale lening KBR"): IntakeResult.SOCIAL_LOAN,
    (5, "Wil geen ondersteuning"): IntakeResult.NO_SUPPORT_WANTED,
    (6, "Geen dienstverlening"): IntakeResult.NOT_ELIGIBLE,
    (9, "Onbekend"): IntakeResult.UNKNOWN,
}

TRAJECTORY_RESULTS: Mapping[tuple[int, str], TrajectoryResult] = {
    (10, "Aanvraag KBR"): TrajectoryResult.KBR_APPLICATION,
    (20, "Betalingsregeling getroffen"): TrajectoryResult.PAYMENT_ARRANGEMENT,
    (30, "Budgetbeheer"): TrajectoryResult.BUDGET_MANAGEMENT,
    (40, "Sociale lening"): TrajectoryResult.SOCIAL_LOAN,
    (50, "Wil geen (verdere) ondersteuning"): TrajectoryResult.NO_FURTHER_SUPPORT,
}

DROP_OUT_REASONS: Mapping[tuple[int, str], DropOutReason] = {
    (51, "Gaat niet akkoord met de voorwaarden"): DropOutReason.REJECTS_CONDITIONS,
    (52, "Valt buiten de doelgroep"): DropOutReason.NOT_IN_TARGET_GROUP,
    (53, "Lost het zelf op"): DropOutReason.SOLVES_IT_ALONE,
    (54, "Elders geholpen"): DropOutReason.HELPED_ELSEWHERE,
    (55, "Contact verloren"): DropOutReason.LOST_CONTACT,
    (58, "Anders"): DropOutReason.OTHER,
    (59, "Onbekend"): DropOutReason.UNKNOWN,
}

KBR_STATUSES: Mapping[tuple[int, str], KbrStatus] = {
    (100, "Aanvraag ingediend"): KbrStatus.SUBMITTED,
    (110, "Aanvraag ingenomen"): KbrStatus.RECEIVED,
    (120, "Aanvraag in behandeling"): KbrStatus.IN_PROGRESS,
    (130, "Aanvraag toegekend"): KbrStatus.GRANTED,
    (140, "Aanvraag afgewezen"): KbrStatus.REJECTED,
    (150, "Aanvraag ingetrokken"): KbrStatus.WITHDRAWN,
}

REJECTION_REASONS: Mapping[tuple[int, str], RejectionReason] = {
    (201, "Woont niet in de gemeente"): RejectionReason.NOT_A_RESIDENT,
    (202, "Crisis: direct naar de kredietbank"): RejectionReason.CRISIS,
    (203, "Geen inkomen en geen zicht daarop"): RejectionReason.NO_INCOME,
    (204, "Bewindvoering: direct naar de kredietbank"): RejectionReason.PROTECTIVE_ADMINISTRATION,
    (205, "Lopende WSNP"): RejectionReason.RUNNING_WSNP,
    (206, "Wmo-indicatie bekend"): RejectionReason.WMO_INDICATION,
    (207, "Al in traject"): RejectionReason.ALREADY_KNOWN,
    (208, "Gegevens ontbreken"): RejectionReason.INCOMPLETE,
    (209, "Geen dienstverlening"): RejectionReason.NOT_ELIGIBLE,
}

CLOSURE_REASONS: Mapping[tuple[int, str], ClosureReason] = {
    (301, "Resultaat bereikt"): ClosureReason.RESULT_REACHED,
    (302, "Geen contact"): ClosureReason.NO_CONTACT,
    (303, "Wil geen ondersteuning"): ClosureReason.NO_SUPPORT_WANTED,
    (304, "Geen dienstverlening"): ClosureReason.NOT_ELIGIBLE,
    (305, "Ingetrokken door verwijzer"): ClosureReason.WITHDRAWN_BY_REFERRER,
    (306, "Verhuisd"): ClosureReason.MOVED_AWAY,
    (307, "Overleden"): ClosureReason.DECEASED,
    (308, "Overgedragen"): ClosureReason.HANDED_OVER,
    (309, "Dubbel"): ClosureReason.DUPLICATE,
    (399, "Onbekend"): ClosureReason.UNKNOWN,
}

CANCELLATION_REASONS: Mapping[tuple[int, str], CancellationReason] = {
    (401, "Afgezegd door klant"): CancellationReason.CLIENT_CANCELLED,
    (402, "Afgezegd door trajectbegeleider"): CancellationReason.COUNSELLOR_CANCELLED,
    (403, "Afgezegd door verwijzer"): CancellationReason.REFERRER_CANCELLED,
}

OUTSIDE_BODIES: Mapping[tuple[int, str], OutsideBody] = {
    (501, "Sociaal raadslieden"): OutsideBody.SOCIAL_ADVISERS,
    (502, "Juridisch Loket"): OutsideBody.LEGAL_DESK,
    (503, "Maatschappelijk werk"): OutsideBody.SOCIAL_WORK,
    (504, "Bewindvoerder"): OutsideBody.ADMINISTRATOR,
    (505, "Jongeren Perspectief Fonds"): OutsideBody.YOUTH_FUND,
    (506, "Andere gemeente"): OutsideBody.ANOTHER_MUNICIPALITY,
    (507, "Gers met Geld"): OutsideBody.BUDGET_COURSE,
    (508, "Wettelijke schuldsanering (WSNP)"): OutsideBody.STATUTORY_RESTRUCTURING,
    (599, "Anders"): OutsideBody.OTHER,
}

ONWARD_STATUSES: Mapping[str, OnwardStatus] = {each.label: each for each in OnwardStatus}

EXTENSION_REASONS: Mapping[tuple[int, str], ExtensionReason] = {
    (601, "Stukken ontbreken nog"): ExtensionReason.AWAITING_DOCUMENTS,
    (602, "Wacht op een andere partij"): ExtensionReason.AWAITING_THIRD_PARTY,
    (603, "Klant is tijdelijk afwezig"): ExtensionReason.CLIENT_ABSENT,
    (604, "Geen plaats binnen de termijn"): ExtensionReason.CAPACITY,
    (699, "Anders"): ExtensionReason.OTHER,
}

CONTACT_ATTEMPTS: Mapping[tuple[int, str], ContactAttemptKind] = {
    (901, "Telefoon"): ContactAttemptKind.PHONE,
    (902, "Sms of WhatsApp"): ContactAttemptKind.MOBILE_MESSAGE,
    (903, "E-mail"): ContactAttemptKind.EMAIL,
    (904, "Brief"): ContactAttemptKind.LETTER,
    (905, "Huisbezoek"): ContactAttemptKind.VISIT,
}

INFORMATION_TOPICS: Mapping[tuple[int, str], InformationTopic] = {
    (701, "Stukken over het inkomen"): InformationTopic.INCOME_DOCUMENTS,
    (702, "Overzicht van de schulden"): InformationTopic.DEBTS_OVERVIEW,
    (703, "Contactgegevens van de klant"): InformationTopic.CONTACT_DETAILS,
    (704, "Persoonsgegevens of identiteitsbewijs"): InformationTopic.IDENTITY,
    (705, "Toestemming van de klant"): InformationTopic.CONSENT,
    (706, "Woonsituatie"): InformationTopic.HOUSING,
    (707, "Gezinssituatie"): InformationTopic.HOUSEHOLD,
    (708, "Andere hulp die de klant krijgt"): InformationTopic.OTHER_HELP,
    (799, "Anders"): InformationTopic.OTHER,
}

BANK_SIGNALS: Mapping[tuple[int, str], BankSignalKind] = {
    (801, "Betalingen lopen niet goed"): BankSignalKind.PAYMENTS_FAILING,
    (802, "Contact met de klant verloren"): BankSignalKind.CONTACT_LOST,
    (803, "Inkomen weggevallen"): BankSignalKind.INCOME_LOST,
    (804, "Heronderzoek"): BankSignalKind.RE_EXAMINATION,
    (805, "Schuldregeling loopt bijna af"): BankSignalKind.SETTLEMENT_ENDING,
}

LIFE_DOMAINS: Mapping[str, LifeDomain] = {
    "Financiën": LifeDomain.FINANCES,
    "Huisvesting": LifeDomain.HOUSING,
    "Werk en opleiding": LifeDomain.WORK,
    "Gezondheid": LifeDomain.HEALTH,
    "Geestelijke gezondheid": LifeDomain.MENTAL_HEALTH,
    "Gezin en relaties": LifeDomain.FAMILY,
    "Sociaal netwerk": LifeDomain.SOCIAL_NETWORK,
    "Politie en justitie": LifeDomain.JUSTICE,
}
"""The domains of life (*leefgebieden*), which Allegro names without a number."""

APPOINTMENT_KINDS: Mapping[str, AppointmentKind] = {
    "Intake": AppointmentKind.INTAKE,
    "Vervolggesprek": AppointmentKind.FOLLOW_UP,
    "Gesprek bepalen dienstverlening": AppointmentKind.SERVICE_DECISION_MEETING,
}
"""What appointments are for (*afspraaksoorten*), which Allegro names without a number."""

PARTICIPANT_ROLES: Mapping[str, ParticipantRole] = {
    "Medewerker van de verwijzer": ParticipantRole.REFERRER_WORKER,
    "Kredietbank": ParticipantRole.CREDIT_BANK,
    "Tolk": ParticipantRole.INTERPRETER,
    "Naaste van de klant": ParticipantRole.NETWORK,
    "Anders": ParticipantRole.OTHER,
}
"""As what somebody takes part, other than the client and the counsellor."""
