"""``trajecthub serve`` says in one sentence why it cannot listen, and which setting to change."""

import socket
from collections.abc import Iterator

import pytest

from tests.support.command_line import run

pytestmark = pytest.mark.slow

SERVE = ("serve", "--with-worker")


@pytest.fixture
def taken() -> Iterator[int]:
    """Return a port at which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_is_in_use_is_named(migrated: dict[str, str], taken: int) -> None:
    found = run(migrated | {"TRAJECTHUB_PORT": str(taken)}, *SERVE)

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
    assert run(migrated | {"TRAJECTHUB_HOST": host}, *SERVE) == (1, f"TRAJECTHUB_HOST is {host}, {fault}")
