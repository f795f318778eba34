"""Liveness and readiness for orchestrators, open to all; and metrics for Prometheus, which has a token of its own."""

from hmac import compare_digest

from fastapi import APIRouter, Request, Response

from app.api.dependencies import HubDep
from app.api.responses import json_answer
from app.domain.details import Detail
from app.domain.errors import Unauthenticated, Unavailable
from app.loops import last_completed
from app.operations.metrics.exposition import CONTENT_TYPE, exposition
from app.operations.metrics.figures import read_figures

router = APIRouter(include_in_schema=False)


@router.get("/healthz/live")
async def live() -> Response:
    """Return that the process answers."""
    return json_answer(200, {"status": "pass"})


@router.get("/healthz/ready")
@router.get("/healthz")
async def ready(hub: HubDep) -> Response:
    """Return that requests can be served, otherwise 503.

    The database has the newest schema and takes writes, and the process does not end.
    """
    if hub.stopping.announced.is_set():
        raise Unavailable(Detail.HUB_STOPPING())
    await hub.readiness.require(hub.db)
    return json_answer(200, {"status": "pass"})


@router.get("/metrics")
async def metrics(request: Request, hub: HubDep) -> Response:
    """Return the metrics of the hub and of this process.

    How much waits for whom is for operators only, so they need the token of the settings.
    """
    _require_token(hub.metrics_token, request.headers.get("authorization", ""))
    figures = await hub.db.read(read_figures, hub.services.clock.now())
    return Response(exposition(figures, last_completed(), hub.requests), media_type=CONTENT_TYPE)


def _require_token(token: str | None, authorization: str) -> None:
    expected = f"Bearer {token}".encode()
    # The same work and the same answer whether there is a token or not.
    if not compare_digest(authorization.encode(), expected) or token is None:
        raise Unauthenticated(Detail.METRICS_TOKEN_NEEDED())
