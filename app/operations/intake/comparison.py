"""Comparison: finds how what a partner has differs from what the hub applied, page by page.

What was found is stored record by record, so that a comparison needs the memory of a page, however much a partner has.
Keys and content hashes are compared; contents are read only of records that differ.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from app.database import Connection
from app.domain.codes import System
from app.domain.commands import WithdrawReferral
from app.domain.partners import CaseLink
from app.domain.ports import PartnerRecord, PartnerSource
from app.domain.receivers import PartnerKey
from app.models.cases.external_id import referral_of
from app.models.partners.compared import (
    CASE,
    ComparedRecord,
    Finding,
    cases_of_records,
    clear_compared,
    compared_records,
    count_findings,
    listed_cases,
    records_with,
    save_compared,
)
from app.models.partners.quarantine import quarantine_of_cases
from app.models.partners.reconciliation import StoredRecord, awaiting_delivery, stored_hashes
from app.models.partners.record import RecordKey
from app.operations.intake.apply import PageResult
from app.operations.intake.quarantine_state import KNOWN_STATES
from app.operations.intake.records import case_ids, content_hash, key_of
from app.operations.partners.lease import PartnerLease, renew_lease
from app.operations.services import Services

__all__ = [
    "MANUAL_ADVICE",
    "MAX_REPORTED_KEYS",
    "Counts",
    "Difference",
    "Finding",
    "Findings",
    "Places",
    "clear_comparison",
    "compare_cases_of",
    "compare_page",
    "compare_stored",
    "differing",
    "extra_links",
    "key_counts",
    "note_cases",
    "read_findings",
    "removed",
    "result_counts",
]

Counts = Mapping[str, object]
"""Part of a report: counts and the partner's record numbers by name, no contents."""

MAX_REPORTED_KEYS = 1000
"""A report lists at most this many keys of each finding; the count is always complete."""

MANUAL_ADVICE = (
    "The hub cannot make these cases at the partner. Ask the team that registered them if they were removed there: "
    "if they were, withdraw the referrals in the hub; else have them registered again."
)
"""What an operator does about cases that are linked here, gone at the partner, and cannot be sent again."""

_FEW = 10
_SHARE = 0.1


@dataclass(frozen=True)
class Difference:
    """A record that differs.

    Attributes:
        versions: the versions under which the partner sent this very content.
    """

    finding: Finding
    record: PartnerRecord
    versions: frozenset[str] = frozenset()


@dataclass
class Places:
    """Numbers what is compared, in its order.

    Attributes:
        last: the last number that was given.
    """

    last: int = 0

    def take(self, number: int) -> Iterator[int]:
        """Return the next numbers."""
        first, self.last = self.last + 1, self.last + number
        return iter(range(first, self.last + 1))


@dataclass(frozen=True)
class Findings:
    """What a comparison found: how many records, and the first keys."""

    numbers: Mapping[Finding, int]
    keys: Mapping[Finding, Sequence[str]] = field(default_factory=dict)

    def withhold_deletions(self, stored: int) -> bool:
        """Return whether more is gone than removals explain, so that a mistake at the partner is more likely."""
        return self.numbers[Finding.DELETED] > max(_FEW, stored * _SHARE)

    def counts(self, *findings: Finding) -> dict[str, object]:
        """Return the part of a report about these findings."""
        return {str(each): {"count": self.numbers[each], "keys": list(self.keys[each])} for each in findings}

    def extra_counts(self, resent: int) -> Counts:
        """Return the part of a report about cases that the partner lacks; ``resent`` of them were sent again."""
        number = self.numbers[Finding.EXTRA]
        found = {"count": number, "keys": list(self.keys[Finding.EXTRA]), "toldAgain": resent}
        return found | ({"advice": MANUAL_ADVICE} if resent < number else {})


def key_counts(keys: Sequence[str]) -> Counts:
    """Return keys for a report: how many there are, and the first ``MAX_REPORTED_KEYS`` of them."""
    return {"count": len(keys), "keys": list(keys[:MAX_REPORTED_KEYS])}


def result_counts(result: PageResult) -> Counts:
    """Return the counts of what was applied for a report."""
    return {"read": result.read, **asdict(result)}


def clear_comparison(tx: Connection, services: Services, lease: PartnerLease, most: int) -> int:
    """Delete what a comparison of a partner found; return of how many records. The lease is renewed."""
    renew_lease(tx, services, lease)
    return clear_compared(tx, lease.system, most)


def compare_page(
    tx: Connection, services: Services, lease: PartnerLease, records: Sequence[PartnerRecord], places: Sequence[int]
) -> None:
    """Store of each record how it differs from what the hub applied. The lease is renewed.

    Of two states of one record the newer counts, even if it is equal to what the hub applied.

    Raises:
        LeaseLost: another process took the lease meanwhile, or the partner was paused.
    """
    renew_lease(tx, services, lease)
    found = _findings(tx, lease.system, records)
    known = compared_records(tx, lease.system, {key_of(record) for record in records})
    changed: dict[RecordKey, ComparedRecord] = {}
    for record, finding, place in zip(records, found, places, strict=True):
        key = key_of(record)
        before = changed.get(key, known.get(key))
        if not _is_older(record, before):
            changed[key] = _compared(record, finding, place, before)
    save_compared(tx, lease.system, list(changed.values()))


def _is_older(record: PartnerRecord, before: ComparedRecord | None) -> bool:
    if before is None or before.revision is None or record.revision is None:
        return False
    return record.revision < before.revision


def _compared(
    record: PartnerRecord, finding: Finding | None, place: int, before: ComparedRecord | None
) -> ComparedRecord:
    content = content_hash(record)
    earlier = before.versions if before and before.content_hash == content else frozenset[str]()
    stated_before = before.revision if before else None
    return ComparedRecord(
        key=key_of(record),
        case_id=record.case_id,
        version=record.version,
        versions=earlier | {record.version},
        content_hash=content,
        revision=stated_before if record.revision is None else record.revision,
        finding=finding,
        place=place,
    )


def _findings(tx: Connection, system: System, records: Sequence[PartnerRecord]) -> list[Finding | None]:
    applied = stored_hashes(tx, system, {record.external_id for record in records})
    cases = case_ids(records)
    linked = referral_of(tx, system, cases)
    # What is or was in quarantine with this very content is known: comparing is no reason to try it again.
    entries = quarantine_of_cases(tx, system, cases, KNOWN_STATES)
    quarantined = {(key_of(entry), entry.content_hash) for entry in entries}
    return [_finding(record, applied, linked, quarantined) for record in records]


def _finding(
    record: PartnerRecord,
    applied: Mapping[RecordKey, bytes],
    linked: Mapping[str, object],
    quarantined: Collection[tuple[RecordKey, bytes]],
) -> Finding | None:
    key, content = key_of(record), content_hash(record)
    if (key, content) in quarantined:
        return None
    if key not in applied:
        return Finding.MISSING
    if applied[key] != content:
        return Finding.DIFFERENT
    # It was applied, but its referral is gone; a withdrawal of what never reached the hub left nothing behind.
    needs_referral = any(not isinstance(command, WithdrawReferral) for command in record.commands)
    return Finding.MISSING if needs_referral and record.case_id not in linked else None


def compare_stored(
    tx: Connection,
    services: Services,
    lease: PartnerLease,
    source: PartnerSource,
    rows: Mapping[int, StoredRecord],
) -> None:
    """Store what the hub applied and the partner no longer has, where something follows from that; by its place."""
    renew_lease(tx, services, lease)
    seen = compared_records(tx, lease.system, {row.key for row in rows.values()})
    now = services.clock.now()
    gone = []
    for place, row in rows.items():
        # The partner has it; or its removal means nothing, and does not prove that the case exists.
        tombstone = None if row.key in seen else source.on_removed(*row.key, row.case_id, now)
        if tombstone is not None:
            content = content_hash(tombstone)
            finding = Finding.DELETED if content != row.content_hash else None
            gone.append(
                ComparedRecord(key=row.key, case_id=row.case_id, content_hash=content, finding=finding, place=place)
            )
    save_compared(tx, lease.system, gone)


def note_cases(tx: Connection, system: System, cases: Collection[str], places: Sequence[int]) -> None:
    """Store that a partner listed these cases."""
    rows = [ComparedRecord(key=(CASE, id), case_id=id, place=place) for id, place in zip(cases, places, strict=True)]
    save_compared(tx, system, rows)


def compare_cases_of(
    tx: Connection, system: System, links: Sequence[CaseLink], places: Sequence[int], *, are_listed: bool
) -> None:
    """Store which of these links lead to cases that the partner does not have, and is not about to get."""
    known = (listed_cases if are_listed else cases_of_records)(tx, system, {link.case_id for link in links})
    lost = [link for link in links if link.case_id not in known]
    waiting = awaiting_delivery(tx, PartnerKey(system), [link.referral_id for link in lost]) if lost else set()
    extra = [
        ComparedRecord(key=(CASE, link.case_id), case_id=link.case_id, finding=Finding.EXTRA, place=place)
        for link, place in zip(links, places, strict=True)
        if link in lost and link.referral_id not in waiting
    ]
    save_compared(tx, system, extra)


def read_findings(tx: Connection, system: System) -> Findings:
    """Return what a comparison found."""
    return Findings(count_findings(tx, system), {each: _first_keys(tx, system, each) for each in Finding})


def _first_keys(tx: Connection, system: System, finding: Finding) -> list[str]:
    found = records_with(tx, system, finding, 0, MAX_REPORTED_KEYS)
    return [each.case_id if finding is Finding.EXTRA else "/".join(each.key) for each in found]


def differing(tx: Connection, system: System, records: Sequence[PartnerRecord]) -> list[Difference]:
    """Return those of these records, read once more, that are to be applied: with the content that was compared."""
    known = compared_records(tx, system, {key_of(record) for record in records})
    found: dict[RecordKey, Difference] = {}
    for record in records:
        compared = known.get(key := key_of(record))
        if compared and compared.finding and _is_same(record, compared):
            found[key] = Difference(compared.finding, record, compared.versions)
    return list(found.values())


def _is_same(record: PartnerRecord, compared: ComparedRecord) -> bool:
    return record.version == compared.version and content_hash(record) == compared.content_hash


def removed(
    tx: Connection, services: Services, source: PartnerSource, after: int, limit: int
) -> tuple[list[Difference], int]:
    """Return a page of what the partner removed unnoticed, and the place of its last record."""
    rows = records_with(tx, source.system, Finding.DELETED, after, limit)
    now = services.clock.now()
    tombstones = [source.on_removed(*row.key, row.case_id, now) for row in rows]
    return [Difference(Finding.DELETED, each) for each in tombstones if each], rows[-1].place if rows else after


def extra_links(tx: Connection, system: System, after: int, limit: int) -> tuple[list[CaseLink], int]:
    """Return a page of the links to cases that the partner lacks, and the place of the last one."""
    rows = records_with(tx, system, Finding.EXTRA, after, limit)
    linked = referral_of(tx, system, {row.case_id for row in rows})
    links = [CaseLink(row.case_id, linked[row.case_id]) for row in rows if row.case_id in linked]
    return links, rows[-1].place if rows else after
