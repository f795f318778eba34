"""The HTTP interface of GIDSO. Source: ``openapi/partners/gidso.yaml``."""

import ssl
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

import httpx

from app.adapters.common.answers import AnswerRules, Model, unclear_answer
from app.adapters.common.contents import MOST_BYTES
from app.adapters.common.http import http_client, partner_errors
from app.adapters.common.pace import Pace
from app.adapters.common.pages import parse_page
from app.adapters.common.transport import A_LIST
from app.adapters.gidso.schemas import AanmeldingenPage, Fout, Journaalregel, JournaalregelsPage, NieuweAanmelding
from app.domain.errors import CursorExpired, PartnerUnreachable

_PARTNER: Final = "GIDSO"
_ROWS: Final = "/odata/v4/Aanmeldingen"
_ARRIVALS: Final = "/odata/v4/Doorverwijzingen"
_LONGEST_TOKEN: Final = 2000
_RULES: Final = AnswerRules(
    partner=_PARTNER,
    credentials="the API key and the certificate",
    error=Fout,
    refusals={400: {"OngeldigeVraag", "OngeldigeJournaalregel", "OngeldigeDoorverwijzing"}, 404: {"NietGevonden"}},
    login_refused=frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}),
)


class GidsoClient:
    """Calls GIDSO: reads registrations, and looks up and appends journal lines."""

    def __init__(
        self,
        url: str,
        api_key: str,
        pace: Pace | None = None,
        tls: ssl.SSLContext | None = None,
        list_bytes: int = MOST_BYTES,
    ) -> None:
        self._http = http_client(url, tls=tls, pace=pace, list_bytes=list_bytes)
        self._http.headers["X-Api-Key"] = api_key

    async def registrations(self, query: Mapping[str, str]) -> AanmeldingenPage:
        """Return one page of registrations.

        Raises:
            CursorExpired: the token in the query is no longer known.
            PartnerUnreachable: no answer, a temporary or an unreadable one, or the hub's key is refused.
            PartnerRefused: GIDSO refuses the query.
        """
        with partner_errors(_PARTNER):
            response = await self._http.get(_ROWS, params=query, extensions=A_LIST)
        if _RULES.says(response, HTTPStatus.GONE, "TokenVerlopen"):
            raise CursorExpired("GIDSO no longer knows the delta token; everything must be read again")
        return await parse_page(AanmeldingenPage, _RULES.checked(response, HTTPStatus.OK), _PARTNER, "value")

    async def has_line(self, case_id: str, reference: str) -> bool:
        """Return whether a registration's journal has a line with this reference; raises partner errors."""
        with partner_errors(_PARTNER):
            response = await self._http.get(_lines(case_id), params={"$filter": f"Kenmerk eq '{reference}'"})
        return any(line.reference == reference for line in _read(JournaalregelsPage, response).value)

    async def append_line(self, case_id: str, line: Mapping[str, object]) -> None:
        """Append a line to a registration's journal.

        Raises:
            UnclearAnswer: a success that is not the contract's, such as a page of a server in between.
            PartnerUnreachable: no answer, or one that is not about the line.
            PartnerRefused: GIDSO refuses the line.
        """
        with partner_errors(_PARTNER):
            response = await self._http.post(_lines(case_id), json=line)
        if _read(Journaalregel, response, HTTPStatus.CREATED).reference != line["Kenmerk"]:
            raise unclear_answer(_PARTNER, response.status_code)

    async def put_arrival(self, reference: str, arrival: Mapping[str, object]) -> str:
        """Register a client who is referred onward; the same again changes nothing. Return the registration's id.

        Raises:
            UnclearAnswer: a success that is not the contract's, such as a page of a server in between.
            PartnerUnreachable: no answer, or one that is not about the client.
            PartnerRefused: GIDSO refuses the client.
        """
        with partner_errors(_PARTNER):
            response = await self._http.put(f"{_ARRIVALS}('{reference}')", json=arrival)
        success = HTTPStatus.CREATED if response.status_code == HTTPStatus.CREATED else HTTPStatus.OK
        return _read(NieuweAanmelding, response, success).id

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def token_of(link: str, parameter: str) -> str:
    """Return the token in a link. Only the token is used, so that the hub's key is never sent to another address.

    Raises:
        PartnerUnreachable: the link has no such token, or one that cannot be sent back; the answer cannot be used.
    """
    try:
        token = parse_qs(urlsplit(link).query).get(parameter, [""])[0]
    except ValueError:
        token = ""
    # Stored as the cursor, one that no call can carry would stop every later pull.
    if not token or len(token) > _LONGEST_TOKEN or not token.isprintable():
        raise PartnerUnreachable(f"GIDSO returned a link without a usable {parameter}; trying again later")
    return token


def _lines(case_id: str) -> str:
    return f"{_ROWS}('{quote(case_id.replace(chr(39), chr(39) * 2), safe='')}')/Journaalregels"


def _read(model: type[Model], response: httpx.Response, success: HTTPStatus = HTTPStatus.OK) -> Model:
    return _RULES.read(model, _RULES.checked(response, success))
