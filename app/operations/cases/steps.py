"""Makes one step on a referral chain: checks it against the transition table, writes history and event.

All operations on referrals and trajectories go through ``Chain``; so no state changes without its history,
and no event is written when the step fails.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from app.database import Connection
from app.domain import lifecycle
from app.domain.codes import DisclosureOccasion, OrganisationRole, ReferralStatus
from app.domain.commands import ActionContext
from app.domain.errors import NotFound, TransitionNotAllowed
from app.domain.events import OCCASION_OF, Event, EventType, FactValue
from app.domain.fields import Field
from app.domain.lifecycle import Action, Guard, Machine, Transition
from app.domain.queries import EVERYTHING, Visibility
from app.domain.values import Referral
from app.events.outbox import NewEvent, record_all
from app.models.cases.history import append_history
from app.models.cases.referral import lock_referral, lock_referrals, update_referral, update_referrals
from app.operations.services import Services

_REFERRER_ROLES = frozenset({OrganisationRole.REFERRER, OrganisationRole.PARTNER_SYSTEM})


@dataclass(frozen=True)
class Step:
    """What is to be done to which record, and how it is told.

    Attributes:
        status: the record's present state; None when the step opens it.
        facts: codes and dates that the event carries, by field name.
    """

    machine: Machine
    record_id: UUID
    status: str | None
    action: Action
    event: EventType | None = None
    reason: str | None = None
    facts: Mapping[Field, FactValue] = field(default_factory=dict)
    appointment_id: UUID | None = None
    trajectory_id: UUID | None = None


class Ledger:
    """What a page of a partner's records changes, written together at its end: history, events, referrals.

    A step then costs no statement for any of the three.
    """

    def __init__(self) -> None:
        self._entries: list[Mapping[str, Any]] = []
        self._events: list[NewEvent] = []
        self._held: dict[UUID, SimpleNamespace] = {}
        self._changes: dict[UUID, dict[str, Any]] = {}

    def hold(self, tx: Connection, referral_ids: Collection[UUID]) -> None:
        """Lock referrals whose changes are to be written at the end."""
        for row in lock_referrals(tx, referral_ids):
            self._held[row.id] = SimpleNamespace(**row._mapping)

    def held(self, referral_id: UUID) -> SimpleNamespace | None:
        """Return the present state of a referral that is held, changes included."""
        return self._held.get(referral_id)

    def change(self, referral_id: UUID, values: Mapping[str, Any]) -> bool:
        """Note changes of a referral; False when it is not held, and so must be changed at once."""
        state = self._held.get(referral_id)
        if state is None:
            return False
        vars(state).update(values)
        self._changes.setdefault(referral_id, {}).update(values)
        return True

    def note(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Note history."""
        self._entries += entries

    def announce(self, event: NewEvent) -> None:
        """Note an event."""
        self._events.append(event)

    def mark(self) -> tuple[int, int]:
        """Return the place to which ``back_to`` returns."""
        return len(self._entries), len(self._events)

    def back_to(self, mark: tuple[int, int]) -> None:
        """Forget the history and events since the mark, because the change they belong to was undone."""
        del self._entries[mark[0] :]
        del self._events[mark[1] :]

    def write_changes(self, tx: Connection) -> None:
        """Write the changes of referrals."""
        update_referrals(tx, self._changes)
        self._changes.clear()

    def write(self, tx: Connection) -> None:
        """Write everything that was noted, in its order."""
        self.write_changes(tx)
        if self._entries:
            append_history(tx, self._entries)
        record_all(tx, self._events)
        self.back_to((0, 0))


class Chain:
    """One referral chain, locked for the length of the transaction.

    Attributes:
        ledger: where changes, history and events are noted for later; None writes them at once.
    """

    def __init__(
        self, tx: Connection, services: Services, context: ActionContext, row: Any, ledger: Ledger | None = None
    ) -> None:
        self._ledger = ledger
        self.tx = tx
        self.services = services
        self.context = context
        self.row = row
        self.now: datetime = services.clock.now()
        self._changes: dict[str, Any] = {}

    @property
    def id(self) -> UUID:
        """The referral's id, which names the chain."""
        referral_id: UUID = self.row.id
        return referral_id

    @property
    def status(self) -> str:
        """The referral's present state, changes of this transaction included."""
        status: str = self._changes.get("status", self.row.status)
        return status

    def take(self, step: Step, conditions: frozenset[Guard] = frozenset()) -> str | None:
        """Make a step and give the new state; None when the fact is late and only enters the history.

        Raises:
            TransitionNotAllowed: the table does not allow it from here, nor a legal path to it.
            Forbidden: the caller's role never makes it.
        """
        skipped = self._skipped(step)
        if skipped is None:
            self._write_history(step, (), step.status or "")
            return None
        status = skipped[-1].target if skipped else step.status
        row = lifecycle.require(step.machine, step.action, status, self.context.role, conditions)
        new_status = row.target or status or ""
        self._write_history(step, skipped, new_status)
        if step.machine is Machine.REFERRAL:
            self.change(status=new_status)
        if step.event:
            self.tell(step, new_status)
        if step.machine is Machine.REFERRAL and row.target and self.context.role in _REFERRER_ROLES:
            # Whoever makes the step knows where it leads.
            self.change(told_status=ReferralStatus(new_status))
        return new_status

    def change(self, **values: Any) -> None:  # column values
        """Note changes of the referral's columns; they are written by ``save``."""
        self._changes |= values

    def save(self) -> None:
        """Write the noted changes, or leave them to the ledger that holds the referral."""
        values = {**self._changes, "changed_at": self.now}
        if not (self._ledger and self._ledger.change(self.id, values)):
            update_referral(self.tx, self.id, values)

    def tell(self, step: Step, status: str) -> None:
        """Put the step's event into the outbox, and keep the status that the referrer will have been told."""
        if step.event is None:
            return
        facts: dict[Field, FactValue] = {**step.facts}
        if step.machine is Machine.TRAJECTORY:
            facts[Field.TRAJECTORY_STATUS] = status
        if step.machine is Machine.REFERRAL:
            facts[Field.REFERRAL_STATUS] = status
            self._note_told_status(OCCASION_OF[step.event], status, facts)
        event = Event(
            id=self.services.new_id(self.now),
            type=step.event,
            subject_id=self.id,
            occurred_at=self.context.occurred_at,
            recorded_at=self.now,
            facts={name.value: value for name, value in facts.items()},
            appointment_id=step.appointment_id,
            trajectory_id=step.trajectory_id,
        )
        new = NewEvent(event, self.context.system, self.services.quiet)
        if self._ledger:
            self._ledger.announce(new)
        else:
            record_all(self.tx, [new])

    def _note_told_status(
        self, occasion: DisclosureOccasion | None, status: str, facts: Mapping[Field, FactValue]
    ) -> None:
        if occasion is None:
            return
        known: dict[Field, object] = {**facts}
        known[Field.CONSENT_SCOPES] = self.row.consent_scopes
        kind = self.row.organisation_kind or ""
        if self.services.gate.would_release(kind, occasion, Field.REFERRAL_STATUS, known):
            self.change(told_status=ReferralStatus(status))

    def _skipped(self, step: Step) -> tuple[Transition, ...] | None:
        """Return the steps a partner skipped; None when its fact is older than the present state."""
        if not self.context.catch_up or lifecycle.find(step.machine, step.action, step.status):
            return ()
        skipped = lifecycle.steps_to(step.machine, step.action, step.status)
        if skipped is not None:
            return skipped
        if lifecycle.is_past(step.machine, step.action, step.status):
            return None
        raise TransitionNotAllowed(
            f"No legal path leads from '{step.status or 'absent'}' to '{step.action}' of the "
            f"{step.machine.replace('_', ' ')}."
        )

    def _write_history(self, step: Step, skipped: tuple[Transition, ...], new_status: str) -> None:
        entries, status = [], step.status
        for row in skipped:
            entries.append(self._entry(step, row.action, (status, row.target or ""), implied=True))
            status = row.target
        entries.append(self._entry(step, step.action, (status, new_status), implied=False))
        if self._ledger:
            self._ledger.note(entries)
        else:
            append_history(self.tx, entries)

    def _entry(self, step: Step, action: Action, statuses: tuple[str | None, str], *, implied: bool) -> dict[str, Any]:
        return {
            "id": self.services.new_id(self.now),
            "referral_id": self.id,
            "machine": step.machine,
            "record_id": step.record_id,
            "action": action,
            "from_status": statuses[0],
            "to_status": statuses[1],
            "role": self.context.role,
            "organisation_id": self.context.organisation_id,
            "system": self.context.system,
            "source_version": self.context.version,
            "reason": None if implied else step.reason,
            "implied": implied,
            "event_type": None if implied else step.event,
            "occurred_at": self.context.occurred_at,
            "recorded_at": self.now,
        }


def new_chain(
    tx: Connection, services: Services, referral: Referral, context: ActionContext, ledger: Ledger | None = None
) -> Chain:
    """Return the chain of a referral that this transaction made; nobody else can see it yet."""
    state = SimpleNamespace(
        id=referral.id,
        consent_scopes=sorted(referral.contents.consent.scopes),
        organisation_kind=referral.organisation.kind,
    )
    return Chain(tx, services, context, state, ledger)


def open_chain(  # noqa: PLR0913  # two of them are seldom given
    tx: Connection,
    services: Services,
    referral_id: UUID,
    context: ActionContext,
    visibility: Visibility = EVERYTHING,
    ledger: Ledger | None = None,
) -> Chain:
    """Lock a referral chain for a change.

    Raises:
        NotFound: there is no such referral, or the caller may not see it.
    """
    row = (ledger and ledger.held(referral_id)) or lock_referral(tx, referral_id, visibility)
    if row is None:
        raise NotFound("There is no referral with this id for this client.")
    return Chain(tx, services, context, row, ledger)
