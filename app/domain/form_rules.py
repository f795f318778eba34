"""The texts of the rules that the form of a value can break: what Pydantic finds, and forms of our own.

A message says the rule and what to do; in place of ``{}`` comes what a finding names, such as a limit.
"""

from typing import NamedTuple


class FormText(NamedTuple):
    """A rule by its name in answers, with its texts, in the order of ``InputRule``."""

    rule: str
    demand: str
    remedy: str
    message_nl: str
    message: str


# The form of a request
MISSING = FormText(
    "missing",
    "A required field is present.",
    "Give the field.",
    "Geef dit veld; het is verplicht.",
    "Give this field; it is required.",
)
EXTRA_FORBIDDEN = FormText(
    "extra-forbidden",
    "A field exists here.",
    "Leave the field out, or correct its name.",
    "Dit veld bestaat hier niet; laat het weg of verbeter de naam.",
    "Leave this field out, or correct its name; it does not exist here.",
)
JSON_INVALID = FormText(
    "json-invalid",
    "A body is well-formed JSON.",
    "Send well-formed JSON.",
    "Stuur goed gevormde JSON.",
    "Send well-formed JSON.",
)
INVALID_JSON_VALUE = FormText(
    "invalid-json-value",
    "A value is a JSON value.",
    "Send well-formed JSON.",
    "Stuur goed gevormde JSON.",
    "Send well-formed JSON.",
)
MODEL_ATTRIBUTES_TYPE = FormText(
    "model-attributes-type",
    "The value is a JSON object.",
    "Give a JSON object.",
    "Geef een JSON-object.",
    "Give a JSON object.",
)
MODEL_TYPE = FormText(
    "model-type",
    "The value is a JSON object.",
    "Give a JSON object.",
    "Geef een JSON-object.",
    "Give a JSON object.",
)
DICT_TYPE = FormText(
    "dict-type",
    "The value is a JSON object.",
    "Give a JSON object.",
    "Geef een JSON-object.",
    "Give a JSON object.",
)
LIST_TYPE = FormText(
    "list-type",
    "The value is a JSON array.",
    "Give a JSON array.",
    "Geef een JSON-array.",
    "Give a JSON array.",
)
TUPLE_TYPE = FormText(
    "tuple-type",
    "The value is a JSON array.",
    "Give a JSON array.",
    "Geef een JSON-array.",
    "Give a JSON array.",
)
FROZEN_SET_TYPE = FormText(
    "frozen-set-type",
    "The value is a JSON array.",
    "Give a JSON array.",
    "Geef een JSON-array.",
    "Give a JSON array.",
)
TOO_SHORT = FormText(
    "too-short",
    "An array has at least as many items as is documented.",
    "Give at least as many items as the message says.",
    "Geef ten minste {}.",
    "Give at least {}.",
)
TOO_LONG = FormText(
    "too-long",
    "An array has at most as many items as is documented.",
    "Give at most as many items as the message says.",
    "Geef ten hoogste {}.",
    "Give at most {}.",
)
NONE_REQUIRED = FormText(
    "none-required",
    "The value is null.",
    "Give null, or leave the field out.",
    "Geef null, of laat het veld weg.",
    "Give null, or leave this field out.",
)
ENUM = FormText(
    "enum",
    "The value is one of the codes of the field.",
    "Use a code that the message lists.",
    "Gebruik een van deze codes: {}.",
    "Give one of these codes: {}.",
)
LITERAL_ERROR = FormText(
    "literal-error",
    "The value is one of the texts of the field.",
    "Use a text that the message lists.",
    "Gebruik een van deze teksten: {}.",
    "Give one of these texts: {}.",
)
UNION_TAG_INVALID = FormText(
    "union-tag-invalid",
    "The field that tells which kind of object this is has one of its documented values.",
    "Use a value that the message lists.",
    "Geef bij het soort object een van deze waarden: {}.",
    "Give the field that says which kind of object this is one of these values: {}.",
)
UNION_TAG_NOT_FOUND = FormText(
    "union-tag-not-found",
    "The field that tells which kind of object this is, is present.",
    "Give the field that the message names.",
    "Geef het veld dat zegt welk soort object dit is: {}.",
    "Give the field that says which kind of object this is: {}.",
)

# The form of a text
STRING_TYPE = FormText(
    "string-type",
    "The value is a text.",
    "Give a JSON string.",
    "Geef een JSON-tekst.",
    "Give a JSON string.",
)
STRING_UNICODE = FormText(
    "string-unicode",
    "A text holds whole characters.",
    "Encode the text as UTF-8.",
    "De tekst bevat een half teken; codeer de tekst als UTF-8.",
    "This text holds half a character; encode it as UTF-8.",
)
STRING_TOO_SHORT = FormText(
    "string-too-short",
    "A text has at least as many characters as is documented.",
    "Give at least as many characters as the message says.",
    "Geef een tekst van ten minste {}.",
    "Give a text of at least {}.",
)
STRING_TOO_LONG = FormText(
    "string-too-long",
    "A text has at most as many characters as is documented.",
    "Give at most as many characters as the message says.",
    "Geef een tekst van ten hoogste {}.",
    "Give a text of at most {}.",
)
STRING_PATTERN_MISMATCH = FormText(
    "string-pattern-mismatch",
    "A text has the form that is documented for the field; control characters are in none.",
    "Use the form that the message says.",
    "Gebruik de vorm van dit veld: {}.",
    "Use the form of this field: {}.",
)
UUID_TYPE = FormText(
    "uuid-type",
    "An id is a text.",
    "Give a UUID as a JSON string.",
    "Geef een UUID als JSON-tekst.",
    "Give a UUID as a JSON string.",
)
UUID_PARSING = FormText(
    "uuid-parsing",
    "An id is a UUID.",
    "Give the id as the hub returned it.",
    "Geef een UUID, zoals 0195a3c2-7c1e-7d1a-9c55-3f6d1f0c8a11.",
    "Give a UUID, such as 0195a3c2-7c1e-7d1a-9c55-3f6d1f0c8a11.",
)

# The form of numbers and truth values
BOOL_TYPE = FormText(
    "bool-type",
    "The value is true or false.",
    "Give true or false, without quotation marks.",
    "Geef true of false, zonder aanhalingstekens.",
    "Give true or false, without quotation marks.",
)
BOOL_PARSING = FormText(
    "bool-parsing",
    "The value is true or false.",
    "Give `true` or `false`.",
    "Geef true of false.",
    "Give true or false.",
)
INT_TYPE = FormText(
    "int-type",
    "The value is a whole number.",
    "Give a whole number.",
    "Geef een geheel getal.",
    "Give a whole number.",
)
INT_PARSING = FormText(
    "int-parsing",
    "The value is a whole number.",
    "Give a whole number in digits.",
    "Geef een geheel getal in cijfers.",
    "Give a whole number in digits.",
)
INT_PARSING_SIZE = FormText(
    "int-parsing-size",
    "A whole number is not too long to be read.",
    "Give a smaller number.",
    "Dit getal is te lang om te lezen; geef een kleiner getal.",
    "This number is too long to be read; give a smaller one.",
)
INT_FROM_FLOAT = FormText(
    "int-from-float",
    "The value is a whole number.",
    "Give a number without a fraction.",
    "Geef een getal zonder cijfers achter de komma.",
    "Give a whole number, without a fraction.",
)
FLOAT_TYPE = FormText(
    "float-type",
    "The value is a number.",
    "Give a number.",
    "Geef een getal.",
    "Give a number.",
)
FLOAT_PARSING = FormText(
    "float-parsing",
    "The value is a number.",
    "Give a number in digits.",
    "Geef een getal in cijfers.",
    "Give a number in digits.",
)
FINITE_NUMBER = FormText(
    "finite-number",
    "A number is finite.",
    "Give a finite number.",
    "Geef een eindig getal.",
    "Give a finite number.",
)
GREATER_THAN_EQUAL = FormText(
    "greater-than-equal",
    "A number is not below its least value.",
    "Give at least the number that the message says.",
    "Geef een getal van ten minste {}.",
    "Give a number of at least {}.",
)
LESS_THAN_EQUAL = FormText(
    "less-than-equal",
    "A number is not above its greatest value.",
    "Give at most the number that the message says.",
    "Geef een getal van ten hoogste {}.",
    "Give a number of at most {}.",
)

# The form of dates
DATE = FormText(
    "date",
    "A date is `YYYY-MM-DD`.",
    "Give a date such as 2026-11-23.",
    "Geef een datum als JJJJ-MM-DD, bijvoorbeeld 2026-11-23.",
    "Give a date as YYYY-MM-DD, for example 2026-11-23.",
)
BIRTH_DATE = FormText(
    "birth-date",
    "A date of birth is `YYYY-MM-DD`, with `00` for a day, or a month and a day, that is not known.",
    "Give a date such as 1988-04-12, 1965-03-00 or 1965-00-00; the year must be known.",
    "Geef een datum als JJJJ-MM-DD, met 00 voor wat onbekend is, bijvoorbeeld 1988-04-12 of 1965-00-00.",
    "Give a date as YYYY-MM-DD, with 00 for what is not known, for example 1965-00-00.",
)
DATE_TIME = FormText(
    "date-time",
    "A moment is a date and time with an offset, as in RFC 3339.",
    "Give a moment such as 2026-11-23T10:30:00+01:00.",
    "Geef een tijdstip met tijdzone volgens RFC 3339, bijvoorbeeld 2026-11-23T10:30:00+01:00.",
    "Give a moment with its offset as RFC 3339 has it, for example 2026-11-23T10:30:00+01:00.",
)
YEAR = FormText(
    "year",
    "A year is one that every system in the chain can store.",
    "Give a year from 1900 to 2100.",
    "Geef een jaar van 1900 tot en met 2100.",
    "Give a year from 1900 to 2100.",
)
DATE_TYPE = FormText(
    "date-type",
    "The value is a date.",
    "Give a date such as 2026-11-23.",
    "Geef een datum, zoals 2026-11-23.",
    "Give a date, such as 2026-11-23.",
)
DATE_PARSING = FormText(
    "date-parsing",
    "A date exists.",
    "Give a date such as 2026-11-23.",
    "Deze datum bestaat niet; geef een datum, zoals 2026-11-23.",
    "This date does not exist; give a date, such as 2026-11-23.",
)
DATE_FROM_DATETIME_PARSING = FormText(
    "date-from-datetime-parsing",
    "A date exists.",
    "Correct the day or the month.",
    "Deze datum bestaat niet; verbeter de dag of de maand.",
    "This date does not exist; correct the day or the month.",
)
DATE_FROM_DATETIME_INEXACT = FormText(
    "date-from-datetime-inexact",
    "A date has no time.",
    "Give the date alone, such as 2026-11-23.",
    "Geef alleen de datum, zoals 2026-11-23, zonder tijd.",
    "Give the date alone, such as 2026-11-23, without a time.",
)
DATETIME_TYPE = FormText(
    "datetime-type",
    "The value is a moment.",
    "Give a moment such as 2026-11-23T10:30:00+01:00.",
    "Geef een tijdstip, zoals 2026-11-23T10:30:00+01:00.",
    "Give a moment, such as 2026-11-23T10:30:00+01:00.",
)
DATETIME_PARSING = FormText(
    "datetime-parsing",
    "A moment exists.",
    "Correct its date, time or offset.",
    "Dit tijdstip bestaat niet; verbeter de datum, de tijd of de tijdzone.",
    "This moment does not exist; correct its date, its time or its offset.",
)
DATETIME_FROM_DATE_PARSING = FormText(
    "datetime-from-date-parsing",
    "A moment has a time.",
    "Give a moment such as 2026-11-23T10:30:00+01:00.",
    "Geef ook een tijd, zoals in 2026-11-23T10:30:00+01:00.",
    "Give a time as well, as in 2026-11-23T10:30:00+01:00.",
)
DATETIME_OBJECT_INVALID = FormText(
    "datetime-object-invalid",
    "A moment has a valid offset.",
    "Correct the offset.",
    "Deze tijdzone bestaat niet; verbeter die.",
    "This offset does not exist; correct it.",
)
TIMEZONE_AWARE = FormText(
    "timezone-aware",
    "A moment has an offset.",
    "Add the offset, such as +01:00.",
    "Geef ook de tijdzone, zoals +01:00.",
    "Add the offset, as in 2026-11-23T10:30:00+01:00.",
)

VALUE_ERROR = FormText(
    "value-error",
    "The value keeps to a rule that has no name of its own.",
    "Do as the message says.",
    "{}",
    "{}",
)
