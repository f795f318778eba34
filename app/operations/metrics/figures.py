"""What the tables say at one moment, in figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.database import Connection
from app.domain.receivers import ReceiverKey
from app.models.delivery.outbox import unrelayed_since
from app.models.delivery.queue_metrics import QueueMetrics, queue_metrics

__all__ = ["Figures", "QueueMetrics", "read_figures"]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of the hub.

    Attributes:
        now: the moment of the figures.
        deliveries: by receiver.
        unrelayed_since: since when the oldest event waits to be relayed; None when none does.
    """

    now: datetime
    deliveries: Mapping[ReceiverKey, QueueMetrics]
    unrelayed_since: datetime | None


def read_figures(tx: Connection, now: datetime) -> Figures:
    """Return the figures of the hub at this moment."""
    return Figures(now=now, deliveries=queue_metrics(tx, now), unrelayed_since=unrelayed_since(tx))
