"""The hub's outbound client as testers use it, from their own machine."""

from __future__ import annotations

from dataclasses import dataclass

from app.events.http.client import TIMEOUT_SECONDS, OutboundClient
from app.events.http.ssrf import AddressPolicy, Network

__all__ = ["ConnectionCount", "outbound_client"]


@dataclass
class ConnectionCount:
    """How many connections were opened."""

    opened: int = 0

    def add(self) -> None:
        """Count one more."""
        self.opened += 1


def outbound_client(
    connections: ConnectionCount,
    networks: tuple[Network, ...] = (),
    *,
    ca_file: str | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> OutboundClient:
    """Return the hub's client, with the rule of the sandbox: http and this machine are allowed, other networks named.

    Args:
        connections: counts what it opens.
        networks: that may be called although they are not on the public internet.
        ca_file: certificates of authorities to trust in addition to the system's own, PEM.
        timeout_seconds: the longest that one call may take.
    """
    policy = AddressPolicy.of(networks, sandbox=True)
    return OutboundClient(policy, ca_file=ca_file, timeout_seconds=timeout_seconds, on_connect=connections.add)
