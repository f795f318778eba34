"""A process notices in time that clients, organisations or keys were changed, and trusts no memory for long."""

import asyncio

import pytest

from app.calls import Call, OpenCalls, present_call
from app.database import Database
from app.domain.details import Detail
from app.domain.errors import Unavailable
from app.operations.access.organisations import save_referrer
from app.operations.access.watch import LOOK_SECONDS, TRUST_SECONDS, AccessWatch
from tests.support.hub import DOCK, InProcessHub
from tests.support.patience import PATIENCE
from tests.support.postgres_proxy import PostgresProxy


class Watched:
    """A watch with a clock in hand, and how often it noticed something."""

    def __init__(self, db: Database, failures: int = 0) -> None:
        self.now, self.noticed, self._failures = 0.0, 0, failures
        self.calls: list[Call | None] = []
        self.watch = AccessWatch(db, self._on_change, timer=lambda: self.now)

    async def _on_change(self) -> None:
        if self._failures:
            self._failures -= 1
            raise Unavailable(Detail.HUB_STOPPING())
        self.noticed += 1
        self.calls.append(present_call())


async def test_a_change_by_another_is_noticed_once(hub: InProcessHub) -> None:
    watched = Watched(hub.db)
    await watched.watch.look()
    await watched.watch.look()
    before = watched.noticed

    await hub.db.write(save_referrer, hub.services, DOCK)
    await watched.watch.look()
    await watched.watch.look()

    assert (before, watched.noticed) == (1, 2)


async def test_requests_look_only_when_nothing_was_confirmed_for_a_while(hub: InProcessHub) -> None:
    watched = Watched(hub.db)
    await watched.watch.require_confirmed()
    await hub.db.write(save_referrer, hub.services, DOCK)

    watched.now = TRUST_SECONDS
    await watched.watch.require_confirmed()
    trusted = watched.noticed
    watched.now = TRUST_SECONDS + 0.1
    await asyncio.gather(*(watched.watch.require_confirmed() for _ in range(5)))

    assert (trusted, watched.noticed) == (1, 2)


async def test_what_could_not_be_acted_on_is_acted_on_at_the_next_look(hub: InProcessHub) -> None:
    watched = Watched(hub.db, failures=2)

    for _ in range(2):
        with pytest.raises(Unavailable):
            await watched.watch.look()
    await watched.watch.look()

    assert watched.noticed == 1


async def test_a_look_uses_no_share_of_the_client_whose_request_caused_it(hub: InProcessHub) -> None:
    watched, calls = Watched(hub.db), OpenCalls()

    with calls.answering():
        await watched.watch.require_confirmed()

    assert watched.calls == [None]


async def test_the_loop_looks_until_it_is_stopped(hub: InProcessHub) -> None:
    watched, stop = Watched(hub.db), asyncio.Event()
    running = asyncio.create_task(watched.watch.run(stop))
    async with asyncio.timeout(PATIENCE):
        while watched.noticed < 2:
            await hub.db.write(save_referrer, hub.services, DOCK)
            await asyncio.sleep(LOOK_SECONDS)
    stop.set()
    await running


async def test_nothing_is_confirmed_while_the_database_is_out_of_reach(proxy: PostgresProxy) -> None:
    db = Database.open(proxy.url)
    try:
        watched = Watched(db)
        await watched.watch.require_confirmed()
        proxy.refuses = True
        proxy.close()
        watched.now = TRUST_SECONDS
        await watched.watch.require_confirmed()

        watched.now += 0.1
        with pytest.raises(Unavailable):
            await watched.watch.require_confirmed()
    finally:
        await db.close()
