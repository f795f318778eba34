"""Records of a partner: what identifies them, their content, and the order in which they are applied."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from math import inf

from app.domain.codes import System
from app.domain.partners import QuarantineEntry
from app.domain.ports import PartnerRecord
from app.models.partners.record import AppliedRecord, RecordKey


@dataclass(frozen=True)
class HashedRecord:
    """A record with the hash of its content, from :func:`content_hash`."""

    record: PartnerRecord
    content_hash: bytes


def in_order(records: Sequence[PartnerRecord]) -> list[PartnerRecord]:
    """Return the records with those of each case in the order of their revisions; where there is none, as they came.

    The cases keep their places among each other.
    """
    by_case: dict[str, list[PartnerRecord]] = defaultdict(list)
    for record in records:
        by_case[record.case_id].append(record)
    sorted_cases = {case_id: iter(sorted(each, key=rank_of)) for case_id, each in by_case.items()}
    return [next(sorted_cases[record.case_id]) for record in records]


def key_of(record: PartnerRecord | QuarantineEntry) -> RecordKey:
    """Return what identifies a record at its partner."""
    return record.kind, record.external_id


def content_hash(record: PartnerRecord) -> bytes:
    """Return the hash by which the content of a record is known again."""
    return sha256(json.dumps(record.payload, sort_keys=True, default=str).encode()).digest()


def applied_record(
    record: PartnerRecord, system: System, content: bytes, revision: int | None, now: datetime
) -> AppliedRecord:
    """Return what is remembered of a record that was applied.

    Args:
        record: as the partner gave it.
        system: the partner.
        content: the record's hash, from :func:`content_hash`.
        revision: under which it is remembered; a tombstone has none of its own.
        now: when it was applied.
    """
    return AppliedRecord(
        system=system,
        kind=record.kind,
        external_id=record.external_id,
        case_id=record.case_id,
        version=record.version,
        content_hash=content,
        revision=revision,
        applied_at=now,
    )


def case_ids(records: Iterable[PartnerRecord]) -> set[str]:
    """Return the cases that records are about."""
    return {record.case_id for record in records}


def rank_of(each: PartnerRecord | QuarantineEntry) -> float:
    """Return the place of a record among those of its case; what has no count, such as a tombstone, comes last."""
    return inf if each.revision is None else each.revision
