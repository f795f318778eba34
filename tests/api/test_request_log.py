"""An X-Request-ID leads to one log line for every answer that is an error; figures of requests have few labels."""

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import httpx
import pytest
from httpx import ASGITransport
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs
from typing_extensions import override

from app.api.state import AppState
from app.database import Database
from app.operations.metrics.requests import RequestFigures
from tests.api.conftest import PUBLIC_URL, Api
from tests.support.api_calls import refer, referral
from tests.support.nginx import directly
from tests.support.served import api_of

NOBODY = "019ab3f2-7c00-7000-8000-000000000009"
CANARY = "Jansen-999990019"
DURATION = "trajecthub_http_request_duration_seconds"
REFERRAL = "/v1/referrals/{referral_id}"
TEXT = {"content": CANARY, "headers": {"Content-Type": "text/plain"}}

Line = MutableMapping[str, Any]


@pytest.fixture
def lines() -> Iterator[list[Line]]:
    """Return the log lines of the test, as they are written."""
    with capture_logs() as found:
        yield found


class BrokenDatabase(Database):
    """A store whose use is a mistake of the hub."""

    def __init__(self) -> None:
        pass

    @override
    async def read(self, *_args: Any, **_options: Any) -> Any:
        """Fail as no store does."""
        raise RuntimeError(CANARY)


def of(answered: httpx.Response, lines: list[Line]) -> Line:
    """Return the only line about an answer."""
    logged = [each for each in lines if each.get("correlation_id") == answered.headers["x-request-id"]]
    (line,) = [each for each in logged if each.get("channel") != "security"]
    return line


class Refusal(NamedTuple):
    """A request without a token, and what its line says."""

    method: str
    path: str
    status: int
    problem: str
    route: str
    options: Mapping[str, Any] = MappingProxyType({})


REFUSALS = (
    Refusal("GET", "/v1/referrals", 401, "unauthenticated", "/v1/referrals"),
    Refusal("GET", "/v1/nothing/here", 404, "not-found", "unknown"),
    Refusal("GET", f"/nothing?name={CANARY}", 404, "not-found", "unknown"),
    Refusal("PUT", f"/v1/referrals/{NOBODY}", 405, "method-not-allowed", REFERRAL),
    Refusal("PUT", f"/v1/referrals/{NOBODY}", 401, "unauthenticated", REFERRAL, {"json": {}}),
    Refusal("GET", "/v1/code-lists", 406, "not-acceptable", "/v1/code-lists", {"headers": {"Accept": "text/html"}}),
    Refusal("POST", f"/v1/referrals/{NOBODY}/signals", 415, "unsupported-media-type", f"{REFERRAL}/signals", TEXT),
    Refusal("POST", "/v1/some", 415, "unsupported-media-type", "unknown", TEXT),
    Refusal("POST", "/oauth/token", 400, "invalid-request", "/oauth/token", {"data": {"name": CANARY}}),
)


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_what_is_refused_without_a_token_has_one_line(api: Api, lines: list[Line], refusal: Refusal) -> None:
    answered = await api.request(refusal.method, refusal.path, **refusal.options)

    line = of(answered, lines)
    assert (line["event"], line["status"], line["problem"], line["method"], line["route"]) == (
        "request_refused",
        answered.status_code,
        refusal.problem,
        refusal.method,
        refusal.route,
    )
    assert answered.status_code == refusal.status
    assert "client" not in line
    assert CANARY not in repr(line)


async def test_what_a_client_is_refused_has_a_line_with_that_client(dock: Api, lines: list[Line]) -> None:
    made = await refer(dock, reference="L-1")
    address = f"/v1/referrals/{made['id']}"
    calls: list[tuple[httpx.Response, str, str]] = [
        (await dock.get(f"/v1/referrals/{NOBODY}"), "not-found", REFERRAL),
        (await dock.get("/v1/partners"), "forbidden", "/v1/partners"),
        (await dock.post("/v1/referrals", json=referral(area=CANARY)), "invalid-input", "/v1/referrals"),
        (await dock.post("/v1/referrals", json=referral(reference="L-1")), "duplicate-reference", "/v1/referrals"),
        (await dock.patch(address, json={"area": "Noord"}), "precondition-required", REFERRAL),
        (
            await dock.patch(address, json={"area": "Noord"}, headers={"If-Match": '"x"'}),
            "precondition-failed",
            REFERRAL,
        ),
    ]

    found = [of(answered, lines) for answered, _, _ in calls]

    assert [(each["problem"], each["route"]) for each in found] == [(problem, route) for _, problem, route in calls]
    assert [each["status"] for each in found] == [answered.status_code for answered, _, _ in calls]
    assert {each["client"] for each in found} == {"dock"}


async def test_no_line_has_a_value_of_the_request(dock: Api, lines: list[Line]) -> None:
    await dock.get(f"/v1/referrals?status={CANARY}")
    await dock.get(f"/v1/referrals/{CANARY}")
    await dock.post("/v1/referrals", json=referral(client={"familyName": CANARY}))
    await dock.post(f"/v1/referrals/{NOBODY}/{CANARY}", json={})

    assert len(lines) == 4
    assert CANARY not in repr(lines)
    assert NOBODY not in repr(lines)


async def test_a_mistake_of_the_hub_has_one_line_with_its_place_and_without_its_message(
    hub: AppState, lines: list[Line]
) -> None:
    with api_of(replace(hub, db=BrokenDatabase())) as served:
        transport = ASGITransport(served, raise_app_exceptions=False)
        async with Api(transport=transport, base_url=PUBLIC_URL) as client:
            answered = await client.get("/healthz/ready")

    line = of(answered, lines)
    assert (line["event"], line["log_level"], line["error"]) == ("request_failed", "error", "RuntimeError")
    assert (line["status"], line["problem"], line["route"]) == (500, "internal-error", "/healthz/ready")
    assert "read" in line["frames"]
    assert CANARY not in repr(lines)


async def test_what_succeeds_has_no_line(dock: Api, api: Api, lines: list[Line]) -> None:
    await refer(dock)
    await api.get("/healthz/live")

    assert lines == []


async def figures(prometheus: Api) -> dict[tuple[str, str, str], float]:
    """Return how many requests were answered, by method, route and class of status."""
    families = text_string_to_metric_families((await prometheus.get("/metrics")).text)
    samples = [each for family in families if family.name == DURATION for each in family.samples]
    counts = [each for each in samples if each.name == f"{DURATION}_count"]
    return {(each.labels["method"], each.labels["route"], each.labels["status"]): each.value for each in counts}


async def test_requests_are_counted_by_template_and_class_of_status(dock: Api, prometheus: Api) -> None:
    for reference in ("F-1", "F-2"):
        made = await refer(dock, reference=reference)
        await dock.get(f"/v1/referrals/{made['id']}")
        await dock.head(f"/v1/referrals/{made['id']}")
    await dock.get(f"/v1/referrals/{NOBODY}")

    assert await figures(prometheus) == {
        ("POST", "/v1/referrals", "2xx"): 2,
        ("GET", REFERRAL, "2xx"): 2,
        ("HEAD", REFERRAL, "2xx"): 2,
        ("GET", REFERRAL, "4xx"): 1,
    }


@directly(reason="nginx refuses a method with a digit, and the server behind it every unknown one")
async def test_whatever_is_asked_for_the_labels_stay_few(api: Api, prometheus: Api) -> None:
    for number in range(30):
        await api.request(f"M{number}", f"/v1/some-{number}")
        await api.request("GET", f"/path-{number}?q={number}")

    assert await figures(prometheus) == {("other", "unknown", "4xx"): 30, ("GET", "unknown", "4xx"): 30}


def test_a_request_is_in_every_class_of_durations_that_is_long_enough() -> None:
    found = RequestFigures()
    for seconds in (0.004, 0.005, 0.3, 60):
        found.add("GET", "/v1/referrals", 200, seconds)

    (durations,) = found.by_class.values()

    cumulative = dict(durations.cumulative())
    assert (cumulative["0.005"], cumulative["0.25"], cumulative["0.5"], cumulative["10.0"], cumulative["+Inf"]) == (
        2,
        2,
        3,
        3,
        4,
    )
    assert durations.seconds == pytest.approx(60.309)
