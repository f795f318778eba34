"""What stands between an owed delivery and its receiver at the moment of sending: nothing is sent, and it is noted."""

from dataclasses import replace
from uuid import UUID

from app.domain.codes import ReferrerKind, System
from app.domain.events import EventType
from app.domain.values import Organisation
from app.models.delivery.subscription import delete_subscription
from tests.support.event_env import EventEnv, Mailbox, organisation


async def ended(env: EventEnv, referral_id: UUID) -> list[tuple[str, str | None]]:
    return [(one.state.value, one.last_error) for one in await env.deliveries(referral_id)]


async def test_nothing_is_sent_of_a_referral_that_was_erased_meanwhile(
    env: EventEnv, box: Mailbox, welfare: Organisation
) -> None:
    await env.subscribe(welfare, box.url)
    referral = env.cases.add(welfare)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    del env.cases.cases[referral]

    await env.send()

    assert (await ended(env, referral), box.bodies) == ([("withheld", "no-record")], [])


async def test_what_a_subscription_that_was_ended_is_still_owed_is_given_up(
    env: EventEnv, box: Mailbox, welfare: Organisation
) -> None:
    await env.subscribe(welfare, box.url)
    referral = env.cases.add(welfare)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    await env.db.write(delete_subscription, env.subscription_id)

    await env.send()

    assert (await ended(env, referral), box.bodies) == ([("dead", "no-subscription")], [])


async def test_nothing_is_sent_to_an_organisation_whose_referral_it_no_longer_is(
    env: EventEnv, box: Mailbox, welfare: Organisation
) -> None:
    await env.subscribe(welfare, box.url)
    referral = env.cases.add(welfare)
    await env.happen(referral, EventType.REFERRAL_CONFIRMED)
    other = organisation(ReferrerKind.WELZIJNSORGANISATIE, System.API)
    env.cases.cases[referral] = replace(env.cases.cases[referral], referrer=other)

    await env.send()

    assert (await ended(env, referral), box.bodies) == ([("withheld", "other-organisation")], [])
