"""Reads Allegro's change feed."""

from collections.abc import AsyncIterator, Collection, Set
from dataclasses import replace
from datetime import datetime

from app.adapters.allegro.client import AllegroClient
from app.adapters.allegro.drift import drift_of
from app.adapters.allegro.mapping import MAPPING_VERSION, read_change, sequence_of
from app.domain.codes import System
from app.domain.ports import Page, PartnerRecord, QuarantinedRecord

PAGE_SIZE = 500
GAP_LIMIT = 100
"""How far the feed may run ahead of a missing sequence number before the number counts as never used.

Allegro assigns a number when a counsellor starts to register, and shows the change when it is saved. A lower number can
therefore appear after a higher one was read; the number of a change that is never saved does not appear."""


class AllegroSource:
    """Reads the changes at Allegro.

    The cursor is the sequence number, as text, up to which none is missing; changes above it are read again at each
    pull until none is missing.
    """

    system = System.ALLEGRO
    mapping_version = MAPPING_VERSION

    def __init__(self, client: AllegroClient) -> None:
        self._client = client

    async def changes(self, cursor: str | None) -> AsyncIterator[Page]:
        """Return the changes since the cursor, page by page.

        Raises:
            PartnerUnreachable: no answer; try again later from the same cursor.
            PartnerRefused: Allegro refuses the request.
        """
        complete = read_to = int(cursor or 0)
        while True:
            changes = await self._client.changes(read_to, PAGE_SIZE)
            numbers = {sequence_of(change) for change in changes}
            complete = complete_up_to(complete, numbers)
            # An empty page too: it shows that Allegro answered.
            records = tuple(read_change(change) for change in changes)
            yield Page(records, str(complete), drift_of(changes, records))
            if len(changes) < PAGE_SIZE or max(numbers) <= read_to:
                return
            read_to = max(numbers)

    async def list_cases(self) -> AsyncIterator[Collection[str]]:
        """Return the numbers of all files (*dossiernummers*) page by page; a file may be without any change yet.

        Raises:
            PartnerUnreachable: no answer.
        """
        last = ""
        while listed := await self._client.referrals(last, PAGE_SIZE):
            yield [each.file_number for each in listed]
            last = listed[-1].file_number

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
