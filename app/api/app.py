"""The API as one ASGI application: major version 1 under ``/v1``; tokens, health and documentation outside it."""

from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp

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
    outer.mount("/v1", versioned)
    return ResponseHeaders(RequestGuard(outer))


def _application(hub: AppState) -> FastAPI:
    # FastAPI's own document and pages have other addresses and load scripts from elsewhere.
    application = FastAPI(openapi_url=None, redirect_slashes=False)
    application.state.hub = hub
    install_problem_handlers(application)
    return application
