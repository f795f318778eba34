"""The keys with which the hub signs access tokens, sealed at rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.database import Connection
from app.models.access.signing_key import SIGNING_KEY_CONTEXT, StoredSigningKey, insert_signing_key, list_signing_keys
from app.operations.services import Services


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


def signing_keys(tx: Connection, services: Services) -> list[SigningKey]:
    """Return the hub's signing keys, newest first; the newest one signs, all of them verify."""
    return [
        SigningKey(each.kid, services.vault.open(each.private_key, SIGNING_KEY_CONTEXT), each.public_jwk)
        for each in list_signing_keys(tx)
    ]


def ensure_signing_key(tx: Connection, services: Services, make_key: Callable[[], SigningKey]) -> list[SigningKey]:
    """Return all signing keys, newest first; when there is none, make and store the first."""
    if not list_signing_keys(tx):
        add_signing_key(tx, services, make_key())
    return signing_keys(tx, services)


def add_signing_key(tx: Connection, services: Services, key: SigningKey) -> None:
    """Store a key, sealed by the vault; from now on it signs."""
    sealed = services.vault.seal(key.private_pem, SIGNING_KEY_CONTEXT)
    insert_signing_key(tx, StoredSigningKey(key.kid, sealed, key.public_jwk), services.clock.now())
