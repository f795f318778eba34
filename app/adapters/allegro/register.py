"""Allegro's files (*dossiers*), also those from before the hub, and linking them to referrals."""

from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

from app.adapters.allegro.client import AllegroClient
from app.adapters.allegro.mapping import read_file
from app.domain.errors import PartnerUnreachable, PartnerUnreadable
from app.domain.ports import CasePage, PartnerCase

PAGE_SIZE = 500


class AllegroRegister:
    """Lists Allegro's files and links them, so that a later referral replaces a file instead of making a second one."""

    def __init__(self, client: AllegroClient) -> None:
        self._client = client

    async def pages(self) -> AsyncIterator[CasePage]:
        """Return all files, page by page.

        Raises:
            PartnerUnreachable: no answer, or a list that does not move on.
        """
        last = ""
        while files := await self._client.files(last, PAGE_SIZE):
            yield _page(files)
            last = _number_after(last, files)

    async def link(self, case_id: str, referral_id: UUID) -> None:
        """Link a file to a referral; raises as ``CaseRegister`` says."""
        await self._client.link_file(case_id, referral_id)


def _page(files: Sequence[Mapping[str, object]]) -> CasePage:
    cases = [case for file in files if (case := _case(file))]
    return CasePage(tuple(cases), len(files) - len(cases))


def _case(file: Mapping[str, object]) -> PartnerCase | None:
    try:
        return read_file(file)
    except PartnerUnreadable:
        return None


def _number_after(last: str, files: Sequence[Mapping[str, object]]) -> str:
    numbers = [number for file in files if isinstance(number := file.get("dossiernummer"), str)]
    if not numbers or numbers[-1] == last:
        raise PartnerUnreachable("Allegro returned a list of files that does not move on; trying again later")
    return numbers[-1]
