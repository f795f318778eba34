"""What the record of a case keeps for its terms: what its other fields do not say."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from app.domain.codes import ExtensionReason
from app.domain.terms import Milestone


class Reported(StrEnum):
    """What was reported of a term that runs; the second includes the first."""

    APPROACHING = "approaching"
    BREACHED = "breached"


@dataclass(frozen=True)
class Extension:
    """The counsellor moved the last day of a term.

    Attributes:
        extended_at: when; what paused the term before is part of the new day.
    """

    due_on: date
    reason: ExtensionReason
    extended_at: datetime


@dataclass(frozen=True)
class Pause:
    """A time in which information was awaited; ``until`` None as long as it is, or was when the case ended."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Requested:
    """The time in which a question of the counsellor waits for the referrer; ``until`` None as long as it does."""

    since: datetime
    due_on: date
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TermFacts:
    """What terms depend on and the other fields of a case do not say.

    Attributes:
        reached: when milestones were first reached, as far as no field has their day.
        awaited: the moments from which information was reported to be awaited, in any order.
        received: the moments at which it was reported to be received, in any order.
        requested: the questions to the referrer, by their ids.
        extensions: by the key of the clock.
        reported: what was reported, by the key of the clock.
        reported_weeks: the weeks of progress that were reported, or had passed before anybody could report them.
        turned_at: when it last became another's turn, or another step's.
    """

    reached: Mapping[Milestone, datetime] = field(default_factory=dict)
    awaited: tuple[datetime, ...] = ()
    received: tuple[datetime, ...] = ()
    requested: Mapping[str, Requested] = field(default_factory=dict)
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    reported: Mapping[str, Reported] = field(default_factory=dict)
    reported_weeks: tuple[int, ...] = ()
    turned_at: datetime | None = None

    @property
    def pauses(self) -> Sequence[Pause]:
        """When information was awaited, noted by the counsellor or requested from the referrer, oldest first."""
        requested = [Pause(each.since, each.until) for each in self.requested.values()]
        return _united([*self._noted, *requested])

    @property
    def awaited_since(self) -> datetime | None:
        """Since when information is awaited, of whomever; None when it is not."""
        return _open_since(self.pauses)

    @property
    def noted_since(self) -> datetime | None:
        """Since when the counsellor notes that information is awaited; None when it does not."""
        return _open_since(self._noted)

    @property
    def open_requests(self) -> Collection[Requested]:
        """The questions that wait for the referrer."""
        return [each for each in self.requested.values() if each.until is None]

    @property
    def _noted(self) -> Sequence[Pause]:
        """When the counsellor noted that information was awaited, each time until it was first received."""
        found: list[Pause] = []
        reports = sorted([*((at, False) for at in self.awaited), *((at, True) for at in self.received)])
        for at, is_received in reports:
            is_awaited = bool(found) and found[-1].until is None
            if is_awaited and is_received:
                found[-1] = replace(found[-1], until=at)
            elif not is_awaited and not is_received:
                found.append(Pause(at))
        return found

    def of_clocks(self, keys: Collection[str]) -> "TermFacts":
        """Return the facts without what concerns other clocks, such as that of contact that was lost before."""
        extensions = {key: each for key, each in self.extensions.items() if key in keys}
        reported = {key: each for key, each in self.reported.items() if key in keys}
        return replace(self, extensions=extensions, reported=reported)

    def with_extension(self, key: str, extension: Extension) -> "TermFacts":
        """Return the facts with the new last day of a clock; nothing was reported of it yet."""
        reported = {name: each for name, each in self.reported.items() if name != key}
        return replace(self, extensions={**self.extensions, key: extension}, reported=reported)


def _united(pauses: Iterable[Pause]) -> Sequence[Pause]:
    """Return the times in which one of these pauses was, oldest first; no two of them touch."""
    found: list[Pause] = []
    for each in sorted(pauses, key=lambda pause: pause.since):
        last = found[-1] if found else None
        if last is None or (last.until is not None and each.since > last.until):
            found.append(each)
        elif last.until is not None and (each.until is None or each.until > last.until):
            found[-1] = Pause(last.since, each.until)
    return found


def _open_since(pauses: Sequence[Pause]) -> datetime | None:
    return pauses[-1].since if pauses and pauses[-1].until is None else None
