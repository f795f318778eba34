"""PgBouncer in transaction mode in front of a database, where it is installed: as in Debian's package ``pgbouncer``."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.support.postgres import START_SECONDS, folder_in_memory, own_account

# Debian installs it where only root has its PATH.
_PLACES = ("pgbouncer", "/usr/sbin/pgbouncer")

SERVER_CONNECTIONS = 2
"""So few that the transactions of one client take place in more than one session of the server."""

_PORT = 6432
_SETTINGS = """
[databases]
* = host={server}

[pgbouncer]
listen_port = {port}
unix_socket_dir = {home}
pool_mode = transaction
default_pool_size = {size}
auth_type = trust
auth_file = {home}/users
"""


def installed_pgbouncer() -> str:
    """Return the program; skip the test where there is none."""
    found = next((found for place in _PLACES if (found := shutil.which(place))), None)
    if found is None:
        pytest.skip(f"PgBouncer is not installed: looked for {' and '.join(_PLACES)}; apt-get install pgbouncer")
    return found


@contextmanager
def running_pgbouncer(program: str, url: str) -> Iterator[str]:
    """Run PgBouncer in front of a private server for the duration of a block. Return the URL of the database there."""
    behind = make_url(url)
    home = Path(tempfile.mkdtemp(prefix="pgb-", dir=folder_in_memory()))
    home.chmod(0o755)
    (home / "users").write_text(f'"{behind.username}" ""\n')
    file = home / "pgbouncer.ini"
    file.write_text(
        _SETTINGS.format(server=behind.query["host"], port=_PORT, home=home, size=SERVER_CONNECTIONS).lstrip()
    )
    account = own_account()
    if account:
        shutil.chown(home, account["user"], account["group"])
    with (home / "log").open("wb") as log:
        process: subprocess.Popen[bytes] = subprocess.Popen([program, str(file)], stdout=log, stderr=log, **account)
    try:
        _wait_for(home / f".s.PGSQL.{_PORT}", process, home / "log")
        front = behind.set(query={"host": str(home), "port": str(_PORT)})
        yield front.render_as_string(hide_password=False)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(home)


def _wait_for(listening: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not listening.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PgBouncer did not start:\n{log.read_text()}")
        time.sleep(0.02)
