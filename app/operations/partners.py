"""The connections with the partner systems, as an operator sees and steers them: how they do, pauses and jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.errors import FieldFault, InvalidInput, NotFound
from app.models.partner import ensure_partner, list_partners, list_runs, update_partner
from app.models.partner_job import (
    find_job_row,
    insert_job,
    list_jobs,
    oldest_unfinished_job,
    update_job,
    was_asked_since,
)
from app.models.quarantine import count_quarantined_of
from app.operations.tools import Tools
from app.operations.turns import Turn, require_turn

T = TypeVar("T")

JOB_KINDS = ("reconcile", "backfill", "retry")
"""Compare everything with the partner and heal; read everything again and tell nobody; read the quarantine again."""

NIGHTLY = "nightly"
"""Who asked for a job that nobody asked for."""

_LONGEST_REASON = 300


@dataclass(frozen=True)
class PartnerState:
    """How a connection does.

    Attributes:
        lag_seconds: how long ago it last gave its changes; None when it never did.
        failing_since: when the partner stopped answering; None while it answers.
        failures: pulls that failed on end.
        retry_at: until when it is left alone after a failure; None while it answers.
        alerted: whether operators were told of the trouble.
        pause_reason: why somebody paused it, ``paused_by`` who.
        quarantined: how many of its records are in quarantine.
    """

    system: System
    paused: bool
    pause_reason: str | None
    paused_by: str | None
    last_success_at: datetime | None
    lag_seconds: float | None
    failing_since: datetime | None
    failures: int
    retry_at: datetime | None
    alerted: bool
    quarantined: int


@dataclass(frozen=True)
class Run:
    """The account of one page that brought something: ``read = applied + unchanged + filtered + quarantined``.

    Attributes:
        kind: pull, backfill, reconcile or retry.
        drift: what its contract does not know, by place, and how often it was met.
    """

    id: UUID
    kind: str
    started_at: datetime
    mapping_version: str
    read: int
    applied: int
    unchanged: int
    filtered: int
    quarantined: int
    drift: Mapping[str, int] | None


@dataclass(frozen=True)
class Job:
    """Something that the worker was asked to do with a partner.

    Attributes:
        kind: one of ``JOB_KINDS``.
        dry_run: report only; nothing is kept.
        state: waiting, running, done or failed.
        report: counts and the partner's record numbers, never contents; of a job that waits what was asked of it.
    """

    id: UUID
    system: System
    kind: str
    dry_run: bool
    state: str
    requested_by: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    report: Mapping[str, Any] | None


def partner_states(tx: Connection, now: datetime) -> list[PartnerState]:
    """Give the state of every partner that was ever pulled or paused."""
    quarantined = count_quarantined_of(tx)
    return [_state(row, quarantined.get(row.system, 0), now) for row in list_partners(tx)]


def partner_runs(tx: Connection, system: System, limit: int) -> list[Run]:
    """Give the newest runs that brought something, newest first."""
    return [_read(Run, row) for row in list_runs(tx, system, limit)]


def pause_partner(tx: Connection, tools: Tools, system: System, by: str, reason: str) -> None:
    """Leave a partner alone until it is resumed: nothing is pulled and no job is done.

    A page that is being applied is finished first. Pausing again replaces the reason.

    Raises:
        InvalidInput: there is no reason, or it is longer than 300 characters.
    """
    if not 0 < len(reason.strip()) <= _LONGEST_REASON:
        fault = f"Say why, in at most {_LONGEST_REASON} characters; who finds it paused must know."
        raise InvalidInput(FieldFault("reason", "length", fault))
    ensure_partner(tx, system)
    update_partner(tx, system, {"paused": True, "pause_reason": reason.strip(), "paused_by": by})


def resume_partner(tx: Connection, tools: Tools, system: System) -> None:
    """Pull a paused partner again, from where it was, at the next round; a wait after a failure ends too."""
    ensure_partner(tx, system)
    update_partner(tx, system, {"paused": False, "pause_reason": None, "paused_by": None, "retry_at": None})


def request_job(  # noqa: PLR0913  # since is seldom given
    tx: Connection,
    tools: Tools,
    system: System,
    kind: str,
    by: str,
    dry_run: bool,
    since: datetime | None = None,
) -> Job:
    """Ask the worker to do a job at its next round.

    Args:
        tx: the unit of work.
        tools: clock and ids.
        system: the partner.
        kind: one of ``JOB_KINDS``.
        by: who asks.
        dry_run: report what it would do, and keep nothing of it.
        since: of a backfill, the aware moment from which what happened is taken; None takes everything.

    Raises:
        InvalidInput: there is no such kind of job.
    """
    if kind not in JOB_KINDS:
        raise InvalidInput(FieldFault("kind", "known-code", f"Give one of {', '.join(JOB_KINDS)}."))
    now = tools.clock.now()
    job_id = tools.new_id(now)
    asked = {"since": since.isoformat()} if since else None
    row = {"id": job_id, "system": system, "kind": kind, "dry_run": dry_run, "state": "waiting", "report": asked}
    insert_job(tx, {**row, "requested_by": by, "requested_at": now})
    return find_job(tx, system, job_id)


def find_job(tx: Connection, system: System, job_id: UUID) -> Job:
    """Give a job.

    Raises:
        NotFound: this partner has no such job.
    """
    row = find_job_row(tx, system, job_id)
    if row is None:
        raise NotFound("There is no job with this id for this partner.")
    return _job(row)


def page_of_jobs(tx: Connection, system: System, after: UUID | None, limit: int) -> tuple[Sequence[Job], UUID | None]:
    """Give a page of a partner's jobs, newest first, and where the next page begins."""
    found = [_job(row) for row in list_jobs(tx, system, after, limit + 1)]
    page = found[:limit]
    return page, page[-1].id if len(found) > limit else None


def has_jobs(tx: Connection, system: System) -> bool:
    """Tell whether there is a job to do with a partner."""
    return oldest_unfinished_job(tx, system) is not None


def next_job(tx: Connection, tools: Tools, turn: Turn) -> Job | None:
    """Begin the partner's oldest job, or None; one whose worker stopped halfway is begun again.

    Raises:
        TurnLost: another process pulls this partner, so the job is that one's; or the partner is paused.
    """
    require_turn(tx, turn)
    row = oldest_unfinished_job(tx, turn.system)
    if row is None:
        return None
    update_job(tx, row.id, {"state": "running", "started_at": tools.clock.now()})
    return find_job(tx, turn.system, row.id)


def finish_job(tx: Connection, tools: Tools, job: Job, report: Mapping[str, Any], *, failed: bool = False) -> None:
    """Write what came of a job."""
    state = "failed" if failed else "done"
    whole = {**(job.report or {}), **report}
    update_job(tx, job.id, {"state": state, "finished_at": tools.clock.now(), "report": whole})


def request_nightly(tx: Connection, tools: Tools, system: System, due: datetime) -> bool:
    """Ask for the comparison that was due at a moment, unless it was asked for since; tells whether it was not."""
    ensure_partner(tx, system)  # locked: two workers do not both ask
    if was_asked_since(tx, system, "reconcile", due):
        return False
    request_job(tx, tools, system, "reconcile", NIGHTLY, dry_run=False)
    return True


def _state(row: Any, quarantined: int, now: datetime) -> PartnerState:
    return PartnerState(
        system=System(row.system),
        paused=row.paused,
        pause_reason=row.pause_reason,
        paused_by=row.paused_by,
        last_success_at=row.last_success_at,
        lag_seconds=(now - row.last_success_at).total_seconds() if row.last_success_at else None,
        failing_since=row.failing_since,
        failures=row.failures,
        retry_at=row.retry_at,
        alerted=row.alerted,
        quarantined=quarantined,
    )


def _job(row: Any) -> Job:
    return Job(**{name: getattr(row, name) for name in Job.__annotations__} | {"system": System(row.system)})


def _read(kind: type[T], row: Any) -> T:
    return kind(**{name: getattr(row, name) for name in kind.__annotations__})
