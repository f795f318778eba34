"""The HTTP interface of Allegro. Source: ``openapi/partners/allegro.yaml``, version 1."""

from collections.abc import Mapping
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict, Field

from app.adapters.allegro.schemas import ChangeList, FileReceipt
from app.adapters.common.http import BearerAuth, check_response, http_client, parse_response, partner_errors
from app.adapters.common.pace import Pace
from app.oauth_client import OAuthClient

_PARTNER = "Allegro"
_CREDENTIALS = "client id and secret"


class ListedReferral(BaseModel):
    """A referral for which Allegro has a file: the hub's id and the file's number (*dossiernummer*)."""

    model_config = ConfigDict(frozen=True)

    referral_id: UUID = Field(validation_alias="externReferentie")
    file_number: str = Field(validation_alias="dossiernummer")


class StoredReferral(ListedReferral):
    """A referral as Allegro stores it; ``contents`` is the body of the last PUT."""

    contents: Mapping[str, object] = Field(validation_alias="verwijzing")


class _ReferralList(BaseModel):
    verwijzingen: list[ListedReferral]


class AllegroClient:
    """Calls Allegro.

    Every method raises PartnerUnreachable when trying again may help (no answer, 429, 5xx, and 401, because an
    operator can correct the credentials), and PartnerRefused for any other refusal.

    Args:
        url: where Allegro answers, without a path.
        client_id: the hub's client id at Allegro's token endpoint.
        client_secret: the secret that belongs to it.
        pace: how many calls may leave; None: no limit.
    """

    def __init__(self, url: str, client_id: str, client_secret: str, pace: Pace | None = None) -> None:
        self._http = http_client(url, pace=pace)
        token_url = f"{url.rstrip('/')}/oauth/token"
        login = OAuthClient(token_url=token_url, client_id=client_id, client_secret=client_secret)
        self._http.auth = BearerAuth(self._http, login, _PARTNER)

    async def changes(self, after: int, limit: int) -> list[Mapping[str, object]]:
        """Return at most ``limit`` changes (*mutaties*, unread) with a sequence number above ``after``, in order."""
        response = await self._call("GET", "/api/v1/mutaties", params={"na": after, "aantal": limit})
        return parse_response(ChangeList, response, _PARTNER).mutaties

    async def referrals(self, after: str, limit: int) -> list[ListedReferral]:
        """Return at most ``limit`` (1 to 500) referrals whose file was made after another, oldest first.

        Args:
            after: a file's number (*dossiernummer*); empty starts with the first.
            limit: fewer referrals than this mean that there are no more.
        """
        response = await self._call("GET", "/api/v1/verwijzingen", params={"na": after, "aantal": limit})
        return parse_response(_ReferralList, response, _PARTNER).verwijzingen

    async def find_referral(self, referral_id: UUID) -> StoredReferral | None:
        """Return a referral as Allegro stores it; None when it has none."""
        response = await self._look(f"/api/v1/verwijzingen/{referral_id}")
        return None if response is None else parse_response(StoredReferral, response, _PARTNER)

    async def put_referral(self, referral_id: UUID, contents: Mapping[str, object]) -> str:
        """Create or replace a referral (*verwijzing*); return the number of its file (*dossiernummer*)."""
        response = await self._call("PUT", f"/api/v1/verwijzingen/{referral_id}", json=contents)
        return parse_response(FileReceipt, response, _PARTNER).dossiernummer

    async def post_message(self, referral_id: UUID, message: Mapping[str, object]) -> None:
        """Add a message (*bericht*) to a referral; the same ``berichtId`` twice is stored once."""
        await self._call("POST", f"/api/v1/verwijzingen/{referral_id}/berichten", json=message)

    async def has_message(self, referral_id: UUID, message_id: UUID) -> bool:
        """Return whether Allegro stored the message with this id."""
        return await self._look(f"/api/v1/verwijzingen/{referral_id}/berichten/{message_id}") is not None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _look(self, path: str) -> httpx.Response | None:
        with partner_errors(_PARTNER):
            response = await self._http.get(path)
            return (
                None
                if response.status_code == httpx.codes.NOT_FOUND
                else check_response(response, _PARTNER, _CREDENTIALS)
            )

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: Mapping[str, object] | None = None,
    ) -> httpx.Response:
        with partner_errors(_PARTNER):
            response = await self._http.request(method, path, params=params, json=json)
            return check_response(response, _PARTNER, _CREDENTIALS)
