"""Metrics for operators in Prometheus' format.

The only labels are the key of a receiver, the name of a partner or a loop, a template of an address, and codes such as
a state: nothing about a person or a case.
"""

from collections.abc import Iterator, Mapping

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from app.domain.codes import System
from app.operations.metrics.figures import MOST_COUNTED, Figures
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
    registry.register(_Partners(figures))
    registry.register(_Terms(figures))
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


class _Partners(Collector):
    def __init__(self, figures: Figures) -> None:
        self._now = figures.now
        self._figures = figures.partners

    @override
    def collect(self) -> Iterator[Metric]:
        yield self._lag()
        yield self._paused()
        yield self._quarantined()
        yield self._conflicts()
        yield self._jobs()
        yield self._waiting_jobs()

    def _lag(self) -> Metric:
        help = "Seconds since a partner's changes were last read; while that never succeeded, since it began to fail."
        family = GaugeMetricFamily("trajecthub_pull_lag_seconds", help, labels=["system"])
        for each in self._figures.pulls:
            if since := each.last_success_at or each.failing_since:
                family.add_metric([each.system], (self._now - since).total_seconds())
        return family

    def _paused(self) -> Metric:
        help = "1 while a partner is paused."
        family = GaugeMetricFamily("trajecthub_partner_paused", help, labels=["system"])
        for each in self._figures.pulls:
            family.add_metric([each.system], float(each.paused))
        return family

    def _quarantined(self) -> Metric:
        help = f"A partner's records in quarantine, counted up to {MOST_COUNTED}."
        return _by_system("trajecthub_quarantined_records", help, self._figures.quarantined)

    def _conflicts(self) -> Metric:
        help = f"Fields for which a system and the hub have different values, undecided, counted up to {MOST_COUNTED}."
        return _by_system("trajecthub_open_conflicts", help, self._figures.conflicts)

    def _jobs(self) -> Metric:
        help = "Jobs by state: those that wait or run, and those that were requested in the last day and ended."
        family = GaugeMetricFamily("trajecthub_jobs", help, labels=["system", "state"])
        for system, states in self._figures.jobs.items():
            for state, number in states.items():
                family.add_metric([system, state], number)
        return family

    def _waiting_jobs(self) -> Metric:
        help = "Seconds since the oldest waiting job of a partner was requested; 0 when none waits."
        waiting = self._figures.jobs_waiting_since
        ages = {system: (self._now - waiting.get(system, self._now)).total_seconds() for system in self._figures.jobs}
        return _by_system("trajecthub_oldest_waiting_job_age_seconds", help, ages)


class _Terms(Collector):
    def __init__(self, figures: Figures) -> None:
        self._now = figures.now
        self._figures = figures.terms

    @override
    def collect(self) -> Iterator[Metric]:
        help = f"Cases with an open term that has passed, counted up to {MOST_COUNTED}."
        yield GaugeMetricFamily("trajecthub_breached_cases", help, value=self._figures.breached)
        help = "Seconds that the oldest report about terms is due and not made; it grows when no worker runs."
        age = (self._now - (self._figures.due_since or self._now)).total_seconds()
        yield GaugeMetricFamily("trajecthub_oldest_due_term_age_seconds", help, value=age)


def _by_system(name: str, help: str, values: Mapping[System, float]) -> Metric:
    family = GaugeMetricFamily(name, help, labels=["system"])
    for system, value in values.items():
        family.add_metric([system], value)
    return family


class _Deliveries(Collector):
    def __init__(self, figures: Figures) -> None:
        self._now = figures.now
        self._unrelayed_since = figures.unrelayed_since or figures.now
        self._receivers = figures.receivers

    @override
    def collect(self) -> Iterator[Metric]:
        yield self._unrelayed()
        yield self._waiting()
        yield self._given_up()
        yield self._age()
        yield self._tries()
        yield self._breakers()

    def _unrelayed(self) -> Metric:
        help = "Seconds that the oldest event waits to be given to its receivers; it grows when no worker runs."
        age = (self._now - self._unrelayed_since).total_seconds()
        return GaugeMetricFamily("trajecthub_oldest_unrelayed_age_seconds", help, value=age)

    def _waiting(self) -> Metric:
        help = (
            "Deliveries by state: pending is the depth of the queue, sending what is in flight; counted up to "
            f"{MOST_COUNTED}, or less when many receivers are owed much."
        )
        family = GaugeMetricFamily("trajecthub_deliveries", help, labels=["receiver", "state"])
        for receiver, figures in self._receivers.items():
            for state, number in figures.waiting.items():
                family.add_metric([receiver, state], number)
        return family

    def _given_up(self) -> Metric:
        help = "Deliveries that were given up within the last hour and not sent again."
        family = GaugeMetricFamily("trajecthub_deliveries_given_up_recently", help, labels=["receiver"])
        for receiver, figures in self._receivers.items():
            family.add_metric([receiver], figures.given_up_recently)
        return family

    def _age(self) -> Metric:
        help = "Seconds since the oldest delivery that is due fell due; 0 when none is."
        family = GaugeMetricFamily("trajecthub_oldest_due_age_seconds", help, labels=["receiver"])
        for receiver, figures in self._receivers.items():
            since = figures.due_since or self._now
            family.add_metric([receiver], (self._now - since).total_seconds())
        return family

    def _tries(self) -> Metric:
        help = "Tries by how they ended."
        family = CounterMetricFamily("trajecthub_tries", help, labels=["receiver", "outcome"])
        for receiver, figures in self._receivers.items():
            for outcome, number in figures.attempts.items():
                family.add_metric([receiver, outcome], number)
        return family

    def _breakers(self) -> Metric:
        help = "1 when a receiver is not sent to as usual because it failed; of the others together how many are not."
        family = GaugeMetricFamily("trajecthub_breaker_open", help, labels=["receiver"])
        for receiver, figures in self._receivers.items():
            family.add_metric([receiver], figures.failing)
        return family
