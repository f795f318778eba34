"""What errors say to people, in English and in Dutch: what happened and what to do.

The texts are no part of the API; ``docs/reference/errors.md`` is generated from this module.
"""

from dataclasses import dataclass
from enum import Enum

_SEND_AGAIN = "Send the request again shortly; a change with the same Idempotency-Key is made only once."
_SEND_AGAIN_NL = (
    "Stuur het verzoek straks nog eens; een wijziging met dezelfde Idempotency-Key wordt maar één keer gemaakt."
)


@dataclass(frozen=True)
class Said:
    """The same text in both languages."""

    english: str
    dutch: str


def _said(value: object) -> Said:
    return value if isinstance(value, Said) else Said(str(value), str(value))


HOW_TO_REGISTER = Said(
    "the operator registers it with PUT /v1/organisations/{code} or 'trajecthub organisation register'",
    "de beheerder registreert die met PUT /v1/organisations/{code} of 'trajecthub organisation register'",
)
"""The remedy where an organisation is not known."""

UNKNOWN_PARAMETER = Said("a parameter that the hub does not know", "een parameter die de hub niet kent")
"""In place of a name that is not repeated, because whatever a caller wrote may be in it."""


class Detail(Enum):
    """A text of an error; in place of a name in braces comes what the error names."""

    english: str
    dutch: str

    def __init__(self, english: str, dutch: str) -> None:
        self.english = english
        self.dutch = dutch

    def __call__(self, **named: object) -> Said:
        """Return the text with what it names; what is itself said is named in each language."""
        said = {name: _said(value) for name, value in named.items()}
        return Said(
            self.english.format(**{name: each.english for name, each in said.items()}),
            self.dutch.format(**{name: each.dutch for name, each in said.items()}),
        )

    # Referrals, trajectories and appointments
    NO_REFERRAL = (
        "There is no referral with this id for this client.",
        "Voor deze client is er geen aanmelding met dit id.",
    )
    NO_TRAJECTORY = (
        "There is no trajectory with this id for this client.",
        "Voor deze client is er geen traject met dit id.",
    )
    NO_APPOINTMENT = (
        "This referral has no appointment with this id for this client.",
        "Voor deze client heeft de aanmelding geen afspraak met dit id.",
    )
    NOT_THE_PRESENT_APPOINTMENT = (
        "This is not the referral's present appointment; read …/appointments for the newest one.",
        "Dit is niet de huidige afspraak van de aanmelding; lees …/appointments voor de nieuwste.",
    )
    NO_TRAJECTORY_YET = (
        "There is no trajectory yet: it opens with the plan of the first talk, or with the intake result.",
        "Er is nog geen traject: het begint met het plan van het eerste gesprek, of met het resultaat van de intake.",
    )
    TRAJECTORY_ALREADY = (
        "'{action}' can be done only while there is no trajectory; the finance team ends the trajectory.",
        "'{action}' kan alleen zolang er geen traject is; het expertiseteam beëindigt het traject.",
    )
    TRAJECTORY_ENDED = (
        "A party cannot be added to a trajectory that has ended.",
        "Aan een traject dat is afgelopen kan geen betrokken partij worden toegevoegd.",
    )
    CASE_ENDED = (
        "The action {action} is for a referral or a trajectory that goes on, and this one has ended; the client can be "
        "referred again.",
        "De handeling {action} is voor een aanmelding of een traject dat loopt, en dit is afgelopen; de klant kan "
        "opnieuw worden aangemeld.",
    )
    CONTACT_NOT_LOST = (
        "The action {action} is for lost contact, and contact with the client is not lost.",
        "De handeling {action} is voor verloren contact, en het contact met de klant is niet verloren.",
    )
    CONTACT_CHANGED_SINCE = (
        "Contact was reported lost or restored later than this; read the history, and give the right day.",
        "Het contact is later dan dit als verloren of hersteld gemeld; lees de geschiedenis, en geef de juiste dag.",
    )
    INFORMATION_CHANGED_SINCE = (
        "Information was reported as awaited or received later than this; read the history, and give the right moment.",
        "Er is later dan dit gemeld dat op informatie wordt gewacht, of dat die er is; lees de geschiedenis, en geef "
        "het juiste moment.",
    )
    REFERRER_NOT_ASKED = (
        "The referrer restores contact first, as was agreed: report the lost contact, and it is asked.",
        "De verwijzer herstelt eerst het contact, zoals afgesproken: meld dat het verloren is, dan wordt het gevraagd.",
    )
    REFERRER_HAS_TIME = (
        "The referrer has until {due_on} to restore contact, as was agreed; close after that day, or once it answers "
        "that it cannot.",
        "De verwijzer heeft tot en met {due_on} om het contact te herstellen, zoals afgesproken; sluit na die dag, of "
        "zodra de verwijzer meldt dat het niet lukt.",
    )
    ADDED_BY_ANOTHER_ROLE = (
        "Adding a party is for {team}; this client acts as {role}.",
        "Een betrokken partij wordt toegevoegd door {team}; deze client handelt als {role}.",
    )
    OWN_ORGANISATION_ONLY = (
        "You refer for your own organisation only; leave organisationCode out.",
        "U meldt alleen aan voor uw eigen organisatie; laat organisationCode weg.",
    )
    ANOTHER_SYSTEM = (
        "organisationCode: '{code}' does not register in your system.",
        "organisationCode: '{code}' registreert niet in uw systeem.",
    )
    REFERENCE_USED = (
        "'{code}' already used this reference for a referral; search for it with POST /v1/referrals/_search, or give "
        "another reference.",
        "'{code}' heeft dit kenmerk al voor een aanmelding gebruikt; zoek die met POST /v1/referrals/_search, of geef "
        "een ander kenmerk.",
    )
    ANOTHER_ROLE = (
        "'{action}' is for {roles}; this client acts as {role}.",
        "'{action}' is voor {roles}; deze client handelt als {role}.",
    )
    ANOTHER_STATE = (
        "'{action}' cannot be done while the {machine} is '{status}'; it can be done from: {states}.",
        "'{action}' kan niet zolang {machine} '{status}' is; het kan vanuit: {states}.",
    )
    NO_PATH = (
        "No legal path leads from '{status}' to '{action}' of the {machine}.",
        "Van '{status}' leidt geen toegestane weg naar '{action}' van {machine}.",
    )
    NO_WITHDRAWAL_REQUESTED = (
        "'{action}' can be done only when a withdrawal has been requested.",
        "'{action}' kan alleen als om intrekking is verzocht.",
    )
    NOT_PLANNED_YET = (
        "This appointment is a proposal, and no time is planned yet; its calendar file is there once one is.",
        "Deze afspraak is een voorstel, en er is nog geen tijd gepland; het agendabestand is er zodra dat zo is.",
    )
    NO_PROPOSAL_OPEN = (
        "'{action}' is for an open proposal, and none is open; read …/appointments for what there is.",
        "'{action}' hoort bij een open voorstel, en er is geen open voorstel; lees …/appointments voor wat er is.",
    )
    NO_MEETING_PLANNED = (
        "'{action}' is for a planned meeting after the intake, and none is planned; plan or propose one first.",
        "'{action}' hoort bij een geplande vervolgafspraak, en er is er geen gepland; plan er een of stel er een voor.",
    )
    TIMES_NOT_ASKED = (
        "Workers of this kind of referrer are not asked which time suits; plan the appointment instead.",
        "Medewerkers van dit soort verwijzer worden niet naar tijden gevraagd; plan de afspraak.",
    )
    NO_RESPONSE_REQUESTED = (
        "'{action}' can be done only when the referrer's worker was asked to respond.",
        "'{action}' kan alleen als de medewerker van de verwijzer om een reactie is gevraagd.",
    )
    WORK_LISTS_FOR_OTHERS = (
        "Work lists are for the finance team; a referrer reads 'awaiting-referrer' only.",
        "Werklijsten zijn voor het Expertiseteam Financiën; een verwijzer leest alleen 'awaiting-referrer'.",
    )
    NO_TERM_RUNS = (
        "No term '{term}' runs in this case; read the terms of the referral.",
        "De termijn '{term}' loopt in deze zaak niet; lees de termijnen van de aanmelding.",
    )
    TERM_ENDS_LATER = (
        "The term '{term}' ends on {due_on} already; give a later day.",
        "De termijn '{term}' loopt al tot en met {due_on}; geef een latere dag.",
    )
    NO_INFORMATION_AWAITED = (
        "'{action}' can be done only when information is awaited.",
        "'{action}' kan alleen als op informatie wordt gewacht.",
    )
    ONLY_REQUESTS_OPEN = (
        "No information is awaited but answers of the referrer; wait for them, or withdraw the information requests.",
        "Er wordt alleen op antwoorden van de verwijzer gewacht; wacht die af, of trek de informatievragen in.",
    )
    NO_INFORMATION_REQUESTED = (
        "'{action}' can be done only when the referrer was asked for information and did not answer yet.",
        "'{action}' kan alleen als de verwijzer om informatie is gevraagd en nog niet heeft geantwoord.",
    )
    REQUEST_ENDED = (
        "This information request is {status} already; read the information requests for those that are open, or give "
        "a signal.",
        "Deze informatievraag is al {status}; lees in de informatievragen welke open staan, of geef een signaal.",
    )
    NOT_REFERRED_ONWARD = (
        "'{action}' can be done only for an onward referral that has not ended.",
        "'{action}' kan alleen voor een doorverwijzing die nog loopt.",
    )
    REFERRED_FROM_THERE = (
        "The client was referred by this organisation; choose another, or give the referrer an information request.",
        "De klant is door deze organisatie aangemeld; kies een andere, of stel de verwijzer een informatievraag.",
    )
    NO_CONSENT_TO_GO_ON = (
        "The client did not agree to be referred; ask the client, and let the referrer record the consent with the "
        "scope 'referral' first.",
        "De klant stemde niet in met een verwijzing; vraag de klant, en laat de verwijzer eerst de toestemming met de "
        "scope 'referral' vastleggen.",
    )
    ONWARD_ENDED = (
        "This onward referral is {status}, and cannot become {next} any more; make a new one.",
        "Deze doorverwijzing is {status}, en kan niet meer {next} worden; maak een nieuwe.",
    )
    NO_ONWARD_REFERRAL = (
        "There is no such onward referral; read the onward referrals, or what arrived at your organisation.",
        "Deze doorverwijzing bestaat niet; lees de doorverwijzingen, of wat bij uw organisatie binnenkwam.",
    )
    NO_INFORMATION_REQUEST = (
        "There is no such information request; read the information requests of the referral.",
        "Deze informatievraag bestaat niet; lees de informatievragen van de aanmelding.",
    )
    MANY_REQUESTS_OPEN = (
        "{most} information requests are open already; wait for an answer, or withdraw one.",
        "Er staan al {most} informatievragen open; wacht een antwoord af, of trek er een in.",
    )
    NOT_NOW = (
        "This cannot be done now; read available-actions for what can be done.",
        "Dit kan nu niet; lees in available-actions wat wel kan.",
    )
    OWNED_BY_ANOTHER = (
        "{fields}: another party owns this. {refusal} Nothing was changed; ask the owner to record it. What you said "
        "is kept, for the hub's operator to decide.",
        "{fields}: een andere partij is hiervan eigenaar. {refusal} Er is niets gewijzigd; vraag de eigenaar om het "
        "vast te leggen. Wat u opgaf is bewaard, zodat de beheerder van de hub erover kan beslissen.",
    )
    EXPLANATIONS_FOR_OTHERS = (
        "Explanations are for referrers and for the finance team.",
        "Uitleg is er voor verwijzers en voor het Expertiseteam Financiën.",
    )
    NO_REFERRAL_OF_CASE = (
        "The hub knows no referral for this case, or knows it under another number of the partner.",
        "De hub kent geen aanmelding bij dit dossier, of kent die onder een ander nummer van de partner.",
    )

    # Access
    NO_TOKEN = (
        "Send the header 'Authorization: Bearer <access token>'; get one at /oauth/token.",
        "Stuur de header 'Authorization: Bearer <access token>'; vraag een token aan bij /oauth/token.",
    )
    METRICS_TOKEN_NEEDED = (
        "Send the header 'Authorization: Bearer <token>' with the token that the operator set for metrics.",
        "Stuur de header 'Authorization: Bearer <token>' met het token dat de beheerder voor metingen instelde.",
    )
    TOKEN_REFUSED = (
        "{finding} Get an access token at /oauth/token.",
        "{finding} Vraag een access token aan bij /oauth/token.",
    )
    TOKEN_REVOKED = (
        "The token was revoked; get an access token at /oauth/token.",
        "Het token is ingetrokken; vraag een access token aan bij /oauth/token.",
    )
    CLIENT_NOT_ACTIVE = (
        "The client of this token is not active; ask the hub's operator.",
        "De client van dit token is niet actief; vraag het de beheerder van de hub.",
    )
    SCOPE_NEEDED = (
        "This needs the scope '{scope}'; ask for a token with it.",
        "Hiervoor is de scope '{scope}' nodig; vraag een token aan met die scope.",
    )
    EITHER_SCOPE_NEEDED = (
        "This needs the scope '{one}' or '{other}'; ask for a token with it.",
        "Hiervoor is de scope '{one}' of '{other}' nodig; vraag een token aan met een van die scopes.",
    )
    NO_CLIENT = ("There is no client '{client_id}'.", "Er is geen client '{client_id}'.")
    OPERATOR_TENDS_ACCESS = (
        "Only the hub's operator looks after clients of the API, organisations and keys.",
        "Alleen de beheerder van de hub gaat over clients van de API, organisaties en sleutels.",
    )
    OPERATOR_STAYS = (
        "The hub's operator cannot be cut off; revoke those of its clients that are to have no access.",
        "De beheerder van de hub kan niet worden afgesloten; trek die clients ervan in die geen toegang mogen hebben.",
    )
    CLIENT_REVOKED = (
        "The client '{client_id}' was revoked; register it again, with new keys.",
        "De client '{client_id}' is ingetrokken; registreer hem opnieuw, met nieuwe sleutels.",
    )
    KEY_USED = (
        "This Idempotency-Key was used for another request; use a new key for a new request.",
        "Deze Idempotency-Key is al voor een ander verzoek gebruikt; gebruik een nieuwe voor een nieuw verzoek.",
    )
    ANSWER_ERASED = (
        "The answer under this Idempotency-Key was erased with its client; use a new key for a new request.",
        "Het antwoord bij deze Idempotency-Key is met de cliënt gewist; gebruik een nieuwe voor een nieuw verzoek.",
    )
    NO_PRECONDITION = (
        "Send If-Match with the ETag of the record as you read it.",
        "Stuur If-Match met de ETag van het gegeven zoals u het gelezen hebt.",
    )
    RECORD_CHANGED = (
        "The record changed since you read it; read it again and send its new ETag.",
        "Het gegeven is gewijzigd sinds u het las; lees het opnieuw en stuur de nieuwe ETag.",
    )
    NO_ENTITY_TAG = (
        "If-Match holds no entity tag; send the ETag as you read it, with its quotation marks.",
        "If-Match bevat geen ETag; stuur de ETag zoals u die gelezen hebt, met de aanhalingstekens.",
    )

    # Reference data
    NO_ORGANISATION = ("There is no organisation '{code}'; {remedy}.", "Er is geen organisatie '{code}'; {remedy}.")
    OPERATOR_LOOKS_UP = (
        "Only the hub's operator looks up what others mean; read your own records by their id.",
        "Alleen de beheerder van de hub zoekt op wat anderen bedoelen; lees uw eigen gegevens met hun id.",
    )
    NO_RECORD = (
        "This organisation has no such record; mind the organisation and the spelling.",
        "Deze organisatie heeft zo'n gegeven niet; let op de organisatie en de schrijfwijze.",
    )
    NO_CODE_LIST = (
        "There is no code list of this name; GET /v1/code-lists returns them all.",
        "Er is geen codelijst met deze naam; GET /v1/code-lists geeft ze allemaal.",
    )
    NO_EVENT_TYPE = (
        "There is no event of this type; the types are: {types}.",
        "Er is geen gebeurtenis van dit type; de types zijn: {types}.",
    )

    # Subscriptions and events
    NO_SUBSCRIPTION = (
        "There is no subscription with this id for this client.",
        "Voor deze client is er geen abonnement met dit id.",
    )
    NO_DELIVERY = (
        "There is no delivery with this id for this subscription.",
        "Voor dit abonnement is er geen aflevering met dit id.",
    )
    DELIVERY_NOT_ENDED = (
        "Only what was delivered or given up can be sent again; this one is under way or withheld. What waits is sent "
        "now by …/retry.",
        "Alleen wat is afgeleverd of opgegeven kan opnieuw worden verzonden; deze aflevering is onderweg of wordt "
        "niet verstrekt. Wat wacht, wordt nu verzonden met …/retry.",
    )
    NOT_ACTIVE = (
        "The subscription is {status}; nothing is sent to it before it is active.",
        "Het abonnement is {status}; er wordt niets naartoe gestuurd voordat het actief is.",
    )
    NOT_PAUSED = (
        "Only a paused or disabled subscription can be resumed; read its status.",
        "Alleen een gepauzeerd of uitgeschakeld abonnement kan worden hervat; lees de status ervan.",
    )
    NOT_PENDING = (
        "Only a pending subscription waits for consent; read its status.",
        "Alleen een abonnement in afwachting wacht op toestemming; lees de status ervan.",
    )
    SUBSCRIPTION_CHANGED = (
        "The subscription changed at the same moment; read it again and repeat the change.",
        "Het abonnement is op hetzelfde moment gewijzigd; lees het opnieuw en herhaal de wijziging.",
    )
    MOST_SUBSCRIPTIONS = (
        "An organisation may have {limit} subscriptions; end one that is no longer needed, or change one.",
        "Een organisatie mag {limit} abonnementen hebben; zeg er een op dat niet meer nodig is, of wijzig er een.",
    )
    SUBSCRIPTIONS_FOR_OTHERS = (
        "Subscriptions are for referrers, the finance team and the operator; others are notified by their own system.",
        "Abonnementen zijn voor verwijzers, het expertiseteam en de beheerder; anderen krijgen bericht van hun eigen "
        "systeem.",
    )
    EVENTS_FOR_OTHERS = (
        "Events are for referrers and the finance team; others are notified by their own system.",
        "Gebeurtenissen zijn voor verwijzers en het expertiseteam; anderen krijgen bericht van hun eigen systeem.",
    )
    ADDRESS_CHANGED = (
        "The address changed meanwhile; ask the new one.",
        "Het adres is intussen gewijzigd; vraag het nieuwe adres om toestemming.",
    )
    OPERATOR_APPROVES = (
        "Only the hub's operator approves an address; let it consent by its handshake.",
        "Alleen de beheerder van de hub keurt een adres goed; laat het toestemming geven met de handshake.",
    )
    RECEIVER_REFUSES = (
        "The address refuses the connection; see that it runs, and check host and port.",
        "Het adres weigert de verbinding; zorg dat het in bedrijf is, en controleer host en poort.",
    )
    RECEIVER_UNKNOWN = (
        "The name of the host is unknown; check it.",
        "De naam van de host is onbekend; controleer die.",
    )
    RECEIVER_UNTRUSTED = (
        "The certificate of the address, issued by {issuer}, is not trusted by the hub; use one of a public authority "
        "for this host, with its chain, or ask the hub's operator to trust yours.",
        "De hub vertrouwt het certificaat van het adres niet, dat is uitgegeven door {issuer}; gebruik er een van een "
        "openbare instantie voor deze host, met de hele keten, of vraag de beheerder van de hub om het uwe te "
        "vertrouwen.",
    )
    RECEIVER_TLS = (
        "TLS with the address fails; check that host and port are those of https.",
        "TLS met het adres mislukt; controleer of host en poort die van https zijn.",
    )
    RECEIVER_SILENT = (
        "The address did not answer in time; see that it answers OPTIONS.",
        "Het adres antwoordde niet op tijd; zorg dat het OPTIONS beantwoordt.",
    )
    RECEIVER_LOST = (
        "The connection was lost before there was an answer; see that the address answers OPTIONS.",
        "De verbinding viel weg voordat er een antwoord was; zorg dat het adres OPTIONS beantwoordt.",
    )
    RECEIVER_NAMES_ANOTHER = (
        "The address answered OPTIONS with status {status} and in WebHook-Allowed-Origin another origin; answer with "
        "'WebHook-Allowed-Origin: {origin}' or '*', or ask the hub's operator for approval.",
        "Het adres beantwoordde OPTIONS met status {status} en in WebHook-Allowed-Origin een andere herkomst; antwoord "
        "met 'WebHook-Allowed-Origin: {origin}' of '*', of vraag de beheerder van de hub om goedkeuring.",
    )
    RECEIVER_NAMES_NONE = (
        "The address answered OPTIONS with status {status} and in WebHook-Allowed-Origin none; answer with "
        "'WebHook-Allowed-Origin: {origin}' or '*', or ask the hub's operator for approval.",
        "Het adres beantwoordde OPTIONS met status {status} en zonder WebHook-Allowed-Origin; antwoord met "
        "'WebHook-Allowed-Origin: {origin}' of '*', of vraag de beheerder van de hub om goedkeuring.",
    )

    # Partner systems and the hub's processes
    OPERATOR_TENDS_PARTNERS = (
        "Only the hub's operator looks after the connections with the partner systems.",
        "Alleen de beheerder van de hub gaat over de koppelingen met de registratiesystemen.",
    )
    OPERATOR_TENDS_WORKERS = (
        "Only the hub's operator looks after its worker processes.",
        "Alleen de beheerder van de hub gaat over de workerprocessen.",
    )
    NO_PARTNER = (
        "There is no such partner system; the partners are {partners}.",
        "Er is geen registratiesysteem met deze naam; de systemen zijn {partners}.",
    )
    NO_STATING_SYSTEM = (
        "There is no such system; conflicts are recorded for allegro, gidso, rmw and api.",
        "Er is geen systeem met deze naam; tegenstrijdigheden worden vastgelegd voor allegro, gidso, rmw en api.",
    )
    PARTNER_NEVER_PULLED = (
        "This partner was never pulled or paused: it is not connected here.",
        "Bij deze partner is nooit iets opgehaald of gepauzeerd: die is hier niet gekoppeld.",
    )
    PARTNER_NOT_CONNECTED = (
        "{system} is not connected: no worker ever pulled it, and nobody would do this job. Give the worker its "
        "address ({variable}) and credentials, and ask again.",
        "{system} is niet gekoppeld: geen worker heeft er ooit iets opgehaald, en niemand zou deze taak doen. Geef de "
        "worker het adres ({variable}) en de inloggegevens, en vraag het opnieuw.",
    )
    PARTNER_NOT_CONNECTED_HERE = (
        "{system} is not connected here; set {variable} and its credentials.",
        "{system} is hier niet gekoppeld; stel {variable} en de inloggegevens in.",
    )
    PARTNER_PAUSED = (
        "{system} is paused, and no job is done meanwhile; run 'trajecthub partner resume {system}'.",
        "{system} is gepauzeerd, en intussen wordt geen taak gedaan; geef 'trajecthub partner resume {system}'.",
    )
    NO_JOB = ("There is no job with this id for this partner.", "Voor deze partner is er geen taak met dit id.")
    JOB_NOT_WAITING = (
        "This job is {state}; only one that waits can be cancelled.",
        "Deze taak is {state}; alleen een taak die wacht kan worden geannuleerd.",
    )
    NO_CONFLICT = (
        "There is no conflict with this id with this partner.",
        "Met deze partner is er geen tegenstrijdigheid met dit id.",
    )
    CONFLICT_DECIDED = (
        "This conflict was decided before; nothing was changed.",
        "Over deze tegenstrijdigheid is al beslist; er is niets gewijzigd.",
    )
    FIELD_CHANGED_SINCE = (
        "The field was changed since; keep the hub's value, or have it corrected in the partner's system.",
        "Het veld is sindsdien gewijzigd; behoud de waarde van de hub, of laat het in het systeem van de partner "
        "verbeteren.",
    )
    OWNER_RECORDS = (
        "This is the owner's to record, in its own system or over the API; have it recorded there and decide then, or "
        "keep the hub's value.",
        "Dit legt de eigenaar vast, in het eigen systeem of via de API; laat het daar vastleggen en beslis dan, of "
        "behoud de waarde van de hub.",
    )
    NOT_IN_QUARANTINE = (
        "This partner has no record with this id in quarantine; it may be applied or dismissed by now.",
        "Van deze partner staat geen gegeven met dit id in quarantaine; misschien is het al verwerkt of afgewezen.",
    )
    NEVER_IN_QUARANTINE = (
        "{system} has no record with id {id} in quarantine; list the quarantine for its ids.",
        "Van {system} staat geen gegeven met id {id} in quarantaine; vraag de lijst op voor de id's.",
    )
    LEFT_QUARANTINE = (
        "This record left the quarantine ({state}); there is nothing left to decide. What expired comes again when "
        "everything of this partner is read, and what was dismissed only when the partner registers it anew.",
        "Dit gegeven is uit de quarantaine ({state}); er valt niets meer te beslissen. Wat is verlopen komt terug "
        "als alles van deze partner wordt gelezen, en wat terzijde is gelegd als de partner het opnieuw registreert.",
    )
    NO_PARTNER_DELIVERY = (
        "There is no delivery with this id for this partner.",
        "Voor deze partner is er geen aflevering met dit id.",
    )
    PARTNER_DELIVERY_NOT_ENDED = (
        "This delivery is under way or withheld; only another one can be sent again.",
        "Deze aflevering is onderweg of wordt niet verstrekt; alleen een andere kan opnieuw worden verzonden.",
    )

    # The database
    DATABASE_AWAY = (
        f"The database is not available at this moment. {_SEND_AGAIN}",
        f"De database is op dit moment niet beschikbaar. {_SEND_AGAIN_NL}",
    )
    DATABASE_BROKE_OFF = (
        f"The database broke the work off. {_SEND_AGAIN}",
        f"De database heeft het werk afgebroken. {_SEND_AGAIN_NL}",
    )
    DATABASE_READS_ONLY = (
        f"The database takes no changes at this moment. {_SEND_AGAIN}",
        f"De database neemt op dit moment geen wijzigingen aan. {_SEND_AGAIN_NL}",
    )
    DATABASE_TOO_SLOW = (
        f"The database did not do the work in time; ask for less at a time where you can. {_SEND_AGAIN}",
        f"De database deed het werk niet op tijd; vraag zo mogelijk minder tegelijk. {_SEND_AGAIN_NL}",
    )
    SHARE_IN_USE = (
        f"The database works on {{most}} requests of this client already, the most of one client. {_SEND_AGAIN}",
        "Van deze client is de database al met {most} verzoeken bezig, het hoogste aantal van één client. "
        f"{_SEND_AGAIN_NL}",
    )
    CLIENT_WAITS_ENOUGH = (
        f"{{most}} requests of this client wait for events already, the most of one client; one can wait for all. "
        f"{_SEND_AGAIN}",
        "Van deze client wachten al {most} verzoeken op gebeurtenissen, het hoogste aantal van één client; één verzoek "
        f"kan op alles wachten. {_SEND_AGAIN_NL}",
    )
    TOO_MANY_WAIT = (
        f"As many requests wait for events as the hub lets wait; ask without wait. {_SEND_AGAIN}",
        f"Er wachten zoveel verzoeken op gebeurtenissen als de hub laat wachten; vraag zonder wait. {_SEND_AGAIN_NL}",
    )
    HUB_STOPPING = (f"The hub is stopping. {_SEND_AGAIN}", f"De hub stopt. {_SEND_AGAIN_NL}")
    CONNECTION_BROKE = (
        "The connection with the database broke ({kind}); the hub tries again.",
        "De verbinding met de database is verbroken ({kind}); de hub probeert het opnieuw.",
    )
    WORK_TOOK_TOO_LONG = (
        "The database did not do the work in time ({kind}); the hub tries again.",
        "De database deed het werk niet op tijd ({kind}); de hub probeert het opnieuw.",
    )
    NO_ANSWER = (
        "The database does not answer in time ({kind}); look at its server, and at the network to it.",
        "De database antwoordt niet op tijd ({kind}); kijk naar de server, en naar het netwerk ernaartoe.",
    )
    NO_MORE_CONNECTIONS = (
        "The database takes no more connections ({kind}); raise its max_connections, or lower {pool_size}.",
        "De database neemt geen verbindingen meer aan ({kind}); verhoog max_connections, of verlaag {pool_size}.",
    )
    NO_ROOM = (
        "The database has no room to write ({kind}); free space on its disk, or memory.",
        "De database heeft geen ruimte om te schrijven ({kind}); maak schijfruimte of geheugen vrij.",
    )
    OUT_OF_REACH = (
        "The database cannot be read ({kind}); check TRAJECTHUB_DATABASE_URL, and that the server runs.",
        "De database is niet te lezen ({kind}); controleer TRAJECTHUB_DATABASE_URL, en of de server draait.",
    )
    POOL_EXHAUSTED = (
        "All connections of this process are in use ({kind}); raise {pool_size}, or run more processes.",
        "Alle verbindingen van dit proces zijn in gebruik ({kind}); verhoog {pool_size}, of start meer processen.",
    )
    POOLER_REFUSES = (
        "The pooler in front of the database refuses ({kind}); set TRAJECTHUB_DATABASE_DIRECT_URL, or see the log of "
        "the pooler.",
        "De pooler vóór de database weigert ({kind}); stel TRAJECTHUB_DATABASE_DIRECT_URL in, of zie het logboek van "
        "de pooler.",
    )
    READ_ONLY = (
        "The database takes no writes ({kind}); end its read-only mode, or connect the hub to the primary.",
        "De database laat niet schrijven ({kind}); beëindig de leesstand, of verbind de hub met de primaire server.",
    )
    SERVER_STOPPING = (
        "The database stops or starts ({kind}); the hub tries again.",
        "De database stopt of start ({kind}); de hub probeert het opnieuw.",
    )
    TABLE_LOCKED = (
        "Another process has a table locked that the migration changes; stop the processes of the hub, and run "
        "'trajecthub migrate' again.",
        "Een ander proces houdt een tabel vast die de migratie wijzigt; stop de processen van de hub, en geef "
        "'trajecthub migrate' opnieuw.",
    )
    NO_TABLES = (
        "The database has no tables yet; run 'trajecthub migrate'.",
        "De database heeft nog geen tabellen; geef 'trajecthub migrate'.",
    )
    ANOTHER_SCHEMA = (
        "The schema is {version}, and this version of the hub needs {newest}: run 'trajecthub migrate', or install "
        "the version of the hub that made it.",
        "Het schema is {version}, en deze versie van de hub heeft {newest} nodig: geef 'trajecthub migrate', of "
        "installeer de versie van de hub die het maakte.",
    )

    # HTTP
    NOTHING_HERE = (
        "There is nothing at this address; see {page} for what there is.",
        "Op dit adres is niets; zie {page} voor wat er is.",
    )
    ANOTHER_METHOD = (
        "Use one of the methods in the Allow header.",
        "Gebruik een van de methoden in de header Allow.",
    )
    JSON_ONLY = (
        "Send 'Accept: application/json', or leave Accept out.",
        "Stuur 'Accept: application/json', of laat Accept weg.",
    )
    UNREADABLE_ADDRESS = (
        "Write the address in UTF-8 with percent-encoding (RFC 3986), without NUL.",
        "Schrijf het adres in UTF-8 met procentcodering (RFC 3986), zonder NUL.",
    )
    UNREADABLE_LENGTH = ("Give Content-Length in digits.", "Geef Content-Length in cijfers.")
    UNREADABLE_BODY = ("Send well-formed JSON.", "Stuur goed gevormde JSON.")
    BODY_NOT_UTF8 = (
        "The body is not UTF-8: the byte at position {place}, counted from 0, is in no character. Send JSON in UTF-8.",
        "Het bericht is geen UTF-8: de byte op positie {place}, geteld vanaf 0, hoort bij geen teken. Stuur JSON "
        "in UTF-8.",
    )
    MORE_FAULTS = (
        "There are {number} more faults; correct those that are listed first.",
        "Er zijn nog {number} fouten; verbeter eerst die in deze lijst.",
    )
    ANOTHER_RULE = (
        "This value breaks a rule of the field; see the field in the API reference.",
        "Deze waarde voldoet niet aan een regel van het veld; zie het veld in de API-documentatie.",
    )
    TOO_LARGE = ("Send at most {limit} bytes.", "Stuur ten hoogste {limit} bytes.")
    TOO_MANY_VALUES = (
        "Send at most {limit} values in one body, those in arrays included.",
        "Stuur ten hoogste {limit} waarden in één bericht, die in lijsten meegeteld.",
    )
    ADDRESS_TOO_LONG = (
        "Send an address of at most {limit} bytes, the query included.",
        "Stuur een adres van ten hoogste {limit} bytes, met wat er achter het vraagteken staat.",
    )
    ANOTHER_MEDIA_TYPE = (
        "Send the body as {types}, and say so in Content-Type.",
        "Stuur het bericht als {types}, en zeg dat in Content-Type.",
    )
    BUG = (
        "The hub made a mistake and logged it; try again, or tell the operator the X-Request-ID of this answer.",
        "De hub heeft een fout gemaakt en die vastgelegd; probeer het opnieuw, of geef de beheerder de X-Request-ID "
        "van dit antwoord.",
    )

    # Tokens and assertions
    TOKEN_UNREADABLE = ("{token} cannot be read{renewal}.", "{token} kan niet worden gelezen{renewal}.")
    TOKEN_EXTENSION = (
        "{token} asks for an extension that is not known here; leave 'crit' out of its header.",
        "{token} vraagt om een uitbreiding die hier niet bekend is; laat 'crit' weg uit de header.",
    )
    TOKEN_NAMES_NO_KEY = (
        "{token} names no key; add 'kid' to its header.",
        "{token} noemt geen sleutel; voeg 'kid' toe aan de header.",
    )
    TOKEN_NAMES_NO_SUBJECT = ("{token} names no subject; add 'sub'.", "{token} noemt geen onderwerp; voeg 'sub' toe.")
    TOKEN_UNKNOWN_KEY = (
        "{token} is signed with a key that is not known here.",
        "{token} is ondertekend met een sleutel die hier niet bekend is.",
    )
    TOKEN_NOT_VALID = (
        "{token} has a signature or contents that are not valid: the key that 'kid' names did not sign what it says.",
        "{token} heeft een ongeldige handtekening of inhoud: de sleutel die 'kid' noemt, heeft dit niet ondertekend.",
    )
    TOKEN_OF_ANOTHER_PARTY = (
        "{token} has another '{claim}' than '{expected}'{renewal}.",
        "{token} heeft een andere '{claim}' dan '{expected}'{renewal}.",
    )
    TOKEN_OF_ANOTHER_KIND = (
        "{token} is of another kind, by the 'typ' in its header{renewal}.",
        "{token} is van een andere soort, volgens de 'typ' in de header{renewal}.",
    )
    TOKEN_FOR_ANOTHER = (
        "{token} is not for this hub alone: 'aud' may be {expected}, and nobody else{renewal}.",
        "{token} is niet voor deze hub alleen: 'aud' mag {expected} zijn, en niemand anders{renewal}.",
    )
    TOKEN_OF_ANOTHER_ALGORITHM = (
        "{token} is signed with an algorithm that is not accepted here; use RS256, PS256 or ES256 in 'alg'.",
        "{token} is ondertekend met een algoritme dat hier niet mag; gebruik RS256, PS256 of ES256 in 'alg'.",
    )
    ASSERTION_OF_ANOTHER = (
        "{token} has another 'iss' than 'sub'; give the id of the client in both.",
        "{token} heeft een andere 'iss' dan 'sub'; geef in beide het id van de client.",
    )
    TOKEN_EXPIRED = ("{token} expired{renewal}.", "{token} is verlopen{renewal}.")
    TOKEN_FROM_FUTURE = (
        "{token} is from the future; check your clock.",
        "{token} komt uit de toekomst; controleer uw klok.",
    )
    TOKEN_WITHOUT_TIME = (
        "{token} has no number in '{claim}'; give seconds since 1970.",
        "{token} heeft geen getal in '{claim}'; geef seconden sinds 1970.",
    )
    TOKEN_WITHOUT_TEXT = (
        "{token} has no readable text in '{claim}'; add it.",
        "{token} heeft geen leesbare tekst in '{claim}'; voeg die toe.",
    )
    TOKEN_TOO_LARGE = (
        "{token} has more than {expected} bytes{renewal}.",
        "{token} heeft meer dan {expected} bytes{renewal}.",
    )
    TOKEN_OF_ANOTHER_FORM = (
        "{token} must be signed and have three parts; send it in the compact form of RFC 7515.",
        "{token} moet ondertekend zijn en drie delen hebben; stuur het in de compacte vorm van RFC 7515.",
    )
    TOKEN_WITHOUT_CLIENT = (
        "{token} does not say for which client it was issued.",
        "{token} zegt niet voor welke client het is uitgegeven.",
    )
    NO_PROOF = (
        "There is no proof of who you are; send a client_assertion (private_key_jwt), or in the sandbox a secret.",
        "Er is geen bewijs van wie u bent; stuur een client_assertion (private_key_jwt), of in de sandbox een client "
        "secret.",
    )
    ONE_PROOF = (
        "Prove who you are in one way: client_assertion, client_secret or the header Authorization.",
        "Bewijs op één manier wie u bent: client_assertion, client_secret of de header Authorization.",
    )
    UNREADABLE_LOGIN = (
        "The header Authorization cannot be read; give 'Basic' and base64 of id, colon and secret, each encoded as in "
        "a form.",
        "De header Authorization is niet leesbaar; geef 'Basic' en base64 van id, dubbele punt en geheim, elk "
        "gecodeerd als in een formulier.",
    )
    ANOTHER_CLIENT_ID = (
        "client_id is another than the 'sub' of the assertion; leave it out, or give the same.",
        "client_id is een andere dan de 'sub' van de assertion; laat die weg, of geef dezelfde.",
    )
    NO_SECRETS = (
        "Shared secrets are for the sandbox; send a client_assertion.",
        "Gedeelde geheimen zijn voor de sandbox; stuur een client_assertion.",
    )
    ASSERTION_TYPE_NEEDED = ("Give client_assertion_type={type}.", "Geef client_assertion_type={type}.")
    ASSERTION_TOO_LONG = (
        "{token} is valid for too long; let 'exp' be within {expected} seconds.",
        "{token} is te lang geldig; laat 'exp' binnen {expected} seconden liggen.",
    )
    ASSERTION_WITHOUT_ID = (
        "{token} needs a 'jti' of 128 random bits or more; give it as 22 to 200 characters.",
        "{token} heeft een 'jti' van ten minste 128 willekeurige bits nodig; geef die als 22 tot 200 tekens.",
    )
    ASSERTION_USED = (
        "This assertion was used before, by its 'jti'; make a new one for each request.",
        "Deze assertion is volgens de 'jti' al gebruikt; maak voor elk verzoek een nieuwe.",
    )
    NOT_AUTHENTICATED = (
        "What the assertion says is in order, but its signature proves nothing: the client of 'sub' is not known or "
        "not active, or has no key that 'kid' names and that is used with this 'alg', or another key signed. The hub "
        "does not say which: compare them with what the hub's operator registered.",
        "Wat de assertion zegt is in orde, maar de handtekening bewijst niets: de client van 'sub' is niet bekend of "
        "niet actief, of heeft geen sleutel die 'kid' noemt en die bij deze 'alg' hoort, of een andere sleutel "
        "ondertekende. De hub zegt niet welk van deze: vergelijk ze met wat de beheerder van de hub registreerde.",
    )
    WRONG_SECRET = (
        "The client is not known or not active, or this is not its secret; the hub does not say which: compare both "
        "with what the hub's operator registered.",
        "De client is niet bekend of niet actief, of dit is niet het geheim ervan; de hub zegt niet welk van deze: "
        "vergelijk beide met wat de beheerder van de hub registreerde.",
    )
    NO_TOKEN_TO_REVOKE = (
        "Give the access token that is to be revoked as the parameter token.",
        "Geef het access token dat ingetrokken moet worden als parameter token.",
    )
    TOKEN_OF_ANOTHER_CLIENT = (
        "The token was issued to another client; use the proof of that client.",
        "Het token is aan een andere client uitgegeven; gebruik het bewijs van die client.",
    )
    TOO_MANY_FAILURES = (
        "Too many token requests failed; correct the request, and send it after the seconds in Retry-After: {seconds}.",
        "Te veel tokenverzoeken mislukten; verbeter het verzoek, en wacht de seconden van Retry-After: {seconds}.",
    )
    NO_FORM = (
        "The body is not a form; send name=value with & in between, percent-encoded in UTF-8.",
        "Het bericht is geen formulier; stuur naam=waarde met & ertussen, met procentcodering in UTF-8.",
    )
    NUL_IN_FORM = (
        "Leave the NUL character out of {names}.",
        "Laat het NUL-teken weg uit {names}.",
    )
    TWICE_IN_FORM = (
        "Give each parameter once; twice or more there is: {names}.",
        "Geef elke parameter één keer; vaker komt voor: {names}.",
    )
    NO_GRANT_TYPE = ("Give grant_type=client_credentials.", "Geef grant_type=client_credentials.")
    ANOTHER_GRANT_TYPE = (
        "Use grant_type=client_credentials; there is no other.",
        "Gebruik grant_type=client_credentials; een ander is er niet.",
    )
    ANOTHER_SCOPE = ("This client may ask for: {scopes}.", "Deze client mag vragen om: {scopes}.")
