"""Faults that a simulated partner makes on request: which, how often, and how many were made.

A plan is deterministic: each kind draws from a series of its own, made from the seed, so that the same calls in the
same order meet the same faults.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from html import escape
from random import Random
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from app.sandbox.runtime import SettableClock


class FaultKind(StrEnum):
    """What can go wrong at a partner."""

    LOST_ANSWER = "lost_answer"
    """A change is carried out and the connection breaks before the answer: the caller cannot know."""
    DELAY = "delay"
    """The answer takes longer."""
    DUPLICATE = "duplicate"
    """A page gives its records twice."""
    REORDER = "reorder"
    """A page gives its records in another order."""
    TOO_MANY = "too_many"
    """429 with Retry-After, in turns as seconds and as a date."""
    UNAVAILABLE = "unavailable"
    """503 with Retry-After, in turns as seconds and as a date."""
    EXPIRED_TOKEN = "expired_token"  # noqa: S105  # the name of a fault
    """Tokens end before their time: 401 at Allegro, 410 on a delta token at GIDSO."""
    LATE_COMMIT = "late_commit"
    """A change becomes visible after changes with a higher sequence number were read (Allegro)."""
    NEW_CODE = "new_code"
    """A record holds a code that is in no list."""
    NEW_COLUMN = "new_column"
    """A record holds a field that the contract does not have."""
    CHANGED_TYPE = "changed_type"
    """A field of a record has another form than the contract says."""
    HARD_DELETE = "hard_delete"
    """A record is gone and no tombstone tells it."""
    CLOCK_SKEW = "clock_skew"
    """The partner's clock is wrong when it stamps a record."""
    MAINTENANCE = "maintenance"
    """For a while nothing is answered."""


_ON_RECORDS = (FaultKind.NEW_CODE, FaultKind.CHANGED_TYPE, FaultKind.HARD_DELETE, FaultKind.NEW_COLUMN)

_RATE, _MAINTENANCE_RATE = 0.03, 0.003


class Often(BaseModel):
    """How often a fault comes: in the next so many cases, and then by rate (0 to 1)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rate: float = Field(0.0, ge=0, le=1)
    next: int = Field(0, ge=0)


class FaultOrder(BaseModel):
    """What is asked of a simulator.

    Attributes:
        heals: the partner's people correct what they spoilt: after a page with a new code, a changed type, a deleted
            record or a withheld change was read, the record comes again as it should be.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    heals: bool = False
    delay_seconds: float = Field(0.05, ge=0, le=60)
    retry_after_seconds: int = Field(30, ge=1, le=86_400)
    skew_seconds: float = Field(120.0, ge=0, le=86_400)
    maintenance_seconds: int = Field(600, ge=1, le=86_400)
    faults: dict[FaultKind, Often] = {}


def play_order(seed: int) -> FaultOrder:
    """Return the faults of a play: each kind a few times in a hundred; the partner's people mend what they spoil."""
    rates = dict.fromkeys(FaultKind, _RATE) | {FaultKind.MAINTENANCE: _MAINTENANCE_RATE}
    return FaultOrder(
        seed=seed,
        heals=True,
        delay_seconds=0.01,
        maintenance_seconds=300,
        faults={kind: Often(rate=rate) for kind, rate in rates.items()},
    )


@dataclass(frozen=True)
class Trouble:
    """A record that is given otherwise than it stands.

    Attributes:
        case: the case to which it belongs; a deleted record takes with it what came later of its case.
    """

    kind: FaultKind
    case: str


class FaultPlan:
    """The faults in force at one simulator, and the account of those that were made.

    Args:
        system: the simulator's name; two simulators with one seed have series of their own.
        kinds: the faults that this partner can make.
        clock: the simulator's clock, for the maintenance window.
    """

    def __init__(self, system: str, kinds: frozenset[FaultKind], clock: SettableClock) -> None:
        self.kinds = kinds
        self._system, self._clock = system, clock
        self.made: Counter[FaultKind] = Counter()
        self._seen: set[str] = set()
        self._troubles: dict[str, Trouble] = {}
        self._gone: set[str] = set()
        self._closed_until: datetime | None = None
        self.put(FaultOrder())

    def put(self, order: FaultOrder) -> None:
        """Put faults in force, in the place of those before; counting starts at nothing.

        Raises:
            ValueError: a fault that this partner cannot make.
        """
        if impossible := sorted(set(order.faults) - self.kinds):
            raise ValueError(f"{', '.join(impossible)}: {self._system} kent deze storing niet.")
        self.order = order
        self.made.clear()
        self._seen.clear()
        self._left = {kind: often.next for kind, often in order.faults.items()}
        self._series = {kind: Random(f"{order.seed} {self._system} {kind}") for kind in FaultKind}  # noqa: S311  # a play
        self._closed_until = None

    def stop(self) -> list[str]:
        """End all faults; returns the keys of the records that were spoilt. The account stays."""
        made = self.made.copy()
        self.put(FaultOrder())
        self.made.update(made)
        return self._forget(list(self._troubles))

    def strikes(self, kind: FaultKind) -> bool:
        """Return whether this fault is made now, and count it when it is."""
        often = self.order.faults.get(kind)
        if often is None:
            return False
        is_next = self._left[kind] > 0
        struck = is_next or self._series[kind].random() < often.rate
        if struck:
            self._left[kind] -= is_next
            self.made[kind] += 1
        return struck

    def shuffle(self, records: list[Any]) -> None:
        """Put records in another order."""
        self._series[FaultKind.REORDER].shuffle(records)

    def trouble_of(self, key: str, case: str) -> FaultKind | None:
        """Return what is wrong with a record, the same at each reading; None when it is given as it stands.

        Chance is taken when a record is first given; the next so many are taken from whatever is given.
        """
        is_new = key not in self._seen
        self._seen.add(key)
        if case in self._gone:
            return FaultKind.HARD_DELETE
        if key in self._troubles:
            return self._troubles[key].kind
        for kind in _ON_RECORDS:
            if (is_new or (self._left.get(kind) and not self.order.heals)) and self.strikes(kind):
                self._troubles[key] = Trouble(kind, case)
                if kind is FaultKind.HARD_DELETE:
                    self._gone.add(case)
                return kind
        return None

    def leave_alone(self, key: str) -> None:
        """Let no other fault come over this record."""
        self._seen.add(key)

    def mended(self) -> list[str]:
        """Return the keys of the records that the partner's people correct now; none when they do not."""
        if not self.order.heals:
            return []
        return self._forget([key for key, each in self._troubles.items() if each.kind is not FaultKind.NEW_COLUMN])

    def _forget(self, keys: list[str]) -> list[str]:
        for key in keys:
            self._gone.discard(self._troubles.pop(key).case)
        return keys

    def maintenance_left(self) -> int:
        """Return how many seconds of maintenance are left, 0 when calls are answered; a refused call is counted."""
        now = self._clock.now()
        if self._closed_until and self._closed_until > now:
            self.made[FaultKind.MAINTENANCE] += 1
        elif self.strikes(FaultKind.MAINTENANCE):
            self._closed_until = now + timedelta(seconds=self.order.maintenance_seconds)
        else:
            return 0
        return max(1, round((self._closed_until - now).total_seconds()))

    def account(self) -> dict[str, Any]:
        """Return what is in force and what was made, for the admin API."""
        made = {kind.value: self.made[kind] for kind in sorted(self.kinds)}
        return {"order": self.order.model_dump(mode="json"), "made": made, "spoilt": len(self._troubles)}

    def note(self) -> str:
        """Return the paragraph that the simulator's page shows."""
        if not self.order.faults:
            return "<p>Geen storingen ingesteld (<code>PUT /_faults</code>).</p>"
        lines = (f"{kind} {100 * often.rate:g}%: {self.made[kind]} keer" for kind, often in self.order.faults.items())
        return f"<p><strong>Storingen (seed {self.order.seed})</strong>: {escape('; '.join(lines))}</p>"


class SkewedClock(SettableClock):
    """A partner's clock that is wrong now and then, too early and too late in turns."""

    def __init__(self, clock: SettableClock, plan: FaultPlan) -> None:
        super().__init__()
        self._clock, self._plan = clock, plan

    @override
    def now(self) -> datetime:
        """Return the moment that this clock shows, aware, in UTC."""
        now = self._clock.now()
        if not self._plan.strikes(FaultKind.CLOCK_SKEW):
            return now
        skew = timedelta(seconds=self._plan.order.skew_seconds)
        return now + skew if self._plan.made[FaultKind.CLOCK_SKEW] % 2 else now - skew
