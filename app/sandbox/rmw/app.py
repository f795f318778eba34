"""A simulator of RMW, in which work & income and its teams register: SOAP outside, a desk for the people inside.

The contract is ``openapi/partners/rmw.wsdl`` with ``rmw.xsd``; the desk and the page are not part of it.
"""

import hmac
import re
from datetime import date
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.sandbox.faults.middleware import Gate
from app.sandbox.faults.plan import FaultPlan, SkewedClock
from app.sandbox.faults.profiles import RMW_FAULTS, RmwForm
from app.sandbox.lengths import too_long
from app.sandbox.rmw.messages import REQUEST
from app.sandbox.rmw.page import page
from app.sandbox.rmw.records import Registrations, StatusLine
from app.sandbox.runtime import Document, SettableClock, Store
from app.sandbox.soap import RmwFault, answer, fault, numbered_answer, read_request

USERNAME: Final = "trajecthub"
PASSWORD: Final = "sandbox-rmw"  # noqa: S105  # opens an invented world only
MAX_LISTED: Final = 500
MAINTENANCE_SECONDS: Final = 1800
"""The wait that RMW advises during maintenance."""

_NUMBER: Final = re.compile(r"0*[1-9][0-9]{0,8}")
_CODE: Final = re.compile(r"[A-Z]{2,4}")
_ACTIONS: Final = {"lijstAanmeldingen", "geefAanmelding", "wijzigAanmeldcodeStatus", "sluitTab"}


def create_app(store: Store, clock: SettableClock) -> ASGIApp:
    """Return RMW's service, its desk and its page over one store."""
    plan = FaultPlan("rmw", RMW_FAULTS, clock)
    rmw = _Rmw(Registrations(store, SkewedClock(clock, plan)), plan)
    app = Starlette(
        routes=[
            Route("/rmw/services/aanmelding", rmw.serve, methods=["POST"]),
            Route("/_desk/aanmeldingen", rmw.register, methods=["PUT"]),
            Route("/_desk/aanmeldingen/{nummer}", rmw.show, methods=["GET"]),
            Route("/_desk/onderhoud", rmw.maintain, methods=["POST"]),
            Route("/", rmw.page, methods=["GET"]),
        ]
    )
    return Gate(app, RmwForm(), plan)


def klant(
    voornaam: str, achternaam: str, geboortedatum: date, geslacht: str = "O", bsn: str | None = None
) -> dict[str, str]:
    """Return the client (*klant*) of a registration; ``geslacht`` is M, V or O."""
    details = {
        "voornaam": voornaam,
        "achternaam": achternaam,
        "geboortedatum": f"{geboortedatum:%Y%m%d}",
        "geslacht": geslacht,
    }
    return details if bsn is None else {"bsn": bsn, **details}


def aanmelding(
    aanmeldnummer: str, teamcode: str, datum_aanmelding: date, klant: dict[str, str], /, **meer: object
) -> Document:
    """Return a complete registration for the desk, neutral where nothing is said.

    ``klant`` is what the function of that name gives; ``meer`` holds any field of the contract by its own
    name, for example ``soortTeam="EX"`` or ``dreiging=["OT"]``, and wins.
    """
    return {
        "aanmeldnummer": aanmeldnummer,
        "aanmeldcode": "SHV",
        "teamcode": teamcode,
        "soortTeam": "WI",
        "datumAanmelding": f"{datum_aanmelding:%Y%m%d}",
        "gebied": "onbekend",
        "klant": klant,
        "driegesprek": "N",
        "inkomen": "ON",
        "schulden": "ON",
        "indBewind": "N",
        "indWsnp": "N",
        "indWmo": "N",
        "toestemming": {"terugkoppeling": "J", "datum": f"{datum_aanmelding:%Y%m%d}"},
        "vervallen": "N",
        **meer,
    }


class _Rmw:
    """The endpoints, over the records."""

    def __init__(self, records: Registrations, plan: FaultPlan) -> None:
        self._records, self._plan = records, plan

    async def serve(self, request: Request) -> Response:
        """Answer one SOAP message."""
        try:
            return _xml(self._answer(await request.body()))
        except RmwFault as refusal:
            response = _xml(fault(refusal), 500)
            if refusal.wait_seconds:
                response.headers["Retry-After"] = str(refusal.wait_seconds)
            return response

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
        return self._carry_out(request.action, request.fields)

    def _carry_out(self, action: str, fields: dict[str, str]) -> bytes:
        if action == "lijstAanmeldingen":
            return self._list(fields)
        number = _needed(fields, "aanmeldnummer")
        if action == "geefAanmelding":
            return answer(action, self._records.xml(number))
        if action == "wijzigAanmeldcodeStatus":
            return numbered_answer(action, number, self._records.add_status(number, _status_line(fields)))
        self._records.close_tab(number, _stuf_date(fields, "datum"), _needed(fields, "kenmerk"))
        return numbered_answer(action, number)

    def _list(self, fields: dict[str, str]) -> bytes:
        code, position, count = _code(fields), _number(fields, "vanafPositie"), _number(fields, "aantal")
        if count > MAX_LISTED:
            raise RmwFault("ONGELDIG", f"aantal is ten hoogste {MAX_LISTED}")
        listed = self._records.listed(code, position, count)
        total = self._records.total(code)
        following = position + len(listed)
        head = f"<totaal>{total}</totaal>" + (
            f"<volgendePositie>{following}</volgendePositie>" if following <= total else ""
        )
        return answer("lijstAanmeldingen", head.encode() + b"".join(listed))

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

    async def page(self, _: Request) -> Response:
        """Show the newest registrations."""
        return HTMLResponse(page(self._records.newest(200), self._note()))

    def _note(self) -> str:
        closed = "<p><strong>RMW is in onderhoud.</strong></p>" if self._records.in_maintenance else ""
        return closed + self._plan.note()


def _xml(content: bytes, status: int = 200) -> Response:
    return Response(content, status, media_type="text/xml; charset=utf-8")


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _needed(fields: dict[str, str], name: str) -> str:
    if value := fields.get(name):
        return value
    raise RmwFault("ONGELDIG", f"{name} ontbreekt")


def _code(fields: dict[str, str]) -> str:
    value = _needed(fields, "registratiecode")
    if _CODE.fullmatch(value):
        return value
    raise RmwFault("ONGELDIG", "registratiecode bestaat uit 2 tot 4 hoofdletters")


def _number(fields: dict[str, str], name: str) -> int:
    value = _needed(fields, name)
    if _NUMBER.fullmatch(value):
        return int(value)
    raise RmwFault("ONGELDIG", f"{name} is geen getal vanaf 1")


def _stuf_date(fields: dict[str, str], name: str) -> str:
    value = _needed(fields, name)
    if len(value) == 8 and value.isascii() and value.isdigit():
        return value
    raise RmwFault("ONGELDIG", f"{name} is geen datum (jjjjmmdd)")


def _status_line(fields: dict[str, str]) -> StatusLine:
    remark, reference = fields.get("toelichting", ""), _needed(fields, "kenmerk")
    return StatusLine(_needed(fields, "statuscode"), _stuf_date(fields, "datum"), remark, reference)
