"""What the hub reported of the troubles, to operators and in its logs: each begin and each end has to be there once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Any

from app.domain.events import EventType
from app.operations.worker_processes import present_workers
from tests.support.chaos.installation import CLOCK_OFFSETS, NOTICE_PATH, Installation
from tests.support.chaos.troubles import KILLED_WORKERS, LYING_PROXIES, UNREADABLE_EVENT, PastTrouble
from tests.support.chaos.waiting import until
from tests.support.host_clock import can_be_wrong

_MOST_SECONDS = 60.0
_UNAVAILABLE = 503


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """An event in the log of a process; ``at`` in seconds since the epoch, by the clock of this computer."""

    process: str
    event: str
    at: float
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Reported:
    """How often the begin and the end of a trouble were reported.

    Attributes:
        by: which process, or in which other way.
        expected: how often each was to be reported.
    """

    trouble: str
    by: str
    begins: int
    ends: int
    expected: int = 1

    @property
    def is_right(self) -> bool:
        """Whether both were reported as often as expected."""
        return self.begins == self.ends == self.expected


async def reports_of(installation: Installation, past: Sequence[PastTrouble]) -> list[Reported]:
    """Return what was reported of each trouble, and of anything else that was not there."""
    lines = _all_lines(installation)
    troubles = {each.trouble for each in past}
    found = [*of_database(lines, past), *_of_receivers(lines), *_of_loops(lines)]
    if KILLED_WORKERS in troubles:
        found.append(await _of_killed_workers(installation))
    if LYING_PROXIES in troubles:
        found += await _of_partners(installation, lines)
    if UNREADABLE_EVENT in troubles:
        found += of_unreadable_event(lines)
    return found


async def until_ends_are_reported(installation: Installation) -> None:
    """Wait until every process that reported a trouble of the database has reported its end."""

    async def are_reported() -> bool:
        return all(each.begins == each.ends for each in _outages(_all_lines(installation), ""))

    with suppress(TimeoutError):
        await until(are_reported, _MOST_SECONDS, look_seconds=1)


def _all_lines(installation: Installation) -> list[LogLine]:
    return [line for process, log in installation.logs.items() for line in _lines(process, log)]


def _lines(process: str, log: Path) -> Iterator[LogLine]:
    offset = CLOCK_OFFSETS[process] if can_be_wrong() else 0
    for text in log.read_text(encoding="utf-8").splitlines():
        # A process that is killed may leave half a line.
        if text.startswith("{") and text.endswith("}"):
            values = json.loads(text)
            at = datetime.fromisoformat(values["timestamp"]).timestamp() - offset
            yield LogLine(process=process, event=values["event"], at=at, values=values)


def of_database(lines: Sequence[LogLine], past: Sequence[PastTrouble]) -> Iterator[Reported]:
    """Return how often each process reported each trouble of the database; at least one, if a caller noticed it."""
    troubles = sorted((each for each in past if each.trouble.is_of_database), key=lambda each: each.began_at)
    begins = [*(each.began_at for each in troubles), inf]
    earlier = _within(lines, -inf, begins[0])
    yield from (replace(each, expected=0) for each in _outages(earlier, "no trouble"))
    for each, before in zip(troubles, begins[1:], strict=True):
        within = _within(lines, each.began_at, before)
        was_noticed = any(line.values.get("status") == _UNAVAILABLE for line in within)
        nobody = Reported(trouble=each.trouble.name, by="nobody", begins=0, ends=0, expected=int(was_noticed))
        yield from list(_outages(within, each.trouble.name)) or [nobody]


def _within(lines: Sequence[LogLine], since: float, before: float) -> list[LogLine]:
    return [line for line in lines if since <= line.at < before]


def _outages(lines: Sequence[LogLine], trouble: str) -> Iterator[Reported]:
    return _counted(lines, trouble, "database_unavailable", "database_available")


def _of_receivers(lines: Sequence[LogLine]) -> Iterator[Reported]:
    """Return what was reported of receivers; a subscriber that limits the rate or fails at random is not to be."""
    for each in _counted(lines, LYING_PROXIES.name, "endpoint_failing", "endpoint_recovered", of="receiver"):
        yield replace(each, expected=int(each.by.startswith("partner:")))


def _of_loops(lines: Sequence[LogLine]) -> Iterator[Reported]:
    """Return the faults of the hub in its loops: there are to be none."""
    for each in _counted(lines, "fault of the hub", "loop_round_failed", "loop_recovered"):
        yield replace(each, expected=0)


async def _of_killed_workers(installation: Installation) -> Reported:
    """Return of how many workers operators see that they ended without a stop, and how many replaced them."""
    async with installation.database() as db:
        workers = await db.read(present_workers)
    silent = sum(each.silent for each in workers)
    return Reported(
        trouble=KILLED_WORKERS.name,
        by="list of workers",
        begins=silent,
        ends=len(workers) - silent,
        expected=len(installation.workers),
    )


async def _of_partners(installation: Installation, lines: Sequence[LogLine]) -> list[Reported]:
    """Return the notices about each connection with a partner, and the lines about each partner."""
    arrivals, _ = await installation.receiver.arrivals()
    notices = {each.id: each for each in arrivals if each.path == NOTICE_PATH}.values()
    types = Counter((f"{each.subject} {each.reason}", each.type) for each in notices)
    expected = {f"{system} reading" for system in installation.between}
    in_notices = [
        Reported(
            trouble=LYING_PROXIES.name,
            by=f"notice, {connection}",
            begins=types[connection, EventType.PARTNER_FAILING],
            ends=types[connection, EventType.PARTNER_RECOVERED],
        )
        for connection in sorted(expected | {connection for connection, _ in types})
    ]
    return in_notices + list(
        _counted(lines, LYING_PROXIES.name, "partner_alert_raised", "partner_alert_cleared", of="partner")
    )


def of_unreadable_event(lines: Sequence[LogLine]) -> Sequence[Reported]:
    """Return how often it was reported of each event that it waits, and that it is relayed; of at least one it was."""
    name = UNREADABLE_EVENT.name
    found = list(_counted(lines, name, "event_deferred", "deferred_event_relayed", of="event_id"))
    return found or [Reported(trouble=name, by="nobody", begins=0, ends=0)]


def _counted(
    lines: Sequence[LogLine], trouble: str, begin: str, end: str, *, of: str | None = None
) -> Iterator[Reported]:
    """Return how often two events were logged, for each value of one of their fields, or for each process."""
    logged = [line for line in lines if line.event in (begin, end)]
    counted = Counter((line.event, str(line.values[of]) if of else line.process) for line in logged)
    for by in sorted({by for _, by in counted}):
        yield Reported(trouble=trouble, by=by, begins=counted[begin, by], ends=counted[end, by])
