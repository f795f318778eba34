"""The rules that a value in a request can break: the catalogue behind ``rule`` in the answer to invalid input.

A name is part of the API and never changes. ``docs/reference/errors.md`` is generated from this module.
"""

from enum import StrEnum
from typing import Self


class InputRule(StrEnum):
    """A rule by its name in answers, with what it demands and what to do when a value breaks it.

    The Dutch message says both; in place of ``{}`` comes what a fault names, such as a limit.
    """

    demand: str
    remedy: str
    message_nl: str
    _value_: str

    # Looking a rule up by its name needs no texts; every member is written with them.
    def __new__(cls, value: str, demand: str = "", remedy: str = "", message_nl: str = "") -> Self:
        """Make a member from its name and its texts."""
        rule = str.__new__(cls, value)
        rule._value_ = value
        rule.demand = demand
        rule.remedy = remedy
        rule.message_nl = message_nl
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
        "An operator subscribes to events about connections only.",
        "Leave the type out.",
        "Een beheerder ontvangt alleen gebeurtenissen over koppelingen; laat het type weg.",
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
    MISSING = ("missing", "A required field is present.", "Give the field.", "Dit veld is verplicht.")
    EXTRA_FORBIDDEN = (
        "extra-forbidden",
        "A field exists here.",
        "Leave the field out, or correct its name.",
        "Dit veld bestaat hier niet; laat het weg of verbeter de naam.",
    )
    JSON_INVALID = (
        "json-invalid",
        "A body is well-formed JSON.",
        "Send well-formed JSON.",
        "Stuur goed gevormde JSON.",
    )
    INVALID_JSON_VALUE = (
        "invalid-json-value",
        "A value is a JSON value.",
        "Send well-formed JSON.",
        "Stuur goed gevormde JSON.",
    )
    MODEL_ATTRIBUTES_TYPE = (
        "model-attributes-type",
        "The value is a JSON object.",
        "Give a JSON object.",
        "Geef een JSON-object.",
    )
    MODEL_TYPE = ("model-type", "The value is a JSON object.", "Give a JSON object.", "Geef een JSON-object.")
    DICT_TYPE = ("dict-type", "The value is a JSON object.", "Give a JSON object.", "Geef een JSON-object.")
    LIST_TYPE = ("list-type", "The value is a JSON array.", "Give a JSON array.", "Geef een JSON-array.")
    TUPLE_TYPE = ("tuple-type", "The value is a JSON array.", "Give a JSON array.", "Geef een JSON-array.")
    FROZEN_SET_TYPE = ("frozen-set-type", "The value is a JSON array.", "Give a JSON array.", "Geef een JSON-array.")
    TOO_LONG = (
        "too-long",
        "An array has at most as many items as is documented.",
        "Give fewer items.",
        "Geef ten hoogste {} waarden.",
    )
    NONE_REQUIRED = (
        "none-required",
        "The value is null.",
        "Give null, or leave the field out.",
        "Geef null, of laat het veld weg.",
    )
    ENUM = (
        "enum",
        "The value is one of the codes of the field.",
        "Use a code that the message lists.",
        "Gebruik een van deze codes: {}.",
    )
    LITERAL_ERROR = (
        "literal-error",
        "The value is one of the texts of the field.",
        "Use a text that the message lists.",
        "Gebruik een van deze teksten: {}.",
    )
    UNION_TAG_INVALID = (
        "union-tag-invalid",
        "The field that tells which kind of object this is has one of its documented values.",
        "Use a value that the message lists.",
        "Geef bij het soort object een van deze waarden: {}.",
    )
    UNION_TAG_NOT_FOUND = (
        "union-tag-not-found",
        "The field that tells which kind of object this is, is present.",
        "Give the field that the message names.",
        "Geef het veld dat zegt welk soort object dit is: {}.",
    )

    # The form of a text
    STRING_TYPE = ("string-type", "The value is a text.", "Give a JSON string.", "Geef een JSON-tekst.")
    STRING_UNICODE = (
        "string-unicode",
        "A text holds whole characters.",
        "Encode the text as UTF-8.",
        "De tekst bevat een half teken; codeer de tekst als UTF-8.",
    )
    STRING_TOO_SHORT = (
        "string-too-short",
        "A text has at least as many characters as is documented.",
        "Give more.",
        "Geef een tekst van ten minste {} teken(s).",
    )
    STRING_TOO_LONG = (
        "string-too-long",
        "A text has at most as many characters as is documented.",
        "Shorten it.",
        "Geef een tekst van ten hoogste {} tekens.",
    )
    STRING_PATTERN_MISMATCH = (
        "string-pattern-mismatch",
        "A text has the form that is documented for the field; control characters are in none.",
        "Use that form.",
        "Gebruik de vorm van dit veld: {}.",
    )
    UUID_TYPE = ("uuid-type", "An id is a text.", "Give a UUID as a JSON string.", "Geef een UUID als JSON-tekst.")
    UUID_PARSING = (
        "uuid-parsing",
        "An id is a UUID.",
        "Give the id as the hub returned it.",
        "Geef een UUID, zoals 0195a3c2-7c1e-7d1a-9c55-3f6d1f0c8a11.",
    )

    # The form of numbers and truth values
    BOOL_TYPE = (
        "bool-type",
        "The value is true or false.",
        "Give true or false, without quotation marks.",
        "Geef true of false, zonder aanhalingstekens.",
    )
    BOOL_PARSING = ("bool-parsing", "The value is true or false.", "Give `true` or `false`.", "Geef true of false.")
    INT_TYPE = ("int-type", "The value is a whole number.", "Give a whole number.", "Geef een geheel getal.")
    INT_PARSING = (
        "int-parsing",
        "The value is a whole number.",
        "Give a whole number in digits.",
        "Geef een geheel getal in cijfers.",
    )
    INT_PARSING_SIZE = (
        "int-parsing-size",
        "A whole number is not too long to be read.",
        "Give a smaller number.",
        "Geef een kleiner getal.",
    )
    INT_FROM_FLOAT = (
        "int-from-float",
        "The value is a whole number.",
        "Give a number without a fraction.",
        "Geef een getal zonder cijfers achter de komma.",
    )
    FLOAT_TYPE = ("float-type", "The value is a number.", "Give a number.", "Geef een getal.")
    FLOAT_PARSING = (
        "float-parsing",
        "The value is a number.",
        "Give a number in digits.",
        "Geef een getal in cijfers.",
    )
    FINITE_NUMBER = ("finite-number", "A number is finite.", "Give a finite number.", "Geef een eindig getal.")
    GREATER_THAN_EQUAL = (
        "greater-than-equal",
        "A number is not below its least value.",
        "Give a larger number.",
        "Geef een getal van ten minste {}.",
    )
    LESS_THAN_EQUAL = (
        "less-than-equal",
        "A number is not above its greatest value.",
        "Give a smaller number.",
        "Geef een getal van ten hoogste {}.",
    )

    # The form of dates
    DATE = (
        "date",
        "A date is `YYYY-MM-DD`.",
        "Give a date such as 2026-11-23.",
        "Geef een datum als JJJJ-MM-DD, bijvoorbeeld 2026-11-23.",
    )
    BIRTH_DATE = (
        "birth-date",
        "A date of birth is `YYYY-MM-DD`, with `00` for a day, or a month and a day, that is not known.",
        "Give a date such as 1988-04-12, 1965-03-00 or 1965-00-00; the year must be known.",
        "Geef een datum als JJJJ-MM-DD, met 00 voor wat onbekend is, bijvoorbeeld 1988-04-12 of 1965-00-00.",
    )
    DATE_TIME = (
        "date-time",
        "A moment is a date and time with an offset, as in RFC 3339.",
        "Give a moment such as 2026-11-23T10:30:00+01:00.",
        "Geef een tijdstip met tijdzone volgens RFC 3339, bijvoorbeeld 2026-11-23T10:30:00+01:00.",
    )
    YEAR = (
        "year",
        "A year is one that every system in the chain can store.",
        "Give a year from 1900 to 2100.",
        "Geef een jaar van 1900 tot en met 2100.",
    )
    DATE_TYPE = (
        "date-type",
        "The value is a date.",
        "Give a date such as 2026-11-23.",
        "Geef een datum, zoals 2026-11-23.",
    )
    DATE_PARSING = (
        "date-parsing",
        "A date exists.",
        "Give a date such as 2026-11-23.",
        "Deze datum bestaat niet; geef een datum, zoals 2026-11-23.",
    )
    DATE_FROM_DATETIME_PARSING = (
        "date-from-datetime-parsing",
        "A date exists.",
        "Correct the day or the month.",
        "Deze datum bestaat niet; verbeter de dag of de maand.",
    )
    DATE_FROM_DATETIME_INEXACT = (
        "date-from-datetime-inexact",
        "A date has no time.",
        "Give the date alone, such as 2026-11-23.",
        "Geef alleen de datum, zoals 2026-11-23, zonder tijd.",
    )
    DATETIME_TYPE = (
        "datetime-type",
        "The value is a moment.",
        "Give a moment such as 2026-11-23T10:30:00+01:00.",
        "Geef een tijdstip, zoals 2026-11-23T10:30:00+01:00.",
    )
    DATETIME_PARSING = (
        "datetime-parsing",
        "A moment exists.",
        "Correct its date, time or offset.",
        "Dit tijdstip bestaat niet; verbeter de datum, de tijd of de tijdzone.",
    )
    DATETIME_FROM_DATE_PARSING = (
        "datetime-from-date-parsing",
        "A moment has a time.",
        "Give a moment such as 2026-11-23T10:30:00+01:00.",
        "Geef ook een tijd, zoals in 2026-11-23T10:30:00+01:00.",
    )
    DATETIME_OBJECT_INVALID = (
        "datetime-object-invalid",
        "A moment has a valid offset.",
        "Correct the offset.",
        "Verbeter de tijdzone.",
    )
    TIMEZONE_AWARE = (
        "timezone-aware",
        "A moment has an offset.",
        "Add the offset, such as +01:00.",
        "Geef ook de tijdzone, zoals +01:00.",
    )

    VALUE_ERROR = (
        "value-error",
        "The value keeps to a rule that has no name of its own.",
        "Do as the message says.",
        "De waarde voldoet niet aan een regel van dit veld; zie de documentatie.",
    )
