"""The terms that run in a case, as who guides the client reads them (*lopende termijnen*)."""

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.case import Case
from app.domain.clocks import TermClock, clocks_of
from app.domain.codes import ClockState, ExtensionReason, OrganisationRole
from app.domain.terms import Terms


@dataclass(frozen=True, kw_only=True)
class OpenTerm:
    """A term that runs in a case.

    Attributes:
        label: in Dutch.
        bound: who has to do in time what it waits for.
        due_on: the last day on which it has not passed; while it is paused, as if it went on at once.
        extension_reason: why the counsellor moved its last day; None when nobody did.
    """

    code: str
    label: str
    bound: OrganisationRole
    due_on: date
    state: ClockState
    paused_since: datetime | None = None
    extension_reason: ExtensionReason | None = None


def open_terms(case: Case, terms: Terms, now: datetime) -> tuple[OpenTerm, ...]:
    """Return the terms that run in a case, the first to end first."""
    running = [each for each in clocks_of(case, terms, now) if each.is_open]
    return tuple(_open_term(each, now) for each in sorted(running, key=lambda each: each.due_at))


def _open_term(clock: TermClock, now: datetime) -> OpenTerm:
    return OpenTerm(
        code=clock.term.code,
        label=clock.term.label,
        bound=clock.term.bound,
        due_on=clock.due_on,
        state=clock.state(now),
        paused_since=clock.paused_since,
        extension_reason=clock.extended.reason if clock.extended else None,
    )
