"""What a value of a setting is too weak for, outside the sandbox; each function returns why, to follow the variable."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import pairwise

from app.database_address import Place, PostgresServers

__all__ = [
    "SHORTEST_TOKEN",
    "WIDEST_PREFIX",
    "is_example",
    "is_open_network",
    "is_weak_key",
    "is_weak_token",
    "is_wide_network",
    "open_places",
    "unknown_variables",
]

SHORTEST_TOKEN = 32
"""The fewest characters of a secret that anybody may try."""

WIDEST_PREFIX = 8
"""A network with a shorter prefix is wider than any that one organisation has."""

# Of 32 random bytes fewer are different once in more than 10^20 times.
_FEWEST_DIFFERENT = 16

_ENCRYPTING = ("require", "verify-ca", "verify-full")

# In the documentation, the simulators and the tutorials of others.
_EXAMPLES = frozenset(
    {
        "change-me",
        "changeit",
        "changeme",
        "example",
        "geheim",
        "not-a-real-secret",
        "password",
        "secret",
        "test",
        "wachtwoord",
    }
)
_OF_THE_SANDBOX = "sandbox-"

# Networks in which no subscriber is: this machine, and the addresses at which clouds tell a machine its own secrets.
_OF_THE_MACHINE = tuple(
    ip_network(each) for each in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10", "fd00:ec2::/32")
)


def is_weak_key(key: bytes) -> bool:
    """Return whether a key was plainly not made by chance: few different bytes, a sequence, or a text."""
    steps = {(later - earlier) % 256 for earlier, later in pairwise(key)}
    return len(set(key)) < _FEWEST_DIFFERENT or len(steps) == 1 or (key.isascii() and key.decode().isprintable())


def is_weak_token(token: str) -> bool:
    """Return whether a token can be guessed: too short, few different characters, or an example."""
    return len(token) < SHORTEST_TOKEN or len(set(token)) < _FEWEST_DIFFERENT // 2 or is_example(token)


def is_example(secret: str) -> bool:
    """Return whether a secret is one that the documentation or a simulator has."""
    return secret.lower() in _EXAMPLES or secret.startswith(_OF_THE_SANDBOX)


def is_open_network(network: IPv4Network | IPv6Network) -> bool:
    """Return whether a network is wider than any organisation's, or has this machine in it."""
    return is_wide_network(network) or any(
        network.version == each.version and network.overlaps(each) for each in _OF_THE_MACHINE
    )


def is_wide_network(network: IPv4Network | IPv6Network) -> bool:
    """Return whether a network is wider than any organisation's."""
    return network.prefixlen < WIDEST_PREFIX


def open_places(servers: PostgresServers) -> Sequence[Place]:
    """Return the servers of a database to which connections go over a network without TLS."""
    if servers.sslmode in _ENCRYPTING:
        return ()
    return [each for each in servers.places if not _is_on_this_machine(each.host)]


def _is_on_this_machine(host: str) -> bool:
    # The folder of a socket, or an abstract one.
    if host.startswith(("/", "@")) or host in ("", "localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def unknown_variables(given: Collection[str], known: Collection[str], prefix: str) -> Iterator[tuple[str, str | None]]:
    """Return the variables with the prefix that are no setting, each with the setting that is spelled most like it.

    Kubernetes sets variables that begin with the name of each service; these are left out.
    """
    services = tuple(
        f"{service}_{kind}"
        for name in given
        if name.endswith("_SERVICE_HOST")
        for service in (name.removesuffix("_SERVICE_HOST"),)
        for kind in ("SERVICE_", "PORT")
    )
    names = [each.removeprefix(prefix) for each in known]
    for name in sorted(given):
        upper = name.upper()
        if upper.startswith(prefix) and upper not in known and not name.startswith(services):
            meant = get_close_matches(upper.removeprefix(prefix), names, 1)
            yield name, f"{prefix}{meant[0]}" if meant else None
