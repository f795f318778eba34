"""``trajecthub serve`` says in one sentence why it cannot listen, and which setting to change."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def taken() -> Iterator[int]:
    """Return a port at which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def served(environment: dict[str, str]) -> tuple[int, str]:
    """Return the exit code of ``serve`` in a process of its own, and what it reported."""
    command = [sys.executable, "-m", "app.cli.main", "serve", "--with-worker"]
    ended = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
    return ended.returncode, " ".join((ended.stdout + ended.stderr).split())


def test_a_port_that_is_in_use_is_named(migrated: dict[str, str], taken: int) -> None:
    found = served(migrated | {"TRAJECTHUB_PORT": str(taken)})

    sentence = f"TRAJECTHUB_PORT is {taken}, which is in use: stop what listens there, or set another port"
    assert found == (1, sentence)


@pytest.mark.parametrize(
    ("host", "fault"),
    [
        ("nowhere.invalid", "which cannot be resolved: set an address of this machine, such as 127.0.0.1"),
        ("192.0.2.1", "which is no address of this machine: set one that is, such as 127.0.0.1"),
    ],
)
def test_a_host_at_which_the_hub_cannot_listen_is_named(migrated: dict[str, str], host: str, fault: str) -> None:
    assert served(migrated | {"TRAJECTHUB_HOST": host}) == (1, f"TRAJECTHUB_HOST is {host}, {fault}")
