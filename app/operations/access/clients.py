"""The clients that may call the API, with their keys and scopes."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from types import MappingProxyType
from typing import Any

from app.database import Connection
from app.domain.details import Detail
from app.domain.errors import FieldFault, NotFound, refuse
from app.domain.input_rules import InputRule
from app.models.access.api_client import (
    ApiClient,
    deactivate_api_client,
    find_api_client,
    insert_assertion,
    list_api_clients,
    save_api_client,
    secret_hash_of,
)
from app.operations.access.client_keys import key_set_faults
from app.operations.access.organisations import read_organisation
from app.operations.services import Services

__all__ = [
    "SCOPES",
    "SECRET_CHARACTERS",
    "ApiClient",
    "deactivate_client",
    "find_client",
    "has_secret",
    "list_clients",
    "save_client",
    "use_assertion",
]

SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "referrals:read": "Read referrals (aanmeldingen) and what belongs to them",
        "referrals:write": "Make and change own referrals, as their referrer (verwijzer)",
        "referrals:process": "Process referrals, as the finance team (Expertiseteam Financiën)",
        "trajectories:read": "Read trajectories (trajecten)",
        "trajectories:write": "Record what happens in trajectories",
        "subscriptions:manage": "Manage own webhook subscriptions (abonnementen)",
        "events:read": "Read by polling the events that a webhook would send (gebeurtenissen)",
        "organisations:read": "Read organisations (organisaties)",
        "organisations:manage": "Register and change referring organisations",
        "records:read": "Find out which record an organisation means by its own id or reference, as the operator",
        "partners:read": "Read the state of the connections with Allegro, GIDSO and RMW",
        "partners:manage": "Pause, resume and repair the connections with Allegro, GIDSO and RMW",
    }
)
"""Every scope with what it allows; the role of the organisation decides further."""

SECRET_CHARACTERS = 32


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
        InvalidInput: an unknown scope, no key and no secret, a weak secret, or keys that are not public or that
            the hub cannot use.
        NotFound: no organisation has this code.
    """
    refuse([*_scope_faults(scopes), *_credential_faults(jwks, secret)])
    client = ApiClient(
        client_id=client_id,
        organisation=read_organisation(tx, organisation_code),
        scopes=frozenset(scopes),
        jwks=jwks,
        secret_hash=secret_hash_of(secret) if secret else None,
    )
    save_api_client(tx, client, services.clock.now())
    return client


def deactivate_client(tx: Connection, client_id: str) -> None:
    """Deactivate a client: it gets no more tokens, and those that it has are refused within half a minute.

    Raises:
        NotFound: there is no such client.
    """
    if not deactivate_api_client(tx, client_id):
        raise NotFound(Detail.NO_CLIENT(client_id=client_id))


def find_client(tx: Connection, client_id: str) -> ApiClient | None:
    """Return the client with this id; None when it, or its organisation, is unknown or not active."""
    found = find_api_client(tx, client_id)
    return found if found and found.may_call else None


def has_secret(client: ApiClient | None, secret: str) -> bool:
    """Return whether this is the client's secret, in a time that does not depend on it.

    None, and a client without a secret, have none; to find that out takes as long.
    """
    stored = client.secret_hash if client else None
    return compare_digest(stored or bytes(sha256().digest_size), secret_hash_of(secret)) and stored is not None


def list_clients(tx: Connection) -> list[ApiClient]:
    """Return all clients, active or not, by id."""
    return list_api_clients(tx)


def use_assertion(tx: Connection, client_id: str, jti: str, expires_at: datetime) -> bool:
    """Record that a client assertion was used; return False when it was used before."""
    # An identifier of somebody else's making has any length; its hash does not.
    return insert_assertion(tx, client_id, sha256(jti.encode()).hexdigest(), expires_at)


def _scope_faults(scopes: Collection[str]) -> Iterator[FieldFault]:
    if unknown := sorted(set(scopes) - set(SCOPES)):
        message = f"Unknown scope '{unknown[0]}'; use some of: {', '.join(SCOPES)}."
        yield FieldFault("scopes", InputRule.KNOWN_SCOPE, message)


def _credential_faults(jwks: Mapping[str, Any] | None, secret: str | None) -> Iterator[FieldFault]:
    if jwks is None and secret is None:
        message = "Give the client's public keys as a JSON Web Key Set."
        yield FieldFault("jwks", InputRule.CREDENTIALS, message)
    if secret is not None and len(secret) < SECRET_CHARACTERS:
        message = f"Give at least {SECRET_CHARACTERS} random characters."
        yield FieldFault("secret", InputRule.SECRET_LENGTH, message)
    if jwks is not None:
        yield from key_set_faults(jwks)
