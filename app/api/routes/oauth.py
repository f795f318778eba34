"""Tokens: client credentials with the client's own key, and the hub's public keys.

Source: NL GOV assurance profile for OAuth 2.0 1.1 (direct access client); RFC 6749, 7523, 8414.
"""

from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from app.api.dependencies import HubDep
from app.api.http.oauth_answers import TOKEN_PATH
from app.api.http.peer import peer_of
from app.api.http.request_record import record_of
from app.api.oauth.client_authentication import Form, authenticate, stated_by
from app.api.oauth.errors import OAuthError, refusal_of
from app.api.oauth.records import record_issued_token, record_refused_request
from app.api.oauth.throttling import throttled
from app.api.responses import json_answer
from app.api.state import AppState
from app.domain.details import Detail
from app.domain.refusal import RefusalCause
from app.domain.text import is_storable
from app.operations.access.clients import SCOPES, ApiClient

router = APIRouter(include_in_schema=False)


@router.post(TOKEN_PATH)
async def token(request: Request, hub: HubDep) -> Response:
    """Return an access token for the scopes that the client asks for, or for all of its scopes."""
    try:
        client, form = await _client_of(request, hub)
        record_of(request.scope).client = client.client_id
        scopes = _granted(client, form.get("scope"))
    except OAuthError as error:
        record_refused_request(hub.lines, request.scope, error)
        return refusal_of(request.scope, error)
    issued = await hub.tokens.issue(client, scopes)
    record_issued_token(request.scope, client.client_id, scopes)
    body = {
        "access_token": issued,
        "token_type": "Bearer",
        "expires_in": hub.tokens.lifetime_seconds,
        "scope": " ".join(sorted(scopes)),
    }
    response = json_answer(200, body)
    # RFC 6749, section 5.1; Cache-Control is on every answer.
    response.headers["Pragma"] = "no-cache"
    return response


@router.get("/.well-known/jwks.json")
async def public_keys(hub: HubDep) -> Response:
    """Return the public keys that verify the hub's tokens (RFC 7517)."""
    return json_answer(200, {"keys": await hub.tokens.public_keys()})


# RFC 8414, section 5: libraries look at the address of OpenID Connect, unless they are set up otherwise.
@router.get("/.well-known/openid-configuration")
@router.get("/.well-known/oauth-authorization-server")
async def metadata(hub: HubDep) -> Response:
    """Return what the token endpoint supports (RFC 8414)."""
    body = {
        "issuer": hub.public_url,
        "token_endpoint": f"{hub.public_url}{TOKEN_PATH}",
        "jwks_uri": f"{hub.public_url}/.well-known/jwks.json",
        "grant_types_supported": ["client_credentials"],
        # Nobody logs in here: there is no authorization endpoint.
        "response_types_supported": [],
        "scopes_supported": list(SCOPES),
        "token_endpoint_auth_methods_supported": _methods(hub),
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
        "service_documentation": f"{hub.public_url}/docs",
    }
    return json_answer(200, body)


def _methods(hub: AppState) -> list[str]:
    secrets = ["client_secret_basic", "client_secret_post"] if hub.sandbox else []
    return ["private_key_jwt", *secrets]


async def _client_of(request: Request, hub: AppState) -> tuple[ApiClient, Form]:
    """Return the client that proved to make this request, and the form of the request."""
    peer, authorizations = peer_of(request.scope), request.headers.getlist("authorization")
    with throttled(hub.throttle, peer):
        form = _form_of(await request.body())
    with throttled(hub.throttle, peer, stated_by(form, authorizations)):
        return await authenticate(hub, request.scope["path"], form, authorizations), form


def _form_of(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=bool(body), errors="strict", max_num_fields=20
        )
    except ValueError as error:
        raise OAuthError("invalid_request", Detail.NO_FORM()) from error
    form = dict(pairs)
    if not all(is_storable(value) for value in form.values()):
        raise OAuthError("invalid_request", Detail.NUL_IN_FORM())
    if len(form) < len(pairs):
        raise OAuthError("invalid_request", Detail.TWICE_IN_FORM())
    if "grant_type" not in form:
        raise OAuthError("invalid_request", Detail.NO_GRANT_TYPE())
    if form["grant_type"] != "client_credentials":
        raise OAuthError("unsupported_grant_type", Detail.ANOTHER_GRANT_TYPE())
    return form


def _granted(client: ApiClient, asked: str | None) -> frozenset[str]:
    scopes = frozenset((asked or "").split()) or client.scopes
    if not scopes <= client.scopes:
        known = ", ".join(sorted(client.scopes))
        raise OAuthError("invalid_scope", Detail.ANOTHER_SCOPE(scopes=known), RefusalCause.SCOPE, client.client_id)
    return scopes
