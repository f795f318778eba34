"""The keys with which the hub signs access tokens, sealed at rest: made, rotated, revoked and deleted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.database import Connection
from app.models.access.signing_key import (
    StoredSigningKey,
    delete_signing_keys,
    insert_signing_key,
    list_signing_keys,
    place_of_private_key,
    revoke_signing_keys,
)
from app.operations.access.version import change_access
from app.operations.security_changes import record_change
from app.operations.services import Services
from app.security_log import SecurityEvent

PUBLISHED_FOR = timedelta(hours=1)
"""How long a new key is published before it signs, so that whoever verifies tokens has it by then."""

KEPT_FOR = timedelta(days=1)
"""How long a key is kept after the next one took over, or after it was revoked; tokens live for an hour at most."""


@dataclass(frozen=True)
class SigningKey:
    """A key with which the hub signs access tokens.

    Attributes:
        private_pem: the private key in PEM.
        public_jwk: the public key as a JSON Web Key, with its ``kid``.
        signs_from: when it takes over from the key before it; None for the first one, which signs at once.
    """

    kid: str
    private_pem: bytes = field(repr=False)
    public_jwk: Mapping[str, str]
    _: KW_ONLY
    signs_from: datetime | None = None


class KeyState(StrEnum):
    """What a signing key does."""

    PUBLISHED = "published"
    SIGNS = "signs"
    VERIFIES = "verifies"
    REVOKED = "revoked"


@dataclass(frozen=True, kw_only=True)
class SigningKeyView:
    """A signing key as operators see it: never the private key."""

    kid: str
    state: KeyState
    created_at: datetime
    signs_from: datetime | None
    revoked_at: datetime | None


def signing_keys(tx: Connection, services: Services) -> list[SigningKey]:
    """Return the hub's signing keys that were not revoked, newest first; all of them verify."""
    return [
        SigningKey(
            each.kid,
            services.vault.open(each.private_key, place_of_private_key(each.kid)),
            each.public_jwk,
            signs_from=each.signs_from,
        )
        for each in list_signing_keys(tx)
        if each.revoked_at is None
    ]


def signing_key_at(keys: Sequence[SigningKey], now: datetime) -> SigningKey:
    """Return the key that signs at a moment: the newest one that has taken over; ``keys`` are newest first."""
    return next((each for each in keys if each.signs_from is None or each.signs_from <= now), keys[-1])


def view_signing_keys(tx: Connection, now: datetime) -> list[SigningKeyView]:
    """Return the hub's signing keys as they are at a moment, newest first."""
    stored = list_signing_keys(tx)
    valid = [each for each in stored if each.revoked_at is None]
    signs = next((each for each in valid if _has_taken_over(each, now)), valid[-1] if valid else None)
    return [
        SigningKeyView(
            kid=each.kid,
            state=KeyState.SIGNS if each is signs else _state_beside(each, now),
            created_at=each.created_at,
            signs_from=each.signs_from,
            revoked_at=each.revoked_at,
        )
        for each in stored
    ]


def ensure_signing_key(tx: Connection, services: Services, make_key: Callable[[], SigningKey]) -> list[SigningKey]:
    """Return all signing keys, newest first; when there is none, make and store the first."""
    if not signing_keys(tx, services):
        add_signing_key(tx, services, make_key())
    return signing_keys(tx, services)


def add_signing_key(tx: Connection, services: Services, key: SigningKey) -> None:
    """Store a key, sealed by the vault; it signs as soon as it says."""
    change_access(tx, services)
    _insert(tx, services, key, services.clock.now())


def rotate_signing_key(
    tx: Connection, services: Services, key: SigningKey, now: datetime, *, revoke_others: bool = False
) -> list[SigningKeyView]:
    """Have a new key take over, and return all keys.

    It is published at once and signs after ``PUBLISHED_FOR``; the keys before it go on verifying, and are deleted when
    no token of theirs can be valid any more.

    Args:
        tx: the transaction.
        services: what operations work with.
        key: the new key.
        now: the present moment by the clock by which tokens are valid.
        revoke_others: the new key signs at once, and every token that was issued until now is refused.
    """
    change_access(tx, services)
    if revoke_others:
        revoke_signing_keys(tx, now)
        record_change(SecurityEvent.SIGNING_KEYS_REVOKED)
    _delete_ended(tx, now)
    signs_from = now if revoke_others else now + PUBLISHED_FOR
    _insert(tx, services, replace(key, signs_from=signs_from), now)
    return view_signing_keys(tx, now)


def is_rotation_due(tx: Connection, now: datetime, oldest: timedelta) -> bool:
    """Return whether the newest signing key is older than this; without a key nothing is due."""
    valid = [each for each in list_signing_keys(tx) if each.revoked_at is None]
    return bool(valid) and now - (valid[0].signs_from or valid[0].created_at) >= oldest


def rotate_when_due(tx: Connection, services: Services, key: SigningKey, now: datetime, oldest: timedelta) -> bool:
    """Rotate unless another process did; return whether the key took over."""
    change_access(tx, services)
    if not is_rotation_due(tx, now, oldest):
        return False
    rotate_signing_key(tx, services, key, now)
    return True


def _insert(tx: Connection, services: Services, key: SigningKey, now: datetime) -> None:
    new = StoredSigningKey(
        kid=key.kid,
        private_key=services.vault.seal(key.private_pem, place_of_private_key(key.kid)),
        public_jwk=key.public_jwk,
        created_at=now,
        signs_from=key.signs_from,
    )
    insert_signing_key(tx, new)
    record_change(SecurityEvent.SIGNING_KEY_ADDED, kid=key.kid, signs_from=key.signs_from)


def _delete_ended(tx: Connection, now: datetime) -> None:
    """Delete the keys that no valid token was signed with."""
    before = now - KEPT_FOR
    stored = list_signing_keys(tx)
    valid = [each for each in stored if each.revoked_at is None]
    taken_over = next((place for place, each in enumerate(valid) if _has_taken_over(each, before)), len(valid))
    revoked = [each for each in stored if each.revoked_at is not None and each.revoked_at <= before]
    delete_signing_keys(tx, [each.kid for each in [*valid[taken_over + 1 :], *revoked]])


def _has_taken_over(key: StoredSigningKey, now: datetime) -> bool:
    return key.signs_from is None or key.signs_from <= now


def _state_beside(key: StoredSigningKey, now: datetime) -> KeyState:
    if key.revoked_at is not None:
        return KeyState.REVOKED
    return KeyState.VERIFIES if _has_taken_over(key, now) else KeyState.PUBLISHED
