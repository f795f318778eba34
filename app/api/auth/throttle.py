"""Slowing down whoever fails to authenticate again and again, without keeping out anybody with a valid proof.

Failures are counted per peer, and per peer and client id, in the memory of this process. After some of them every
further failure is answered with 429, and with a wait that doubles. What is refused is the failure, not the peer: the
proof of a peer that has to wait is verified too, within a budget, because the client may have its address in common
with an attacker, behind a proxy or a gateway. A key that proved a client here before has a budget of its own, which
nobody uses up who does not know its id; so a flood from the same address does not stop its client either.
"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_network

from cachetools import LRUCache, TTLCache

FREE_OF_CLIENT = 10
"""Failures of one client id from one peer that are answered at once."""

FREE_OF_PEER = 50
"""Failures from one peer, whatever the client id; a gateway may have many clients behind it."""

MOST_SECONDS = 300
"""The longest wait."""

MEMORY_SECONDS = 900.0
"""Failures are forgotten when none was added for so long."""

TRIES_PER_SECOND, TRIES_AT_ONCE = 20.0, 40.0
"""Proofs that are verified, in a process, of peers that have to wait."""

PROVEN_TRIES_PER_SECOND, PROVEN_TRIES_AT_ONCE = 2.0, 5.0
"""The same for each key that proved its client from this peer before."""

_MOST_KEYS = 10_000


@dataclass(frozen=True)
class StatedClient:
    """Who a token request says it is of, which is not verified.

    Attributes:
        client_id: of the client.
        kid: of the key that is said to have signed; empty for a shared secret.
    """

    client_id: str
    kid: str = ""


@dataclass(frozen=True)
class _Failures:
    number: int
    wait_until: float


class _Budget:
    """A number of tries that grows with time, up to a bound."""

    def __init__(self, timer: Callable[[], float], per_second: float, at_once: float) -> None:
        self._timer, self._per_second, self._at_once = timer, per_second, at_once
        self._left, self._at = at_once, timer()

    def take(self) -> bool:
        """Use one try; return False when none is left."""
        now = self._timer()
        self._left = min(self._at_once, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Throttle:
    """Counts failed token requests, and says for how long further ones are refused.

    Args:
        timer: a monotonic clock, in seconds.
    """

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._failures: TTLCache[Hashable, _Failures] = TTLCache(_MOST_KEYS, MEMORY_SECONDS, timer)
        self._proven: LRUCache[Hashable, _Budget] = LRUCache(_MOST_KEYS)
        self._budget = _Budget(timer, TRIES_PER_SECOND, TRIES_AT_ONCE)

    def __len__(self) -> int:
        return len(self._failures) + len(self._proven)

    def seconds_to_wait(self, peer: str, stated: StatedClient | None = None) -> float:
        """Return how long failures of a peer, and of the client that is stated, are refused; 0 when they are not."""
        now = self._timer()
        known = [self._failures.get(key) for key in _keys_of(peer, stated)]
        return max([0.0, *(each.wait_until - now for each in known if each)])

    def may_try(self, peer: str, stated: StatedClient) -> bool:
        """Return whether the proof of a peer that has to wait is verified nevertheless; it uses a budget."""
        own = self._proven.get(_proof_key(peer, stated))
        return (own is not None and own.take()) or self._budget.take()

    def count_failure(self, peer: str, stated: StatedClient | None = None) -> float:
        """Count a failure of a peer, and of the client that is stated; return the seconds to wait, at first 0."""
        now, waits = self._timer(), []
        for key, free in zip(_keys_of(peer, stated), (FREE_OF_PEER, FREE_OF_CLIENT), strict=False):
            known = self._failures.get(key)
            number = known.number + 1 if known else 1
            waits.append(_seconds_after(number - free))
            self._failures[key] = _Failures(number, now + waits[-1])
        return max(waits)

    def note_proof(self, peer: str, stated: StatedClient) -> None:
        """Note that a peer proved to be the client that it stated: the failures of that client from there are over."""
        self._failures.pop(_keys_of(peer, stated)[-1], None)
        self._proven.setdefault(
            _proof_key(peer, stated), _Budget(self._timer, PROVEN_TRIES_PER_SECOND, PROVEN_TRIES_AT_ONCE)
        )


def _seconds_after(failures: int) -> float:
    return 0.0 if failures <= 0 else float(min(MOST_SECONDS, 2 ** min(failures - 1, 20)))


def _keys_of(peer: str, stated: StatedClient | None) -> list[Hashable]:
    network = _network_of(peer)
    # What is stated has any length; its hash does not.
    return [network, *([(network, _digest(stated.client_id))] if stated else [])]


def _proof_key(peer: str, stated: StatedClient) -> Hashable:
    return _network_of(peer), _digest(stated.client_id), _digest(stated.kid)


def _network_of(peer: str) -> str:
    """Return the network that one caller has for itself: an address, or 64 bits of one of IPv6."""
    try:
        return str(ip_network(f"{peer}/64", strict=False)) if ":" in peer else peer
    except ValueError:
        return peer


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "backslashreplace")).digest()
