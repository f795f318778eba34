"""The hub's access tokens: issued to clients, verified at each request."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cachetools import TLRUCache

from app.api.auth.keys import KeyRing
from app.api.auth.tokens import (
    ACCESS_TOKEN,
    CLOCK_SKEW_SECONDS,
    Expected,
    TokenRefused,
    check_claims,
    key_id_of,
    sign,
    signed_access_token,
)
from app.database import Database
from app.domain.details import Detail
from app.domain.errors import Unauthenticated
from app.domain.ports import Clock
from app.domain.refusal import RefusalCause
from app.operations.access.clients import ApiClient
from app.operations.access.revoked_tokens import find_revoked_tokens

# Verifying a signature costs more than reading a record, and a client sends the same token for an hour.
_MAX_TOKENS = 1000


@dataclass(frozen=True, kw_only=True)
class Claims:
    """The content of a verified access token.

    Attributes:
        generation: that of the client when the token was issued.
        key_id: of the key that signed it.
        token_id: of the token itself.
        valid_until: seconds since 1970, with the allowed difference between clocks.
    """

    client_id: str
    organisation_id: UUID
    scopes: frozenset[str]
    generation: int
    key_id: str
    token_id: str
    valid_until: float

    @property
    def expires_at(self) -> datetime:
        """When nobody accepts the token any more."""
        return datetime.fromtimestamp(self.valid_until, UTC)


class AccessTokens:
    """Issues and verifies JWT access tokens. Source: NL GOV assurance profile for OAuth 2.0, section 3; RFC 9068.

    Their times are real, even where the clock of the records is simulated.

    Args:
        db: the database with the tokens that were revoked.
        ring: the keys that sign and verify.
        public_url: base of the API; the issuer.
        lifetime_seconds: seconds until a token expires.
        clock: shows the real time.
    """

    def __init__(self, db: Database, ring: KeyRing, public_url: str, lifetime_seconds: int, clock: Clock) -> None:
        self._db = db
        self._ring = ring
        self._clock = clock
        self._verified = self._none()
        self._expected = Expected(issuer=public_url, audiences=(f"{public_url}/v1",))
        self.lifetime_seconds = lifetime_seconds

    async def issue(self, client: ApiClient, scopes: Collection[str]) -> str:
        """Return a token of a client with these scopes.

        The client was read before: the generation in the token is the one that it had then, so that a token which is
        issued while its client is cut off is refused.
        """
        key = (await self._ring.keys()).signing_at(self._clock.now())
        now = int(self._now())
        claims = {
            "iss": self._expected.issuer,
            "aud": self._expected.audiences[0],
            "sub": client.client_id,
            "client_id": client.client_id,
            "azp": client.client_id,
            "org": str(client.organisation.id),
            "scope": " ".join(sorted(scopes)),
            "gen": client.generation,
            "iat": now,
            "exp": now + self.lifetime_seconds,
            "jti": secrets.token_urlsafe(16),
        }
        return sign(claims, key, typ="at+jwt")

    async def verify(self, token: str) -> Claims:
        """Return the content of a token; a verified token is cached until it expires or access changes.

        Raises:
            Unauthenticated: it is not a valid token of this hub.
        """
        claims = self._verified.get(token)
        if claims is None:
            claims = await self._verify(token)
        return claims

    async def revoked_among(self, verified: Collection[Claims]) -> frozenset[str]:
        """Return the ids of those tokens, which were verified before, that were revoked since, or whose key was."""
        verifying = (await self._ring.keys()).verifying
        revoked = await self._db.read(find_revoked_tokens, {each.token_id for each in verified})
        return revoked | {each.token_id for each in verified if each.key_id not in verifying}

    def forget(self) -> None:
        """Verify every token again before it is next accepted, with the keys as they are then."""
        self._ring.forget()
        self._verified = self._none()

    async def _verify(self, token: str) -> Claims:
        # What was read before a change goes into a memory that is replaced by then.
        remembered = self._verified
        try:
            kid = key_id_of(token)
            keys = await self._ring.keys(kid)
            signed = signed_access_token(token, keys.verifying)
            check_claims(signed, self._expected, self._now())
            claims = _claims_of(signed, kid)
        except TokenRefused as error:
            raise Unauthenticated(Detail.TOKEN_REFUSED(finding=error.of(ACCESS_TOKEN)), error.cause) from error
        if await self._db.read(find_revoked_tokens, [claims.token_id]):
            raise Unauthenticated(Detail.TOKEN_REVOKED(), RefusalCause.REVOKED)
        remembered[token] = claims
        return claims

    def _none(self) -> TLRUCache[str, Claims]:
        return TLRUCache(_MAX_TOKENS, _valid_until, self._now)

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def public_keys(self) -> list[dict[str, str]]:
        """Return the public keys as JSON Web Keys (RFC 7517)."""
        return [dict(key) for key in (await self._ring.keys()).public]


def _claims_of(verified: Mapping[str, Any], key_id: str) -> Claims:
    try:
        return Claims(
            client_id=_text(verified["client_id"]),
            organisation_id=UUID(verified["org"]),
            scopes=frozenset(verified["scope"].split()),
            generation=int(verified["gen"]),
            key_id=key_id,
            token_id=verified["jti"],
            valid_until=verified["exp"] + CLOCK_SKEW_SECONDS,
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise TokenRefused(Detail.TOKEN_WITHOUT_CLIENT) from error


def _text(claim: object) -> str:
    if not isinstance(claim, str):
        raise TypeError
    return claim


def _valid_until(_token: str, claims: Claims, _now: float) -> float:
    return claims.valid_until
