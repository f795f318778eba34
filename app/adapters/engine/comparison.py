"""Compares everything that a partner has with what the hub applied, page by page."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial

from app.adapters.common.adapter import CaseListing
from app.database import Database
from app.domain.ports import Page, PartnerSource
from app.operations.intake.comparison import (
    Difference,
    Findings,
    Places,
    clear_comparison,
    compare_cases_of,
    compare_page,
    compare_stored,
    differing,
    note_cases,
    read_findings,
    removed,
)
from app.operations.intake.reconciliation import stored_links, stored_records
from app.operations.partners.lease import PartnerLease
from app.operations.services import Services

PAGE_SIZE = 500
"""At most this many of the hub's rows are read at once, and at most this many records repaired in one transaction."""

_ROWS_AT_ONCE = 5000


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A comparison of one partner, in the process that has its lease; what it finds is stored until it is cleared."""

    db: Database
    services: Services
    source: PartnerSource
    lease: PartnerLease
    places: Places = field(default_factory=Places)

    async def clear(self) -> None:
        """Delete what this comparison found, or one that was broken off."""
        clear = partial(clear_comparison, services=self.services, lease=self.lease, most=_ROWS_AT_ONCE)
        while await self.db.write_without_notifying(clear) == _ROWS_AT_ONCE:
            pass

    async def read(self, pages: AsyncIterator[Page]) -> tuple[int, str | None]:
        """Compare what the partner has; return the number of records, and the place of its end."""
        number, cursor = 0, None
        async for page in pages:
            await self.add(page)
            number += len(page.records)
            cursor = page.cursor or cursor
        return number, cursor

    async def add(self, page: Page) -> None:
        """Compare a page."""
        places = list(self.places.take(len(page.records)))
        await self.db.write_without_notifying(compare_page, self.services, self.lease, page.records, places)

    async def read_stored(self) -> int:
        """Compare what the hub applied; return the number of records."""
        number, after = 0, ("", "")
        while rows := await self.db.read(stored_records, self.lease.system, after, PAGE_SIZE):
            numbered = dict(zip(self.places.take(len(rows)), rows, strict=True))
            await self.db.write_without_notifying(compare_stored, self.services, self.lease, self.source, numbered)
            number, after = number + len(rows), rows[-1].key
        return number

    async def find_extra(self, list_cases: CaseListing | None) -> None:
        """Find the links to cases that the partner does not have, by its records or by its list of all cases."""
        if list_cases is not None:
            async for cases in list_cases():
                places = list(self.places.take(len(cases)))
                await self.db.write_without_notifying(note_cases, self.lease.system, cases, places)
        after = ""
        compare = partial(compare_cases_of, system=self.lease.system, are_listed=list_cases is not None)
        while links := await self.db.read(stored_links, self.lease.system, after, PAGE_SIZE):
            places = list(self.places.take(len(links)))
            await self.db.write_without_notifying(partial(compare, links=links, places=places))
            after = links[-1].case_id

    async def findings(self) -> Findings:
        """Return what was found."""
        return await self.db.read(read_findings, self.lease.system)

    async def differing(self) -> AsyncIterator[list[Difference]]:
        """Read everything once more, and yield what is to be applied, page by page."""
        async for page in self.source.changes(None):
            if found := await self.db.read(differing, self.lease.system, page.records):
                yield found

    async def removed(self) -> AsyncIterator[list[Difference]]:
        """Yield what the partner removed unnoticed, page by page."""
        after, found = await self._removed(0)
        while found:
            yield found
            after, found = await self._removed(after)

    async def _removed(self, after: int) -> tuple[int, list[Difference]]:
        found, last = await self.db.read(removed, self.services, self.source, after, PAGE_SIZE)
        return last, found
