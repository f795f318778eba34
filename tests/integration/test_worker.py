import asyncio
import os
import signal
from base64 import b64encode
from datetime import time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.bootstrap import DEFAULT_REQUESTS_PER_SECOND, build_worker, pull_policies_of
from app.domain.codes import System
from app.domain.errors import PartnerUnreachable
from app.models.delivery.outbox import unrelayed_since
from app.operations.intake.apply import PageResult
from app.operations.partners.pull_policy import MaintenanceWindow, PullPolicy
from app.reference import load_reference
from app.sandbox.runtime import SettableClock, serving
from app.settings import Settings
from app.stopping import stop_on_signal
from tests.support.hub import CONFIRM, NOW, InProcessHub, unreadable
from tests.support.patience import PATIENCE

SECRETS: dict[str, Any] = {
    "allegro": {"url": "http://127.0.0.1:1", "client_id": "hub", "client_secret": "allegro-secret"},
    "gidso": {"url": "http://127.0.0.1:1", "api_key": "gidso-key"},
    "rmw": {"url": "http://127.0.0.1:1", "username": "hub", "password": "rmw-password"},
}


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(mode="sandbox", data_dir=folder, **given)


async def test_events_are_relayed(sqlite_hub: InProcessHub, tmp_path: Path) -> None:
    hub = sqlite_hub
    await hub.refer(CONFIRM)
    worker = build_worker(hub.db, hub.services, settings(tmp_path))

    result = await worker.pull_and_deliver()

    await worker.close()
    assert result == PageResult()
    assert await hub.db.read(unrelayed_since) is None


async def test_a_worker_pulls_the_partners_it_is_connected_with(sqlite_hub: InProcessHub, tmp_path: Path) -> None:
    hub = sqlite_hub

    alone = build_worker(hub.db, hub.services, settings(tmp_path))
    connected = build_worker(hub.db, hub.services, settings(tmp_path, **SECRETS))

    await alone.close()
    await connected.close()
    assert set(alone.pullers) == set()
    assert set(connected.pullers) == {System.ALLEGRO, System.GIDSO, System.RMW}


async def test_a_partner_that_does_not_answer_stops_nothing(sqlite_hub: InProcessHub, tmp_path: Path) -> None:
    hub, stop = sqlite_hub, asyncio.Event()
    await hub.refer(CONFIRM)
    worker = build_worker(hub.db, hub.services, settings(tmp_path, **SECRETS))
    written = hub.db.listen()

    running = asyncio.create_task(worker.run(stop, pull_interval_seconds=0.01))
    async with asyncio.timeout(PATIENCE):
        while await hub.db.read(unrelayed_since):
            await written.wait(0.1)
    stop.set()

    await asyncio.wait_for(running, PATIENCE)
    await worker.close()


async def test_old_payloads_in_quarantine_are_purged(sqlite_hub: InProcessHub, tmp_path: Path) -> None:
    hub, stop = sqlite_hub, asyncio.Event()
    await hub.pull(unreadable("D-1"))
    hub.clock.set(NOW + load_reference("rotterdam").retention.quarantine + timedelta(seconds=1))
    worker = build_worker(hub.db, hub.services, settings(tmp_path))
    written = hub.db.listen()

    running = asyncio.create_task(worker.run(stop, pull_interval_seconds=0.01))
    async with asyncio.timeout(PATIENCE):
        while await hub.quarantine():
            await written.wait(0.1)
    stop.set()

    await asyncio.wait_for(running, PATIENCE)
    await worker.close()
    assert [row.payload for row in await hub.quarantine("expired")] == [None]


def test_each_partner_has_its_own_pull_policy(tmp_path: Path) -> None:
    given = settings(
        tmp_path,
        rmw={"maintenance": "22:00-06:00,12:00-12:30"},
        gidso={"requests_per_second": "5"},
        reconcile_at="",
    )

    pull_policy = pull_policies_of(given)

    assert pull_policy[System.RMW].maintenance == (
        MaintenanceWindow(time(22), time(6)),
        MaintenanceWindow(time(12), time(12, 30)),
    )
    assert pull_policy[System.ALLEGRO] == PullPolicy()
    assert pull_policy[System.GIDSO] == PullPolicy(requests_per_second=5)


def test_calls_to_partners_are_limited_outside_the_sandbox() -> None:
    production: dict[str, Any] = {
        "master_key": SecretStr(b64encode(sha256(b"").digest()).decode()),
        "public_url": "https://hub.example.org",
        "oin": "00000001003214345000",
    }

    given = pull_policies_of(Settings(**production)).values()

    assert {each.requests_per_second for each in given} == {DEFAULT_REQUESTS_PER_SECOND}
    assert {each.reconcile_at for each in given} == {time(3, 30)}


async def test_each_partner_is_called_with_the_credentials_of_its_settings(tmp_path: Path) -> None:
    calls: list[bytes] = []

    async def refuse(request: Request) -> Response:
        calls.append(repr(sorted(request.headers.items())).encode() + await request.body())
        return Response(status_code=503)

    async with serving(Starlette(routes=[Route("/{path:path}", refuse, methods=["GET", "POST"])])) as server:
        partners = {name: {**given, "url": server.url} for name, given in SECRETS.items()}
        given = settings(tmp_path, **partners)
        for each in (given.allegro, given.gidso, given.rmw):
            adapter = each.connect(server.url, SettableClock(NOW), None)
            with pytest.raises(PartnerUnreachable):
                await anext(adapter.source.changes(None))
            await adapter.close()

    allegro, gidso, rmw = calls
    assert b64encode(b"hub:allegro-secret") in allegro
    assert b"'gidso-key'" in gidso
    assert b">hub<" in rmw
    assert b">rmw-password<" in rmw


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_sets_the_stop_event(number: signal.Signals) -> None:
    stop = stop_on_signal()

    os.kill(os.getpid(), number)

    async with asyncio.timeout(PATIENCE):
        await stop.wait()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().remove_signal_handler(each)
