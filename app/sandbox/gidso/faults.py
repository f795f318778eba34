"""The faults of the simulated GIDSO: OData, delta tokens."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import JSONResponse, Response

from app.sandbox.faults.middleware import PartnerCall
from app.sandbox.faults.plan import COMMON_FAULTS, FaultKind
from app.sandbox.runtime import Document

GIDSO_FAULT_KINDS: Final = COMMON_FAULTS | {FaultKind.EXPIRED_TOKEN}


@dataclass(frozen=True)
class GidsoFaults:
    """How GIDSO shows its faults."""

    expire_tokens: Callable[[], object]
    repair: Callable[[Sequence[str]], None]
    contract_prefix: str = "/odata/"

    def is_list(self, call: PartnerCall) -> bool:
        """Return whether a call reads registrations."""
        return call.method == "GET" and call.path.endswith("/Aanmeldingen")

    def is_change(self, call: PartnerCall) -> bool:
        """Return whether a call appends a line to a journal."""
        return call.method == "POST"

    def uses_token(self, call: PartnerCall) -> bool:
        """Return whether a call continues from a delta token."""
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
        """Return the registration's id as key and as case; None for a tombstone."""
        return None if "@removed" in record else (record["AanmeldingId"],) * 2

    def corrupted(self, kind: FaultKind, record: Document) -> Document:
        """Return the registration with an unknown code, a new column, or a text instead of a group of fields."""
        changed = {
            FaultKind.NEW_CODE: {"Inkomen": "Studiefinanciering"},
            FaultKind.NEW_COLUMN: {"Zaaknummer": f"Z-{record['AanmeldingId']}"},
            FaultKind.CHANGED_TYPE: {"Driegesprek": "ja"},
        }
        return record | changed[kind]
