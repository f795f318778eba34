"""A simulator of RMW, the case system of Werk & Inkomen and its teams.

Implements ``openapi/partners/rmw.wsdl`` with ``rmw.xsd`` (SOAP); the endpoints under ``/_console`` do what consultants
do in RMW's screens.
"""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.domain.local_time import local_date
from app.sandbox import pages
from app.sandbox.arrivals import FORM as ARRIVAL_FORM
from app.sandbox.arrivals import with_status
from app.sandbox.faults.middleware import FaultMiddleware
from app.sandbox.faults.plan import FaultPlan, SkewedClock
from app.sandbox.lengths import too_long
from app.sandbox.rmw.answers import REQUESTS, SIGNALS, open_for, with_answer
from app.sandbox.rmw.arrivals import NAMES, arrival_number, arrived
from app.sandbox.rmw.faults import RMW_FAULT_KINDS, RmwFaults
from app.sandbox.rmw.messages import REQUEST
from app.sandbox.rmw.page import (
    REGISTRATIONS,
    SYSTEM,
    address_of,
    list_content,
    new_registration,
    registration_content,
)
from app.sandbox.rmw.records import Registrations, StatusLine
from app.sandbox.rmw.soap import RmwFault, acknowledgement, fault, read_request, response
from app.sandbox.runtime import Document, SettableClock, Store
from app.sandbox.worker_requests import read_answer

USERNAME: Final = "trajecthub"
PASSWORD: Final = "sandbox-rmw"  # noqa: S105  # opens a simulator with fictitious people only
MAX_LISTED: Final = 500
MAINTENANCE_SECONDS: Final = 1800
"""The wait that RMW advises during maintenance, in seconds."""

_NUMBER: Final = re.compile(r"0*[1-9][0-9]{0,8}")
_CODE: Final = re.compile(r"[A-Z]{2,4}")
_ACTIONS: Final = {
    "lijstAanmeldingen",
    "geefAanmelding",
    "wijzigAanmeldcodeStatus",
    "meldDoorverwijzing",
    "sluitTab",
}


def create_app(store: Store, clock: SettableClock) -> ASGIApp:
    """Return the simulated RMW over a store and a clock."""
    plan = FaultPlan("rmw", RMW_FAULT_KINDS, clock)
    endpoints = _RmwEndpoints(Registrations(store, SkewedClock(clock, plan)), plan, clock)
    app = Starlette(
        routes=[
            Route("/rmw/services/aanmelding", endpoints.serve, methods=["POST"]),
            Route("/_console/aanmeldingen", endpoints.register, methods=["PUT"]),
            Route("/_console/aanmeldingen/{nummer}", endpoints.show, methods=["GET"]),
            Route("/_console/onderhoud", endpoints.maintain, methods=["POST"]),
            Route("/", endpoints.page, methods=["GET"]),
            Route("/aanmeldingen", endpoints.fill_in, methods=["POST"]),
            Route("/aanmeldingen/{nummer}", endpoints.registration_page, methods=["GET"]),
            Route("/aanmeldingen/{nummer}", endpoints.fill_in_answer, methods=["POST"]),
        ]
    )
    return FaultMiddleware(app, RmwFaults(), plan)


class _RmwEndpoints:
    """The SOAP service, the console and the page."""

    def __init__(self, records: Registrations, plan: FaultPlan, clock: SettableClock) -> None:
        self._records, self._plan, self._clock = records, plan, clock

    async def serve(self, request: Request) -> Response:
        """Answer one SOAP message."""
        try:
            return _xml(self._answer(await request.body()))
        except RmwFault as refusal:
            refused = _xml(fault(refusal), 500)
            if refusal.wait_seconds:
                refused.headers["Retry-After"] = str(refusal.wait_seconds)
            return refused

    def _answer(self, message: bytes) -> bytes:
        request = read_request(message)
        if not (_same(request.username, USERNAME) and _same(request.password, PASSWORD)):
            raise RmwFault("AUTHENTICATIE", "Gebruikersnaam of wachtwoord onjuist")
        if self._records.in_maintenance:
            raise RmwFault("ONDERHOUD", "RMW is in onderhoud", MAINTENANCE_SECONDS)
        if request.action not in _ACTIONS:
            raise RmwFault("ONGELDIG", "Onbekende bewerking")
        if long := list(too_long(request.fields, REQUEST)):
            raise RmwFault("ONGELDIG", " ".join(long))
        return self._execute(request.action, request.fields)

    def _execute(self, action: str, fields: Document) -> bytes:
        if action == "lijstAanmeldingen":
            return self._list(fields)
        if action == "meldDoorverwijzing":
            return acknowledgement(action, self._register_arrival(fields))
        number = _required(fields, "aanmeldnummer")
        if action == "geefAanmelding":
            return response(action, self._records.xml(number))
        if action == "wijzigAanmeldcodeStatus":
            return acknowledgement(action, number, self._records.add_status(number, _status_line(fields)))
        self._records.close_tab(number, _stuf_date(fields, "datum"), _required(fields, "kenmerk"))
        return acknowledgement(action, number)

    def _register_arrival(self, fields: Document) -> str:
        number = arrival_number(_required(fields, "kenmerk"))
        _required(fields, "teamcode")
        if not isinstance(fields.get("klant"), dict) or "geboortedatum" not in fields["klant"]:
            raise RmwFault("ONGELDIG", "klant met geboortedatum ontbreekt")
        if not self._records.has(number):
            try:
                self._records.put(self._records.checked(arrived(fields, local_date(self._clock.now()))))
            except ValueError as error:
                raise RmwFault("ONGELDIG", str(error)) from error
        return number

    def _list(self, fields: Document) -> bytes:
        code, position, count = _code(fields), _number(fields, "vanafPositie"), _number(fields, "aantal")
        if count > MAX_LISTED:
            raise RmwFault("ONGELDIG", f"aantal is ten hoogste {MAX_LISTED}")
        listed = self._records.listed(code, position, count)
        total = self._records.total(code)
        following = position + len(listed)
        head = f"<totaal>{total}</totaal>" + (
            f"<volgendePositie>{following}</volgendePositie>" if following <= total else ""
        )
        return response("lijstAanmeldingen", head.encode() + b"".join(listed))

    async def register(self, request: Request) -> Response:
        """Store the consultants' registrations; the same content again changes nothing."""
        try:
            documents = [self._records.checked(document) for document in await request.json()]
        except (TypeError, ValueError) as error:
            return JSONResponse({"fout": str(error)}, 400)
        changed = sum(self._records.put(document) for document in documents)
        return JSONResponse({"gewijzigd": changed, "ongewijzigd": len(documents) - changed})

    async def show(self, request: Request) -> Response:
        """Return one registration with its status lines and tab."""
        try:
            return JSONResponse(self._records.shown(request.path_params["nummer"]))
        except RmwFault as unknown:
            return JSONResponse({"fout": unknown.text}, 404)

    async def maintain(self, request: Request) -> Response:
        """Start or end maintenance."""
        try:
            wanted = (await request.json())["aan"] is True
        except (KeyError, TypeError, ValueError):
            return JSONResponse({"fout": 'Geef {"aan": true} of {"aan": false}'}, 400)
        self._records.set_maintenance(wanted)
        return JSONResponse({"aan": wanted})

    async def page(self, request: Request) -> Response:
        """Show the newest registrations, and the form for another one."""
        note = pages.notice(request) + self._note()
        content = list_content(self._records.newest(200), note, local_date(self._clock.now()))
        return pages.page(SYSTEM, REGISTRATIONS, content)

    async def fill_in(self, request: Request) -> Response:
        """Store the registration of a form."""
        try:
            document = self._records.checked(new_registration(await pages.filled_in(request)))
        except ValueError as error:
            return pages.refused(SYSTEM, REGISTRATIONS, pages.FormFault(str(error)), "/")
        self._records.put(document)
        return pages.done("/", f"Aanmelding {document['aanmeldnummer']}")

    async def registration_page(self, request: Request) -> Response:
        """Show one registration, what is asked of its consultant, and the forms to answer it."""
        try:
            record = self._records.shown(request.path_params["nummer"])
        except RmwFault as unknown:
            return JSONResponse({"fout": unknown.text}, 404)
        content = registration_content(record, self._clock.now())
        return pages.page(SYSTEM, f"Aanmelding {record['aanmeldnummer']}", pages.notice(request) + content)

    async def fill_in_answer(self, request: Request) -> Response:
        """Store what a consultant answered or reported."""
        number = request.path_params["nummer"]
        try:
            values, now = await pages.filled_in(request), self._clock.now()
            document, title = self._changed(number, values, now)
        except RmwFault as unknown:
            return JSONResponse({"fout": unknown.text}, 404)
        except ValueError as error:
            return pages.refused(SYSTEM, f"Aanmelding {number}", pages.FormFault(str(error)), address_of(number))
        self._records.put(document)
        return pages.done(address_of(number), title)

    def _changed(self, number: str, values: Mapping[str, str], now: datetime) -> tuple[Document, str]:
        """Return what consultants registered as a form changes it, and the title of the form."""
        contents = self._records.contents(number)
        if values.get("formulier") == ARRIVAL_FORM:
            return self._records.checked(with_status(contents, NAMES, values.get("stand"))), "Doorverwijzing"
        answer, title = read_answer(values, open_for(self._records.shown(number), now), SIGNALS, now)
        return self._records.checked(with_answer(contents, answer, now)), title

    def _note(self) -> str:
        closed = "<p><strong>RMW is in onderhoud.</strong></p>" if self._records.in_maintenance else ""
        return closed + self._plan.html_note()


def _xml(content: bytes, status: int = 200) -> Response:
    return Response(content, status, media_type="text/xml; charset=utf-8")


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _required(fields: Document, name: str) -> str:
    value = fields.get(name)
    if isinstance(value, str):
        return value
    raise RmwFault("ONGELDIG", f"{name} ontbreekt")


def _code(fields: Document) -> str:
    value = _required(fields, "registratiecode")
    if _CODE.fullmatch(value):
        return value
    raise RmwFault("ONGELDIG", "registratiecode bestaat uit 2 tot 4 hoofdletters")


def _number(fields: Document, name: str) -> int:
    value = _required(fields, name)
    if _NUMBER.fullmatch(value):
        return int(value)
    raise RmwFault("ONGELDIG", f"{name} is geen getal vanaf 1")


def _stuf_date(fields: Document, name: str) -> str:
    value = _required(fields, name)
    if len(value) == 8 and value.isascii() and value.isdigit():
        return value
    raise RmwFault("ONGELDIG", f"{name} is geen datum (jjjjmmdd)")


def _status_line(fields: Document) -> StatusLine:
    return {
        "statuscode": _required(fields, "statuscode"),
        "datum": _stuf_date(fields, "datum"),
        "toelichting": fields.get("toelichting", ""),
        "kenmerk": _required(fields, "kenmerk"),
        "verzoek": _request(fields.get("verzoek")),
    }


def _request(given: object) -> Document | None:
    if given is None:
        return None
    if not isinstance(given, dict) or given.get("soort") not in REQUESTS or not given.get("kenmerk"):
        raise RmwFault("ONGELDIG", "verzoek heeft een soort uit de codelijst en een kenmerk")
    return given
