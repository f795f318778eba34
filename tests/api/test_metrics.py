"""Figures for Prometheus."""

import asyncio
import time

from prometheus_client.parser import text_string_to_metric_families

from app.loops import run_forever
from tests.api.conftest import Api


async def test_metrics_can_be_read_by_prometheus(api: Api) -> None:
    response = await api.get("/metrics")

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    names = {family.name for family in text_string_to_metric_families(response.text)}
    assert names == {
        "trajecthub_deliveries",
        "trajecthub_oldest_due_age_seconds",
        "trajecthub_oldest_unrelayed_age_seconds",
        "trajecthub_tries",
        "trajecthub_breaker_open",
        "trajecthub_loop_last_completed_timestamp_seconds",
        "trajecthub_http_request_duration_seconds",
    }


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
