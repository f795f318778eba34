"""SOAP 1.1 envelopes with a UsernameToken: requests to RMW, and its answers, read with a hardened parser.

Sources: SOAP 1.1, sections 4 and 6; WS-Security 1.0, section 12; WS-Security UsernameToken Profile 1.0, section 3.1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from app.adapters.common.waits import wait_in_seconds
from app.adapters.rmw.mending import is_readable, mended, taken_apart

NAMESPACE: Final = "urn:nl:rmw:aanmelding:v1"
"""The namespace of RMW's messages."""

_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_WSS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_WSSE: Final = f"{_WSS}wssecurity-secext-1.0.xsd"
_PASSWORD_TEXT: Final = f"{_WSS}username-token-profile-1.0#PasswordText"
_DOCUMENT_TYPE: Final = "RMW returned an answer with a document type"
# The types of lxml do not know that None names the default namespace.
_NSMAP: Final[dict[Any, str]] = {None: NAMESPACE}


Fields = Mapping[str, "str | Sequence[str] | Fields"]
"""The fields of a message in the order of the schema: a text, a text for each occurrence, or a group of fields."""


class NotSoap(Exception):
    """The answer is no SOAP message, or has a document type, which is never accepted."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """RMW's refusal.

    Attributes:
        temporary: the faultcode is ``Server``: the message itself was right.
        login_refused: the faultcode is ``FailedAuthentication``: user name or password is wrong.
        code: RMW's own code, empty when a server in between made the fault.
        wait_seconds: the wait that RMW asks for, at most a day; None: it states none.
    """

    temporary: bool
    login_refused: bool
    code: str
    wait_seconds: float | None = None


def security_header(username: str, password: str) -> etree._Element:
    """Return the SOAP header with the credentials."""
    header = etree.Element(f"{{{_SOAP}}}Header")
    security = etree.SubElement(header, f"{{{_WSSE}}}Security", {f"{{{_SOAP}}}mustUnderstand": "1"})
    token = etree.SubElement(security, f"{{{_WSSE}}}UsernameToken")
    etree.SubElement(token, f"{{{_WSSE}}}Username").text = username
    etree.SubElement(token, f"{{{_WSSE}}}Password", {"Type": _PASSWORD_TEXT}).text = password
    return header


def request(header: bytes, action: str, fields: Fields) -> bytes:
    """Return a request: this serialised header, and the action with its fields in the order of the schema.

    With a ``kenmerk`` among the fields it is a change (StUF ``Lk01``), without it a question (``Lv01``).
    """
    body = etree.Element(f"{{{NAMESPACE}}}{action}", nsmap=_NSMAP)
    steering = etree.SubElement(body, f"{{{NAMESPACE}}}stuurgegevens")
    code = "Lk01" if "kenmerk" in fields else "Lv01"
    for name, value in (("berichtcode", code), ("zender", "TRAJECTHUB"), ("ontvanger", "RMW")):
        etree.SubElement(steering, f"{{{NAMESPACE}}}{name}").text = value
    _add(body, fields)
    content = etree.tostring(body)
    return b'<soap:Envelope xmlns:soap="%b">%b<soap:Body>%b</soap:Body></soap:Envelope>' % (
        _SOAP.encode(),
        header,
        content,
    )


def read(message: bytes) -> etree._Element | Fault:
    """Return the answer inside the envelope, or the fault.

    What XML cannot hold is marked in its texts (``app.adapters.rmw.mending.restored``).

    Raises:
        NotSoap: it cannot be read as a SOAP message.
    """
    return _content(_parse(message))


def read_list(message: bytes) -> etree._Element | Fault:
    """Return a list as ``read`` does; a registration that is no XML is one that holds its text (*bericht*).

    Raises:
        NotSoap: it cannot be read as a SOAP message, not even registration by registration.
    """
    try:
        return read(message)
    except NotSoap:
        return _content(_parse(taken_apart(_mended(message), _is_xml).encode()))


def _add(parent: etree._Element, fields: Fields) -> None:
    for name, value in fields.items():
        for each in (value,) if isinstance(value, str | Mapping) else value:
            child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
            if isinstance(each, str):
                child.text = each
            else:
                _add(child, each)


def _content(root: etree._Element) -> etree._Element | Fault:
    content = _body(root)
    if content.tag != f"{{{_SOAP}}}Fault":
        return content
    detail = f"detail/{{{NAMESPACE}}}fout/{{{NAMESPACE}}}"
    faultcode = (content.findtext("faultcode") or "").rpartition(":")[2]
    return Fault(
        temporary=faultcode.startswith("Server"),
        login_refused=faultcode == "FailedAuthentication",
        code=content.findtext(f"{detail}code") or "",
        wait_seconds=wait_in_seconds(content.findtext(f"{detail}wachttijdSeconden") or ""),
    )


def _parse(message: bytes) -> etree._Element:
    # Before it is parsed, because entities may grow while it is; afterwards, because of other encodings.
    if b"<!DOCTYPE" in message:
        raise NotSoap(_DOCUMENT_TYPE)
    try:
        root = _parsed(message) if is_readable(message) else _parsed_after_mending(message)
    except etree.XMLSyntaxError:
        root = _parsed_after_mending(message)
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotSoap(_DOCUMENT_TYPE)
    return root


def _parsed(message: bytes) -> etree._Element:
    # Without a document type there are no entities; without huge_tree the limits of libxml2 on depth and size hold.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(message, parser)


def _parsed_after_mending(message: bytes) -> etree._Element:
    try:
        return _parsed(_mended(message).encode())
    except etree.XMLSyntaxError as error:
        raise NotSoap("RMW returned an answer that is not XML") from error


def _mended(message: bytes) -> str:
    try:
        return mended(message)
    except ValueError as error:
        raise NotSoap("RMW returned an answer that is no text") from error


def _is_xml(message: str) -> bool:
    try:
        _parsed(message.encode())
    except etree.XMLSyntaxError:
        return False
    return True


def _body(root: etree._Element) -> etree._Element:
    body = root.find(f"{{{_SOAP}}}Body")
    if root.tag != f"{{{_SOAP}}}Envelope" or body is None or not len(body):
        raise NotSoap("RMW returned an answer without a SOAP body")
    return body[0]
