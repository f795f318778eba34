"""Tokens: client credentials with the client's own key, their revocation, and the hub's public keys.

Source: NL GOV assurance profile for OAuth 2.0 1.1 (direct access client); RFC 6749, 7009, 7523, 8414.
"""

from fastapi import APIRouter, Request, Response

from app.api.auth.access_tokens import Claims
from app.api.dependencies import HubDep
from app.api.http.oauth_answers import REVOCATION_PATH, TOKEN_PATH
from app.api.oauth.client_authentication import Form
from app.api.oauth.errors import OAuthError, refusal_of
from app.api.oauth.records import record_issued_token, record_refused_request
from app.api.oauth.requests import client_of
from app.api.responses import json_answer
from app.api.state import AppState
from app.domain.details import Detail
from app.domain.errors import Unauthenticated
from app.domain.refusal import RefusalCause
from app.operations.access.clients import SCOPES, ApiClient
from app.operations.access.revoked_tokens import revoke_token

router = APIRouter(include_in_schema=False)

_ALGORITHMS = ["RS256", "PS256", "ES256"]


@router.post(TOKEN_PATH)
async def token(request: Request, hub: HubDep) -> Response:
    """Return an access token for the scopes that the client asks for, or for all of its scopes."""
    try:
        client, form = await client_of(request, hub, _check_grant)
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


@router.post(REVOCATION_PATH)
async def revoke(request: Request, hub: HubDep) -> Response:
    """Refuse an access token of the client from now on (RFC 7009); one that is not valid anyway is no error."""
    try:
        client, form = await client_of(request, hub, _check_token)
        claims = await _valid(hub, form["token"])
        if claims:
            await _revoke(hub, client, claims)
    except OAuthError as error:
        record_refused_request(hub.lines, request.scope, error)
        return refusal_of(request.scope, error)
    return Response(status_code=200)


@router.get("/.well-known/jwks.json")
async def public_keys(hub: HubDep) -> Response:
    """Return the public keys that verify the hub's tokens (RFC 7517)."""
    return json_answer(200, {"keys": await hub.tokens.public_keys()})


# RFC 8414, section 5: libraries look at the address of OpenID Connect, unless they are set up otherwise.
@router.get("/.well-known/openid-configuration")
@router.get("/.well-known/oauth-authorization-server")
async def metadata(hub: HubDep) -> Response:
    """Return what the OAuth endpoints support (RFC 8414)."""
    methods = _methods(hub)
    body = {
        "issuer": hub.public_url,
        "token_endpoint": f"{hub.public_url}{TOKEN_PATH}",
        "jwks_uri": f"{hub.public_url}/.well-known/jwks.json",
        "grant_types_supported": ["client_credentials"],
        # Nobody logs in here: there is no authorization endpoint.
        "response_types_supported": [],
        "scopes_supported": list(SCOPES),
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": _ALGORITHMS,
        "revocation_endpoint": f"{hub.public_url}{REVOCATION_PATH}",
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": _ALGORITHMS,
        "service_documentation": f"{hub.public_url}/docs",
        "ui_locales_supported": ["en", "nl"],
    }
    return json_answer(200, body)


def _methods(hub: AppState) -> list[str]:
    secrets = ["client_secret_basic", "client_secret_post"] if hub.sandbox else []
    return ["private_key_jwt", *secrets]


def _check_grant(form: Form) -> None:
    if "grant_type" not in form:
        raise OAuthError("invalid_request", Detail.NO_GRANT_TYPE())
    if form["grant_type"] != "client_credentials":
        raise OAuthError("unsupported_grant_type", Detail.ANOTHER_GRANT_TYPE())


def _granted(client: ApiClient, asked: str | None) -> frozenset[str]:
    scopes = frozenset((asked or "").split()) or client.scopes
    if not scopes <= client.scopes:
        known = ", ".join(sorted(client.scopes))
        raise OAuthError("invalid_scope", Detail.ANOTHER_SCOPE(scopes=known), RefusalCause.SCOPE, client.client_id)
    return scopes


def _check_token(form: Form) -> None:
    if "token" not in form:
        raise OAuthError("invalid_request", Detail.NO_TOKEN_TO_REVOKE())


async def _valid(hub: AppState, given: str) -> Claims | None:
    try:
        return await hub.tokens.verify(given)
    except Unauthenticated:
        return None


async def _revoke(hub: AppState, client: ApiClient, claims: Claims) -> None:
    if claims.client_id != client.client_id:
        said = Detail.TOKEN_OF_ANOTHER_CLIENT()
        raise OAuthError("invalid_grant", said, RefusalCause.ANOTHER_CLIENT, client.client_id)
    await hub.db.write(revoke_token, hub.services, client.client_id, claims.token_id, claims.expires_at)
    await hub.watch.notice()
