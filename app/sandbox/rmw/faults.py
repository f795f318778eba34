"""The faults of the simulated RMW: SOAP, full lists only."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from lxml import etree
from starlette.responses import PlainTextResponse, Response

from app.sandbox.faults.middleware import PartnerCall
from app.sandbox.faults.plan import COMMON_FAULTS, FaultKind
from app.sandbox.rmw.soap import NAMESPACE, RmwFault, fault

RMW_FAULT_KINDS: Final = COMMON_FAULTS

_REGISTRATION: Final = f"{{{NAMESPACE}}}aanmelding"
_CHANGES: Final = (b"wijzigAanmeldcodeStatus", b"meldDoorverwijzing", b"sluitTab")


@dataclass(frozen=True)
class RmwFaults:
    """How RMW shows its faults."""

    contract_prefix: str = "/rmw/"

    def is_list(self, call: PartnerCall) -> bool:
        """Return whether a call lists registrations."""
        return b"lijstAanmeldingen" in call.body

    def is_change(self, call: PartnerCall) -> bool:
        """Return whether a call adds a status line or closes a tab."""
        return any(action in call.body for action in _CHANGES)

    def uses_token(self, _: PartnerCall) -> bool:
        """Return False: RMW has no tokens."""
        return False

    def expire_tokens(self) -> None:
        """Do nothing: RMW has no tokens."""

    def repair(self, _: Sequence[str]) -> None:
        """Do nothing: every list contains all registrations again."""

    def refusal(self, status: int, wait_seconds: int) -> Response:
        """Return the fault ONDERHOUD, or for 429 the plain text of the server in front of RMW."""
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
        # Copies, because an element can be in one place only and a duplicate is in two.
        answer.extend([deepcopy(record) for record in records])
        return etree.tostring(root, encoding="utf-8", xml_declaration=True)

    def key(self, record: etree._Element) -> tuple[str, str]:
        """Return the registration's number as key and as case."""
        return (record.findtext(f"{{{NAMESPACE}}}aanmeldnummer") or "",) * 2

    def corrupted(self, kind: FaultKind, record: etree._Element) -> etree._Element:
        """Return the registration with an unknown code, a new column, or a date in another format."""
        if kind is FaultKind.NEW_COLUMN:
            etree.SubElement(record, f"{{{NAMESPACE}}}zaaknummer").text = "Z-1"
            return record
        name, text = ("inkomen", "SF") if kind is FaultKind.NEW_CODE else ("datumAanmelding", "1-1-2020")
        for found in record.iterchildren(f"{{{NAMESPACE}}}{name}"):
            found.text = text
        return record


def _answer(root: etree._Element) -> etree._Element:
    """Return the answer element in the body of the envelope."""
    return root[-1][0]
