"""Everything that a partner lists, as the hub reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.ports import PartnerRecord, PartnerSource

__all__ = ["PartnerReading", "read_partner"]


@dataclass(frozen=True, kw_only=True)
class PartnerReading:
    """One reading of a partner.

    Attributes:
        records: in the order in which they were listed.
        pages: the number of pages.
        cursor: where the next reading would continue; None when the partner has no such place.
        drift: what its contract does not know, by place.
        slowest_seconds: the longest wait for a page.
        jumps: whether a few records have numbers far above the others.
    """

    records: Sequence[PartnerRecord]
    pages: int
    cursor: str | None
    drift: Counter[str]
    slowest_seconds: float
    jumps: bool

    @property
    def keys(self) -> list[tuple[str, str]]:
        """Kind and id of every record, in order."""
        return [(each.kind, each.external_id) for each in self.records]


async def read_partner(source: PartnerSource, cursor: str | None, timer: Callable[[], float]) -> PartnerReading:
    """Read everything after a place; None is everything.

    Raises:
        PartnerError: whatever the source raises.
    """
    records: list[PartnerRecord] = []
    drift, slowest, number, jumps = Counter[str](), 0.0, 0, False
    asked = timer()
    async for page in source.changes(cursor):
        slowest, number = max(slowest, timer() - asked), number + 1
        records += page.records
        drift.update(page.drift)
        cursor, jumps = page.cursor or cursor, jumps or page.jumps
        asked = timer()
    return PartnerReading(
        records=records, pages=number, cursor=cursor, drift=drift, slowest_seconds=slowest, jumps=jumps
    )
