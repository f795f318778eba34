"""Reconciliation: compares everything that a partner has with what the hub applied, and repairs the differences.

Keys and content hashes are compared page by page; contents are read only of records that differ. What the partner has
is right: the hub deletes its memory of a record that differs and applies the record again as if it were new.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.commands import RegisterReferral, WithdrawReferral
from app.domain.partners import CaseLink, QuarantineEntry, QuarantineState, RunKind
from app.domain.ports import Page, PartnerRecord, PartnerSource
from app.domain.receivers import PartnerKey
from app.models.cases.external_id import insert_links, linkable, referral_of
from app.models.partners.quarantine import quarantine_of_cases
from app.models.partners.reconciliation import (
    StoredRecord,
    applied_versions,
    awaiting_delivery,
    delete_records,
    resend_all,
    stored_hashes,
    stored_links,
    stored_records,
    unlink,
)
from app.models.partners.record import RecordKey, save_records
from app.operations.intake.apply import PageResult, apply_page
from app.operations.intake.quarantine_state import KNOWN_STATES
from app.operations.intake.records import applied_record, case_ids, content_hash, key_of
from app.operations.partners.lease import PartnerLease, renew_lease
from app.operations.services import Services

__all__ = [
    "MANUAL_ADVICE",
    "Difference",
    "Finding",
    "Reconciliation",
    "compare_page",
    "dry_run",
    "key_counts",
    "referrals_to_deliver",
    "refused_counts",
    "rejected_records",
    "repair_page",
    "resend_cases",
    "result_counts",
    "stored_links",
    "stored_records",
]

T = TypeVar("T")

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


class Finding(StrEnum):
    """How the partner and the hub differ on a record."""

    MISSING = "missing"
    DIFFERENT = "different"
    DELETED = "deleted"
    EXTRA = "extra"


@dataclass(frozen=True)
class Difference:
    """A record that differs.

    Attributes:
        versions: the versions under which the partner sent this very content.
    """

    finding: Finding
    record: PartnerRecord
    versions: frozenset[str] = frozenset()


@dataclass(kw_only=True)
class Reconciliation:
    """What a full reading of a partner found so far.

    Attributes:
        compared: number of records that were read.
        seen: every record that the partner has.
        cases: every case with a record at the partner, or whose removal the hub stored or finds.
        differences: what is to be applied, in the partner's order.
        stored: number of records that the hub applied.
        extra: links of the hub to cases that the partner does not have.
        resent: number of these about which everything is sent to the partner again, which makes them there.
    """

    compared: int = 0
    seen: set[RecordKey] = field(default_factory=set)
    cases: set[str] = field(default_factory=set)
    differences: dict[RecordKey, Difference] = field(default_factory=dict)
    stored: int = 0
    extra: list[CaseLink] = field(default_factory=list)
    resent: int = 0
    _revisions: dict[RecordKey, int] = field(default_factory=dict)
    _versions: dict[RecordKey, tuple[bytes, frozenset[str]]] = field(default_factory=dict)

    def add_page(self, records: Sequence[PartnerRecord], findings: Sequence[Finding | None]) -> None:
        """Add a page; of two states of one record the newer counts, even if it is equal to what the hub applied."""
        for record, finding in zip(records, findings, strict=True):
            key = key_of(record)
            self.compared += 1
            self.seen.add(key)
            self.cases.add(record.case_id)
            if record.revision is not None:
                if record.revision < self._revisions.get(key, record.revision):
                    continue
                self._revisions[key] = record.revision
            self.differences.pop(key, None)
            versions = self._versions_of(key, record)
            if finding:
                self.differences[key] = Difference(finding, record, versions)

    def _versions_of(self, key: RecordKey, record: PartnerRecord) -> frozenset[str]:
        content, before = content_hash(record), self._versions.get(key)
        earlier = before[1] if before and before[0] == content else frozenset[str]()
        versions = earlier | {record.version}
        self._versions[key] = (content, versions)
        return versions

    def add_stored(self, source: PartnerSource, rows: Sequence[StoredRecord], services: Services) -> None:
        """Add what the hub applied and the partner no longer has, as the record that says that it was removed."""
        now = services.clock.now()
        self.stored += len(rows)
        for row in rows:
            tombstone = None if row.key in self.seen else source.on_removed(*row.key, row.case_id, now)
            if tombstone is None:
                continue  # the partner has it; or its removal means nothing, and does not prove that the case exists
            self.cases.add(row.case_id)
            if content_hash(tombstone) != row.content_hash:
                self.differences[row.key] = Difference(Finding.DELETED, tombstone)

    @property
    def withholds_deletions(self) -> bool:
        """Whether more records are gone than removals explain, so that a mistake at the partner is more likely."""
        return len(self._keys(Finding.DELETED)) > max(_FEW, self.stored * _SHARE)

    def to_repair(self) -> list[Difference]:
        """Return the records that are to be applied."""
        left_out = Finding.DELETED if self.withholds_deletions else None
        return [each for each in self.differences.values() if each.finding is not left_out]

    def report(self, repaired: PageResult) -> Counts:
        """Return the report of the reconciliation: counts and the partner's record numbers, no contents."""
        return {
            "compared": self.compared,
            **{str(each): key_counts(self._keys(each)) for each in Finding if each is not Finding.EXTRA},
            str(Finding.EXTRA): self._extra(),
            "deletionsHeldBack": self.withholds_deletions,
            "healed": result_counts(repaired),
        }

    def new_and_different(self) -> Counts:
        """Return the part of a report about records that the hub does not have, or has with other contents."""
        return {str(each): key_counts(self._keys(each)) for each in (Finding.MISSING, Finding.DIFFERENT)}

    def _extra(self) -> Counts:
        found = {**key_counts([link.case_id for link in self.extra]), "toldAgain": self.resent}
        return found | ({"advice": MANUAL_ADVICE} if self.resent < len(self.extra) else {})

    def _keys(self, wanted: Finding) -> list[str]:
        return ["/".join(key) for key, found in self.differences.items() if found.finding is wanted]


def key_counts(keys: Sequence[str]) -> Counts:
    """Return keys for a report: how many there are, and the first ``MAX_REPORTED_KEYS`` of them."""
    return {"count": len(keys), "keys": list(keys[:MAX_REPORTED_KEYS])}


def result_counts(result: PageResult) -> Counts:
    """Return the counts of what was applied for a report."""
    return {"read": result.read, **asdict(result)}


def compare_page(
    tx: Connection, services: Services, lease: PartnerLease, records: Sequence[PartnerRecord]
) -> list[Finding | None]:
    """Return of each record how it differs from what the hub applied, or None. The lease is renewed.

    Raises:
        LeaseLost: another process took the lease meanwhile, or the partner was paused.
    """
    renew_lease(tx, services, lease)
    applied = stored_hashes(tx, lease.system, {record.external_id for record in records})
    cases = case_ids(records)
    linked = referral_of(tx, lease.system, cases)
    # What is or was in quarantine with this very content is known: comparing is no reason to try it again.
    entries = quarantine_of_cases(tx, lease.system, cases, KNOWN_STATES)
    quarantined = {(key_of(entry), entry.content_hash) for entry in entries}
    return [_finding(record, applied, linked, quarantined) for record in records]


def _finding(
    record: PartnerRecord,
    applied: Mapping[RecordKey, bytes],
    linked: Mapping[str, UUID],
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


def rejected_records(tx: Connection, system: System, records: Sequence[PartnerRecord]) -> list[QuarantineEntry]:
    """Return those of these records that are in quarantine."""
    read = {key_of(record) for record in records}
    entries = quarantine_of_cases(tx, system, case_ids(records), (QuarantineState.OPEN,))
    return [entry for entry in entries if key_of(entry) in read]


def refused_counts(rejected: Iterable[QuarantineEntry]) -> Counts:
    """Return refused records for a report: which, and why, the most frequent cause first, such as a missing team."""
    entries = list({key_of(entry): entry for entry in rejected}.values())
    causes = Counter((entry.reason, entry.field, entry.message) for entry in entries)
    keys = [f"{entry.kind}/{entry.external_id}: {entry.field} {entry.reason}" for entry in entries]
    return {
        **key_counts(keys),
        "causes": [
            {"count": count, "reason": reason, "field": field, "message": message}
            for (reason, field, message), count in causes.most_common(MAX_REPORTED_KEYS)
        ],
    }


def referrals_to_deliver(tx: Connection, system: System, links: Iterable[CaseLink]) -> set[UUID]:
    """Return those referrals of these links that have a delivery to the partner that is still to be made."""
    return awaiting_delivery(tx, PartnerKey(system), [link.referral_id for link in links])


def repair_page(
    tx: Connection, services: Services, lease: PartnerLease, mapping_version: str, found: Sequence[Difference]
) -> PageResult:
    """Apply records that differ as if they were new; raises LeaseLost as ``apply_page`` does.

    A record that was applied according to the history is only stored again, and counts as unchanged.
    """
    renew_lease(tx, services, lease)
    known = _in_history(tx, lease.system, found)
    now = services.clock.now()
    applied_before = [each.record for each in found if key_of(each.record) in known]
    save_records(
        tx, [applied_record(each, lease.system, content_hash(each), each.revision, now) for each in applied_before]
    )
    rest = [each for each in found if key_of(each.record) not in known]
    # The memory of a removed record stays, so that nothing older than the removal comes back.
    _delete(tx, lease.system, [each.record for each in rest if each.finding is not Finding.DELETED])
    page = Page(tuple(each.record for each in rest), None)
    applied = apply_page(tx, services, lease, mapping_version, page, RunKind.RECONCILE) if rest else PageResult()
    return applied + PageResult(unchanged=len(known))


def _in_history(tx: Connection, system: System, found: Sequence[Difference]) -> set[RecordKey]:
    """Return the records that were applied according to the history: with their case, version and time.

    A registration may be applied again, and then changes what differs; a step must not be taken twice.
    """
    steps = [each for each in found if each.versions and not _registers(each.record)]
    linked = _relink(tx, system, [each.record for each in steps])
    versions = {version for each in steps for version in each.versions}
    history = applied_versions(tx, system, set(linked.values()), versions) if linked else set()
    return {key_of(each.record) for each in steps if not history.isdisjoint(_traces(each, linked))}


def _relink(tx: Connection, system: System, records: Iterable[PartnerRecord]) -> dict[str, UUID]:
    """Return the referrals by case, including those whose link was lost and whose record has the referral's id."""
    named = {record.case_id: record.referral_id for record in records}
    linked = referral_of(tx, system, named.keys())
    unlinked = {case_id: id for case_id, id in named.items() if id and case_id not in linked}
    may_link = linkable(tx, system, set(unlinked.values()))
    new = {case_id: id for case_id, id in unlinked.items() if id in may_link}
    insert_links(tx, [(system, case_id, id) for case_id, id in new.items()])
    return linked | new


def _registers(record: PartnerRecord) -> bool:
    return any(isinstance(command, RegisterReferral) for command in record.commands)


def _traces(found: Difference, linked: Mapping[str, UUID]) -> set[tuple[UUID, str, datetime]]:
    """Return what applying a record leaves in the history."""
    referral_id, moment = linked.get(found.record.case_id), found.record.occurred_at
    return {(referral_id, version, moment) for version in found.versions} if referral_id else set()


def _delete(tx: Connection, system: System, records: Sequence[PartnerRecord]) -> None:
    by_kind: dict[str, set[str]] = defaultdict(set)
    for record in records:
        by_kind[record.kind].add(record.external_id)
    for kind, external_ids in by_kind.items():
        delete_records(tx, system, kind, external_ids)


def resend_cases(tx: Connection, services: Services, system: System, links: Sequence[CaseLink]) -> int:
    """Make everything due again that a partner was sent of cases that it lost; return the number of cases.

    The lost numbers are deleted, because the partner assigns new ones.
    """
    ids = [link.referral_id for link in links]
    resent = resend_all(tx, PartnerKey(system), ids, services.clock.now())
    unlink(tx, system, resent)
    return len(resent)


class _DryRun(Exception):
    """Rolls back the savepoint of a dry run."""


def dry_run(tx: Connection, work: Callable[[Connection], T]) -> T:
    """Do work, roll back everything that it wrote, and return its result."""
    results = []
    with suppress(_DryRun), tx.begin_nested():
        results.append(work(tx))
        raise _DryRun
    return results[0]
