"""The HTTP interface of the partner. Source: ``openapi/partners/template.yaml``."""

from collections.abc import Mapping
from http import HTTPStatus
from ssl import SSLContext
from typing import Final
from urllib.parse import quote

import httpx

from app.adapters.common.answers import AnswerRules, Model, unclear_answer
from app.adapters.common.contents import MOST_BYTES
from app.adapters.common.http import http_client, partner_errors
from app.adapters.common.pace import Pace
from app.adapters.common.pages import parse_page, row_of
from app.adapters.common.transport import A_LIST
from app.adapters.template.schemas import Fout, Opgeslagen, Wijzigingen

_PARTNER: Final = "The partner"
# Only these answers are the partner's "no" to a message; a proxy answers 404 and 403 too, in another form.
_RULES: Final = AnswerRules(
    partner=_PARTNER, credentials="its token", error=Fout, refusals={400: {"ONGELDIG"}, 404: {"ONBEKEND"}}
)


class TemplateClient:
    """Calls the partner.

    Every method raises PartnerRefused when the partner itself refuses, by a code of its contract, UnclearAnswer when a
    success has another form than the contract's, and PartnerUnreachable for anything else: no answer, a refused login,
    an error of a server in between. The outcome of a message is then unknown.
    """

    def __init__(
        self,
        url: str,
        token: str,
        pace: Pace | None = None,
        tls: SSLContext | None = None,
        list_bytes: int = MOST_BYTES,
    ) -> None:
        self._http = http_client(url, tls=tls, pace=pace, list_bytes=list_bytes)
        self._http.headers["Authorization"] = f"Bearer {token}"

    async def changes(self, after: int, limit: int) -> list[Mapping[str, object]]:
        """Return at most ``limit`` changes (unread) with a sequence number above ``after``, in order."""
        with partner_errors(_PARTNER):
            # A partner whose feed or cursor expires answers for example 410: raise CursorExpired, and the engine reads
            # everything (app/adapters/gidso/client.py).
            response = await self._http.get("/v1/wijzigingen", params={"na": after, "aantal": limit}, extensions=A_LIST)
        page = await parse_page(Wijzigingen, _RULES.checked(response, HTTPStatus.OK), _PARTNER, "wijzigingen")
        return [row_of(each) for each in page.wijzigingen]

    async def has_message(self, number: str, reference: str) -> bool:
        """Return whether a message (*bericht*) with this reference (*kenmerk*) was stored."""
        with partner_errors(_PARTNER):
            response = await self._http.get(f"{_messages(number)}/{reference}")
        absent = _RULES.says(response, HTTPStatus.NOT_FOUND, "ONBEKEND")
        return not absent and _read(Opgeslagen, response).kenmerk == reference

    async def add_message(self, number: str, message: Mapping[str, object]) -> None:
        """Add a message to a referral; the partner stores a repeated one again."""
        with partner_errors(_PARTNER):
            response = await self._http.post(_messages(number), json=message)
        # The contract's answer has no content; a page of a server in between has.
        if _RULES.checked(response, HTTPStatus.CREATED).content:
            raise unclear_answer(_PARTNER, response.status_code)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _messages(number: str) -> str:
    return f"/v1/aanmeldingen/{quote(number, safe='')}/berichten"


def _read(model: type[Model], response: httpx.Response) -> Model:
    return _RULES.read(model, _RULES.checked(response, HTTPStatus.OK))
