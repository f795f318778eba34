"""The rules that a value in a request can break: the catalogue behind ``rule`` in the answer to invalid input.

A name is part of the API and never changes. ``docs/reference/errors.md`` is generated from this module.
"""

from enum import StrEnum
from typing import Self

from app.domain import form_rules as form


class InputRule(StrEnum):
    """A rule by its name in answers, with what it demands and what to do when a value breaks it.

    The Dutch message says both; in place of ``{}`` comes what a fault names, such as a limit. A rule of form
    has an English message too; with other rules, who finds the fault writes it.
    """

    demand: str
    remedy: str
    message_nl: str
    message: str
    _value_: str

    # Looking a rule up by its name needs no texts; every member is written with them.
    def __new__(cls, value: str, demand: str = "", remedy: str = "", message_nl: str = "", message: str = "") -> Self:
        """Make a member from its name and its texts."""
        rule = str.__new__(cls, value)
        rule._value_ = value
        rule.demand = demand
        rule.remedy = remedy
        rule.message_nl = message_nl
        rule.message = message
        return rule

    # Referrals and trajectories
    BSN_NOT_ALLOWED = (
        "bsn-not-allowed",
        "Only organisations that register in GIDSO or RMW may use a citizen service number (Wabb, article 10).",
        "Leave the number out.",
        "Uw organisatie mag het burgerservicenummer niet gebruiken (Wabb, artikel 10); laat het weg.",
    )
    ELEVEN_TEST = (
        "eleven-test",
        "A citizen service number passes the eleven-test.",
        "Check its nine digits, or leave it out.",
        "Het nummer voldoet niet aan de elfproef; controleer de negen cijfers of laat het weg.",
    )
    UNCHANGEABLE = (
        "unchangeable",
        "The citizen service number of a referral does not change.",
        "Mark the referral as entered in error and make a new one.",
        "Het burgerservicenummer kan niet veranderen; meld de aanmelding als foutief ingevoerd en maak een nieuwe.",
    )
    ID_OR_REFERENCE = (
        "id-or-reference",
        "A record is looked up by its id or by its reference.",
        "Give one of the two.",
        "Geef een id of een kenmerk, niet beide.",
    )
    ONE_NAME = (
        "one-name",
        "A client has a given name or a family name.",
        "Give at least one of the two.",
        "Geef ten minste een voornaam of een achternaam.",
    )
    READABLE_NAME = (
        "readable-name",
        "A name has an alphabetic character, and no hidden character or one that turns the direction of writing.",
        "Leave out what is not visible.",
        "Geef een naam met een alfabetisch teken, zonder onzichtbare tekens of tekens die de schrijfrichting omkeren.",
    )
    NOT_IN_FUTURE = (
        "not-in-future",
        "What happened does not lie in the future.",
        "Give when it happened.",
        "Ligt in de toekomst; geef wanneer het gebeurd is.",
    )
    NOT_IN_PAST = (
        "not-in-past",
        "An appointment is planned or proposed for a moment that is still to come.",
        "Give a later time.",
        "Ligt in het verleden; geef een tijd die nog komt.",
    )
    WITHIN_A_YEAR = (
        "within-a-year",
        "A time is proposed within a year from now.",
        "Give an earlier time.",
        "Ligt meer dan een jaar vooruit; geef een eerdere tijd.",
    )
    ASCENDING_TIMES = (
        "ascending-times",
        "Proposed times are given in order, each once.",
        "Put them in order, and leave out what is there twice.",
        "Geef de tijden op volgorde, elke tijd één keer.",
    )
    ONE_OF_PROPOSED = (
        "one-of-proposed",
        "The time that is accepted is one of those that were proposed, and is still to come.",
        "Choose one of `proposedTimes`, or give other times with `accepted` as false.",
        "Geef een van de voorgestelde tijden die nog komen, of geef andere tijden met `accepted` als false.",
    )
    NO_CLASH = (
        "no-clash",
        "At the same time no other appointment of the referral is planned.",
        "Choose another time, or move or cancel the other appointment first.",
        "Op die tijd is al een andere afspraak van deze aanmelding; geef een andere tijd, of verzet die afspraak.",
    )
    NOT_BEFORE_INTAKE = (
        "not-before-intake",
        "A support plan is signed on the day of the intake or later.",
        "Give the day of signing, or correct the intake first.",
        "Ligt vóór de intake; geef de dag van ondertekening, of verbeter eerst de intake.",
    )
    ONLY_WITH_DROP_OUT = (
        "only-with-drop-out",
        "A drop-out reason goes with the result `no_further_support` only.",
        "Leave the reason out, or give that result.",
        "Een uitvalreden hoort alleen bij het resultaat `no_further_support`; laat de reden weg of geef dat resultaat.",
    )
    ONLY_WHEN_DECLINED = (
        "only-when-declined",
        "Other times go with a proposed time that is declined only.",
        "Leave the other times out, or give `accepted` as false.",
        "Andere tijden horen alleen bij een voorstel dat niet past; laat ze weg of geef `accepted` als false.",
    )
    KNOWN_AREA = (
        "known-area",
        "An area is one of the city's areas.",
        "Use one of the areas that the message lists.",
        "Onbekend gebied; gebruik een van: {}.",
    )
    KNOWN_REFERRAL = (
        "known-referral",
        "The referral that is named exists for this client.",
        "Give the id of an earlier referral, or leave it out.",
        "U hebt geen aanmelding met dit id; geef het id van een eerdere aanmelding of laat het weg.",
    )
    ONE_DESTINATION = (
        "one-destination",
        "A referral is forwarded to one organisation that the hub knows, or to one body outside it.",
        "Give `organisationCode` or `outsideBody`, and not both.",
        "Geef `organisationCode` of `outsideBody`, en niet beide.",
    )
    CONSENT_TO_REFER = (
        "consent-to-refer",
        "Some kinds of organisation refer a client with the client's consent only, such as bailiffs and the court.",
        "Ask the client, and give `consent` with the scope `referral` and in `givenOn` the day of the consent.",
        "Uw soort organisatie meldt alleen aan met toestemming van de klant; vraag die, en geef `consent` met de scope "
        "`referral` en in `givenOn` de dag van de toestemming.",
    )
    NOT_EMPTY = (
        "not-empty",
        "A search has at least one criterion.",
        "Give one, or list with `GET /v1/referrals`.",
        "Geef ten minste één zoekcriterium, of vraag de lijst op met `GET /v1/referrals`.",
    )

    # Organisations and clients of the API
    REQUIRED = (
        "required",
        "A registration system names the organisation for which it registers.",
        "Give `organisationCode`; `GET /v1/organisations` lists the codes, and the operator knows them.",
        "Geef de code van de organisatie waarvoor u registreert; `GET /v1/organisations` noemt de codes, en "
        "de beheerder kent ze.",
    )
    KNOWN_ORGANISATION = (
        "known-organisation",
        "An organisation exists and is active.",
        "Use a code of `GET /v1/organisations`, or ask the operator.",
        "Er is geen actieve organisatie met deze code; gebruik een code van `GET /v1/organisations`, of vraag de "
        "beheerder.",
    )
    REFERRING_ORGANISATION = (
        "referring-organisation",
        "The organisation is one that refers clients, not an institution of the city.",
        "Give the code of a referrer, or choose another code for a new one.",
        "Deze organisatie meldt geen cliënten aan; geef de code van een verwijzer.",
    )
    REFERRERS_SYSTEM = (
        "referrers-system",
        "A referrer registers in GIDSO or RMW, or uses the API.",
        "Give `gidso`, `rmw` or `api`.",
        "Een verwijzer registreert in GIDSO of RMW, of gebruikt de API; geef `gidso`, `rmw` of `api`.",
    )
    KNOWN_SCOPE = (
        "known-scope",
        "A scope is one of the hub's scopes.",
        "Use some of the scopes that the message lists.",
        "Onbekende scope; gebruik scopes van de hub.",
    )
    CREDENTIALS = (
        "credentials",
        "A client of the API has a way to prove who it is.",
        "Give its public keys as a JSON Web Key Set.",
        "Geef de publieke sleutels van de client als JSON Web Key Set.",
    )
    PUBLIC_KEYS = (
        "public-keys",
        "A JSON Web Key Set has one to ten public keys, each with a `kid` of its own, that the hub can use: RSA of "
        "2048 to 4096 bits with RS256 or PS256, or EC on P-256 with ES256.",
        "Correct what the message names, and give the public half of the keys only.",
        "Geef publieke sleutels die de hub kan gebruiken; {}.",
    )
    SECRET_LENGTH = (
        "secret-length",
        "A shared secret is long enough.",
        "Give as many random characters as the message says.",
        "Het gedeelde geheim is te kort; gebruik meer willekeurige tekens.",
    )

    # Subscriptions and events
    ADDRESS = (
        "address",
        "An address of a receiver is a plain URL: scheme, host, port and path, without user, password or fragment.",
        "Check host and port, and leave out what the message names.",
        "Geef een gewoon adres: schema, host, poort en pad, zonder gebruiker, wachtwoord of fragment.",
    )
    HTTPS = (
        "https",
        "An address of a receiver begins with `https://`.",
        "Give an address with TLS.",
        "Geef een adres dat begint met `https://`.",
    )
    PUBLIC_ADDRESS = (
        "public-address",
        "An address of a receiver is on the public internet, or in a network that the operator allows.",
        "Give the full name of a host that is reachable from the internet, or ask the operator.",
        "Geef een adres dat op het openbare internet bereikbaar is, of vraag het de beheerder.",
    )
    PEM = (
        "pem",
        "A client certificate and its private key are PEM, the key without a passphrase; a key is RSA of 2,048 to "
        "4,096 bits, EC or Ed25519.",
        "Give the chain and the key in that form.",
        "Geef certificaat en sleutel als PEM, de sleutel zonder wachtwoord: RSA van 2.048 tot 4.096 bits, EC of "
        "Ed25519.",
    )
    PAIR = (
        "pair",
        "The first certificate of the chain belongs to the private key.",
        "Give a certificate and a key that belong together.",
        "Geef een certificaat en een sleutel die bij elkaar horen.",
    )
    TOLD_TO_REFERRERS = (
        "told-to-referrers",
        "An event type is one that is sent to referrers.",
        "Leave the type out, or give another one.",
        "Dit type gebeurtenis gaat niet naar verwijzers; laat het weg of geef een ander type.",
    )
    TOLD_TO_OPERATORS = (
        "told-to-operators",
        "An operator subscribes to events about connections and terms only.",
        "Leave the type out.",
        "Een beheerder ontvangt alleen gebeurtenissen over koppelingen en termijnen; laat het type weg.",
    )
    TOLD_TO_FINANCE_TEAM = (
        "told-to-finance-team",
        "A subscription of the finance team is sent events about terms, and notices about its own subscriptions.",
        "Leave the type out; its own system is sent what referrers do.",
        "Een abonnement van het expertiseteam ontvangt gebeurtenissen over termijnen en over eigen abonnementen; laat "
        "het type weg.",
    )
    ABOUT_A_REFERRAL = (
        "about-a-referral",
        "A preview is about an event of a referral.",
        "Give a type of event that is about a referral.",
        "Geef een type gebeurtenis dat over een aanmelding gaat.",
    )
    FEEDBACK_MOMENT = (
        "feedback-moment",
        "An explanation is about a feedback moment, or about reading.",
        "Give a feedback moment or `reading`.",
        "Geef een terugkoppelmoment, of `reading`.",
    )
    RANGE = (
        "range",
        "A range of time ends after it begins.",
        "Give an `until` after `from`, or leave it out.",
        "Het einde ligt niet na het begin; geef een latere `until` of laat die weg.",
    )
    CURSOR = (
        "cursor",
        "A cursor comes from an earlier answer of the same list.",
        "Use its `nextCursor`, or leave it out to start at the beginning.",
        "Dit is geen cursor van deze lijst; gebruik `nextCursor` van het vorige antwoord, of laat de cursor weg.",
    )

    # Partner systems
    OF_A_BACKFILL = (
        "of-a-backfill",
        "Only a backfill has a moment from which it reads.",
        "Leave `since` out, or ask for a backfill.",
        "Laat `since` weg, of vraag om een backfill.",
    )
    OF_A_LINKING = (
        "of-a-linking",
        "Only a linking chooses which referral a case is.",
        "Leave `links` and `acceptBsnAndDay` out, or ask for a job of kind `link`.",
        "Laat `links` en `acceptBsnAndDay` weg, of vraag om een taak `link`.",
    )
    LENGTH = (
        "length",
        "A reason is given, and is not longer than the message says.",
        "Say why, in fewer characters.",
        "Geef een reden, in minder tekens.",
    )

    # The form of a request
    MISSING = form.MISSING
    EXTRA_FORBIDDEN = form.EXTRA_FORBIDDEN
    JSON_INVALID = form.JSON_INVALID
    INVALID_JSON_VALUE = form.INVALID_JSON_VALUE
    MODEL_ATTRIBUTES_TYPE = form.MODEL_ATTRIBUTES_TYPE
    MODEL_TYPE = form.MODEL_TYPE
    DICT_TYPE = form.DICT_TYPE
    LIST_TYPE = form.LIST_TYPE
    TUPLE_TYPE = form.TUPLE_TYPE
    FROZEN_SET_TYPE = form.FROZEN_SET_TYPE
    TOO_SHORT = form.TOO_SHORT
    TOO_LONG = form.TOO_LONG
    NONE_REQUIRED = form.NONE_REQUIRED
    ENUM = form.ENUM
    LITERAL_ERROR = form.LITERAL_ERROR
    UNION_TAG_INVALID = form.UNION_TAG_INVALID
    UNION_TAG_NOT_FOUND = form.UNION_TAG_NOT_FOUND

    # The form of a text
    STRING_TYPE = form.STRING_TYPE
    STRING_UNICODE = form.STRING_UNICODE
    STRING_TOO_SHORT = form.STRING_TOO_SHORT
    STRING_TOO_LONG = form.STRING_TOO_LONG
    STRING_PATTERN_MISMATCH = form.STRING_PATTERN_MISMATCH
    UUID_TYPE = form.UUID_TYPE
    UUID_PARSING = form.UUID_PARSING

    # The form of numbers and truth values
    BOOL_TYPE = form.BOOL_TYPE
    BOOL_PARSING = form.BOOL_PARSING
    INT_TYPE = form.INT_TYPE
    INT_PARSING = form.INT_PARSING
    INT_PARSING_SIZE = form.INT_PARSING_SIZE
    INT_FROM_FLOAT = form.INT_FROM_FLOAT
    FLOAT_TYPE = form.FLOAT_TYPE
    FLOAT_PARSING = form.FLOAT_PARSING
    FINITE_NUMBER = form.FINITE_NUMBER
    GREATER_THAN_EQUAL = form.GREATER_THAN_EQUAL
    LESS_THAN_EQUAL = form.LESS_THAN_EQUAL

    # The form of dates
    DATE = form.DATE
    BIRTH_DATE = form.BIRTH_DATE
    DATE_TIME = form.DATE_TIME
    YEAR = form.YEAR
    DATE_TYPE = form.DATE_TYPE
    DATE_PARSING = form.DATE_PARSING
    DATE_FROM_DATETIME_PARSING = form.DATE_FROM_DATETIME_PARSING
    DATE_FROM_DATETIME_INEXACT = form.DATE_FROM_DATETIME_INEXACT
    DATETIME_TYPE = form.DATETIME_TYPE
    DATETIME_PARSING = form.DATETIME_PARSING
    DATETIME_FROM_DATE_PARSING = form.DATETIME_FROM_DATE_PARSING
    DATETIME_OBJECT_INVALID = form.DATETIME_OBJECT_INVALID
    TIMEZONE_AWARE = form.TIMEZONE_AWARE
    VALUE_ERROR = form.VALUE_ERROR
