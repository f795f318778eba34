"""The clocks of a case: what runs, what pauses it, what is reported of it; whatever the order of the facts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.case import Case
from app.domain.clocks import TermClock, as_reported, clocks_of, news_of, schedule_of, weeks_due
from app.domain.codes import (
    ClockState,
    ClosureReason,
    DropOutReason,
    ExtensionReason,
    IntakeResult,
    KbrStatus,
    ReferrerKind,
    SignalKind,
    TrajectoryResult,
)
from app.domain.commands import (
    AwaitInformation,
    CloseTrajectory,
    Command,
    ConcludeIntake,
    ConfirmReferral,
    ExtendTerm,
    GiveSignal,
    InformationReceived,
    MarkUnreachable,
    RecordAttendance,
    RecordKbrStatus,
    RecordResult,
    ReportContactLost,
    ReportContactRestored,
    ScheduleIntake,
    SignPlan,
)
from app.domain.errors import Forbidden, TransitionNotAllowed
from app.domain.fields import Field
from app.domain.milestones import noted
from app.domain.progress import progress_now
from app.domain.term_facts import Reported, TermFacts
from tests.support.unstored_case import COUNSELLOR, FROM_ALLEGRO, NOW, REGISTER, TODAY, handle, new_case

LOST, RESTORED = ReportContactLost(TODAY), ReportContactRestored(TODAY)
CANNOT = GiveSignal(SignalKind.CONTACT_NOT_RESTORED)
DAYS = timedelta(days=1)
CONFIRM = ConfirmReferral(COUNSELLOR)
SCHEDULE = ScheduleIntake(starts_at=NOW + timedelta(days=3))
TALK = (CONFIRM, SCHEDULE, RecordAttendance(attended=True))
TO_TRAJECTORY = (*TALK, ConcludeIntake(IntakeResult.ROUTE_TO_KBR, TODAY))
DECIDE = RecordResult(TrajectoryResult.KBR_APPLICATION, TODAY)


def at(case: Case, days: float) -> datetime:
    """Move a case to a number of days after its registration; return the moment."""
    now = NOW + timedelta(days=days)
    case.change_rules = replace(case.rules, now=now)
    return now


def do(case: Case, days: float, *commands: Command) -> None:
    """Carry commands out that happen a number of days after the registration."""
    now = at(case, days)
    for command in commands:
        handle(case, command, occurred_at=now)


def case_after(*commands: Command) -> Case:
    """Return a case after its registration and these commands, all on the first day."""
    case = new_case()
    welfare = replace(case.referral.organisation, kind=ReferrerKind.WELZIJNSORGANISATIE)
    case.referral = replace(case.referral, organisation=welfare)
    handle(case, REGISTER)
    do(case, 0, *commands)
    return case


def clock(case: Case, code: str) -> TermClock:
    """Return the last clock of a term."""
    return [each for each in clocks_of(case, case.rules.terms, case.now) if each.term.code == code][-1]


def state(case: Case, code: str, days: float) -> ClockState:
    """Return where a term is a number of days after the registration."""
    return clock(case, code).state(at(case, days))


def report(case: Case) -> Sequence[tuple[str, Reported | int, date | None]]:
    """Report what is due of a case, as a worker does; return it."""
    now, terms = case.now, case.rules.terms
    news, weeks = news_of(case, clocks_of(case, terms, now), now), weeks_due(case, terms, now)
    case.term_facts = as_reported(case.term_facts, news, weeks)
    return [
        *((each.clock.key, each.reported, each.clock.due_on) for each in news),
        *(("progress", week, None) for week in weeks),
    ]


def report_on(case: Case, days: float) -> Sequence[tuple[str, Reported | int, date | None]]:
    """Report what is due of a case a number of days after the registration."""
    at(case, days)
    return report(case)


def test_a_term_runs_approaches_and_is_breached_until_what_it_waits_for_happens() -> None:
    case = case_after()

    assert [state(case, "confirmation", days) for days in (0, 0.8, 0.9, 1)] == [
        ClockState.RUNNING, ClockState.RUNNING, ClockState.APPROACHING, ClockState.BREACHED,
    ]  # fmt: skip
    do(case, 2, CONFIRM)
    assert state(case, "confirmation", 3) is ClockState.MET
    assert clock(case, "intake").due_on == date(2026, 3, 16)


def test_each_term_is_reported_as_approaching_and_as_breached_once() -> None:
    case = case_after(*TO_TRAJECTORY)
    found = [each for day in range(120) for each in report_on(case, day)]

    assert [each for each in found if each[0].startswith("decision")] == [
        ("decision/1", Reported.APPROACHING, date(2026, 6, 1)),
        ("decision/1", Reported.BREACHED, date(2026, 6, 1)),
    ]
    assert [each[1] for each in found if each[0] == "progress"] == [8, 13]


def test_a_worker_that_was_away_reports_the_breach_and_not_the_approach() -> None:
    case = case_after(*TO_TRAJECTORY)
    at(case, 120)

    assert [each for each in report(case) if each[0].startswith("decision")] == [
        ("decision/1", Reported.BREACHED, date(2026, 6, 1))
    ]


def test_a_term_stands_still_while_information_is_awaited_where_that_was_agreed() -> None:
    case = case_after(*TO_TRAJECTORY)
    do(case, 10, AwaitInformation())

    assert state(case, "decision", 200) is ClockState.PAUSED
    assert schedule_of(case, case.rules.terms, case.now).breached_at is None
    do(case, 31, InformationReceived())
    assert clock(case, "decision").due_on == date(2026, 6, 22)
    assert case.trajectory
    assert case.trajectory.due_on == date(2026, 6, 22)
    unpaused = [each.code for each in case.rules.terms.terms if not each.pauses]
    assert {"confirmation", "service_decision", "aftercare"} <= set(unpaused)


def test_a_term_stands_still_as_long_whatever_the_order_in_which_allegro_reports() -> None:
    waits, goes_on = AwaitInformation(), InformationReceived()
    # From day 2 to day 9, and from day 12 on; the reports of days 5 and 10 say nothing new.
    reports: list[tuple[int, Command]] = [(2, waits), (5, waits), (9, goes_on), (10, goes_on), (12, waits)]
    for order in permutations(reports):
        case = case_after(*TO_TRAJECTORY)
        at(case, 20)
        for day, command in order:
            handle(case, command, replace(FROM_ALLEGRO, occurred_at=NOW + day * DAYS))
        found = clock(case, "decision")
        assert case.referral.flags.awaiting_information, order
        assert (found.paused_since, found.due_on) == (NOW + 12 * DAYS, date(2026, 6, 8)), order


def test_over_the_api_information_is_awaited_and_received_in_order_only() -> None:
    case = case_after(*TO_TRAJECTORY)
    do(case, 10, AwaitInformation())
    assert "later than this" in (refusal_of(case, 9, InformationReceived()) or "")
    do(case, 20, InformationReceived())
    assert "later than this" in (refusal_of(case, 14, AwaitInformation()) or "")
    assert clock(case, "decision").due_on == date(2026, 6, 11)


def test_of_a_case_that_is_over_no_information_is_awaited_until_it_is_reopened() -> None:
    ends: list[Sequence[Command]] = [
        (*TO_TRAJECTORY, AwaitInformation(), CloseTrajectory(ClosureReason.MOVED_AWAY, TODAY)),
        (*TALK, AwaitInformation(), ConcludeIntake(IntakeResult.NO_SUPPORT_WANTED, TODAY)),
        (CONFIRM, LOST, CANNOT, AwaitInformation(), MarkUnreachable()),
    ]
    for commands in ends:
        case = case_after(*commands)
        assert not case.referral.flags.awaiting_information
    do(case, 5, ReportContactRestored(date(2026, 3, 7)))
    assert case.referral.flags.awaiting_information
    do(case, 6, InformationReceived())
    assert not case.referral.flags.awaiting_information


def test_what_is_awaited_after_a_term_has_passed_moves_nothing() -> None:
    case = case_after(*TO_TRAJECTORY)
    do(case, 100, AwaitInformation())

    assert clock(case, "decision").state(case.now) is ClockState.BREACHED
    do(case, 110, InformationReceived())
    assert clock(case, "decision").due_on == date(2026, 6, 1)


def test_an_extended_term_ends_on_the_new_day_and_is_reported_again() -> None:
    case = case_after(*TO_TRAJECTORY)
    at(case, 95)
    report(case)
    do(case, 96, ExtendTerm("decision", date(2026, 7, 1), ExtensionReason.CAPACITY))

    assert clock(case, "decision").due_on == date(2026, 7, 1)
    assert case.trajectory
    assert case.trajectory.due_on == date(2026, 7, 1)
    at(case, 130)
    assert ("decision/1", Reported.BREACHED, date(2026, 7, 1)) in report(case)


def test_a_term_that_is_extended_while_information_is_awaited_still_stands_still() -> None:
    case = case_after(*TO_TRAJECTORY)
    do(case, 10, AwaitInformation())
    do(case, 20, ExtendTerm("decision", date(2026, 7, 1), ExtensionReason.AWAITING_DOCUMENTS))

    assert state(case, "decision", 200) is ClockState.PAUSED
    # The new day includes what was paused before.
    do(case, 25, InformationReceived())
    assert clock(case, "decision").due_on == date(2026, 7, 6)


def test_a_term_cannot_end_earlier_nor_be_extended_when_it_does_not_run() -> None:
    case = case_after(*TO_TRAJECTORY)
    extensions = [
        ExtendTerm("decision", date(2026, 6, 1), ExtensionReason.OTHER),
        ExtendTerm("intake", date(2026, 7, 1), ExtensionReason.OTHER),
        ExtendTerm("unknown", date(2026, 7, 1), ExtensionReason.OTHER),
    ]
    for extension in extensions:
        before = replace(case)
        try:
            do(case, 0, extension)
        except TransitionNotAllowed:
            assert case == before
        else:
            raise AssertionError(extension)


def test_a_case_that_is_over_has_no_open_term_and_no_progress_but_aftercare() -> None:
    ends: list[Sequence[Command]] = [
        (*TO_TRAJECTORY, RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, TODAY, DropOutReason.SOLVES_IT_ALONE)),
        (*TO_TRAJECTORY, DECIDE, CloseTrajectory(ClosureReason.RESULT_REACHED, TODAY)),
        (*TALK, ConcludeIntake(IntakeResult.NO_SUPPORT_WANTED, TODAY)),
        (CONFIRM, ReportContactLost(TODAY), CANNOT, MarkUnreachable()),
    ]
    for commands in ends:
        case = case_after(*commands)
        at(case, 60)
        assert [each.term.code for each in clocks_of(case, case.rules.terms, case.now) if each.is_open] in (
            [],
            ["aftercare"],
        )
        at(case, 400)
        assert [each for each in report(case) if not each[0].startswith("aftercare")] == []


ENDS_FOR_WANT_OF_CONTACT: list[tuple[Sequence[Command], Command]] = [
    ((CONFIRM,), MarkUnreachable()),
    (TO_TRAJECTORY, CloseTrajectory(ClosureReason.NO_CONTACT, TODAY)),
    (TO_TRAJECTORY, RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, TODAY, DropOutReason.LOST_CONTACT)),
]


def refusal_of(case: Case, days: float, command: Command) -> str | None:
    """Return why a command is refused a number of days after the registration; None when it is not."""
    try:
        do(case, days, command)
    except TransitionNotAllowed as error:
        return str(error)
    return None


def test_where_asking_was_agreed_no_case_closes_before_the_referrer_could_restore_contact() -> None:
    for before, closing in ENDS_FOR_WANT_OF_CONTACT:
        case = case_after(*before)
        assert "report the lost contact" in (refusal_of(case, 1, closing) or "")
        do(case, 1, ReportContactLost(date(2026, 3, 3)))
        assert "until 2026-03-10" in (refusal_of(case, 2, closing) or "")
        do(case, 3, ReportContactLost(date(2026, 3, 5)))
        assert "until 2026-03-10" in (refusal_of(case, 8.5, closing) or "")
        assert refusal_of(case, 9, closing) is None
        assert not case.goes_on


def test_the_day_until_which_a_referrer_is_asked_is_that_of_the_term_also_where_contact_was_lost_earlier() -> None:
    case = case_after(CONFIRM)
    do(case, 10, ReportContactLost(TODAY))

    told = case.new_events[-1].event.facts[Field.CONTACT_RESTORE_BY]
    assert told == clock(case, "restore_contact").due_on.isoformat() == "2026-03-19"


def test_a_referrer_that_cannot_restore_contact_ends_its_term() -> None:
    for before, closing in ENDS_FOR_WANT_OF_CONTACT:
        case = case_after(*before, LOST, CANNOT)
        assert refusal_of(case, 0, closing) is None


def test_contact_that_is_lost_again_is_asked_for_again_and_reported_again() -> None:
    case = case_after(CONFIRM, LOST)
    first = [each for each in report_on(case, 8) if each[0] == "restore_contact/1"]
    do(case, 10, ReportContactRestored(date(2026, 3, 12)), ReportContactLost(date(2026, 3, 12)))
    again = [each for each in report_on(case, 20) if each[0] == "restore_contact/1"]

    assert first == [("restore_contact/1", Reported.BREACHED, date(2026, 3, 9))]
    assert again == [("restore_contact/1", Reported.BREACHED, date(2026, 3, 19))]


def test_restored_contact_that_is_reported_after_a_later_loss_does_not_end_the_term_to_restore_it() -> None:
    case = case_after(CONFIRM)
    do(case, 10, ReportContactLost(date(2026, 3, 12)))
    expected = clock(case, "restore_contact")

    handle(case, ReportContactRestored(date(2026, 3, 9)), replace(FROM_ALLEGRO, occurred_at=NOW + 7 * DAYS))

    assert case.referral.flags.contact_lost
    assert clock(case, "restore_contact") == expected
    assert noted(case, TermFacts(), case.new_history).reached == (case.referral.term_facts or TermFacts()).reached


def test_the_decision_is_still_to_be_made_in_a_trajectory_that_goes_on_after_a_drop_out() -> None:
    for dropped_on in (date(2026, 3, 22), None):
        case = case_after(*TO_TRAJECTORY, LOST, CANNOT)
        due_on = clock(case, "decision").due_on
        dropped = RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, dropped_on, DropOutReason.LOST_CONTACT)
        do(case, 20, dropped)
        assert not clock(case, "decision").is_open
        do(case, 30, ReportContactRestored(date(2026, 4, 1)))

        assert (clock(case, "decision").is_open, clock(case, "decision").due_on) == (True, due_on)
        assert progress_now(case, case.rules.terms, case.now)[Field.PROGRESS_DUE_ON] == due_on.isoformat()


def test_whoever_is_not_asked_has_no_term_to_restore_contact() -> None:
    for kind in set(ReferrerKind) - {ReferrerKind.EXIT, ReferrerKind.WELZIJNSORGANISATIE}:
        case = case_after(CONFIRM)
        case.referral = replace(case.referral, organisation=replace(case.referral.organisation, kind=kind))
        assert refusal_of(case, 0, MarkUnreachable()) is None


def test_milestones_are_the_same_whatever_the_order_in_which_they_are_reported() -> None:
    case = case_after(*TO_TRAJECTORY, DECIDE)
    entries = case.new_history
    found = {tuple(sorted(noted(case, TermFacts(), order).reached.items())) for order in permutations(entries[-6:])}
    assert len(found) == 1


LATE = [
    CONFIRM, SCHEDULE, RecordAttendance(attended=True), RecordAttendance(attended=False),
    ConcludeIntake(IntakeResult.ROUTE_TO_KBR, TODAY), SignPlan(TODAY), DECIDE,
    AwaitInformation(), InformationReceived(), AwaitInformation(), InformationReceived(),
    ReportContactLost(TODAY), ReportContactRestored(TODAY), MarkUnreachable(),
    RecordKbrStatus(KbrStatus.GRANTED, TODAY),
    RecordResult(TrajectoryResult.NO_FURTHER_SUPPORT, TODAY, DropOutReason.LOST_CONTACT),
]  # fmt: skip


def steps() -> st.SearchStrategy[Command]:
    """Return any step of a case, among them extensions by some weeks."""
    return st.one_of(
        st.sampled_from(LATE),
        st.builds(
            ExtendTerm,
            st.sampled_from(["confirmation", "contact", "intake", "decision", "creditor_agreement"]),
            st.integers(0, 300).map(lambda days: TODAY + days * DAYS),
            st.sampled_from(ExtensionReason),
        ),
    )


def attempt(case: Case, days: float, command: Command) -> None:
    """Carry a command out; one that is refused changes nothing."""
    before = replace(case)
    try:
        do(case, days, command)
    except (TransitionNotAllowed, Forbidden):
        for name in ("referral", "trajectory", "appointments", "new_history", "new_events"):
            setattr(case, name, getattr(before, name))


@given(st.lists(st.tuples(st.floats(0, 30), st.booleans(), steps()), max_size=25))
def test_no_clock_runs_twice_and_nothing_is_reported_twice(life: list[tuple[float, bool, Command]]) -> None:
    case, days = case_after(), 0.0
    reported: Counter[tuple[str, Reported | int, date | None]] = Counter()
    for wait, looks, command in life:
        days += wait
        attempt(case, days, command)
        open_terms = Counter(each.term.code for each in clocks_of(case, case.rules.terms, case.now) if each.is_open)
        assert all(number == 1 for number in open_terms.values())
        if looks:
            found = report(case)
            reported.update(found)
            assert case.goes_on or not [each for each in found if not each[0].startswith("aftercare")]
            assert report(case) == []
    assert all(number == 1 for number in reported.values())
