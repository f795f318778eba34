"""Requests that break a rule of HTTP or OAuth itself, answered before any operation is reached."""

from dataclasses import dataclass

from app.domain.details import Said


@dataclass(frozen=True, kw_only=True)
class ProblemKind:
    """A kind of protocol problem: its status, stable code, titles, and when it occurs."""

    status: int
    code: str
    title: str
    title_nl: str
    description: str


BAD_REQUEST = ProblemKind(
    status=400,
    code="bad-request",
    title="The request cannot be read",
    title_nl="Het verzoek is niet leesbaar",
    description="The address or a header is not well-formed, or the body is not UTF-8; malformed JSON is "
    "`invalid-input`.",
)
METHOD_NOT_ALLOWED = ProblemKind(
    status=405,
    code="method-not-allowed",
    title="This address has other methods",
    title_nl="Dit adres kent andere methoden",
    description="The address exists for other methods; the `Allow` header names them.",
)
NOT_ACCEPTABLE = ProblemKind(
    status=406,
    code="not-acceptable",
    title="The hub answers in JSON",
    title_nl="De hub antwoordt in JSON",
    description="The `Accept` header allows no JSON; send `application/json`, or leave it out.",
)
BODY_TOO_LARGE = ProblemKind(
    status=413,
    code="body-too-large",
    title="The body is too large",
    title_nl="Het bericht is te groot",
    description="The body has more bytes than the hub reads; the detail says how many it reads.",
)
UNSUPPORTED_MEDIA_TYPE = ProblemKind(
    status=415,
    code="unsupported-media-type",
    title="This media type is not read here",
    title_nl="Dit mediatype wordt hier niet gelezen",
    description="The `Content-Type` is not one that the operation reads; the detail names those.",
)
INTERNAL_ERROR = ProblemKind(
    status=500,
    code="internal-error",
    title="Something went wrong in the hub",
    title_nl="Er ging iets mis in de hub",
    description="The hub made a mistake and logged it; try again, or send the operator the answer's `X-Request-ID`.",
)
HTTP_PROBLEMS = (
    BAD_REQUEST,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    INTERNAL_ERROR,
)
"""The problems that are answered before an operation is reached, or when it fails unexpectedly."""


@dataclass(frozen=True)
class HttpError:
    """The request breaks a rule of HTTP itself; it is answered before any operation is reached, not raised."""

    kind: ProblemKind
    said: Said
