"""What stands between an owed delivery and its receiver at the moment of sending: nothing is sent, and it is noted."""

from dataclasses import replace
from uuid import UUID

from app.domain.codes import ReferrerKind, System
from app.domain.events import EventType
from app.domain.values import Organisation
from app.models.delivery.subscription import delete_subscription
from tests.support.event_env import Mailbox, World, organisation


async def ended(world: World, referral_id: UUID) -> list[tuple[str, str | None]]:
    return [(one.state.value, one.last_error) for one in await world.deliveries(referral_id)]


async def test_nothing_is_sent_of_a_referral_that_was_erased_meanwhile(
    world: World, box: Mailbox, welfare: Organisation
) -> None:
    await world.subscribe(welfare, box.url)
    referral = world.cases.add(welfare)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)
    del world.cases.cases[referral]

    await world.send()

    assert (await ended(world, referral), box.bodies) == ([("withheld", "no-record")], [])


async def test_what_a_subscription_that_was_ended_is_still_owed_is_given_up(
    world: World, box: Mailbox, welfare: Organisation
) -> None:
    await world.subscribe(welfare, box.url)
    referral = world.cases.add(welfare)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)
    await world.db.write(delete_subscription, world.subscription_id)

    await world.send()

    assert (await ended(world, referral), box.bodies) == ([("dead", "no-subscription")], [])


async def test_nothing_is_sent_to_an_organisation_whose_referral_it_no_longer_is(
    world: World, box: Mailbox, welfare: Organisation
) -> None:
    await world.subscribe(welfare, box.url)
    referral = world.cases.add(welfare)
    await world.happen(referral, EventType.REFERRAL_CONFIRMED)
    other = organisation(ReferrerKind.WELZIJNSORGANISATIE, System.API)
    world.cases.cases[referral] = replace(world.cases.cases[referral], referrer=other)

    await world.send()

    assert (await ended(world, referral), box.bodies) == ([("withheld", "other-organisation")], [])
