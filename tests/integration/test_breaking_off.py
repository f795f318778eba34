"""What hangs when a process stops is broken off, and nothing is lost by it."""

import asyncio
from collections.abc import AsyncIterator

from typing_extensions import override

from app.adapters.engine.puller import Puller
from app.domain.codes import System
from app.domain.events import EventType
from app.domain.ports import Page
from app.domain.values import Organisation
from app.stopping import CLOSING_SECONDS, Stopping
from tests.support.event_env import EventEnv
from tests.support.hub import InProcessHub
from tests.support.patience import PATIENCE
from tests.support.scripted_source import ScriptedSource

SHORT = CLOSING_SECONDS + 0.1


class HangingSource(ScriptedSource):
    """A source that never answers."""

    def __init__(self) -> None:
        super().__init__(system=System.GIDSO)
        self.was_asked = asyncio.Event()

    @override
    async def changes(self, cursor: str | None) -> AsyncIterator[Page]:
        """Wait for ever."""
        self.was_asked.set()
        await asyncio.Event().wait()
        yield Page((), cursor)


async def test_a_partner_that_hangs_is_left_and_its_lease_released(hub: InProcessHub) -> None:
    hanging, following, stopping = HangingSource(), ScriptedSource(system=System.GIDSO), Stopping(total_seconds=SHORT)
    first, second = (
        Puller(db=hub.db, services=hub.services, source=source, holder=name)
        for name, source in (("first", hanging), ("second", following))
    )

    async def pull() -> None:
        async with stopping.while_running():
            await first.run(stopping.announced, interval_seconds=60)

    pulling = asyncio.create_task(pull())
    await asyncio.wait_for(hanging.was_asked.wait(), PATIENCE)
    stopping.announce()
    await asyncio.wait_for(pulling, PATIENCE)
    await second.pull()

    assert following.asked == [None]


async def test_a_receiver_that_hangs_is_left_and_what_others_answered_is_recorded(
    env: EventEnv, team: Organisation
) -> None:
    answered, hanging = env.cases.add(team), env.cases.add(team)
    gidso, stopping = env.partners[System.GIDSO], Stopping(total_seconds=SHORT)

    async def deliver() -> None:
        async with stopping.while_running():
            await env.engine.run(stopping.announced, env.relay.once)

    delivering = asyncio.create_task(deliver())
    await env.happen(answered, EventType.REFERRAL_CONFIRMED)
    await asyncio.wait_for(gidso.has(1), PATIENCE)
    gidso.hold = asyncio.Event()
    gidso.asked.clear()
    await env.happen(hanging, EventType.REFERRAL_CONFIRMED)
    await asyncio.wait_for(gidso.asked.wait(), PATIENCE)
    stopping.announce()
    await asyncio.wait_for(delivering, PATIENCE)

    assert [await env.states(each) for each in (answered, hanging)] == [["delivered"], ["pending"]]
    # Its lease ended with the stop, so that it is sent again at once.
    gidso.hold = None
    await env.new_engine().drain()
    assert await env.states(hanging) == ["delivered"]
