"""The whole transition table, written out. Source: docs/explanation/domain.md, "Lifecycle"."""

from app.domain.codes import Code, KbrStatus, OrganisationRole, ReferralStatus, TrajectoryStatus
from app.domain.lifecycle import TRANSITIONS, Action, Guard, Machine, find

# Where each action leads from each state, in the order of the code list; new is before the record exists, = stays
# where it is, - cannot be done. Then who may: R referrer, P partner system, T finance team, B credit bank; the list of
# reasons; and whether a partner's later state may imply it, or the condition.
REFERRAL = """
                    new rec con sch att mis can end unr rej fwd wdr err
register            rec -   -   -   -   -   -   -   -   -   -   -   -    RP   -                  -
confirm             -   con -   -   -   -   -   -   -   -   -   -   -    T    -                  implied
reject              -   rej rej -   -   -   -   -   -   -   -   -   -    T    RejectionReason    -
refer_onward        -   -   =   =   =   =   =   =   -   =   -   -   -    T    -                  -
report_onward_status - =   =   =   =   =   =   =   =   =   =   =   -    TRP  -                  referred_onward
forward             -   fwd fwd -   -   -   -   -   -   -   -   -   -    T    -                  -
withdraw            -   wdr -   -   -   -   -   -   -   -   -   -   -    RP   WithdrawalReason   -
request_withdrawal  -   -   =   =   =   =   =   -   -   -   -   -   -    RP   WithdrawalReason   -
grant_withdrawal    -   -   wdr wdr wdr wdr wdr -   -   -   -   -   -    T    -                  withdrawal_requested
refuse_withdrawal   -   -   =   =   =   =   =   -   -   -   -   -   -    T    -                  withdrawal_requested
amend               -   =   =   =   =   =   =   =   =   =   =   -   -    RP   -                  -
give_signal         -   =   =   =   =   =   =   =   =   -   -   -   -    RP   SignalKind         -
schedule            -   -   sch -   -   sch sch -   -   -   -   -   -    T    -                  implied
reschedule          -   -   -   sch -   -   -   -   -   -   -   -   -    T    -                  -
await_information   -   =   =   =   =   =   =   =   -   -   -   -   -    T    -                  goes_on
receive_information -   =   =   =   =   =   =   =   =   -   -   -   -    T    -                  information_awaited
request_information -   =   =   =   =   =   =   =   -   -   -   -   -    T    InformationTopic   goes_on
answer_information  -   =   =   =   =   =   =   =   =   =   =   =   -    RP   -                  information_requested
withdraw_information_request - = = = = = = = =   =   =   =   -    T    -                  information_requested
extend_term         -   =   =   =   =   =   =   =   -   -   -   -   -    T    ExtensionReason    goes_on
propose             -   -   =   =   -   =   =   -   -   -   -   -   -    T    -                  -
respond             -   =   =   =   =   =   =   =   -   -   -   -   -    RP   -                  response_requested
cancel_attendance   -   =   =   =   =   =   =   =   -   -   -   -   -    RP   -                  attendance_asked
cancel_proposal     -   -   =   =   =   =   =   =   -   -   -   -   -    T    -                  proposal_open
propose_meeting     -   -   -   -   =   -   -   =   -   -   -   -   -    T    -                  goes_on
schedule_meeting    -   -   -   -   =   -   -   =   -   -   -   -   -    T    -                  goes_on
reschedule_meeting  -   -   -   -   =   -   -   =   -   -   -   -   -    T    -                  meeting_planned
cancel_meeting      -   -   -   -   =   -   -   =   -   -   -   -   -    T    CancellationReason meeting_planned
attend_meeting      -   -   -   -   =   -   -   =   -   -   -   -   -    T    -                  meeting_planned
miss_meeting        -   -   -   -   =   -   -   =   -   -   -   -   -    T    -                  meeting_planned
cancel_appointment  -   -   -   can -   -   -   -   -   -   -   -   -    RPT  CancellationReason -
attend              -   -   -   att -   -   -   -   -   -   -   -   -    T    -                  implied
miss                -   -   -   mis -   -   -   -   -   -   -   -   -    T    -                  -
conclude            -   -   -   -   end -   -   -   -   -   -   -   -    T    IntakeResult       -
start_with_plan     -   -   -   -   =   -   -   -   -   -   -   -   -    T    -                  no_trajectory
conclude_unattended -   -   -   -   -   end -   -   -   -   -   -   -    T    IntakeResult       -
mark_unreachable    -   -   unr -   -   unr unr -   -   -   -   -   -    T    -                  -
record_contact_attempt - =  =   =   =   =   =   =   -   -   -   -   -    T    ContactAttemptKind goes_on
report_contact_lost -   -   =   =   =   =   =   =   -   -   -   -   -    T    -                  in_contact
report_contact_restored - - =   =   =   =   =   =   con -   -   -   -    T    -                  contact_lost
reopen              -   -   -   -   -   -   -   -   con -   -   -   -    RP   -                  -
report_other_help   -   -   =   =   =   =   =   =   -   -   -   -   -    T    -                  goes_on
change_counsellor   -   -   =   =   =   =   =   =   -   -   -   -   -    T    -                  goes_on
enter_in_error      -   err err err err err err -   -   -   -   -   -    RP   -                  no_trajectory
"""

TRAJECTORY = """
                    new pla run pau dec sto clo
open                pla -   -   -   -   -   -    T    -                  -
sign_plan           -   run =   =   =   =   =    T    -                  -
pause               -   -   pau -   -   -   -    T    -                  -
resume              -   -   -   run -   -   -    T    -                  -
decide              -   dec dec dec dec -   -    T    TrajectoryResult   -
drop_out            -   sto sto sto sto -   -    T    DropOutReason      -
close               -   sto sto sto clo -   -    T    ClosureReason      -
give_bank_signal    -   =   =   =   =   =   =    TB   BankSignalKind     -
reopen              -   -   -   -   -   run -    T    -                  contact_restored
reopen_planning     -   -   -   -   -   pla -    T    -                  contact_restored
reopen_decided      -   -   -   -   -   dec -    T    -                  contact_restored
"""

KBR_APPLICATION = """
                    new sub rec pro gra rej wdr
submit              sub -   -   -   -   -   -    TB   -                  implied
receive             -   rec -   -   -   -   -    TB   -                  implied
take_up             -   -   pro -   -   -   -    TB   -                  implied
grant               -   -   -   gra -   -   -    TB   -                  -
refuse              -   -   rej rej -   -   -    TB   -                  -
retract             -   wdr wdr wdr -   -   -    TB   -                  -
"""

ROLES = {
    "R": OrganisationRole.REFERRER,
    "P": OrganisationRole.PARTNER_SYSTEM,
    "T": OrganisationRole.FINANCE_TEAM,
    "B": OrganisationRole.CREDIT_BANK,
}
MACHINES: list[tuple[Machine, type[Code], str]] = [
    (Machine.REFERRAL, ReferralStatus, REFERRAL),
    (Machine.TRAJECTORY, TrajectoryStatus, TRAJECTORY),
    (Machine.KBR_APPLICATION, KbrStatus, KBR_APPLICATION),
]


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.splitlines()[2:]]


def states(table: str, statuses: type[Code]) -> dict[str, str | None]:
    """Return the state that each heading of the table stands for."""
    return dict(zip(table.splitlines()[1].split(), (None, *statuses), strict=True))


AGREED = [(machine, states(table, statuses), row) for machine, statuses, table in MACHINES for row in rows(table)]


def test_each_action_leads_where_the_table_says() -> None:
    wrong = [
        (machine, action, status, target)
        for machine, state_of, (action, *cells) in AGREED
        for cell, status in zip(cells, state_of.values(), strict=False)
        for target in [target_of(machine, Action(action), status)]
        if target != (state_of.get(cell) or cell)
    ]

    assert wrong == []


def target_of(machine: Machine, action: Action, status: str | None) -> str:
    """Return where an action leads, as the table writes it."""
    found = find(machine, action, status)
    return "-" if found is None else (found.target or "=")


def test_each_action_is_for_whom_the_table_says_and_takes_what_it_says() -> None:
    agreed = {
        (machine, Action(row[0])): (
            frozenset(ROLES[letter] for letter in actors),
            reasons,
            Guard.__members__.get(condition.upper()),
            condition == "implied",
        )
        for machine, state_of, row in AGREED
        for actors, reasons, condition in [row[len(state_of) + 1 :]]
    }

    wrong = [
        each
        for each in TRANSITIONS
        if agreed[each.machine, each.action]
        != (each.actors, each.reasons.__name__ if each.reasons else "-", each.guard, each.implied)
    ]

    assert wrong == []


def test_the_table_speaks_of_every_action_of_every_record() -> None:
    spoken = {(machine, row[0]) for machine, _, table in MACHINES for row in rows(table)}

    assert spoken == {(row.machine, row.action) for row in TRANSITIONS}
    assert {action for _, action in spoken} == set(Action)
