"""Authentication of clients at the token endpoint: by a signed assertion, or in the sandbox by a shared secret.

Who has not proved to be a client gets one answer, after the same work, whatever was wrong. When the signature of an
assertion is right, the answer names the claim that is wrong.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from app.api.auth.throttle import StatedClient
from app.api.auth.tokens import (
    ASSERTION,
    CLOCK_SKEW_SECONDS,
    Expected,
    TokenRefused,
    check_claims,
    key_id_of,
    signed_assertion,
    subject_of,
)
from app.api.dependencies import TOKEN_PATH
from app.api.oauth.errors import OAuthError
from app.api.state import AppState
from app.domain.details import Detail, Said
from app.domain.refusal import RefusalCause
from app.domain.text import is_storable
from app.operations.access.clients import ApiClient, find_registered_client, has_secret, use_assertion

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_ASSERTION_SECONDS = 300
# 128 random bits, the profile's minimum, are 22 characters of base64url.
MIN_JTI_CHARACTERS = 22
MAX_JTI_CHARACTERS = 200

Form = Mapping[str, str]


async def authenticate(hub: AppState, form: Form, authorizations: Sequence[str]) -> ApiClient:
    """Return the client that makes this token request.

    Args:
        hub: that is asked.
        form: the parameters of the request.
        authorizations: its headers of that name.

    Raises:
        OAuthError: there is no proof, more than one, or an invalid one; it never says whether the client, its key or
            its secret was wrong.
    """
    ways = [form[name] for name in ("client_assertion", "client_secret") if name in form]
    if len(ways) + len(authorizations) != 1:
        raise OAuthError("invalid_client", Detail.ONE_PROOF(), RefusalCause.NO_PROOF)
    if "client_assertion" in form:
        return await _by_assertion(hub, form)
    if not hub.sandbox:
        raise OAuthError("invalid_client", Detail.NO_SECRETS(), RefusalCause.SECRET_OUTSIDE_SANDBOX)
    client_id, secret = (
        _basic(authorizations[0]) if authorizations else (form.get("client_id", ""), form["client_secret"])
    )
    return await _by_secret(hub, client_id, secret)


def stated_by(form: Form, authorizations: Sequence[str]) -> StatedClient | None:
    """Return who a token request says it is of, before anything is verified; None when that cannot be read."""
    try:
        if "client_assertion" in form:
            return StatedClient(subject_of(form["client_assertion"]), key_id_of(form["client_assertion"]))
        client_id = _basic(authorizations[0])[0] if authorizations else form.get("client_id")
    except (TokenRefused, OAuthError):
        return None
    return StatedClient(client_id) if client_id else None


async def _by_assertion(hub: AppState, form: Form) -> ApiClient:
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise OAuthError("invalid_request", Detail.ASSERTION_TYPE_NEEDED(type=ASSERTION_TYPE))
    client, claims = await _signed(hub, form)
    try:
        check_claims(claims, _expected(hub, client), hub.real_clock.now().timestamp())
    except TokenRefused as error:
        raise _refused_claim(error.of(ASSERTION), error.cause, client) from error
    await _use(hub, client, claims)
    return client


async def _signed(hub: AppState, form: Form) -> tuple[ApiClient, dict[str, Any]]:
    """Return the client whose key signed the assertion, and its claims."""
    assertion, client = form["client_assertion"], None
    try:
        subject = subject_of(assertion)
        client = await hub.db.read(find_registered_client, subject)
        claims = signed_assertion(assertion, client.keys_at(hub.real_clock.now()) if client else ())
    except TokenRefused as error:
        raise _not_authenticated(error.cause, client) from error
    if form.get("client_id", subject) != subject:
        raise _not_authenticated(RefusalCause.ANOTHER_CLIENT, client)
    return _active(client), claims


def _expected(hub: AppState, client: ApiClient) -> Expected:
    # Issuer and subject are both the client; the audience is the token endpoint or the hub (RFC 7523, section 3).
    return Expected(issuer=client.client_id, audiences=(f"{hub.public_url}{TOKEN_PATH}", hub.public_url))


async def _use(hub: AppState, client: ApiClient, claims: Mapping[str, Any]) -> None:
    now = hub.real_clock.now()
    if claims["exp"] > now.timestamp() + MAX_ASSERTION_SECONDS + CLOCK_SKEW_SECONDS:
        raise _refused_claim(Detail.ASSERTION_TOO_LONG(seconds=MAX_ASSERTION_SECONDS), RefusalCause.LIFETIME, client)
    jti = claims["jti"]
    if not MIN_JTI_CHARACTERS <= len(jti) <= MAX_JTI_CHARACTERS:
        raise _refused_claim(Detail.ASSERTION_WITHOUT_ID(), RefusalCause.ID, client)
    # Stored for as long as the check of ``exp`` accepts the assertion.
    until = datetime.fromtimestamp(claims["exp"] + CLOCK_SKEW_SECONDS, UTC)
    if not await hub.db.write(use_assertion, client.client_id, jti, until):
        raise _refused_claim(Detail.ASSERTION_USED(), RefusalCause.USED_BEFORE, client)


async def _by_secret(hub: AppState, client_id: str, secret: str) -> ApiClient:
    client = await hub.db.read(find_registered_client, client_id)
    if not has_secret(client, secret):
        raise _not_authenticated(RefusalCause.WRONG_SECRET, client)
    return _active(client)


def _active(client: ApiClient | None) -> ApiClient:
    if client is None or not client.may_call:
        raise _not_authenticated(RefusalCause.CLIENT_NOT_ACTIVE, client)
    return client


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, credentials = authorization.partition(" ")
    try:
        encoded_id, separator, encoded_secret = b64decode(credentials, validate=True).decode().partition(":")
        # RFC 6749, section 2.3.1: both parts are encoded as in a form.
        client_id, secret = (unquote_plus(part, errors="strict") for part in (encoded_id, encoded_secret))
    except ValueError as error:
        raise _not_authenticated(RefusalCause.UNREADABLE) from error
    if scheme.lower() != "basic" or not separator or not is_storable(client_id):
        raise _not_authenticated(RefusalCause.UNREADABLE)
    return client_id, secret


def _refused_claim(said: Said, cause: RefusalCause, client: ApiClient) -> OAuthError:
    return OAuthError("invalid_client", said, cause, client.client_id)


def _not_authenticated(cause: RefusalCause, client: ApiClient | None = None) -> OAuthError:
    """Return the one refusal of everybody who proved nothing; the cause and the client are for the log."""
    if client is None and cause is not RefusalCause.UNREADABLE:
        cause = RefusalCause.UNKNOWN_CLIENT
    return OAuthError("invalid_client", Detail.NOT_AUTHENTICATED(), cause, client.client_id if client else None)
