"""A hub that lists the events of a script, and can lose its answers, tokens and clients."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass
class SmallHub:
    """Lists events by polling.

    Attributes:
        events: all there are, oldest first.
        tokens: the number that were issued; only the last one is valid.
        is_revoked: whether the client gets no token any more.
        failures: the statuses of the next answers, before any list.
        page_size: the most events in an answer.
    """

    events: Sequence[Any] = ()
    page_size: int = 2
    tokens: int = field(default=0, init=False)
    is_revoked: bool = field(default=False, init=False)
    failures: deque[int] = field(default_factory=deque, init=False)

    def app(self) -> Starlette:
        """Return the ASGI application."""
        return Starlette(routes=[Route("/oauth/token", self._issue, methods=["POST"]), Route("/v1/events", self._list)])

    async def token(self) -> str:
        """Return a new token, after which those before it are not valid."""
        self.tokens += 1
        return str(self.tokens)

    async def _issue(self, _: Request) -> Response:
        if self.is_revoked:
            return JSONResponse({"error": "invalid_client", "error_description": "This client was revoked."}, 401)
        return JSONResponse({"access_token": await self.token(), "token_type": "Bearer", "expires_in": 900})

    async def _list(self, request: Request) -> Response:
        if self.failures:
            return JSONResponse({"detail": "not now"}, self.failures.popleft())
        if request.headers["authorization"] != f"Bearer {self.tokens}":
            return JSONResponse({"detail": "The token is not valid."}, 401)
        begin = int(request.query_params.get("after", 0))
        listed = self.events[begin : begin + self.page_size]
        return JSONResponse({"items": listed, "nextCursor": str(begin + len(listed))})
