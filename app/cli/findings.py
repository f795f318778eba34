"""What the examination of an installation found."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel


class State(StrEnum):
    """What the examination of one thing found."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


class CheckResult(BaseModel):
    """What was examined, and what was found: what is wrong and the remedy, or why it was left out."""

    check: str
    state: State
    detail: str


@dataclass
class Report:
    """What was found so far."""

    findings: list[CheckResult] = field(default_factory=list)

    def add(self, check: str, state: State, detail: str) -> None:
        """Add what was found."""
        self.findings.append(CheckResult(check=check, state=state, detail=detail))


@contextmanager
def guarded(check: str, report: Report) -> Iterator[None]:
    """Report what a check did not expect as its fault; the other checks go on."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # the examination of a broken installation meets any error
        # The name only: a message can hold parts of an address, or data.
        report.add(check, State.FAILED, f"It could not be examined ({type(error).__name__}); report this.")


def milliseconds_since(begun: float) -> int:
    """Return how long ago this was by ``time.perf_counter``."""
    return round((time.perf_counter() - begun) * 1000)
