"""A simulator of Allegro, the case system of the credit bank and the finance team.

Implements ``openapi/partners/allegro.yaml``; the endpoints under ``/_console`` do what counsellors do in Allegro's
screens, ``/`` shows the files.
"""

import base64
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.domain.local_time import local_date
from app.sandbox import pages
from app.sandbox.allegro.faults import ALLEGRO_FAULT_KINDS, AllegroFaults
from app.sandbox.allegro.files import LinkOutcome
from app.sandbox.allegro.forms import fact_of
from app.sandbox.allegro.messages import FACT, MESSAGE, REFERRAL, message_faults
from app.sandbox.allegro.page import FILES, SYSTEM, file_address, file_content, file_heading, files_content
from app.sandbox.allegro.records import AllegroRecords, PutOutcome
from app.sandbox.faults.middleware import FaultMiddleware
from app.sandbox.faults.plan import FaultPlan, SkewedClock
from app.sandbox.lengths import misfits, too_long
from app.sandbox.runtime import Document, SettableClock, Store, json_of

CLIENT_ID = "trajecthub"
CLIENT_SECRET = "sandbox-allegro"  # noqa: S105  # opens a simulator with fictitious people only

_TOKEN_LIFETIME = timedelta(minutes=15)
_MAX_PAGE = 500
_FILES_ON_PAGE = 200
_NUMBER, _FILE_NUMBER = re.compile(r"[0-9]{1,18}"), re.compile(r"(A[0-9]{1,18})?")

_Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(store: Store, clock: SettableClock) -> ASGIApp:
    """Return the simulated Allegro over a store and a clock.

    Files, messages and changes are in ``store``; tokens are in memory only and expire by ``clock``.
    """
    plan = FaultPlan("allegro", ALLEGRO_FAULT_KINDS, clock)
    records, tokens = AllegroRecords.of(store, SkewedClock(clock, plan), plan), _Tokens(clock)
    api, console = _AllegroApi(records), _AllegroConsole(records, plan, clock)
    message_path = "/api/v1/verwijzingen/{reference}/berichten"
    app = Starlette(
        routes=[
            Route("/oauth/token", tokens.issue, methods=["POST"]),
            Route("/api/v1/mutaties", tokens.required(api.changes)),
            Route("/api/v1/verwijzingen", tokens.required(api.referrals)),
            Route("/api/v1/dossiers", tokens.required(api.files)),
            Route("/api/v1/dossiers/{number}/verwijzing", tokens.required(api.link_file), methods=["PUT"]),
            Route("/api/v1/verwijzingen/{reference}", tokens.required(api.put_referral), methods=["PUT"]),
            Route("/api/v1/verwijzingen/{reference}", tokens.required(api.referral)),
            Route(message_path, tokens.required(api.post_message), methods=["POST"]),
            Route(message_path + "/{message_id}", tokens.required(api.message)),
            Route("/_console/feiten", console.record, methods=["POST"]),
            Route("/_console/vastleggingen", console.commit_late, methods=["POST"]),
            Route("/_console/dossiers", console.files),
            Route("/_console/dossiers", console.make_files, methods=["POST"]),
            Route("/_console/dossiers/{reference}", console.file),
            Route("/", console.page),
            Route("/dossiers/{number}", console.file_page),
            Route("/dossiers/{number}", console.fill_in, methods=["POST"]),
        ]
    )
    return FaultMiddleware(app, AllegroFaults(tokens.expire, records.feed.repair), plan)


class _Tokens:
    """Opaque bearer tokens for the one client (RFC 6749, section 4.4)."""

    def __init__(self, clock: SettableClock) -> None:
        self._clock = clock
        self._expires: dict[str, datetime] = {}

    async def issue(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        if form.get("grant_type") != ["client_credentials"]:
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        if not self._is_client(request.headers.get("authorization", "")):
            return JSONResponse({"error": "invalid_client"}, 401, {"WWW-Authenticate": "Basic"})
        token, now = secrets.token_urlsafe(24), self._clock.now()
        self._expires = {old: end for old, end in self._expires.items() if end > now}
        self._expires[token] = now + _TOKEN_LIFETIME
        lifetime = int(_TOKEN_LIFETIME.total_seconds())
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": lifetime})

    def expire(self) -> None:
        """Expire all tokens."""
        self._expires.clear()

    def required(self, endpoint: _Endpoint) -> _Endpoint:
        """Return an endpoint that answers 401 to a call without a valid token."""

        async def guarded(request: Request) -> Response:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            end = self._expires.get(token)
            if scheme.lower() != "bearer" or end is None or end <= self._clock.now():
                return _fault(401, "token-ongeldig", "Vraag een nieuw token aan.")
            return await endpoint(request)

        return guarded

    @staticmethod
    def _is_client(authorization: str) -> bool:
        expected = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        return secrets.compare_digest(authorization.encode(), expected.encode())


class _AllegroApi:
    """The endpoints of the contract."""

    def __init__(self, records: AllegroRecords) -> None:
        self._records = records

    async def changes(self, request: Request) -> Response:
        after, limit = _number(request, "na", "0"), _number(request, "aantal", "100")
        if after is None or limit is None or not 1 <= limit <= _MAX_PAGE:
            return _fault(400, "parameter-ongeldig", f"na is 0 of hoger, aantal is 1 tot en met {_MAX_PAGE}.")
        return JSONResponse({"mutaties": self._records.feed.after(after, limit)})

    async def referrals(self, request: Request) -> Response:
        return _file_page(request, "verwijzingen", self._records.files.with_referral_after, _receipt)

    async def files(self, request: Request) -> Response:
        return _file_page(request, "dossiers", self._records.files.after, _overview)

    async def link_file(self, request: Request) -> Response:
        link = await json_of(request)
        reference = _uuid(link.get("externReferentie")) if isinstance(link, dict) and len(link) == 1 else None
        if reference is None:
            return _fault(400, "bericht-ongeldig", "De inhoud is een externReferentie: een uuid.")
        number = request.path_params["number"]
        match self._records.files.link(number, reference):
            case LinkOutcome.UNKNOWN:
                return _fault(404, "dossier-onbekend", "Er is geen dossier met dit nummer.")
            case LinkOutcome.CONFLICT:
                return _fault(409, "dossier-in-gebruik", "Dit dossier of deze verwijzing is al gekoppeld.")
            case LinkOutcome.LINKED:
                return JSONResponse({"dossiernummer": number, "externReferentie": reference})

    async def put_referral(self, request: Request) -> Response:
        reference, contents = _reference(request), await json_of(request)
        if reference is None or not isinstance(contents, dict):
            return _fault(400, "bericht-ongeldig", "externReferentie is een uuid en de inhoud een JSON-object.")
        if faults := list(misfits(contents, REFERRAL)):
            return _fault(400, "bericht-ongeldig", "De verwijzing is niet zoals het contract zegt.", faults)
        number, created = self._records.files.put(reference, contents)
        return JSONResponse({"dossiernummer": number, "externReferentie": reference}, 201 if created else 200)

    async def referral(self, request: Request) -> Response:
        file = self._records.files.of(_reference(request) or "")
        if file is None:
            return _fault(404, "verwijzing-onbekend", "Meld de verwijzing eerst aan.")
        return JSONResponse(file)

    async def post_message(self, request: Request) -> Response:
        reference, message = _reference(request), await json_of(request)
        if reference is None or not isinstance(message, dict):
            return _fault(400, "bericht-ongeldig", "externReferentie is een uuid en de inhoud een JSON-object.")
        if faults := [*message_faults(message), *misfits(message, MESSAGE)]:
            return _fault(400, "bericht-ongeldig", "Het bericht is niet zoals het contract zegt.", faults)
        if self._records.files.of(reference) is None:
            return _fault(404, "verwijzing-onbekend", "Meld de verwijzing eerst aan.")
        outcome = self._records.messages.put(reference, message)
        if outcome is PutOutcome.CONFLICT:
            return _fault(409, "bericht-id-in-gebruik", "Dit berichtId hoort bij een ander bericht.")
        return JSONResponse(message, 201 if outcome is PutOutcome.CREATED else 200)

    async def message(self, request: Request) -> Response:
        message = self._records.messages.find(_reference(request) or "", request.path_params["message_id"])
        if message is None:
            return _fault(404, "bericht-onbekend", "Dit bericht is niet ontvangen.")
        return JSONResponse(message)


class _AllegroConsole:
    """What counsellors do in Allegro's screens; not part of the contract."""

    def __init__(self, records: AllegroRecords, plan: FaultPlan, clock: SettableClock) -> None:
        self._records, self._plan, self._clock = records, plan, clock

    async def record(self, request: Request) -> Response:
        return self._recorded(await json_of(request))

    def _recorded(self, facts: object) -> Response:
        if not isinstance(facts, list) or (faulty := [n for n, fact in enumerate(facts) if not _is_fact(fact)]):
            detail = faulty if isinstance(facts, list) else []
            return _fault(400, "feit-ongeldig", "Elk feit heeft feitId, soort, datum en gegevens.", detail)
        if long := [f"feit {n}: {text}" for n, fact in enumerate(facts) for text in too_long(fact, FACT)]:
            return _fault(400, "feit-ongeldig", "Niets verwerkt: er is te veel ingevuld.", long)
        numbers = [self._records.files.find(fact.get("dossiernummer"), fact.get("kenmerkVerwijzer")) for fact in facts]
        found = [(number, fact) for number, fact in zip(numbers, facts, strict=True) if number is not None]
        if len(found) < len(facts):
            missing = [fact["feitId"] for number, fact in zip(numbers, facts, strict=True) if number is None]
            return _fault(404, "dossier-onbekend", "Niets verwerkt: geen of meer dan een dossier gevonden.", missing)
        done = sum(self._record(number, fact) for number, fact in found)
        return JSONResponse({"verwerkt": done, "bekend": len(facts) - done})

    def _record(self, number: str, fact: Document) -> bool:
        return self._records.feed.record(number, self._records.files.referral_of(number), fact)

    async def commit_late(self, request: Request) -> Response:
        return JSONResponse({"vastgelegd": self._records.feed.commit_late()})

    async def make_files(self, request: Request) -> Response:
        entries = await json_of(request)
        if not isinstance(entries, list) or not all(_is_entry(each) for each in entries):
            text = "Elk dossier heeft een invoerId en een verwijzing zoals in het contract."
            return _fault(400, "dossier-ongeldig", text)
        numbers = [self._records.files.make(each["invoerId"], each["verwijzing"]) for each in entries]
        return JSONResponse({"dossiernummers": numbers})

    async def files(self, request: Request) -> Response:
        after = request.query_params.get("na", "")
        if not _is_file_number(after):
            return _fault(400, "parameter-ongeldig", "na is een dossiernummer.")
        return JSONResponse({"dossiers": [_summary(file) for file in self._records.files.after(after)]})

    async def file(self, request: Request) -> Response:
        number = self._records.files.find(None, request.path_params["reference"])
        file = self._records.files.get(number) if number else None
        if file is None:
            return _fault(404, "dossier-onbekend", "Er is geen dossier met dit kenmerk, of meer dan een.")
        return JSONResponse(file)

    async def page(self, request: Request) -> Response:
        note = pages.notice(request) + self._plan.html_note()
        return pages.page(SYSTEM, FILES, files_content(self._records, _FILES_ON_PAGE, note))

    async def file_page(self, request: Request) -> Response:
        number = request.path_params["number"]
        file = self._records.files.get(number)
        if file is None:
            return _fault(404, "dossier-onbekend", "Er is geen dossier met dit nummer.")
        content = pages.notice(request) + file_content(self._records, file, local_date(self._clock.now()))
        return pages.page(SYSTEM, file_heading(number), content)

    async def fill_in(self, request: Request) -> Response:
        number = request.path_params["number"]
        try:
            fact, title = fact_of(await pages.filled_in(request))
            _require_recorded(self._recorded([{**fact, "dossiernummer": number}]))
        except pages.FormFault as error:
            return pages.refused(SYSTEM, file_heading(number), error, file_address(number))
        return pages.done(file_address(number), title)


def _require_recorded(answer: Response) -> None:
    if answer.status_code != 200:
        problem = json.loads(bytes(answer.body))
        raise pages.FormFault(" ".join([problem["melding"], *map(str, problem["details"])]))


def _summary(file: Document) -> Document:
    return _receipt(file) | {"kenmerkVerwijzer": file["verwijzing"].get("kenmerkVerwijzer")}


def _receipt(file: Document) -> Document:
    return {name: file[name] for name in ("dossiernummer", "externReferentie")}


def _overview(file: Document) -> Document:
    """Return what identifies the referral of a file."""
    referral = file["verwijzing"]
    return _receipt(file) | {
        "kenmerkVerwijzer": referral.get("kenmerkVerwijzer"),
        "organisatie": referral.get("verwijzer", {}).get("organisatie"),
        "bsn": referral.get("client", {}).get("bsn"),
        "ontvangenOp": str(referral.get("ontvangenOp", ""))[:10] or None,
    }


def _file_page(
    request: Request, name: str, after: Callable[[str], Iterator[Document]], shown: Callable[[Document], Document]
) -> Response:
    number, limit = request.query_params.get("na", ""), _number(request, "aantal", "100")
    if not _is_file_number(number) or limit is None or not 1 <= limit <= _MAX_PAGE:
        text = f"na is een dossiernummer of leeg, aantal is 1 tot en met {_MAX_PAGE}."
        return _fault(400, "parameter-ongeldig", text)
    return JSONResponse({name: [shown(file) for file in islice(after(number), limit)]})


def _number(request: Request, name: str, default: str) -> int | None:
    text = request.query_params.get(name, default)
    return int(text) if _NUMBER.fullmatch(text) else None


def _is_file_number(text: str) -> bool:
    return _FILE_NUMBER.fullmatch(text) is not None


def _is_fact(fact: object) -> bool:
    # Any kind and code is accepted on purpose: Allegro adds some without notice, and the hub must survive that.
    return (
        isinstance(fact, dict)
        and all(isinstance(fact.get(name), str) for name in ("feitId", "soort"))
        and isinstance(fact.get("gegevens", {}), dict)
        and _is_date(fact.get("datum"))
    )


def _is_date(value: object) -> bool:
    try:
        return value is None or bool(date.fromisoformat(str(value)))
    except ValueError:
        return False


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("invoerId"), str)
        and isinstance(entry.get("verwijzing"), dict)
        and not list(misfits(entry["verwijzing"], REFERRAL))
    )


def _reference(request: Request) -> str | None:
    return _uuid(request.path_params["reference"])


def _uuid(value: object) -> str | None:
    try:
        return str(UUID(str(value)))
    except ValueError:
        return None


def _fault(status: int, code: str, message: str, details: list[Any] | None = None) -> Response:
    return JSONResponse({"foutcode": code, "melding": message, "details": details or []}, status)
