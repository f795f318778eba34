"""Faults that a simulated partner makes on request: which, how often, and how many were made.

A plan is deterministic: each kind of fault draws from its own random series, made from the seed, so that the same calls
in the same order get the same faults.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from html import escape
from random import Random
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from app.sandbox.runtime import SettableClock

RecordT = TypeVar("RecordT")
"""A record in the partner's own form: a JSON object, an XML element."""


class FaultKind(StrEnum):
    """What can go wrong at a partner."""

    LOST_ANSWER = "lost_answer"
    """A change is made and the connection breaks before the response, so that the caller cannot know the outcome."""
    DELAY = "delay"
    """The response is late."""
    DUPLICATE = "duplicate"
    """A page contains its records twice."""
    REORDER = "reorder"
    """A page contains its records in another order."""
    TOO_MANY = "too_many"
    """429 with Retry-After, alternately in seconds and as a date."""
    UNAVAILABLE = "unavailable"
    """503 with Retry-After, alternately in seconds and as a date."""
    EXPIRED_TOKEN = "expired_token"  # noqa: S105  # the name of a fault
    """Tokens expire early: 401 at Allegro, 410 on a delta token at GIDSO."""
    LATE_COMMIT = "late_commit"
    """A change becomes visible after changes with a higher sequence number were read (Allegro)."""
    NEW_CODE = "new_code"
    """A record contains a code that is in no code list."""
    NEW_COLUMN = "new_column"
    """A record contains a field that is not in the contract."""
    CHANGED_TYPE = "changed_type"
    """A field of a record has another type or format than the contract specifies."""
    HARD_DELETE = "hard_delete"
    """A record is gone without a tombstone."""
    CLOCK_SKEW = "clock_skew"
    """The partner's clock is wrong when it stamps a record."""
    MAINTENANCE = "maintenance"
    """All calls are refused for some time."""


COMMON_FAULTS: Final = frozenset(FaultKind) - {FaultKind.EXPIRED_TOKEN, FaultKind.LATE_COMMIT}
"""The faults that every simulated partner can make."""

_RECORD_FAULTS = (FaultKind.NEW_CODE, FaultKind.CHANGED_TYPE, FaultKind.HARD_DELETE, FaultKind.NEW_COLUMN)

_RATE, _MAINTENANCE_RATE = 0.03, 0.003


class FaultFrequency(BaseModel):
    """How often a fault is made: in the next ``next`` cases, after that with probability ``rate`` (0 to 1)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rate: float = Field(0.0, ge=0, le=1)
    next: int = Field(0, ge=0)


class FaultSettings(BaseModel):
    """The faults that a simulator makes.

    Attributes:
        self_repairing: the partner's people correct the records that they corrupted: after a record with a new code or
            a changed type, a deleted record or a late change was read, the correct record is returned again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    self_repairing: bool = False
    delay_seconds: float = Field(0.05, ge=0, le=60)
    retry_after_seconds: int = Field(30, ge=1, le=86_400)
    skew_seconds: float = Field(120.0, ge=0, le=86_400)
    maintenance_seconds: int = Field(600, ge=1, le=86_400)
    faults: dict[FaultKind, FaultFrequency] = {}


def demo_faults(seed: int) -> FaultSettings:
    """Return the faults of a demonstration: each kind in a few percent of the cases, repaired by the partner."""
    rates = dict.fromkeys(FaultKind, _RATE) | {FaultKind.MAINTENANCE: _MAINTENANCE_RATE}
    return FaultSettings(
        seed=seed,
        self_repairing=True,
        delay_seconds=0.01,
        maintenance_seconds=300,
        faults={kind: FaultFrequency(rate=rate) for kind, rate in rates.items()},
    )


@dataclass(frozen=True)
class RecordFault:
    """The fault with which a record is returned.

    Attributes:
        case: the case to which the record belongs; a deleted record hides the later records of its case too.
    """

    kind: FaultKind
    case: str


class FaultPlan:
    """The faults in force at one simulator, and the number that were made of each kind.

    Args:
        system: the simulator's name, part of the seed of its random series.
        kinds: the faults that this partner can make.
        clock: the simulator's clock, for the maintenance window.
    """

    def __init__(self, system: str, kinds: frozenset[FaultKind], clock: SettableClock) -> None:
        self.kinds = kinds
        self._system, self._clock = system, clock
        self.made: Counter[FaultKind] = Counter()
        self._seen: set[str] = set()
        self._corrupted: dict[str, RecordFault] = {}
        self._hidden_cases: set[str] = set()
        self._closed_until: datetime | None = None
        self.apply(FaultSettings())

    def apply(self, settings: FaultSettings) -> None:
        """Replace the faults in force and reset all counts.

        Raises:
            ValueError: this partner cannot make one of the faults.
        """
        if impossible := sorted(set(settings.faults) - self.kinds):
            raise ValueError(f"{', '.join(impossible)}: {self._system} kent deze storing niet.")
        self.settings = settings
        self.made.clear()
        self._seen.clear()
        self._left = {kind: frequency.next for kind, frequency in settings.faults.items()}
        self._series = {kind: Random(f"{settings.seed} {self._system} {kind}") for kind in FaultKind}  # noqa: S311
        self._closed_until = None

    def stop(self) -> list[str]:
        """End all faults and keep the counts. Return the keys of the corrupted records."""
        made = self.made.copy()
        self.apply(FaultSettings())
        self.made.update(made)
        return self._release(list(self._corrupted))

    def triggers(self, kind: FaultKind) -> bool:
        """Return whether this fault is made now, and count it if so."""
        frequency = self.settings.faults.get(kind)
        if frequency is None:
            return False
        is_next = self._left[kind] > 0
        triggered = is_next or self._series[kind].random() < frequency.rate
        if triggered:
            self._left[kind] -= is_next
            self.made[kind] += 1
        return triggered

    def shuffle(self, records: list[RecordT]) -> None:
        """Put records in another order, in place."""
        self._series[FaultKind.REORDER].shuffle(records)

    def fault_of(self, key: str, case: str) -> FaultKind | None:
        """Return the fault of a record, the same at each reading; None for a record that is returned as it is.

        A ``rate`` is applied when a record is first returned, a ``next`` to any record that is returned.
        """
        is_new = key not in self._seen
        self._seen.add(key)
        if case in self._hidden_cases:
            return FaultKind.HARD_DELETE
        if key in self._corrupted:
            return self._corrupted[key].kind
        for kind in _RECORD_FAULTS:
            if (is_new or (self._left.get(kind) and not self.settings.self_repairing)) and self.triggers(kind):
                self._corrupted[key] = RecordFault(kind, case)
                if kind is FaultKind.HARD_DELETE:
                    self._hidden_cases.add(case)
                return kind
        return None

    def exempt(self, key: str) -> None:
        """Exempt a record from faults that come by rate."""
        self._seen.add(key)

    def take_repaired(self) -> list[str]:
        """Return the keys of the records that the partner's people correct now; none unless self-repairing.

        A new column stays: it is a change of the partner's form, not an error.
        """
        if not self.settings.self_repairing:
            return []
        return self._release([key for key, each in self._corrupted.items() if each.kind is not FaultKind.NEW_COLUMN])

    def _release(self, keys: list[str]) -> list[str]:
        for key in keys:
            self._hidden_cases.discard(self._corrupted.pop(key).case)
        return keys

    def maintenance_left(self) -> int:
        """Return the seconds of maintenance that are left, 0 when calls are answered; count a refused call."""
        now = self._clock.now()
        length = timedelta(seconds=self.settings.maintenance_seconds)
        # A clock that is set back, as before another scenario, ends the window too.
        if self._closed_until and now < self._closed_until <= now + length:
            self.made[FaultKind.MAINTENANCE] += 1
        elif self.triggers(FaultKind.MAINTENANCE):
            self._closed_until = now + length
        else:
            return 0
        return max(1, round((self._closed_until - now).total_seconds()))

    def report(self) -> dict[str, Any]:
        """Return the faults in force and the number made of each kind, as JSON for the admin API."""
        made = {kind.value: self.made[kind] for kind in sorted(self.kinds)}
        return {"settings": self.settings.model_dump(mode="json"), "made": made, "corrupted": len(self._corrupted)}

    def html_note(self) -> str:
        """Return the paragraph about faults on the simulator's page."""
        if not self.settings.faults:
            return "<p>Geen storingen ingesteld (<code>PUT /_faults</code>).</p>"
        faults = self.settings.faults.items()
        lines = (f"{kind} {100 * frequency.rate:g}%: {self.made[kind]} keer" for kind, frequency in faults)
        return f"<p><strong>Storingen (seed {self.settings.seed})</strong>: {escape('; '.join(lines))}</p>"


class SkewedClock(SettableClock):
    """A partner's clock that is sometimes wrong, alternately fast and slow."""

    def __init__(self, clock: SettableClock, plan: FaultPlan) -> None:
        super().__init__()
        self._clock, self._plan = clock, plan

    @override
    def now(self) -> datetime:
        """Return the time that this clock shows, aware, in UTC."""
        now = self._clock.now()
        if not self._plan.triggers(FaultKind.CLOCK_SKEW):
            return now
        skew = timedelta(seconds=self._plan.settings.skew_seconds)
        return now + skew if self._plan.made[FaultKind.CLOCK_SKEW] % 2 else now - skew
