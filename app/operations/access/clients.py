"""Who may call: clients with their keys and scopes, and the hub's own signing keys."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from types import MappingProxyType
from typing import Any

from app.database import Connection
from app.domain.errors import FieldFault, InvalidInput, NotFound
from app.domain.input_rules import InputRule
from app.domain.values import Organisation
from app.models.access import auth as access
from app.models.access.auth import SIGNING_KEY_CONTEXT
from app.models.access.organisation import to_organisation
from app.operations.access.organisations import read_organisation
from app.operations.services import Services

SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "referrals:read": "Read referrals (aanmeldingen) and what belongs to them",
        "referrals:write": "Make and change own referrals, as their referrer (verwijzer)",
        "referrals:process": "Process referrals, as the finance team (Expertiseteam Financiën)",
        "trajectories:read": "Read trajectories (trajecten)",
        "trajectories:write": "Record what happens in trajectories",
        "subscriptions:manage": "Manage own webhook subscriptions (abonnementen)",
        "events:read": "Read by polling what a webhook would be told (gebeurtenissen)",
        "organisations:read": "Read organisations (organisaties)",
        "organisations:manage": "Register and change referring organisations",
        "partners:read": "Read the state of the connections with Allegro, GIDSO and RMW",
        "partners:manage": "Pause, resume and mend the connections with Allegro, GIDSO and RMW",
    }
)
"""Every scope with what it opens; a role decides what may then be done."""

SECRET_CHARACTERS = 32
_KEY_TYPES = {"RSA", "EC"}
# Members that only a private or a shared key has (RFC 7518, sections 6.2.2, 6.3.2 and 6.4).
_PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@dataclass(frozen=True)
class ApiClient:
    """A client as the token endpoint and the API know it.

    Attributes:
        jwks: its public keys as a JSON Web Key Set, None when it has none.
        secret_hash: SHA-256 of its secret, None when it has none.
    """

    client_id: str
    organisation: Organisation
    scopes: frozenset[str]
    jwks: Mapping[str, Any] | None = None
    secret_hash: bytes | None = field(default=None, repr=False)

    def has_secret(self, secret: str) -> bool:
        """Return whether this is the client's secret, in a time that does not depend on it."""
        return self.secret_hash is not None and compare_digest(self.secret_hash, _hash_of(secret))


@dataclass(frozen=True)
class SigningKey:
    """A key with which the hub signs access tokens.

    Attributes:
        private_pem: the private key in PEM.
        public_jwk: the public key as a JSON Web Key, with its ``kid``.
    """

    kid: str
    private_pem: bytes = field(repr=False)
    public_jwk: Mapping[str, str]


def save_client(  # noqa: PLR0913 - what a client consists of, by name
    tx: Connection,
    services: Services,
    client_id: str,
    *,
    organisation_code: str,
    scopes: Collection[str],
    jwks: Mapping[str, Any] | None = None,
    secret: str | None = None,
) -> ApiClient:
    """Add a client of an organisation, or replace the one with this id, which is then active again.

    Its keys are a JSON Web Key Set (RFC 7517). A secret is for the sandbox only, with at least
    ``SECRET_CHARACTERS`` random characters.

    Raises:
        InvalidInput: an unknown scope, no key and no secret, a weak secret, or keys that are not public.
        NotFound: no organisation has this code.
    """
    _check_scopes(scopes)
    _check_credentials(jwks, secret)
    organisation = read_organisation(tx, organisation_code)
    # A slow hash protects secrets that can be guessed; a long random one cannot be, so SHA-256 is enough.
    secret_hash = _hash_of(secret) if secret else None
    values = {
        "client_id": client_id,
        "organisation_id": organisation.id,
        "scopes": sorted(scopes),
        "jwks": jwks,
        "secret_hash": secret_hash,
        "active": True,
        "created_at": services.clock.now(),
    }
    access.save_api_client(tx, values)
    return ApiClient(client_id, organisation, frozenset(scopes), jwks, secret_hash)


def deactivate_client(tx: Connection, client_id: str) -> None:
    """Let a client call no more; its tokens are refused within half a minute.

    Raises:
        NotFound: there is no such client.
    """
    row = access.find_api_client(tx, client_id)
    if row is None:
        raise NotFound("There is no client with this id.")
    kept = {name: getattr(row, name) for name in ("client_id", "organisation_id", "scopes", "jwks", "secret_hash")}
    access.save_api_client(tx, {**kept, "active": False})


def find_client(tx: Connection, client_id: str) -> ApiClient | None:
    """Return the client with this id; None when it, or its organisation, is unknown or no longer active."""
    row = access.find_api_client(tx, client_id)
    if row is None or not row.active or not row.organisation_active:
        return None
    return ApiClient(row.client_id, to_organisation(row), frozenset(row.scopes), row.jwks, row.secret_hash)


def use_assertion(tx: Connection, client_id: str, jti: str, expires_at: datetime, now: datetime) -> bool:
    """Note that a client assertion was used; False when it was used before."""
    # Other people's identifiers have any length; the hash of one has not.
    return access.use_assertion(tx, client_id, sha256(jti.encode()).hexdigest(), expires_at, now)


def signing_keys(tx: Connection, services: Services) -> list[SigningKey]:
    """Return the hub's signing keys, newest first; the newest one signs, all of them verify."""
    rows = access.list_signing_keys(tx)
    return [
        SigningKey(row.kid, services.vault.open(row.private_key, SIGNING_KEY_CONTEXT), row.public_jwk) for row in rows
    ]


def ensure_signing_key(tx: Connection, services: Services, make_key: Callable[[], SigningKey]) -> list[SigningKey]:
    """Keep a first signing key when there is none; returns all keys, newest first."""
    if not access.list_signing_keys(tx):
        add_signing_key(tx, services, make_key())
    return signing_keys(tx, services)


def add_signing_key(tx: Connection, services: Services, key: SigningKey) -> None:
    """Keep a key, sealed by the vault; from now on it signs."""
    values = {
        "kid": key.kid,
        "private_key": services.vault.seal(key.private_pem, SIGNING_KEY_CONTEXT),
        "public_jwk": key.public_jwk,
        "created_at": services.clock.now(),
    }
    access.insert_signing_key(tx, values)


def _hash_of(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _check_scopes(scopes: Collection[str]) -> None:
    if unknown := sorted(set(scopes) - set(SCOPES)):
        message = f"Unknown scope '{unknown[0]}'; use some of: {', '.join(SCOPES)}."
        raise InvalidInput(FieldFault("scopes", InputRule.KNOWN_SCOPE, message))


def _check_credentials(jwks: Mapping[str, Any] | None, secret: str | None) -> None:
    if jwks is None and secret is None:
        message = "Give the client's public keys as a JSON Web Key Set."
        raise InvalidInput(FieldFault("jwks", InputRule.CREDENTIALS, message))
    if secret is not None and len(secret) < SECRET_CHARACTERS:
        message = f"Give at least {SECRET_CHARACTERS} random characters."
        raise InvalidInput(FieldFault("secret", InputRule.SECRET_LENGTH, message))
    if jwks is not None:
        _check_jwks(jwks)


def _check_jwks(jwks: Mapping[str, Any]) -> None:
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not keys or not all(_is_public_key(key) for key in keys):
        message = 'Give {"keys": [...]} with at least one public RSA or EC key, each with a kid and nothing private.'
        raise InvalidInput(FieldFault("jwks", InputRule.PUBLIC_KEYS, message))


def _is_public_key(key: object) -> bool:
    return (
        isinstance(key, Mapping)
        and key.get("kty") in _KEY_TYPES
        and isinstance(key.get("kid"), str)
        and _PRIVATE_MEMBERS.isdisjoint(key)
    )
