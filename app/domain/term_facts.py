"""What the record of a case keeps for its terms: what its other fields do not say."""

from collections.abc import Collection, Mapping, Sequence
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
    """A time in which information was awaited; ``until`` None as long as it is."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TermFacts:
    """What terms depend on and the other fields of a case do not say.

    Attributes:
        reached: when milestones were first reached, as far as no field has their day.
        pauses: when information was awaited, as it was reported: the last may still go on, and some may overlap.
        extensions: by the key of the clock.
        reported: what was reported, by the key of the clock.
        reported_weeks: the weeks of progress that were reported, or had passed before anybody could report them.
        turned_at: when it last became another's turn, or another step's.
    """

    reached: Mapping[Milestone, datetime] = field(default_factory=dict)
    pauses: tuple[Pause, ...] = ()
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    reported: Mapping[str, Reported] = field(default_factory=dict)
    reported_weeks: tuple[int, ...] = ()
    turned_at: datetime | None = None

    def of_clocks(self, keys: Collection[str]) -> "TermFacts":
        """Return the facts without what concerns other clocks, such as that of contact that was lost before."""
        extensions = {key: each for key, each in self.extensions.items() if key in keys}
        reported = {key: each for key, each in self.reported.items() if key in keys}
        return replace(self, extensions=extensions, reported=reported)

    def with_extension(self, key: str, extension: Extension) -> "TermFacts":
        """Return the facts with the new last day of a clock; nothing was reported of it yet."""
        reported = {name: each for name, each in self.reported.items() if name != key}
        return replace(self, extensions={**self.extensions, key: extension}, reported=reported)


def without_overlap(pauses: Sequence[Pause]) -> Sequence[Pause]:
    """Return pauses, oldest first, with those joined that overlap, so that no time counts twice."""
    joined: list[Pause] = []
    for each in sorted(pauses, key=lambda pause: pause.since):
        if joined and (joined[-1].until is None or each.since <= joined[-1].until):
            joined[-1] = replace(joined[-1], until=_later_of(joined[-1].until, each.until))
        else:
            joined.append(each)
    return joined


def _later_of(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else None
