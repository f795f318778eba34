"""The security log: who got in, who was refused and why, and what was changed in who may do what.

Its lines are those of the log with ``channel`` ``security``, so that they can be collected apart; they are written
whatever the level of the log. They name clients, organisations and addresses of peers, and nothing that a caller sent.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

import structlog

_log = structlog.wrap_logger(
    None, wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET), channel="security"
)


_actor: ContextVar[Callable[[], str | None] | None] = ContextVar("actor", default=None)


class SecurityEvent(StrEnum):
    """The events of the security log; ``docs/how-to/operations.md`` explains each."""

    TOKEN_ISSUED = "security_token_issued"  # noqa: S105 - a name
    TOKEN_REFUSED = "security_token_refused"  # noqa: S105 - a name
    TOKEN_THROTTLED = "security_token_throttled"  # noqa: S105 - a name
    TOKEN_REVOKED = "security_token_revoked"  # noqa: S105 - a name
    ACCESS_TOKEN_REFUSED = "security_access_token_refused"  # noqa: S105 - a name
    ACCESS_REFUSED = "security_access_refused"
    CLIENT_SAVED = "security_client_saved"
    CLIENT_REVOKED = "security_client_revoked"
    ORGANISATION_SAVED = "security_organisation_saved"
    SIGNING_KEY_ADDED = "security_signing_key_added"
    SIGNING_KEYS_REVOKED = "security_signing_keys_revoked"
    SUBSCRIPTION_APPROVED = "security_subscription_approved"
    SUBSCRIPTION_SECRET_ROTATED = "security_subscription_secret_rotated"  # noqa: S105 - a name
    SUBSCRIPTION_CREDENTIALS_CHANGED = "security_subscription_credentials_changed"
    WEAK_SETTINGS_ACCEPTED = "security_weak_settings_accepted"


def record_event(event: str, **facts: object) -> None:
    """Write a line about an event, one of ``SecurityEvent``, with the facts that are not None."""
    _log.info(SecurityEvent(event).value, **{name: fact for name, fact in facts.items() if fact is not None})


@contextmanager
def acting(actor: Callable[[], str | None]) -> Iterator[None]:
    """Attribute the changes that the block makes to whom ``actor`` returns by then: a client, or None."""
    before = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(before)


def present_actor() -> str | None:
    """Return who makes the present change over the API; None for a command or the hub itself."""
    actor = _actor.get()
    return actor() if actor else None
