"""A client who is referred again while helped already is advised to be linked, as far as the referrer may know it."""

import pytest

from app.domain.codes import (
    IntakeResult,
    ReferralStatus,
    RoutingAdvice,
)
from app.domain.commands import (
    Command,
    ConcludeIntake,
    PauseTrajectory,
)
from tests.support.hearing import CHAIN, referred
from tests.support.hub import (
    ATTEND,
    CONCLUDE,
    CONFIRM,
    DECIDE,
    DONE,
    DROP_OUT,
    SCHEDULE,
    SIGN,
    TODAY,
    WIJKTEAM,
    InProcessHub,
)

NOTHING = ConcludeIntake(IntakeResult.NO_SUPPORT_WANTED, TODAY)
FIRST_TALK: list[Command] = [CONFIRM, SCHEDULE, ATTEND]
OPEN = (RoutingAdvice.ALREADY_OPEN,)


async def advice_after(hub: InProcessHub, kind: str, steps: list[Command]) -> tuple[RoutingAdvice, ...]:
    """Return the advice to a referrer of a kind that refers the client of an own case again after these steps."""
    owner, first = await referred(hub, kind)
    await hub.execute(first, *steps)
    again = await hub.refer(organisation_code=owner.code)
    return (await hub.case(again)).referral.advice


async def test_a_client_with_an_open_referral_gets_advice_and_no_refusal(hub: InProcessHub) -> None:
    await hub.refer()

    again = await hub.case(await hub.refer())

    assert again.referral.advice == OPEN


async def test_a_referral_that_ended_does_not_count_as_open(hub: InProcessHub) -> None:
    await hub.refer_until(ReferralStatus.UNREACHABLE)

    again = await hub.case(await hub.refer())

    assert again.referral.advice == ()


@pytest.mark.parametrize(
    ("facts", "advice"),
    [
        ([CONCLUDE], OPEN),
        ([CONCLUDE, SIGN], OPEN),
        ([SIGN], OPEN),
        ([CONCLUDE, SIGN, PauseTrajectory()], OPEN),
        ([CONCLUDE, SIGN, DECIDE], OPEN),
        ([CONCLUDE, SIGN, DECIDE, DONE], ()),
        ([SIGN, DROP_OUT], ()),
        ([SIGN, NOTHING], ()),
    ],
    ids=["planning", "running", "plan first", "paused", "decided", "closed", "stopped before the result", "no result"],
)
async def test_another_referrer_is_advised_as_long_as_a_trajectory_runs(
    hub: InProcessHub, facts: list[Command], advice: tuple[RoutingAdvice, ...]
) -> None:
    await hub.execute(await hub.refer(organisation_code=WIJKTEAM.code), *FIRST_TALK, *facts)

    again = await hub.case(await hub.refer())

    assert again.referral.advice == advice


@pytest.mark.parametrize("kind", CHAIN)
@pytest.mark.parametrize("course", [[CONCLUDE], [CONCLUDE, SIGN], [SIGN]], ids=["planning", "running", "plan first"])
async def test_a_referrer_is_advised_that_its_own_trajectory_runs(
    hub: InProcessHub, kind: str, course: list[Command]
) -> None:
    assert await advice_after(hub, kind, [*FIRST_TALK, *course]) == OPEN


@pytest.mark.parametrize("kind", CHAIN)
async def test_a_referrer_is_not_advised_of_its_own_trajectory_once_it_heard_of_the_end(
    hub: InProcessHub, kind: str
) -> None:
    ends: list[list[Command]] = [
        [CONCLUDE, SIGN, DROP_OUT],
        [CONCLUDE, SIGN, DECIDE, DONE],
        [SIGN, DROP_OUT],
        [SIGN, NOTHING],
        [NOTHING],
    ]
    owner, first = await referred(hub, kind)
    for number, course in enumerate(ends):
        await hub.execute(first, *FIRST_TALK, *course)
        first = await hub.refer(organisation_code=owner.code)

        assert (await hub.case(first)).referral.advice == (), (kind, number)


@pytest.mark.parametrize("kind", sorted(set(CHAIN) - {"jongerenloket"}))
async def test_a_decided_trajectory_runs_for_who_hears_of_its_end(hub: InProcessHub, kind: str) -> None:
    assert await advice_after(hub, kind, [*FIRST_TALK, CONCLUDE, SIGN, DECIDE]) == OPEN


@pytest.mark.parametrize("end", [[], [DONE]], ids=["decided", "ended"])
async def test_referring_again_does_not_show_the_youth_desk_whether_its_trajectory_ended_after_a_result(
    hub: InProcessHub, end: list[Command]
) -> None:
    assert await advice_after(hub, "jongerenloket", [*FIRST_TALK, CONCLUDE, SIGN, DECIDE, *end]) == ()
