"""The connections with the partner systems, as an operator sees and steers them: how they do, pauses and jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.errors import Conflict, FieldFault, InvalidInput, NotFound
from app.domain.events import EventType
from app.domain.input_rules import InputRule
from app.events.delivery.notices import READING, SENDING, about_partner
from app.models.partners.alert import standing_alerts
from app.models.partners.job import (
    find_job_row,
    insert_job,
    jobs_waiting_since,
    list_jobs,
    oldest_unfinished_job,
    update_job,
    was_asked_since,
)
from app.models.partners.partner import ensure_partner, find_partner, list_partners, list_runs, update_partner
from app.models.partners.quarantine import count_quarantined_of
from app.operations.partners.lease import PartnerLease, require_lease
from app.operations.services import Services

T = TypeVar("T")

JOB_KINDS = ("reconcile", "backfill", "retry")
"""Compare everything with the partner and heal; read everything again and tell nobody; read the quarantine again."""

NIGHTLY = "nightly"
"""Who asked for a job that nobody asked for."""

SINCE, QUARANTINE_ID = "since", "quarantineId"
"""In what was asked: from when a backfill takes what happened, and which one record a retry is about."""

_LONGEST_REASON = 300


@dataclass(frozen=True)
class PartnerState:
    """How a connection does.

    Attributes:
        lag_seconds: how long ago it last gave its changes; None when it never did.
        failing_since: when the partner stopped answering; None while it answers.
        failures: pulls that failed on end.
        retry_at: until when it is left alone after a failure; None while it answers.
        alerted_at: when operators were told that its changes cannot be read; None unless they were, and not of its end.
        sending_alerted_at: the same of what the hub sends to it.
        pause_reason: why somebody paused it, ``paused_by`` who.
        quarantined: how many of its records are in quarantine.
        jobs_waiting_since: since when its oldest job waits that nobody began; None when none waits.
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
    alerted_at: datetime | None
    sending_alerted_at: datetime | None
    quarantined: int
    jobs_waiting_since: datetime | None


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
        state: waiting, running, done, failed or cancelled.
        waits_for: of a job that waits, what it waits for: ``resumption`` of the paused partner, the ``partner`` that is
            left alone after failures, an ``earlier-job``, or a ``worker`` at its next round.
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
    waits_for: str | None
    report: Mapping[str, Any] | None


@dataclass(frozen=True)
class JobRequest:
    """What is asked for.

    Attributes:
        kind: one of ``JOB_KINDS``.
        dry_run: report what it would do, and keep nothing of it.
        since: of a backfill, the aware moment from which what happened is taken; None takes everything.
        quarantine_id: of a retry, the one record that is read again, with its case; None takes the whole quarantine.
    """

    kind: str
    dry_run: bool = False
    since: datetime | None = None
    quarantine_id: UUID | None = None

    def named(self) -> dict[str, str]:
        """Return what only this kind of job asks, as it stands in the report of a job that waits."""
        since = {SINCE: self.since.isoformat()} if self.since else {}
        return since | ({QUARANTINE_ID: str(self.quarantine_id)} if self.quarantine_id else {})


def partner_states(tx: Connection, now: datetime) -> list[PartnerState]:
    """Return the state of every partner that was ever pulled or paused."""
    rows = list_partners(tx)
    beside = _Beside(
        quarantined=count_quarantined_of(tx),
        jobs_waiting_since=jobs_waiting_since(tx),
        alerts=standing_alerts(tx, [_chain(row.system, way) for row in rows for way in (READING, SENDING)]),
    )
    return [_state(row, beside, now) for row in rows]


def partner_runs(tx: Connection, system: System, limit: int) -> list[Run]:
    """Return the newest runs that brought something, newest first."""
    return [_read(Run, row) for row in list_runs(tx, system, limit)]


def pause_partner(tx: Connection, services: Services, system: System, by: str, reason: str) -> None:
    """Leave a partner alone until it is resumed: nothing is pulled and no job is done.

    A page that is being applied is finished first. Pausing again replaces the reason.

    Raises:
        InvalidInput: there is no reason, or it is longer than 300 characters.
    """
    if not 0 < len(reason.strip()) <= _LONGEST_REASON:
        fault = f"Say why, in at most {_LONGEST_REASON} characters; who finds it paused must know."
        raise InvalidInput(FieldFault("reason", InputRule.LENGTH, fault))
    ensure_partner(tx, system)
    update_partner(tx, system, {"paused": True, "pause_reason": reason.strip(), "paused_by": by})


def resume_partner(tx: Connection, services: Services, system: System) -> None:
    """Pull a paused partner again, from where it was, at the next round; a wait after a failure ends too."""
    ensure_partner(tx, system)
    update_partner(tx, system, {"paused": False, "pause_reason": None, "paused_by": None, "retry_at": None})


def require_worker(tx: Connection, system: System) -> None:
    """See that there is somebody to do a job with a partner: a worker that was ever connected to it.

    A partner that is paused before its first pull is taken at its operator's word: that is how to have its history
    read before anything else.

    Raises:
        Conflict: no worker ever had its turn, so a job would wait for ever.
    """
    row = find_partner(tx, system)
    if row is None or not (row.paused or row.lease_until):
        raise Conflict(
            f"{system} is not connected: no worker ever pulled it, and nobody would do this job. "
            f"Give the worker its address (TRAJECTHUB_{system.upper()}_URL) and credentials, and ask again."
        )


def request_job(tx: Connection, services: Services, system: System, by: str, wish: JobRequest) -> Job:
    """Ask the worker to do a job at its next round; ``by`` is who asks.

    Raises:
        InvalidInput: there is no such kind of job.
    """
    if wish.kind not in JOB_KINDS:
        raise InvalidInput(FieldFault("kind", InputRule.KNOWN_CODE, f"Give one of {', '.join(JOB_KINDS)}."))
    now = services.clock.now()
    job_id = services.new_id(now)
    asked = {"kind": wish.kind, "dry_run": wish.dry_run, "report": wish.named() or None}
    row = {"id": job_id, "system": system, "state": "waiting", **asked}
    insert_job(tx, {**row, "requested_by": by, "requested_at": now})
    return find_job(tx, system, job_id)


def find_job(tx: Connection, system: System, job_id: UUID) -> Job:
    """Return a job.

    Raises:
        NotFound: this partner has no such job.
    """
    row = find_job_row(tx, system, job_id)
    if row is None:
        raise NotFound("There is no job with this id for this partner.")
    return _jobs(tx, system, [row])[0]


def cancel_job(tx: Connection, services: Services, system: System, job_id: UUID, by: str) -> Job:
    """Take back a job that waits; who did is kept in its report.

    Raises:
        NotFound: this partner has no such job.
        Conflict: it was begun.
    """
    ensure_partner(tx, system)  # locked: a worker does not begin it meanwhile
    job = find_job(tx, system, job_id)
    if job.state != "waiting":
        raise Conflict(f"This job is {job.state}; only one that waits can be cancelled.")
    report = {**(job.report or {}), "cancelledBy": by}
    update_job(tx, job.id, {"state": "cancelled", "finished_at": services.clock.now(), "report": report})
    return find_job(tx, system, job_id)


def page_of_jobs(tx: Connection, system: System, after: UUID | None, limit: int) -> tuple[Sequence[Job], UUID | None]:
    """Return a page of a partner's jobs, newest first, and where the next page begins."""
    found = _jobs(tx, system, list_jobs(tx, system, after, limit + 1))
    page = found[:limit]
    return page, page[-1].id if len(found) > limit else None


def has_jobs(tx: Connection, system: System) -> bool:
    """Return whether there is a job to do with a partner."""
    return oldest_unfinished_job(tx, system) is not None


def next_job(tx: Connection, services: Services, lease: PartnerLease) -> Job | None:
    """Begin the partner's oldest job, or None; one whose worker stopped halfway is begun again.

    Raises:
        TurnLost: another process pulls this partner, so the job is that one's; or the partner is paused.
    """
    require_lease(tx, lease)
    row = oldest_unfinished_job(tx, lease.system)
    if row is None:
        return None
    update_job(tx, row.id, {"state": "running", "started_at": services.clock.now()})
    return find_job(tx, lease.system, row.id)


def finish_job(
    tx: Connection, services: Services, job: Job, report: Mapping[str, Any], *, failed: bool = False
) -> None:
    """Write what came of a job."""
    state = "failed" if failed else "done"
    whole = {**(job.report or {}), **report}
    update_job(tx, job.id, {"state": state, "finished_at": services.clock.now(), "report": whole})


def request_nightly(tx: Connection, services: Services, system: System, due: datetime) -> bool:
    """Ask for the comparison that was due at a moment, unless it was asked for since; tells whether it was not."""
    ensure_partner(tx, system)  # locked: two workers do not both ask
    if was_asked_since(tx, system, "reconcile", due):
        return False
    request_job(tx, services, system, NIGHTLY, JobRequest("reconcile"))
    return True


@dataclass(frozen=True)
class _Beside:
    """What stands elsewhere of partners."""

    quarantined: Mapping[str, int]
    jobs_waiting_since: Mapping[str, datetime]
    alerts: Mapping[UUID, datetime]


def _state(row: Any, beside: _Beside, now: datetime) -> PartnerState:
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
        alerted_at=beside.alerts.get(_chain(row.system, READING)),
        sending_alerted_at=beside.alerts.get(_chain(row.system, SENDING)),
        quarantined=beside.quarantined.get(row.system, 0),
        jobs_waiting_since=beside.jobs_waiting_since.get(row.system),
    )


def _chain(system: str, way: str) -> UUID:
    return about_partner(EventType.PARTNER_FAILING, System(system), way).subject_id


def _jobs(tx: Connection, system: System, rows: Sequence[Any]) -> list[Job]:
    waiting = [row for row in rows if row.state == "waiting"]
    causes = _causes(tx, system, waiting) if waiting else {}
    return [_job(row, causes.get(row.id)) for row in rows]


def _causes(tx: Connection, system: System, waiting: Sequence[Any]) -> dict[UUID, str]:
    """Tell what each of these jobs waits for; what holds up the partner holds up all of them."""
    partner, first = find_partner(tx, system), oldest_unfinished_job(tx, system)
    if partner and partner.paused:
        return dict.fromkeys((row.id for row in waiting), "resumption")
    if partner and partner.failures:
        return dict.fromkeys((row.id for row in waiting), "partner")
    return {row.id: "worker" if first and row.id == first.id else "earlier-job" for row in waiting}


def _job(row: Any, waits_for: str | None) -> Job:
    stored = {name: getattr(row, name) for name in Job.__annotations__ if name != "waits_for"}
    return Job(**{**stored, "system": System(row.system)}, waits_for=waits_for)


def _read(kind: type[T], row: Any) -> T:
    return kind(**{name: getattr(row, name) for name in kind.__annotations__})
