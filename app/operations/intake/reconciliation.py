"""Reconciliation: repairs what a comparison of a partner with the hub found.

What the partner has is right: the hub deletes its memory of a record that differs and applies the record again as if it
were new.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.commands import RegisterReferral
from app.domain.partners import CaseLink, QuarantineEntry, QuarantineState, RunKind
from app.domain.ports import Page, PartnerRecord
from app.domain.receivers import PartnerKey
from app.models.cases.external_id import insert_links, linkable, referral_of
from app.models.partners.compared import Finding, compared_records, settle_compared
from app.models.partners.quarantine import quarantine_of_cases
from app.models.partners.reconciliation import (
    applied_versions,
    delete_records,
    resend_all,
    stored_links,
    stored_records,
    unlink,
)
from app.models.partners.record import RecordKey, save_records
from app.operations.intake.apply import PageResult, apply_page
from app.operations.intake.comparison import MAX_REPORTED_KEYS, Counts, Difference, key_counts
from app.operations.intake.records import applied_record, case_ids, content_hash, key_of
from app.operations.partners.lease import PartnerLease, renew_lease
from app.operations.services import Services

__all__ = [
    "dry_run",
    "refused_counts",
    "rejected_records",
    "repair_page",
    "resend_cases",
    "stored_links",
    "stored_records",
]

T = TypeVar("T")


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


def repair_page(
    tx: Connection, services: Services, lease: PartnerLease, mapping_version: str, found: Sequence[Difference]
) -> PageResult:
    """Apply records that differ as if they were new; raises LeaseLost as ``apply_page`` does.

    A record that was applied according to the history is only stored again, and counts as unchanged.
    """
    renew_lease(tx, services, lease)
    found = _unsettled(tx, lease.system, found)
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
    settle_compared(tx, lease.system, {key_of(each.record) for each in found})
    return applied + PageResult(unchanged=len(known))


def _unsettled(tx: Connection, system: System, found: Sequence[Difference]) -> list[Difference]:
    """Return those that were not dealt with yet: what the partner sends twice with the same content is applied once."""
    compared = compared_records(tx, system, {key_of(each.record) for each in found})
    return [each for each in found if (known := compared.get(key_of(each.record))) and known.finding]


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
