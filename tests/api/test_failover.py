"""A primary that is lost under load loses no change that was acknowledged, and nobody has to restart the hub."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import pytest

from app.api.state import AppState
from app.database import Database
from app.database.migrations import upgrade_schema
from app.models.delivery.outbox import unrelayed_since
from app.worker import WorkerLoops
from tests.api.conftest import Api, SignIn
from tests.support.api_calls import referral
from tests.support.postgres_pair import PostgresPair, running_pair

WRITERS = 8
CHANGES = 40
RECOVERY_SECONDS = 30

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pair() -> Iterator[PostgresPair]:
    """Return a primary with the schema, and its synchronous standby."""
    with running_pair() as pair:
        upgrade_schema(pair.url)
        yield pair


@pytest.fixture
async def database(pair: PostgresPair) -> AsyncIterator[Database]:
    """Return the hub's database, by a URL that names both servers."""
    database = Database.open(pair.url)
    yield database
    await database.close()


@dataclass(kw_only=True)
class Load:
    """Callers that register referrals, each again with the same key until it is acknowledged."""

    api: Api
    acknowledged: list[str] = field(default_factory=list)
    refused: int = 0
    ends: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, name: int) -> None:
        numbers = count()
        while not self.ends:
            await self._register({"Idempotency-Key": f"{name}-{next(numbers)}"})

    async def _register(self, key: dict[str, str]) -> None:
        while not self.ends:
            answer = await self.api.post("/v1/referrals", json=referral(), headers=key)
            if answer.status_code == 201:
                self.acknowledged.append(answer.json()["id"])
                self.news.set()
                return
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            self.refused += 1
            self.news.set()
            await asyncio.sleep(0.05)

    async def more(self) -> None:
        """Wait until more changes were acknowledged."""
        wanted = len(self.acknowledged) + CHANGES
        await self._until(lambda: len(self.acknowledged) >= wanted)

    async def more_refusals(self) -> None:
        """Wait until as many calls were refused as there are callers."""
        wanted = self.refused + WRITERS
        await self._until(lambda: self.refused >= wanted)

    async def _until(self, has_happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(RECOVERY_SECONDS):
            while not has_happened():
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def under_load(api: Api) -> AsyncIterator[Load]:
    """Have referrals registered all the time during a block."""
    load = Load(api=api)
    async with asyncio.TaskGroup() as running:
        for name in range(WRITERS):
            running.create_task(load.write(name))
        try:
            yield load
        finally:
            load.ends = True


async def ids_of(api: Api) -> list[str]:
    """Return the ids of all referrals."""
    page = (await api.get("/v1/referrals?limit=100")).json()
    found = [each["id"] for each in page["items"]]
    while cursor := page.get("nextCursor"):
        page = (await api.get(f"/v1/referrals?limit=100&cursor={cursor}")).json()
        found += [each["id"] for each in page["items"]]
    return found


async def test_calls_while_there_is_no_primary_are_refused_and_nothing_that_was_acknowledged_is_lost(
    hub: AppState, worker: WorkerLoops, sign_in: SignIn, pair: PostgresPair
) -> None:
    dock, stop = await sign_in("dock"), asyncio.Event()
    loops = asyncio.create_task(worker.run(stop, 1.0))

    async with under_load(dock) as load:
        await load.more()
        await asyncio.to_thread(pair.lose_primary)
        await load.more_refusals()
        await asyncio.to_thread(pair.promote_standby)
        await load.more()

    signal = hub.db.listen()
    async with asyncio.timeout(RECOVERY_SECONDS):
        while await hub.db.read(unrelayed_since):
            await signal.wait(0.05)
    stop.set()
    await loops
    found = await ids_of(dock)
    assert len(found) == len(set(found))
    assert set(load.acknowledged) - set(found) == set()
