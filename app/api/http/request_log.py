"""Counts every request, and logs each that is answered with an error. Pure ASGI."""

from collections.abc import Callable
from time import perf_counter

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.http.request_record import RequestRecord, record_of
from app.api.http.security_records import record_refusal
from app.api.state import AppState
from app.line_budget import write_each

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
        record.hub_url = self._hub.public_url
        await self._app(scope, receive, send)
        # Without a status the caller went away before there was an answer.
        if record.status is None:
            return
        route = record.route or self._route_of(scope)
        self._hub.requests.add(scope["method"], route, record.status, perf_counter() - begun)
        if record.status >= 400:
            self._log_error(scope, route, record)

    def _log_error(self, scope: Scope, route: str, record: RequestRecord) -> None:
        """Log an answer that is an error, under the id that its caller can tell."""
        facts = {
            "status": record.status,
            "problem": record.problem,
            "method": scope["method"],
            "route": route,
            "client": record.client,
            "error": record.error,
        }
        details = {"correlation_id": record.id, "frames": record.frames}
        write, event = (_log.info, "request_refused") if record.error is None else (_log.error, "request_failed")
        # Who proved to be a client has a line for each; nobody else can fill the log.
        is_client = record.client is not None and record.status != 401
        write_bounded = write_each if is_client else self._hub.lines.write
        write_bounded(write, event, facts, **details)
        if record.cause is not None:
            record_refusal(write_bounded, scope, route, record)
