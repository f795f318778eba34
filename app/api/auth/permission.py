"""What a valid token still permits, when a request arrives and as long as it is being answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.api.auth.access_tokens import AccessTokens, Claims
from app.api.auth.clients import KnownClients
from app.api.auth.running import RunningRequests
from app.domain.details import Detail
from app.domain.errors import Forbidden, Unauthenticated
from app.domain.refusal import RefusalCause
from app.domain.values import Organisation
from app.operations.access.clients import ApiClient


@dataclass(frozen=True)
class Permission:
    """What the holder of a token may do: the organisation for which it acts, and the scopes."""

    organisation: Organisation
    scopes: frozenset[str]


def permission_of(claims: Claims, client: ApiClient | None, needed: Sequence[str]) -> Permission:
    """Return what a valid token permits its client.

    Raises:
        Unauthenticated: the client is not active, or its token was revoked.
        Forbidden: a needed scope is missing.
    """
    if client is None or client.organisation.id != claims.organisation_id:
        raise Unauthenticated(Detail.CLIENT_NOT_ACTIVE(), RefusalCause.CLIENT_NOT_ACTIVE)
    if claims.generation != client.generation:
        raise Unauthenticated(Detail.TOKEN_REVOKED(), RefusalCause.REVOKED)
    # A scope that was taken from the client is gone, also from tokens that still name it.
    granted = claims.scopes & client.scopes
    missing = [scope for scope in needed if scope not in granted]
    if missing:
        raise Forbidden(Detail.SCOPE_NEEDED(scope=missing[0]), " ".join(needed))
    return Permission(client.organisation, granted)


async def end_refused_requests(tokens: AccessTokens, clients: KnownClients, running: RunningRequests) -> None:
    """Break off each request that is being answered and that would be refused now."""
    present = running.present()
    if not present:
        return
    known = await clients.load({each.claims.client_id for each in present})
    revoked = await tokens.revoked_among([each.claims for each in present])
    for each in present:
        if each.claims.token_id in revoked:
            each.refuse(Unauthenticated(Detail.TOKEN_REVOKED(), RefusalCause.REVOKED))
            continue
        try:
            permission_of(each.claims, known.get(each.claims.client_id), each.scopes)
        except (Unauthenticated, Forbidden) as refusal:
            each.refuse(refusal)
