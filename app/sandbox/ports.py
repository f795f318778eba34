"""The ports of the sandbox: the hub's, and those of what it talks with, which follow it."""

import errno
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from types import MappingProxyType
from typing import Final

from app.domain.codes import System
from app.listening import AddressUnusable, listen
from app.sandbox.state import SandboxState

HOST: Final = "127.0.0.1"
"""The sandbox is in reach of this machine only."""

DEFAULT_PORT: Final = 8000

HUB: Final = "hub"
RECEIVER: Final = "receiver"

_SERVERS: Final = MappingProxyType(
    {
        HUB: "the hub",
        System.ALLEGRO.value: "the simulator of Allegro",
        System.GIDSO.value: "the simulator of GIDSO",
        System.RMW.value: "the simulator of RMW",
        RECEIVER: "the webhook receiver",
    }
)
"""Everything that listens, in the order of the ports."""

LAST_PORT: Final = 65536 - len(_SERVERS)
"""The highest port that the hub can have, so that the others can follow it."""


def ports_from(first: int) -> dict[str, int]:
    """Return the port of everything that listens, from that of the hub on."""
    return {name: first + place for place, name in enumerate(_SERVERS)}


def require_free(ports: Mapping[str, int]) -> None:
    """Check that every port can be opened.

    Raises:
        AddressUnusable: one of them is in use, or may not be opened; the message has the remedy.
    """
    for name, port in ports.items():
        _require_free(name, port)


def free_ports(state: SandboxState) -> dict[str, int]:
    """Return ports that were free in the first run over this state, the same ones in every run."""
    known = {name: port for name in _SERVERS if (port := state.port(name))}
    if len(known) < len(_SERVERS):
        known = dict(zip(_SERVERS, _distinct_ports(), strict=True))
        for name, port in known.items():
            state.put_port(name, port)
    return known


def urls_at(ports: Mapping[str, int]) -> dict[str, str]:
    """Return the base URL of everything that listens, by name, without a slash at the end."""
    return {name: f"http://{HOST}:{port}" for name, port in ports.items()}


def _require_free(name: str, port: int) -> None:
    try:
        listening = listen(HOST, port)
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else "may not be opened by this user"
        remedy = "free it, or choose others with --port (0: any that are free)"
        raise AddressUnusable(f"Port {port}, for {_SERVERS[name]}, {reason}: {remedy}.") from error
    for each in listening:
        each.close()


def _distinct_ports() -> list[int]:
    with ExitStack() as opened:
        # Open at the same time, so that no port is given twice.
        probes = [opened.enter_context(socket.create_server((HOST, 0))) for _ in _SERVERS]
        return [probe.getsockname()[1] for probe in probes]
