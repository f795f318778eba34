from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, product
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.domain.codes import Code, KbrStatus, OrganisationRole, ReferralStatus, TrajectoryStatus
from app.domain.errors import Forbidden, TransitionNotAllowed
from app.domain.lifecycle import (
    KBR_ACTION,
    TRANSITIONS,
    Action,
    Guard,
    Machine,
    Transition,
    available,
    find,
    is_ended,
    is_open,
    is_past,
    require,
    steps_to,
)

STATUSES: dict[Machine, type[Code]] = {
    Machine.REFERRAL: ReferralStatus,
    Machine.TRAJECTORY: TrajectoryStatus,
    Machine.KBR_APPLICATION: KbrStatus,
}
ALL_GUARDS = frozenset(Guard)
STATES = [(machine, status) for machine, statuses in STATUSES.items() for status in (None, *statuses)]
KNOWN = [frozenset(guards) for number in range(len(Guard) + 1) for guards in combinations(Guard, number)]

machines = st.sampled_from(Machine)
roles = st.sampled_from(OrganisationRole)
guards = st.frozensets(st.sampled_from(Guard))
actions = st.sampled_from(Action)


def may(machine: Machine, action: Action, status: str | None, role: OrganisationRole, known: frozenset[Guard]) -> bool:
    try:
        require(machine, action, status, role, known)
    except (TransitionNotAllowed, Forbidden):
        return False
    return True


def follow(machine: Machine, status: str | None) -> Iterator[str]:
    for row in TRANSITIONS:
        if row.machine is machine and row.implied and row.starts_at(status) and row.target is not None:
            yield row.target


def distance(machine: Machine, action: Action, status: str | None) -> int | None:
    """Return the number of implied steps before the action, found by trying all of them."""
    reached: set[str | None] = {status}
    for steps in range(len(STATUSES[machine]) + 1):
        if any(find(machine, action, state) for state in reached):
            return steps
        reached |= {target for state in reached for target in follow(machine, state)}
    return None


class Life(RuleBasedStateMachine):
    """One record that lives by the table, with its history beside it."""

    @initialize(machine=machines)
    def begin(self, machine: Machine) -> None:
        self.machine = machine
        self.status: str | None = None
        self.history: list[tuple[str | None, str | None]] = []

    @rule(action=actions, role=roles, known=guards)
    def anyone_tries_anything(self, action: Action, role: OrganisationRole, known: frozenset[Guard]) -> None:
        if not may(self.machine, action, self.status, role, known):
            return
        self._take(action, role, known)

    @precondition(lambda self: bool(available(self.machine, self.status, OrganisationRole.FINANCE_TEAM, ALL_GUARDS)))
    @rule(data=st.data())
    def the_team_goes_on(self, data: st.DataObject) -> None:
        choices = available(self.machine, self.status, OrganisationRole.FINANCE_TEAM, ALL_GUARDS)
        self._take(data.draw(st.sampled_from(choices)), OrganisationRole.FINANCE_TEAM, ALL_GUARDS)

    @rule(action=actions)
    def a_partner_skips_states(self, action: Action) -> None:
        skipped = steps_to(self.machine, action, self.status)
        if skipped is None:
            return
        for row in skipped:
            self._take(row.action, next(iter(row.actors)), ALL_GUARDS)
        assert find(self.machine, action, self.status)

    def _take(self, action: Action, role: OrganisationRole, known: frozenset[Guard]) -> None:
        row = require(self.machine, action, self.status, role, known)
        following = row.target or self.status
        self.history.append((self.status, following))
        self.status = following

    @invariant()
    def the_state_is_one_of_the_code_list(self) -> None:
        assert self.status is None or self.status in list(STATUSES[self.machine])

    @invariant()
    def the_history_is_the_path_to_the_state(self) -> None:
        assert all(before[1] == after[0] for before, after in pairwise(self.history))
        if self.history:
            assert self.history[0][0] is None
            assert self.history[-1][1] == self.status

    @invariant()
    def a_record_exists_once_it_was_opened(self) -> None:
        assert (self.status is None) == (not self.history)

    @invariant()
    def every_state_on_the_way_is_past(self) -> None:
        opening = {row.action for row in TRANSITIONS if row.machine is self.machine and not row.sources}
        assert self.status is None or all(is_past(self.machine, action, self.status) for action in opening)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=25)


def test_what_is_available_is_what_may_be_done() -> None:
    wrong = [
        (machine, status, role, known)
        for (machine, status), role, known in product(STATES, OrganisationRole, KNOWN)
        if Counter(available(machine, status, role, known))
        != Counter(action for action in Action if may(machine, action, status, role, known))
    ]

    assert wrong == []


def test_skipped_steps_are_legal_and_the_fewest() -> None:
    wrong = [
        (machine, status, action)
        for (machine, status), action in product(STATES, Action)
        for path in [steps_to(machine, action, status)]
        if (None if path is None else len(path)) != distance(machine, action, status)
        or not is_legal(machine, status, path or ())
    ]

    assert wrong == []


def is_legal(machine: Machine, status: str | None, path: Sequence[Transition]) -> bool:
    """Return whether these are implied steps, each from the state to which the one before led."""
    starts = (status, *(row.target for row in path))
    return all(
        row.implied and find(machine, row.action, start) is row for row, start in zip(path, starts, strict=False)
    )


def test_a_record_is_past_only_what_moves_it_and_nothing_before_it_exists() -> None:
    past = [
        (machine, status, action)
        for (machine, status), action in product(STATES, Action)
        if is_past(machine, action, status)
    ]

    moving = {(row.machine, row.action) for row in TRANSITIONS if row.target}
    assert [each for each in past if (each[0], each[2]) not in moving or each[1] is None] == []


@pytest.mark.parametrize(
    ("action", "status", "past"),
    [
        (Action.CONFIRM, ReferralStatus.RECEIVED, False),
        (Action.CONFIRM, ReferralStatus.CONFIRMED, True),
        (Action.CONFIRM, ReferralStatus.CONCLUDED, True),
        (Action.ATTEND, ReferralStatus.MISSED, False),
        (Action.ATTEND, ReferralStatus.CONCLUDED, True),
        (Action.SCHEDULE, ReferralStatus.ATTENDED, True),
        (Action.CONFIRM, ReferralStatus.REJECTED, True),
        (Action.SCHEDULE, ReferralStatus.REJECTED, False),
        (Action.AMEND, ReferralStatus.CONCLUDED, False),
    ],
)
def test_a_referral_is_past_what_leads_to_where_it_stands(action: Action, status: ReferralStatus, past: bool) -> None:
    assert is_past(Machine.REFERRAL, action, status) is past


def test_no_two_rows_answer_the_same_action_in_one_state() -> None:
    starts = [(row.machine, row.action, status) for row in TRANSITIONS for status in (row.sources or {None})]

    assert [start for start, number in Counter(starts).items() if number > 1] == []


def test_every_state_of_the_code_lists_can_be_reached() -> None:
    for machine, statuses in STATUSES.items():
        reachable = {row.target for row in TRANSITIONS if row.machine is machine}
        assert reachable - {None} == set(statuses)


def test_a_referral_or_trajectory_that_has_ended_moves_only_by_restored_contact() -> None:
    reopening = {Action.REPORT_CONTACT_RESTORED, Action.REOPEN, Action.REOPEN_PLANNING, Action.REOPEN_DECIDED}
    rows: list[Any] = [row for row in TRANSITIONS if row.target and row.sources and row.action not in reopening]

    for row in rows:
        if row.machine is Machine.REFERRAL:
            assert all(is_open(ReferralStatus(status)) for status in row.sources), row
        if row.machine is Machine.TRAJECTORY:
            assert not any(is_ended(TrajectoryStatus(status)) for status in row.sources), row


def test_every_credit_bank_status_has_the_action_that_leads_to_it() -> None:
    for status, action in KBR_ACTION.items():
        rows = [row for row in TRANSITIONS if (row.machine, row.action) == (Machine.KBR_APPLICATION, action)]
        assert {row.target for row in rows} == {status}


@pytest.mark.parametrize(
    ("machine", "action", "status", "words"),
    [
        (
            Machine.REFERRAL,
            Action.SCHEDULE,
            ReferralStatus.RECEIVED,
            "'schedule' cannot be done while the referral is 'received'; "
            "it can be done from: appointment_cancelled, confirmed, missed.",
        ),
        (
            Machine.KBR_APPLICATION,
            Action.GRANT,
            None,
            "'grant' cannot be done while the kbr application is 'absent'; it can be done from: in_progress.",
        ),
    ],
)
def test_a_refusal_names_the_states_from_which_it_can_be_done(
    machine: Machine, action: Action, status: str | None, words: str
) -> None:
    with pytest.raises(TransitionNotAllowed) as caught:
        require(machine, action, status, OrganisationRole.FINANCE_TEAM)

    assert str(caught.value) == words


def test_a_refusal_names_the_roles_that_may() -> None:
    with pytest.raises(Forbidden, match=r"'grant' is for credit_bank, finance_team; this client acts as referrer\."):
        require(Machine.KBR_APPLICATION, Action.GRANT, KbrStatus.IN_PROGRESS, OrganisationRole.REFERRER)


def test_a_refusal_names_the_condition_that_does_not_hold() -> None:
    with pytest.raises(TransitionNotAllowed, match="only when a withdrawal has been requested"):
        require(Machine.REFERRAL, Action.GRANT_WITHDRAWAL, ReferralStatus.CONFIRMED, OrganisationRole.FINANCE_TEAM)
