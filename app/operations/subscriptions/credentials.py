"""How the hub authenticates to a receiver: with a bearer token of the receiver's own, or a client certificate."""

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates

from app.domain.errors import FieldFault, InvalidInput
from app.domain.input_rules import InputRule
from app.events.http.credentials import Credentials, keys_of, sealed_auth
from app.events.http.signing import public_key_of
from app.events.http.tls import ClientCertificate
from app.models.delivery.subscription import AuthKind, Subscription
from app.oauth_client import OAuthClient
from app.operations.services import Services

__all__ = ["ClientCertificate", "Credentials", "OAuthClient", "public_key", "seal_credentials"]


def seal_credentials(services: Services, credentials: Credentials | None) -> tuple[AuthKind | None, bytes | None]:
    """Return the ``auth_kind`` and ``auth_sealed`` of a subscription; both None when the signature is enough.

    Raises:
        InvalidInput: the certificate cannot be read, or does not belong to the key.
    """
    if credentials is None:
        return None, None
    if isinstance(credentials, ClientCertificate):
        _check_pair(credentials)
    return sealed_auth(services.vault, credentials)


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
        raise InvalidInput(FieldFault("authentication.certificate", InputRule.PEM, message)) from error
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if certificate.public_key().public_bytes(*form) != key.public_key().public_bytes(*form):
        message = "The first certificate of the chain belongs to another key; give the pair."
        raise InvalidInput(FieldFault("authentication.certificate", InputRule.PAIR, message))
