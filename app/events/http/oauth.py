"""Access tokens for receivers that ask for them, fetched at the receiver's own token endpoint."""

from __future__ import annotations

from app.domain.ports import Clock
from app.events.http.client import OutboundClient, OutboundRequest
from app.oauth_client import TokenCache, TokenRequest, TokenResponse

__all__ = ["receiver_tokens"]


def receiver_tokens(outbound: OutboundClient, clock: Clock) -> TokenCache:
    """Return the tokens of receivers; their endpoints are called with the same guard as the receivers themselves."""

    async def send(request: TokenRequest) -> TokenResponse:
        response = await outbound.call(
            OutboundRequest(method="POST", url=request.url, headers=request.headers, body=request.body, wants_body=True)
        )
        return TokenResponse(response.status, response.body)

    return TokenCache(send, lambda: clock.now().timestamp())
