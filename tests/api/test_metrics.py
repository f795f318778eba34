"""Figures for Prometheus."""

from prometheus_client.parser import text_string_to_metric_families

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
    }
