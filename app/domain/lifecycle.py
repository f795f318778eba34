"""The one transition table: API, adapters, documentation and tests all read it.

The lifecycles are described in docs/explanation/domain.md, section 5. A transition names who may make it, from which
states, where it leads, and which reasons it takes. Partners skip states; ``steps_to`` returns the one shortest legal
path, whose skipped steps are stored as implied.
"""

from collections import defaultdict, deque
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from app.domain.codes import (
    BankSignalKind,
    CancellationReason,
    ClosureReason,
    Code,
    ContactAttemptKind,
    DropOutReason,
    ExtensionReason,
    InformationTopic,
    IntakeResult,
    KbrStatus,
    OrganisationRole,
    ReferralStatus,
    RejectionReason,
    SignalKind,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.details import Detail, Said
from app.domain.errors import Forbidden, TransitionNotAllowed


class Machine(StrEnum):
    """The records that have a life of their own."""

    REFERRAL = "referral"
    TRAJECTORY = "trajectory"
    KBR_APPLICATION = "kbr_application"


class Action(StrEnum):
    """What can be done to a record; the API names its operations after these."""

    REGISTER = "register"
    CONFIRM = "confirm"
    REJECT = "reject"
    FORWARD = "forward"
    REFER_ONWARD = "refer_onward"
    REPORT_ONWARD_STATUS = "report_onward_status"
    WITHDRAW = "withdraw"
    REQUEST_WITHDRAWAL = "request_withdrawal"
    GRANT_WITHDRAWAL = "grant_withdrawal"
    REFUSE_WITHDRAWAL = "refuse_withdrawal"
    AMEND = "amend"
    GIVE_SIGNAL = "give_signal"
    AWAIT_INFORMATION = "await_information"
    RECEIVE_INFORMATION = "receive_information"
    REQUEST_INFORMATION = "request_information"
    ANSWER_INFORMATION = "answer_information"
    WITHDRAW_INFORMATION_REQUEST = "withdraw_information_request"
    GIVE_BANK_SIGNAL = "give_bank_signal"
    EXTEND_TERM = "extend_term"
    PROPOSE = "propose"
    SCHEDULE = "schedule"
    RESCHEDULE = "reschedule"
    RESPOND = "respond"
    CANCEL_ATTENDANCE = "cancel_attendance"
    CANCEL_PROPOSAL = "cancel_proposal"
    CANCEL_APPOINTMENT = "cancel_appointment"
    ATTEND = "attend"
    MISS = "miss"
    PROPOSE_MEETING = "propose_meeting"
    SCHEDULE_MEETING = "schedule_meeting"
    RESCHEDULE_MEETING = "reschedule_meeting"
    CANCEL_MEETING = "cancel_meeting"
    ATTEND_MEETING = "attend_meeting"
    MISS_MEETING = "miss_meeting"
    CONCLUDE = "conclude"
    CONCLUDE_UNATTENDED = "conclude_unattended"
    RECORD_CONTACT_ATTEMPT = "record_contact_attempt"
    REPORT_CONTACT_LOST = "report_contact_lost"
    REPORT_CONTACT_RESTORED = "report_contact_restored"
    REPORT_OTHER_HELP = "report_other_help"
    CHANGE_COUNSELLOR = "change_counsellor"
    MARK_UNREACHABLE = "mark_unreachable"
    REOPEN = "reopen"
    REOPEN_PLANNING = "reopen_planning"
    REOPEN_DECIDED = "reopen_decided"
    ENTER_IN_ERROR = "enter_in_error"
    START_WITH_PLAN = "start_with_plan"
    OPEN = "open"
    SIGN_PLAN = "sign_plan"
    PAUSE = "pause"
    RESUME = "resume"
    DECIDE = "decide"
    DROP_OUT = "drop_out"
    CLOSE = "close"
    SUBMIT = "submit"
    RECEIVE = "receive"
    TAKE_UP = "take_up"
    GRANT = "grant"
    REFUSE = "refuse"
    RETRACT = "retract"


class Guard(StrEnum):
    """A condition in addition to the status."""

    WITHDRAWAL_REQUESTED = "a withdrawal has been requested"
    RESPONSE_REQUESTED = "the referrer's worker was asked to respond"
    ATTENDANCE_ASKED = "the referrer's worker was asked to take part, and not in the intake that is planned"
    PROPOSAL_OPEN = "a proposal for an appointment is open"
    MEETING_PLANNED = "a meeting after the intake is planned"
    GOES_ON = "the referral or its trajectory goes on"
    IN_CONTACT = "it goes on, and contact with the client is not lost"
    CONTACT_LOST = "contact with the client is lost"
    CONTACT_RESTORED = "contact with the client was restored by this very step"
    NO_TRAJECTORY = "there is no trajectory"
    INFORMATION_AWAITED = "information is awaited"
    REFERRED_ONWARD = "the client was referred onward, and that has not ended"
    INFORMATION_REQUESTED = "the referrer was asked for information and did not answer yet"


_UNMET = {
    Guard.WITHDRAWAL_REQUESTED: Detail.NO_WITHDRAWAL_REQUESTED,
    Guard.RESPONSE_REQUESTED: Detail.NO_RESPONSE_REQUESTED,
    Guard.ATTENDANCE_ASKED: Detail.NO_RESPONSE_REQUESTED,
    Guard.PROPOSAL_OPEN: Detail.NO_PROPOSAL_OPEN,
    Guard.MEETING_PLANNED: Detail.NO_MEETING_PLANNED,
    Guard.GOES_ON: Detail.CASE_ENDED,
    Guard.IN_CONTACT: Detail.CASE_ENDED,
    Guard.CONTACT_LOST: Detail.CONTACT_NOT_LOST,
    Guard.CONTACT_RESTORED: Detail.CONTACT_NOT_LOST,
    Guard.NO_TRAJECTORY: Detail.TRAJECTORY_ALREADY,
    Guard.INFORMATION_AWAITED: Detail.NO_INFORMATION_AWAITED,
    Guard.REFERRED_ONWARD: Detail.NOT_REFERRED_ONWARD,
    Guard.INFORMATION_REQUESTED: Detail.NO_INFORMATION_REQUESTED,
}

_NAMES = {
    Machine.REFERRAL: Said("referral", "de aanmelding"),
    Machine.TRAJECTORY: Said("trajectory", "het traject"),
    Machine.KBR_APPLICATION: Said("kbr application", "de aanvraag bij de KBR"),
}


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row of the table.

    Attributes:
        sources: states from which it may be made; empty means: it opens the record.
        target: the state it leads to; None leaves the state as it is.
        reasons: the code list from which a reason is given, None when it takes none.
        implied: True when a partner's later state may imply it.
    """

    machine: Machine
    action: Action
    sources: frozenset[str]
    target: str | None
    actors: frozenset[OrganisationRole]
    reasons: type[Code] | None = None
    guard: Guard | None = None
    implied: bool = False

    def starts_at(self, status: str | None) -> bool:
        """Return whether it may be made in this state; None is before the record exists."""
        return not self.sources if status is None else status in self.sources


_REFERRER = frozenset({OrganisationRole.REFERRER, OrganisationRole.PARTNER_SYSTEM})
_TEAM = frozenset({OrganisationRole.FINANCE_TEAM})
_BANK = frozenset({OrganisationRole.FINANCE_TEAM, OrganisationRole.CREDIT_BANK})

_R = ReferralStatus
_T = TrajectoryStatus
_K = KbrStatus

_OPEN_REFERRAL = frozenset({_R.RECEIVED, _R.CONFIRMED, _R.SCHEDULED, _R.ATTENDED, _R.MISSED, _R.APPOINTMENT_CANCELLED})
_TAKEN_ON = _OPEN_REFERRAL - {_R.RECEIVED}
_ANY_REFERRAL = frozenset(_R) - {_R.ENTERED_IN_ERROR}
_ENDED_WITH_ANSWER = frozenset({_R.CONCLUDED, _R.UNREACHABLE, _R.REJECTED, _R.FORWARDED})
# What these reopen can end again, so that its end is not in its past.
_REOPENINGS = frozenset({Action.REPORT_CONTACT_RESTORED, Action.REOPEN, Action.REOPEN_PLANNING, Action.REOPEN_DECIDED})
_ENDED_TRAJECTORY = frozenset({_T.STOPPED, _T.CLOSED})


def _at(*states: str) -> frozenset[str]:
    return frozenset(states)


def _transition(  # noqa: PLR0913  # the columns of the table
    machine: Machine,
    action: Action,
    sources: frozenset[str],
    target: str | None,
    actors: frozenset[OrganisationRole],
    reasons: type[Code] | None = None,
    *,
    guard: Guard | None = None,
    implied: bool = False,
) -> Transition:
    return Transition(
        machine=machine,
        action=action,
        sources=sources,
        target=target,
        actors=actors,
        reasons=reasons,
        guard=guard,
        implied=implied,
    )


_referral = partial(_transition, Machine.REFERRAL)
_trajectory = partial(_transition, Machine.TRAJECTORY)
_kbr = partial(_transition, Machine.KBR_APPLICATION)

TRANSITIONS: tuple[Transition, ...] = (
    _referral(Action.REGISTER, _at(), _R.RECEIVED, _REFERRER),
    _referral(Action.CONFIRM, _at(_R.RECEIVED), _R.CONFIRMED, _TEAM, implied=True),
    _referral(Action.REJECT, _at(_R.RECEIVED, _R.CONFIRMED), _R.REJECTED, _TEAM, reasons=RejectionReason),
    _referral(Action.REFER_ONWARD, _TAKEN_ON | _at(_R.CONCLUDED, _R.REJECTED), None, _TEAM),
    _referral(Action.REPORT_ONWARD_STATUS, _ANY_REFERRAL, None, _TEAM | _REFERRER, guard=Guard.REFERRED_ONWARD),
    _referral(Action.FORWARD, _at(_R.RECEIVED, _R.CONFIRMED), _R.FORWARDED, _TEAM),
    _referral(Action.WITHDRAW, _at(_R.RECEIVED), _R.WITHDRAWN, _REFERRER, reasons=WithdrawalReason),
    _referral(Action.REQUEST_WITHDRAWAL, _OPEN_REFERRAL - _at(_R.RECEIVED), None, _REFERRER, reasons=WithdrawalReason),
    _referral(
        Action.GRANT_WITHDRAWAL,
        _OPEN_REFERRAL - _at(_R.RECEIVED),
        _R.WITHDRAWN,
        _TEAM,
        guard=Guard.WITHDRAWAL_REQUESTED,
    ),
    _referral(
        Action.REFUSE_WITHDRAWAL, _OPEN_REFERRAL - _at(_R.RECEIVED), None, _TEAM, guard=Guard.WITHDRAWAL_REQUESTED
    ),
    # What the referrer owns it may correct later too, as long as the referral is open.
    _referral(Action.AMEND, _OPEN_REFERRAL | _ENDED_WITH_ANSWER, None, _REFERRER),
    _referral(
        Action.GIVE_SIGNAL, _OPEN_REFERRAL | _at(_R.CONCLUDED, _R.UNREACHABLE), None, _REFERRER, reasons=SignalKind
    ),
    _referral(Action.AWAIT_INFORMATION, _OPEN_REFERRAL | _at(_R.CONCLUDED), None, _TEAM, guard=Guard.GOES_ON),
    # It may arrive after nobody could reach the client.
    _referral(
        Action.RECEIVE_INFORMATION,
        _OPEN_REFERRAL | _at(_R.CONCLUDED, _R.UNREACHABLE),
        None,
        _TEAM,
        guard=Guard.INFORMATION_AWAITED,
    ),
    _referral(
        Action.REQUEST_INFORMATION,
        _OPEN_REFERRAL | _at(_R.CONCLUDED),
        None,
        _TEAM,
        reasons=InformationTopic,
        guard=Guard.GOES_ON,
    ),
    # What was asked can be answered, or be asked no longer, as long as it is open, whatever became of the case.
    _referral(Action.ANSWER_INFORMATION, _ANY_REFERRAL, None, _REFERRER, guard=Guard.INFORMATION_REQUESTED),
    _referral(Action.WITHDRAW_INFORMATION_REQUEST, _ANY_REFERRAL, None, _TEAM, guard=Guard.INFORMATION_REQUESTED),
    _referral(
        Action.EXTEND_TERM,
        _OPEN_REFERRAL | _at(_R.CONCLUDED),
        None,
        _TEAM,
        reasons=ExtensionReason,
        guard=Guard.GOES_ON,
    ),
    _referral(
        Action.SCHEDULE,
        _at(_R.CONFIRMED, _R.MISSED, _R.APPOINTMENT_CANCELLED),
        _R.SCHEDULED,
        _TEAM,
        implied=True,
    ),
    _referral(Action.RESCHEDULE, _at(_R.SCHEDULED), _R.SCHEDULED, _TEAM),
    # A proposal plans nothing; while one is planned, it proposes to move it.
    _referral(Action.PROPOSE, _at(_R.CONFIRMED, _R.SCHEDULED, _R.MISSED, _R.APPOINTMENT_CANCELLED), None, _TEAM),
    _referral(Action.RESPOND, _OPEN_REFERRAL | _at(_R.CONCLUDED), None, _REFERRER, guard=Guard.RESPONSE_REQUESTED),
    # Of the planned intake the referrer cancels the intake itself.
    _referral(
        Action.CANCEL_ATTENDANCE, _OPEN_REFERRAL | _at(_R.CONCLUDED), None, _REFERRER, guard=Guard.ATTENDANCE_ASKED
    ),
    _referral(Action.CANCEL_PROPOSAL, _TAKEN_ON | _at(_R.CONCLUDED), None, _TEAM, guard=Guard.PROPOSAL_OPEN),
    _referral(
        Action.CANCEL_APPOINTMENT,
        _at(_R.SCHEDULED),
        _R.APPOINTMENT_CANCELLED,
        _TEAM | _REFERRER,
        reasons=CancellationReason,
    ),
    _referral(Action.ATTEND, _at(_R.SCHEDULED), _R.ATTENDED, _TEAM, implied=True),
    _referral(Action.MISS, _at(_R.SCHEDULED), _R.MISSED, _TEAM),
    # Meetings after the first talk leave the referral as it is.
    _referral(Action.PROPOSE_MEETING, _at(_R.ATTENDED, _R.CONCLUDED), None, _TEAM, guard=Guard.GOES_ON),
    _referral(Action.SCHEDULE_MEETING, _at(_R.ATTENDED, _R.CONCLUDED), None, _TEAM, guard=Guard.GOES_ON),
    _referral(Action.RESCHEDULE_MEETING, _at(_R.ATTENDED, _R.CONCLUDED), None, _TEAM, guard=Guard.MEETING_PLANNED),
    _referral(
        Action.CANCEL_MEETING,
        _at(_R.ATTENDED, _R.CONCLUDED),
        None,
        _TEAM,
        reasons=CancellationReason,
        guard=Guard.MEETING_PLANNED,
    ),
    _referral(Action.ATTEND_MEETING, _at(_R.ATTENDED, _R.CONCLUDED), None, _TEAM, guard=Guard.MEETING_PLANNED),
    _referral(Action.MISS_MEETING, _at(_R.ATTENDED, _R.CONCLUDED), None, _TEAM, guard=Guard.MEETING_PLANNED),
    _referral(Action.CONCLUDE, _at(_R.ATTENDED), _R.CONCLUDED, _TEAM, reasons=IntakeResult),
    # The plan is signed at the first talk if possible; the result of the intake comes with a later talk.
    _referral(Action.START_WITH_PLAN, _at(_R.ATTENDED), None, _TEAM, guard=Guard.NO_TRAJECTORY),
    # A missed client who wants no support may be concluded without attendance.
    _referral(Action.CONCLUDE_UNATTENDED, _at(_R.MISSED), _R.CONCLUDED, _TEAM, reasons=IntakeResult),
    _referral(
        Action.MARK_UNREACHABLE,
        _at(_R.CONFIRMED, _R.MISSED, _R.APPOINTMENT_CANCELLED),
        _R.UNREACHABLE,
        _TEAM,
    ),
    # Contact can be lost in every phase; who tries to reach the client has taken the referral on.
    _referral(
        Action.RECORD_CONTACT_ATTEMPT,
        _OPEN_REFERRAL | _at(_R.CONCLUDED),
        None,
        _TEAM,
        reasons=ContactAttemptKind,
        guard=Guard.GOES_ON,
    ),
    _referral(Action.REPORT_CONTACT_LOST, _TAKEN_ON | _at(_R.CONCLUDED), None, _TEAM, guard=Guard.IN_CONTACT),
    _referral(Action.REPORT_CONTACT_RESTORED, _TAKEN_ON | _at(_R.CONCLUDED), None, _TEAM, guard=Guard.CONTACT_LOST),
    # An intake can be planned again.
    _referral(Action.REPORT_CONTACT_RESTORED, _at(_R.UNREACHABLE), _R.CONFIRMED, _TEAM, guard=Guard.CONTACT_LOST),
    _referral(Action.REOPEN, _at(_R.UNREACHABLE), _R.CONFIRMED, _REFERRER),
    _referral(Action.REPORT_OTHER_HELP, _TAKEN_ON | _at(_R.CONCLUDED), None, _TEAM, guard=Guard.GOES_ON),
    _referral(Action.CHANGE_COUNSELLOR, _TAKEN_ON | _at(_R.CONCLUDED), None, _TEAM, guard=Guard.GOES_ON),
    # Where the plan opened a trajectory, the finance team ends it.
    _referral(Action.ENTER_IN_ERROR, _OPEN_REFERRAL, _R.ENTERED_IN_ERROR, _REFERRER, guard=Guard.NO_TRAJECTORY),
    _trajectory(Action.OPEN, _at(), _T.PLANNING, _TEAM),
    _trajectory(Action.SIGN_PLAN, _at(_T.PLANNING), _T.RUNNING, _TEAM),
    # The plan's date may be registered late: the fact is kept, the state stays.
    _trajectory(Action.SIGN_PLAN, _at(_T.RUNNING, _T.PAUSED, _T.DECIDED, _T.STOPPED, _T.CLOSED), None, _TEAM),
    _trajectory(Action.PAUSE, _at(_T.RUNNING), _T.PAUSED, _TEAM),
    _trajectory(Action.RESUME, _at(_T.PAUSED), _T.RUNNING, _TEAM),
    # Results are append-only; a decision may come before the plan is registered.
    _trajectory(
        Action.DECIDE, _at(_T.PLANNING, _T.RUNNING, _T.PAUSED, _T.DECIDED), _T.DECIDED, _TEAM, TrajectoryResult
    ),
    _trajectory(Action.DROP_OUT, _at(_T.PLANNING, _T.RUNNING, _T.PAUSED, _T.DECIDED), _T.STOPPED, _TEAM, DropOutReason),
    _trajectory(Action.CLOSE, _at(_T.DECIDED), _T.CLOSED, _TEAM, ClosureReason),
    _trajectory(Action.CLOSE, _at(_T.PLANNING, _T.RUNNING, _T.PAUSED), _T.STOPPED, _TEAM, ClosureReason),
    # In whatever state: the credit bank signals that a settlement ends, too.
    _trajectory(Action.GIVE_BANK_SIGNAL, frozenset(_T), None, _BANK, BankSignalKind),
    # Restored contact reopens what ended for want of it, where it was.
    _trajectory(Action.REOPEN, _at(_T.STOPPED), _T.RUNNING, _TEAM, guard=Guard.CONTACT_RESTORED),
    _trajectory(Action.REOPEN_PLANNING, _at(_T.STOPPED), _T.PLANNING, _TEAM, guard=Guard.CONTACT_RESTORED),
    _trajectory(Action.REOPEN_DECIDED, _at(_T.STOPPED), _T.DECIDED, _TEAM, guard=Guard.CONTACT_RESTORED),
    _kbr(Action.SUBMIT, _at(), _K.SUBMITTED, _BANK, implied=True),
    _kbr(Action.RECEIVE, _at(_K.SUBMITTED), _K.RECEIVED, _BANK, implied=True),
    _kbr(Action.TAKE_UP, _at(_K.RECEIVED), _K.IN_PROGRESS, _BANK, implied=True),
    _kbr(Action.GRANT, _at(_K.IN_PROGRESS), _K.GRANTED, _BANK),
    _kbr(Action.REFUSE, _at(_K.RECEIVED, _K.IN_PROGRESS), _K.REJECTED, _BANK),
    _kbr(Action.RETRACT, _at(_K.SUBMITTED, _K.RECEIVED, _K.IN_PROGRESS), _K.WITHDRAWN, _BANK),
)
"""Every legal transition of the three records."""

KBR_ACTION: dict[KbrStatus, Action] = {
    KbrStatus.SUBMITTED: Action.SUBMIT,
    KbrStatus.RECEIVED: Action.RECEIVE,
    KbrStatus.IN_PROGRESS: Action.TAKE_UP,
    KbrStatus.GRANTED: Action.GRANT,
    KbrStatus.REJECTED: Action.REFUSE,
    KbrStatus.WITHDRAWN: Action.RETRACT,
}
"""The action by which an application reaches each status."""


def find(machine: Machine, action: Action, status: str | None) -> Transition | None:
    """Return the row for this action from this state (None: before the record exists), if there is one."""
    for row in _ROWS.get((machine, action), ()):
        if row.starts_at(status):
            return row
    return None


def name_of(machine: Machine) -> Said:
    """Return what a machine is called in errors."""
    return _NAMES[machine]


def require(
    machine: Machine,
    action: Action,
    status: str | None,
    role: OrganisationRole,
    conditions: frozenset[Guard] = frozenset(),
) -> Transition:
    """Return the transition, or say why it cannot be made.

    Raises:
        TransitionNotAllowed: not from this state, or its condition does not hold.
        Forbidden: this role never makes it.
    """
    rows = _ROWS.get((machine, action), ())
    # The role comes first: who may never do this does not learn from which states others may.
    require_role(machine, action, role)
    row = find(machine, action, status)
    if row is None or role not in row.actors:
        states = sorted({state for each in rows if role in each.actors for state in each.sources})
        raise TransitionNotAllowed(
            Detail.ANOTHER_STATE(
                action=action, machine=name_of(machine), status=status or "absent", states=", ".join(states)
            )
        )
    if row.guard and row.guard not in conditions:
        raise TransitionNotAllowed(_UNMET[row.guard](action=action))
    return row


def require_role(machine: Machine, action: Action, role: OrganisationRole) -> None:
    """Check that a role makes this transition, in whatever state.

    Raises:
        Forbidden: it never does.
    """
    actors = frozenset(actor for row in _ROWS.get((machine, action), ()) for actor in row.actors)
    if role not in actors:
        raise Forbidden(Detail.ANOTHER_ROLE(action=action, roles=", ".join(sorted(actors)), role=role))


def steps_to(machine: Machine, action: Action, status: str | None) -> tuple[Transition, ...] | None:
    """Return the skipped steps that lead to a state from which the action is legal.

    The path is the shortest one over transitions that a later state may imply; empty when the action is
    legal at once, None when no legal path exists.
    """
    queue: deque[tuple[str | None, tuple[Transition, ...]]] = deque([(status, ())])
    seen = {status}
    while queue:
        state, path = queue.popleft()
        if find(machine, action, state):
            return path
        for row in TRANSITIONS:
            if row.machine is machine and row.implied and row.target not in seen and row.starts_at(state):
                seen.add(row.target)
                queue.append((row.target, (*path, row)))
    return None


def is_past(machine: Machine, action: Action, status: str | None) -> bool:
    """Return whether the record has already gone beyond what the action leads to.

    A late older fact enters the history and does not move the state back.
    """
    targets = {row.target for row in _ROWS.get((machine, action), ()) if row.target}
    rows = [row for row in TRANSITIONS if row.machine is machine and row.action not in _REOPENINGS]
    queue, seen = deque(targets), set(targets)
    while queue:
        state = queue.popleft()
        if state == status:
            return True
        for row in rows:
            if row.target and state in row.sources and row.target not in seen:
                seen.add(row.target)
                queue.append(row.target)
    return False


def available(
    machine: Machine, status: str | None, role: OrganisationRole, conditions: frozenset[Guard]
) -> tuple[Action, ...]:
    """Return what this role may do now, in the order of the table."""
    return tuple(
        row.action
        for row in TRANSITIONS
        if row.machine is machine
        and role in row.actors
        and row.starts_at(status)
        and (row.guard is None or row.guard in conditions)
    )


def is_open(status: ReferralStatus) -> bool:
    """Return whether a referral still waits for something."""
    return status in _OPEN_REFERRAL


def is_ended(status: TrajectoryStatus) -> bool:
    """Return whether a trajectory has ended."""
    return status in _ENDED_TRAJECTORY


_ROWS: defaultdict[tuple[Machine, Action], list[Transition]] = defaultdict(list)
for _row in TRANSITIONS:
    _ROWS[_row.machine, _row.action].append(_row)
