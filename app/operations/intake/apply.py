"""Applies what a partner reports: once, in order per case, and nothing disappears.

One page is one transaction: cursor, records, quarantine and the account of the run commit together. All records of a
page are applied together; when one is refused, each is applied alone, so that a bad record harms no other.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from app.database import Connection, StoreError, is_refused_value
from app.domain.codes import ROLE_OF_SYSTEM, System
from app.domain.commands import ActionContext, AmendReferral, Command, RegisterReferral
from app.domain.details import Detail
from app.domain.errors import FeedWentBack, HubError, InvalidInput, NotFound
from app.domain.partners import PartnerRun, QuarantineState, RunKind
from app.domain.ports import Page, PartnerRecord, ReadError
from app.domain.storable import with_storable_keys
from app.models.cases.external_id import linkable, referral_of
from app.models.partners.quarantine import quarantine_of_cases
from app.models.partners.record import AppliedRecord, AppliedVersion, RecordKey, known_records, save_records
from app.models.partners.run import insert_run, last_drift
from app.operations.cases.execute import ReferralRef, execute, register
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.intake.classify import (
    Apply,
    Filtered,
    Quarantine,
    RecordSituation,
    Unchanged,
    classify,
    is_older,
)
from app.operations.intake.quarantine_state import KNOWN_STATES, CaseQuarantine
from app.operations.intake.records import applied_record, case_ids, content_hash, in_order, key_of
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


_ODD_VALUES = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)
"""What a value raises that no rule foresaw; the record is refused, and its neighbours are applied."""


_LONGEST_FIELD, _LONGEST_MESSAGE = 100, 500


class _RecordRejected(Exception):
    """A record of the batch cannot be applied."""


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
    except _RecordRejected:
        return _RecordBatch(tx, services, system, records, retries=retries).apply_one_by_one()


@dataclass(frozen=True)
class _HashedRecord:
    """A record with the hash of its content."""

    record: PartnerRecord
    content_hash: bytes


_Executor = Callable[[PartnerRecord], ReadError | None]
"""Carries out the commands of a record; returns why that was refused."""


class _RecordBatch:
    """Records being applied: what is known of them beforehand, and what became of them."""

    def __init__(
        self, tx: Connection, services: Services, system: System, records: Sequence[PartnerRecord], *, retries: bool
    ) -> None:
        self._tx, self._services, self._system, self._retries = tx, services, system, retries
        self._records = [_HashedRecord(each, content_hash(each)) for each in in_order(records)]
        self._uow = UnitOfWork(tx, services)
        self._known = self._applied_versions()
        self._referrals = referral_of(tx, system, case_ids(records))
        self._linkable = linkable(tx, system, {each.referral_id for each in records if each.referral_id})
        self._quarantine = CaseQuarantine(tx, services, system, case_ids(records))
        self._moved: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._applied: dict[RecordKey, AppliedRecord] = {}

    def apply_together(self) -> PageResult:
        """Apply all records in memory and write what they change at the end.

        Raises:
            _RecordRejected: a record was refused; nothing of the batch may be kept.
        """
        self._prefetch()
        for each in self._records:
            self._counts[self._take(each, self._execute_or_reject)] += 1
        try:
            self._uow.flush()
        except (StoreError, *_ODD_VALUES) as error:
            if isinstance(error, StoreError) and not is_refused_value(error):
                raise
            raise _RecordRejected from error
        return self._finish()

    def apply_one_by_one(self) -> PageResult:
        """Apply each record alone; what is refused is put in quarantine."""
        for each in self._records:
            self._counts[self._take(each, self._execute_in_savepoint)] += 1
        return self._finish()

    def _finish(self) -> PageResult:
        save_records(self._tx, list(self._applied.values()))
        self._quarantine.write(self._tx)
        return PageResult(**self._counts)

    def _prefetch(self) -> None:
        """Read what the records will need, in a fixed number of queries."""
        news = [each.record for each in self._records if not self._is_applied(each)]
        known = [each for each in news if each.case_id in self._referrals]
        self._uow.cases.prefetch({self._referrals[each.case_id] for each in known})
        self._uow.known_values.prefetch({self._referrals[each.case_id] for each in known if _amends(each)})
        unknown = [each for each in news if each.case_id not in self._referrals]
        self._uow.prefetch_registrations(
            [command for each in unknown for command in each.commands if isinstance(command, RegisterReferral)]
        )

    def _is_applied(self, each: _HashedRecord) -> bool:
        known = self._known.get(key_of(each.record))
        return known is not None and known.content_hash == each.content_hash

    def _take(self, each: _HashedRecord, execute_record: _Executor) -> str:
        """Apply one record, or leave it, or put it in quarantine; return under which name it is counted."""
        record = each.record
        match classify(record, self._situation(each)):
            case Unchanged(ends_quarantine):
                if ends_quarantine:
                    self._quarantine.end(record, QuarantineState.OVERTAKEN)
                self._note_newer(each)
                return "unchanged"
            case Filtered():
                self._remember(each)
                return "filtered"
            case Quarantine(reason):
                return self._put(each, reason)
            case Apply():
                refusal = execute_record(record)
                return self._put(each, refusal) if refusal else self._note_applied(each)

    def _situation(self, each: _HashedRecord) -> RecordSituation:
        record = each.record
        return RecordSituation(
            content_hash=each.content_hash,
            applied=self._known.get(key_of(record)),
            quarantined=self._quarantine.version_of(record),
            same_content=self._quarantine.same_content(record, each.content_hash),
            is_blocked=self._quarantine.blocks(record),
            case_is_known=record.case_id in self._referrals or record.referral_id in self._linkable,
            case_moved=record.case_id in self._moved,
            retries=self._retries,
        )

    def _put(self, each: _HashedRecord, reason: ReadError) -> str:
        return "quarantined" if self._quarantine.put(each.record, each.content_hash, reason) else "unchanged"

    def _note_applied(self, each: _HashedRecord) -> str:
        self._remember(each)
        self._moved.add(each.record.case_id)
        self._quarantine.reset_retry(each.record.case_id)
        return "applied"

    def _execute_or_reject(self, record: PartnerRecord) -> ReadError | None:
        try:
            self._execute(record, self._uow)
        except (HubError, *_ODD_VALUES) as error:
            raise _RecordRejected from error
        return None

    def _execute_in_savepoint(self, record: PartnerRecord) -> ReadError | None:
        uow = UnitOfWork(self._tx, self._services)
        try:
            with self._tx.begin_nested():
                self._execute(record, uow)
                uow.flush()
        except (HubError, StoreError, *_ODD_VALUES) as error:
            if isinstance(error, StoreError) and not is_refused_value(error):
                raise
            # What the savepoint undid may include the link to the referral.
            self._referrals.pop(record.case_id, None)
            self._referrals |= referral_of(self._tx, self._system, {record.case_id})
            return _read_error(error)
        return None

    def _execute(self, record: PartnerRecord, uow: UnitOfWork) -> None:
        context = ActionContext(
            role=ROLE_OF_SYSTEM[self._system],
            system=self._system,
            occurred_at=record.occurred_at,
            version=record.version,
            catch_up=True,
            speaker=self._system,
        )
        for command in record.commands:
            self._execute_command(record, command, context, uow)

    def _execute_command(
        self, record: PartnerRecord, command: Command, context: ActionContext, uow: UnitOfWork
    ) -> None:
        referral_id = self._referral_of(record, uow)
        if isinstance(command, RegisterReferral):
            if referral_id is None:
                self._register(record, command, context, uow)
                return
            command = AmendReferral(command.contents, command.client)
        if referral_id is None:
            raise NotFound(Detail.NO_REFERRAL_OF_CASE())
        execute(uow, ReferralRef(referral_id), command, context)

    def _register(
        self, record: PartnerRecord, command: RegisterReferral, context: ActionContext, uow: UnitOfWork
    ) -> None:
        referral_id = register(uow, command, context).id
        uow.cases.link(self._system, record.case_id, referral_id)
        self._referrals[record.case_id] = referral_id

    def _referral_of(self, record: PartnerRecord, uow: UnitOfWork) -> UUID | None:
        known, given = self._referrals.get(record.case_id), record.referral_id
        if known is None and given in self._linkable:
            uow.cases.link(self._system, record.case_id, given)
            known = self._referrals[record.case_id] = given
            self._linkable.discard(given)
        return known

    def _applied_versions(self) -> dict[RecordKey, AppliedVersion]:
        ids: dict[str, set[str]] = defaultdict(set)
        for each in self._records:
            ids[each.record.kind].add(each.record.external_id)
        return {
            (kind, external_id): version
            for kind, external_ids in ids.items()
            for external_id, version in known_records(self._tx, self._system, kind, external_ids).items()
        }

    def _remember(self, each: _HashedRecord) -> None:
        self._quarantine.release(each.record, each.content_hash)
        self._note(each, self._revision_of(each.record))

    def _note_newer(self, each: _HashedRecord) -> None:
        """Note the newest revision of what came unchanged, so that no state in between replaces it.

        A retry leaves that as it is.
        """
        known = self._known.get(key_of(each.record))
        if self._retries or known is None or known.content_hash != each.content_hash:
            return
        if is_older(known.revision, each.record.revision):
            self._note(each, each.record.revision)

    def _note(self, each: _HashedRecord, revision: int | None) -> None:
        key = key_of(each.record)
        now = self._uow.rules.now
        self._applied[key] = applied_record(each.record, self._system, each.content_hash, revision, now)
        self._known[key] = AppliedVersion(content_hash=each.content_hash, revision=revision)

    def _revision_of(self, record: PartnerRecord) -> int | None:
        """Return the record's revision; one without, of a record that had them (a tombstone), is the one after."""
        known = self._known.get(key_of(record))
        if record.revision is not None or known is None or known.revision is None:
            return record.revision
        return known.revision + 1


def _amends(record: PartnerRecord) -> bool:
    """Return whether a record says what a referrer says; of a known referral that is merged field by field."""
    return any(isinstance(command, RegisterReferral | AmendReferral) for command in record.commands)


def _read_error(error: Exception) -> ReadError:
    if isinstance(error, InvalidInput):
        fields = ", ".join(dict.fromkeys(fault.field for fault in error.faults))
        return ReadError(fields[:_LONGEST_FIELD], error.code, str(error)[:_LONGEST_MESSAGE])
    if isinstance(error, HubError):
        return ReadError("record", error.code, str(error)[:_LONGEST_MESSAGE])
    if not isinstance(error, StoreError):
        # Without the text of the error, which may repeat a value.
        message = f"The hub cannot work with a value of this record ({type(error).__name__}); have it corrected there."
        return ReadError("record", "unusable-value", message)
    message = "The database takes no value like one of this record's, such as one so long."
    return ReadError("record", "refused-by-store", message)
