"""What can go wrong, with a stable code for programs and a message for people.

::

    HubError
    ├── InvalidInput        a value breaks a rule; names field and rule
    ├── NotFound            no such record, or not the caller's
    │   └── ReferralNotFound, TrajectoryNotFound, SubscriptionNotFound
    ├── Forbidden           the caller lacks a scope or a role
    ├── Unauthenticated     no valid proof of who calls
    ├── Conflict            the request contradicts what is stored
    │   ├── TransitionNotAllowed
    │   ├── IdempotencyConflict
    │   ├── DuplicateReference
    │   ├── LimitReached
    │   └── NotTheOwner     another party owns the fact
    ├── PreconditionRequired / PreconditionFailed   If-Match absent / stale
    ├── TooManyRequests     the client has its share at work
    └── Unavailable         try again later

    PartnerError
    ├── CursorExpired       read everything again
    │   └── FeedWentBack    the feed was restored from a backup
    ├── PartnerUnreachable  retry; the outcome may be unknown
    ├── PartnerRefused      the partner's own refusal of this message: do not retry
    └── PartnerUnreadable   quarantine
        └── UnknownCode     a code without a meaning here

Messages name the field, the rule and the remedy, and never contain personal data. The first line of each docstring is
the description in the generated reference of errors.
"""

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from uuid import UUID

from app.domain.codes import System
from app.domain.details import Detail, Said
from app.domain.fields import Field
from app.domain.input_rules import InputRule
from app.domain.refusal import RefusalCause


class HubError(Exception):
    """The hub cannot carry out a request.

    Attributes:
        said: what happened and what to do, in both languages.
        cause: why somebody is refused entry, for the security log; None for any other error.
    """

    cause: RefusalCause | None = None
    code = "hub-error"
    title = "The request cannot be carried out"
    title_nl = "Het verzoek kan niet worden uitgevoerd"

    def __init__(self, said: Said) -> None:
        super().__init__(said.english)
        self.said = said


@dataclass(frozen=True)
class FieldFault:
    """One field that breaks one rule: where, which, and what to do.

    Attributes:
        details: what the rule's Dutch message names, such as the areas or a limit.
    """

    field: str
    rule: InputRule
    message: str
    _: KW_ONLY
    details: str = ""

    @property
    def message_nl(self) -> str:
        """The message in Dutch."""
        return self.rule.message_nl.format(self.details)


class InvalidInput(HubError):
    """One or more values break a rule; `errors` names each field and rule."""

    code = "invalid-input"
    title = "The request holds invalid values"
    title_nl = "Het verzoek bevat ongeldige waarden"

    def __init__(self, *faults: FieldFault) -> None:
        english = " ".join(f"{fault.field}: {fault.message}" for fault in faults)
        dutch = " ".join(f"{fault.field}: {fault.message_nl}" for fault in faults)
        super().__init__(Said(english, dutch))
        self.faults = faults


def refuse(faults: Iterable[FieldFault]) -> None:
    """Raise InvalidInput with these faults, when there are any."""
    if found := tuple(faults):
        raise InvalidInput(*found)


def first_of_each_field(faults: Iterable[FieldFault]) -> list[FieldFault]:
    """Return the first fault of each field: what is wrong on its own is not compared with what is stored."""
    first: dict[str, FieldFault] = {}
    for fault in faults:
        first.setdefault(fault.field, fault)
    return list(first.values())


class NotFound(HubError):
    """No such record exists for this caller; a record of another organisation is not found either."""

    code = "not-found"
    title = "Not found"
    title_nl = "Niet gevonden"


class ReferralNotFound(NotFound):
    """The caller sees no referral with this id."""

    def __init__(self, cause: RefusalCause | None = None) -> None:
        super().__init__(Detail.NO_REFERRAL())
        self.cause = cause


class TrajectoryNotFound(NotFound):
    """The caller sees no trajectory with this id."""

    def __init__(self, cause: RefusalCause | None = None) -> None:
        super().__init__(Detail.NO_TRAJECTORY())
        self.cause = cause


class SubscriptionNotFound(NotFound):
    """The caller sees no subscription with this id."""

    def __init__(self) -> None:
        super().__init__(Detail.NO_SUBSCRIPTION())


class Unauthenticated(HubError):
    """The request has no valid access token; request a new one at `/oauth/token`."""

    code = "unauthenticated"
    title = "Authentication is needed"
    title_nl = "Authenticatie is nodig"

    def __init__(self, said: Said, cause: RefusalCause | None = None) -> None:
        super().__init__(said)
        self.cause = cause


class Forbidden(HubError):
    """The token lacks a scope, or the role of the organisation does not do this.

    Attributes:
        scope: those that are needed, with spaces between them, when one of them is lacking; None for a role.
    """

    code = "forbidden"
    title = "Not allowed for this client"
    title_nl = "Niet toegestaan voor deze client"

    def __init__(self, said: Said, scope: str | None = None) -> None:
        super().__init__(said)
        self.scope = scope
        self.cause = RefusalCause.SCOPE if scope else RefusalCause.ROLE


class Conflict(HubError):
    """The request contradicts what is stored; read the record again before another try."""

    code = "conflict"
    title = "Conflict with the stored record"
    title_nl = "In strijd met het vastgelegde gegeven"


class TransitionNotAllowed(Conflict):
    """The record is not in a state from which this can be done."""

    code = "transition-not-allowed"
    title = "Not possible in the present state"
    title_nl = "Niet mogelijk in de huidige toestand"


class IdempotencyConflict(Conflict):
    """The `Idempotency-Key` was used before with another request; use a new key for a new request."""

    code = "idempotency-conflict"
    title = "Idempotency-Key used for another request"
    title_nl = "Idempotency-Key gebruikt voor een ander verzoek"


class DuplicateReference(Conflict):
    """The organisation already used this reference for another record; find that one, or use a new reference."""

    code = "duplicate-reference"
    title = "Reference already in use"
    title_nl = "Kenmerk al in gebruik"


@dataclass(frozen=True)
class OwnershipViolation:
    """A write to fields of a referral that another party owns.

    Attributes:
        system: where the organisation that tried it registers.
        values: what it wrote, by field.
    """

    referral_id: UUID
    system: System
    values: Mapping[Field, object]


class NotTheOwner(Conflict):
    """Another party owns the value; nothing changed, and the operator decides.

    Attributes:
        violation: what was written, and the referral; to be recorded as a conflict.
    """

    code = "not-the-owner"
    title = "Another party owns this fact"
    title_nl = "Een andere partij is eigenaar van dit gegeven"

    def __init__(self, said: Said, violation: OwnershipViolation) -> None:
        super().__init__(said)
        self.violation = violation


class LimitReached(Conflict):
    """The organisation has the largest number of these that it may have; remove one first."""

    code = "limit-reached"
    title = "No more of these can be made"
    title_nl = "Hiervan kunnen er niet meer worden gemaakt"


class PreconditionRequired(HubError):
    """A change of an existing record needs `If-Match` with the `ETag` of the record as it was read."""

    code = "precondition-required"
    title = "If-Match is needed"
    title_nl = "If-Match is nodig"


class PreconditionFailed(HubError):
    """The record changed since it was read, or `If-Match` holds no entity tag; read it again and decide again."""

    code = "precondition-failed"
    title = "The record has changed"
    title_nl = "Het gegeven is intussen gewijzigd"


class TooManyRequests(HubError):
    """The client has as much at work as one client may; send less at a time, and repeat this after `Retry-After`."""

    code = "too-many-requests"
    title = "Too many requests at a time"
    title_nl = "Te veel verzoeken tegelijk"


class Unavailable(HubError):
    """The hub cannot answer now; repeat after `Retry-After`, a write with its Idempotency-Key (it is made once)."""

    code = "unavailable"
    title = "Try again later"
    title_nl = "Probeer het later opnieuw"


class PartnerError(Exception):
    """A partner's system did not do what was expected."""


class PartnerUnreachable(PartnerError):
    """The partner did not answer, or not as its contract says; the outcome may be unknown.

    Attributes:
        retry_after_seconds: the wait the partner asked for, None when it did not say.
        code: a stable code of what went wrong, for lists and metrics.
        status: the HTTP status of the answer; None when there was none.
    """

    def __init__(
        self,
        message: str,
        retry_after_seconds: float | None = None,
        *,
        code: str = "unreachable",
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        self.code, self.status = code, status


class CursorExpired(PartnerError):
    """The partner no longer knows the place from which to read on; read everything again."""


class FeedWentBack(CursorExpired):
    """The partner's feed no longer has the place up to which it was read: it was restored; read everything again."""


class PartnerRefused(PartnerError):
    """The partner itself refused this message, in its own form of errors; sending the same again does not help.

    Attributes:
        status: the HTTP status of the answer; None when nothing was sent.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class PartnerUnreadable(PartnerError):
    """A partner's record cannot be read; it goes to quarantine.

    Attributes:
        field: the partner's own name of the field that cannot be read.
        reason: a stable code of the reason.
    """

    reason = "unreadable"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class UnknownCode(PartnerUnreadable):
    """A partner sent a code that the mapping does not know; never guessed."""

    reason = "unknown-code"
