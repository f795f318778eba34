"""Reads Allegro's change feed."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime

from app.adapters.allegro.client import AllegroClient
from app.adapters.allegro.drift import drift_of
from app.adapters.allegro.mapping import MAPPING_VERSION, read_change, sequence_of
from app.adapters.common.feed import believable, jumps
from app.adapters.common.progress import PagesRead
from app.domain.codes import System
from app.domain.errors import FeedWentBack, PartnerUnreachable
from app.domain.ports import Page, PartnerRecord, QuarantinedRecord

PAGE_SIZE = 500
GAP_LIMIT = 100
"""How far the feed may run ahead of a missing sequence number before the number counts as never used.

Allegro assigns a number when a counsellor starts to register, and shows the change when it is saved. A lower number can
therefore appear after a higher one was read; the number of a change that is never saved does not appear."""


class AllegroSource:
    """Reads the changes at Allegro.

    The cursor is the sequence number, as text, up to which none is missing; changes above it are read again at each
    pull until none is missing. A number far above the others moves the cursor only once many changes are beyond it.
    """

    system = System.ALLEGRO
    mapping_version = MAPPING_VERSION

    def __init__(self, client: AllegroClient) -> None:
        self._client = client

    async def changes(self, cursor: str | None) -> AsyncIterator[Page]:
        """Return the changes since the cursor, page by page.

        Raises:
            PartnerUnreachable: no answer, or a feed that does not move on; try again later from the same cursor.
            PartnerRefused: Allegro refuses the request.
            FeedWentBack: Allegro has no change from the cursor on: it was restored from a backup.
        """
        complete = int(cursor or 0)
        # The change at the cursor is read again: without it the feed went back.
        read_to = max(complete - 1, 0)
        changes = await self._client.changes(read_to, PAGE_SIZE)
        if _newest(changes) < complete:
            raise FeedWentBack("Allegro's feed ends before the place that was read; everything is read again")
        while True:
            page = _page(complete, changes)
            complete = int(page.cursor or 0)
            # An empty page too: it shows that Allegro answered.
            yield page
            if len(changes) < PAGE_SIZE:
                return
            if _newest(changes) <= read_to:
                raise PartnerUnreachable("Allegro returned a feed that does not move on; trying again later")
            read_to = _newest(changes)
            changes = await self._client.changes(read_to, PAGE_SIZE)

    async def list_cases(self) -> AsyncIterator[Collection[str]]:
        """Return the numbers of all files (*dossiernummers*) page by page; a file may be without any change yet.

        Raises:
            PartnerUnreachable: no answer, or a list that does not move on.
        """
        read, last = PagesRead("Allegro"), ""
        while listed := await self._client.referrals(last, PAGE_SIZE):
            numbers = [each.file_number for each in listed]
            read.add(numbers)
            yield numbers
            last = numbers[-1]

    def remap(self, quarantined: QuarantinedRecord) -> PartnerRecord:
        """Return a change from quarantine as it is read now; its sequence number is not in its payload."""
        # The payload of a note has no contents.
        record = read_change({"gegevens": {}, **quarantined.payload})
        return replace(
            record,
            external_id=quarantined.external_id,
            case_id=quarantined.case_id,
            version=quarantined.version,
            payload=quarantined.payload,
            revision=quarantined.revision,
        )

    def on_removed(self, kind: str, external_id: str, case_id: str, seen_at: datetime) -> PartnerRecord | None:
        """Return None: what a counsellor registered has happened, even when Allegro no longer shows it."""
        return None


def _page(complete: int, changes: Sequence[Mapping[str, object]]) -> Page:
    """Return a page of changes above a number up to which none is missing; the change with it is the overlap."""
    numbers = {sequence_of(change) for change in changes}
    known = [change for change in changes if 0 < sequence_of(change) <= complete]
    new = [change for change in changes if not 0 < sequence_of(change) <= complete]
    records = tuple(read_change(change) for change in new)
    return Page(
        records,
        str(complete_up_to(complete, believable(complete, numbers))),
        drift_of(new, records),
        overlap=tuple(read_change(change) for change in known if sequence_of(change) == complete),
        jumps=jumps(complete, numbers),
    )


def _newest(changes: Sequence[Mapping[str, object]]) -> int:
    return max((sequence_of(change) for change in changes), default=0)


def complete_up_to(complete: int, numbers: Set[int]) -> int:
    """Return the number up to which none is missing, after these numbers were read.

    Args:
        complete: the number up to which none was missing before.
        numbers: the numbers that were read; may be empty.
    """
    while complete + 1 in numbers:
        complete += 1
    # A number that is missing this far behind the newest one was never used.
    settled = max(numbers, default=0) - GAP_LIMIT
    return complete if complete >= settled else complete_up_to(settled, numbers)
