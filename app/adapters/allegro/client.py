"""The HTTP interface of Allegro. Source: ``openapi/partners/allegro.yaml``, version 1."""

from collections.abc import Mapping
from ssl import SSLContext
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict, Field

from app.adapters.allegro.schemas import ChangeList, FileList, FileReceipt, Foutmelding
from app.adapters.common.answers import AnswerRules, Model, unclear_answer
from app.adapters.common.contents import MOST_BYTES, MOST_RECORDS
from app.adapters.common.http import BearerAuth, http_client, partner_errors
from app.adapters.common.pace import Pace
from app.adapters.common.pages import parse_page, row_of
from app.adapters.common.transport import A_LIST
from app.oauth_client import OAuthClient

_PARTNER = "Allegro"
_RULES = AnswerRules(
    partner=_PARTNER,
    credentials="client id and secret",
    error=Foutmelding,
    refusals={
        400: {"bericht-ongeldig", "parameter-ongeldig"},
        404: {"verwijzing-onbekend", "dossier-onbekend"},
        409: {"bericht-id-in-gebruik", "dossier-in-gebruik"},
    },
)
_STORED = (200, 201)


class ListedReferral(BaseModel):
    """A referral for which Allegro has a file: the hub's id and the file's number (*dossiernummer*)."""

    model_config = ConfigDict(frozen=True)

    referral_id: UUID = Field(validation_alias="externReferentie")
    file_number: str = Field(validation_alias="dossiernummer")


class StoredReferral(ListedReferral):
    """A referral as Allegro stores it; ``contents`` is the body of the last PUT."""

    contents: Mapping[str, object] = Field(validation_alias="verwijzing")


class _ReferralList(BaseModel):
    verwijzingen: Annotated[list[ListedReferral], Field(max_length=MOST_RECORDS)]


class _StoredMessage(BaseModel):
    message_id: UUID = Field(validation_alias="berichtId")


class AllegroClient:
    """Calls Allegro.

    Every method raises PartnerRefused when Allegro itself refuses the message, by a code of its contract, UnclearAnswer
    when a success has another form than the contract's, and PartnerUnreachable for anything else: no answer, a refused
    login, an error of a server in between.

    Args:
        url: where Allegro answers, without a path.
        client_id: the hub's client id at Allegro's token endpoint.
        client_secret: the secret that belongs to it.
        pace: how many calls may leave; None: no limit.
        tls: whom to trust; None: the system's authorities.
        list_bytes: the most bytes of a list that is read.
    """

    def __init__(  # noqa: PLR0913  # the last ones are seldom set
        self,
        url: str,
        client_id: str,
        client_secret: str,
        pace: Pace | None = None,
        tls: SSLContext | None = None,
        list_bytes: int = MOST_BYTES,
    ) -> None:
        self._http = http_client(url, tls=tls, pace=pace, list_bytes=list_bytes)
        token_url = f"{url.rstrip('/')}/oauth/token"
        login = OAuthClient(token_url=token_url, client_id=client_id, client_secret=client_secret)
        self._http.auth = BearerAuth(self._http, login, _PARTNER)

    async def changes(self, after: int, limit: int) -> list[Mapping[str, object]]:
        """Return at most ``limit`` changes (*mutaties*, unread) with a sequence number above ``after``, in order."""
        response = await self._list("/api/v1/mutaties", after, limit)
        page = await parse_page(ChangeList, _RULES.checked(response, 200), _PARTNER, "mutaties")
        return [row_of(each) for each in page.mutaties]

    async def referrals(self, after: str, limit: int) -> list[ListedReferral]:
        """Return at most ``limit`` (1 to 500) referrals whose file was made after another, oldest first.

        Args:
            after: a file's number (*dossiernummer*); empty starts with the first.
            limit: fewer referrals than this mean that there are no more.
        """
        response = await self._list("/api/v1/verwijzingen", after, limit)
        return _read(_ReferralList, response).verwijzingen

    async def files(self, after: str, limit: int) -> list[Mapping[str, object]]:
        """Return at most ``limit`` (1 to 500) files (*dossiers*, unread) that were made after another, oldest first.

        Args:
            after: a file's number (*dossiernummer*); empty starts with the first.
            limit: fewer files than this mean that there are no more.
        """
        response = await self._list("/api/v1/dossiers", after, limit)
        page = await parse_page(FileList, _RULES.checked(response, 200), _PARTNER, "dossiers")
        return [row_of(each) for each in page.dossiers]

    async def link_file(self, number: str, referral_id: UUID) -> None:
        """Link a file to a referral of the hub; the same link again changes nothing."""
        path = f"/api/v1/dossiers/{quote(number, safe='')}/verwijzing"
        response = await self._call("PUT", path, json={"externReferentie": str(referral_id)})
        receipt = _read(FileReceipt, response)
        _require((receipt.dossiernummer, receipt.extern_referentie) == (number, referral_id), response)

    async def find_referral(self, referral_id: UUID) -> StoredReferral | None:
        """Return a referral as Allegro stores it; None when it has none."""
        response = await self._call("GET", f"/api/v1/verwijzingen/{referral_id}")
        if _is_absent(response):
            return None
        stored = _read(StoredReferral, response)
        _require(stored.referral_id == referral_id, response)
        return stored

    async def put_referral(self, referral_id: UUID, contents: Mapping[str, object]) -> str:
        """Create or replace a referral (*verwijzing*); return the number of its file (*dossiernummer*)."""
        response = await self._call("PUT", f"/api/v1/verwijzingen/{referral_id}", json=contents)
        receipt = _read(FileReceipt, response, *_STORED)
        _require(receipt.extern_referentie == referral_id, response)
        return receipt.dossiernummer

    async def post_message(self, referral_id: UUID, message: Mapping[str, object]) -> None:
        """Add a message (*bericht*) to a referral; the same ``berichtId`` twice is stored once."""
        response = await self._call("POST", f"/api/v1/verwijzingen/{referral_id}/berichten", json=message)
        stored = _read(_StoredMessage, response, *_STORED)
        _require(str(stored.message_id) == message["berichtId"], response)

    async def has_message(self, referral_id: UUID, message_id: UUID) -> bool:
        """Return whether Allegro stored the message with this id."""
        response = await self._call("GET", f"/api/v1/verwijzingen/{referral_id}/berichten/{message_id}")
        if _is_absent(response):
            return False
        _require(_read(_StoredMessage, response).message_id == message_id, response)
        return True

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _list(self, path: str, after: int | str, limit: int) -> httpx.Response:
        with partner_errors(_PARTNER):
            return await self._http.get(path, params={"na": after, "aantal": limit}, extensions=A_LIST)

    async def _call(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, object] | None = None,
    ) -> httpx.Response:
        with partner_errors(_PARTNER):
            return await self._http.request(method, path, json=json)


def _read(model: type[Model], response: httpx.Response, *successes: int) -> Model:
    return _RULES.read(model, _RULES.checked(response, *(successes or (200,))))


def _require(is_about_it: bool, response: httpx.Response) -> None:  # the only condition
    if not is_about_it:
        raise unclear_answer(_PARTNER, response.status_code)


def _is_absent(response: httpx.Response) -> bool:
    return _RULES.says(response, 404, "verwijzing-onbekend", "bericht-onbekend")
