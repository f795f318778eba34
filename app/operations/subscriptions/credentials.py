"""How a receiver may ask the hub to show who calls: a token of its own, or a client certificate."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates

from app.domain.errors import FieldFault, InvalidInput
from app.events.http.client import ClientCertificate
from app.events.http.credentials import Credentials, keys_of, sealed_auth
from app.events.http.oauth import OAuthClient
from app.events.http.signing import public_key_of
from app.models.delivery.subscription import Subscription
from app.operations.services import Services

__all__ = ["ClientCertificate", "Credentials", "OAuthClient", "WebhookCredentials", "public_key", "seal_credentials"]


@dataclass(frozen=True)
class WebhookCredentials:
    """What the hub shows a receiver, sealed; nothing when the signature is enough."""

    kind: str | None = None
    sealed: bytes | None = None


def seal_credentials(services: Services, credentials: Credentials | None) -> WebhookCredentials:
    """Seal what the hub is to show.

    Raises:
        InvalidInput: the certificate cannot be read, or the key is another's.
    """
    if credentials is None:
        return WebhookCredentials()
    if isinstance(credentials, ClientCertificate):
        _check_pair(credentials)
    return WebhookCredentials(*sealed_auth(services.vault, credentials))


def public_key(services: Services, subscription: Subscription) -> str | None:
    """Return the ed25519 key with which the receiver verifies; None when it verifies with its secret."""
    keys = keys_of(services.vault, subscription)
    return public_key_of(keys[0]) if keys else None


def _check_pair(pair: ClientCertificate) -> None:
    try:
        certificate = load_pem_x509_certificates(pair.certificate.encode())[0]
        key = load_pem_private_key(pair.key.encode(), password=None)
    except (ValueError, TypeError) as error:
        message = "Give the chain and its private key as PEM, the key without a passphrase."
        raise InvalidInput(FieldFault("authentication.certificate", "pem", message)) from error
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if certificate.public_key().public_bytes(*form) != key.public_key().public_bytes(*form):
        message = "The first certificate of the chain belongs to another key; give the pair."
        raise InvalidInput(FieldFault("authentication.certificate", "pair", message))
