"""Metrics for operators in Prometheus' format.

The only labels are the key of a receiver, the name of a partner or a loop, a template of an address, and codes such as
a state: nothing about a person or a case.
"""

from collections.abc import Iterator, Mapping

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from app.models.delivery.receiver_health import BreakerState
from app.operations.metrics.figures import Figures
from app.operations.metrics.requests import RequestClass, RequestFigures

__all__ = ["CONTENT_TYPE", "exposition"]

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def exposition(figures: Figures, loops: Mapping[str, float], requests: RequestFigures) -> bytes:
    """Return figures as a page for Prometheus to read.

    Args:
        figures: of the hub, the same from every process.
        loops: when each background loop of this process last completed a round, in seconds since 1970, by name.
        requests: that this process answered.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Deliveries(figures))
    registry.register(_Loops(loops))
    registry.register(_Requests(requests))
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


class _Requests(Collector):
    def __init__(self, figures: RequestFigures) -> None:
        self._figures = figures

    @override
    def collect(self) -> Iterator[Metric]:
        help = "Requests that this process answered, by the class of their status and by how long they took."
        labels = RequestClass._fields
        family = HistogramMetricFamily("trajecthub_http_request_duration_seconds", help, labels=labels)
        for kind, durations in self._figures.by_class.items():
            family.add_metric(kind, list(durations.cumulative()), durations.seconds)
        yield family


class _Deliveries(Collector):
    def __init__(self, figures: Figures) -> None:
        self._now = figures.now
        self._unrelayed_since = figures.unrelayed_since or figures.now
        self._figures = figures.deliveries

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
