"""A process reports once that its database cannot work, and once that it works again."""

from asyncio import CancelledError

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from structlog.testing import capture_logs
from structlog.typing import EventDict

from app.database.outage import QUIET_SECONDS, SILENT_SECONDS, Outage
from app.domain.details import Detail
from app.domain.errors import Unavailable


class StateError(Exception):
    """An error of the driver, with a state of the server."""

    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


class Timer:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 500.0

    def __call__(self) -> float:
        return self.seconds


def caused_by(cause: BaseException) -> Unavailable:
    """Return what is raised when the store cannot work for this reason."""
    error = Unavailable(Detail.DATABASE_AWAY())
    error.__cause__ = cause
    return error


def of_state(state: str) -> Unavailable:
    return caused_by(OperationalError("", None, StateError(state)))


def brief(lines: list[EventDict]) -> list[tuple[str, object]]:
    return [(line["event"], line.get("trouble") or line.get("seconds")) for line in lines]


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (caused_by(ConnectionRefusedError()), "out-of-reach"),
        (caused_by(TimeoutError()), "no-answer"),
        (caused_by(PoolTimeout()), "pool-exhausted"),
        (of_state("53100"), "no-room"),
        (of_state("57P01"), "stopping"),
    ],
)
def test_an_outage_is_reported_when_it_begins_and_when_it_is_over(error: Unavailable, trouble: str) -> None:
    timer = Timer()
    outage = Outage(timer)

    with capture_logs() as lines:
        outage.note_success(wrote=True)
        timer.seconds += SILENT_SECONDS
        for _ in range(3):
            outage.note_failure(error, "work")
            timer.seconds += 10
        timer.seconds += QUIET_SECONDS
        for _ in range(3):
            outage.note_success(wrote=True)

    assert brief(lines) == [("database_unavailable", trouble), ("database_available", 45)]


def test_work_that_succeeds_in_between_ends_no_outage() -> None:
    timer = Timer()
    outage = Outage(timer)

    with capture_logs() as lines:
        for _ in range(20):
            outage.note_failure(caused_by(ConnectionResetError()), "work")
            timer.seconds += QUIET_SECONDS / 2
            outage.note_success(wrote=True)

    assert brief(lines) == [("database_unavailable", "out-of-reach")]


def test_reading_ends_no_outage_of_writing() -> None:
    timer = Timer()
    outage = Outage(timer)

    with capture_logs() as lines:
        outage.note_failure(of_state("25006"), "work")
        timer.seconds += QUIET_SECONDS
        outage.note_success(wrote=False)
        before = brief(lines)
        outage.note_success(wrote=True)

    assert before == [("database_unavailable", "read-only")]
    assert brief(lines)[1:] == [("database_available", 15)]


def test_another_outage_is_reported_again() -> None:
    timer = Timer()
    outage = Outage(timer)

    with capture_logs() as lines:
        for state in ("25006", "57P01"):
            outage.note_failure(of_state(state), "work")
            timer.seconds += QUIET_SECONDS
            outage.note_success(wrote=state == "25006")  # after the second, reading is enough

    assert [event for event, _ in brief(lines)] == ["database_unavailable", "database_available"] * 2


def test_what_else_cannot_be_done_now_is_not_reported() -> None:
    with capture_logs() as lines:
        Outage(Timer()).note_failure(Unavailable(Detail.HUB_STOPPING()), "work")

    assert lines == []


def test_work_that_is_broken_off_is_named_each_time_and_is_no_outage() -> None:
    timer = Timer()
    outage = Outage(timer)
    outage.note_success(wrote=False)

    with capture_logs() as lines:
        # Somebody was in the way, and somebody was served meanwhile.
        outage.note_failure(of_state("40P01"), "relay")
        outage.note_failure(caused_by(TimeoutError()), "page_of_referrals")
        # Nobody was, for as long as a store may be silent.
        timer.seconds += SILENT_SECONDS
        outage.note_failure(caused_by(TimeoutError()), "page_of_referrals")

    assert [(line["event"], line.get("work")) for line in lines] == [
        ("database_work_broken_off", "relay"),
        ("database_work_broken_off", "page_of_referrals"),
        ("database_unavailable", None),
    ]


def test_the_error_that_led_to_an_outage_is_named_and_not_what_ended_the_wait_for_it() -> None:
    late = TimeoutError()
    late.__cause__ = CancelledError()

    with capture_logs() as lines:
        Outage(Timer()).note_failure(caused_by(late), "work")

    assert [line["cause"] for line in lines] == ["TimeoutError"]
