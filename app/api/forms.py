"""The forms of texts: the pattern that a text matches, and the same in words, for descriptions and messages."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Form:
    """The form of a text.

    Attributes:
        words: the form in English, to follow a colon.
        words_nl: the same in Dutch.
    """

    pattern: str
    words: str
    words_nl: str


# Control characters do not belong in a line: PostgreSQL refuses NUL, and terminals interpret the others.
LINE = Form(
    pattern=r"^[^\u0000-\u001F\u007F]*$",
    words="one line, without control characters",
    words_nl="één regel, zonder stuurtekens",
)
PARAGRAPHS = Form(
    pattern=r"^[^\u0000-\u0008\u000B-\u001F\u007F]*$",
    words="text with line feeds and tabs, without other control characters",
    words_nl="tekst met regeleinden en tabs, zonder andere stuurtekens",
)
PHONE = Form(
    pattern=r"^\+?\(?[0-9][0-9 ().\-]{4,38}$",
    words="5 to 39 digits, spaces, dots, parentheses and hyphens, the first a digit; `+`, `(` or `+(` may precede them",
    words_nl="5 tot 39 cijfers, spaties, punten, haakjes en streepjes, om te beginnen een cijfer; `+`, `(` of `+(` "
    "mag ervoor",
)
EMAIL = Form(
    pattern=r"^[^@\s\u0000-\u001F\u007F]+@[^@\s\u0000-\u001F\u007F]+\.[^@\s\u0000-\u001F\u007F]+$",
    words="an e-mail address, such as jan@example.nl",
    words_nl="een e-mailadres, zoals jan@example.nl",
)
BSN = Form(pattern=r"^[0-9]{9}$", words="nine digits", words_nl="negen cijfers")
LANGUAGE_TAG = Form(
    pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
    words="a BCP 47 tag with the language in lower case, such as ar or zh-Hant",
    words_nl="een BCP 47-taalcode met de taal in onderkast, zoals ar of zh-Hant",
)
CODE = Form(
    pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$",
    words="at most 80 characters of a-z, 0-9, dot, underscore and hyphen, the first of a-z or 0-9",
    words_nl="hoogstens 80 tekens uit a-z, 0-9, punt, laag streepje en streepje, het eerste uit a-z of 0-9",
)
ORGANISATION_CODE = Form(
    pattern=r"^[a-z0-9][a-z0-9-]{0,79}$",
    words="at most 80 characters of a-z, 0-9 and hyphen, the first of a-z or 0-9",
    words_nl="hoogstens 80 tekens uit a-z, 0-9 en streepje, het eerste uit a-z of 0-9",
)
PARTNER_NAME = Form(
    pattern=r"^[a-z]{1,20}$",
    words="the name of a partner system, in lower case",
    words_nl="de naam van een registratiesysteem, in onderkast",
)
FILTER = Form(
    pattern=r"^[a-z-]{1,40}$",
    words="at most 40 characters of a-z and hyphen",
    words_nl="hoogstens 40 tekens uit a-z en streepje",
)
URL = Form(
    pattern=r"^https?://[\x21-\x7e]+$",
    words="a full address that begins with https:// (in the sandbox also http://), without spaces, in ASCII",
    words_nl="een volledig adres dat met https:// begint (in de sandbox ook http://), zonder spaties, in ASCII",
)
PEM = Form(
    pattern=r"^[\x20-\x7e\r\n]*$",
    words="PEM: ASCII in lines",
    words_nl="PEM: ASCII in regels",
)
KEY = Form(
    pattern=r"^[\x21-\x7e]+$",
    words="ASCII without spaces, such as a UUID",
    words_nl="ASCII zonder spaties, zoals een UUID",
)

CLIENT_ID = Form(
    pattern=r"^[!-.0-~]{1,100}$",
    words="at most 100 characters of ASCII, without spaces and slashes",
    words_nl="hoogstens 100 tekens ASCII, zonder spaties en schuine strepen",
)
SCOPE = Form(
    pattern=r"^[a-z-]{1,40}:[a-z-]{1,40}$",
    words="two words with a colon between them, such as referrals:read",
    words_nl="twee woorden met een dubbele punt ertussen, zoals referrals:read",
)

FORMS = {
    form.pattern: form
    for form in (
        LINE,
        PARAGRAPHS,
        PHONE,
        EMAIL,
        BSN,
        LANGUAGE_TAG,
        CODE,
        ORGANISATION_CODE,
        PARTNER_NAME,
        FILTER,
        URL,
        PEM,
        KEY,
        CLIENT_ID,
        SCOPE,
    )
}
"""All forms, by their pattern."""
