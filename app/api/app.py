"""The API as one ASGI application: major version 1 under ``/v1``; tokens, health and documentation outside it."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.actions import action_routes
from app.api.dependencies import authenticate
from app.api.deprecation_headers import DeprecationHeaders
from app.api.deprecations import DEPRECATIONS, Deprecation
from app.api.http.abandoned import AbandonedCalls
from app.api.http.fixed_paths import fixed_paths_first
from app.api.http.middleware import RequestGuard, ResponseHeaders
from app.api.http.problems import install_problem_handlers
from app.api.http.request_log import RequestLog
from app.api.http.request_record import record_of
from app.api.invalid_requests import install_form_handler
from app.api.openapi.document import document, document_without_webhooks
from app.api.routes import OUTSIDE, ROUTERS
from app.api.state import AppState

UNKNOWN_ADDRESS = "unknown"
"""The template of all addresses at which there is nothing."""


def create_api(hub: AppState, deprecations: tuple[Deprecation, ...] = DEPRECATIONS) -> ASGIApp:
    """Return the API over a hub, with its document, which is made once."""
    versioned = _application(hub, ROUTERS)
    versioned.state.action_routes = action_routes(versioned.routes)
    # Now, because it takes half a second in which no request would be answered.
    document(hub.public_url, deprecations)
    # FastAPI's documented way to change the form of the document.
    versioned.openapi = partial(document, hub.public_url, deprecations)  # type: ignore[method-assign]
    versioned.state.document_without_webhooks = partial(document_without_webhooks, hub.public_url, deprecations)
    outer = _Part("", _application(hub, OUTSIDE), OUTSIDE)
    versions = _Versions(outer, [_Part("/v1", versioned, ROUTERS)], DeprecationHeaders(deprecations, hub.public_url))
    guarded = RequestGuard(versions, hub.limits, partial(_check_token, hub))
    headed = ResponseHeaders(guarded, lambda: hub.stopping.begun.is_set(), lambda: hub.running.end())
    return RequestLog(AbandonedCalls(headed), hub, versions.route_of)


class _Part(NamedTuple):
    """The endpoints below one prefix, and the application that serves them."""

    prefix: str
    application: FastAPI
    routers: Sequence[APIRouter]

    def scope_of(self, scope: Scope) -> Scope:
        """Return the scope of a request as this application sees it."""
        root = scope.get("root_path", "")
        return {**scope, "app_root_path": scope.get("app_root_path", root), "root_path": root + self.prefix}

    def template_of(self, route: BaseRoute | None) -> str:
        """Return the template of the addresses of a route."""
        return self.prefix + route.path if isinstance(route, Route) else UNKNOWN_ADDRESS


class _Versions:
    """Passes requests for a major version to its application, and others to the one for everything else.

    What ``FastAPI.mount`` does, without running the outer application's middleware for every request as well.
    """

    def __init__(self, outer: _Part, versions: Sequence[_Part], headers: DeprecationHeaders) -> None:
        self._outer, self._versions, self._headers = outer, versions, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and record the template of its address."""
        part = self._part_of(scope["path"])
        inner = part.scope_of(scope)
        try:
            await part.application(inner, receive, self._headers.added_to(send, inner))
        finally:
            record_of(scope).route = part.template_of(inner.get("route"))

    def route_of(self, scope: Scope) -> str:
        """Return the template of the address of a request that no application served."""
        part = self._part_of(scope["path"])
        inner = part.scope_of(scope)
        matching = (
            route for each in part.routers for route in each.routes if route.matches(inner)[0] is not Match.NONE
        )
        return part.template_of(next(matching, None))

    def _part_of(self, path: str) -> _Part:
        for each in self._versions:
            if path == each.prefix or path.startswith(f"{each.prefix}/"):
                return each
        return self._outer


async def _check_token(hub: AppState, scope: Scope) -> None:
    await authenticate(hub, Request(scope), ())


def _application(hub: AppState, routers: Sequence[APIRouter]) -> FastAPI:
    # Routes rather than included routers: FastAPI's way through those costs a tenth of a short request.
    routes = fixed_paths_first([route for router in routers for route in router.routes])
    # FastAPI's own document and pages have other addresses and load scripts from elsewhere.
    application = FastAPI(openapi_url=None, redirect_slashes=False, routes=routes)
    application.state.hub = hub
    install_problem_handlers(application)
    install_form_handler(application)
    return application
