"""How each simulated partner shows its faults: in its own pages, its own refusals and its own records."""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.sandbox.faults.middleware import Call
from app.sandbox.faults.plan import FaultKind
from app.sandbox.runtime import Document
from app.sandbox.soap import NAMESPACE, RmwFault, fault

_EVERYWHERE = frozenset(FaultKind) - {FaultKind.EXPIRED_TOKEN, FaultKind.LATE_COMMIT}
ALLEGRO_FAULTS = frozenset(FaultKind)
GIDSO_FAULTS = _EVERYWHERE | {FaultKind.EXPIRED_TOKEN}
RMW_FAULTS = _EVERYWHERE

_REGISTRATION = f"{{{NAMESPACE}}}aanmelding"
_RMW_CHANGES = (b"wijzigAanmeldcodeStatus", b"sluitTab")


@dataclass(frozen=True)
class AllegroForm:
    """Allegro: JSON, a token, a numbered feed."""

    expire_tokens: Callable[[], None]
    mend: Callable[[Sequence[str]], None]
    contract: str = "/api/"

    def lists(self, call: Call) -> bool:
        """Return whether a call reads the feed."""
        return call.path == "/api/v1/mutaties"

    def changes(self, call: Call) -> bool:
        """Return whether a call puts a referral or posts a message."""
        return call.method in ("PUT", "POST")

    def leans_on_token(self, _: Call) -> bool:
        """Tell that every call does."""
        return True

    def refusal(self, status: int, wait_seconds: int) -> Response:
        """Return Allegro's error message."""
        code = "te-veel-vragen" if status == 429 else "onderhoud"
        body = {"foutcode": code, "melding": f"Probeer het over {wait_seconds} seconden opnieuw.", "details": []}
        return JSONResponse(body, status)

    def records(self, body: bytes) -> list[Document]:
        """Return the changes (*mutaties*) on a page."""
        changes: list[Document] = json.loads(body)["mutaties"]
        return changes

    def with_records(self, _: bytes, records: Sequence[Document]) -> bytes:
        """Return a page with these changes."""
        return json.dumps({"mutaties": records}).encode()

    def key(self, record: Document) -> tuple[str, str]:
        """Return the change's id and its file."""
        return record["mutatieId"], record["dossiernummer"]

    def spoilt(self, kind: FaultKind, record: Document) -> Document:
        """Return the change with a new code or kind, a new column, or a moment as a number."""
        if kind is FaultKind.NEW_COLUMN:
            return record | {"kanaal": "balie"}
        if kind is FaultKind.CHANGED_TYPE:
            return record | {"geregistreerdOp": 1_583_999_700}
        if "code" in record["gegevens"]:
            return record | {"gegevens": record["gegevens"] | {"code": 999, "omschrijving": "Nieuwe waarde"}}
        return record | {"soort": "nieuwe_stap"}


@dataclass(frozen=True)
class GidsoForm:
    """GIDSO: OData, delta tokens."""

    expire_tokens: Callable[[], object]
    mend: Callable[[Sequence[str]], None]
    contract: str = "/odata/"

    def lists(self, call: Call) -> bool:
        """Return whether a call reads registrations."""
        return call.method == "GET" and call.path.endswith("/Aanmeldingen")

    def changes(self, call: Call) -> bool:
        """Return whether a call appends a line to a journal."""
        return call.method == "POST"

    def leans_on_token(self, call: Call) -> bool:
        """Return whether a call reads on from a delta token."""
        return "deltatoken=" in call.query

    def refusal(self, status: int, wait_seconds: int) -> Response:
        """Return GIDSO's error message."""
        code = "TeVeelVragen" if status == 429 else "Onderhoud"
        message = f"Probeer het over {wait_seconds} seconden opnieuw."
        return JSONResponse({"error": {"code": code, "message": message}}, status)

    def records(self, body: bytes) -> list[Document]:
        """Return the rows on a page."""
        rows: list[Document] = json.loads(body)["value"]
        return rows

    def with_records(self, body: bytes, records: Sequence[Document]) -> bytes:
        """Return the page with these rows."""
        return json.dumps(json.loads(body) | {"value": records}).encode()

    def key(self, record: Document) -> tuple[str, str] | None:
        """Return the registration's id, twice; None for a tombstone."""
        return None if "@removed" in record else (record["AanmeldingId"],) * 2

    def spoilt(self, kind: FaultKind, record: Document) -> Document:
        """Return the registration with a new code, a new column, or a text where a group of fields was."""
        changed = {
            FaultKind.NEW_CODE: {"Inkomen": "Studiefinanciering"},
            FaultKind.NEW_COLUMN: {"Zaaknummer": f"Z-{record['AanmeldingId']}"},
            FaultKind.CHANGED_TYPE: {"Driegesprek": "ja"},
        }
        return record | changed[kind]


@dataclass(frozen=True)
class RmwForm:
    """RMW: SOAP, full lists only."""

    contract: str = "/rmw/"

    def lists(self, call: Call) -> bool:
        """Return whether a call lists registrations."""
        return b"lijstAanmeldingen" in call.body

    def changes(self, call: Call) -> bool:
        """Return whether a call adds a status line or closes a tab."""
        return any(action in call.body for action in _RMW_CHANGES)

    def leans_on_token(self, _: Call) -> bool:
        """Tell that no call does."""
        return False

    def expire_tokens(self) -> None:
        """Do nothing: RMW has none."""

    def mend(self, _: Sequence[str]) -> None:
        """Do nothing: each list gives every registration again."""

    def refusal(self, status: int, wait_seconds: int) -> Response:
        """Return the fault ONDERHOUD, or for 429 the text of the server before RMW, which speaks no SOAP."""
        if status == 429:
            return PlainTextResponse("Too many requests", status)
        refused = RmwFault("ONDERHOUD", "RMW is in onderhoud", wait_seconds)
        return Response(fault(refused), 500, media_type="text/xml; charset=utf-8")

    def records(self, body: bytes) -> list[etree._Element]:
        """Return the registrations on a list."""
        return list(_answer(etree.fromstring(body)).iterchildren(_REGISTRATION))

    def with_records(self, body: bytes, records: Sequence[etree._Element]) -> bytes:
        """Return the list with these registrations."""
        root = etree.fromstring(body)
        answer = _answer(root)
        for listed in list(answer.iterchildren(_REGISTRATION)):
            answer.remove(listed)
        # Copies, because an element has one place only and a duplicate has two.
        answer.extend([deepcopy(record) for record in records])
        return etree.tostring(root, encoding="utf-8", xml_declaration=True)

    def key(self, record: etree._Element) -> tuple[str, str]:
        """Return the registration's number, twice."""
        return (record.findtext(f"{{{NAMESPACE}}}aanmeldnummer") or "",) * 2

    def spoilt(self, kind: FaultKind, record: etree._Element) -> etree._Element:
        """Return the registration with a new code, a new column, or a date in another form."""
        if kind is FaultKind.NEW_COLUMN:
            etree.SubElement(record, f"{{{NAMESPACE}}}zaaknummer").text = "Z-1"
            return record
        name, text = ("inkomen", "SF") if kind is FaultKind.NEW_CODE else ("datumAanmelding", "1-1-2020")
        for found in record.iterchildren(f"{{{NAMESPACE}}}{name}"):
            found.text = text
        return record


def _answer(root: etree._Element) -> etree._Element:
    return root[-1][0]
