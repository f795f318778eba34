"""A wait that a partner asks for is bounded and counted, whatever number or date it states; on both stores."""

from datetime import timedelta

import pytest
from starlette.responses import Response

from app.domain.events import EventType
from tests.support.hub import NOW, InProcessHub
from tests.support.raw_partner import CONNECT, raw_partner, soap_fault

ENDLESS = (
    "1796006754000000000",
    "9" * 400,
    "99999999999999",
    "Fri, 31 Dec 9999 23:59:59 GMT",
)
ODD = ("²", "-5", "1e9", "Fri, 31 Dec 9999 23:59:59 -0000", "Fri, 99 Foo 9999", "NaN", "٣٠")


@pytest.mark.parametrize("name", CONNECT)
@pytest.mark.parametrize("stated", ENDLESS)
async def test_an_endless_wait_counts_as_a_failure_and_ends_within_a_day(
    hub: InProcessHub, name: str, stated: str
) -> None:
    headers = {"Retry-After": stated}
    async with raw_partner(hub, name, lambda _: Response(status_code=503, headers=headers)) as partner:
        state = await partner.pull()

    assert (state.failures, state.retry_at) == (1, hub.clock.now() + timedelta(days=1))


@pytest.mark.parametrize("name", CONNECT)
async def test_a_wait_that_is_no_wait_counts_as_none(hub: InProcessHub, name: str) -> None:
    for failures, stated in enumerate(ODD, 1):
        headers = {"Retry-After": stated.encode("utf-8").decode("latin-1")}
        answer = Response(status_code=503, headers=headers)
        async with raw_partner(hub, name, lambda _, answer=answer: answer) as partner:  # type: ignore[misc]
            state = await partner.pull()

        assert state.failures == failures, stated
        assert state.retry_at, stated
        assert state.retry_at - hub.clock.now() <= timedelta(minutes=10), stated
        hub.clock.set(state.retry_at)


@pytest.mark.parametrize("stated", ["99999999999999", "9" * 5000, "86401"])
async def test_an_endless_wait_of_rmws_maintenance_counts_as_a_failure_and_is_reported_once(
    hub: InProcessHub, stated: str
) -> None:
    fault = soap_fault(f"<code>ONDERHOUD</code><wachttijdSeconden>{stated}</wachttijdSeconden>")
    async with raw_partner(hub, "rmw", lambda _: Response(fault, 500, media_type="text/xml")) as partner:
        state = await partner.pull()
        hub.clock.set(NOW + timedelta(minutes=11))
        await partner.pull()
        alerted = await partner.pull()

    assert (state.failures, state.retry_at) == (1, NOW + timedelta(days=1))
    assert (alerted.failures, alerted.alerted) == (1, True)
    assert await partner.notices() == [EventType.PARTNER_FAILING]
