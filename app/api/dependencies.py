"""What an endpoint asks for: the hub, who calls, and what makes a write safe to repeat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.openapi.models import OAuth2, OAuthFlowClientCredentials, OAuthFlows
from fastapi.security.base import SecurityBase

from app.api.auth.permission import permission_of
from app.api.forms import KEY
from app.api.http.oauth_answers import TOKEN_PATH
from app.api.http.request_record import record_of
from app.api.state import AppState
from app.calls import present_call
from app.domain.commands import ActionContext
from app.domain.details import Detail
from app.domain.errors import Unauthenticated
from app.domain.ports import Clock
from app.domain.validation import Circumstances
from app.domain.values import Organisation
from app.operations.access.clients import SCOPES
from app.operations.cases.caller_scope import CallerScope
from app.operations.services import Services


class BearerToken(SecurityBase):
    """How callers show who they are, as the document describes it.

    What an endpoint asks for is a subclass that FastAPI calls: a dependency, and not one that depends on this one too,
    because resolving one costs as much as what it does.
    """

    scheme_name = "oauth2"
    model = OAuth2(
        description="Access token of the client credentials grant (NL GOV assurance profile for OAuth 2.0), with the "
        "client's own key: `private_key_jwt`. Send it as `Authorization: Bearer …`, never in a query. "
        "It is a JWT, made and checked as RFC8725 asks.",
        # The document gets the absolute address, which only a running hub knows.
        flows=OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl=TOKEN_PATH, scopes=dict(SCOPES))),
    )


async def hub_of(request: Request) -> AppState:
    """Return the hub that this application serves."""
    hub: AppState = request.app.state.hub
    return hub


HubDep = Annotated[AppState, Depends(hub_of)]


@dataclass(frozen=True)
class Caller:
    """An organisation that calls, and the doors that its token opens."""

    client_id: str
    organisation: Organisation
    scopes: frozenset[str]

    @property
    def caller_scope(self) -> CallerScope:
        """The caller as a reader."""
        return CallerScope(self.organisation)

    def circumstances(self, services: Services) -> Circumstances:
        """Return what the rules of values that this caller states depend on."""
        clock = services.clock
        return Circumstances(context=self.context(clock), areas=services.reference.areas, now=clock.now())

    def context(self, clock: Clock, occurred_at: datetime | None = None) -> ActionContext:
        """Return the context of a command of this caller; ``occurred_at`` None is now."""
        organisation = self.organisation
        return ActionContext(
            role=organisation.role,
            system=organisation.system,
            occurred_at=occurred_at or clock.now(),
            organisation_id=organisation.id,
            visibility=self.caller_scope.visibility,
        )


async def authenticate(hub: AppState, request: Request, scopes: Sequence[str]) -> Caller:
    """Return who sent a request to a hub, and note the client in its record; the token must have the ``scopes``.

    Raises:
        Unauthenticated: there is no valid token.
        Forbidden: a scope is missing.
        Unavailable: it cannot be confirmed that the client was not cut off.
    """
    token = _bearer(request.headers.getlist("authorization"))
    await hub.watch.require_confirmed()
    changes = None
    # What was read while something changed is read again.
    while changes != hub.watch.changes:
        changes = hub.watch.changes
        claims = await hub.tokens.verify(token)
        client = await hub.clients.find(claims.client_id)
    record_of(request.scope).client = claims.client_id
    if call := present_call():
        call.client = claims.client_id
    permission = permission_of(claims, client, scopes)
    hub.running.begin(claims, scopes)
    return Caller(claims.client_id, permission.organisation, permission.scopes)


def _bearer(authorizations: Sequence[str]) -> str:
    # Of several, a server in between may have looked at another one.
    scheme, _, token = authorizations[0].partition(" ") if len(authorizations) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(Detail.NO_TOKEN())
    return token.strip()


@dataclass(frozen=True)
class Write:
    """What makes a write recognisable and safe.

    Attributes:
        key: the Idempotency-Key.
        if_match: the If-Match header, None when absent.
        fingerprint: SHA-256 over method, path, precondition and body.
    """

    key: str
    if_match: str | None
    fingerprint: bytes


IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=KEY.pattern,
        description="Your own identifier of this request, such as a UUID. The same key with the same request returns "
        "the first response again; with another request it is refused.",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1000,
        description="The ETag of the record that is changed, as you read it, with its quotation marks; of several, "
        "with commas, one has to be the present one. `W/` before it, which a compressing proxy adds, changes nothing. "
        "`*` allows the change whatever the state of the record. Required on every change of an existing record.",
        examples=['"Zf7mQ0m3cYt4bBf3S2w0n0m8Zq2m1dJ1uQm3mXw9aYk"'],
    ),
]


async def write_of(request: Request, key: str, if_match: str | None) -> Write:
    """Return what makes a request recognisable; ``key`` and ``if_match`` are its headers."""
    parts = (request.method.encode(), request.scope["path"].encode(), (if_match or "").encode(), await request.body())
    # Lengths keep the parts apart, so that no two requests run together into the same text.
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return Write(key, if_match, sha256(framed).digest())
