"""Applies what a partner reports: once, in order per case, and nothing disappears.

One page is one transaction: cursor, records, quarantine and the account of the run commit together.
Each record has a savepoint of its own, so that a poisonous one harms nobody else.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from app.database import Connection, StoreError, is_refused_value
from app.domain.codes import OrganisationRole, System
from app.domain.commands import (
    Act,
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
from app.domain.ports import Page, PartnerRecord, Unread
from app.models.external_id import can_link, link, referral_of
from app.models.partner import insert_run, known_records, save_records, update_partner
from app.models.quarantine import open_quarantine, put_in_quarantine, update_quarantine
from app.operations import appointments, referrals, trajectories
from app.operations.steps import Ledger, open_chain
from app.operations.tools import Tools
from app.operations.turns import Turn, lease_of, require_turn

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

_ROLE = {
    System.ALLEGRO: OrganisationRole.FINANCE_TEAM,
    System.GIDSO: OrganisationRole.REFERRER,
    System.RMW: OrganisationRole.REFERRER,
}

_WAITS = Unread("case", "waits-for-earlier", "An earlier record of this case is in quarantine; this one waits for it.")


@dataclass(frozen=True)
class Tally:
    """The account of what was read: ``read = applied + unchanged + filtered + quarantined``."""

    applied: int = 0
    unchanged: int = 0
    filtered: int = 0
    quarantined: int = 0

    @property
    def read(self) -> int:
        """How many records were read."""
        return self.applied + self.unchanged + self.filtered + self.quarantined

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.applied + other.applied,
            self.unchanged + other.unchanged,
            self.filtered + other.filtered,
            self.quarantined + other.quarantined,
        )


def apply_page(tx: Connection, tools: Tools, turn: Turn, mapping_version: str, page: Page) -> Tally:
    """Apply a page of a partner's records and move the cursor with it; the turn is renewed.

    Raises:
        TurnLost: another process took the turn meanwhile, or the partner was paused; nothing is applied.
    """
    system, now = turn.system, tools.clock.now()
    require_turn(tx, turn)
    tally = _apply(tx, tools, system, page.records)
    moved = {"cursor": page.cursor} if page.cursor is not None else {}
    update_partner(tx, system, {**moved, **lease_of(turn, now), "last_success_at": now, "failing_since": None})
    if tally.read != tally.unchanged:
        counts = {**asdict(tally), "read": tally.read}
        run = {"id": tools.new_id(now), "system": system, "mapping_version": mapping_version, "started_at": now}
        insert_run(tx, {**run, **counts})
    return tally


class _Refused(Exception):
    """A record of the page cannot be applied."""


def _apply(tx: Connection, tools: Tools, system: System, records: Sequence[PartnerRecord]) -> Tally:
    """Apply records: first all in one go; when one is refused, again with a savepoint around each.

    Refusals are rare, and a savepoint for each record would cost a fifth of the work.
    """
    try:
        with tx.begin_nested():
            return _Batch(tx, tools, system, records, careful=False).run(records)
    except _Refused:
        return _Batch(tx, tools, system, records, careful=True).run(records)


class _Batch:
    """A page being applied: what is known of its records beforehand, and what became of them."""

    def __init__(
        self, tx: Connection, tools: Tools, system: System, records: Sequence[PartnerRecord], *, careful: bool
    ) -> None:
        self._tx, self._tools, self._system, self._careful = tx, tools, system, careful
        self._ledger = Ledger()
        self._now: datetime = tools.clock.now()
        self._known = self._known_hashes(records)
        self._referrals = referral_of(tx, system, {record.case_id for record in records})
        self._waiting: dict[str, dict[tuple[str, str], _Held]] = defaultdict(dict)
        for row in open_quarantine(tx, system, {record.case_id for record in records}):
            held = _Held(row.id, row.content_hash, row.reason, is_stored=True)
            self._waiting[row.case_id][row.kind, row.external_id] = held
        self._counts: Counter[str] = Counter()
        self._applied: dict[tuple[str, str], dict[str, Any]] = {}
        self._quarantined: list[dict[str, Any]] = []

    def run(self, records: Sequence[PartnerRecord]) -> Tally:
        """Apply the records in their order and write what is to be remembered; gives the account.

        Raises:
            _Refused: a record was refused and the batch is not careful; nothing of it may be kept.
        """
        if not self._careful:
            # A record that is taken back could not be told apart in the ledger, so a careful batch holds nothing.
            self._ledger.hold(self._tx, self._referrals_with_news(records))
        for record in records:
            self._take(record)
        self._write_ledger()
        save_records(self._tx, list(self._applied.values()))
        put_in_quarantine(self._tx, self._quarantined)
        return Tally(**self._counts)

    def _write_ledger(self) -> None:
        try:
            self._ledger.write(self._tx)
        except StoreError as error:
            if self._careful or not is_refused_value(error):
                raise
            raise _Refused from error

    def _referrals_with_news(self, records: Sequence[PartnerRecord]) -> set[UUID]:
        return {
            self._referrals[record.case_id]
            for record in records
            if record.case_id in self._referrals and (record.kind, record.external_id) not in self._known
        }

    def _take(self, record: PartnerRecord) -> None:
        """Apply one record, or leave it, or put it in quarantine; counted either way."""
        key, content = (record.kind, record.external_id), _content_hash(record)
        if self._known.get(key) == content or self._is_held(record, content):
            self._counts["unchanged"] += 1
            return
        if self._earlier(record):
            self._quarantine(record, content, _WAITS)
            return
        if self._concerns_nobody(record):
            self._counts["filtered"] += 1
            return
        unread = record.unread or self._refusal(record)
        if unread:
            self._quarantine(record, content, unread)
            return
        self._counts["applied" if record.facts else "filtered"] += 1
        self._remember(key, record, content)

    def _is_held(self, record: PartnerRecord, content: bytes) -> bool:
        """Tell whether this very record is in quarantine and must stay there."""
        mine = self._waiting[record.case_id].get((record.kind, record.external_id))
        if mine is None or mine.content_hash != content:
            return False
        # What only waited for its turn may go on as soon as nothing earlier of its case is left.
        return mine.reason != _WAITS.reason or self._earlier(record)

    def _earlier(self, record: PartnerRecord) -> bool:
        """Tell whether an earlier record of the same case is in quarantine."""
        waiting = self._waiting[record.case_id]
        mine = waiting.get((record.kind, record.external_id))
        others = [each for each in waiting.values() if each is not mine]
        return any(mine is None or each.since_id < mine.since_id for each in others)

    def _known_hashes(self, records: Sequence[PartnerRecord]) -> dict[tuple[str, str], bytes]:
        ids: dict[str, set[str]] = defaultdict(set)
        for record in records:
            ids[record.kind].add(record.external_id)
        return {
            (kind, external_id): content
            for kind, external_ids in ids.items()
            for external_id, content in known_records(self._tx, self._system, kind, external_ids).items()
        }

    def _concerns_nobody(self, record: PartnerRecord) -> bool:
        """Tell whether the partner takes back a referral that never reached the hub."""
        takes_back = bool(record.facts) and all(isinstance(fact, WithdrawReferral) for fact in record.facts)
        return takes_back and self._referral_of(record) is None

    def _refusal(self, record: PartnerRecord) -> Unread | None:
        """Apply the record's facts; gives why that was not possible, and then nothing of it is stored."""
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
        act = Act(_ROLE[self._system], self._system, record.occurred_at, version=record.version, catch_up=True)
        referral_id = self._referral_of(record)
        if isinstance(fact, RegisterReferral):
            if referral_id is None:
                self._register(record, fact, act)
                return
            fact = AmendReferral(fact.contents, fact.client)
        if referral_id is None:
            raise NotFound("The hub knows no referral for this case, or knows it under another number of the partner.")
        chain = open_chain(self._tx, self._tools, referral_id, act, ledger=self._ledger)
        _APPLY[type(fact)](self._tx, self._tools, chain, fact)

    def _register(self, record: PartnerRecord, fact: RegisterReferral, act: Act) -> None:
        # Whether the client has an open referral already is read from the table.
        self._ledger.write_changes(self._tx)
        referral_id = referrals.register_referral(self._tx, self._tools, fact, act, self._ledger).referral.id
        link(self._tx, self._system, record.case_id, referral_id)
        self._referrals[record.case_id] = referral_id

    def _referral_of(self, record: PartnerRecord) -> UUID | None:
        known = self._referrals.get(record.case_id)
        given = record.referral_id
        if known is None and given is not None and can_link(self._tx, self._system, given):
            link(self._tx, self._system, record.case_id, given)
            known = self._referrals[record.case_id] = given
        return known

    def _remember(self, key: tuple[str, str], record: PartnerRecord, content: bytes) -> None:
        overtaken = self._waiting[record.case_id].pop(key, None)
        self._overtake(overtaken)
        self._applied[key] = {
            "system": self._system,
            "kind": record.kind,
            "external_id": record.external_id,
            "version": record.version,
            "content_hash": content,
            "applied_at": self._now,
        }
        self._known[key] = content

    def _quarantine(self, record: PartnerRecord, content: bytes, unread: Unread) -> None:
        self._counts["quarantined"] += 1
        row_id = self._tools.new_id(self._now)
        payload = json.dumps(dict(record.payload), default=str).encode()
        row = {
            "id": row_id,
            "system": self._system,
            "kind": record.kind,
            "external_id": record.external_id,
            "case_id": record.case_id,
            "version": record.version,
            "content_hash": content,
            "field": unread.field,
            "reason": unread.reason,
            "message": unread.message,
            "payload": self._tools.vault.seal(payload, "quarantine.payload"),
            "state": "open",
            "since": self._now,
            "changed_at": self._now,
        }
        self._supersede(record)
        self._quarantined.append(row)
        held = _Held(row_id, content, unread.reason, is_stored=False)
        self._waiting[record.case_id][record.kind, record.external_id] = held

    def _supersede(self, record: PartnerRecord) -> None:
        """Let a newer version of a quarantined record take its place."""
        self._overtake(self._waiting[record.case_id].get((record.kind, record.external_id)))

    def _overtake(self, held: "_Held | None") -> None:
        if held is None:
            return
        if held.is_stored:
            update_quarantine(self._tx, [held.since_id], "overtaken", self._now)
        for row in self._quarantined:
            if row["id"] == held.since_id:
                row |= {"state": "overtaken", "payload": None}


@dataclass(frozen=True)
class _Held:
    """A record in quarantine.

    Attributes:
        since_id: id of its row; ids grow, so they tell which came first.
        is_stored: False when it went in on this page and is not written yet.
    """

    since_id: UUID
    content_hash: bytes
    reason: str
    is_stored: bool


def _unread(error: Exception) -> Unread:
    if isinstance(error, HubError):
        return Unread("record", error.code, str(error)[:500])
    return Unread(
        "record", "refused-by-store", "The database takes no value like one of this record's, such as one so long."
    )


def _content_hash(record: PartnerRecord) -> bytes:
    return sha256(json.dumps(record.payload, sort_keys=True, default=str).encode()).digest()
