"""Figures for Prometheus."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

from httpx import ASGITransport
from prometheus_client.parser import text_string_to_metric_families

from app.api.state import AppState
from app.domain.codes import System
from app.domain.partners import JobKind, JobRequest
from app.loops import run_forever
from app.operations.partners.jobs import request_job
from app.operations.partners.state import pause_partner
from app.sandbox.runtime import SettableClock
from tests.api.conftest import METRICS_TOKEN, NOW, PUBLIC_URL, Api
from tests.support.api_calls import path_for, refer, step
from tests.support.nginx import directly
from tests.support.quarantine import fill_quarantine
from tests.support.served import api_of


async def test_metrics_can_be_read_by_prometheus(prometheus: Api) -> None:
    response = await prometheus.get("/metrics")

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
        "trajecthub_breached_cases",
        "trajecthub_oldest_due_term_age_seconds",
        "trajecthub_oldest_waiting_job_age_seconds",
        "trajecthub_loop_last_completed_timestamp_seconds",
        "trajecthub_http_request_duration_seconds",
    }


@directly(reason="no proxy passes on the metrics")
async def test_metrics_need_their_token(hub: AppState, dock: Api, operator: Api, api: Api) -> None:
    asked: list[str | None] = [
        None,
        f"Bearer {METRICS_TOKEN[:-1]}",
        f"Bearer {METRICS_TOKEN} ",
        f"Basic {METRICS_TOKEN}",
        METRICS_TOKEN,
        dock.headers["authorization"],
        operator.headers["authorization"],
    ]

    answers = [await api.get("/metrics", headers=[("Authorization", each)] if each else []) for each in asked]
    with api_of(replace(hub, metrics_token=None)) as served:
        async with Api(transport=ASGITransport(served), base_url=PUBLIC_URL) as client:
            headers = {"Authorization": "Bearer None"}
            answers.append(await client.get("/metrics", headers=headers))

    assert {each.status_code for each in answers} == {401}
    assert len({each.text for each in answers}) == 1
    assert "trajecthub_" not in answers[0].text


async def test_metrics_say_how_the_connection_with_each_partner_is(
    prometheus: Api, hub: AppState, clock: SettableClock
) -> None:
    await fill_quarantine(hub)
    await hub.db.write(pause_partner, hub.services, System.ALLEGRO, "beheer-1", "New release")
    await hub.db.write(request_job, hub.services, System.ALLEGRO, "beheer-1", JobRequest(kind=JobKind.RETRY))
    clock.set(NOW + timedelta(minutes=5))

    page = (await prometheus.get("/metrics")).text

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


async def test_metrics_name_when_each_loop_last_completed_a_round(prometheus: Api) -> None:
    stop, began = asyncio.Event(), time.time()

    async def work() -> None:
        stop.set()

    await run_forever("seen-in-metrics", work, stop=stop, interval_seconds=0)
    response = await prometheus.get("/metrics")

    families = {family.name: family.samples for family in text_string_to_metric_families(response.text)}
    loops = {
        sample.labels["loop"]: sample.value for sample in families["trajecthub_loop_last_completed_timestamp_seconds"]
    }
    assert began <= loops["seen-in-metrics"] <= time.time()


async def test_metrics_count_the_cases_with_a_term_that_has_passed_and_what_nobody_reported(
    prometheus: Api, dock: Api, etf: Api, clock: SettableClock
) -> None:
    for number in range(3):
        await refer(dock, reference=f"A-{number}")
    clock.set(NOW + timedelta(hours=25))
    await step(etf, f"{await path_for(etf, 'A-0')}/rejection", {"reason": "not_a_resident"})

    page = (await prometheus.get("/metrics")).text

    values = {
        family.name: family.samples[0].value
        for family in text_string_to_metric_families(page)
        if "breached" in family.name or "due_term" in family.name
    }
    assert values["trajecthub_breached_cases"] == 2
    # The confirmation approaches four hours before its end.
    assert values["trajecthub_oldest_due_term_age_seconds"] >= 5 * 3600
