"""The SOAP interface of RMW over HTTP. Source: ``openapi/partners/rmw.wsdl``."""

from typing import Final

from lxml import etree

from app.adapters.common.http import check_response, http_client, login_refused_by, partner_errors
from app.adapters.common.pace import Pace
from app.adapters.rmw.schemas import RegistrationList, RegistrationState, StatusUpdate
from app.adapters.rmw.soap import NAMESPACE, Fault, NotSoap, read, request, security_header
from app.domain.errors import PartnerRefused, PartnerUnreachable

_PARTNER: Final = "RMW"
_CREDENTIALS: Final = "the user name and the password"
_PATH: Final = "/rmw/services/aanmelding"
_MAINTENANCE: Final = "ONDERHOUD"
_LOGIN_REFUSED: Final = "AUTHENTICATIE"
_TAB_CLOSED: Final = "TABGESLOTEN"


class RmwClient:
    """Calls RMW.

    Every operation raises PartnerUnreachable when there is no answer or a temporary one (the outcome of a change is
    then unknown) and when RMW refuses the login, and PartnerRefused for any other refusal.
    """

    def __init__(self, url: str, username: str, password: str, pace: Pace | None = None) -> None:
        self._http = http_client(url, pace=pace)
        self._header = etree.tostring(security_header(username, password))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def list_registrations(self, code: str, position: int, count: int) -> RegistrationList:
        """Return registrations with a referral code (*registratiecode*) from a position on, which starts at 1."""
        fields = {"registratiecode": code, "vanafPositie": str(position), "aantal": str(count)}
        answer = await self._ask("lijstAanmeldingen", fields)
        try:
            return RegistrationList.read(answer)
        except ValueError as error:
            raise PartnerUnreachable("RMW returned a list without a readable next position") from error

    async def registration_state(self, number: str) -> RegistrationState:
        """Return what systems wrote on a registration."""
        return RegistrationState.read(await self._ask("geefAanmelding", {"aanmeldnummer": number}))

    async def add_status(self, update: StatusUpdate) -> None:
        """Append a status line; RMW appends a repeated one again."""
        await self._ask("wijzigAanmeldcodeStatus", update.fields())

    async def close_tab(self, number: str, on: str, reference: str) -> None:
        """Close the activity tab; a tab that is closed already is no error."""
        fields = {"aanmeldnummer": number, "datum": on, "kenmerk": reference}
        answer = await self._call("sluitTab", fields)
        if isinstance(answer, Fault) and answer.code != _TAB_CLOSED:
            raise _error(answer)

    async def _ask(self, action: str, fields: dict[str, str]) -> etree._Element:
        answer = await self._call(action, fields)
        if isinstance(answer, Fault):
            raise _error(answer)
        return answer

    async def _call(self, action: str, fields: dict[str, str]) -> etree._Element | Fault:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{NAMESPACE}/{action}"'}
        with partner_errors(_PARTNER):
            response = await self._http.post(_PATH, content=request(self._header, action, fields), headers=headers)
            # SOAP 1.1, section 6.2: a fault has status 500; any other error comes from a server in between.
            if response.status_code != 500:
                check_response(response, _PARTNER, _CREDENTIALS)
            try:
                answer = read(response.content)
            except NotSoap as error:
                response.raise_for_status()
                raise PartnerUnreachable(str(error)) from error
        if isinstance(answer, Fault) or answer.tag == f"{{{NAMESPACE}}}{action}Response":
            return answer
        raise PartnerUnreachable(f"RMW returned an answer to another request than {action}")


def _error(fault: Fault) -> PartnerRefused | PartnerUnreachable:
    if fault.login_refused or fault.code == _LOGIN_REFUSED:
        return login_refused_by(_PARTNER, _CREDENTIALS)
    code = fault.code or "no code"
    if fault.temporary or fault.code == _MAINTENANCE:
        return PartnerUnreachable(f"RMW cannot answer now ({code}); trying again later", fault.wait_seconds)
    return PartnerRefused(f"RMW refused the message ({code})")
