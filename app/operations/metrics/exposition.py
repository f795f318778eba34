"""Metrics for operators in Prometheus' format: deliveries by receiver, how attempts ended, and background loops.

The only labels are the receiver's key, a state, an outcome and the name of a loop: nothing about a person or a case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from app.domain.receivers import ReceiverKey
from app.models.delivery.outbox import unrelayed_since
from app.models.delivery.queue_metrics import QueueMetrics, queue_metrics
from app.models.delivery.receiver_health import BreakerState

__all__ = ["CONTENT_TYPE", "exposition", "queue_metrics", "unrelayed_since"]

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def exposition(
    figures: Mapping[ReceiverKey, QueueMetrics],
    unrelayed_since: datetime | None,
    now: datetime,
    loops: Mapping[str, float],
) -> bytes:
    """Return figures as a page for Prometheus to read.

    Args:
        figures: by receiver, as :func:`queue_metrics` returns them.
        unrelayed_since: since when the oldest event waits to be relayed; None when none does.
        now: the moment of the figures.
        loops: when each background loop of this process last completed a round, in seconds since 1970, by name.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Deliveries(figures, unrelayed_since or now, now))
    registry.register(_Loops(loops))
    return generate_latest(registry)


class _Loops(Collector):
    def __init__(self, last_completed: Mapping[str, float]) -> None:
        self._last_completed = last_completed

    @override
    def collect(self) -> Iterator[Metric]:
        help = "When each background loop of this process last completed a round, in seconds since 1970."
        family = GaugeMetricFamily("trajecthub_loop_last_completed_timestamp_seconds", help, labels=["loop"])
        for name, at in self._last_completed.items():
            family.add_metric([name], at)
        yield family


class _Deliveries(Collector):
    def __init__(self, figures: Mapping[ReceiverKey, QueueMetrics], unrelayed_since: datetime, now: datetime) -> None:
        self._figures = figures
        self._unrelayed_since = unrelayed_since
        self._now = now

    @override
    def collect(self) -> Iterator[Metric]:
        yield self._unrelayed()
        yield self._waiting()
        yield self._age()
        yield self._tries()
        yield self._breakers()

    def _unrelayed(self) -> Metric:
        help = "Seconds that the oldest event waits to be given to its receivers; it grows when no worker runs."
        age = (self._now - self._unrelayed_since).total_seconds()
        return GaugeMetricFamily("trajecthub_oldest_unrelayed_age_seconds", help, value=age)

    def _waiting(self) -> Metric:
        help = "Deliveries by state: pending is the depth of the queue, sending what is in flight."
        family = GaugeMetricFamily("trajecthub_deliveries", help, labels=["receiver", "state"])
        for receiver, figures in self._figures.items():
            for state, number in figures.waiting.items():
                family.add_metric([receiver.text, state], number)
        return family

    def _age(self) -> Metric:
        help = "Seconds since the oldest delivery that is due fell due; 0 when none is."
        family = GaugeMetricFamily("trajecthub_oldest_due_age_seconds", help, labels=["receiver"])
        for receiver, figures in self._figures.items():
            since = figures.due_since or self._now
            family.add_metric([receiver.text], (self._now - since).total_seconds())
        return family

    def _tries(self) -> Metric:
        help = "Tries by how they ended."
        family = CounterMetricFamily("trajecthub_tries", help, labels=["receiver", "outcome"])
        for receiver, figures in self._figures.items():
            for outcome, number in figures.attempts.items():
                family.add_metric([receiver.text, outcome], number)
        return family

    def _breakers(self) -> Metric:
        help = "1 when a receiver is not sent to as usual because it failed."
        family = GaugeMetricFamily("trajecthub_breaker_open", help, labels=["receiver"])
        for receiver, figures in self._figures.items():
            restrained = figures.breaker in (BreakerState.OPEN, BreakerState.HALF_OPEN)
            family.add_metric([receiver.text], float(restrained))
        return family
