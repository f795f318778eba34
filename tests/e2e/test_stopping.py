"""Processes of the hub end in time and with exit code 0, whatever they do when they are stopped, and whoever hangs."""

import asyncio
import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from app.database.migrations import upgrade_schema
from tests.support.postgres_proxy import PostgresProxy
from tests.support.processes import Program, free_port, hub_environment, running

pytestmark = pytest.mark.slow

# Longer than any process of these tests may take to stop, and shorter than one that nobody bounds would.
IN_TIME = 30.0


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so in another process."""
    deadline = time.monotonic() + IN_TIME
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def sent(port: int, *parts: bytes) -> Iterator[socket.socket]:
    """Send parts of a request over a connection that stays open."""
    with socket.create_connection(("127.0.0.1", port), IN_TIME) as connection:
        for part in parts:
            connection.sendall(part)
        yield connection


def status_of(port: int, path: str) -> int:
    """Return the status of the answer to a request of its own connection."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=IN_TIME)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def test_an_api_drains_first_and_is_kept_by_no_slow_request(sqlite_url: str) -> None:
    port = free_port()
    environment = hub_environment(sqlite_url, port) | {
        "TRAJECTHUB_DRAIN_SECONDS": "1",
        "TRAJECTHUB_STOP_SECONDS": "5",
    }
    ready = f"http://127.0.0.1:{port}/healthz/ready"
    half_head = b"GET /v1/events HTTP/1.1\r\n"
    half_body = b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
    form = b"Content-Type: application/x-www-form-urlencoded\r\n\r\ng"

    with (
        running("app.cli.main", "serve", "--with-worker", environment=environment, url=ready) as program,
        sent(port),
        sent(port, half_head),
        sent(port, half_body + form),
    ):
        os.kill(program.pid, signal.SIGTERM)
        wait_until(lambda: status_of(port, "/healthz/ready") == 503)
        alive = status_of(port, "/healthz/live")
        code = program.wait(IN_TIME)

    assert (alive, code) == (200, 0)


async def test_a_process_that_waits_for_its_database_at_the_start_ends_at_once(proxy: PostgresProxy) -> None:
    proxy.passing.clear()
    program = Program(arguments=("app.cli.main", "serve"), environment=hub_environment(proxy.url, free_port()))
    program.start()
    while not proxy.accepted:  # noqa: ASYNC110  # by another process
        await asyncio.sleep(0.02)

    assert await asyncio.to_thread(program.end) == 0


SLOW_IMPORT = """
import sys
from app.cli.lazy import LazyCommand

sys.path.insert(0, sys.argv[1])
LazyCommand("slow", "slow_to_import", "", is_service=True).make_context("slow", [])
"""


def test_a_process_that_is_still_being_loaded_ends_at_once(tmp_path: Path) -> None:
    (tmp_path / "slow_to_import.py").write_text("import time; print('begun', flush=True); time.sleep(60)")
    command = [sys.executable, "-c", SLOW_IMPORT, str(tmp_path)]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        process.terminate()

        assert process.wait(IN_TIME) == 0


STUBBORN = """
import asyncio
from contextlib import suppress
from app.stopping import Stopping

async def never_end():
    Stopping.on_signals(total_seconds=0.2)
    print("begun", flush=True)
    while True:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)

asyncio.run(never_end())
"""


def test_a_process_that_cannot_be_stopped_is_ended_with_a_sentence() -> None:
    command = [sys.executable, "-c", STUBBORN]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        process.terminate()
        _, reported = process.communicate(timeout=IN_TIME)

    assert process.returncode == 1
    assert reported == "The process did not stop within 0.2 seconds, and is ended.\n"


def test_a_worker_whose_log_cannot_be_written_goes_on_and_ends_with_0(tmp_path: Path) -> None:
    database = tmp_path / "hub.db"
    upgrade_schema(f"sqlite:///{database}")
    port = free_port()
    environment = hub_environment(f"sqlite:///{database}") | {
        "TRAJECTHUB_LOG_LEVEL": "INFO",
        "TRAJECTHUB_WORKER_PORT": str(port),
        "TRAJECTHUB_GIDSO_URL": "http://127.0.0.1:1",
        "TRAJECTHUB_GIDSO_API_KEY": "key",
    }
    command = [sys.executable, "-m", "app.cli.main", "worker"]

    def has_logged() -> bool:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reader:
            return bool(reader.execute("SELECT 1 FROM partner WHERE failures > 0").fetchone())

    with (
        Path("/dev/full").open("w") as full,
        subprocess.Popen(command, env={**os.environ, **environment}, stdout=full, stderr=full) as process,
    ):
        wait_until(has_logged)
        alive = status_of(port, "/healthz/live")
        process.terminate()
        code = process.wait(IN_TIME)

    assert (alive, code) == (200, 0)
