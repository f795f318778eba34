"""The address of a peer: that of its connection, or what a trusted proxy says of the caller behind it."""

from ipaddress import ip_address

from starlette.types import Scope

UNKNOWN_PEER = "unknown"


def peer_of(scope: Scope) -> str:
    """Return the address from which a request came; ``unknown`` when a proxy named something that is no address."""
    stated = (scope.get("client") or ("",))[0]
    try:
        found = ip_address(stated)
    except ValueError:
        return UNKNOWN_PEER
    return str(getattr(found, "ipv4_mapped", None) or found)
