"""The status of the connections with the partner systems, their runs, and pausing them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.details import Detail
from app.domain.errors import NotFound
from app.domain.events import EventType
from app.domain.partners import PartnerPullState, PartnerRun
from app.domain.validation import MAX_REASON_LENGTH, checked_reason
from app.events.delivery.notices import READING, SENDING, partner_notice
from app.models.partners.alert import open_alerts
from app.models.partners.job import jobs_waiting_since
from app.models.partners.partner import find_partner, list_partners, lock_partner, save_partner
from app.models.partners.quarantine import count_quarantined_by_partner
from app.models.partners.run import list_runs
from app.operations.services import Services


@dataclass(frozen=True, kw_only=True)
class PartnerState:
    """The status of a connection.

    Attributes:
        pause_reason: why somebody paused it; ``paused_by`` is who.
        lag_seconds: time since its changes were last read; None before the first time.
        failing_since: when the first of the failed pulls was; None when the last pull succeeded.
        failures: failed pulls in a row.
        retry_at: the partner is not called before this time; None when the last pull succeeded.
        last_error: why the last pull failed, in words for operators; None when it succeeded.
        alerted_at: when operators were alerted that its changes cannot be read; None once that is over.
        sending_alerted_at: when operators were alerted that nothing can be sent to it; None once that is over.
        quarantine_alerted_at: since when records are in quarantine for a cause that operators were alerted of, the
            oldest; None when there is none.
        quarantined: number of its records in quarantine.
        jobs_waiting_since: when its oldest waiting job was requested; None when no job waits.
        last_run: its newest run that read something new; not read for a list of partners.
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
    last_error: str | None
    alerted_at: datetime | None
    sending_alerted_at: datetime | None
    quarantine_alerted_at: datetime | None
    quarantined: int
    jobs_waiting_since: datetime | None
    last_run: PartnerRun | None = None


def partner_states(tx: Connection, now: datetime) -> list[PartnerState]:
    """Return the status of every partner that was ever pulled or paused."""
    return _states(tx, list_partners(tx), now)


def partner_state(tx: Connection, system: System, now: datetime) -> PartnerState:
    """Return the status of one partner with its newest run.

    Raises:
        NotFound: it was never pulled or paused.
    """
    state = find_partner(tx, system)
    if state is None:
        raise NotFound(Detail.PARTNER_NEVER_PULLED())
    last_run = next(iter(list_runs(tx, system, 1)), None)
    return replace(_states(tx, [state], now)[0], last_run=last_run)


def is_paused(tx: Connection, system: System) -> bool:
    """Return whether a partner is paused."""
    state = find_partner(tx, system)
    return state is not None and state.paused


def partner_runs(tx: Connection, system: System, limit: int) -> list[PartnerRun]:
    """Return the newest runs that read something new, newest first."""
    return list_runs(tx, system, limit)


def pause_partner(tx: Connection, services: Services, system: System, by: str, reason: str) -> PartnerState:
    """Pause a partner until it is resumed: nothing is pulled and no job is done. Return its status.

    A page that is being applied is finished first. Pausing again replaces the reason.

    Raises:
        InvalidInput: there is no reason, or it is longer than 300 characters.
    """
    message = f"Say why, in at most {MAX_REASON_LENGTH} characters; who finds it paused must know."
    stated = checked_reason(reason, message)
    paused = replace(lock_partner(tx, system), paused=True, pause_reason=stated, paused_by=by)
    save_partner(tx, paused)
    return partner_state(tx, system, services.clock.now())


def resume_partner(tx: Connection, services: Services, system: System) -> PartnerState:
    """Let a paused partner be pulled again, from its cursor, at the next round; return its status.

    A wait after a failure ends too.
    """
    resumed = replace(lock_partner(tx, system), paused=False, pause_reason=None, paused_by=None, retry_at=None)
    save_partner(tx, resumed)
    return partner_state(tx, system, services.clock.now())


@dataclass(frozen=True)
class _Counts:
    """What is stored outside the pull state of partners."""

    quarantined: Mapping[System, int]
    jobs_waiting_since: Mapping[System, datetime]
    alerts: Mapping[UUID, datetime]


def _states(tx: Connection, stored: list[PartnerPullState], now: datetime) -> list[PartnerState]:
    subjects = [_notice_subject(state.system, direction) for state in stored for direction in (READING, SENDING)]
    counts = _Counts(count_quarantined_by_partner(tx), jobs_waiting_since(tx), open_alerts(tx, subjects))
    return [_state(state, counts, now) for state in stored]


def _state(state: PartnerPullState, counts: _Counts, now: datetime) -> PartnerState:
    return PartnerState(
        system=state.system,
        paused=state.paused,
        pause_reason=state.pause_reason,
        paused_by=state.paused_by,
        last_success_at=state.last_success_at,
        lag_seconds=(now - state.last_success_at).total_seconds() if state.last_success_at else None,
        failing_since=state.failing_since,
        failures=state.failures,
        retry_at=state.retry_at,
        last_error=state.last_error,
        alerted_at=counts.alerts.get(_notice_subject(state.system, READING)),
        sending_alerted_at=counts.alerts.get(_notice_subject(state.system, SENDING)),
        quarantine_alerted_at=min((each.since for each in state.quarantine_alerts), default=None),
        quarantined=counts.quarantined.get(state.system, 0),
        jobs_waiting_since=counts.jobs_waiting_since.get(state.system),
    )


def _notice_subject(system: System, direction: str) -> UUID:
    return partner_notice(EventType.PARTNER_FAILING, system, direction).subject_id
