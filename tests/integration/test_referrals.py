from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.codes import (
    ClosureReason,
    DebtSeverity,
    IntakeResult,
    ReferralStatus,
    RejectionReason,
    SignalKind,
    System,
    TrajectoryResult,
    TrajectoryStatus,
    WithdrawalReason,
)
from app.domain.commands import (
    AmendReferral,
    AnswerWithdrawal,
    ConcludeIntake,
    EnterInError,
    ForwardReferral,
    GiveSignal,
    RecordResult,
    RejectReferral,
    WithdrawReferral,
)
from app.domain.values import ReferralContents, Worker
from app.models.delivery.outbox import unrelayed_since
from app.operations.cases.queries import find_referral
from tests.support.hub import (
    AT_WIJKTEAM,
    CLIENT,
    CONFIRM,
    CONTENTS,
    COUNSELLOR,
    COURT,
    DOCK,
    INTAKE_ON,
    NOW,
    TODAY,
    WIJKTEAM,
    InProcessHub,
    partner_record,
)

WITHDRAW = WithdrawReferral(WithdrawalReason.HELPED_ELSEWHERE)
GRANT, REFUSE = AnswerWithdrawal(granted=True), AnswerWithdrawal(granted=False)
DECIDE = RecordResult(TrajectoryResult.PAYMENT_ARRANGEMENT, TODAY)
REJECT = RejectReferral(RejectionReason.CRISIS)
TOMORROW = NOW + timedelta(days=1)


async def test_a_registered_referral_reads_as_it_was_said(hub: InProcessHub) -> None:
    contents = ReferralContents(
        area="Noord", worker=Worker("W. Erker", "010"), reason="deurwaarder", debt_severity=DebtSeverity.HEAVY
    )

    case = await hub.case(await hub.refer(contents=contents, reference="D-1"))

    assert case.client.details == CLIENT
    assert case.contents == contents
    assert (case.referral.reference, case.referral.organisation.code) == ("D-1", DOCK.code)
    assert (case.referral.status, case.referral.disclosed_status) == (ReferralStatus.RECEIVED, ReferralStatus.RECEIVED)
    assert (case.referral.received_at, case.referral.age) == (NOW, 35)


async def test_a_registration_is_history_and_news(hub: InProcessHub) -> None:
    referral_id = await hub.refer()

    [entry], [stored] = await hub.history(referral_id), await hub.events(referral_id)

    assert (entry.action, entry.from_status, entry.to_status) == ("register", None, "received")
    assert entry.event_type == stored.event.type == "nl.trajecthub.referrals.received.v1"
    assert stored.event.occurred_at == entry.occurred_at == NOW


async def test_age_is_that_of_the_day_of_referral_in_the_netherlands(hub: InProcessHub) -> None:
    just_before_midnight = datetime(2025, 5, 16, 21, 59, tzinfo=UTC)
    just_after_midnight = datetime(2025, 5, 16, 22, 1, tzinfo=UTC)

    before = await hub.case(await hub.refer(received_at=just_before_midnight))
    after = await hub.case(await hub.refer(received_at=just_after_midnight))

    assert (before.referral.age, after.referral.age) == (34, 35)


async def test_one_bsn_is_one_client_however_often_referred(hub: InProcessHub) -> None:
    first = await hub.case(await hub.refer())
    moved = replace(CLIENT, address="Nieuwe Binnenweg 1")

    second = await hub.case(await hub.refer(client=moved, organisation_code=WIJKTEAM.code))

    assert second.client.id == first.client.id
    assert second.client.details.address == "Nieuwe Binnenweg 1"
    assert (await hub.case(first.referral.id)).client.details.address is None


async def test_without_a_bsn_nobody_is_taken_for_another(hub: InProcessHub) -> None:
    nameless = replace(CLIENT, bsn=None)

    first = await hub.case(await hub.refer(client=nameless))
    second = await hub.case(await hub.refer(client=nameless))

    assert first.client.id != second.client.id
    assert second.referral.advice == ()


async def test_a_referral_is_found_by_the_reference_of_its_own_organisation_only(hub: InProcessHub) -> None:
    referral_id = await hub.refer(reference="D-1")

    assert await hub.db.read(find_referral, DOCK.code, "D-1") == referral_id
    assert await hub.db.read(find_referral, COURT.code, "D-1") is None
    assert await hub.db.read(find_referral, "nobody", "D-1") is None


async def test_two_organisations_may_use_the_same_reference(hub: InProcessHub) -> None:
    first = await hub.refer(reference="1")

    assert await hub.refer(reference="1", organisation_code=COURT.code) != first


async def test_a_clock_that_runs_a_little_ahead_is_forgiven(hub: InProcessHub) -> None:
    soon = NOW + timedelta(minutes=5)

    case = await hub.case(await hub.refer(received_at=soon))

    assert case.referral.received_at == soon


async def test_a_partners_clock_may_run_a_day_ahead(hub: InProcessHub) -> None:
    told = replace(AT_WIJKTEAM, received_at=TOMORROW)

    result = await hub.pull(partner_record("G-1", told), system=System.GIDSO)

    assert result.applied == 1


async def test_confirming_names_the_counsellor_and_is_told(hub: InProcessHub) -> None:
    case = await hub.case(await hub.refer(CONFIRM))

    assert case.referral.status is case.referral.disclosed_status is ReferralStatus.CONFIRMED
    assert case.referral.counsellor == COUNSELLOR
    assert await hub.event_names(case.referral.id) == ["received", "confirmed"]


async def test_rejecting_keeps_and_tells_the_reason(hub: InProcessHub) -> None:
    referral_id = await hub.refer(REJECT)

    case, stored = await hub.case(referral_id), (await hub.events(referral_id))[-1]

    assert (case.referral.status, case.referral.rejection_reason) == (ReferralStatus.REJECTED, RejectionReason.CRISIS)
    assert stored.event.facts == {"referral.rejection_reason": "crisis", "referral.status": "rejected"}
    assert (await hub.history(referral_id))[-1].reason == "crisis"


async def test_forwarding_keeps_to_whom(hub: InProcessHub) -> None:
    referral_id = await hub.refer(ForwardReferral(WIJKTEAM.code))

    assert await hub.status(referral_id) is ReferralStatus.FORWARDED
    assert (await hub.history(referral_id))[-1].reason == WIJKTEAM.code
    assert (await hub.event_names(referral_id))[-1] == "forwarded"


async def test_a_referrer_withdraws_at_once_until_the_referral_is_confirmed(hub: InProcessHub) -> None:
    case = await hub.case(await hub.refer(WITHDRAW))

    assert case.referral.status is case.referral.disclosed_status is ReferralStatus.WITHDRAWN
    assert case.referral.withdrawal_reason is WithdrawalReason.HELPED_ELSEWHERE
    assert case.referral.closure_reason is ClosureReason.WITHDRAWN_BY_REFERRER


async def test_a_confirmed_referral_is_withdrawn_by_request(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, WITHDRAW)

    case = await hub.case(referral_id)

    assert case.referral.status is ReferralStatus.CONFIRMED
    assert case.referral.flags.withdrawal_requested
    assert (await hub.event_names(referral_id))[-1] == "withdrawal-requested"


async def test_a_granted_withdrawal_ends_the_referral_with_the_reason_that_was_asked(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, WITHDRAW, GRANT)

    case, stored = await hub.case(referral_id), (await hub.events(referral_id))[-1]

    assert case.referral.status is ReferralStatus.WITHDRAWN
    assert not case.referral.flags.withdrawal_requested
    assert stored.event.facts["referral.withdrawal_reason"] == "helped_elsewhere"


async def test_a_refused_withdrawal_leaves_the_referral_as_it_was(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, WITHDRAW, REFUSE)

    case = await hub.case(referral_id)

    assert case.referral.status is ReferralStatus.CONFIRMED
    assert (case.referral.flags.withdrawal_requested, case.referral.withdrawal_reason) == (False, None)
    assert await hub.steps(referral_id) == ["register", "confirm", "request_withdrawal", "refuse_withdrawal"]


async def test_amending_changes_what_was_said_and_not_where_it_stands(hub: InProcessHub) -> None:
    contents = replace(CONTENTS, area="Noord", motivation="wil hulp")
    moved = replace(CLIENT, address="Elders 1")

    referral_id = await hub.refer(CONFIRM, AmendReferral(contents, moved))

    case = await hub.case(referral_id)
    assert (case.contents, case.client.details) == (contents, moved)
    assert case.referral.status is ReferralStatus.CONFIRMED
    assert (await hub.event_names(referral_id))[-1] == "amended"


async def test_amending_without_a_client_leaves_the_client_alone(hub: InProcessHub) -> None:
    case = await hub.case(await hub.refer(AmendReferral(replace(CONTENTS, area="Noord"))))

    assert case.client.details == CLIENT


async def test_a_signal_reaches_the_finance_team_as_a_code(hub: InProcessHub) -> None:
    referral_id = await hub.refer(CONFIRM, GiveSignal(SignalKind.WORKER_CHANGED))

    stored = (await hub.events(referral_id))[-1]

    assert stored.event.facts["signal.kind"] == "worker_changed"
    assert (await hub.history(referral_id))[-1].reason == "worker_changed"


async def test_an_unreachable_client_ends_the_referral(hub: InProcessHub) -> None:
    case = await hub.case(await hub.refer_until(ReferralStatus.UNREACHABLE))

    assert case.referral.closure_reason is ClosureReason.NO_CONTACT
    assert case.referral.flags.contact_lost
    assert (await hub.event_names(case.referral.id))[-1] == "closed"


async def test_a_mistake_is_known_to_who_made_it(hub: InProcessHub) -> None:
    case = await hub.case(await hub.refer(EnterInError()))

    assert case.referral.status is case.referral.disclosed_status is ReferralStatus.ENTERED_IN_ERROR


@pytest.mark.parametrize("result", [result for result in IntakeResult if result.opens_trajectory])
async def test_a_result_on_which_guidance_follows_opens_a_trajectory(
    sqlite_hub: InProcessHub, result: IntakeResult
) -> None:
    hub = sqlite_hub
    referral_id = await hub.refer_until(ReferralStatus.ATTENDED)

    await hub.execute(referral_id, ConcludeIntake(result, TODAY))

    case = await hub.case(referral_id)
    assert (case.referral.intake_result, case.referral.intake_concluded_on) == (result, TODAY)
    assert case.referral.closure_reason is None
    assert case.trajectory is not None
    assert case.trajectory.status is TrajectoryStatus.PLANNING
    assert (await hub.event_names(referral_id))[-2:] == ["concluded", "started"]


@pytest.mark.parametrize(
    ("result", "closure"),
    [
        (IntakeResult.NO_SUPPORT_WANTED, ClosureReason.NO_SUPPORT_WANTED),
        (IntakeResult.NOT_ELIGIBLE, ClosureReason.NOT_ELIGIBLE),
        (IntakeResult.UNKNOWN, ClosureReason.UNKNOWN),
    ],
)
async def test_a_result_on_which_nothing_follows_closes_the_referral(
    sqlite_hub: InProcessHub, result: IntakeResult, closure: ClosureReason
) -> None:
    hub = sqlite_hub
    referral_id = await hub.refer_until(ReferralStatus.ATTENDED)

    await hub.execute(referral_id, ConcludeIntake(result, TODAY))

    case = await hub.case(referral_id)
    assert (case.referral.closure_reason, case.trajectory) == (closure, None)
    assert (await hub.event_names(referral_id))[-2:] == ["concluded", "closed"]


async def test_a_missed_client_who_wants_no_support_is_concluded_without_attendance(hub: InProcessHub) -> None:
    referral_id = await hub.refer_until(ReferralStatus.MISSED)

    await hub.execute(referral_id, ConcludeIntake(IntakeResult.NO_SUPPORT_WANTED, TODAY))

    assert await hub.status(referral_id) is ReferralStatus.CONCLUDED
    assert (await hub.steps(referral_id))[-1] == "conclude_unattended"


async def test_a_trajectory_is_due_after_the_term_of_the_day_of_the_intake(hub: InProcessHub) -> None:
    case = await hub.case(await hub.refer_until(ReferralStatus.CONCLUDED))

    assert case.trajectory is not None
    assert (case.trajectory.started_on, case.trajectory.due_on) == (INTAKE_ON, INTAKE_ON + timedelta(weeks=13))
    assert case.trajectory.counsellor == COUNSELLOR


async def test_the_referrer_counts_as_told_only_what_it_was_told(hub: InProcessHub) -> None:
    court = await hub.case(await hub.refer_until(ReferralStatus.CONCLUDED, organisation_code=COURT.code))
    welfare = await hub.case(
        await hub.refer_until(ReferralStatus.CONCLUDED, client=replace(CLIENT, bsn=None), reference="2")
    )

    assert court.referral.disclosed_status is ReferralStatus.ATTENDED
    assert welfare.referral.disclosed_status is ReferralStatus.CONCLUDED


async def test_nothing_is_told_of_what_is_replayed_quietly(hub: InProcessHub) -> None:
    hub.services = replace(hub.services, quiet=True)

    referral_id = await hub.refer(CONFIRM)

    assert await hub.event_names(referral_id) == ["received", "confirmed"]
    assert await hub.db.read(unrelayed_since) is None
