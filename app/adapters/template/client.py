"""The HTTP interface of the partner. Source: ``openapi/partners/template.yaml``."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import httpx

from app.adapters.common.http import check_response, http_client, parse_response, partner_errors
from app.adapters.common.pace import Pace
from app.adapters.template.schemas import Wijziging, Wijzigingen

_PARTNER: Final = "The partner"


class TemplateClient:
    """Calls the partner.

    Every method raises PartnerUnreachable when there is no answer or a temporary one (the outcome of a message is then
    unknown), and PartnerRefused for any other refusal.
    """

    def __init__(self, url: str, token: str, pace: Pace | None = None) -> None:
        self._http = http_client(url, pace=pace)
        self._http.headers["Authorization"] = f"Bearer {token}"

    async def changes(self, after: int, limit: int) -> list[Wijziging]:
        """Return at most ``limit`` changes with a sequence number above ``after``, in order."""
        with partner_errors(_PARTNER):
            # A partner whose feed or cursor expires answers for example 410: raise CursorExpired, and the engine reads
            # everything (app/adapters/gidso/client.py).
            response = _checked(await self._http.get("/v1/wijzigingen", params={"na": after, "aantal": limit}))
        return parse_response(Wijzigingen, response, _PARTNER).wijzigingen

    async def has_message(self, number: str, reference: str) -> bool:
        """Return whether a message (*bericht*) with this reference (*kenmerk*) was stored."""
        with partner_errors(_PARTNER):
            response = await self._http.get(f"{_messages(number)}/{reference}")
            return response.status_code != HTTPStatus.NOT_FOUND and _checked(response).is_success

    async def add_message(self, number: str, message: Mapping[str, object]) -> None:
        """Add a message to a referral; the partner stores a repeated one again."""
        with partner_errors(_PARTNER):
            _checked(await self._http.post(_messages(number), json=message))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _messages(number: str) -> str:
    return f"/v1/aanmeldingen/{quote(number, safe='')}/berichten"


def _checked(response: httpx.Response) -> httpx.Response:
    return check_response(response, _PARTNER, "its token")
