"""Partner sources with scripted pages."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from typing_extensions import override

from app.domain.codes import System, WithdrawalReason
from app.domain.commands import WithdrawReferral
from app.domain.ports import Page, PartnerRecord, QuarantinedRecord


class ScriptedSource:
    """A source that returns these pages, and raises those that are errors."""

    mapping_version = "1"

    def __init__(self, *pages: Page | Exception, system: System = System.ALLEGRO) -> None:
        self.system = system
        self.pages = list(pages)
        self.asked: list[str | None] = []
        self.on_last: Callable[[], None] = lambda: None

    async def changes(self, cursor: str | None) -> Any:
        self.asked.append(cursor)
        while self.pages:
            page = self.pages.pop(0)
            if not self.pages:
                self.on_last()
            if isinstance(page, Exception):
                raise page
            yield page

    def remap(self, quarantined: QuarantinedRecord) -> PartnerRecord:
        return PartnerRecord(
            kind=quarantined.kind,
            external_id=quarantined.external_id,
            case_id=quarantined.case_id,
            version=quarantined.version,
            payload=quarantined.payload,
            occurred_at=quarantined.occurred_at,
        )

    def on_removed(self, kind: str, external_id: str, case_id: str, seen_at: datetime) -> PartnerRecord | None:
        return PartnerRecord(
            kind=kind,
            external_id=external_id,
            case_id=case_id,
            version="removed",
            payload={"removed": external_id},
            occurred_at=seen_at,
            commands=(WithdrawReferral(WithdrawalReason.OTHER),),
        )


class FullListSource(ScriptedSource):
    """A source that returns all its records at each pull."""

    def __init__(self, *records: PartnerRecord, system: System = System.GIDSO, page_size: int = 2) -> None:
        super().__init__(system=system)
        self.page_size = page_size
        self.records: Mapping[tuple[str, str], PartnerRecord] = {}
        self.put(*records)

    def put(self, *records: PartnerRecord) -> None:
        self.records = {**self.records, **{(each.kind, each.external_id): each for each in records}}

    def remove(self, external_id: str) -> None:
        self.records = {key: each for key, each in self.records.items() if key[1] != external_id}

    @override
    async def changes(self, cursor: str | None) -> Any:
        self.asked.append(cursor)
        records = tuple(self.records.values())
        for start in range(0, max(len(records), 1), self.page_size):
            yield Page(records[start : start + self.page_size], None)
