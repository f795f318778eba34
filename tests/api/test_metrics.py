"""Figures for Prometheus."""

import asyncio
import time
from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from app.api.state import AppState
from app.domain.codes import System
from app.domain.partners import JobKind, JobRequest
from app.loops import run_forever
from app.operations.partners.jobs import request_job
from app.operations.partners.state import pause_partner
from app.sandbox.runtime import SettableClock
from tests.api.conftest import NOW, Api
from tests.support.quarantine import fill_quarantine


async def test_metrics_can_be_read_by_prometheus(api: Api) -> None:
    response = await api.get("/metrics")

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    names = {family.name for family in text_string_to_metric_families(response.text)}
    assert names == {
        "trajecthub_deliveries",
        "trajecthub_deliveries_given_up_recently",
        "trajecthub_oldest_due_age_seconds",
        "trajecthub_oldest_unrelayed_age_seconds",
        "trajecthub_tries",
        "trajecthub_breaker_open",
        "trajecthub_pull_lag_seconds",
        "trajecthub_partner_paused",
        "trajecthub_quarantined_records",
        "trajecthub_open_conflicts",
        "trajecthub_jobs",
        "trajecthub_oldest_waiting_job_age_seconds",
        "trajecthub_loop_last_completed_timestamp_seconds",
        "trajecthub_http_request_duration_seconds",
    }


async def test_metrics_say_how_the_connection_with_each_partner_is(
    api: Api, hub: AppState, clock: SettableClock
) -> None:
    await fill_quarantine(hub)
    await hub.db.write(pause_partner, hub.services, System.ALLEGRO, "beheer-1", "New release")
    await hub.db.write(request_job, hub.services, System.ALLEGRO, "beheer-1", JobRequest(kind=JobKind.RETRY))
    clock.set(NOW + timedelta(minutes=5))

    page = (await api.get("/metrics")).text

    samples = {
        f"{each.name}{sorted(each.labels.values())}": each.value
        for family in text_string_to_metric_families(page)
        for each in family.samples
    }
    expected = {
        "trajecthub_pull_lag_seconds['allegro']": 300,
        "trajecthub_partner_paused['allegro']": 1,
        "trajecthub_quarantined_records['allegro']": 2,
        "trajecthub_quarantined_records['rmw']": 0,
        "trajecthub_open_conflicts['api']": 0,
        "trajecthub_jobs['allegro', 'waiting']": 1,
        "trajecthub_jobs['allegro', 'failed']": 0,
        "trajecthub_oldest_waiting_job_age_seconds['allegro']": 300,
        "trajecthub_oldest_waiting_job_age_seconds['rmw']": 0,
    }
    assert {name: samples.get(name) for name in expected} == expected


async def test_metrics_name_when_each_loop_last_completed_a_round(api: Api) -> None:
    stop, began = asyncio.Event(), time.time()

    async def work() -> None:
        stop.set()

    await run_forever("seen-in-metrics", work, stop=stop, interval_seconds=0)
    response = await api.get("/metrics")

    families = {family.name: family.samples for family in text_string_to_metric_families(response.text)}
    loops = {
        sample.labels["loop"]: sample.value for sample in families["trajecthub_loop_last_completed_timestamp_seconds"]
    }
    assert began <= loops["seen-in-metrics"] <= time.time()
