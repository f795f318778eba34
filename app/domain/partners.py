"""The connection with a partner system: the state of pulling it, its runs, its jobs and its quarantine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.codes import System


class RunKind(StrEnum):
    """What a run is part of."""

    PULL = "pull"
    """The regular reading of changes."""
    RECONCILE = "reconcile"
    BACKFILL = "backfill"
    RETRY = "retry"


class JobKind(StrEnum):
    """What an operator can request for a partner."""

    RECONCILE = "reconcile"
    """Compare everything that the partner has with what was applied, and repair the differences."""
    BACKFILL = "backfill"
    """Read everything again, without sending feedback or writing to partners."""
    RETRY = "retry"
    """Read the records in quarantine again with the present mapping."""
    LINK = "link"
    """Find the hub's referrals of cases that the partner has from before the hub, and link them."""


class JobState(StrEnum):
    """The state of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class WaitsFor(StrEnum):
    """What a waiting job waits for."""

    RESUMPTION = "resumption"
    """The partner is paused."""
    PARTNER = "partner"
    """The last pull failed, and the partner is not called before the retry time."""
    EARLIER_JOB = "earlier-job"
    WORKER = "worker"
    """It is the next job: a worker starts it at its next round."""


class QuarantineState(StrEnum):
    """The state of a record that is or was in quarantine."""

    OPEN = "open"
    """In quarantine."""
    APPLIED = "applied"
    OVERTAKEN = "overtaken"
    """Replaced by a newer version of the same record."""
    DISMISSED = "dismissed"
    EXPIRED = "expired"


class ConflictState(StrEnum):
    """The state of a conflict between the hub's value of a field and a partner's."""

    OPEN = "open"
    KEPT = "kept"
    """Decided: the hub's value stayed."""
    TAKEN = "taken"
    """Decided: the partner's value was taken over."""


@dataclass(frozen=True, order=True)
class QuarantineCause:
    """Why records are in quarantine: a stable code, and the partner's own name of the field."""

    reason: str
    field: str


@dataclass(frozen=True)
class QuarantineAlert:
    """A cause that operators were notified of, and since when records have it."""

    cause: QuarantineCause
    since: datetime


@dataclass(frozen=True, kw_only=True)
class PartnerPullState:
    """The stored state of pulling one partner, shared by all processes.

    Attributes:
        cursor: the place to read on from; None is the beginning.
        pause_reason: why somebody paused it; ``paused_by`` is who.
        failures: failed pulls in a row, the first one at ``failing_since``.
        retry_at: the partner is not called before this time; None after a successful pull.
        last_error: why the last pull failed, in words for operators; None after a successful pull.
        alerted: whether operators were alerted of the failures.
        quarantine_alerts: the causes of its quarantine that operators were notified of and that are not over.
        lease_holder: the process that pulls the partner, until ``lease_until``; None when no process does.
    """

    system: System
    cursor: str | None = None
    paused: bool = False
    pause_reason: str | None = None
    paused_by: str | None = None
    last_success_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None
    last_error: str | None = None
    alerted: bool = False
    quarantine_alerts: tuple[QuarantineAlert, ...] = ()
    lease_holder: str | None = None
    lease_until: datetime | None = None

    @property
    def is_failing(self) -> bool:
        """Return whether the last pull failed."""
        return self.failures > 0 or self.alerted


@dataclass(frozen=True, kw_only=True)
class PartnerRun:
    """The counts of one page that was not wholly unchanged: ``read = applied + unchanged + filtered + quarantined``.

    Attributes:
        drift: what the partner's contract does not know, by place, and how often it occurred; None when nothing.
    """

    id: UUID
    system: System
    kind: RunKind
    mapping_version: str
    started_at: datetime
    read: int
    applied: int
    unchanged: int
    filtered: int
    quarantined: int
    drift: Mapping[str, int] | None


@dataclass(frozen=True)
class CaseLink:
    """A partner's number of a case, and the referral that it is."""

    case_id: str
    referral_id: UUID

    def to_json(self) -> Mapping[str, str]:
        """Return the link as requests and reports have it."""
        return {"caseId": self.case_id, "referralId": str(self.referral_id)}


@dataclass(frozen=True, kw_only=True)
class JobRequest:
    """A job that is requested.

    Attributes:
        dry_run: report what the job would do, and change nothing.
        since: of a backfill, the aware time from which changes are applied; None applies everything.
        quarantine_id: of a retry, the one record that is read again, with its case; None reads the whole quarantine.
        links: of a linking, the operator's choices among the referrals that a case may be.
        accept_bsn_and_day: of a linking, whether the operator accepts what was found by client and day only.
    """

    kind: JobKind
    dry_run: bool = False
    since: datetime | None = None
    quarantine_id: UUID | None = None
    links: tuple[CaseLink, ...] = ()
    accept_bsn_and_day: bool = False

    @property
    def parameters(self) -> Mapping[str, object]:
        """What only some kinds of jobs have, by its name on the wire; empty when there is nothing."""
        given: Mapping[str, object] = {
            "since": self.since.isoformat() if self.since else None,
            "quarantineId": str(self.quarantine_id) if self.quarantine_id else None,
            "links": [each.to_json() for each in self.links],
            "acceptBsnAndDay": self.accept_bsn_and_day,
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, kw_only=True)
class Job(JobRequest):
    """Work on a partner's records that was requested; a worker does it at its next round.

    Attributes:
        waits_for: what a waiting job waits for; None in other states.
        result: counts and the partner's record numbers, never contents; of a cancelled job who cancelled it.
    """

    id: UUID
    system: System
    state: JobState = JobState.WAITING
    requested_by: str
    requested_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    waits_for: WaitsFor | None = None
    result: Mapping[str, Any] | None = None

    @property
    def report(self) -> Mapping[str, Any] | None:
        """The parameters of the request and the result, as operators read them; None when there is neither."""
        return {**self.parameters, **(self.result or {})} or None


@dataclass(frozen=True, kw_only=True)
class QuarantineQuery:
    """Which records in quarantine are listed, and in which order.

    Attributes:
        reason: only those with this reason; None: all.
        kind: only those of this type of the partner's; None: all.
        oldest_first: in the order in which they came; otherwise the newest first.
    """

    reason: str | None = None
    kind: str | None = None
    oldest_first: bool = False


@dataclass(frozen=True, kw_only=True)
class QuarantineEntry:
    """A partner's record that could not be applied, without its contents, which stay sealed.

    Attributes:
        kind: the partner's own record type.
        external_id: the partner's own id of the record.
        case_id: the partner's own id of the case; later records of the same case wait.
        field: the partner's own name of the field that could not be read or applied.
        reason: a stable code; ``message`` is the same for people, without personal data.
        decided_by: who dismissed it; ``decision`` is why.
    """

    id: UUID
    kind: str
    external_id: str
    case_id: str
    version: str
    content_hash: bytes
    field: str
    reason: str
    message: str
    state: QuarantineState
    since: datetime
    occurred_at: datetime | None
    referral_id: UUID | None
    revision: int | None
    decided_by: str | None = None
    decision: str | None = None
