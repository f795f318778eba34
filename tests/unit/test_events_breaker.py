"""When a receiver is left alone, and how it is sent to again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.receivers import SubscriptionKey
from app.events.delivery.backoff import LONGEST_WAIT
from app.events.delivery.breaker import FIRST_WAIT, LONGEST_PAUSE, OPENS_AFTER, concurrency_limit, next_state
from app.events.http.send_result import SendResult
from app.models.delivery.attempt import AttemptOutcome
from app.models.delivery.receiver_health import Breaker, BreakerState

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
USUAL = 10
NEW = Breaker(receiver=SubscriptionKey(uuid4()))
OTHER = SubscriptionKey(uuid4())
OURS = SendResult(outcome=AttemptOutcome.FAILED, error_class="KeyError", retry_after_seconds=600, sender_fault=True)
OK, FAILED, REFUSED = (
    SendResult(outcome=AttemptOutcome.DELIVERED),
    SendResult(outcome=AttemptOutcome.FAILED),
    SendResult(outcome=AttemptOutcome.REFUSED),
)

outcomes = st.lists(
    st.sampled_from([OK, FAILED, REFUSED, SendResult(outcome=AttemptOutcome.GONE)]), min_size=1, max_size=30
)


def never() -> float:
    return 0.0


def asking(seconds: float) -> SendResult:
    return SendResult(
        outcome=AttemptOutcome.FAILED,
        status_code=429,
        error_class="status-4xx",
        retry_after_seconds=seconds,
    )


def opened(now: datetime = NOW) -> Breaker:
    return next_state(NEW, [FAILED] * OPENS_AFTER, now, never)


def ramping() -> Breaker:
    return next_state(opened(), [OK], NOW + FIRST_WAIT, never)


def test_receiver_that_was_never_sent_to_is_sent_to_as_usual() -> None:
    assert concurrency_limit(None, USUAL, NOW) == USUAL
    assert concurrency_limit(NEW, USUAL, NOW) == USUAL


def test_breaker_opens_after_failures_without_a_success_between_them() -> None:
    almost = next_state(NEW, [FAILED] * (OPENS_AFTER - 1), NOW, never)

    assert almost.state is BreakerState.CLOSED
    assert next_state(almost, [FAILED], NOW, never).state is BreakerState.OPEN


@pytest.mark.parametrize("answer", [OK, REFUSED])
def test_an_answer_between_failures_keeps_the_breaker_closed(answer: SendResult) -> None:
    many = [FAILED] * (OPENS_AFTER - 1)

    assert next_state(NEW, [*many, answer, *many], NOW, never).state is BreakerState.CLOSED


@given(st.integers(0, OPENS_AFTER - 1), st.integers(1, 50))
def test_faults_of_the_hub_itself_count_for_nothing(failures: int, faults: int) -> None:
    for stood in (next_state(NEW, [FAILED] * failures, NOW, never) if failures else NEW, opened(), ramping()):
        assert next_state(stood, [OURS] * faults, NOW, never) == stood
        assert next_state(stood, [OURS, FAILED, OURS], NOW, never) == next_state(stood, [FAILED], NOW, never)


def test_open_breaker_lets_nothing_through_and_then_one() -> None:
    assert concurrency_limit(opened(), USUAL, NOW + FIRST_WAIT - timedelta(seconds=1)) == 0
    assert concurrency_limit(opened(), USUAL, NOW + FIRST_WAIT) == 1


def test_partner_that_is_not_connected_is_not_probed_either() -> None:
    assert concurrency_limit(opened(), 0, NOW + FIRST_WAIT) == 0


def test_receiver_that_is_up_again_gets_twice_as_many_each_time_until_it_is_as_usual() -> None:
    breaker, caps = opened(), []
    now = NOW + FIRST_WAIT

    while breaker.state is not BreakerState.CLOSED:
        caps.append(concurrency_limit(breaker, USUAL, now))
        breaker = next_state(breaker, [OK], now, never)

    assert caps[:5] == [1, 2, 4, 8, USUAL]
    assert breaker == NEW


def test_receiver_that_is_still_down_is_left_alone_twice_as_long_each_time() -> None:
    breaker, waits = opened(), []
    for _ in range(8):
        assert breaker.retry_at is not None
        now = breaker.retry_at
        breaker = next_state(breaker, [FAILED], now, never)
        assert breaker.retry_at is not None
        waits.append(breaker.retry_at - now)

    assert waits[:4] == [FIRST_WAIT * 2, FIRST_WAIT * 4, FIRST_WAIT * 8, FIRST_WAIT * 16]
    assert max(waits) == LONGEST_PAUSE


def test_failure_while_ramping_opens_again() -> None:
    assert next_state(ramping(), [FAILED], NOW + FIRST_WAIT, never).state is BreakerState.OPEN


def test_tries_that_were_under_way_when_it_opened_do_not_lengthen_the_wait() -> None:
    assert next_state(opened(), [FAILED] * 5, NOW, never).retry_at == opened().retry_at


@pytest.mark.parametrize("state", ["closed", "open", "ramping"])
@given(st.floats(0.001, 10_000_000))
def test_asked_wait_is_never_undercut(state: str, seconds: float) -> None:
    breaker = {"closed": NEW, "open": opened(), "ramping": ramping()}[state]

    held = next_state(breaker, [asking(seconds)], NOW, never)

    wait = min(timedelta(seconds=seconds), LONGEST_WAIT)
    assert concurrency_limit(held, USUAL, NOW + wait - timedelta(microseconds=2)) == 0


def test_wait_is_up_to_a_fifth_longer_so_that_receivers_do_not_come_back_together() -> None:
    latest = next_state(NEW, [FAILED] * OPENS_AFTER, NOW, lambda: 1.0)

    assert latest.retry_at == NOW + FIRST_WAIT * 1.2


@given(st.lists(st.tuples(outcomes, st.integers(0, 3600)), max_size=30))
def test_whatever_happens_the_cap_stays_within_bounds_and_a_probe_comes(
    rounds: list[tuple[list[SendResult], int]],
) -> None:
    breaker, now = NEW, NOW
    for some, seconds in rounds:
        breaker = next_state(breaker, some, now, never)
        now += timedelta(seconds=seconds)

        assert 0 <= concurrency_limit(breaker, USUAL, now) <= USUAL
        assert concurrency_limit(breaker, USUAL, now + LONGEST_PAUSE * 1.2) >= 1


@given(outcomes)
def test_breaker_of_another_receiver_is_never_touched(some: list[SendResult]) -> None:
    assert replace(next_state(NEW, some, NOW, never), receiver=OTHER) == next_state(
        replace(NEW, receiver=OTHER), some, NOW, never
    )
