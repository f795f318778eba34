"""How the hub treats a partner: windows, waits, the budget of failures, and the pace of calls."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.adapters.common.pace import Pace
from app.operations.partners.pull_policy import MAX_RETRY_AFTER, FailureBudget, MaintenanceWindow, PullPolicy

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@given(moment=st.datetimes(timezones=st.just(UTC)), start=st.times(), end=st.times())
def test_a_window_and_its_complement_cover_the_day_without_overlap(moment: datetime, start: time, end: time) -> None:
    window, rest = MaintenanceWindow(start, end), MaintenanceWindow(end, start)

    assert start == end or window.contains(moment) is not rest.contains(moment)


@given(failures=st.integers(1, 10_000), chance=st.floats(0, 1, exclude_max=True), asked=st.floats(0) | st.none())
def test_a_wait_is_never_shorter_than_the_rule_nor_longer_than_the_maximum(
    failures: int, chance: float, asked: float | None
) -> None:
    pull_policy = PullPolicy()

    wait = pull_policy.backoff(failures, lambda: chance, asked)

    assert wait >= min(pull_policy.initial_wait * failures, pull_policy.max_wait) / 2
    assert wait >= min(timedelta(seconds=min(asked or 0, 1e9)), MAX_RETRY_AFTER)
    assert wait <= max(pull_policy.max_wait * 1.2, MAX_RETRY_AFTER)


@given(gaps=st.lists(st.integers(0, 2000), min_size=1, max_size=60), an_hour=st.integers(1, 8))
def test_the_budget_is_never_exceeded_within_an_hour(gaps: list[int], an_hour: int) -> None:
    budget, now, spent = FailureBudget(an_hour), NOW, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        spent.append(now)
        now = max(now, budget.spend(now))

    assert all(
        len([each for each in spent if start <= each < start + timedelta(hours=1)]) <= an_hour for start in spent
    )


def _moments() -> Iterator[datetime]:
    for day in (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)):
        yield from (day + timedelta(minutes=20 * step) for step in range(200))


def test_the_last_due_reconciliation_is_within_a_day_even_when_the_clocks_change() -> None:
    pull_policy = PullPolicy(reconcile_at=time(3, 30))

    for moment in _moments():
        night = pull_policy.last_reconciliation_due(moment)
        assert night
        assert timedelta(0) <= moment - night.astimezone(UTC) <= timedelta(hours=25)


@given(
    gaps=st.lists(st.floats(0, 0.5), min_size=1, max_size=60),
    per_second=st.floats(2, 100),
)
def test_no_second_has_more_calls_than_the_pace_allows(gaps: list[float], per_second: float) -> None:
    left: list[float] = []
    now = 0.0

    async def sleep(seconds: float) -> None:
        left[-1] += seconds

    async def call_all() -> None:
        nonlocal now
        pace = Pace(per_second, lambda: now, sleep)
        for gap in gaps:
            now += gap
            left.append(now)
            await pace.wait()

    asyncio.run(call_all())

    between = [later - earlier for earlier, later in pairwise(left)]
    assert all(each >= 1 / per_second - 1e-9 for each in between)
