"""The API as one ASGI application: major version 1 under ``/v1``; tokens, health and documentation outside it."""

from collections.abc import Mapping
from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.http.middleware import RequestGuard, ResponseHeaders
from app.api.http.problems import install_problem_handlers
from app.api.openapi.document import document
from app.api.routes import OUTSIDE, ROUTERS
from app.api.state import AppState


def create_api(hub: AppState) -> ASGIApp:
    """Return the API over a hub."""
    outer = _application(hub)
    for router in OUTSIDE:
        outer.include_router(router)
    versioned = _application(hub)
    for router in ROUTERS:
        versioned.include_router(router)
    # FastAPI's documented way to change the form of the document.
    versioned.openapi = partial(document, hub.public_url)  # type: ignore[method-assign]
    return ResponseHeaders(RequestGuard(_Versions(outer, {"/v1": versioned})))


class _Versions:
    """Passes requests for a major version to its application, and others to the one for everything else.

    What ``FastAPI.mount`` does, without running the outer application's middleware for every request as well.
    """

    def __init__(self, outer: ASGIApp, versions: Mapping[str, ASGIApp]) -> None:
        self._outer, self._versions = outer, versions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        for prefix, application in self._versions.items():
            if scope["path"] == prefix or scope["path"].startswith(f"{prefix}/"):
                root = scope.get("root_path", "")
                inner = {**scope, "app_root_path": scope.get("app_root_path", root), "root_path": root + prefix}
                await application(inner, receive, send)
                return
        await self._outer(scope, receive, send)


def _application(hub: AppState) -> FastAPI:
    # FastAPI's own document and pages have other addresses and load scripts from elsewhere.
    application = FastAPI(openapi_url=None, redirect_slashes=False)
    application.state.hub = hub
    install_problem_handlers(application)
    return application
