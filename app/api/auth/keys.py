"""The hub's signing keys in memory, read again when a token names an unknown key."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.api.auth.tokens import SignatureKey, VerifyingKey, new_signing_key, signature_key_of, verifying_keys_of
from app.database import Database
from app.operations.access.signing_keys import ensure_signing_key
from app.operations.services import Services

# A token with an invented key id must not make the hub read its keys at each request.
REFRESH_SECONDS = 10.0


@dataclass(frozen=True)
class Keys:
    """The hub's keys, ready for use.

    Attributes:
        newest: the key that signs.
        public: all public keys as JSON Web Keys.
    """

    newest: SignatureKey
    verifying: Mapping[str, VerifyingKey]
    public: tuple[Mapping[str, str], ...]


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

    async def keys(self, kid: str | None = None) -> Keys:
        """Return the keys, with those that another process made since when ``kid`` is unknown."""
        if self._keys is None or (kid is not None and self._may_be_new(self._keys, kid)):
            self._keys = await self._read()
        return self._keys

    def _may_be_new(self, keys: Keys, kid: str) -> bool:
        return kid not in keys.verifying and self._timer() - self._read_at >= REFRESH_SECONDS

    async def _read(self) -> Keys:
        stored = await self._db.write(ensure_signing_key, self._services, new_signing_key)
        self._read_at = self._timer()
        public = tuple(key.public_jwk for key in stored)
        return Keys(signature_key_of(stored[0]), verifying_keys_of(public), public)
