"""What a check of another system found, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

__all__ = ["Judgement", "NotExamined", "Verdict", "exit_code"]


class Verdict(StrEnum):
    """What a check found."""

    OK = "ok"
    WRONG = "wrong"
    ADVICE = "advice"
    SKIPPED = "skipped"


class Judgement(BaseModel):
    """What one check found.

    Attributes:
        sent: what was sent or asked, in words.
        came: what was answered, in words; never contents.
        mend: how to mend it; None when there is nothing to mend.
        docs: the section that says how it should be, as a path in the repository; None when there is nothing to mend.
    """

    model_config = ConfigDict(frozen=True)

    check: str
    verdict: Verdict
    sent: str
    came: str
    mend: str | None = None
    docs: str | None = None


class NotExamined(Exception):
    """The other system could not be examined at all; the text says why and what to do."""


def exit_code(findings: Iterable[Judgement]) -> int:
    """Return 1 when something is wrong, else 0; advice is not wrong. What could not be examined ends with 2."""
    return int(any(each.verdict is Verdict.WRONG for each in findings))
