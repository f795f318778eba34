"""Counts every request, and logs each that is answered with an error. Pure ASGI."""

from collections.abc import Callable
from time import perf_counter

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.http.request_record import RequestRecord, record_of
from app.api.state import AppState

_log = structlog.get_logger()

RouteOf = Callable[[Scope], str]
"""Returns the template of the address of a request."""


class RequestLog:
    """The outermost part of the API: it sees the answer as it is sent.

    Args:
        app: what answers.
        hub: in whose figures every request is counted.
        route_of: used for a request that was answered before it had a route.
    """

    def __init__(self, app: ASGIApp, hub: AppState, route_of: RouteOf) -> None:
        self._app, self._hub, self._route_of = app, hub, route_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve an HTTP request; other scopes, such as the lifespan, are passed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        record, begun = record_of(scope), perf_counter()
        await self._app(scope, receive, send)
        # Without a status the caller went away before there was an answer.
        if record.status is None:
            return
        route = record.route or self._route_of(scope)
        self._hub.requests.add(scope["method"], route, record.status, perf_counter() - begun)
        if record.status >= 400:
            _log_error(scope["method"], route, record)


def _log_error(method: str, route: str, record: RequestRecord) -> None:
    """Log an answer that is an error, under the id that its caller can tell."""
    known = {
        "correlation_id": record.id,
        "status": record.status,
        "problem": record.problem,
        "method": method,
        "route": route,
        "client": record.client,
        "error": record.error,
        "frames": record.frames,
    }
    stated = {name: value for name, value in known.items() if value is not None}
    if record.error is None:
        _log.info("request_refused", **stated)
    else:
        _log.error("request_failed", **stated)
