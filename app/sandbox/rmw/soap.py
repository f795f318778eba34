"""SOAP messages of the simulated RMW: reads requests, writes registrations, responses and faults."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lxml import etree

from app.domain.local_time import AMSTERDAM
from app.sandbox.contract_fields import xsd_fields
from app.sandbox.runtime import Document

NAMESPACE: Final = "urn:nl:rmw:aanmelding:v1"
_PREFIX: Final = f"{{{NAMESPACE}}}"
_ADDED: Final = frozenset({"mutatienummer", "tijdstipMutatie", "statusregel", "tab"})
_REGISTRATION: Final = xsd_fields("rmw", "Aanmelding")

FIELDS: Final = tuple(name for name in _REGISTRATION if name not in _ADDED)
"""The fields of a registration that consultants fill in, in the order of the schema; RMW adds the others."""
GROUPS: Final = {name: _REGISTRATION[name] for name in FIELDS if _REGISTRATION[name]}
"""The fields of each group, in the order of the schema."""

_NSMAP: Final[dict[Any, str]] = {None: NAMESPACE}
_HEADER_FIELDS: Final = ("berichtcode", "zender", "ontvanger")
_LINE: Final = ("statuscode", "datum", "toelichting", "kenmerk", "verzoek")
_WRITTEN_GROUPS: Final = GROUPS | {"verzoek": tuple(xsd_fields("rmw", "Verzoek"))}
_REPEATED: Final = frozenset({"tijd"})
_TAB: Final = ("stand", "datumGesloten", "kenmerk")
_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_HEAD: Final = f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{_SOAP}"><soap:Body>'.encode()
_TAIL: Final = b"</soap:Body></soap:Envelope>"
_FROM_RMW: Final = "<zender>RMW</zender><ontvanger>TRAJECTHUB</ontvanger></stuurgegevens>"
_FAULT_CODES: Final = {"ONDERHOUD": "soap:Server", "AUTHENTICATIE": "wsse:FailedAuthentication"}


class RmwFault(Exception):
    """A SOAP fault: a code and a text of the contract, and the advised wait if there is one."""

    def __init__(self, code: str, text: str, wait_seconds: int | None = None) -> None:
        super().__init__(text)
        self.code, self.text, self.wait_seconds = code, text, wait_seconds


@dataclass(frozen=True, kw_only=True)
class RmwRequest:
    """A request: the operation, the credentials and the non-empty fields; a group is a document."""

    action: str
    username: str
    password: str
    fields: Document


def read_request(message: bytes) -> RmwRequest:
    """Read a SOAP request.

    Raises:
        RmwFault: ONGELDIG, it is not XML or it has a document type declaration.
    """
    root = _parse(message)
    body = root.find(f"{{{_SOAP}}}Body")
    action = body[0] if body is not None and len(body) else root
    token = f"{{{_SOAP}}}Header/{{{_WSSE}}}Security/{{{_WSSE}}}UsernameToken/{{{_WSSE}}}"
    username, password = root.findtext(f"{token}Username"), root.findtext(f"{token}Password")
    return RmwRequest(
        action=action.tag.removeprefix(_PREFIX),
        username=username or "",
        password=password or "",
        fields=_fields(action),
    )


def _fields(element: etree._Element) -> Document:
    fields: Document = {}
    for child in element:
        name, value = child.tag.removeprefix(_PREFIX), _fields(child) if len(child) else child.text
        if value and name in _REPEATED:
            fields.setdefault(name, []).append(value)
        elif value:
            fields[name] = value
    return fields


def _parse(message: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(message, parser)
    except etree.XMLSyntaxError as error:
        raise RmwFault("ONGELDIG", "Het bericht is geen geldige XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise RmwFault("ONGELDIG", "Een documenttype is niet toegestaan")
    return root


def registration_xml(record: Document) -> bytes:
    """Return the ``aanmelding`` element of a stored record.

    Raises:
        ValueError: a value contains characters that XML does not allow.
        TypeError: a value is not text.
    """
    element = etree.Element(f"{_PREFIX}aanmelding", nsmap=_NSMAP)
    for name in FIELDS:
        _add(element, name, record["gegevens"].get(name))
    _add(element, "mutatienummer", str(record["mutatienummer"]))
    _add(element, "tijdstipMutatie", _stuf_time(record["tijdstipMutatie"]))
    for line in record["statussen"]:
        _add_group(element, "statusregel", line, _LINE)
    if record["tab"]:
        _add_group(element, "tab", record["tab"], _TAB)
    return etree.tostring(element, encoding="utf-8", xml_declaration=False)


def response(action: str, content: bytes) -> bytes:
    """Return the envelope of a response (StUF ``La01``) with this content."""
    head = f'<{action}Response xmlns="{NAMESPACE}"><stuurgegevens><berichtcode>La01</berichtcode>{_FROM_RMW}'
    return b"%b%b%b</%bResponse>%b" % (_HEAD, head.encode(), content, action.encode(), _TAIL)


def acknowledgement(action: str, number: str, line_number: int | None = None) -> bytes:
    """Return the envelope of an acknowledgement (StUF ``Bv03``) of a change."""
    root = etree.Element(f"{_PREFIX}{action}Response", nsmap=_NSMAP)
    _add_group(
        root, "stuurgegevens", {"berichtcode": "Bv03", "zender": "RMW", "ontvanger": "TRAJECTHUB"}, _HEADER_FIELDS
    )
    _add(root, "aanmeldnummer", number)
    _add(root, "volgnummer", None if line_number is None else str(line_number))
    return _HEAD + etree.tostring(root, encoding="utf-8", xml_declaration=False) + _TAIL


def fault(refusal: RmwFault) -> bytes:
    """Return a SOAP 1.1 fault; it contains texts of the contract only, never input of the caller."""
    wait = f"<wachttijdSeconden>{refusal.wait_seconds}</wachttijdSeconden>" if refusal.wait_seconds else ""
    faultcode = _FAULT_CODES.get(refusal.code, "soap:Client")
    content = (
        f'<soap:Fault xmlns:wsse="{_WSSE}"><faultcode>{faultcode}</faultcode>'
        f"<faultstring>{refusal.text}</faultstring><detail>"
        f'<fout xmlns="{NAMESPACE}"><code>{refusal.code}</code><omschrijving>{refusal.text}</omschrijving>{wait}</fout>'
        "</detail></soap:Fault>"
    )
    return _HEAD + content.encode() + _TAIL


def _stuf_time(timestamp: str) -> str:
    return f"{datetime.fromisoformat(timestamp).astimezone(AMSTERDAM):%Y%m%d%H%M%S}" if timestamp else ""


def _add(parent: etree._Element, name: str, value: Any) -> None:
    if name in _WRITTEN_GROUPS and value:
        for group in value if isinstance(value, list) else (value,):
            _add_group(parent, name, group, _WRITTEN_GROUPS[name])
        return
    for text in value if isinstance(value, list) else (value,):
        if text is not None:
            etree.SubElement(parent, _PREFIX + name).text = text


def _add_group(parent: etree._Element, name: str, values: Any, names: tuple[str, ...]) -> None:
    if not isinstance(values, dict):
        raise TypeError(f"{name} is geen groep van velden")
    group = etree.SubElement(parent, _PREFIX + name)
    for field in names:
        _add(group, field, values.get(field))
