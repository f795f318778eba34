"""A simulator of GIDSO, the case system of the Vraagwijzer, the neighbourhood teams and the Jongerenloket.

Implements ``openapi/partners/gidso.yaml``; the endpoints under ``/_console`` do what workers do in GIDSO's screens.
"""

import json
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import date
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.domain.local_time import local_date
from app.sandbox import pages
from app.sandbox.faults.middleware import FaultMiddleware
from app.sandbox.faults.plan import FaultPlan, SkewedClock
from app.sandbox.gidso.arrivals import arrival_faults, arrival_key, arrived
from app.sandbox.gidso.faults import GIDSO_FAULT_KINDS, GidsoFaults
from app.sandbox.gidso.messages import REGISTRATION, line_faults
from app.sandbox.gidso.page import (
    REGISTRATIONS,
    SYSTEM,
    address_of,
    changed_row,
    list_content,
    new_registration,
    registration_content,
)
from app.sandbox.gidso.register import ReadPosition, Register, RegistrationPage, TokenExpired
from app.sandbox.lengths import too_long
from app.sandbox.runtime import Document, SettableClock, Store, json_of

API_KEY = "sandbox-gidso"

_LARGEST_PAGE = 500
_ROWS = "/odata/v4/Aanmeldingen"
_LINES = "/odata/v4/Aanmeldingen('{aanmelding_id}')/Journaalregels"
_ARRIVALS = "/odata/v4/Doorverwijzingen('{kenmerk}')"
_COUNT = re.compile(r"[0-9]{1,9}")
_SINCE = re.compile(r"AangemeldOp ge (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))")
_REFERENCE = re.compile(r"Kenmerk eq '((?:[^']|'')*)'")

_Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(store: Store, clock: SettableClock) -> ASGIApp:
    """Return the simulated GIDSO over a store and a clock."""
    plan = FaultPlan("gidso", GIDSO_FAULT_KINDS, clock)
    register = Register(store, SkewedClock(clock, plan))
    console, api = _GidsoConsole(register, plan, clock), _GidsoApi(register)
    app = Starlette(
        routes=[
            Route("/", console.page),
            Route("/aanmeldingen", console.fill_in_new, methods=["POST"]),
            Route("/aanmeldingen/{aanmelding_id}", console.registration_page),
            Route("/aanmeldingen/{aanmelding_id}", console.fill_in_change, methods=["POST"]),
            Route(_ROWS, _with_key(api.list_rows)),
            Route(_LINES, _with_key(api.list_lines), methods=["GET"]),
            Route(_LINES, _with_key(api.append_line), methods=["POST"]),
            Route(_ARRIVALS, _with_key(api.put_arrival), methods=["PUT"]),
            Route("/_console/aanmeldingen", console.save, methods=["PUT"]),
            Route("/_console/aanmeldingen/{aanmelding_id}", console.change, methods=["PATCH"]),
            Route("/_console/aanmeldingen/{aanmelding_id}", console.remove, methods=["DELETE"]),
            Route("/_console/journaal/{aanmelding_id}", console.journal),
            Route("/_console/delta-tokens/verlopen", console.expire_tokens, methods=["POST"]),
        ]
    )
    return FaultMiddleware(app, GidsoFaults(register.expire_tokens, register.touch), plan)


class _GidsoApi:
    """The endpoints of the contract."""

    def __init__(self, register: Register) -> None:
        self._register = register

    async def list_rows(self, request: Request) -> Response:
        try:
            position = self._position(request)
        except TokenExpired:
            return _error(410, "TokenVerlopen", "Het token is verlopen of onbekend; lees alle aanmeldingen opnieuw.")
        except ValueError as error:
            return _error(400, "OngeldigeVraag", str(error))
        return JSONResponse(_collection(request, self._register.read(position)))

    async def list_lines(self, request: Request) -> Response:
        key = request.path_params["aanmelding_id"].replace("''", "'")
        lines = self._register.lines(key)
        asked = request.query_params.get("$filter")
        reference = _REFERENCE.fullmatch(asked) if asked else None
        if self._register.get(key) is None:
            return _absent(key)
        if asked and not reference:
            return _error(400, "OngeldigeVraag", "$filter: alleen Kenmerk eq '…' wordt ondersteund.")
        if reference:
            lines = [line for line in lines if line["Kenmerk"] == reference[1].replace("''", "'")]
        return JSONResponse({"value": lines})

    async def append_line(self, request: Request) -> Response:
        key = request.path_params["aanmelding_id"].replace("''", "'")
        if self._register.get(key) is None:
            return _absent(key)
        line = await json_of(request)
        if faults := list(line_faults(line)):
            return _error(400, "OngeldigeJournaalregel", " ".join(faults))
        return JSONResponse(self._register.append_line(key, line), status_code=201)

    async def put_arrival(self, request: Request) -> Response:
        reference, arrival = request.path_params["kenmerk"], await json_of(request)
        if faults := list(arrival_faults(arrival)):
            return _error(400, "OngeldigeDoorverwijzing", " ".join(faults))
        key = arrival_key(reference)
        known = self._register.get(key)
        if known is None:
            self._register.save(arrived(reference, arrival, self._register.now()))
        return JSONResponse({"AanmeldingId": key, "Kenmerk": reference}, status_code=200 if known else 201)

    def _position(self, request: Request) -> ReadPosition:
        query = request.query_params
        token = query.get("$skiptoken") or query.get("$deltatoken")
        if token:
            return self._register.resume(token)
        top = query.get("$top", str(_LARGEST_PAGE))
        if not _COUNT.fullmatch(top) or not 1 <= int(top) <= _LARGEST_PAGE:
            raise ValueError(f"$top: een getal van 1 tot en met {_LARGEST_PAGE}.")
        asked = query.get("$filter")
        since = _SINCE.fullmatch(asked) if asked else None
        if asked and not since:
            raise ValueError("$filter: alleen AangemeldOp ge <moment> wordt ondersteund.")
        return self._register.start(int(top), since[1] if since else None)


class _GidsoConsole:
    """What workers do in GIDSO's screens."""

    def __init__(self, register: Register, plan: FaultPlan, clock: SettableClock) -> None:
        self._register, self._plan, self._clock = register, plan, clock

    async def page(self, request: Request) -> Response:
        rows = [(row, self._register.lines(row["AanmeldingId"])) for row in self._register.newest(200)]
        note = pages.notice(request) + self._plan.html_note()
        return pages.page(SYSTEM, REGISTRATIONS, list_content(rows, note, self._today()))

    async def registration_page(self, request: Request) -> Response:
        key = request.path_params["aanmelding_id"]
        row = self._register.get(key)
        if row is None:
            return _absent(key)
        content = registration_content(row, self._register.lines(key), self._clock.now())
        return pages.page(SYSTEM, f"Aanmelding {key}", pages.notice(request) + content)

    async def fill_in_new(self, request: Request) -> Response:
        try:
            row = new_registration(await pages.filled_in(request))
            self._save_filled_in(row)
        except pages.FormFault as error:
            return pages.refused(SYSTEM, REGISTRATIONS, error, "/")
        return pages.done("/", f"Aanmelding {row['AanmeldingId']}")

    async def fill_in_change(self, request: Request) -> Response:
        key = request.path_params["aanmelding_id"]
        try:
            # Before the registration is read: two workers may send a form at the same time.
            values = await pages.filled_in(request)
            row = self._register.get(key)
            if row is None:
                return _absent(key)
            changed, title = changed_row(row, self._register.lines(key), values, self._clock.now())
            self._save_filled_in(changed)
        except pages.FormFault as error:
            return pages.refused(SYSTEM, f"Aanmelding {key}", error, address_of(key))
        return pages.done(address_of(key), title)

    def _save_filled_in(self, row: Document) -> None:
        saved = self._save([row])
        if saved.status_code != 200:
            raise pages.FormFault(json.loads(bytes(saved.body))["error"]["message"])

    def _today(self) -> date:
        return local_date(self._clock.now())

    async def save(self, request: Request) -> Response:
        rows = await json_of(request)
        if not isinstance(rows, list) or not all(isinstance(r, dict) and r.get("AanmeldingId") for r in rows):
            return _error(400, "OngeldigeAanmelding", "Geef een lijst van aanmeldingen, elk met een AanmeldingId.")
        return self._save(rows)

    def _save(self, rows: list[Document]) -> Response:
        if long := [f"Aanmelding {n}: {text}" for n, row in enumerate(rows) for text in too_long(row, REGISTRATION)]:
            return _error(400, "OngeldigeAanmelding", " ".join(["Niets opgeslagen.", *long]))
        changed = sum(self._register.save(row) for row in rows)
        return JSONResponse({"verwerkt": changed, "bekend": len(rows) - changed})

    async def change(self, request: Request) -> Response:
        key, values = request.path_params["aanmelding_id"], await json_of(request)
        row = self._register.get(key)
        if row is None:
            return _absent(key)
        if not isinstance(values, dict) or values.get("AanmeldingId", key) != key:
            return _error(400, "OngeldigeAanmelding", "Geef velden van de aanmelding met hun nieuwe waarden.")
        return self._save([row | values])

    async def remove(self, request: Request) -> Response:
        changed = self._register.remove(request.path_params["aanmelding_id"])
        return JSONResponse({"verwerkt": int(changed), "bekend": int(not changed)})

    async def journal(self, request: Request) -> Response:
        return JSONResponse(self._register.lines(request.path_params["aanmelding_id"]))

    async def expire_tokens(self, _: Request) -> Response:
        self._register.expire_tokens()
        return Response(status_code=204)


def _with_key(endpoint: _Endpoint) -> _Endpoint:
    async def guarded(request: Request) -> Response:
        if not secrets.compare_digest(request.headers.get("x-api-key", "").encode(), API_KEY.encode()):
            return _error(401, "GeenToegang", "Geef een geldige API-sleutel in X-Api-Key.")
        return await endpoint(request)

    return guarded


def _collection(request: Request, page: RegistrationPage) -> Document:
    name, parameter = ("@odata.deltaLink", "$deltatoken") if page.complete else ("@odata.nextLink", "$skiptoken")
    link = f"{request.url.replace(query='')}?{urlencode({parameter: page.next.token()}, safe='$')}"
    return {"@odata.context": "$metadata#Aanmeldingen", "value": page.rows, name: link}


def _absent(key: str) -> Response:
    return _error(404, "NietGevonden", f"Er is geen aanmelding {key}.")


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)
