"""Operators see which workers run and what they last did; one that cannot work ends."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from structlog.testing import capture_logs

from app import __version__
from app.bootstrap import open_worker
from app.database import Connection, Database
from app.domain.worker_processes import SILENT_AFTER, LoopReport, WorkerReport
from app.listening import listen
from app.liveness import MOST_CONNECTIONS, serving_liveness
from app.loops import loop_states
from app.operations.schema import SchemaMismatch
from app.operations.worker_processes import present_workers
from app.settings import Settings
from app.worker import WorkerLoops
from tests.support.hub import NOW, InProcessHub
from tests.support.patience import PATIENCE
from tests.support.postgres_proxy import PostgresProxy

LOOPS = {"delivery", "relay", "retention", "schema", "report"}


@asynccontextmanager
async def opened(hub: InProcessHub, folder: Path) -> AsyncIterator[WorkerLoops]:
    """Return a worker without partners."""
    async with open_worker(hub.db, hub.services, Settings(mode="sandbox", data_dir=folder)) as worker:
        yield worker


async def reports(hub: InProcessHub) -> list[WorkerReport]:
    """Return the workers as operators see them."""
    return await hub.db.read(present_workers, hub.clock.now())


async def test_a_worker_is_seen_while_it_runs(hub: InProcessHub, tmp_path: Path) -> None:
    stop = asyncio.Event()

    async with opened(hub, tmp_path) as worker:
        running = asyncio.create_task(worker.run(stop, pull_interval_seconds=60))
        async with asyncio.timeout(PATIENCE):
            while not await reports(hub):  # noqa: ASYNC110  # nobody is notified of a report
                await asyncio.sleep(0.01)
        (seen,) = await reports(hub)
        stop.set()
        await asyncio.wait_for(running, PATIENCE)

    assert (seen.version, seen.started_at, seen.reported_at, seen.silent) == (__version__, NOW, NOW, False)
    assert {each.name for each in seen.loops} >= LOOPS
    assert await reports(hub) == []


async def test_a_worker_that_ended_without_a_stop_is_silent(hub: InProcessHub, tmp_path: Path) -> None:
    async with opened(hub, tmp_path) as worker, opened(hub, tmp_path) as other:
        await worker.reporter.report()
        hub.clock.set(NOW + SILENT_AFTER + timedelta(seconds=1))
        await other.reporter.report()
        await other.reporter.report()

    assert [each.silent for each in await reports(hub)] == [
        each.id == worker.reporter.id for each in await reports(hub)
    ]
    assert len(await reports(hub)) == 2


async def test_a_worker_whose_schema_is_replaced_ends_and_says_so(hub: InProcessHub, tmp_path: Path) -> None:
    newest = await hub.db.read(lambda tx: tx.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())

    def set_schema(tx: Connection, version: str) -> None:
        tx.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")

    await hub.db.write(set_schema, "9999")
    try:
        async with opened(hub, tmp_path) as worker:
            with pytest.RaisesGroup(pytest.RaisesExc(SchemaMismatch, match="The schema is 9999, .* needs ")):
                await asyncio.wait_for(worker.run(asyncio.Event(), pull_interval_seconds=60), PATIENCE)
    finally:
        await hub.db.write(set_schema, newest)


async def test_a_worker_whose_database_is_gone_reports_that_once_and_no_fault_of_its_loops_and_can_be_stopped(
    proxy: PostgresProxy, tmp_path: Path
) -> None:
    database, stop, began = Database.open(proxy.url), asyncio.Event(), time.time()

    def have_failed() -> bool:
        return {each.name for each in loop_states() if (each.failed_at or 0) >= began} >= LOOPS

    async with opened(InProcessHub(database), tmp_path) as worker:
        proxy.refuses = True
        proxy.close()
        with capture_logs() as lines:
            running = asyncio.create_task(worker.run(stop, pull_interval_seconds=60))
            async with asyncio.timeout(PATIENCE):
                while not have_failed():  # noqa: ASYNC110  # nobody is notified of a failed round
                    await asyncio.sleep(0.01)
            stop.set()
            await running
    await database.close()

    assert [line["event"] for line in lines] == ["database_unavailable"]


REPORT = WorkerReport(
    id=UUID(int=7),
    host="hub-worker-1",
    process=7,
    version="0.1.0",
    started_at=NOW - timedelta(hours=1),
    reported_at=NOW,
    loops=(
        LoopReport(name="delivery", completed_at=NOW - timedelta(seconds=1.5)),
        LoopReport(name="relay", failed_at=NOW - timedelta(seconds=2), error="Unavailable"),
    ),
)


@asynccontextmanager
async def liveness() -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of a worker's port."""
    sockets = listen("127.0.0.1", 0)
    host, port = sockets[0].getsockname()
    async with serving_liveness(sockets, lambda: REPORT), httpx.AsyncClient(base_url=f"http://{host}:{port}") as client:
        yield client


async def test_an_orchestrator_reads_the_age_and_the_last_error_of_each_loop() -> None:
    async with liveness() as client:
        answer = await client.get("/healthz/live")

    found: dict[str, Any] = answer.json()
    assert answer.status_code == 200
    assert (found["status"], found["version"]) == ("warn", "0.1.0")
    assert found["loops"]["delivery"] == {
        "ageSeconds": 1.5,
        "completedAt": "2026-03-02T09:29:58.500000Z",
        "failedAt": None,
        "error": None,
    }
    assert (found["loops"]["relay"]["ageSeconds"], found["loops"]["relay"]["error"]) == (None, "Unavailable")


async def test_silent_connections_do_not_keep_an_orchestrator_from_the_port_of_a_worker() -> None:
    async with liveness() as client:
        silent = [
            await asyncio.open_connection(client.base_url.host, client.base_url.port)
            for _ in range(2 * MOST_CONNECTIONS)
        ]

        answer = await client.get("/healthz/live")

        assert answer.status_code == 200
        for reader, _ in silent[:MOST_CONNECTIONS]:
            with suppress(ConnectionError):
                assert await reader.read() == b""
        for _, writer in silent:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def test_the_port_of_a_worker_answers_nothing_else() -> None:
    async with liveness() as client:
        statuses = [
            (await client.request(method, path)).status_code
            for method, path in (("HEAD", "/healthz"), ("POST", "/healthz/live"), ("GET", "/metrics"), ("GET", "/"))
        ]

    assert statuses == [200, 405, 404, 404]
