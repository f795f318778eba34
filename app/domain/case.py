"""One case: a referral with its client, its appointments and its trajectory, and what is to be recorded of a change.

A case knows no database. Handlers change it in memory; the repository stores what differs from what it loaded, with
the pending history and events, in the same transaction.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.domain import lifecycle
from app.domain.codes import (
    AppointmentKind,
    AppointmentResponse,
    ClosureReason,
    KbrStatus,
    PartyRole,
    ReferralStatus,
    ReferrerKind,
    RoutingAdvice,
    TrajectoryStatus,
)
from app.domain.commands import ActionContext
from app.domain.details import Detail
from app.domain.disclosed import DisclosedRecord
from app.domain.errors import TransitionNotAllowed
from app.domain.events import Event, EventType, NewEvent
from app.domain.fields import FactValue, Field
from app.domain.identifiers import NewId
from app.domain.lazy import Lazy
from app.domain.lifecycle import Action, Guard, Machine, Transition
from app.domain.term_facts import TermFacts
from app.domain.terms import Terms
from app.domain.values import (
    Appointment,
    Client,
    ClientDetails,
    HistoryEntry,
    InformationRequest,
    OnwardReferral,
    Organisation,
    Party,
    Referral,
    ReferralContents,
    Signal,
    Trajectory,
)


@dataclass(frozen=True, kw_only=True)
class CaseRules:
    """What a change of a case depends on and the case itself does not know.

    Attributes:
        now: the moment of recording.
        terms: those of the city.
        advice_for: the advice at referral that is for a kind of referrer.
        finance_team: the name of the finance team, which takes part in every trajectory.
        organisation_of: the organisation with a code; None where there is none.
        suppress_events: True in replays and backfills: events are stored and never sent.
    """

    now: datetime
    new_id: NewId
    terms: Terms
    advice_for: Callable[[ReferrerKind | None], Collection[RoutingAdvice]]
    finance_team: str
    organisation_of: Callable[[str], Organisation | None] = lambda _: None
    suppress_events: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is to be done to which record of a case, and which event reports it.

    Attributes:
        record_id: of a record that the step opens; else it is the record of the machine.
        facts: codes and dates that the event carries, by field.
        trajectory_id: the trajectory that the event is about, where it is not the one the case has.
    """

    action: Action
    machine: Machine = Machine.REFERRAL
    event: EventType | None = None
    reason: str | None = None
    facts: Mapping[Field, FactValue] = field(default_factory=dict)
    record_id: UUID | None = None
    appointment_id: UUID | None = None
    trajectory_id: UUID | None = None


@dataclass(kw_only=True)
class Case:
    """A referral and everything that belongs to it; its attributes hold immutable values that handlers replace.

    Attributes:
        sealed_contents: what the referrer said; read :attr:`contents`.
        sealed_client: what the referrer said of the client; read :attr:`client`.
        sealed_disclosed: what was disclosed to the referrer; read :attr:`disclosed`.
        appointments: all of them, oldest first.
        information_requests: the questions of the counsellor to the referrer, oldest first.
        onward_referrals: to whom the client was referred onward, oldest first.
        new_signals: what the referrer or the credit bank signalled by this change.
        new_parties: who joined the trajectory by this change.
        ended_parties: the last day of the earlier ones in a role, by role.
        new_history: entries that this change adds.
        new_events: events that this change adds to the outbox, in order.
        change_rules: None when the case was loaded for reading only; read :attr:`rules`.
    """

    referral: Referral
    sealed_contents: Lazy[ReferralContents]
    sealed_client: Lazy[ClientDetails]
    appointments: tuple[Appointment, ...] = ()
    trajectory: Trajectory | None = None
    information_requests: tuple[InformationRequest, ...] = ()
    onward_referrals: tuple[OnwardReferral, ...] = ()
    new_signals: tuple[Signal, ...] = ()
    new_parties: tuple[Party, ...] = ()
    ended_parties: Mapping[PartyRole, date] = field(default_factory=dict)
    new_history: tuple[HistoryEntry, ...] = ()
    new_events: tuple[NewEvent, ...] = ()
    change_rules: CaseRules | None = None
    sealed_disclosed: Lazy[DisclosedRecord] = field(default_factory=lambda: Lazy.of(DisclosedRecord()))

    @property
    def rules(self) -> CaseRules:
        """What a change depends on.

        Raises:
            RuntimeError: the case was loaded for reading only.
        """
        if self.change_rules is None:
            raise RuntimeError("This case was loaded for reading; lock it through a unit of work to change it.")
        return self.change_rules

    @property
    def id(self) -> UUID:
        """The referral's id, by which the case is known."""
        return self.referral.id

    @property
    def now(self) -> datetime:
        """The moment of recording."""
        return self.rules.now

    @property
    def contents(self) -> ReferralContents:
        """What the referrer said."""
        return self.sealed_contents.value

    @property
    def client(self) -> Client:
        """The client as the referrer described it."""
        return Client(self.referral.client_id, self.sealed_client.value)

    @property
    def disclosed(self) -> DisclosedRecord:
        """What was disclosed to the referrer, as it was then."""
        return self.sealed_disclosed.value

    @disclosed.setter
    def disclosed(self, record: DisclosedRecord) -> None:
        if record is not self.disclosed:
            self.sealed_disclosed = Lazy.of(record)

    @property
    def term_facts(self) -> TermFacts:
        """What the terms depend on and no other field says; nothing until that is worked out."""
        return self.referral.term_facts or TermFacts()

    @term_facts.setter
    def term_facts(self, facts: TermFacts) -> None:
        if facts != self.referral.term_facts:
            self.referral = replace(self.referral, term_facts=facts)

    @property
    def appointment(self) -> Appointment | None:
        """The newest appointment, or None."""
        return self.appointments[-1] if self.appointments else None

    @property
    def newest_appointments(self) -> tuple[Appointment, ...]:
        """Of each kind the newest that was planned and the newest that was only proposed, oldest first."""
        newest = {(each.kind, each.starts_at is None): each.id for each in self.appointments}
        return tuple(each for each in self.appointments if each.id in newest.values())

    @property
    def current_appointments(self) -> tuple[Appointment, ...]:
        """Those that are proposed or still to take place, of each kind at most one of both, oldest first."""
        return tuple(each for each in self.newest_appointments if each.is_planned or each.is_proposed)

    def planned(self, kind: AppointmentKind) -> Appointment | None:
        """Return the appointment of a kind that is still to take place, or None."""
        return next((each for each in self.current_appointments if each.kind is kind and each.is_planned), None)

    def proposed(self, kind: AppointmentKind) -> Appointment | None:
        """Return the open proposal for an appointment of a kind, or None."""
        return next((each for each in self.current_appointments if each.kind is kind and each.is_proposed), None)

    def made_now(self, kind: AppointmentKind) -> Appointment | None:
        """Return the appointment of a kind that this change proposed or planned; None without one."""
        proposed = self.proposed(kind)
        return proposed if proposed and proposed.proposed_at == self.now else self.planned(kind)

    @property
    def guards(self) -> frozenset[Guard]:
        """The conditions of the transition table that hold now."""
        guards = set()
        if self.referral.flags.withdrawal_requested:
            guards.add(Guard.WITHDRAWAL_REQUESTED)
        guards |= self._appointment_guards
        if self.goes_on:
            guards.add(Guard.GOES_ON)
        if self.is_contact_lost:
            guards.add(Guard.CONTACT_LOST)
        elif self.goes_on:
            guards.add(Guard.IN_CONTACT)
        if self.trajectory is None:
            guards.add(Guard.NO_TRAJECTORY)
        return frozenset(guards | self._guards_of_others)

    @property
    def _guards_of_others(self) -> set[Guard]:
        """The conditions that depend on what others are asked or do."""
        guards = set()
        if self.term_facts.noted_since:
            guards.add(Guard.INFORMATION_AWAITED)
        if any(each.is_open for each in self.information_requests):
            guards.add(Guard.INFORMATION_REQUESTED)
        if any(each.is_open for each in self.onward_referrals):
            guards.add(Guard.REFERRED_ONWARD)
        return guards

    @property
    def _appointment_guards(self) -> set[Guard]:
        current = self.current_appointments
        guards = set()
        if any(each.response is not AppointmentResponse.NOT_ASKED for each in current):
            guards.add(Guard.RESPONSE_REQUESTED)
        if any(each.is_asked_to_attend for each in current):
            guards.add(Guard.ATTENDANCE_ASKED)
        if any(each.is_proposed for each in current):
            guards.add(Guard.PROPOSAL_OPEN)
        if any(each.is_planned and each.kind is not AppointmentKind.INTAKE for each in current):
            guards.add(Guard.MEETING_PLANNED)
        return guards

    @property
    def is_guided(self) -> bool:
        """Return whether there is a trajectory that has not ended."""
        return self.trajectory is not None and not lifecycle.is_ended(self.trajectory.status)

    @property
    def first_talk_on(self) -> date | None:
        """Return the day of the first talk of the intake, from which terms run; None when it is not known."""
        return self.trajectory.started_on if self.trajectory else self.referral.intake_held_on

    @property
    def goes_on(self) -> bool:
        """Return whether the referral still waits for something, or guidance goes on.

        A trajectory that ends before the result of the intake ends the case, although its referral stays attended.
        """
        return lifecycle.is_open(self.referral.status) if self.trajectory is None else self.is_guided

    @property
    def is_contact_lost(self) -> bool:
        """Return whether nobody can reach the client, or it ended for want of contact."""
        trajectory = self.trajectory
        is_stopped = trajectory is not None and trajectory.status is TrajectoryStatus.STOPPED
        return (
            self.referral.flags.contact_lost
            or self.referral.status is ReferralStatus.UNREACHABLE
            or (is_stopped and trajectory is not None and trajectory.closure_reason is ClosureReason.NO_CONTACT)
        )

    def new_id(self) -> UUID:
        """Return a new id, later than every earlier one."""
        return self.rules.new_id(self.now)

    def amend(self, contents: ReferralContents, client: ClientDetails | None) -> None:
        """Replace what the referrer said; ``client`` None leaves the client's details as they are."""
        self.sealed_contents = Lazy.of(contents)
        self.referral = replace(self.referral, area=contents.area, consent=contents.consent.asked_by_rules)
        if client:
            self.sealed_client = Lazy.of(client)

    def replace_information_request(self, changed: InformationRequest) -> None:
        """Replace the question that has the same id."""
        self.information_requests = tuple(
            changed if each.id == changed.id else each for each in self.information_requests
        )

    def replace_onward_referral(self, changed: OnwardReferral) -> None:
        """Replace the onward referral that has the same id."""
        self.onward_referrals = tuple(changed if each.id == changed.id else each for each in self.onward_referrals)

    def replace_appointment(self, changed: Appointment) -> None:
        """Replace the appointment that has the same id."""
        self.appointments = tuple(changed if each.id == changed.id else each for each in self.appointments)

    def transition(self, step: Step, context: ActionContext, guards: frozenset[Guard] | None = None) -> str | None:
        """Make a step: check it against the transition table, set the new status, add history and the event.

        Args:
            step: what is done.
            context: who does it.
            guards: the conditions that hold; None takes those of the case.

        Returns:
            The new status; None when the report is older than the present status and only enters the history.

        Raises:
            TransitionNotAllowed: the table allows neither the step nor a path to it.
            Forbidden: this role never makes it.
        """
        present = None if step.action is Action.REGISTER else self.status_of(step.machine)
        skipped = _skipped(step, present, context)
        if skipped is None:
            self._add_history(step, context, (), (present, present or ""))
            return None
        status = skipped[-1].target if skipped else present
        conditions = self.guards if guards is None else guards
        row = lifecycle.require(step.machine, step.action, status, context.role, conditions)
        new_status = row.target or status or ""
        self._add_history(step, context, skipped, (present, new_status))
        self._set_status(step.machine, new_status)
        self.emit(step, context, new_status)
        return new_status

    def reach(self, step: Step, context: ActionContext) -> None:
        """Check a step that another record tells of, and take the steps before it that a partner skipped.

        Raises:
            TransitionNotAllowed, Forbidden: as :meth:`transition` would.
        """
        present = self.status_of(step.machine)
        skipped = _skipped(step, present, context) or ()
        status = skipped[-1].target if skipped else present
        lifecycle.require(step.machine, step.action, status, context.role, self.guards)
        self._add_implied(step, context, skipped, present)
        self._set_status(step.machine, status or "")

    def check(self, step: Step, context: ActionContext) -> None:
        """Check a step that is about to be made; a partner's report may imply others before it, so it is not checked.

        Raises:
            TransitionNotAllowed, Forbidden: as :meth:`transition` would.
        """
        if not context.catch_up:
            lifecycle.require(step.machine, step.action, self.status_of(step.machine), context.role, self.guards)

    def is_beyond(self, step: Step) -> bool:
        """Return whether no state that follows on the present one allows a step."""
        return lifecycle.steps_to(step.machine, step.action, self.status_of(step.machine)) is None

    def record(self, step: Step, context: ActionContext) -> None:
        """Enter a step in the history and add its event; the status stays as it is."""
        present = self.status_of(step.machine) or ""
        self._add_history(step, context, (), (present, present))
        self.emit(step, context, present)

    def note(self, step: Step, context: ActionContext) -> None:
        """Enter a step in the history that changes nothing and tells nothing: the case has gone beyond it."""
        present = self.status_of(step.machine)
        self._add_history(replace(step, event=None), context, (), (present, present or ""))

    def notes_only(self, step: Step, context: ActionContext, *, is_late: bool) -> bool:
        """Enter a step in the history only, if a partner reports it late; return whether that was all."""
        is_noted = is_late and context.catch_up
        if is_noted:
            self.note(step, context)
        return is_noted

    def emit(self, step: Step, context: ActionContext, status: str) -> None:
        """Add the step's event, if it has one."""
        if step.event is None:
            return
        facts: dict[Field, FactValue] = {**step.facts}
        if step.machine is Machine.TRAJECTORY:
            facts[Field.TRAJECTORY_STATUS] = status
        if step.machine is Machine.REFERRAL:
            facts[Field.REFERRAL_STATUS] = status
        self._add_event(
            step.event, facts, context, step.appointment_id, step.trajectory_id or self._trajectory_of(step)
        )

    def report(self, event: EventType, facts: Mapping[Field, FactValue], context: ActionContext) -> None:
        """Add an event that follows on no step, but on time."""
        self._add_event(event, {**facts, Field.REFERRAL_STATUS: self.referral.status}, context)

    def report_arrival(self, onward: OnwardReferral, context: ActionContext) -> None:
        """Add the event for the organisation to which the client is referred onward."""
        facts = {Field.ONWARD_ID: str(onward.id)}
        self._add_event(EventType.REFERRAL_ARRIVED, facts, context, reader=onward.organisation_id)

    def _add_event(  # noqa: PLR0913  # what an event is about
        self,
        type: EventType,
        facts: Mapping[Field, FactValue],
        context: ActionContext,
        appointment_id: UUID | None = None,
        trajectory_id: UUID | None = None,
        reader: UUID | None = None,
    ) -> None:
        event = Event(
            id=self.new_id(),
            type=type,
            subject_id=self.id,
            occurred_at=context.occurred_at,
            recorded_at=self.now,
            facts={name.value: value for name, value in facts.items()},
            appointment_id=appointment_id,
            trajectory_id=trajectory_id,
        )
        reader_id = reader or self.referral.organisation.id
        new = NewEvent(event, context.system, quiet=self.rules.suppress_events, organisation_id=reader_id)
        self.new_events += (new,)

    def status_of(self, machine: Machine) -> str | None:
        """Return the present status of a record of the case; None when there is no such record."""
        match machine:
            case Machine.REFERRAL:
                return self.referral.status
            case Machine.TRAJECTORY:
                return self.trajectory.status if self.trajectory else None
            case Machine.KBR_APPLICATION:
                application = self.trajectory.kbr_application if self.trajectory else None
                return application.status if application else None

    def _set_status(self, machine: Machine, status: str) -> None:
        """Set the status of a record that exists; one that the step opens is added by the handler."""
        trajectory = self.trajectory
        if machine is Machine.REFERRAL:
            self.referral = replace(self.referral, status=ReferralStatus(status))
        elif machine is Machine.TRAJECTORY and trajectory:
            self.trajectory = replace(trajectory, status=TrajectoryStatus(status))
        elif trajectory and trajectory.kbr_application:
            application = replace(trajectory.kbr_application, status=KbrStatus(status))
            self.trajectory = replace(trajectory, kbr_application=application)

    def _record_of(self, step: Step) -> UUID:
        if step.record_id:
            return step.record_id
        if step.machine is Machine.REFERRAL or self.trajectory is None:
            return self.id
        application = self.trajectory.kbr_application
        return application.id if step.machine is Machine.KBR_APPLICATION and application else self.trajectory.id

    def _trajectory_of(self, step: Step) -> UUID | None:
        if step.machine is Machine.REFERRAL:
            return None
        return self.trajectory.id if self.trajectory else step.record_id

    def _add_history(
        self, step: Step, context: ActionContext, skipped: tuple[Transition, ...], statuses: tuple[str | None, str]
    ) -> None:
        status, new_status = statuses
        self._add_implied(step, context, skipped, status)
        entry = self._entry(step, context, skipped[-1].target if skipped else status, new_status)
        self.new_history += (replace(entry, reason=step.reason, event_type=step.event),)

    def _add_implied(
        self, step: Step, context: ActionContext, skipped: tuple[Transition, ...], status: str | None
    ) -> None:
        for row in skipped:
            entry = self._entry(step, context, status, row.target or "")
            self.new_history += (replace(entry, action=row.action, implied=True),)
            status = row.target

    def _entry(self, step: Step, context: ActionContext, status: str | None, new_status: str) -> HistoryEntry:
        return HistoryEntry(
            id=self.new_id(),
            machine=step.machine,
            record_id=self._record_of(step),
            action=step.action,
            from_status=status,
            to_status=new_status,
            role=context.role,
            system=context.system,
            occurred_at=context.occurred_at,
            recorded_at=self.now,
            organisation_id=context.organisation_id,
            source_version=context.version,
        )


Handler = Callable[[Case, Any, ActionContext], None]  # each takes the command of its own type
"""Carries out a command on a case."""


def _skipped(step: Step, status: str | None, context: ActionContext) -> tuple[Transition, ...] | None:
    """Return the steps that a partner skipped; None when its report is older than the present status."""
    if not context.catch_up or lifecycle.find(step.machine, step.action, status):
        return ()
    skipped = lifecycle.steps_to(step.machine, step.action, status)
    if skipped is not None:
        return skipped
    if lifecycle.is_past(step.machine, step.action, status):
        return None
    raise TransitionNotAllowed(
        Detail.NO_PATH(status=status or "absent", action=step.action, machine=lifecycle.name_of(step.machine))
    )
