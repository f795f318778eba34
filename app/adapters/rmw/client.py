"""The SOAP interface of RMW over HTTP. Source: ``openapi/partners/rmw.wsdl``."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from ssl import SSLContext
from typing import Final

import httpx
from lxml import etree

from app.adapters.common.answers import login_refused_by, unclear_answer, unexpected_status
from app.adapters.common.contents import MOST_BYTES, apart, are_bounded, read_apart
from app.adapters.common.http import http_client, partner_errors
from app.adapters.common.pace import Pace
from app.adapters.common.transport import A_LIST
from app.adapters.rmw.schemas import RegistrationList, RegistrationState, StatusUpdate
from app.adapters.rmw.soap import NAMESPACE, Fault, Fields, NotSoap, read, read_list, request, security_header
from app.domain.errors import PartnerRefused, PartnerUnreachable

Reader = Callable[[bytes], etree._Element | Fault]
"""Reads an answer; raises NotSoap."""

_PARTNER: Final = "RMW"
_CREDENTIALS: Final = "the user name and the password"
_PATH: Final = "/rmw/services/aanmelding"
_MAINTENANCE: Final = "ONDERHOUD"
_LOGIN_REFUSED: Final = "AUTHENTICATIE"
_TAB_CLOSED: Final = "TABGESLOTEN"
_REFUSED: Final = frozenset({"ONBEKEND", "ONGELDIG", _TAB_CLOSED})
"""The codes with which RMW refuses a message for good."""


class RmwClient:
    """Calls RMW.

    Every operation raises PartnerRefused when RMW itself refuses the message, by a fault with a code of its contract,
    UnclearAnswer when a success has another form than the contract's, and PartnerUnreachable for anything else: no
    answer, maintenance, a refused login, a fault or a page of a server in between. The outcome of a change is then
    unknown.
    """

    def __init__(  # noqa: PLR0913  # the last ones are seldom set
        self,
        url: str,
        username: str,
        password: str,
        pace: Pace | None = None,
        tls: SSLContext | None = None,
        list_bytes: int = MOST_BYTES,
    ) -> None:
        self._http = http_client(url, tls=tls, pace=pace, list_bytes=list_bytes)
        self._header = etree.tostring(security_header(username, password))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def list_registrations(self, code: str, position: int, count: int) -> RegistrationList:
        """Return registrations with a referral code (*registratiecode*) from a position on, which starts at 1."""
        fields = {"registratiecode": code, "vanafPositie": str(position), "aantal": str(count)}
        answer = await self._ask("lijstAanmeldingen", fields, read_list, A_LIST)
        return await apart(partial(_listed, answer))

    async def registration_state(self, number: str) -> RegistrationState:
        """Return what systems wrote on a registration."""
        answer = await self._ask("geefAanmelding", {"aanmeldnummer": number})
        try:
            return RegistrationState.read(answer, number)
        except ValueError:
            raise unclear_answer(_PARTNER, HTTPStatus.OK) from None

    async def add_status(self, update: StatusUpdate) -> None:
        """Append a status line; RMW appends a repeated one again."""
        answer = await self._ask("wijzigAanmeldcodeStatus", update.fields())
        _require_acknowledgement(answer, update.registration_number)

    async def register_arrival(self, arrival: Fields) -> str:
        """Register a client who is referred onward, once; return the number of the registration."""
        answer = await self._ask("meldDoorverwijzing", arrival)
        number = answer.findtext(f"{{{NAMESPACE}}}aanmeldnummer") or ""
        _require_acknowledgement(answer, number)
        if not number:
            raise unclear_answer(_PARTNER, HTTPStatus.OK)
        return number

    async def close_tab(self, number: str, on: str, reference: str) -> None:
        """Close the activity tab; a tab that is closed already is no error."""
        fields = {"aanmeldnummer": number, "datum": on, "kenmerk": reference}
        answer = await self._call("sluitTab", fields)
        if not isinstance(answer, Fault):
            _require_acknowledgement(answer, number)
        elif answer.code != _TAB_CLOSED:
            raise _error(answer)

    async def _ask(
        self, action: str, fields: Fields, reader: Reader = read, extensions: Mapping[str, bool] | None = None
    ) -> etree._Element:
        answer = await self._call(action, fields, reader, extensions)
        if isinstance(answer, Fault):
            raise _error(answer)
        return answer

    async def _call(
        self, action: str, fields: Fields, reader: Reader = read, extensions: Mapping[str, bool] | None = None
    ) -> etree._Element | Fault:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{NAMESPACE}/{action}"'}
        with partner_errors(_PARTNER):
            content = request(self._header, action, fields)
            response = await self._http.post(_PATH, content=content, headers=headers, extensions=dict(extensions or {}))
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            raise login_refused_by(_PARTNER, _CREDENTIALS, response.status_code)
        # SOAP 1.1, section 6.2: a fault has status 500; any other error comes from a server in between.
        if response.status_code not in (HTTPStatus.OK, HTTPStatus.INTERNAL_SERVER_ERROR):
            raise unexpected_status(response, _PARTNER)
        return await read_apart(response.content, partial(_content, response, action, reader))


def _listed(answer: etree._Element) -> RegistrationList:
    try:
        listed = RegistrationList.read(answer)
    except ValueError as error:
        raise PartnerUnreachable("RMW returned a list without a readable next position") from error
    if not are_bounded([each.contents for each in listed.registrations]):
        raise unclear_answer(_PARTNER, HTTPStatus.OK)
    return listed


def _content(response: httpx.Response, action: str, reader: Reader) -> etree._Element | Fault:
    """Return what the envelope contains: a fault with status 500, the answer to this action with status 200."""
    try:
        answer = reader(response.content)
    except NotSoap:
        raise unexpected_status(response, _PARTNER) from None
    expected = isinstance(answer, Fault) or answer.tag == f"{{{NAMESPACE}}}{action}Response"
    if not expected or isinstance(answer, Fault) == response.is_success:
        raise unexpected_status(response, _PARTNER)
    return answer


def _require_acknowledgement(answer: etree._Element, number: str) -> None:
    code = answer.findtext(f"{{{NAMESPACE}}}stuurgegevens/{{{NAMESPACE}}}berichtcode")
    if code != "Bv03" or answer.findtext(f"{{{NAMESPACE}}}aanmeldnummer") != number:
        raise unclear_answer(_PARTNER, HTTPStatus.OK)


def _error(fault: Fault) -> PartnerRefused | PartnerUnreachable:
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    if fault.login_refused or fault.code == _LOGIN_REFUSED:
        return login_refused_by(_PARTNER, _CREDENTIALS, status)
    if fault.code in _REFUSED and not fault.temporary:
        return PartnerRefused(f"RMW refuses the message ({fault.code})", status=status)
    # Without a code of the contract a server in between made the fault.
    code = _MAINTENANCE if fault.code == _MAINTENANCE else "a fault that is not in its contract"
    text = f"RMW cannot answer now ({code}); trying again later"
    return PartnerUnreachable(text, fault.wait_seconds, code="status-5xx", status=status)
