"""Ends what is done for callers that hung up. Pure ASGI."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from app.calls import OPEN_CALLS, OpenCalls


class AbandonedCalls:
    """Ends the work on a request when its caller hangs up, where the server of this process tells so.

    Args:
        app: what answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve an HTTP request; other scopes, such as the lifespan, are passed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        of_connection: OpenCalls = scope.get("extensions", {}).get(OPEN_CALLS) or OpenCalls()
        with of_connection.answering() as call:
            try:
                await self._app(scope, receive, send)
            except asyncio.CancelledError:
                if not call.is_abandoned:
                    raise
