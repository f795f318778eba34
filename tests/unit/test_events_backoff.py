"""When a failed delivery is tried again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.delivery.backoff import LONGEST_WAIT, MAX_ATTEMPTS, SCHEDULE, wait_after

CHANCE = st.floats(0, 1, exclude_max=True)


def wait(failures: int, chance: float = 0.0, retry_after: float | None = None) -> timedelta:
    found = wait_after(failures, lambda: chance, retry_after)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        (1, timedelta(seconds=5)),
        (2, timedelta(minutes=5)),
        (3, timedelta(minutes=30)),
        (4, timedelta(hours=2)),
        (5, timedelta(hours=5)),
        (6, timedelta(hours=10)),
        (7, timedelta(hours=14)),
        (8, timedelta(hours=20)),
        (9, timedelta(hours=24)),
    ],
)
def test_waits_grow_as_published(failures: int, expected: timedelta) -> None:
    assert wait(failures) == expected


def test_hub_tries_for_72_hours_at_least() -> None:
    assert sum(SCHEDULE, timedelta()) >= timedelta(hours=72)


@given(st.integers(MAX_ATTEMPTS, 1000))
def test_hub_gives_up_after_the_last_try(failures: int) -> None:
    assert wait_after(failures, lambda: 0.0) is None
    assert wait_after(failures, lambda: 0.0, 5) is None


@given(st.integers(1, MAX_ATTEMPTS - 1), CHANCE)
def test_jitter_lengthens_a_wait_by_a_fifth_at_most(failures: int, chance: float) -> None:
    step = SCHEDULE[failures - 1]

    assert step <= wait(failures, chance) <= step * 1.2


@given(st.integers(1, MAX_ATTEMPTS - 1), CHANCE, st.floats(0, LONGEST_WAIT.total_seconds()))
def test_wait_asked_for_is_never_undercut(failures: int, chance: float, asked: float) -> None:
    assert wait(failures, chance, asked) >= timedelta(seconds=asked)


def test_failed_deliveries_are_spread_over_a_fifth_of_the_wait() -> None:
    assert [wait(1, chance) for chance in (0.0, 0.5, 1.0)] == [timedelta(seconds=each) for each in (5, 5.5, 6)]


def test_absurd_wait_is_limited_to_30_days() -> None:
    assert wait(1, retry_after=1e18) == timedelta(days=30)
