"""What the tables say at one moment, in figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.database import Connection
from app.domain.codes import System
from app.domain.partners import PartnerPullState
from app.models.cases.clock_figures import breached_cases, due_since
from app.models.delivery.outbox import unrelayed_since
from app.models.delivery.queue_metrics import queue_metrics
from app.models.partners.job import jobs_waiting_since
from app.models.partners.partner import list_partners
from app.models.partners.partner_metrics import JobCounts, job_counts, open_conflicts, quarantine_sizes
from app.operations.metrics.receivers import ReceiverFigures, by_receiver

__all__ = ["MOST_COUNTED", "Figures", "PartnerFigures", "TermFigures", "read_figures", "read_term_figures"]

MOST_COUNTED = 10_000
"""The most that are counted of quarantined records, open conflicts, breached cases and deliveries in a state."""


@dataclass(frozen=True, kw_only=True)
class PartnerFigures:
    """The figures of the connections with the partners, each by system.

    Attributes:
        pulls: the state of pulling of those that were ever pulled or paused.
        quarantined: records in quarantine.
        conflicts: open conflicts; those of organisations without a system of their own are of ``api``.
        jobs_waiting_since: when the oldest waiting job was requested; systems without one are left out.
    """

    pulls: Sequence[PartnerPullState]
    quarantined: Mapping[System, int]
    conflicts: Mapping[System, int]
    jobs: JobCounts
    jobs_waiting_since: Mapping[System, datetime]


@dataclass(frozen=True)
class TermFigures:
    """The figures of the terms of all cases.

    Attributes:
        breached: cases with an open term that has passed.
        due_since: since when the oldest report about terms is due and not made; None when none is.
    """

    breached: int
    due_since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of the hub.

    Attributes:
        now: the moment of the figures.
        receivers: deliveries by receiver.
        unrelayed_since: since when the oldest event waits to be relayed; None when none does.
    """

    now: datetime
    receivers: Mapping[str, ReceiverFigures]
    unrelayed_since: datetime | None
    partners: PartnerFigures
    terms: TermFigures


def read_figures(tx: Connection, now: datetime) -> Figures:
    """Return the figures of the hub at this moment."""
    partners = PartnerFigures(
        pulls=list_partners(tx),
        quarantined=quarantine_sizes(tx, MOST_COUNTED),
        conflicts=open_conflicts(tx, MOST_COUNTED),
        jobs=job_counts(tx, now),
        jobs_waiting_since=jobs_waiting_since(tx),
    )
    receivers = by_receiver(queue_metrics(tx, now, MOST_COUNTED))
    return Figures(
        now=now,
        receivers=receivers,
        unrelayed_since=unrelayed_since(tx),
        partners=partners,
        terms=read_term_figures(tx, now),
    )


def read_term_figures(tx: Connection, now: datetime) -> TermFigures:
    """Return the figures of the terms of all cases at this moment."""
    return TermFigures(breached_cases(tx, now, MOST_COUNTED), due_since(tx, now))
