"""What sending a delivery once came to."""

from collections.abc import Set
from dataclasses import dataclass
from http import HTTPStatus

from app.domain.fields import Field
from app.models.delivery.attempt import AttemptOutcome

__all__ = ["SendResult"]


@dataclass(frozen=True, kw_only=True)
class SendResult:
    """What sending once came to; holds nothing of what was sent or answered.

    Attributes:
        error_class: a short code of what went wrong; None when it succeeded.
        retry_after_seconds: the wait that the receiver asked for.
        unknown: True when it may have arrived although it failed.
        external_id: the partner's own id of the case, when its system returned one.
        shown: the fields that arrived where people read them; None: everything that was sent.
        sender_fault: True when the hub itself failed, which says nothing about the receiver.
    """

    outcome: AttemptOutcome
    status_code: int | None = None
    error_class: str | None = None
    retry_after_seconds: float | None = None
    unknown: bool = False
    external_id: str | None = None
    shown: Set[Field] | None = None
    sender_fault: bool = False

    @property
    def is_rate_limit(self) -> bool:
        """Whether the receiver is up and asks for fewer requests (RFC 6585, section 4)."""
        return self.status_code == HTTPStatus.TOO_MANY_REQUESTS
