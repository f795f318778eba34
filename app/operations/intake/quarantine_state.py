"""The quarantine of the cases in a batch of records.

Everything is decided in memory and written together at the end, so that no record costs a statement.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.errors import PartnerUnreadable, UnknownCode
from app.domain.partners import QuarantineEntry, QuarantineState
from app.domain.ports import STATED_ONCE, PartnerRecord, ReadError
from app.models.partners.quarantine import (
    SealedRecord,
    change_reasons,
    close_quarantine,
    put_in_quarantine,
    quarantine_of_cases,
)
from app.models.partners.record import RecordKey
from app.operations.intake.classify import WAITS, QuarantinedVersion
from app.operations.intake.records import HashedRecord, key_of, rank_of
from app.operations.services import Services

KNOWN_STATES = (QuarantineState.OPEN, QuarantineState.DISMISSED, QuarantineState.EXPIRED)
"""The states in which the content of a record is known, and not tried again without a reason."""

_UNREADABLE = frozenset({PartnerUnreadable.reason, UnknownCode.reason})


class CaseQuarantine:
    """The quarantine of the cases that a batch of records is about."""

    def __init__(self, tx: Connection, services: Services, system: System, case_ids: Collection[str]) -> None:
        self._services, self._system = services, system
        self._now: datetime = services.clock.now()
        self._open: dict[str, dict[RecordKey, QuarantineEntry]] = defaultdict(dict)
        self._settled: dict[tuple[RecordKey, bytes], QuarantineEntry] = {}
        for entry in quarantine_of_cases(tx, system, case_ids, KNOWN_STATES):
            if entry.state is QuarantineState.OPEN:
                self._open[entry.case_id][key_of(entry)] = entry
            else:
                self._settled[key_of(entry), entry.content_hash] = entry
        self._new: dict[UUID, SealedRecord] = {}
        self._closed: dict[UUID, QuarantineState] = {}
        self._reasons: dict[UUID, ReadError] = {}

    def version_of(self, record: PartnerRecord) -> QuarantinedVersion | None:
        """Return what is in quarantine of this record now, this version of it or another."""
        entry = self._entry(record)
        return _version(entry) if entry else None

    def same_content(self, each: HashedRecord) -> QuarantinedVersion | None:
        """Return what is known of exactly this content: dismissed, expired or in quarantine."""
        entry = self._entry(each.record)
        same = entry if entry and entry.content_hash == each.content_hash else None
        found = self._settled.get((key_of(each.record), each.content_hash)) or same
        return _version(found) if found else None

    def blocks(self, record: PartnerRecord) -> bool:
        """Return whether an earlier record of the same case is in quarantine, for which this one has to wait."""
        mine = self._entry(record)
        others = (
            each for each in self._open[record.case_id].values() if each is not mine and each.version != STATED_ONCE
        )
        return any(_comes_before(each, record, mine) for each in others)

    def put(self, each: HashedRecord, unread: ReadError) -> bool:
        """Keep a record that cannot be applied; False when its payload was kept its term before, and is not again."""
        if (key_of(each.record), each.content_hash) in self._settled:
            return False
        mine = self._entry(each.record)
        if mine and mine.content_hash == each.content_hash:
            self._change_reason(mine, unread)
            return True
        self._close(mine, QuarantineState.OVERTAKEN)
        new = self._sealed(each, unread)
        self._new[new.entry.id] = new
        self._open[new.entry.case_id][key_of(new.entry)] = new.entry
        return True

    def release(self, each: HashedRecord) -> None:
        """End the quarantine of this record, because it or a newer version of it was dealt with now."""
        entry = self._entry(each.record)
        is_same = entry is not None and entry.content_hash == each.content_hash
        self.end(each.record, QuarantineState.APPLIED if is_same else QuarantineState.OVERTAKEN)

    def reset_retry(self, case_id: str) -> None:
        """Let what was refused for how its case stood wait no more than others, because the case moved.

        A partner that returns each change once does not return it again: ``retry_unblocked`` does it after the pull.
        """
        for entry in list(self._open[case_id].values()):
            if entry.reason != WAITS.reason and entry.reason not in _UNREADABLE:
                self._change_reason(entry, WAITS)

    def end(self, record: PartnerRecord, state: QuarantineState) -> None:
        """End the quarantine of this record in a state."""
        self._close(self._open[record.case_id].pop(key_of(record), None), state)

    def write(self, tx: Connection) -> None:
        """Write what changed."""
        put_in_quarantine(tx, self._system, list(self._new.values()))
        change_reasons(tx, self._reasons, self._now)
        for state in set(self._closed.values()):
            close_quarantine(tx, [id for id, end in self._closed.items() if end == state], state, self._now)

    def _entry(self, record: PartnerRecord) -> QuarantineEntry | None:
        return self._open[record.case_id].get(key_of(record))

    def _change_reason(self, entry: QuarantineEntry, unread: ReadError) -> None:
        changed = replace(entry, field=unread.field, reason=unread.reason, message=unread.message)
        self._open[entry.case_id][key_of(entry)] = changed
        if entry.id in self._new:
            self._new[entry.id] = replace(self._new[entry.id], entry=changed)
        else:
            self._reasons[entry.id] = unread

    def _close(self, entry: QuarantineEntry | None, state: QuarantineState) -> None:
        if entry:
            self._closed[entry.id] = state

    def _sealed(self, each: HashedRecord, unread: ReadError) -> SealedRecord:
        record = each.record
        entry = QuarantineEntry(
            id=self._services.new_id(self._now),
            kind=record.kind,
            external_id=record.external_id,
            case_id=record.case_id,
            version=record.version,
            content_hash=each.content_hash,
            field=unread.field,
            reason=unread.reason,
            message=unread.message,
            state=QuarantineState.OPEN,
            since=self._now,
            occurred_at=record.occurred_at,
            referral_id=record.referral_id,
            revision=record.revision,
        )
        payload = json.dumps(dict(record.payload), default=str).encode()
        return SealedRecord.of(self._services.vault, entry, payload)


def _version(entry: QuarantineEntry) -> QuarantinedVersion:
    """Return what decides whether a record is tried again."""
    return QuarantinedVersion(
        content_hash=entry.content_hash,
        revision=entry.revision,
        waits=entry.reason == WAITS.reason,
        is_unreadable=entry.reason in _UNREADABLE,
        is_dismissed=entry.state is QuarantineState.DISMISSED,
    )


def _comes_before(other: QuarantineEntry, record: PartnerRecord, mine: QuarantineEntry | None) -> bool:
    # A record that comes again keeps its place, whatever count it comes with; else it would wait for what waits for it.
    place = rank_of(mine or record)
    if rank_of(other) != place:
        return rank_of(other) < place
    return mine is None or other.id < mine.id
