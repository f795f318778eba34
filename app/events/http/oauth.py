"""Access tokens for receivers that ask for them, fetched at the receiver's own token endpoint."""

from __future__ import annotations

from app.domain.ports import Clock
from app.events.http.client import Call, OutboundClient
from app.oauth_client import TokenCache, TokenRequest, TokenResponse

__all__ = ["receiver_tokens"]


def receiver_tokens(outbound: OutboundClient, clock: Clock) -> TokenCache:
    """Return the tokens of receivers; their endpoints are called with the same guard as the receivers themselves."""

    async def send(request: TokenRequest) -> TokenResponse:
        answer = await outbound.call(Call("POST", request.url, request.headers, request.body))
        return TokenResponse(answer.status, answer.body)

    return TokenCache(send, lambda: clock.now().timestamp())
