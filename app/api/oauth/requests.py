"""Requests of OAuth clients: a form, and a proof of who sends it."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from urllib.parse import parse_qsl

from fastapi import Request

from app.api.http.peer import peer_of
from app.api.http.request_record import record_of
from app.api.oauth.client_authentication import Form, authenticate, stated_by
from app.api.oauth.errors import OAuthError
from app.api.oauth.throttling import throttled
from app.api.state import AppState
from app.domain.details import UNKNOWN_PARAMETER, Detail, Said
from app.domain.text import is_storable
from app.operations.access.clients import ApiClient

_PARAMETERS = frozenset(
    {
        "client_assertion",
        "client_assertion_type",
        "client_id",
        "client_secret",
        "grant_type",
        "scope",
        "token",
        "token_type_hint",
    }
)
"""The parameters of the OAuth endpoints."""


async def client_of(request: Request, hub: AppState, check: Callable[[Form], None]) -> tuple[ApiClient, Form]:
    """Return the client that proved to make a request, and the form of the request.

    Args:
        request: to an OAuth endpoint.
        hub: that is asked.
        check: raises OAuthError when the form lacks what the endpoint needs; before any proof is looked at.

    Raises:
        OAuthError: the form cannot be read or is refused by ``check``, or there is no valid proof.
    """
    peer, authorizations = peer_of(request.scope), request.headers.getlist("authorization")
    with throttled(hub.throttle, peer):
        form = _form_of(await request.body())
        check(form)
    with throttled(hub.throttle, peer, stated_by(form, authorizations)):
        client = await authenticate(hub, request.scope["path"], form, authorizations)
    record_of(request.scope).client = client.client_id
    return client, form


def _form_of(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=bool(body), errors="strict", max_num_fields=20
        )
    except ValueError as error:
        raise OAuthError("invalid_request", Detail.NO_FORM()) from error
    if unusable := {name for name, value in pairs if not is_storable(value)}:
        raise OAuthError("invalid_request", Detail.NUL_IN_FORM(names=_named(unusable)))
    form = dict(pairs)
    if len(form) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = {name for name in names if names.count(name) > 1}
        raise OAuthError("invalid_request", Detail.TWICE_IN_FORM(names=_named(repeated)))
    return form


def _named(parameters: AbstractSet[str]) -> Said:
    """Return parameters for a message; of the names that are not known, only that there are some."""
    known = [f"'{name}'" for name in sorted(parameters & _PARAMETERS)]
    others = [UNKNOWN_PARAMETER] if parameters - _PARAMETERS else []
    return Said(
        ", ".join([*known, *(each.english for each in others)]), ", ".join([*known, *(each.dutch for each in others)])
    )
