"""The clients that may call the API, with their keys and scopes."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from types import MappingProxyType
from typing import Any

from pydantic_core import to_json

from app.database import Connection
from app.domain.details import HOW_TO_REGISTER, Detail
from app.domain.errors import FieldFault, NotFound, TransitionNotAllowed, refuse
from app.domain.input_rules import InputRule
from app.domain.preconditions import check_precondition, etag_of
from app.models.access.api_client import (
    ApiClient,
    find_api_client,
    find_api_clients,
    insert_assertion,
    list_api_clients,
    save_api_client,
    secret_hash_of,
)
from app.models.access.organisation import find_organisation
from app.operations.access.client_keys import key_set_faults
from app.operations.access.organisations import read_organisation
from app.operations.access.version import change_access
from app.operations.security_changes import record_change
from app.operations.services import Services
from app.security_log import SecurityEvent

__all__ = [
    "SCOPES",
    "SECRET_CHARACTERS",
    "ApiClient",
    "ClientRegistration",
    "NewProof",
    "SavedClient",
    "change_scopes",
    "client_etag",
    "credential_faults",
    "find_client",
    "find_registered_client",
    "has_secret",
    "list_clients",
    "load_clients",
    "organisation_faults",
    "page_of_clients",
    "put_client",
    "read_client",
    "revoke_client",
    "rotate_keys",
    "save_client",
    "scope_faults",
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
        "api-clients:read": "Read the clients of the API, and the keys that sign their tokens, as the operator",
        "api-clients:manage": "Register clients of the API and cut them off, and rotate keys, as the operator",
        "records:read": "Find out which record an organisation means by its own id or reference, as the operator",
        "partners:read": "Read the state of the connections with Allegro, GIDSO and RMW",
        "partners:manage": "Pause, resume and repair the connections with Allegro, GIDSO and RMW",
    }
)
"""Every scope with what it allows; the role of the organisation decides further."""

SECRET_CHARACTERS = 32
_ESCAPED_NUL = rb"\u0000"


@dataclass(frozen=True, kw_only=True)
class ClientRegistration:
    """A client as it is registered.

    Attributes:
        jwks: its public keys as a JSON Web Key Set (RFC 7517).
        secret: for the sandbox only, with at least ``SECRET_CHARACTERS`` random characters.
    """

    client_id: str
    organisation_code: str
    scopes: Collection[str]
    jwks: Mapping[str, Any] | None = None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class SavedClient:
    """A client after it was registered (``is_new``) or replaced."""

    client: ApiClient
    is_new: bool


def put_client(
    tx: Connection, services: Services, details: ClientRegistration, if_match: str | None = "*"
) -> SavedClient:
    """Add a client of an organisation, or replace the one with this id, which is then active again.

    Its tokens are refused from now on when it gets other keys or another secret.

    Raises:
        InvalidInput: an unknown scope, no key and no secret, a weak secret, keys that are not public or that the hub
            cannot use, or no organisation has this code.
        PreconditionRequired, PreconditionFailed: it exists, and ``if_match`` is absent or names another state.
    """
    change_access(tx, services)
    known = find_api_client(tx, details.client_id)
    if known:
        check_precondition(if_match, client_etag(known))
    faults = [*scope_faults(details.scopes), *credential_faults(details.jwks, details.secret)]
    refuse([*faults, *organisation_faults(tx, details.organisation_code)])
    client = ApiClient(
        client_id=details.client_id,
        organisation=read_organisation(tx, details.organisation_code),
        scopes=frozenset(details.scopes),
        jwks=details.jwks,
        secret_hash=secret_hash_of(details.secret) if details.secret else None,
    )
    if known:
        same_proof = (known.jwks, known.secret_hash) == (client.jwks, client.secret_hash)
        generation = known.generation if same_proof else known.generation + 1
        client = replace(client, generation=generation, created_at=known.created_at)
    return SavedClient(_save(tx, services, client), is_new=known is None)


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
    """Add a client, or replace the one with this id whatever its state, as :func:`put_client` does."""
    details = ClientRegistration(
        client_id=client_id, organisation_code=organisation_code, scopes=scopes, jwks=jwks, secret=secret
    )
    return put_client(tx, services, details).client


def change_scopes(
    tx: Connection, services: Services, client_id: str, scopes: Collection[str], if_match: str | None = "*"
) -> ApiClient:
    """Set the scopes of a client; a token that it has permits no others any more.

    Raises:
        NotFound: there is no such client.
        InvalidInput: an unknown scope.
        PreconditionRequired, PreconditionFailed: ``if_match`` is absent or names another state.
    """
    known = _to_change(tx, services, client_id, if_match)
    refuse(scope_faults(scopes))
    return _save(tx, services, replace(known, scopes=frozenset(scopes)))


@dataclass(frozen=True, kw_only=True)
class NewProof:
    """What a client proves with who it is, from now on: other keys, or in the sandbox another secret.

    Attributes:
        jwks: its new public keys; None when it gets a secret.
        previous_until: until when the previous keys are accepted too. None: they are refused at once, and so is every
            token that the client has, because somebody else may have it.
    """

    jwks: Mapping[str, Any] | None = None
    secret: str | None = field(default=None, repr=False)
    previous_until: datetime | None = None


def rotate_keys(
    tx: Connection, services: Services, client_id: str, proof: NewProof, if_match: str | None = "*"
) -> ApiClient:
    """Replace the keys of a client.

    Raises:
        NotFound: there is no such client.
        InvalidInput: keys that are not public, or a weak secret.
        PreconditionRequired, PreconditionFailed: ``if_match`` is absent or names another state.
        TransitionNotAllowed: it was revoked.
    """
    known = _to_change(tx, services, client_id, if_match)
    refuse(credential_faults(proof.jwks, proof.secret))
    if not known.active:
        raise TransitionNotAllowed(Detail.CLIENT_REVOKED(client_id=client_id))
    rotated = replace(
        known,
        jwks=proof.jwks,
        secret_hash=secret_hash_of(proof.secret) if proof.secret else None,
        previous_jwks=known.jwks if proof.previous_until else None,
        previous_jwks_until=proof.previous_until if known.jwks else None,
        generation=known.generation if proof.previous_until else known.generation + 1,
    )
    return _save(tx, services, rotated)


def revoke_client(tx: Connection, services: Services, client_id: str, if_match: str | None = "*") -> ApiClient:
    """Cut a client off: it gets no more tokens, and those that it has are refused for good.

    Raises:
        NotFound: there is no such client.
        PreconditionRequired, PreconditionFailed: ``if_match`` is absent or names another state.
    """
    known = _to_change(tx, services, client_id, if_match)
    if not known.active:
        return known
    without_previous = replace(known, previous_jwks=None, previous_jwks_until=None)
    return _save(tx, services, replace(without_previous, active=False, generation=known.generation + 1))


def read_client(tx: Connection, client_id: str) -> ApiClient:
    """Return a client, active or not.

    Raises:
        NotFound: there is no such client.
    """
    found = find_api_client(tx, client_id)
    if found is None:
        raise NotFound(Detail.NO_CLIENT(client_id=client_id))
    return found


def find_client(tx: Connection, client_id: str) -> ApiClient | None:
    """Return the client with this id; None when it, or its organisation, is unknown or not active."""
    found = find_registered_client(tx, client_id)
    return found if found and found.may_call else None


def find_registered_client(tx: Connection, client_id: str) -> ApiClient | None:
    """Return the client with this id, whether it may call or not, or None."""
    return find_api_client(tx, client_id)


def has_secret(client: ApiClient | None, secret: str) -> bool:
    """Return whether this is the client's secret, in a time that does not depend on it.

    None, and a client without a secret, have none; to find that out takes as long.
    """
    stored = client.secret_hash if client else None
    return compare_digest(stored or bytes(sha256().digest_size), secret_hash_of(secret)) and stored is not None


def load_clients(tx: Connection, client_ids: Collection[str]) -> dict[str, ApiClient]:
    """Return clients by id, as :func:`find_client` returns them."""
    return {each.client_id: each for each in find_api_clients(tx, client_ids) if each.may_call}


def list_clients(tx: Connection) -> list[ApiClient]:
    """Return all clients, active or not, by id."""
    return list_api_clients(tx)


def page_of_clients(tx: Connection, after_id: str | None, limit: int) -> tuple[list[ApiClient], bool]:
    """Return a page of clients by id, and whether there is a next page."""
    found = list_api_clients(tx, after_id, limit + 1)
    return found[:limit], len(found) > limit


def client_etag(client: ApiClient) -> str:
    """Return the entity tag of a client, over everything that can be changed of it; its organisation by its state."""
    state = asdict(client) | {"scopes": sorted(client.scopes), "secret_hash": (client.secret_hash or b"").hex()}
    # In a fixed order, because PostgreSQL stores the members of a key in another.
    return etag_of(json.dumps(state, sort_keys=True, default=str))


def organisation_faults(tx: Connection, code: str) -> list[FieldFault]:
    """Return the fault of the code of an organisation that does not exist."""
    if find_organisation(tx, code):
        return []
    message = Detail.NO_ORGANISATION(code=code, remedy=HOW_TO_REGISTER).english
    return [FieldFault("organisationCode", InputRule.KNOWN_ORGANISATION, message)]


def use_assertion(tx: Connection, client_id: str, jti: str, expires_at: datetime) -> bool:
    """Record that a client assertion was used; return False when it was used before."""
    # An identifier of somebody else's making has any length; its hash does not.
    return insert_assertion(tx, client_id, sha256(jti.encode()).hexdigest(), expires_at)


def _to_change(tx: Connection, services: Services, client_id: str, if_match: str | None) -> ApiClient:
    change_access(tx, services)
    known = read_client(tx, client_id)
    check_precondition(if_match, client_etag(known))
    return known


def _save(tx: Connection, services: Services, client: ApiClient) -> ApiClient:
    saved = client if client.created_at else replace(client, created_at=services.clock.now())
    save_api_client(tx, saved)
    record_change(
        SecurityEvent.CLIENT_SAVED if saved.active else SecurityEvent.CLIENT_REVOKED,
        client=saved.client_id,
        organisation=saved.organisation.code,
        scopes=sorted(saved.scopes),
        kids=[key["kid"] for key in saved.jwks["keys"]] if saved.jwks else [],
        shared=saved.secret_hash is not None,
    )
    return saved


def scope_faults(scopes: Collection[str]) -> Iterator[FieldFault]:
    """Return what is wrong with the scopes of a client."""
    if unknown := sorted(set(scopes) - set(SCOPES)):
        message = f"Unknown scope '{unknown[0]}'; use some of: {', '.join(SCOPES)}."
        yield FieldFault("scopes", InputRule.KNOWN_SCOPE, message)


def credential_faults(jwks: Mapping[str, Any] | None, secret: str | None) -> Iterator[FieldFault]:
    """Return what is wrong with what a client proves with who it is; it needs keys or, in the sandbox, a secret."""
    if jwks is None and secret is None:
        message = "Give the client's public keys as a JSON Web Key Set."
        yield FieldFault("jwks", InputRule.CREDENTIALS, message)
    if secret is not None and len(secret) < SECRET_CHARACTERS:
        message = f"Give at least {SECRET_CHARACTERS} random characters."
        yield FieldFault("secret", InputRule.SECRET_LENGTH, message)
    if jwks is not None:
        yield from key_set_faults(jwks)
        # A member that the hub does not use, such as a certificate, is stored too.
        if _ESCAPED_NUL in to_json(jwks):
            message = "Give public keys that the hub can use; they have a NUL character."
            yield FieldFault("jwks", InputRule.PUBLIC_KEYS, message, details="er staat een NUL-teken in")
