"""Compares everything a partner has with what the hub applied of it, and heals the differences by the normal path.

Keys and content hashes are compared page by page; contents are read only of what differs. What the partner has is
right: the hub forgets its own memory of a record that differs and applies it again as if it were new.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.commands import RegisterReferral, WithdrawReferral
from app.domain.ports import Page, PartnerRecord, PartnerSource
from app.domain.receivers import PartnerKey
from app.models.cases.external_id import can_link, link, referral_of
from app.models.partners.partner import save_records
from app.models.partners.quarantine import quarantine_of_cases
from app.models.partners.reconciliation import (
    applied_versions,
    forget_records,
    owe_again,
    owed_referrals,
    stored_hashes,
    stored_links,
    stored_records,
    unlink,
)
from app.operations.intake.apply import PageResult, apply_page
from app.operations.intake.quarantine_state import (
    DISMISSED,
    EXPIRED,
    OPEN,
    Key,
    case_ids,
    content_hash,
    key_of,
    memory_of,
)
from app.operations.partners.lease import PartnerLease, renew_lease
from app.operations.services import Services

T = TypeVar("T")

MOST_KEYS = 1000
"""So many keys of each finding are in a report; the count is always whole."""

BY_HAND = (
    "The hub cannot make these cases at the partner. Ask the team that registered them if they were removed there: "
    "if they were, withdraw the referrals in the hub; else have them registered again."
)
"""What an operator does about cases that are linked here, gone at the partner, and that nothing can be told of."""

_FEW = 10
_SHARE = 0.1


class Finding(StrEnum):
    """How the partner and the hub differ on a record."""

    MISSING = "missing"
    DIFFERENT = "different"
    DELETED = "deleted"
    EXTRA = "extra"


@dataclass(frozen=True)
class Stored:
    """A record that the hub once applied."""

    key: Key
    case_id: str
    content_hash: bytes


@dataclass(frozen=True)
class Difference:
    """A record that differs.

    Attributes:
        versions: the versions under which the partner gave this very content.
    """

    finding: Finding
    record: PartnerRecord
    versions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Link:
    """A partner's number of a case, and the referral that it stands for."""

    case_id: str
    referral_id: UUID


@dataclass
class Reconciliation:
    """What a full reading of a partner found so far.

    Attributes:
        compared: how many records were read.
        seen: every record that the partner has.
        cases: every case of which the partner has a record, or whose removal the hub remembers or finds.
        differing: what is to be applied, in the partner's order.
        stored: how many records the hub remembers.
        extra: links of the hub to cases that the partner does not have.
        told_again: of how many of these everything is told to the partner again, which makes them there.
    """

    compared: int = 0
    seen: set[Key] = field(default_factory=set)
    cases: set[str] = field(default_factory=set)
    differing: dict[Key, Difference] = field(default_factory=dict)
    stored: int = 0
    extra: list[Link] = field(default_factory=list)
    told_again: int = 0
    _revisions: dict[Key, int] = field(default_factory=dict)
    _versions: dict[Key, tuple[bytes, frozenset[str]]] = field(default_factory=dict)

    def note(self, records: Sequence[PartnerRecord], findings: Sequence[Finding | None]) -> None:
        """Add a page; of two states of one record the newer stands, also when it is as the hub has it."""
        for record, finding in zip(records, findings, strict=True):
            key = key_of(record)
            self.compared += 1
            self.seen.add(key)
            self.cases.add(record.case_id)
            if record.revision is not None:
                if record.revision < self._revisions.get(key, record.revision):
                    continue
                self._revisions[key] = record.revision
            self.differing.pop(key, None)
            versions = self._versions_of(key, record)
            if finding:
                self.differing[key] = Difference(finding, record, versions)

    def _versions_of(self, key: Key, record: PartnerRecord) -> frozenset[str]:
        content, before = content_hash(record), self._versions.get(key)
        earlier = before[1] if before and before[0] == content else frozenset[str]()
        versions = earlier | {record.version}
        self._versions[key] = (content, versions)
        return versions

    def note_stored(self, source: PartnerSource, rows: Sequence[Stored], services: Services) -> None:
        """Add what the hub remembers and the partner no longer has, as the record that tells of its removal."""
        now = services.clock.now()
        self.stored += len(rows)
        for row in rows:
            tombstone = None if row.key in self.seen else source.on_removed(*row.key, row.case_id, now)
            if tombstone is None:
                continue  # the partner has it; or its removal means nothing, and it vouches for no case
            self.cases.add(row.case_id)
            if content_hash(tombstone) != row.content_hash:
                self.differing[row.key] = Difference(Finding.DELETED, tombstone)

    @property
    def holds_back(self) -> bool:
        """Return whether so much vanished that a mistake at the partner is likelier than so many removals."""
        return len(self._keys(Finding.DELETED)) > max(_FEW, self.stored * _SHARE)

    def to_heal(self) -> list[Difference]:
        """Return the records that are to be applied."""
        left_out = Finding.DELETED if self.holds_back else None
        return [each for each in self.differing.values() if each.finding is not left_out]

    def report(self, healed: PageResult) -> dict[str, Any]:
        """Return the account of the comparison: counts and the partner's record numbers, no contents."""
        return {
            "compared": self.compared,
            **{str(each): listed(self._keys(each)) for each in Finding if each is not Finding.EXTRA},
            str(Finding.EXTRA): self._extra(),
            "deletionsHeldBack": self.holds_back,
            "healed": account_of(healed),
        }

    def newly(self) -> dict[str, Any]:
        """Return the records that the hub does not have, and those that it has otherwise; no contents."""
        return {str(each): listed(self._keys(each)) for each in (Finding.MISSING, Finding.DIFFERENT)}

    def _extra(self) -> dict[str, Any]:
        found = {**listed([link.case_id for link in self.extra]), "toldAgain": self.told_again}
        return found | ({"advice": BY_HAND} if self.told_again < len(self.extra) else {})

    def _keys(self, wanted: Finding) -> list[str]:
        return ["/".join(key) for key, found in self.differing.items() if found.finding is wanted]


def listed(keys: Sequence[str]) -> dict[str, Any]:
    """Return keys for a report: how many there are, and the first of them."""
    return {"count": len(keys), "keys": list(keys[:MOST_KEYS])}


def account_of(tally: PageResult) -> dict[str, int]:
    """Return a tally for a report."""
    return {"read": tally.read, **asdict(tally)}


def compare_page(
    tx: Connection, services: Services, lease: PartnerLease, records: Sequence[PartnerRecord]
) -> list[Finding | None]:
    """Tell of each record how it differs from what the hub applied; None: not. The turn is renewed.

    Raises:
        TurnLost: another process took the turn meanwhile, or the partner was paused.
    """
    renew_lease(tx, services, lease)
    known = stored_hashes(tx, lease.system, {record.external_id for record in records})
    cases = case_ids(records)
    linked = referral_of(tx, lease.system, cases)
    # What is or was in quarantine with this very content is known: comparing is no reason to try it again.
    aside = quarantine_of_cases(tx, lease.system, cases, (OPEN, DISMISSED, EXPIRED))
    held = {((row.kind, row.external_id), row.content_hash) for row in aside}
    return [_finding(record, known, linked, held) for record in records]


def _finding(
    record: PartnerRecord,
    known: Mapping[Key, bytes],
    linked: Mapping[str, UUID],
    held: Collection[tuple[Key, bytes]],
) -> Finding | None:
    key, content = key_of(record), content_hash(record)
    if (key, content) in held:
        return None
    if key not in known:
        return Finding.MISSING
    if known[key] != content:
        return Finding.DIFFERENT
    # It was applied, but what it told of is gone; a withdrawal of what never reached the hub left nothing behind.
    would_release = any(not isinstance(fact, WithdrawReferral) for fact in record.facts)
    return Finding.MISSING if would_release and record.case_id not in linked else None


def refused(tx: Connection, system: System, records: Sequence[PartnerRecord]) -> list[str]:
    """Return those of these records that are in quarantine, each with the field and the code of what hinders it."""
    read = {key_of(record) for record in records}
    rows = quarantine_of_cases(tx, system, case_ids(records), (OPEN,))
    found = [row for row in rows if (row.kind, row.external_id) in read]
    return [f"{row.kind}/{row.external_id}: {row.field} {row.reason}" for row in found]


def page_of_stored(tx: Connection, system: System, after: Key, limit: int) -> list[Stored]:
    """Return a page of what the hub applied of a partner, in the order of the keys."""
    # Rows from before the column say no case; where the hub acts on a removal, record and case have one number.
    return [
        Stored((row.kind, row.external_id), row.case_id or row.external_id, row.content_hash)
        for row in stored_records(tx, system, after, limit)
    ]


def page_of_links(tx: Connection, system: System, after: str, limit: int) -> list[Link]:
    """Return a page of the cases of a partner that the hub has referrals for, by their number."""
    return [Link(row.external_id, row.referral_id) for row in stored_links(tx, system, after, limit)]


def still_owed(tx: Connection, system: System, links: Iterable[Link]) -> set[UUID]:
    """Return the referrals of these links of which the partner is still to be told something anyway."""
    return owed_referrals(tx, PartnerKey(system), [link.referral_id for link in links])


def heal_page(
    tx: Connection, services: Services, lease: PartnerLease, mapping_version: str, found: Sequence[Difference]
) -> PageResult:
    """Apply records that differ as if they were new; raises TurnLost as ``apply_page`` does.

    What the history shows to have been applied is only remembered again, and counts as unchanged.
    """
    renew_lease(tx, services, lease)
    known = _in_history(tx, lease.system, found)
    now = services.clock.now()
    applied_before = [each.record for each in found if key_of(each.record) in known]
    save_records(tx, [memory_of(each, lease.system, content_hash(each), each.revision, now) for each in applied_before])
    rest = [each for each in found if key_of(each.record) not in known]
    # What was removed is still remembered, so that nothing older than the removal comes back.
    _forget(tx, lease.system, [each.record for each in rest if each.finding is not Finding.DELETED])
    page = Page(tuple(each.record for each in rest), None)
    applied = apply_page(tx, services, lease, mapping_version, page, kind="reconcile") if rest else PageResult()
    return applied + PageResult(unchanged=len(known))


def _in_history(tx: Connection, system: System, found: Sequence[Difference]) -> set[Key]:
    """Return the records of which the history shows that they were applied: their case, their version, their moment.

    A registration may be applied again, and then tells what differs; a step that was made must not be made twice.
    """
    steps = [each for each in found if each.versions and not _registers(each.record)]
    linked = _relink(tx, system, [each.record for each in steps])
    versions = {version for each in steps for version in each.versions}
    history = applied_versions(tx, system, set(linked.values()), versions) if linked else set()
    return {key_of(each.record) for each in steps if not history.isdisjoint(_traces(each, linked))}


def _relink(tx: Connection, system: System, records: Iterable[PartnerRecord]) -> dict[str, UUID]:
    """Return the referrals by case, those included whose link was lost and which the partner's record names itself."""
    named = {record.case_id: record.referral_id for record in records}
    linked = referral_of(tx, system, named.keys())
    for case_id, referral_id in named.items():
        if case_id not in linked and referral_id and can_link(tx, system, referral_id):
            link(tx, system, case_id, referral_id)
            linked[case_id] = referral_id
    return linked


def _registers(record: PartnerRecord) -> bool:
    return any(isinstance(fact, RegisterReferral) for fact in record.facts)


def _traces(found: Difference, linked: Mapping[str, UUID]) -> set[tuple[UUID, str, datetime]]:
    """Return what applying a record leaves in the history."""
    referral_id, moment = linked.get(found.record.case_id), found.record.occurred_at
    return {(referral_id, version, moment) for version in found.versions} if referral_id else set()


def _forget(tx: Connection, system: System, records: Sequence[PartnerRecord]) -> None:
    by_kind: dict[str, set[str]] = defaultdict(set)
    for record in records:
        by_kind[record.kind].add(record.external_id)
    for kind, external_ids in by_kind.items():
        forget_records(tx, system, kind, external_ids)


def tell_again(tx: Connection, services: Services, system: System, links: Sequence[Link]) -> int:
    """Owe a partner everything it was told of cases that it lost; returns of how many.

    The lost numbers are forgotten, for the partner gives new ones.
    """
    ids = [link.referral_id for link in links]
    owed = owe_again(tx, PartnerKey(system), ids, services.clock.now())
    unlink(tx, system, owed)
    return len(owed)


class _TakenBack(Exception):
    """What was written in a rehearsal is to be taken back."""


def rehearsed(tx: Connection, work: Callable[[Connection], T]) -> T:
    """Do work and take back all that it wrote; returns what it gave."""
    results = []
    with suppress(_TakenBack), tx.begin_nested():
        results.append(work(tx))
        raise _TakenBack
    return results[0]
