"""A bound on the log lines that callers cause who did not prove who they are, so that none fills the log."""

import asyncio
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from contextvars import Context
from dataclasses import dataclass
from typing import Protocol

PERIOD_SECONDS = 60.0
LINES_OF_A_KIND = 5
"""The most lines of a kind in a period; further ones are counted, and at its end one has their number."""

MOST_KINDS = 100
"""Lines of further kinds in a period are counted together."""


class WriteLine(Protocol):
    """Writes a line with what it says."""

    def __call__(self, event: str, **facts: object) -> None:
        """Write the line."""


def _write_numbers(kinds: Iterable["_Kind"]) -> None:
    for each in kinds:
        each.write(each.event, **each.facts, repeated=each.repeated)


def _in_running_loop(seconds: float, then: Callable[[], None]) -> object:
    return asyncio.get_running_loop().call_later(seconds, then)


@dataclass(kw_only=True)
class _Kind:
    write: WriteLine
    event: str
    facts: Mapping[str, object]
    lines: int = 0
    repeated: int = 0


def write_each(write: WriteLine, event: str, facts: Mapping[str, object], **details: object) -> None:
    """Write a line, without any bound; what is None is left out."""
    stated = {**facts, **details}
    write(event, **{name: each for name, each in stated.items() if each is not None})


class LineBudget:
    """Writes the first lines of each kind in a period, and then one line with the number of those that followed.

    A kind is an event with facts that have few values. ``repeated`` in a line is how many lines were left out.

    Args:
        timer: a monotonic clock, in seconds.
        call_later: calls a function after some seconds, from the event loop.
    """

    def __init__(
        self,
        timer: Callable[[], float] = time.monotonic,
        call_later: Callable[[float, Callable[[], None]], object] = _in_running_loop,
    ) -> None:
        self._timer = timer
        self._call_later = call_later
        self._kinds: dict[Hashable, _Kind] = {}
        self._ends_at = 0.0

    def write(self, write: WriteLine, event: str, facts: Mapping[str, object], **details: object) -> None:
        """Write a line, or count it.

        Args:
            write: writes it.
            event: its name.
            facts: what it says, and what makes it one of a kind; those that are None are left out.
            details: what it says besides.
        """
        if self._timer() >= self._ends_at:
            self.end_period()
            self._ends_at = self._timer() + PERIOD_SECONDS
        kind = self._kind_of(write, event, {name: fact for name, fact in facts.items() if fact is not None})
        if kind.lines < LINES_OF_A_KIND:
            kind.lines += 1
            write_each(write, event, kind.facts, **details)
        else:
            self._count(kind)

    def end_period(self) -> None:
        """Write how many lines were left out, and begin to count anew."""
        kinds, self._kinds = self._kinds, {}
        # Without the correlation id of the request that happens to end the period.
        Context().run(_write_numbers, [each for each in kinds.values() if each.repeated])

    def _kind_of(self, write: WriteLine, event: str, facts: Mapping[str, object]) -> _Kind:
        name = (event, *sorted(facts.items()))
        if name not in self._kinds and len(self._kinds) >= MOST_KINDS:
            # There are few events, so these are few too.
            return self._kinds.setdefault(event, _Kind(write=write, event=event, facts={}, lines=LINES_OF_A_KIND))
        return self._kinds.setdefault(name, _Kind(write=write, event=event, facts=facts))

    def _count(self, kind: _Kind) -> None:
        if not any(each.repeated for each in self._kinds.values()):
            self._call_later(self._ends_at - self._timer(), self.end_period)
        kind.repeated += 1
