"""A private PostgreSQL that keeps what it commits: the durability of a fresh installation, unlike the tests' server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.postgres import Server, _account, _binaries, _wait_until_ready

# What is not named here stands as PostgreSQL ships it: fsync, synchronous_commit and full_page_writes on.
OPTIONS = {"listen_addresses": "", "max_connections": "200", "shared_buffers": "256MB", "max_wal_size": "2GB"}


@contextmanager
def durable_server() -> Iterator[Server]:
    """Give the server of TEST_DATABASE_URL, else a private one with default durability, for the length of a block."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield Server(given)
        return
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        with _running(home) as server:
            yield server
    finally:
        shutil.rmtree(home)


@contextmanager
def _running(home: Path) -> Iterator[Server]:
    account: dict[str, Any] = _account()
    if account:
        shutil.chown(home, account["user"], account["group"])
    binaries, data = _binaries(home, account), str(home / "data")
    initdb = [str(binaries / "initdb"), "--pgdata", data, "--username=postgres", "--auth=trust", "--encoding=UTF8"]
    subprocess.run([*initdb, "--locale=C"], check=True, capture_output=True, cwd=home, **account)
    options = [f"--{name}={value}" for name, value in OPTIONS.items()]
    command = [str(binaries / "postgres"), "-D", data, f"--unix_socket_directories={home}", *options]
    with (home / "log").open("wb") as log:
        process: subprocess.Popen[bytes] = subprocess.Popen(command, cwd=home, stdout=log, stderr=log, **account)
    try:
        server = Server(f"postgresql://postgres@/postgres?host={home}")
        _wait_until_ready(server, process, home / "log")
        yield server
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait()
