from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from app.domain.codes import (
    ClosureReason,
    IntakeResult,
    KbrStatus,
    OrganisationRole,
    ReferralStatus,
    System,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.commands import (
    CloseTrajectory,
    ConcludeIntake,
    RecordKbrStatus,
    WithdrawReferral,
)
from app.domain.ports import PartnerRecord
from app.domain.values import ReferralContents
from app.models.partners.record import known_records
from app.models.partners.run import list_runs
from app.operations.intake.apply import PageResult
from tests.support.hub import (
    AT_WIJKTEAM,
    ATTEND,
    CANCEL,
    CLIENT,
    CONCLUDE,
    CONFIRM,
    CONTENTS,
    DECIDE,
    NOW,
    SCHEDULE,
    SIGN,
    TODAY,
    InProcessHub,
    partner_record,
    unreadable,
)

RECEIVED = RecordKbrStatus(KbrStatus.RECEIVED, TODAY)
CLOSE = CloseTrajectory(ClosureReason.RESULT_REACHED, TODAY)
WHOLE_HISTORY = (CONFIRM, SCHEDULE, ATTEND, CONCLUDE, SIGN, DECIDE, RECEIVED, CLOSE)


async def test_a_case_that_a_partner_makes_becomes_a_referral(hub: InProcessHub) -> None:
    tally = await hub.pull(partner_record("G-1", AT_WIJKTEAM), system=System.GIDSO)

    assert tally == PageResult(applied=1)
    found = await hub.pull(partner_record("G-1", AT_WIJKTEAM), system=System.GIDSO)
    assert found == PageResult(unchanged=1)


async def test_a_whole_case_arrives_in_one_page(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()

    tally = await hub.pull(*(partner_record("D-1", fact) for fact in WHOLE_HISTORY[1:]))

    assert tally == PageResult(applied=7)
    assert await hub.status(referral_id) is ReferralStatus.CONCLUDED
    assert await hub.trajectory_status(referral_id) is TrajectoryStatus.CLOSED
    assert not [entry for entry in await hub.history(referral_id) if entry.implied and entry.machine == "referral"]


async def test_a_partner_acts_as_who_works_in_it(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()

    entry = (await hub.history(referral_id))[-1]

    assert (entry.role, entry.system, entry.occurred_at) == (OrganisationRole.FINANCE_TEAM, System.ALLEGRO, NOW)


async def test_every_record_read_is_accounted_for(hub: InProcessHub) -> None:
    await hub.known_case()
    page = (
        partner_record("D-1", SCHEDULE),
        partner_record("D-1", SCHEDULE),
        partner_record("D-1", external_id="a note"),
        unreadable("D-2"),
        partner_record("D-2", CONFIRM),
    )

    tally = await hub.pull(*page)

    assert tally == PageResult(applied=1, unchanged=1, filtered=1, quarantined=2)
    assert tally.read == len(page)
    run = (await hub.db.read(list_runs, System.ALLEGRO, 1))[0]
    assert (run.read, run.applied, run.unchanged, run.filtered, run.quarantined) == (5, 1, 1, 1, 2)


async def test_a_pull_in_which_nothing_was_new_leaves_no_account(hub: InProcessHub) -> None:
    page = partner_record("G-1", AT_WIJKTEAM)
    await hub.pull(page, system=System.GIDSO)

    await hub.pull(page, system=System.GIDSO)

    assert len(await hub.db.read(list_runs, System.GIDSO, 10)) == 1


async def test_skipped_states_are_stored_as_implied(hub: InProcessHub) -> None:
    referral_id = await hub.refer()

    await hub.pull(partner_record("D-1", CONCLUDE, referral_id=referral_id))

    assert await hub.steps(referral_id) == ["register", "(confirm)", "(schedule)", "(attend)", "conclude", "open"]
    assert await hub.event_names(referral_id) == ["received", "concluded", "started"]


async def test_a_late_older_fact_enters_the_history_and_does_not_move_the_state_back(hub: InProcessHub) -> None:
    referral_id = await hub.known_case("D-1", SCHEDULE, ATTEND, CONCLUDE)
    told = await hub.event_names(referral_id)

    tally = await hub.pull(partner_record("D-1", SCHEDULE, external_id="late"))

    assert tally == PageResult(applied=1)
    assert await hub.status(referral_id) is ReferralStatus.CONCLUDED
    assert (await hub.history(referral_id))[-1].to_status == "concluded"
    assert await hub.event_names(referral_id) == told


async def test_a_changed_registration_amends_the_referral(hub: InProcessHub) -> None:
    await hub.pull(partner_record("G-1", AT_WIJKTEAM, external_id="G-1"), system=System.GIDSO)
    moved = replace(AT_WIJKTEAM, contents=replace(CONTENTS, area="Noord"))

    tally = await hub.pull(partner_record("G-1", moved, external_id="G-1", version="2"), system=System.GIDSO)

    assert tally == PageResult(applied=1)
    [row] = (await hub.dump())["referral"]
    assert "Noord" in row


async def test_a_mutation_under_a_new_sequence_number_is_the_same_mutation(hub: InProcessHub) -> None:
    await hub.known_case()
    mutation = partner_record("D-1", SCHEDULE)
    await hub.pull(mutation)

    assert await hub.pull(replace(mutation, version="99")) == PageResult(unchanged=1)


CASES = ("D-1", "D-2", "D-3")


@st.composite
def feeds(draw: st.DrawFn) -> list[list[tuple[str, int]]]:
    """Return pages in which every fact of every case comes once in order, and then again at any moment."""
    told = dict.fromkeys(CASES, 0)
    feed: list[tuple[str, int]] = []
    for case_id in draw(st.permutations([case for case in CASES for _ in WHOLE_HISTORY])):
        feed.append((case_id, told[case_id]))
        told[case_id] += 1
    for again in draw(st.lists(st.sampled_from(feed), max_size=24)):
        place = draw(st.integers(feed.index(again) + 1, len(feed)))
        feed.insert(place, again)
    size = draw(st.integers(1, len(feed)))
    return [feed[start : start + size] for start in range(0, len(feed), size)]


@given(pages=feeds())
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_however_often_a_feed_repeats_itself_everything_happens_once(
    hub: InProcessHub, pages: list[list[tuple[str, int]]]
) -> None:
    referrals = {case: await hub.refer(client=replace(CLIENT, bsn=None)) for case in CASES}
    example = str(next(iter(referrals.values())))

    def record(case_id: str, place: int) -> PartnerRecord:
        return partner_record(f"{case_id} {example}", WHOLE_HISTORY[place], referral_id=referrals[case_id])

    tallies = [await hub.pull(*(record(*each) for each in page)) for page in pages]

    total = sum(tallies, PageResult())
    assert (total.applied, total.quarantined, total.filtered) == (len(CASES) * len(WHOLE_HISTORY), 0, 0)
    assert total.read == sum(map(len, pages))
    steps = {tuple(await hub.steps(each)) for each in referrals.values()}
    events = {tuple(await hub.event_names(each)) for each in referrals.values()}
    assert (len(steps), len(events)) == (1, 1)
    assert {await hub.trajectory_status(each) for each in referrals.values()} == {TrajectoryStatus.CLOSED}


async def test_a_cancelled_intake_can_be_planned_again_by_the_partner(hub: InProcessHub) -> None:
    referral_id = await hub.known_case("D-1", SCHEDULE, CANCEL)

    await hub.pull(partner_record("D-1", SCHEDULE, external_id="again"))

    assert await hub.status(referral_id) is ReferralStatus.SCHEDULED


async def test_an_older_revision_counts_as_unchanged(hub: InProcessHub) -> None:
    newer, older = (replace(CONTENTS, area=area) for area in ("Noord", "Overschie"))

    def registration(contents: ReferralContents, revision: int) -> PartnerRecord:
        fact = replace(AT_WIJKTEAM, contents=contents)
        return partner_record("G-1", fact, external_id="G-1", revision=revision)

    await hub.pull(registration(CONTENTS, 1), registration(newer, 3), system=System.GIDSO)
    tally = await hub.pull(registration(older, 2), system=System.GIDSO)

    assert tally == PageResult(unchanged=1)
    [row] = (await hub.dump())["referral"]
    assert "Noord" in row
    assert "Overschie" not in row


async def test_of_a_page_each_case_is_applied_in_the_order_of_its_revisions(hub: InProcessHub) -> None:
    one, other = await hub.known_case("D-1"), await hub.known_case("D-2")

    tally = await hub.pull(
        partner_record("D-1", CONCLUDE, revision=12),
        partner_record("D-2", SCHEDULE, revision=13),
        partner_record("D-1", ATTEND, revision=11),
        partner_record("D-1", SCHEDULE, revision=10),
    )

    assert tally == PageResult(applied=4)
    steps = [each for each in await hub.steps(one) if each != "register"]
    assert steps == ["confirm", "schedule", "attend", "conclude", "open"]
    assert await hub.status(other) is ReferralStatus.SCHEDULED


async def test_what_became_visible_late_goes_before_what_was_refused_without_it(hub: InProcessHub) -> None:
    referral_id = await hub.known_case("D-1", SCHEDULE, ATTEND)
    late, early = partner_record("D-1", CONCLUDE, revision=7), partner_record("D-1", DECIDE, revision=8)
    assert await hub.pull(early) == PageResult(quarantined=1)

    tally = await hub.pull(late, early)

    assert tally == PageResult(applied=2)
    assert await hub.trajectory_status(referral_id) is TrajectoryStatus.DECIDED
    assert await hub.quarantine() == []


async def test_a_tombstone_is_not_undone_by_what_stood_before_it(hub: InProcessHub) -> None:
    registered = partner_record("G-1", AT_WIJKTEAM, external_id="G-1", revision=4)
    on_removed = partner_record("G-1", WithdrawReferral(WithdrawalReason.OTHER), external_id="G-1")
    await hub.pull(registered, on_removed, system=System.GIDSO)

    tally = await hub.pull(registered, system=System.GIDSO)

    assert tally == PageResult(unchanged=1)
    assert {"withdrawn"} <= set(map(str, (await hub.dump())["referral"][0]))


async def test_what_concerns_nobody_is_told_of_once(hub: InProcessHub) -> None:
    taken_back = partner_record("G-404", WithdrawReferral(WithdrawalReason.OTHER))
    await hub.pull(taken_back, system=System.GIDSO)

    assert await hub.pull(taken_back, system=System.GIDSO) == PageResult(unchanged=1)
    assert len(await hub.db.read(list_runs, System.GIDSO, 10)) == 1


async def test_drift_is_kept_on_the_run_and_logged_as_counts_when_nothing_else_happened(hub: InProcessHub) -> None:
    with capture_logs() as lines:
        await hub.pull(drift={"mutatie.nieuwVeld": 3}, kind="reconcile")

    [run] = await hub.db.read(list_runs, System.ALLEGRO, 10)
    assert (run.kind, run.drift, run.read) == ("reconcile", {"mutatie.nieuwVeld": 3}, 0)
    assert [(line["event"], line["drift"]) for line in lines] == [("partner_drift_detected", {"mutatie.nieuwVeld": 3})]


async def test_the_same_drift_at_each_pull_is_no_news(hub: InProcessHub) -> None:
    for count in (3, 4):
        await hub.pull(drift={"mutatie.nieuwVeld": count})
    await hub.pull(drift={"mutatie.nieuwVeld": 3, "mutatie.soort": 1})

    runs = await hub.db.read(list_runs, System.ALLEGRO, 10)
    assert [run.drift for run in runs] == [
        {"mutatie.nieuwVeld": 3, "mutatie.soort": 1},
        {"mutatie.nieuwVeld": 3},
    ]


async def test_what_was_applied_keeps_the_partner_s_case_and_count(hub: InProcessHub) -> None:
    await hub.pull(partner_record("G-1", AT_WIJKTEAM, external_id="row", revision=4), system=System.GIDSO)

    row = (await hub.db.read(known_records, System.GIDSO, "mutatie", ["row"]))["row"]

    assert row.revision == 4
    assert "G-1" in (await hub.dump())["partner_record"][0]


def concluded(result: IntakeResult, day: date = CONCLUDE.concluded_on) -> PartnerRecord:
    return partner_record("D-1", ConcludeIntake(result, day), external_id=f"{result} {day}")


async def test_a_corrected_intake_result_replaces_the_first_and_is_told(hub: InProcessHub) -> None:
    referral_id = await hub.known_case("D-1", SCHEDULE, ATTEND, CONCLUDE)

    tally = await hub.pull(concluded(IntakeResult.SOCIAL_LOAN))

    assert tally == PageResult(applied=1)
    case = await hub.case(referral_id)
    assert (case.referral.intake_result, case.referral.status) == (IntakeResult.SOCIAL_LOAN, ReferralStatus.CONCLUDED)
    assert await hub.trajectory_status(referral_id) is TrajectoryStatus.PLANNING
    told = (await hub.events(referral_id))[-1].event
    assert told.facts["intake.result"] == IntakeResult.SOCIAL_LOAN


async def test_a_correction_to_a_result_that_needs_help_opens_the_trajectory(hub: InProcessHub) -> None:
    nothing = ConcludeIntake(IntakeResult.NO_SUPPORT_WANTED, CONCLUDE.concluded_on)
    referral_id = await hub.known_case("D-1", SCHEDULE, ATTEND, nothing)

    await hub.pull(concluded(IntakeResult.SOCIAL_LOAN))

    assert await hub.trajectory_status(referral_id) is TrajectoryStatus.PLANNING
    assert (await hub.case(referral_id)).referral.closure_reason is None
    assert (await hub.event_names(referral_id))[-2:] == ["concluded", "started"]


async def test_a_correction_to_a_result_without_help_leaves_the_trajectory_to_the_partner(hub: InProcessHub) -> None:
    referral_id = await hub.known_case("D-1", SCHEDULE, ATTEND, CONCLUDE)

    await hub.pull(concluded(IntakeResult.NO_SUPPORT_WANTED))

    case = await hub.case(referral_id)
    assert (case.referral.intake_result, case.referral.closure_reason) == (IntakeResult.NO_SUPPORT_WANTED, None)
    assert await hub.trajectory_status(referral_id) is TrajectoryStatus.PLANNING


@pytest.mark.parametrize("days_earlier", [0, 1])
async def test_the_same_or_an_older_result_corrects_nothing(hub: InProcessHub, days_earlier: int) -> None:
    referral_id = await hub.known_case("D-1", SCHEDULE, ATTEND, CONCLUDE)
    told = await hub.event_names(referral_id)
    result = IntakeResult.SOCIAL_LOAN if days_earlier else CONCLUDE.result

    await hub.pull(concluded(result, CONCLUDE.concluded_on - timedelta(days=days_earlier)))

    assert (await hub.case(referral_id)).referral.intake_result is CONCLUDE.result
    assert await hub.event_names(referral_id) == told
