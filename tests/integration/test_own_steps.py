"""A referrer's own step: what comes of it shows nothing of what was not disclosed to the referrer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.domain.codes import CancellationReason, ClosureReason, OrganisationRole, RoutingAdvice, WithdrawalReason
from app.domain.commands import CancelAppointment, CloseTrajectory, Command, ConfirmReferral, WithdrawReferral
from app.domain.values import Organisation
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.queries import read_history
from tests.support.hub import CONCLUDE, CONFIRM, SCHEDULE, TODAY, InProcessHub
from tests.support.lives import OTHER_COUNSELLOR
from tests.support.own_steps import Effect, effect_of
from tests.support.privacy_canaries import CLIENT, referred

WITHDRAW = WithdrawReferral(WithdrawalReason.OTHER)
AS_PARTNER: Mapping[str, Any] = {"role": OrganisationRole.PARTNER_SYSTEM, "catch_up": True}
AS_REFERRER: Mapping[str, Any] = {"role": OrganisationRole.REFERRER}


async def tried(hub: InProcessHub, owner: Organisation, id: UUID, step: Command, context: Mapping[str, Any]) -> Effect:
    """Return what would come of a step."""
    case = await hub.case(id)
    return await hub.db.write(lambda tx: effect_of(tx, hub, CallerScope(owner), case, step, **context))


async def test_withdrawing_a_referral_whose_confirmation_was_implied_only_is_read_as_taken_back_at_once(
    hub: InProcessHub,
) -> None:
    owner, id = await referred(hub, "overig")
    before = await tried(hub, owner, id, WITHDRAW, AS_REFERRER)

    await hub.execute(id, SCHEDULE, catch_up=True)
    assert await tried(hub, owner, id, WITHDRAW, AS_REFERRER) == before
    await hub.execute(id, WITHDRAW)

    steps = await hub.db.read(read_history, hub.services, CallerScope(owner), id)
    assert [(each.action, each.to_status) for each in steps[1:]] == [("withdraw", "withdrawn")]
    # The counsellor is asked.
    assert (await hub.case(id)).referral.flags.withdrawal_requested
    assert (await hub.event_names(id))[-1] == "withdrawal-requested"


async def test_a_referral_that_is_over_without_its_referrer_knowing_is_withdrawn_by_its_partner_as_any_other(
    hub: InProcessHub,
) -> None:
    owner, id = await referred(hub, "vraagwijzer")
    before = await tried(hub, owner, id, WITHDRAW, AS_PARTNER)

    await hub.execute(id, CONCLUDE, catch_up=True)
    assert await tried(hub, owner, id, WITHDRAW, AS_PARTNER) == before
    await hub.execute(id, WITHDRAW, system=owner.system, **AS_PARTNER)

    steps = await hub.db.read(read_history, hub.services, CallerScope(owner), id)
    assert [(each.action, each.to_status) for each in steps[1:]] == [("withdraw", "withdrawn")]


async def test_cancelling_an_appointment_does_not_show_the_counsellor_of_a_late_report(hub: InProcessHub) -> None:
    owner, id = await referred(hub, "statushouders")
    await hub.execute(id, ConfirmReferral(None), replace(SCHEDULE, counsellor=None))
    (planned,) = await hub.appointments(id)
    cancel = CancelAppointment(CancellationReason.CLIENT_CANCELLED, planned.id)
    before = await tried(hub, owner, id, cancel, AS_REFERRER)

    await hub.execute(id, replace(CONFIRM, counsellor=OTHER_COUNSELLOR), catch_up=True)

    assert (await hub.case(id)).referral.counsellor == OTHER_COUNSELLOR
    assert await tried(hub, owner, id, cancel, AS_REFERRER) == before


async def test_referring_again_does_not_show_whether_the_first_referral_has_ended(hub: InProcessHub) -> None:
    owner, id = await referred(hub, "vraagwijzer")
    advice = []
    for end in ([], [SCHEDULE, CONCLUDE]):
        for step in end:
            await hub.execute(id, step, catch_up=True)
        again = await hub.refer(organisation_code=owner.code, client=CLIENT)
        case = await hub.case(again)
        advice.append(case.referral.advice)
        # It takes back the second one, so that the first decides again.
        await hub.execute(again, WITHDRAW)

    assert (await hub.case(id)).referral.status == "concluded"
    assert advice == [(RoutingAdvice.ALREADY_OPEN,)] * 2


async def test_another_referrer_is_advised_on_what_is(hub: InProcessHub) -> None:
    _, id = await referred(hub, "vraagwijzer")
    closed = CloseTrajectory(ClosureReason.RESULT_REACHED, TODAY)
    await hub.execute(id, SCHEDULE, CONCLUDE, closed, catch_up=True)

    case = await hub.case(await hub.refer(client=CLIENT))

    assert case.referral.advice == ()
