"""Whoever did not prove who it is causes a bounded number of lines, and none of its requests is forgotten."""

from collections.abc import Callable

from structlog.testing import capture_logs

from app.line_budget import LINES_OF_A_KIND, MOST_KINDS, PERIOD_SECONDS, LineBudget
from app.log import correlated, correlation_id

Line = tuple[str, dict[str, object]]


class Log:
    """A budget over a list of lines, at a time that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lines: list[Line] = []
        self.planned: list[tuple[float, Callable[[], None]]] = []
        self.ids: list[str | None] = []
        self.budget = LineBudget(lambda: self.now, lambda seconds, then: self.planned.append((seconds, then)))

    def write(self, event: str, **facts: object) -> None:
        self.lines.append((event, facts))
        self.ids.append(correlation_id())

    def refuse(self, times: int = 1, **facts: object) -> None:
        for _ in range(times):
            self.budget.write(self.write, "refused", facts, correlation_id="r-1", nothing=None)


def test_the_first_lines_of_a_kind_are_written_and_the_others_counted() -> None:
    log = Log()

    log.refuse(1000, cause="signature", peer="192.0.2.1", client=None)
    log.now = PERIOD_SECONDS
    log.refuse(cause="signature", peer="192.0.2.1", client=None)

    written = ("refused", {"cause": "signature", "peer": "192.0.2.1", "correlation_id": "r-1"})
    counted = ("refused", {"cause": "signature", "peer": "192.0.2.1", "repeated": 1000 - LINES_OF_A_KIND})
    assert log.lines == [*[written] * LINES_OF_A_KIND, counted, written]


def test_the_number_is_written_at_the_end_of_the_period_also_when_nothing_follows() -> None:
    log = Log()
    log.refuse(LINES_OF_A_KIND)
    assert log.planned == []

    log.now = 20.0
    log.refuse(3)
    ((seconds, end),) = log.planned
    end()

    assert seconds == PERIOD_SECONDS - 20
    assert log.lines[-1] == ("refused", {"repeated": 3})


def test_many_kinds_cause_few_lines_and_are_all_counted() -> None:
    log = Log()

    for number in range(10_000):
        log.refuse(peer=f"peer-{number}")
    log.budget.end_period()

    assert len(log.lines) == MOST_KINDS + 1
    assert log.lines[-1] == ("refused", {"repeated": 10_000 - MOST_KINDS})


def test_a_number_is_of_no_request() -> None:
    log = Log()
    with correlated("request-1"):
        log.refuse(LINES_OF_A_KIND + 1)
        log.budget.end_period()

    assert log.ids == [*["request-1"] * LINES_OF_A_KIND, None]


async def test_the_end_of_a_period_comes_from_the_event_loop() -> None:
    with capture_logs():
        budget = LineBudget()
        for _ in range(LINES_OF_A_KIND + 1):
            budget.write(lambda event, **_facts: None, "refused", {})
        budget.end_period()
