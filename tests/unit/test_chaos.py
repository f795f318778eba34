"""``python -m bench.chaos`` sees what is lost, doubled, out of order or wrongly reported."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.support.chaos.cases import CHANGES
from tests.support.chaos.installation import PLACES_OF_EVENTS
from tests.support.chaos.judge import Verdict, at_subscribers, events_of, verdict_on
from tests.support.chaos.reports import LogLine, of_database, of_unreadable_event
from tests.support.chaos.troubles import CUT_NETWORK, READ_ONLY, PastTrouble
from tests.support.receiver_process import Arrival

PATH, *OTHERS = PLACES_OF_EVENTS
EVENTS = events_of(CHANGES)
BEGIN, END, REFUSED = "database_unavailable", "database_available", "request_refused"


def arrivals_at(path: str) -> list[Arrival]:
    """Return what arrives at a subscriber when all is well."""
    return [
        Arrival(
            at=float(number),
            path=path,
            id=f"{path} {number}",
            type=f"nl.trajecthub.referrals.{name}.v1",
            subject="case",
            sequence=number,
        )
        for number, name in enumerate(EVENTS, start=1)
    ]


WELL = arrivals_at(PATH)


def found(arrivals: Sequence[Arrival]) -> tuple[int, int, int, int]:
    """Return lost, doubled, out of order and repeated when this arrived at one subscriber, and all at the others."""
    everything = [*arrivals, *(each for path in OTHERS for each in arrivals_at(path))]
    verdict = verdict_on(list(at_subscribers(everything, {"case": EVENTS})), {}, everything)
    lost, doubled, out_of_order = (sum(each.values()) for each in (verdict.lost, verdict.doubled, verdict.out_of_order))
    return lost, doubled, out_of_order, verdict.repeated


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        (WELL, (0, 0, 0, 0)),
        (WELL[:-1], (1, 0, 1, 0)),
        ([*WELL, WELL[3]], (0, 0, 0, 1)),
        ([*WELL, replace(WELL[3], id="another")], (0, 1, 1, 0)),
        ([replace(WELL[0], sequence=2), replace(WELL[1], sequence=1), *WELL[2:]], (0, 0, 1, 0)),
        ([*WELL, replace(WELL[0], id="another", subject="another")], (0, 1, 1, 0)),
    ],
    ids=["all is well", "missing", "again, same id", "again, another id", "swapped", "unexplained"],
)
def test_what_arrived_at_a_subscriber_is_compared_with_the_changes(
    arrivals: Sequence[Arrival], expected: tuple[int, int, int, int]
) -> None:
    assert found(arrivals) == expected


def test_what_waits_is_stuck() -> None:
    assert verdict_on([], {"leases": 0, "deliveries": 2}, []) == Verdict(
        lost={}, doubled={}, stuck={"deliveries": 2}, out_of_order={}, repeated=0
    )


@pytest.mark.parametrize(
    ("logged", "wrong"),
    [
        ([(12, BEGIN), (30, END), (112, BEGIN), (130, END)], []),
        ([(12, BEGIN), (13, BEGIN), (30, END), (112, BEGIN), (130, END)], [("read-only", "api-1", 2, 1)]),
        ([(12, BEGIN), (112, BEGIN), (130, END)], [("read-only", "api-1", 1, 0)]),
        ([(12, BEGIN), (30, END), (111, REFUSED)], [("network cut", "nobody", 0, 0)]),
        ([(12, BEGIN), (30, END)], []),
        ([(2, BEGIN), (3, END), (12, BEGIN), (30, END), (112, BEGIN), (130, END)], [("no trouble", "api-1", 1, 1)]),
    ],
    ids=["each once", "begin twice", "no end", "not at all", "noticed by nobody", "without a cause"],
)
def test_each_begin_and_each_end_is_to_be_reported_once(
    logged: Sequence[tuple[float, str]], wrong: Sequence[tuple[str, str, int, int]]
) -> None:
    values = {REFUSED: {"status": 503}}
    lines = [LogLine(process="api-1", event=event, at=at, values=values.get(event, {})) for at, event in logged]
    past = [
        PastTrouble(trouble=trouble, began_at=at, ended_at=at + 5, recovered_at=at + 6)
        for trouble, at in ((READ_ONLY, 10.0), (CUT_NETWORK, 110.0))
    ]

    reports = of_database(lines, past)

    assert [(each.trouble, each.by, each.begins, each.ends) for each in reports if not each.is_right] == wrong


@pytest.mark.parametrize(
    ("logged", "is_right"),
    [
        (["event_deferred", "deferred_event_relayed"], True),
        (["event_deferred"], False),
        (["event_deferred", "event_deferred", "deferred_event_relayed"], False),
        ([], False),
    ],
)
def test_an_event_that_cannot_be_read_is_to_be_reported_once_when_it_waits_and_once_when_it_is_relayed(
    logged: Sequence[str], is_right: bool
) -> None:
    lines = [LogLine(process="worker-1", event=event, at=1.0, values={"event_id": "1"}) for event in logged]

    (report,) = of_unreadable_event(lines)

    assert report.is_right is is_right
