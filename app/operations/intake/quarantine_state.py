"""Quarantine state of the cases in a batch, and the order in which their records are applied.

Everything is decided in memory and written together at the end, so that no record costs a statement.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from math import inf
from typing import Any
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.errors import PartnerUnreadable, UnknownCode
from app.domain.partners import QuarantineState
from app.domain.ports import PartnerRecord, ReadError
from app.models.partners.quarantine import change_reasons, close_quarantine, put_in_quarantine, quarantine_of_cases
from app.operations.intake.classify import WAITS, QuarantinedVersion
from app.operations.services import Services

Key = tuple[str, str]
"""Kind and external id: what names a record at its partner."""

_READ_STATES = (QuarantineState.OPEN, QuarantineState.DISMISSED, QuarantineState.EXPIRED)
_UNREADABLE = frozenset({PartnerUnreadable.reason, UnknownCode.reason})


@dataclass(frozen=True)
class QuarantinedItem:
    """A record that is or was in quarantine; ids grow, so they show which came first."""

    id: UUID
    state: QuarantineState
    content_hash: bytes
    reason: str
    revision: int | None

    @property
    def is_unreadable(self) -> bool:
        """Whether it could not be read, so that only another mapping or content helps."""
        return self.reason in _UNREADABLE

    @property
    def version(self) -> QuarantinedVersion:
        """What decides whether it is tried again."""
        return QuarantinedVersion(
            content_hash=self.content_hash,
            revision=self.revision,
            waits=self.reason == WAITS.reason,
            is_unreadable=self.is_unreadable,
            is_dismissed=self.state == QuarantineState.DISMISSED,
        )


class CaseQuarantine:
    """The quarantine of the cases that a batch of records is about."""

    def __init__(self, tx: Connection, services: Services, system: System, case_ids: Collection[str]) -> None:
        self._services, self._system = services, system
        self._now: datetime = services.clock.now()
        self._open: dict[str, dict[Key, QuarantinedItem]] = defaultdict(dict)
        self._settled: dict[tuple[Key, bytes], QuarantinedItem] = {}
        for row in quarantine_of_cases(tx, system, case_ids, _READ_STATES):
            item = QuarantinedItem(row.id, row.state, row.content_hash, row.reason, row.revision)
            key = (row.kind, row.external_id)
            if row.state == QuarantineState.OPEN:
                self._open[row.case_id][key] = item
            else:
                self._settled[key, row.content_hash] = item
        self._new: dict[UUID, dict[str, Any]] = {}
        self._closed: dict[UUID, QuarantineState] = {}
        self._reasons: dict[UUID, ReadError] = {}

    def version_of(self, record: PartnerRecord) -> QuarantinedVersion | None:
        """Return what is in quarantine of this record now, this version of it or another."""
        item = self._item(record)
        return item.version if item else None

    def same_content(self, record: PartnerRecord, content: bytes) -> QuarantinedVersion | None:
        """Return what is known of exactly this content: dismissed, expired or in quarantine."""
        item = self._item(record)
        same = item if item and item.content_hash == content else None
        found = self._settled.get((key_of(record), content)) or same
        return found.version if found else None

    def _item(self, record: PartnerRecord) -> QuarantinedItem | None:
        return self._open[record.case_id].get(key_of(record))

    def blocks(self, record: PartnerRecord) -> bool:
        """Return whether an earlier record of the same case is in quarantine."""
        mine = self._item(record)
        others = (each for each in self._open[record.case_id].values() if each is not mine)
        return any(_comes_before(each, record, mine) for each in others)

    def put(self, record: PartnerRecord, content: bytes, unread: ReadError) -> bool:
        """Keep a record that cannot be applied; False when its payload was kept its term before, and is not again."""
        if (key_of(record), content) in self._settled:
            return False
        mine = self._item(record)
        if mine and mine.content_hash == content:
            self._change_reason(mine.id, unread)
            item = QuarantinedItem(mine.id, QuarantineState.OPEN, content, unread.reason, mine.revision)
        else:
            self._close(mine, QuarantineState.OVERTAKEN)
            row = self._row(record, content, unread)
            self._new[row["id"]] = row
            item = QuarantinedItem(row["id"], QuarantineState.OPEN, content, unread.reason, record.revision)
        self._open[record.case_id][key_of(record)] = item
        return True

    def release(self, record: PartnerRecord, content: bytes) -> None:
        """End the quarantine of this record, because it or a newer version of it was dealt with now."""
        item = self._item(record)
        self.end(
            record, QuarantineState.APPLIED if item and item.content_hash == content else QuarantineState.OVERTAKEN
        )

    def reset_retry(self, case_id: str) -> None:
        """Let what was refused for how its case stood wait no more than others, because the case moved.

        A partner that returns each change once does not return it again: ``retry_unblocked`` does it after the pull.
        """
        for key, item in self._open[case_id].items():
            if item.reason != WAITS.reason and not item.is_unreadable:
                self._change_reason(item.id, WAITS)
                self._open[case_id][key] = replace(item, reason=WAITS.reason)

    def end(self, record: PartnerRecord, state: QuarantineState) -> None:
        """End the quarantine of this record in a state."""
        self._close(self._open[record.case_id].pop(key_of(record), None), state)

    def write(self, tx: Connection) -> None:
        """Write what changed."""
        put_in_quarantine(tx, list(self._new.values()))
        change_reasons(tx, self._reasons, self._now)
        for state in set(self._closed.values()):
            close_quarantine(tx, [id for id, end in self._closed.items() if end == state], state, self._now)

    def _change_reason(self, row_id: UUID, unread: ReadError) -> None:
        if row_id in self._new:
            self._new[row_id] |= asdict(unread)
        else:
            self._reasons[row_id] = unread

    def _close(self, item: QuarantinedItem | None, state: QuarantineState) -> None:
        if item:
            self._closed[item.id] = state

    def _row(self, record: PartnerRecord, content: bytes, unread: ReadError) -> dict[str, Any]:
        payload = json.dumps(dict(record.payload), default=str).encode()
        return {
            "id": self._services.new_id(self._now),
            "system": self._system,
            "kind": record.kind,
            "external_id": record.external_id,
            "case_id": record.case_id,
            "version": record.version,
            "content_hash": content,
            **asdict(unread),
            "payload": self._services.vault.seal(payload, "quarantine.payload"),
            "state": QuarantineState.OPEN,
            "since": self._now,
            "changed_at": self._now,
            "occurred_at": record.occurred_at,
            "referral_id": record.referral_id,
            "revision": record.revision,
        }


def in_order(records: Sequence[PartnerRecord]) -> list[PartnerRecord]:
    """Return the records with those of each case in the order of their revisions; where there is none, as they came.

    The cases keep their places among each other.
    """
    by_case: dict[str, list[PartnerRecord]] = defaultdict(list)
    for record in records:
        by_case[record.case_id].append(record)
    sorted_cases = {case_id: iter(sorted(each, key=_rank)) for case_id, each in by_case.items()}
    return [next(sorted_cases[record.case_id]) for record in records]


def key_of(record: PartnerRecord) -> Key:
    """Return what names a record at its partner."""
    return record.kind, record.external_id


def content_hash(record: PartnerRecord) -> bytes:
    """Return the hash by which the content of a record is known again."""
    return sha256(json.dumps(record.payload, sort_keys=True, default=str).encode()).digest()


def applied_row(
    record: PartnerRecord, system: System, content: bytes, revision: int | None, now: datetime
) -> dict[str, Any]:
    """Return the row by which a record that was applied is remembered.

    Args:
        record: as the partner gave it.
        system: the partner.
        content: the record's hash, from :func:`content_hash`.
        revision: under which it is remembered; a tombstone has none of its own.
        now: when it was applied.
    """
    return {
        "system": system,
        "kind": record.kind,
        "external_id": record.external_id,
        "version": record.version,
        "content_hash": content,
        "applied_at": now,
        "revision": revision,
        "case_id": record.case_id,
    }


def case_ids(records: Iterable[PartnerRecord]) -> set[str]:
    """Return the cases that records are about."""
    return {record.case_id for record in records}


def _comes_before(other: QuarantinedItem, record: PartnerRecord, mine: QuarantinedItem | None) -> bool:
    # A record that comes again keeps its place, whatever count it comes with; else it would wait for what waits for it.
    place = _rank(mine or record)
    if _rank(other) != place:
        return _rank(other) < place
    return mine is None or other.id < mine.id


def _rank(each: PartnerRecord | QuarantinedItem) -> float:
    # What has no count, such as a tombstone, comes after what has.
    return inf if each.revision is None else each.revision
