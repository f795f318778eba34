"""Waits of callers that fail grow, are forgotten, and need a bounded memory; proofs are verified within budgets."""

from app.api.auth.throttle import (
    FREE_OF_CLIENT,
    FREE_OF_PEER,
    MEMORY_SECONDS,
    MOST_SECONDS,
    PROVEN_TRIES_AT_ONCE,
    TRIES_AT_ONCE,
    TRIES_PER_SECOND,
    StatedClient,
    Throttle,
)

PEER, ELSEWHERE = "192.0.2.1", "198.51.100.7"
DOCK, PIT = StatedClient("dock", "dock-2026"), StatedClient("pit010")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def failed(throttle: Throttle, times: int, peer: str = PEER, stated: StatedClient | None = DOCK) -> list[float]:
    return [throttle.count_failure(peer, stated) for _ in range(times)]


def test_the_first_failures_of_a_client_are_free_and_then_each_wait_is_twice_as_long() -> None:
    clock = Clock()
    throttle = Throttle(clock)

    free, waits = failed(throttle, FREE_OF_CLIENT), []
    for _ in range(12):
        waits += failed(throttle, 1)
        clock.now += waits[-1]

    assert free == [0] * FREE_OF_CLIENT
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, MOST_SECONDS, MOST_SECONDS, MOST_SECONDS]


def test_a_wait_is_over_when_it_has_passed_and_failures_are_forgotten() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    failed(throttle, FREE_OF_CLIENT + 3)

    before = throttle.seconds_to_wait(PEER, DOCK)
    clock.now += 4
    after = throttle.seconds_to_wait(PEER, DOCK)
    clock.now += MEMORY_SECONDS

    assert (before, after) == (4, 0)
    assert failed(throttle, FREE_OF_CLIENT) == [0] * FREE_OF_CLIENT


def test_failures_under_one_id_make_nobody_else_wait() -> None:
    throttle = Throttle(Clock())
    failed(throttle, FREE_OF_CLIENT + 5)

    assert throttle.seconds_to_wait(PEER, DOCK) > 0
    assert throttle.seconds_to_wait(ELSEWHERE, DOCK) == 0
    assert throttle.seconds_to_wait(PEER, PIT) == 0


def test_a_peer_that_fails_under_many_ids_waits_whatever_it_states() -> None:
    throttle = Throttle(Clock())

    waits = [throttle.count_failure(PEER, StatedClient(f"client-{number}")) for number in range(FREE_OF_PEER + 2)]

    assert waits == [*[0] * FREE_OF_PEER, 1, 2]
    assert throttle.seconds_to_wait(PEER) == throttle.seconds_to_wait(PEER, DOCK) == 2
    assert throttle.seconds_to_wait(ELSEWHERE) == 0


def test_a_proof_ends_the_wait_of_its_client() -> None:
    throttle = Throttle(Clock())
    failed(throttle, FREE_OF_CLIENT + 5)

    throttle.note_proof(PEER, DOCK)

    assert throttle.seconds_to_wait(PEER, DOCK) == 0


def test_proofs_of_those_who_wait_are_verified_within_a_budget() -> None:
    clock = Clock()
    throttle = Throttle(clock)

    at_once = [throttle.may_try(PEER, StatedClient(f"client-{number}")) for number in range(1000)]
    clock.now += 1
    later = [throttle.may_try(PEER, DOCK) for _ in range(1000)]

    assert (sum(at_once), sum(later)) == (TRIES_AT_ONCE, TRIES_PER_SECOND)


def test_a_key_that_proved_its_client_has_a_budget_of_its_own() -> None:
    throttle = Throttle(Clock())
    throttle.note_proof(PEER, DOCK)

    for _ in range(1000):
        throttle.may_try(PEER, StatedClient("dock", "another key"))

    assert not throttle.may_try(ELSEWHERE, DOCK)
    assert sum(throttle.may_try(PEER, DOCK) for _ in range(1000)) == PROVEN_TRIES_AT_ONCE


def test_of_an_address_of_ipv6_the_network_of_its_caller_counts() -> None:
    throttle = Throttle(Clock())

    for number in range(FREE_OF_PEER + 1):
        throttle.count_failure(f"2001:db8:1:2::{number:x}")

    assert throttle.seconds_to_wait("2001:db8:1:2:ffff::1") == 1
    assert throttle.seconds_to_wait("2001:db8:1:3::1") == 0


def test_any_number_of_peers_and_ids_needs_a_bounded_memory() -> None:
    throttle = Throttle(Clock())

    for number in range(30_000):
        throttle.count_failure(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", StatedClient("x" * 1000))
        throttle.note_proof("192.0.2.1", StatedClient("dock", f"key-{number}"))

    assert len(throttle) <= 20_000
