"""The endpoints of the sandbox's own API, below ``/sandbox`` at the hub's address."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.domain.text import is_storable
from app.sandbox.caller import CallRefused
from app.sandbox.control.catalogue import SCENARIOS
from app.sandbox.control.document import sandbox_document
from app.sandbox.control.rehearsal import NotReached, ParameterUnreadable
from app.sandbox.control.runner import (
    LATEST,
    LONGEST_MOVE,
    BrokenOff,
    ClockMovedBack,
    ClockMovedTooFar,
    Control,
    TroubleInTheWay,
)
from app.sandbox.environment import SandboxEnv
from app.sandbox.hub import CONTROL_PREFIX
from app.sandbox.loopback import refusal_of
from app.sandbox.runtime import json_of

_LONGEST_TEXT = 2000
_FORM = 'Give {"now": "2027-01-31T09:00:00+01:00"}, or {"forwardSeconds": 93600}.'

_UNSERVED = {
    404: ("address-unknown", f"There is nothing at this address; {CONTROL_PREFIX}/openapi.json names what there is."),
    405: ("method-not-allowed", "Use one of the methods in the Allow header."),
}

_Endpoint = Callable[[Request], Awaitable[Response]]


def control_api(env: SandboxEnv) -> Starlette:
    """Return the API over a running sandbox."""
    endpoints = _ControlApi(Control(env))
    routes: list[tuple[str, dict[str, _Endpoint]]] = [
        ("", {"GET": endpoints.overview}),
        ("/openapi.json", {"GET": endpoints.document}),
        ("/clock", {"GET": endpoints.read_clock, "PUT": endpoints.move_clock}),
        ("/scenarios", {"GET": endpoints.scenarios}),
        ("/scenarios/{name}", {"POST": endpoints.play}),
        ("/reset", {"POST": endpoints.reset}),
    ]
    return Starlette(
        routes=[Route(f"{CONTROL_PREFIX}{path}", _by_method(methods), methods=[*methods]) for path, methods in routes],
        exception_handlers={HTTPException: _on_http_error},
    )


def _by_method(endpoints: Mapping[str, _Endpoint]) -> _Endpoint:
    async def chosen(request: Request) -> Response:
        return await endpoints["GET" if request.method == "HEAD" else request.method](request)

    return _guarded(chosen)


def _on_http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    answer = _problem(error.status_code, *_UNSERVED[error.status_code])
    answer.headers.update(error.headers or {})
    return answer


class _ControlApi:
    """The endpoints; errors are problems (RFC 9457)."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def overview(self, request: Request) -> Response:
        base = str(request.base_url).rstrip("/") + CONTROL_PREFIX
        return JSONResponse(
            {name: f"{base}/{path}" for name, path in (("clock", "clock"), ("scenarios", "scenarios"))}
            | {"reset": f"{base}/reset", "document": f"{base}/openapi.json"}
        )

    async def document(self, request: Request) -> Response:
        return JSONResponse(sandbox_document(str(request.base_url).rstrip("/")))

    async def read_clock(self, _: Request) -> Response:
        return JSONResponse(self._clock())

    async def move_clock(self, request: Request) -> Response:
        asked = _move_of(await json_of(request))
        if asked is None:
            text = f"{_FORM} The clock moves ten years at most at a time, up to the year {LATEST.year}."
            return _problem(400, "clock-unreadable", text)
        settled = await self._control.move_clock(asked)
        return JSONResponse(self._clock() | {"settled": settled})

    async def scenarios(self, _: Request) -> Response:
        listed = [
            {"name": name, "summary": each.summary, "parameters": dict(each.parameters)}
            for name, each in SCENARIOS.items()
        ]
        return JSONResponse({"items": listed})

    async def play(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in SCENARIOS:
            return _problem(
                404, "scenario-unknown", f"There is no scenario of this name; there are: {', '.join(SCENARIOS)}."
            )
        parameters = await json_of(request) if await request.body() else {}
        known = SCENARIOS[name].parameters
        if not isinstance(parameters, dict) or set(parameters) - set(known):
            takes = f"a JSON object with {', '.join(known)}" if known else "no parameters"
            return _problem(400, "parameters-unknown", f"This scenario takes {takes}.")
        if not all(_is_readable(value) for value in parameters.values()):
            text = f"Each parameter is a text of 1 to {_LONGEST_TEXT} characters; leave out what you do not set."
            return _problem(400, "parameters-unreadable", text)
        return JSONResponse(await self._control.play(name, parameters))

    async def reset(self, _: Request) -> Response:
        await self._control.reset()
        return Response(status_code=204)

    def _clock(self) -> dict[str, Any]:
        now = self._control.env.clock.now()
        return {"now": now.isoformat(), "aheadSeconds": round(self._control.ahead.total_seconds())}


def _move_of(asked: object) -> datetime | timedelta | None:
    match asked:
        case {"now": str(text), **rest} if not rest:
            return _read_moment(text)
        case {"forwardSeconds": int() | float() as seconds, **rest} if not rest and _is_number(seconds):
            return timedelta(seconds=seconds)
        case _:
            return None


def _is_readable(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT and is_storable(value)


def _is_number(seconds: float) -> bool:
    return not isinstance(seconds, bool) and 0 <= seconds <= LONGEST_MOVE.total_seconds()


def _read_moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


_REFUSALS: Mapping[type[Exception], tuple[int, str]] = {
    ClockMovedBack: (409, "clock-moved-back"),
    ClockMovedTooFar: (400, "clock-unreadable"),
    BrokenOff: (409, "sandbox-reset"),
    ParameterUnreadable: (400, "parameters-unreadable"),
    NotReached: (409, "scenario-not-reached"),
    CallRefused: (409, "scenario-refused"),
    TroubleInTheWay: (409, "hub-in-trouble"),
}


def _guarded(endpoint: _Endpoint) -> _Endpoint:
    async def guarded(request: Request) -> Response:
        if refusal := refusal_of(request):
            return _problem(403, "not-from-here", refusal)
        try:
            return await endpoint(request)
        except tuple(_REFUSALS) as error:
            return _problem(*_REFUSALS[type(error)], str(error))
        except httpx.HTTPError as error:
            return _problem(502, "sandbox-part-failed", f"A part of the sandbox did not answer as it should: {error}")

    return guarded


def _problem(status: int, code: str, detail: str) -> Response:
    # The title of a problem without a page is that of its status (RFC 9457, section 4.2.1).
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    return JSONResponse(body, status, media_type="application/problem+json")
