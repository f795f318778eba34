"""One partner fails alone, people hear of it once, and an operator can pause it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from app.adapters.common.adapter import Adapter
from app.adapters.common.pace import Pace
from app.adapters.engine.puller import Puller
from app.adapters.gidso import connect_gidso
from app.bootstrap import build_worker
from app.domain.codes import System
from app.domain.errors import InvalidInput, NotFound, PartnerRefused, PartnerUnreachable
from app.domain.local_time import AMSTERDAM
from app.domain.partners import JobKind, JobRequest
from app.domain.ports import Page
from app.operations.partners.jobs import find_job, page_of_jobs, request_job
from app.operations.partners.pull_policy import MaintenanceWindow, PullPolicy
from app.operations.partners.state import PartnerState, partner_states, pause_partner, resume_partner
from app.sandbox.gidso import app as gidso
from app.sandbox.rmw import app as rmw
from app.sandbox.runtime import SettableClock, serving
from app.settings import Settings
from tests.support.gidso_env import line, running_gidso
from tests.support.hub import NOW, InProcessHub
from tests.support.rmw_env import running_rmw
from tests.support.scripted_source import ScriptedSource

NEVER = 0.0
NIGHT = MaintenanceWindow(time(22), time(6))


def no_answer(asked_seconds: float | None = None) -> PartnerUnreachable:
    return PartnerUnreachable("no answer", asked_seconds)


def puller(hub: InProcessHub, feed: ScriptedSource, holder: str = "one", **pull_policy: Any) -> Puller:
    return Puller(
        db=hub.db,
        services=hub.services,
        source=feed,
        holder=holder,
        pull_policy=PullPolicy(**pull_policy),
        random=lambda: NEVER,
    )


async def state(hub: InProcessHub, system: System = System.ALLEGRO) -> PartnerState:
    states = await hub.db.read(partner_states, hub.clock.now())
    return next(each for each in states if each.system is system)


async def notices(hub: InProcessHub) -> list[str]:
    """Return the notices to operators, oldest first."""
    rows = (await hub.dump())["event"]
    types = [str(value) for row in rows for value in row if str(value).startswith("nl.trajecthub.partners.")]
    return [each.split(".")[3] for each in types]


def alerts(lines: list[Any]) -> list[str]:
    loud = ("partner_alert_raised", "partner_alert_cleared")
    return [line["event"] for line in lines if line["event"] in loud]


async def rounds(hub: InProcessHub, number: int, *pullers: Puller, apart: timedelta = timedelta(minutes=1)) -> None:
    for _ in range(number):
        for each in pullers:
            await each.round()
        hub.clock.set(hub.clock.now() + apart)


async def test_a_lasting_failure_alerts_once_when_it_starts_and_once_when_it_ends(hub: InProcessHub) -> None:
    feed = ScriptedSource(*[no_answer() for _ in range(25)], Page((), "5"))
    one = puller(hub, feed, max_failures_per_hour=100)

    with capture_logs() as lines:
        await rounds(hub, 300, one)

    assert feed.pages == []
    assert alerts(lines) == ["partner_alert_raised", "partner_alert_cleared"]
    (raised,) = [line for line in lines if line["event"] == "partner_alert_raised"]
    assert raised["reason"] == str(no_answer())
    assert await notices(hub) == ["failing", "recovered"]


async def test_a_failure_that_outlives_processes_is_alerted_by_one_of_them(hub: InProcessHub) -> None:
    feed = ScriptedSource(*[no_answer() for _ in range(25)], Page((), "5"))
    tell = [puller(hub, feed, holder, max_failures_per_hour=100) for holder in ("one", "two")]
    after_a_restart = [puller(hub, feed, holder, max_failures_per_hour=100) for holder in ("three", "four")]

    with capture_logs() as lines:
        await rounds(hub, 60, *tell)
        await rounds(hub, 240, *after_a_restart)

    assert feed.pages == []
    assert alerts(lines) == ["partner_alert_raised", "partner_alert_cleared"]
    assert await notices(hub) == ["failing", "recovered"]


async def test_a_short_failure_alerts_nobody(hub: InProcessHub) -> None:
    feed = ScriptedSource(no_answer(), no_answer(), Page((), "5"))

    with capture_logs() as lines:
        await rounds(hub, 6, puller(hub, feed))

    assert (alerts(lines), await notices(hub)) == ([], [])
    assert (await state(hub)).failures == 0


async def test_operators_are_alerted_of_a_partner_that_asks_to_wait_for_hours(hub: InProcessHub) -> None:
    feed = ScriptedSource(no_answer(asked_seconds=7200))

    await rounds(hub, 12, puller(hub, feed))

    assert len(feed.asked) == 1
    assert await notices(hub) == ["failing"]


async def test_the_wait_doubles_after_each_failed_pull(hub: InProcessHub) -> None:
    feed, waits = ScriptedSource(*[no_answer() for _ in range(9)]), []
    for _ in range(9):
        await puller(hub, feed).round()
        retry_at = (await state(hub)).retry_at
        assert retry_at
        waits.append((retry_at - hub.clock.now()).total_seconds())
        hub.clock.set(retry_at)

    assert waits == [10, 20, 40, 80, 160, 320, 600, 600, 600]


async def test_a_wait_outlives_a_restart(hub: InProcessHub) -> None:
    feed = ScriptedSource(no_answer(asked_seconds=120), Page((), "5"))
    await puller(hub, feed).round()

    await puller(hub, feed).round()
    asked_meanwhile = len(feed.asked)
    hub.clock.set(NOW + timedelta(seconds=120))
    await puller(hub, feed).round()

    assert (asked_meanwhile, len(feed.asked)) == (1, 2)


async def test_no_more_failed_pulls_an_hour_than_the_budget_allows(hub: InProcessHub) -> None:
    outcomes = [each for _ in range(500) for each in (no_answer(), Page((), "5"))]
    feed = ScriptedSource(*outcomes)
    one = puller(hub, feed, max_failures_per_hour=6)

    with capture_logs() as lines:
        await rounds(hub, 59, one)

    assert len([line for line in lines if line["event"] == "partner_pull_failed"]) <= 6


async def test_a_failed_pull_without_the_lease_is_not_recorded(hub: InProcessHub) -> None:
    slow = ScriptedSource(no_answer())

    async def lose_the_turn() -> None:
        hub.clock.set(NOW + timedelta(minutes=2))
        await puller(hub, ScriptedSource(Page((), "5")), "other").round()

    one = replace(puller(hub, slow), do_jobs=lose_the_turn)
    await one.round()

    assert (await state(hub)).failures == 0


async def test_a_resumed_partner_is_pulled_from_its_cursor(hub: InProcessHub) -> None:
    feed = ScriptedSource(Page((), "5"), Page((), "6"), Page((), "7"))
    await puller(hub, feed).round()

    await hub.db.write(pause_partner, hub.services, System.ALLEGRO, "beheer", "Allegro moves house.")
    await puller(hub, feed).round()
    paused = await state(hub)
    await hub.db.write(resume_partner, hub.services, System.ALLEGRO)
    await puller(hub, feed).round()

    assert (paused.paused, paused.paused_by, paused.pause_reason) == (True, "beheer", "Allegro moves house.")
    assert not (await state(hub)).paused
    assert feed.asked == [None, "7"]


async def test_a_pause_needs_a_reason(hub: InProcessHub) -> None:
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(InvalidInput, match="reason"):
            await hub.db.write(pause_partner, hub.services, System.ALLEGRO, "beheer", reason)


async def test_a_partner_in_maintenance_is_not_called_and_nobody_is_alerted(hub: InProcessHub) -> None:
    feed = ScriptedSource(no_answer(), Page((), "5"))
    one = puller(hub, feed, maintenance=(NIGHT,), alert_after=timedelta(minutes=1))
    hub.clock.set(datetime(2026, 3, 2, 21, 59, 59, tzinfo=AMSTERDAM))
    await one.round()

    hub.clock.set(datetime(2026, 3, 2, 22, tzinfo=AMSTERDAM))
    await rounds(hub, 8, one, apart=timedelta(hours=1) - timedelta(seconds=1))
    asked, told = len(feed.asked), await notices(hub)
    hub.clock.set(datetime(2026, 3, 3, 6, tzinfo=AMSTERDAM))
    await one.round()

    assert (asked, told) == (1, [])
    assert (len(feed.asked), await notices(hub)) == (2, [])


async def test_the_lag_of_a_partner_is_the_time_since_its_last_successful_pull(hub: InProcessHub) -> None:
    await puller(hub, ScriptedSource(Page((), "5"))).round()
    hub.clock.set(NOW + timedelta(seconds=90))

    assert (await state(hub)).lag_seconds == 90


async def test_jobs_come_in_pages_newest_first(hub: InProcessHub) -> None:
    for kind in (JobKind.RECONCILE, JobKind.BACKFILL, JobKind.RETRY):
        await hub.db.write(request_job, hub.services, System.RMW, "beheer", JobRequest(kind=kind, dry_run=True))

    first, after = await hub.db.read(page_of_jobs, System.RMW, None, 2)
    second, end = await hub.db.read(page_of_jobs, System.RMW, after, 2)

    assert [job.kind for job in (*first, *second)] == ["retry", "backfill", "reconcile"]
    assert end is None
    assert await hub.db.read(page_of_jobs, System.GIDSO, None, 2) == ([], None)


async def test_a_job_is_of_a_known_kind_and_found_at_its_partner(hub: InProcessHub) -> None:
    job = await hub.db.write(request_job, hub.services, System.RMW, "beheer", JobRequest(kind=JobKind.RETRY))

    assert (job.state, job.requested_by, job.requested_at, job.dry_run) == ("waiting", "beheer", NOW, False)
    with pytest.raises(ValueError, match="erase"):
        JobKind("erase")
    with pytest.raises(NotFound):
        await hub.db.read(find_job, System.GIDSO, job.id)
    with pytest.raises(NotFound):
        await hub.db.read(find_job, System.RMW, uuid4())


@asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """Return the address of a server that takes connections and never answers."""

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def dead_server() -> AsyncIterator[str]:
    """Return an address at which every connection is refused."""
    async with serving(lambda *_: None) as server:  # type: ignore[arg-type]  # never asked
        url = server.url
    yield url


@pytest.mark.parametrize("allegro", [dead_server, silent_server])
async def test_partners_are_pulled_on_time_next_to_one_that_does_not_answer(
    sqlite_hub: InProcessHub, tmp_path: Path, allegro: Any
) -> None:
    hub, stop = sqlite_hub, asyncio.Event()
    hub.clock.set(None)
    async with running_gidso(SettableClock()) as other, running_rmw() as env, allegro() as url:
        settings = Settings(
            mode="sandbox",
            data_dir=tmp_path,
            **_partners(url, other.url, env.url),
        )
        worker = build_worker(hub.db, hub.services, settings)
        written = hub.db.listen()
        running = asyncio.create_task(worker.run(stop, pull_interval_seconds=0.05))

        # Shorter than the ten seconds that a call to Allegro may take.
        async with asyncio.timeout(9):
            for _ in range(3):
                before = await _last_pulls(hub)
                while not _all_pulled_since(before, await _last_pulls(hub)):
                    await written.wait(0.1)

        pulled = await _last_pulls(hub)
        stop.set()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await worker.close()
    assert pulled.keys() == {System.GIDSO, System.RMW}


def _partners(allegro: str, gidso_url: str, rmw_url: str) -> dict[str, Any]:
    return {
        "allegro": {"url": allegro, "client_id": "hub", "client_secret": "allegro-secret"},
        "gidso": {"url": gidso_url, "api_key": gidso.API_KEY},
        "rmw": {"url": rmw_url, "username": rmw.USERNAME, "password": rmw.PASSWORD},
    }


async def test_pulls_and_deliveries_keep_one_pace() -> None:
    per_second, calls = 50, 12
    async with running_gidso(SettableClock()) as server:
        adapter = connect_gidso(server.url, gidso.API_KEY, SettableClock(), pace=Pace(per_second))
        began = monotonic()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(calls // 2):
                tasks.create_task(_pull(adapter))
                tasks.create_task(_deliver(adapter))
        took = monotonic() - began
        await adapter.close()

    assert took >= (calls - 1) / per_second


async def _pull(adapter: Adapter) -> None:
    assert [page async for page in adapter.source.changes(None)]


async def _deliver(adapter: Adapter) -> None:
    with pytest.raises(PartnerRefused):  # there is no such journal
        await adapter.sink.deliver(line())


async def _last_pulls(hub: InProcessHub) -> dict[System, datetime]:
    states = await hub.db.read(partner_states, NOW)
    return {each.system: each.last_success_at for each in states if each.last_success_at is not None}


def _all_pulled_since(before: Mapping[System, datetime], after: Mapping[System, datetime]) -> bool:
    return all(system in after and after[system] != before.get(system) for system in (System.GIDSO, System.RMW))
