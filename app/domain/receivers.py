"""Who is sent events, as one key that is stored with every delivery and every disclosure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from uuid import UUID

from app.domain.codes import System

__all__ = [
    "PartnerKey",
    "PollKey",
    "ReaderKey",
    "ReceiverKey",
    "SubscriptionKey",
    "parse_receiver",
    "subscription_id_of",
    "system_of",
]


@dataclass(frozen=True)
class PartnerKey:
    """A partner's system: ``partner:<system>``."""

    system: System

    @cached_property
    def text(self) -> str:
        """The stored form."""
        return f"partner:{self.system.value}"


@dataclass(frozen=True)
class SubscriptionKey:
    """A webhook subscription: ``subscription:<uuid>``."""

    subscription_id: UUID

    @cached_property
    def text(self) -> str:
        """The stored form."""
        return f"subscription:{self.subscription_id}"


@dataclass(frozen=True)
class PollKey:
    """An organisation that reads its events by polling: ``poll:<uuid>``."""

    organisation_id: UUID

    @cached_property
    def text(self) -> str:
        """The stored form."""
        return f"poll:{self.organisation_id}"


@dataclass(frozen=True)
class ReaderKey:
    """An organisation that read a record: ``reader:<uuid>``."""

    organisation_id: UUID

    @cached_property
    def text(self) -> str:
        """The stored form."""
        return f"reader:{self.organisation_id}"


ReceiverKey = PartnerKey | SubscriptionKey | PollKey | ReaderKey


@lru_cache(maxsize=4096)
def parse_receiver(text: str) -> ReceiverKey:
    """Return the key that has this stored text.

    Raises:
        ValueError: it is not the text of a key.
    """
    kind, _, name = text.partition(":")
    match kind:
        case "partner":
            return PartnerKey(System(name))
        case "subscription":
            return SubscriptionKey(UUID(name))
        case "poll":
            return PollKey(UUID(name))
        case "reader":
            return ReaderKey(UUID(name))
    raise ValueError(f"receiver {text!r}: must begin with partner:, subscription:, poll: or reader:")


def system_of(receiver: ReceiverKey) -> System | None:
    """Return the partner's system, None for any other kind of receiver."""
    return receiver.system if isinstance(receiver, PartnerKey) else None


def subscription_id_of(receiver: ReceiverKey) -> UUID | None:
    """Return the id of the subscription, None for any other kind of receiver."""
    return receiver.subscription_id if isinstance(receiver, SubscriptionKey) else None
