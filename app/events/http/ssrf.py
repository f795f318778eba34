"""Which addresses the hub may call: every URL that it is given passes here, and so does every socket that it opens.

Against *server-side request forgery*: a subscriber who names an address inside the city's network would make the hub
call it. Sources: the IANA registries of special-purpose addresses; OWASP, *SSRF Prevention Cheat Sheet*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

from yarl import URL

from app.domain.input_rules import InputRule

__all__ = ["LOOPBACK", "AddressPolicy", "AddressRefused", "Network"]

Network = IPv4Network | IPv6Network

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
"""This machine itself."""

# Written out, because what Python calls global changes between its releases and counts tunnels into IPv4 as global.
_SPECIAL = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own (CGNAT)
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, with the clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # protocol assignments, with Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which wraps IPv4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)

# Every global address in IPv6. Outside it are ::1, v4-mapped, NAT64, local, link-local and multicast addresses.
_GLOBAL_6 = IPv6Network("2000::/3")

_LONGEST_URL = 2000
_UNWANTED = re.compile(r"[\s\\\x00-\x1f\x7f]")
_PORTS = range(1, 65536)
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?")
_INNER_NAMES = (".localhost", ".local", ".internal", ".home.arpa")


class AddressRefused(OSError):
    """The hub does not call this address; an ``OSError``, because it may be found while connecting.

    Attributes:
        rule: the rule that is broken.
        message: the rule and the remedy; never the address, which may be a secret.
    """

    def __init__(self, rule: InputRule, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


@dataclass(frozen=True)
class AddressPolicy:
    """What may be called.

    Attributes:
        allow_http: True in the sandbox only: addresses without TLS.
        allowed_networks: networks that may be called although they are not on the public internet.
    """

    allow_http: bool = False
    allowed_networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, networks: tuple[Network, ...] = (), *, sandbox: bool = False) -> Self:
        """Return the policy of an installation: its own networks, and in the sandbox also http and this machine."""
        return cls(sandbox, (*networks, *LOOPBACK) if sandbox else networks)

    def check_url(self, url: str) -> URL:
        """Return a URL parsed as it will be called, path and query as given; its host is not looked up.

        Raises:
            AddressRefused: it is no plain web address, has no TLS, or names a host that may not be called.
        """
        parsed = _parsed(url)
        if parsed.scheme != "https" and not (self.allow_http and parsed.scheme == "http"):
            raise AddressRefused(InputRule.HTTPS, f"Give an address that begins with {self._schemes}.")
        if not parsed.raw_host or parsed.user is not None or parsed.password is not None or "#" in url:
            message = "Give a plain address: a host, and no user, password or fragment."
            raise AddressRefused(InputRule.ADDRESS, message)
        if parsed.port not in _PORTS:
            raise AddressRefused(InputRule.ADDRESS, "Give a port from 1 to 65535, or leave it out.")
        _check_host(self, parsed.raw_host)
        return _as_given(url, parsed)

    def check_address(self, address: str) -> None:
        """Check an address to which a connection is about to be made.

        Raises:
            AddressRefused: it is not on the public internet and in no allowed network.
        """
        if not self.permits(address):
            message = f"Give an address {self._networks}; this one is on a local or special network."
            raise AddressRefused(InputRule.PUBLIC_ADDRESS, message)

    @property
    def _schemes(self) -> str:
        return "https://, or in the sandbox http://" if self.allow_http else "https://; nothing travels in the open"

    @property
    def _networks(self) -> str:
        if self.allow_http:
            return "on the public internet, of the hub's own machine, or in a network that the hub's operator allowed"
        allowed = " or in a network that the hub's operator allowed" if self.allowed_networks else ""
        return f"on the public internet{allowed}"

    def permits(self, address: str) -> bool:
        """Return whether an IP address may be called; what is no canonical address may not."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.scope_id is not None:
            return False
        return any(found in network for network in self.allowed_networks) or _is_public(found)


def _check_host(policy: AddressPolicy, host: str) -> None:
    if ":" in host or _ends_in_number(host):
        policy.check_address(host)
    elif not _NAME.fullmatch(host):
        raise AddressRefused(InputRule.ADDRESS, "Give the name of a host in letters, digits and hyphens.")
    elif not policy.allowed_networks and _is_inner(host.rstrip(".")):
        raise AddressRefused(InputRule.PUBLIC_ADDRESS, "Give the full name of a host on the public internet.")


def _is_inner(name: str) -> bool:
    return "." not in name or name.endswith(_INNER_NAMES)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_6:
        return False
    return not any(address in block for block in _SPECIAL)


def _ends_in_number(host: str) -> bool:
    """Return whether a resolver would read the host as an IPv4 address: 127.1, 2130706433, 0x7f.0.0.1, 0177.0.0.1."""
    last = host.rstrip(".").rpartition(".")[2].lower()
    return last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last) is not None


def _as_given(url: str, checked: URL) -> URL:
    """Return the address with the host that was checked, and path and query byte for byte: they may be signed."""
    given = URL(url, encoded=url.isascii())
    return URL.build(
        scheme=checked.scheme,
        authority=checked.raw_authority,
        path=given.raw_path,
        query_string=given.raw_query_string,
        encoded=True,
    )


def _parsed(url: str) -> URL:
    if len(url) > _LONGEST_URL or _UNWANTED.search(url):
        message = f"Give an address of at most {_LONGEST_URL} characters, without spaces and backslashes."
        raise AddressRefused(InputRule.ADDRESS, message)
    try:
        return URL(url)
    except ValueError as error:
        raise AddressRefused(InputRule.ADDRESS, "This is no address; check its host and port.") from error
