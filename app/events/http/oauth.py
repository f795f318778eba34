"""Access tokens for receivers that ask for them, fetched at the receiver's own token endpoint."""

from __future__ import annotations

from app.domain.ports import Clock
from app.events.http.client import OutboundClient, OutboundRequest
from app.oauth_client import TokenCache, TokenRequest, TokenResponse

__all__ = ["ReceiverTokens"]


class ReceiverTokens:
    """The tokens of receivers; their endpoints are called with the same guard as the receivers themselves."""

    def __init__(self, outbound: OutboundClient, clock: Clock) -> None:
        self._outbound, self._clock = outbound, clock
        self._caches: dict[OutboundClient, TokenCache] = {}

    def of(self, owner: str | None) -> TokenCache:
        """Return the tokens for what an organisation named, by its code."""
        outbound = self._outbound.of(owner)
        if outbound not in self._caches:
            self._caches[outbound] = self._cache(outbound)
        return self._caches[outbound]

    def _cache(self, outbound: OutboundClient) -> TokenCache:
        async def send(request: TokenRequest) -> TokenResponse:
            response = await outbound.call(
                OutboundRequest(
                    method="POST", url=request.url, headers=request.headers, body=request.body, wants_body=True
                )
            )
            return TokenResponse(response.status, response.body)

        return TokenCache(send, lambda: self._clock.now().timestamp())
