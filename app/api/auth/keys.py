"""The hub's signing keys: renewed in time, and in memory until they change or a token names an unknown one."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.api.auth.tokens import SignatureKey, VerifyingKey, new_signing_key, signature_key_of, verifying_keys_of
from app.database import Database
from app.domain.ports import Clock
from app.operations.access.signing_keys import (
    SigningKey,
    ensure_signing_key,
    is_rotation_due,
    rotate_when_due,
    signing_key_at,
    signing_keys,
)
from app.operations.services import Services

# A token with an invented key id must not make the hub read its keys at each request.
REFRESH_SECONDS = 1.0


async def renew_old_key(db: Database, services: Services, clock: Clock, oldest: timedelta) -> None:
    """Have a new key take over when the newest one is older than this; of several processes one does it.

    Args:
        db: the database with the keys.
        services: what operations work with.
        clock: shows the real time, by which tokens are valid.
        oldest: the greatest age of a key that signs.
    """
    if await db.read(is_rotation_due, clock.now(), oldest):
        # It takes long, and must not stop requests.
        key = await asyncio.to_thread(new_signing_key)
        await db.write(rotate_when_due, services, key, clock.now(), oldest)


@dataclass(frozen=True)
class Keys:
    """The hub's keys, ready for use.

    Attributes:
        all: those that were not revoked, newest first.
    """

    all: Sequence[SigningKey]
    verifying: Mapping[str, VerifyingKey]

    @property
    def public(self) -> list[Mapping[str, str]]:
        """The public keys as JSON Web Keys; also of a key that signs later."""
        return [each.public_jwk for each in self.all]

    def signing_at(self, now: datetime) -> SignatureKey:
        """Return the key that signs at a moment."""
        return signature_key_of(signing_key_at(self.all, now))


class KeyRing:
    """The hub's keys; the first one is made when there is none.

    Args:
        timer: a monotonic clock, in seconds.
    """

    def __init__(self, db: Database, services: Services, timer: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._services = services
        self._timer = timer
        self._keys: Keys | None = None
        self._read_at = 0.0
        self._forgotten = 0

    async def keys(self, kid: str | None = None) -> Keys:
        """Return the keys, with those that another process made since when ``kid`` is unknown."""
        keys = self._keys
        if keys is None or (kid is not None and self._may_be_new(keys, kid)):
            keys = await self._read()
        return keys

    def forget(self) -> None:
        """Read the keys again before they are next used, because they were changed."""
        self._keys = None
        self._forgotten += 1

    def _may_be_new(self, keys: Keys, kid: str) -> bool:
        return kid not in keys.verifying and self._timer() - self._read_at >= REFRESH_SECONDS

    async def _read(self) -> Keys:
        while True:
            forgotten = self._forgotten
            found = await self._db.read(signing_keys, self._services)
            found = found or await self._db.write(ensure_signing_key, self._services, new_signing_key)
            self._read_at = self._timer()
            # What was read before a change must not be used after it.
            if forgotten == self._forgotten:
                self._keys = Keys(found, verifying_keys_of(each.public_jwk for each in found))
                return self._keys
