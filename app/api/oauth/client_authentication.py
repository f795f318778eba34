"""Authentication of clients at the OAuth endpoints: by a signed assertion, or in the sandbox by a shared secret.

Who has not proved to be a client gets one answer, after the same work, whatever was wrong with the proof. What an
assertion says is no proof and no secret: the answer names what is wrong with that, before a signature is looked at.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import unquote_plus

from app.api.auth.assertions import Assertion, check_assertion, read_assertion, verify_assertion
from app.api.auth.throttle import StatedClient
from app.api.auth.tokens import ASSERTION, CLOCK_SKEW_SECONDS, TokenRefused
from app.api.http.oauth_answers import TOKEN_PATH
from app.api.oauth.errors import OAuthError
from app.api.state import AppState
from app.domain.details import Detail, Said
from app.domain.refusal import RefusalCause
from app.domain.text import is_storable
from app.operations.access.clients import ApiClient, find_registered_client, has_secret, use_assertion

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Form = Mapping[str, str]


async def authenticate(hub: AppState, path: str, form: Form, authorizations: Sequence[str]) -> ApiClient:
    """Return the client that makes this request.

    Args:
        hub: that is asked.
        path: of the endpoint; an assertion may be for it.
        form: the parameters of the request.
        authorizations: its headers of that name.

    Raises:
        OAuthError: there is no proof, more than one, or an invalid one; it never says whether the client, its key or
            its secret was wrong.
    """
    ways = [form[name] for name in ("client_assertion", "client_secret") if name in form]
    if len(ways) + len(authorizations) != 1:
        said = Detail.ONE_PROOF() if ways or authorizations else Detail.NO_PROOF()
        raise OAuthError("invalid_client", said, RefusalCause.NO_PROOF)
    if "client_assertion" in form:
        return await _by_assertion(hub, path, form)
    if not hub.sandbox:
        raise OAuthError("invalid_client", Detail.NO_SECRETS(), RefusalCause.SECRET_OUTSIDE_SANDBOX)
    client_id, secret = (
        _basic(authorizations[0]) if authorizations else (form.get("client_id", ""), form["client_secret"])
    )
    return await _by_secret(hub, client_id, secret)


def stated_by(form: Form, authorizations: Sequence[str]) -> StatedClient | None:
    """Return who a request says it is of, before anything is verified; None when that cannot be read."""
    try:
        if "client_assertion" in form:
            assertion = read_assertion(form["client_assertion"])
            return StatedClient(assertion.subject, assertion.kid or "")
        client_id = _basic(authorizations[0])[0] if authorizations else form.get("client_id")
    except (TokenRefused, OAuthError):
        return None
    return StatedClient(client_id) if client_id else None


async def _by_assertion(hub: AppState, path: str, form: Form) -> ApiClient:
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise OAuthError("invalid_request", Detail.ASSERTION_TYPE_NEEDED(type=ASSERTION_TYPE))
    assertion = _read(form)
    client = await hub.db.read(find_registered_client, assertion.subject)
    _check(hub, path, assertion, client)
    try:
        verify_assertion(assertion, client.keys_at(hub.real_clock.now()) if client else ())
    except TokenRefused as error:
        raise _unproven(error.cause, client, Detail.NOT_AUTHENTICATED()) from error
    client = _active(client, Detail.NOT_AUTHENTICATED())
    await _use(hub, client, assertion)
    return client


def _read(form: Form) -> Assertion:
    try:
        assertion = read_assertion(form["client_assertion"])
    except TokenRefused as error:
        raise _refused(error, None) from error
    if form.get("client_id", assertion.subject) != assertion.subject:
        raise OAuthError("invalid_client", Detail.ANOTHER_CLIENT_ID(), RefusalCause.ANOTHER_CLIENT)
    return assertion


def _check(hub: AppState, path: str, assertion: Assertion, client: ApiClient | None) -> None:
    """Check what an assertion says; which client there is, is for the log only."""
    # The issuer alone is what RFC 7523bis asks for; libraries also name the token endpoint, or the endpoint they call.
    audiences = dict.fromkeys((hub.public_url, f"{hub.public_url}{TOKEN_PATH}", f"{hub.public_url}{path}"))
    try:
        check_assertion(assertion, tuple(audiences), hub.real_clock.now().timestamp())
    except TokenRefused as error:
        raise _refused(error, client) from error


async def _use(hub: AppState, client: ApiClient, assertion: Assertion) -> None:
    # Stored for as long as the check of ``exp`` accepts the assertion.
    until = datetime.fromtimestamp(assertion.claims["exp"] + CLOCK_SKEW_SECONDS, UTC)
    if not await hub.db.write(use_assertion, client.client_id, assertion.claims["jti"], until):
        raise OAuthError("invalid_client", Detail.ASSERTION_USED(), RefusalCause.USED_BEFORE, client.client_id)


async def _by_secret(hub: AppState, client_id: str, secret: str) -> ApiClient:
    client = await hub.db.read(find_registered_client, client_id)
    if not has_secret(client, secret):
        raise _unproven(RefusalCause.WRONG_SECRET, client, Detail.WRONG_SECRET())
    return _active(client, Detail.WRONG_SECRET())


def _active(client: ApiClient | None, said: Said) -> ApiClient:
    if client is None or not client.may_call:
        raise _unproven(RefusalCause.CLIENT_NOT_ACTIVE, client, said)
    return client


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, credentials = authorization.partition(" ")
    try:
        encoded_id, separator, encoded_secret = b64decode(credentials, validate=True).decode().partition(":")
        # RFC 6749, section 2.3.1: both parts are encoded as in a form.
        client_id, secret = (unquote_plus(part, errors="strict") for part in (encoded_id, encoded_secret))
    except ValueError as error:
        raise _unreadable_login() from error
    if scheme.lower() != "basic" or not separator or not is_storable(client_id):
        raise _unreadable_login()
    return client_id, secret


def _unreadable_login() -> OAuthError:
    return OAuthError("invalid_client", Detail.UNREADABLE_LOGIN(), RefusalCause.UNREADABLE)


def _refused(error: TokenRefused, client: ApiClient | None) -> OAuthError:
    return OAuthError("invalid_client", error.of(ASSERTION), error.cause, client.client_id if client else None)


def _unproven(cause: RefusalCause, client: ApiClient | None, said: Said) -> OAuthError:
    """Return the one refusal of everybody who proved nothing; the cause and the client are for the log."""
    if client is None:
        return OAuthError("invalid_client", said, RefusalCause.UNKNOWN_CLIENT)
    return OAuthError("invalid_client", said, cause, client.client_id)
