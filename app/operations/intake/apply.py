"""Applies what a partner reports: once, in order per case, and nothing disappears.

One page is one transaction: cursor, records, quarantine and the account of the run commit together.
Each record has a savepoint of its own, so that a poisonous one harms nobody else.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from app.database import Connection, StoreError, is_refused_value
from app.domain.codes import ROLE_OF_SYSTEM, ReferralStatus, System
from app.domain.commands import (
    ActionContext,
    AmendReferral,
    AnswerWithdrawal,
    CancelAppointment,
    CloseTrajectory,
    ConcludeIntake,
    ConfirmReferral,
    Fact,
    GiveSignal,
    MarkUnreachable,
    PauseTrajectory,
    RecordAttendance,
    RecordKbrStatus,
    RecordResult,
    RegisterReferral,
    RejectReferral,
    ResumeTrajectory,
    ScheduleIntake,
    SignPlan,
    WithdrawReferral,
)
from app.domain.errors import HubError, NotFound
from app.domain.lifecycle import is_open
from app.domain.partners import PartnerRun, QuarantineState, RunKind
from app.domain.ports import Page, PartnerRecord, ReadError
from app.models.cases.external_id import can_link, link, referral_of
from app.models.cases.referral import lock_referrals
from app.models.partners.record import known_records, save_records
from app.models.partners.run import insert_run, last_drift
from app.operations.cases import appointments, referrals, trajectories
from app.operations.cases.steps import Ledger, open_chain
from app.operations.field_sync.merge import MergeBase, amends, merge_fields, read_merge_bases
from app.operations.intake.quarantine_state import (
    WAITS,
    CaseQuarantine,
    Held,
    Key,
    case_ids,
    content_hash,
    in_order,
    is_older,
    key_of,
    memory_of,
)
from app.operations.partners.lease import PartnerLease, record_page, require_lease
from app.operations.services import Services

log = structlog.get_logger(__name__)

_APPLY: dict[type[Any], Callable[..., Any]] = {
    AmendReferral: referrals.amend_referral,
    ConfirmReferral: referrals.confirm_referral,
    RejectReferral: referrals.reject_referral,
    WithdrawReferral: referrals.withdraw_referral,
    AnswerWithdrawal: referrals.answer_withdrawal,
    GiveSignal: referrals.give_signal,
    MarkUnreachable: referrals.mark_unreachable,
    ConcludeIntake: referrals.conclude_intake,
    ScheduleIntake: appointments.schedule_intake,
    CancelAppointment: appointments.cancel_appointment,
    RecordAttendance: appointments.record_attendance,
    SignPlan: trajectories.sign_plan,
    PauseTrajectory: trajectories.pause_trajectory,
    ResumeTrajectory: trajectories.resume_trajectory,
    RecordResult: trajectories.record_result,
    CloseTrajectory: trajectories.close_trajectory,
    RecordKbrStatus: trajectories.record_kbr_status,
}
"""The operation behind each fact that a partner can report on a known case."""


@dataclass(frozen=True)
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
            self.applied + other.applied,
            self.unchanged + other.unchanged,
            self.filtered + other.filtered,
            self.quarantined + other.quarantined,
        )


def apply_page(  # noqa: PLR0913  # the kind is seldom given
    tx: Connection,
    services: Services,
    lease: PartnerLease,
    mapping_version: str,
    page: Page,
    kind: RunKind = RunKind.PULL,
) -> PageResult:
    """Apply a page of a partner's records and move the cursor with it; the turn is renewed.

    All kinds of runs but a pull try once more what is in quarantine.

    Raises:
        TurnLost: another process took the turn meanwhile, or the partner was paused; nothing is applied.
    """
    system, state = lease.system, require_lease(tx, lease)
    tally = apply_records(tx, services, system, page.records, again=kind is not RunKind.PULL)
    record_page(tx, services, lease, state, page.cursor)
    if tally.read != tally.unchanged or _is_new_drift(tx, system, page.drift):
        note_run(tx, services, Run(system, mapping_version, kind), tally, page.drift)
    return tally


@dataclass(frozen=True)
class Run:
    """What reads a partner: a pull, or something that an operator asked for, with which version of the mapping."""

    system: System
    mapping_version: str
    kind: RunKind


def note_run(tx: Connection, services: Services, run: Run, tally: PageResult, drift: Mapping[str, int]) -> None:
    """Keep the account of a run, and log what the partner's contract does not know: names of fields, no values."""
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
    # A partner that gives everything at each pull would else be told of at each pull.
    return bool(drift) and not drift.keys() <= last_drift(tx, system).keys()


class _Refused(Exception):
    """A record of the page cannot be applied."""


def apply_records(
    tx: Connection, services: Services, system: System, records: Sequence[PartnerRecord], *, again: bool
) -> PageResult:
    """Apply records: first all in one go; when one is refused, again with a savepoint around each.

    Refusals are rare, and a savepoint for each record would cost a fifth of the work. With ``again`` what is in
    quarantine is tried once more, also when it comes as it was.
    """
    try:
        with tx.begin_nested():
            return _Batch(tx, services, system, records, again=again, careful=False).run(records)
    except _Refused:
        return _Batch(tx, services, system, records, again=again, careful=True).run(records)


class _Known(NamedTuple):
    """What was last applied of a record."""

    content_hash: bytes
    revision: int | None


class _Batch:
    """A page being applied: what is known of its records beforehand, and what became of them."""

    def __init__(  # noqa: PLR0913  # two of them are switches
        self,
        tx: Connection,
        services: Services,
        system: System,
        records: Sequence[PartnerRecord],
        *,
        again: bool,
        careful: bool,
    ) -> None:
        self._tx, self._services, self._system = tx, services, system
        self._again, self._careful = again, careful
        self._ledger = Ledger()
        self._now: datetime = services.clock.now()
        self._known = self._known_of(records)
        self._referrals = referral_of(tx, system, case_ids(records))
        self._waiting = CaseQuarantine(tx, services, system, case_ids(records))
        self._moved: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._applied: dict[Key, dict[str, Any]] = {}
        self._ahead: dict[UUID, MergeBase] = {}

    def run(self, records: Sequence[PartnerRecord]) -> PageResult:
        """Apply the records in the order of their cases and write what is to be remembered; returns the account.

        Raises:
            _Refused: a record was refused and the batch is not careful; nothing of it may be kept.
        """
        hashed = [(record, content_hash(record)) for record in in_order(records)]
        if not self._careful:
            # A record that is taken back could not be told apart in the ledger, so a careful batch holds nothing.
            news = self._with_news(hashed)
            self._ledger.hold(self._tx, {self._referrals[each.case_id] for each in news})
            amended = {self._referrals[each.case_id] for each in news if amends(each)}
            self._ahead = read_merge_bases(self._tx, self._services, amended)
        for record, content in hashed:
            self._counts[self._take(record, content)] += 1
        self._write_ledger()
        save_records(self._tx, list(self._applied.values()))
        self._waiting.write(self._tx)
        return PageResult(**self._counts)

    def _write_ledger(self) -> None:
        try:
            self._ledger.write(self._tx)
        except StoreError as error:
            if self._careful or not is_refused_value(error):
                raise
            raise _Refused from error

    def _with_news(self, hashed: Sequence[tuple[PartnerRecord, bytes]]) -> list[PartnerRecord]:
        """Return the records of known referrals that are not as they were last applied."""
        return [
            record
            for record, content in hashed
            if record.case_id in self._referrals
            and not ((known := self._known.get(key_of(record))) and known.content_hash == content)
        ]

    def _take(self, record: PartnerRecord, content: bytes) -> str:
        """Apply one record, or leave it, or put it in quarantine; returns under which name it is counted."""
        if self._is_past(record, content):
            # A replay leaves even the memory as it is.
            if not self._again:
                self._note_newer(record, content)
            return "unchanged"
        if self._waiting.blocks(record):
            return self._set_aside(record, content, WAITS)
        if self._concerns_nobody(record):
            self._remember(record, content)
            return "filtered"
        unread = record.unread or self._refusal(record)
        if unread:
            return self._set_aside(record, content, unread)
        self._remember(record, content)
        self._moved.add(record.case_id)
        if record.facts:
            self._waiting.reset_retry(record.case_id)
        return "applied" if record.facts else "filtered"

    def _is_past(self, record: PartnerRecord, content: bytes) -> bool:
        """Return whether nothing is to be done with a record: it was applied, or overtaken, or must stay as it is."""
        known, held = self._known.get(key_of(record)), self._waiting.held(record)
        if known and (known.content_hash == content or is_older(record.revision, known.revision)):
            if held and (held.content_hash == content or is_older(held.revision, record.revision)):
                self._waiting.end(record, QuarantineState.OVERTAKEN)
            return True
        if held and is_older(record.revision, held.revision):
            return True
        same = self._waiting.of_content(record, content)
        return same is not None and not self._may_go_on(record, same)

    def _may_go_on(self, record: PartnerRecord, held: Held) -> bool:
        """Return whether a record that comes as it was may fare better than when it was put in quarantine."""
        if held.state is QuarantineState.DISMISSED:
            return False
        if self._again:
            return True
        if record.unread or self._waiting.blocks(record):
            return False
        return held.reason == WAITS.reason or held.was_unreadable or record.case_id in self._moved

    def _set_aside(self, record: PartnerRecord, content: bytes, unread: ReadError) -> str:
        return "quarantined" if self._waiting.put(record, content, unread) else "unchanged"

    def _known_of(self, records: Sequence[PartnerRecord]) -> dict[Key, _Known]:
        ids: dict[str, set[str]] = defaultdict(set)
        for record in records:
            ids[record.kind].add(record.external_id)
        return {
            (kind, external_id): _Known(row.content_hash, row.revision)
            for kind, external_ids in ids.items()
            for external_id, row in known_records(self._tx, self._system, kind, external_ids).items()
        }

    def _concerns_nobody(self, record: PartnerRecord) -> bool:
        """Return whether the partner takes back a referral that never reached the hub."""
        takes_back = bool(record.facts) and all(isinstance(fact, WithdrawReferral) for fact in record.facts)
        return takes_back and self._referral_of(record) is None

    def _refusal(self, record: PartnerRecord) -> ReadError | None:
        """Apply the record's facts; returns why that was not possible, and then nothing of it is stored."""
        mark = self._ledger.mark()
        try:
            with self._tx.begin_nested() if self._careful else nullcontext():
                for fact in record.facts:
                    self._apply_fact(record, fact)
        except (HubError, StoreError) as error:
            if isinstance(error, StoreError) and not is_refused_value(error):
                raise
            if not self._careful:
                raise _Refused from error
            self._ledger.back_to(mark)
            # What the savepoint took back may include the link to the referral.
            self._referrals.pop(record.case_id, None)
            self._referrals |= referral_of(self._tx, self._system, {record.case_id})
            return _unread(error)
        return None

    def _apply_fact(self, record: PartnerRecord, fact: Fact) -> None:
        context = ActionContext(
            ROLE_OF_SYSTEM[self._system], self._system, record.occurred_at, version=record.version, catch_up=True
        )
        referral_id = self._referral_of(record)
        if isinstance(fact, RegisterReferral):
            if referral_id is None:
                self._register(record, fact, context)
                return
            fact = AmendReferral(fact.contents, fact.client)
        if referral_id is None:
            raise NotFound("The hub knows no referral for this case, or knows it under another number of the partner.")
        if isinstance(fact, AmendReferral):
            news = merge_fields(self._tx, self._services, self._system, self._sides_of(referral_id), fact)
            if news is None:
                return
            fact = news
        chain = open_chain(self._tx, self._services, referral_id, context, ledger=self._ledger)
        if isinstance(fact, WithdrawReferral) and not is_open(ReferralStatus(chain.status)):
            # Cleared away at the partner after it was over: there is nothing left to take back.
            return
        _APPLY[type(fact)](self._tx, self._services, chain, fact)

    def _sides_of(self, referral_id: UUID) -> MergeBase:
        if referral_id not in self._ahead:
            # What earlier records of this page changed must be in the table, for it is read there.
            self._ledger.write_changes(self._tx)
            lock_referrals(self._tx, [referral_id])
            self._ahead |= read_merge_bases(self._tx, self._services, [referral_id])
        # What is read holds for the next record that speaks of the referral, and not for those after it.
        return self._ahead.pop(referral_id)

    def _register(self, record: PartnerRecord, fact: RegisterReferral, context: ActionContext) -> None:
        # Whether the client has an open referral already is read from the table.
        self._ledger.write_changes(self._tx)
        referral_id = referrals.register_referral(self._tx, self._services, fact, context, self._ledger).referral.id
        link(self._tx, self._system, record.case_id, referral_id)
        self._referrals[record.case_id] = referral_id

    def _referral_of(self, record: PartnerRecord) -> UUID | None:
        known = self._referrals.get(record.case_id)
        given = record.referral_id
        if known is None and given is not None and can_link(self._tx, self._system, given):
            link(self._tx, self._system, record.case_id, given)
            known = self._referrals[record.case_id] = given
        return known

    def _remember(self, record: PartnerRecord, content: bytes) -> None:
        key, revision = key_of(record), self._revision_of(record)
        self._waiting.release(record, content)
        self._applied[key] = memory_of(record, self._system, content, revision, self._now)
        self._known[key] = _Known(content, revision)

    def _note_newer(self, record: PartnerRecord, content: bytes) -> None:
        """Remember under its newest revision what came again as it was, so that no state in between replaces it."""
        key, known = key_of(record), self._known.get(key_of(record))
        if known and known.content_hash == content and is_older(known.revision, record.revision):
            self._applied[key] = memory_of(record, self._system, content, record.revision, self._now)
            self._known[key] = _Known(content, record.revision)

    def _revision_of(self, record: PartnerRecord) -> int | None:
        """Return the record's revision; one without, of a record that had them (a tombstone), is the one after."""
        known = self._known.get(key_of(record))
        if record.revision is not None or known is None or known.revision is None:
            return record.revision
        return known.revision + 1


def _unread(error: Exception) -> ReadError:
    if isinstance(error, HubError):
        return ReadError("record", error.code, str(error)[:500])
    return ReadError(
        "record", "refused-by-store", "The database takes no value like one of this record's, such as one so long."
    )
