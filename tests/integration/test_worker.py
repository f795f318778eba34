import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from app.domain.codes import System
from app.models.outbox import unrelayed_since
from app.operations.intake import Tally
from app.settings import Settings
from app.worker import Worker, credentials, stop_on_signal
from tests.support.hub import CONFIRM, SmallHub

SECRETS: dict[str, Any] = {
    "allegro_url": "http://127.0.0.1:1",
    "allegro_client_id": "hub",
    "allegro_client_secret": SecretStr("allegro-secret"),
    "gidso_url": "http://127.0.0.1:1",
    "gidso_api_key": SecretStr("gidso-key"),
    "rmw_url": "http://127.0.0.1:1",
    "rmw_username": "hub",
    "rmw_password": SecretStr("rmw-password"),
}


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(mode="sandbox", data_dir=folder, **given)


async def test_what_happened_is_relayed(sqlite_hub: SmallHub, tmp_path: Path) -> None:
    hub = sqlite_hub
    await hub.refer(CONFIRM)
    worker = Worker.over(hub.db, hub.tools, settings(tmp_path))

    tally = await worker.settle()

    await worker.close()
    assert tally == Tally()
    assert await hub.db.read(unrelayed_since) is None


async def test_a_worker_pulls_the_partners_it_is_connected_with(sqlite_hub: SmallHub, tmp_path: Path) -> None:
    hub = sqlite_hub

    alone = Worker.over(hub.db, hub.tools, settings(tmp_path))
    connected = Worker.over(hub.db, hub.tools, settings(tmp_path, **SECRETS))

    await alone.close()
    await connected.close()
    assert set(alone.pullers) == set()
    assert set(connected.pullers) == {System.ALLEGRO, System.GIDSO, System.RMW}


async def test_a_partner_that_does_not_answer_stops_nothing(sqlite_hub: SmallHub, tmp_path: Path) -> None:
    hub, stop = sqlite_hub, asyncio.Event()
    await hub.refer(CONFIRM)
    worker = Worker.over(hub.db, hub.tools, settings(tmp_path, **SECRETS))
    written = hub.db.listen()

    running = asyncio.create_task(worker.run(stop, pull_interval_seconds=0.01))
    async with asyncio.timeout(10):
        while await hub.db.read(unrelayed_since):
            await written.wait(0.1)
    stop.set()

    await asyncio.wait_for(running, 10)
    await worker.close()


def test_secrets_are_passed_on_as_plain_values(tmp_path: Path) -> None:
    given = credentials(settings(tmp_path, **SECRETS))

    assert (given.allegro_client_secret, given.gidso_api_key, given.rmw_password) == (
        "allegro-secret",
        "gidso-key",
        "rmw-password",
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_asks_to_stop(number: signal.Signals) -> None:
    stop = stop_on_signal()

    os.kill(os.getpid(), number)

    async with asyncio.timeout(5):
        await stop.wait()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().remove_signal_handler(each)
