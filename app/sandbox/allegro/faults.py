"""The faults of the simulated Allegro: JSON, bearer tokens, a numbered feed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import JSONResponse, Response

from app.sandbox.faults.middleware import PartnerCall
from app.sandbox.faults.plan import FaultKind
from app.sandbox.runtime import Document

ALLEGRO_FAULT_KINDS: Final = frozenset(FaultKind)


@dataclass(frozen=True)
class AllegroFaults:
    """How Allegro shows its faults."""

    expire_tokens: Callable[[], None]
    repair: Callable[[Sequence[str]], None]
    contract_prefix: str = "/api/"

    def is_list(self, call: PartnerCall) -> bool:
        """Return whether a call reads the feed."""
        return call.path == "/api/v1/mutaties"

    def is_change(self, call: PartnerCall) -> bool:
        """Return whether a call puts a referral or posts a message."""
        return call.method in ("PUT", "POST")

    def uses_token(self, _: PartnerCall) -> bool:
        """Return True: every call needs a token."""
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
        """Return the change's id and its file number."""
        return record["mutatieId"], record["dossiernummer"]

    def corrupted(self, kind: FaultKind, record: Document) -> Document:
        """Return the change with an unknown code or kind, a new column, or a timestamp as a number."""
        if kind is FaultKind.NEW_COLUMN:
            return record | {"kanaal": "balie"}
        if kind is FaultKind.CHANGED_TYPE:
            return record | {"geregistreerdOp": 1_583_999_700}
        if "code" in record["gegevens"]:
            return record | {"gegevens": record["gegevens"] | {"code": 999, "omschrijving": "Nieuwe waarde"}}
        return record | {"soort": "nieuwe_stap"}
