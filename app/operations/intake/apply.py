"""Applies what a partner reports: once, in order per case, and nothing disappears.

One page is one transaction: cursor, records, quarantine and the account of the run commit together. All records of a
page are applied together; when one is refused, each is applied alone, so that a bad record harms no other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from app.database import Connection
from app.domain.codes import System
from app.domain.errors import FeedWentBack
from app.domain.partners import PartnerRun, QuarantineState, RunKind
from app.domain.ports import Page, PartnerRecord, ReadError
from app.domain.storable import with_storable_keys
from app.models.partners.quarantine import quarantine_of_cases
from app.models.partners.record import known_records
from app.models.partners.run import insert_run, last_drift
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.intake.applied import AppliedVersions
from app.operations.intake.classify import Apply, Filtered, Quarantine, RecordSituation, Unchanged, classify
from app.operations.intake.commands import RecordCommands
from app.operations.intake.quarantine_state import KNOWN_STATES, CaseQuarantine
from app.operations.intake.records import HashedRecord, case_ids, content_hash, in_order, key_of
from app.operations.intake.refusals import RecordRefused, record_refusals
from app.operations.partners.lease import PartnerLease, record_page, require_lease
from app.operations.services import Services

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class PageResult:
    """The account of what was read: ``read = applied + unchanged + filtered + quarantined``."""

    applied: int = 0
    unchanged: int = 0
    filtered: int = 0
    quarantined: int = 0

    @property
    def read(self) -> int:
        """How many records were read."""
        return self.applied + self.unchanged + self.filtered + self.quarantined

    def __add__(self, other: "PageResult") -> "PageResult":
        return PageResult(
            applied=self.applied + other.applied,
            unchanged=self.unchanged + other.unchanged,
            filtered=self.filtered + other.filtered,
            quarantined=self.quarantined + other.quarantined,
        )


def apply_page(  # noqa: PLR0913  # the kind is seldom given
    tx: Connection,
    services: Services,
    lease: PartnerLease,
    mapping_version: str,
    page: Page,
    kind: RunKind = RunKind.PULL,
) -> PageResult:
    """Apply a page of a partner's records and move the cursor with it; the lease is renewed.

    All kinds of runs but a pull also try again what is in quarantine.

    Raises:
        FeedWentBack: the hub does not know what the partner has at the cursor; nothing is applied.
        LeaseLost: another process took the lease meanwhile, or the partner was paused; nothing is applied.
    """
    system, state = lease.system, require_lease(tx, lease)
    if not all(_is_known(tx, system, each) for each in page.overlap):
        raise FeedWentBack("The feed has another record at the place that was read; everything is read again")
    tally = apply_records(tx, services, system, page.records, retries=kind is not RunKind.PULL)
    record_page(tx, services, lease, state, page.cursor)
    if tally.read != tally.unchanged or _is_new_drift(tx, system, page.drift):
        note_run(tx, services, Run(system, mapping_version, kind), tally, page.drift)
    return tally


def _is_known(tx: Connection, system: System, record: PartnerRecord) -> bool:
    """Return whether a record was applied, or is or was in quarantine."""
    key = key_of(with_storable_keys(record))
    if key[1] in known_records(tx, system, key[0], {key[1]}):
        return True
    return any(key_of(each) == key for each in quarantine_of_cases(tx, system, {record.case_id}, KNOWN_STATES))


@dataclass(frozen=True)
class Run:
    """What reads a partner: a pull, or something that an operator asked for, with which version of the mapping."""

    system: System
    mapping_version: str
    kind: RunKind


def note_run(tx: Connection, services: Services, run: Run, tally: PageResult, drift: Mapping[str, int]) -> None:
    """Store the account of a run, and log what the partner's contract does not know: names of fields, no values."""
    now = services.clock.now()
    insert_run(
        tx,
        PartnerRun(
            id=services.new_id(now),
            system=run.system,
            kind=run.kind,
            mapping_version=run.mapping_version,
            started_at=now,
            read=tally.read,
            applied=tally.applied,
            unchanged=tally.unchanged,
            filtered=tally.filtered,
            quarantined=tally.quarantined,
            drift=dict(drift) or None,
        ),
    )
    if drift:
        log.warning("partner_drift_detected", partner=run.system, kind=run.kind, drift=dict(drift))


def _is_new_drift(tx: Connection, system: System, drift: Mapping[str, int]) -> bool:
    # A partner that returns everything at each pull would otherwise be logged at each pull.
    return bool(drift) and not drift.keys() <= last_drift(tx, system).keys()


def apply_records(
    tx: Connection, services: Services, system: System, records: Sequence[PartnerRecord], *, retries: bool
) -> PageResult:
    """Apply records in the order of their cases and return the account.

    First all together, in a fixed number of statements; when one is refused, one by one, each in a savepoint of its
    own. Refusals are rare, and a savepoint for each record would cost a fifth of the work.

    Args:
        tx: the transaction.
        services: clock, keys, policy and reference data.
        system: the partner.
        records: as its adapter read them.
        retries: what is in quarantine is tried again, also when it comes unchanged.
    """
    records = [with_storable_keys(each) for each in records]
    try:
        with tx.begin_nested():
            return _RecordBatch(tx, services, system, records, retries=retries).apply_together()
    except RecordRefused:
        return _RecordBatch(tx, services, system, records, retries=retries).apply_one_by_one()


_Executor = Callable[[PartnerRecord], ReadError | None]
"""Carries out the commands of a record; returns why that was refused."""

_APPLIED, _UNCHANGED = PageResult(applied=1), PageResult(unchanged=1)
_FILTERED, _QUARANTINED = PageResult(filtered=1), PageResult(quarantined=1)


class _RecordBatch:
    """Records being applied: what is known of them beforehand, and what becomes of them."""

    def __init__(
        self, tx: Connection, services: Services, system: System, records: Sequence[PartnerRecord], *, retries: bool
    ) -> None:
        self._tx, self._services, self._retries = tx, services, retries
        self._records = [HashedRecord(each, content_hash(each)) for each in in_order(records)]
        self._applied = AppliedVersions(tx, services, system, records)
        self._commands = RecordCommands(tx, system, records)
        self._quarantine = CaseQuarantine(tx, services, system, case_ids(records))
        self._moved: set[str] = set()

    def apply_together(self) -> PageResult:
        """Apply all records in memory and write what they change at the end.

        Raises:
            RecordRefused: one of them cannot be applied; nothing of the batch may be kept.
        """
        uow = UnitOfWork(self._tx, self._services)
        self._commands.prefetch(uow, [each.record for each in self._records if not self._applied.includes(each)])
        with record_refusals():
            result = self._apply_each(partial(self._commands.execute, uow))
            uow.flush()
        self._write()
        return result

    def apply_one_by_one(self) -> PageResult:
        """Apply each record alone; what is refused is put in quarantine."""
        result = self._apply_each(self._execute_alone)
        self._write()
        return result

    def _apply_each(self, execute_record: _Executor) -> PageResult:
        return sum((self._take(each, execute_record) for each in self._records), PageResult())

    def _write(self) -> None:
        self._applied.write(self._tx)
        self._quarantine.write(self._tx)

    def _execute_alone(self, record: PartnerRecord) -> ReadError | None:
        refused = self._attempt(record)
        if refused and refused.is_conflict:
            # Somebody else stored the same at this moment, such as the link with the referral; now it is seen.
            refused = self._attempt(record)
        return refused.reason if refused else None

    def _attempt(self, record: PartnerRecord) -> RecordRefused | None:
        """Apply one record in a savepoint; return why it was refused."""
        uow = UnitOfWork(self._tx, self._services)
        try:
            with record_refusals(), self._tx.begin_nested():
                self._commands.execute(uow, record)
                uow.flush()
        except RecordRefused as refused:
            # What the savepoint undid may include the link to the referral.
            self._commands.read_link_again(record)
            return refused
        return None

    def _take(self, each: HashedRecord, execute_record: _Executor) -> PageResult:
        """Apply one record, or leave it, or put it in quarantine; return how it counts."""
        match classify(each.record, self._situation(each)):
            case Unchanged(ends_quarantine):
                return self._leave(each, ends_quarantine=ends_quarantine)
            case Filtered():
                self._remember(each)
                return _FILTERED
            case Quarantine(reason):
                return self._put(each, reason)
            case Apply():
                refusal = execute_record(each.record)
                return self._put(each, refusal) if refusal else self._note_applied(each)

    def _situation(self, each: HashedRecord) -> RecordSituation:
        record = each.record
        return RecordSituation(
            content_hash=each.content_hash,
            applied=self._applied.version_of(record),
            quarantined=self._quarantine.version_of(record),
            same_content=self._quarantine.same_content(each),
            is_blocked=self._quarantine.blocks(record),
            case_is_known=self._commands.knows_case_of(record),
            case_moved=record.case_id in self._moved,
            retries=self._retries,
        )

    def _leave(self, each: HashedRecord, *, ends_quarantine: bool) -> PageResult:
        if ends_quarantine:
            self._quarantine.end(each.record, QuarantineState.OVERTAKEN)
        # A retry reads what was stored before, which is no news of the partner.
        if not self._retries:
            self._applied.note_newer(each)
        return _UNCHANGED

    def _put(self, each: HashedRecord, reason: ReadError) -> PageResult:
        return _QUARANTINED if self._quarantine.put(each, reason) else _UNCHANGED

    def _note_applied(self, each: HashedRecord) -> PageResult:
        self._remember(each)
        self._moved.add(each.record.case_id)
        self._quarantine.reset_retry(each.record.case_id)
        return _APPLIED

    def _remember(self, each: HashedRecord) -> None:
        self._quarantine.release(each)
        self._applied.note(each)
