"""Subscriptions after they are made: changed, paused, resumed, approved, with another secret."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs
from typing_extensions import override

from app.api.state import AppState
from app.events.http.client import OutboundClient
from app.events.http.signing import sign
from tests.api.conftest import token_of
from tests.support.api_calls import fault
from tests.support.names import StubResolver
from tests.support.served import api_of

Api = httpx.AsyncClient
Json = dict[str, object]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WANTED: Json = {"url": "https://hooks.example.nl/trajecthub", "areas": ["Noord"], "workerEmail": "a@example.nl"}


async def made(api: Api, **changes: object) -> httpx.Response:
    answered = await api.post("/v1/subscriptions", json=WANTED | changes)
    assert answered.status_code == 201, answered.text
    return answered


async def ask(api: Api, address: str, step: str = "", **request: object) -> httpx.Response:
    """Make a step with the ETag of now; without a step, a change."""
    present = await api.get(address)
    headers = {"If-Match": present.headers["etag"]}
    method = "POST" if step else "PATCH"
    return await api.request(method, f"{address}{step}", headers=headers, **request)  # type: ignore[arg-type]


@asynccontextmanager
async def production(hub: AppState, client_id: str) -> AsyncIterator[Api]:
    """Return a caller of a hub outside the sandbox, which may still call this machine."""
    strict = replace(hub, sandbox=False)
    headers = {"Authorization": f"Bearer {await token_of(hub, client_id)}"}
    with api_of(strict) as served:
        transport = httpx.ASGITransport(served)
        async with httpx.AsyncClient(transport=transport, base_url=hub.public_url, headers=headers) as client:
            client.event_hooks = {"request": [_add_key], "response": []}
            yield client


async def _add_key(request: httpx.Request) -> None:
    if request.method != "GET":
        request.headers["Idempotency-Key"] = str(uuid4())


@asynccontextmanager
async def receiver(**headers: str) -> AsyncIterator[tuple[str, list[str]]]:
    """Return the address of a receiver that answers OPTIONS with these headers, and the origins that asked."""
    asked: list[str] = []

    async def consent(request: web.Request) -> web.Response:
        asked.append(request.headers["WebHook-Request-Origin"])
        return web.Response(status=405, headers={name.replace("_", "-"): value for name, value in headers.items()})

    application = web.Application()
    application.router.add_route("OPTIONS", "/hook", consent)
    server = TestServer(application, host="127.0.0.1")
    await server.start_server()
    yield str(server.make_url("/hook")), asked
    await server.close()


async def test_etag_counts_the_changes(dock: Api) -> None:
    first = await made(dock)
    address = first.headers["location"]

    changed = await ask(dock, address, json={"workerEmail": "b@example.nl"})
    same = await ask(dock, address, json={"content": "filtered"})
    paused = await ask(dock, address, "/pause")
    rotated = await ask(dock, address, "/secret-rotation", json={})

    tags = [each.headers["etag"] for each in (first, changed, same, paused, rotated)]
    assert tags == ['"r1"', '"r2"', '"r2"', '"r3"', '"r4"']
    assert (await dock.get(address)).headers["etag"] == tags[-1]


class InterruptingResolver(StubResolver):
    """Lets something happen while a name is looked up, once."""

    def __init__(self, interrupt: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self._interrupts = [interrupt]

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if self._interrupts:
            await self._interrupts.pop()()
        return await super().resolve(host, port, family)


async def test_change_that_crosses_another_change_is_refused(hub: AppState, dock: Api) -> None:
    address = (await made(dock)).headers["location"]
    resolver = InterruptingResolver(lambda: ask(dock, address, json={"areas": ["Charlois"]}))
    crossed = replace(hub, outbound=OutboundClient(hub.outbound.policy, resolver=resolver))
    headers = {"Authorization": dock.headers["authorization"], "If-Match": "*", "Idempotency-Key": "crossing"}
    with api_of(crossed) as served:
        async with Api(transport=httpx.ASGITransport(served), base_url=hub.public_url, headers=headers) as other:
            refused = await other.patch(address, json={"content": "thin"})
            repeated = await other.patch(address, json={"content": "thin"})
    await crossed.outbound.close()

    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert (repeated.json()["content"], repeated.json()["areas"]) == ("thin", ["Charlois"])


async def test_only_what_is_given_changes(dock: Api) -> None:
    before = (await made(dock)).json()
    address = f"/v1/subscriptions/{before['id']}"

    answered = await ask(dock, address, json={"content": "thin", "areas": ["Feijenoord"]})

    body = answered.json()
    assert answered.status_code == 200
    assert (body["content"], body["areas"], body["filtersOnWorker"]) == ("thin", ["Feijenoord"], True)
    assert (body["url"], body["status"]) == (before["url"], "active")
    assert (await dock.get(address)).headers["etag"] == answered.headers["etag"]


async def test_null_takes_a_filter_away(dock: Api) -> None:
    first = (await made(dock)).json()

    answered = await ask(dock, f"/v1/subscriptions/{first['id']}", json={"areas": None, "workerEmail": None})

    assert (answered.json()["areas"], answered.json()["filtersOnWorker"]) == ([], False)


async def test_workers_address_is_not_kept(dock: Api, hub: AppState) -> None:
    first = await made(dock)

    stored = await hub.db.read(lambda tx: tx.exec_driver_sql("select * from subscription").one())

    assert "a@example.nl" not in first.text
    assert "a@example.nl" not in str(stored)


async def test_change_on_a_stale_reading_is_refused(dock: Api) -> None:
    first = await made(dock)
    address = first.headers["location"]
    await ask(dock, address, json={"content": "thin"})

    stale = await dock.patch(address, json={"content": "filtered"}, headers={"If-Match": first.headers["etag"]})
    blind = await dock.patch(address, json={"content": "filtered"})

    assert (stale.status_code, blind.status_code) == (412, 428)


@pytest.mark.parametrize(
    ("patch", "field", "rule"),
    [
        ({"url": "https://10.0.0.8/hook"}, "url", "public-address"),
        ({"url": None}, "url", "missing"),
        ({"areas": ["Atlantis"]}, "areas", "known-area"),
        ({"eventTypes": ["nl.trajecthub.referrals.signal-given.v1"]}, "eventTypes", "enum"),
        ({"status": "active"}, "status", "extra-forbidden"),
    ],
)
async def test_change_that_breaks_a_rule_is_refused(dock: Api, patch: Json, field: str, rule: str) -> None:
    first = await made(dock)

    answered = await ask(dock, first.headers["location"], json=patch)

    assert answered.status_code == 400
    assert (await dock.get(first.headers["location"])).headers["etag"] == first.headers["etag"]
    assert fault(answered)[0].startswith(field)


async def test_subscription_rests_and_goes_on(dock: Api) -> None:
    address = (await made(dock)).headers["location"]

    paused = await ask(dock, address, "/pause")
    again = await ask(dock, address, "/pause")
    resumed = await ask(dock, address, "/resumption")

    assert (paused.json()["status"], paused.json()["statusReason"]) == ("paused", "asked")
    assert (again.status_code, again.json()["code"]) == (409, "transition-not-allowed")
    assert (resumed.json()["status"], "statusReason" in resumed.json()) == ("active", False)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", ""),
        ("POST", "/pause"),
        ("POST", "/resumption"),
        ("POST", "/handshake"),
        ("POST", "/secret-rotation"),
        ("POST", "/test"),
        ("POST", "/preview"),
        ("POST", "/replay"),
        ("GET", "/deliveries"),
    ],
)
async def test_anothers_subscription_cannot_be_touched(dock: Api, pit010: Api, method: str, path: str) -> None:
    first = await made(dock)
    bodies = {
        "/preview": {"referralId": first.json()["id"], "eventType": "nl.trajecthub.referrals.confirmed.v1"},
        "/replay": {"from": NOW.isoformat()},
    }
    body = None if method == "GET" else bodies.get(path, {})

    address = f"{first.headers['location']}{path}"
    answered = await pit010.request(method, address, json=body, headers={"If-Match": "*"})

    assert (answered.status_code, answered.json()["code"]) == (404, "not-found")
    assert (await dock.get(first.headers["location"])).headers["etag"] == first.headers["etag"]


async def test_rotation_shows_a_new_secret_and_when_the_old_one_ends(dock: Api) -> None:
    first = await made(dock)

    rotated = await ask(dock, first.headers["location"], "/secret-rotation", json={"overlapHours": 2})

    body = rotated.json()
    assert body["secret"] != first.json()["secret"]
    assert datetime.fromisoformat(body["previousSecretExpiresAt"]) == NOW + timedelta(hours=2)
    assert sign([body["secret"]], "1", 1, b"").startswith("v1,")


async def test_old_secret_ends_at_once_when_asked(dock: Api) -> None:
    address = (await made(dock)).headers["location"]

    rotated = await ask(dock, address, "/secret-rotation", json={"overlapHours": 0})

    assert "previousSecretExpiresAt" not in rotated.json()


@pytest.mark.parametrize("hours", [-1, 169, "many"])
async def test_overlap_has_bounds(dock: Api, hours: object) -> None:
    address = (await made(dock)).headers["location"]

    answered = await ask(dock, address, "/secret-rotation", json={"overlapHours": hours})

    assert fault(answered)[0] == "overlapHours"


async def test_outside_the_sandbox_nothing_is_sent_before_consent(dock: Api, hub: AppState) -> None:
    async with production(hub, "dock") as strict:
        address = (await made(strict)).headers["location"]

        assert (await strict.get(address)).json()["status"] == "pending"
        for refused in (await ask(strict, address, "/pause"), await strict.post(f"{address}/test")):
            assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")


@pytest.mark.parametrize("allowed", ["hub.example.nl", "*"])
async def test_address_that_consents_is_served(hub: AppState, allowed: str) -> None:
    async with receiver(WebHook_Allowed_Origin=allowed) as (url, asked), production(hub, "dock") as strict:
        strict_url = await _pending(strict, url)

        answered = await ask(strict, strict_url, "/handshake")

        assert answered.json()["status"] == "active"
        assert asked == ["hub.example.nl"]


async def test_consent_that_is_asked_for_again_with_the_same_key_is_not_asked_for_twice(hub: AppState) -> None:
    async with receiver(WebHook_Allowed_Origin="*") as (url, asked), production(hub, "dock") as strict:
        address = await _pending(strict, url)
        headers = {"If-Match": (await strict.get(address)).headers["etag"], "Idempotency-Key": "handshake-1"}
        strict.event_hooks = {"request": [], "response": []}

        first, again = [await strict.post(f"{address}/handshake", headers=headers) for _ in range(2)]

        assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)
        assert again.headers["idempotency-replayed"] == "true"
        assert len(asked) == 1


@pytest.mark.parametrize("headers", [{}, {"WebHook_Allowed_Origin": "other.example.nl"}])
async def test_address_that_does_not_consent_stays_pending(hub: AppState, headers: dict[str, str]) -> None:
    async with receiver(**headers) as (url, _), production(hub, "dock") as strict:
        address = await _pending(strict, url)

        answered = await ask(strict, address, "/handshake")

        assert (answered.status_code, answered.json()["code"]) == (409, "conflict")
        assert "status 405" in answered.json()["detail"]
        assert (await strict.get(address)).json()["status"] == "pending"


async def test_address_that_is_not_there_stays_pending(hub: AppState) -> None:
    async with production(hub, "dock") as strict:
        address = await _pending(strict, "http://127.0.0.1:9/hook")

        answered = await ask(strict, address, "/handshake")

        assert (answered.status_code, "refuses the connection" in answered.json()["detail"]) == (409, True)


async def test_operator_approves_and_nobody_else(hub: AppState, operator: Api) -> None:
    async with production(hub, "dock") as strict:
        address = (await made(strict)).headers["location"]
        (listed,) = (await operator.get("/v1/subscriptions")).json()["items"]

        by_itself = await ask(strict, address, "/approval")
        with capture_logs() as lines:
            by_operator = await ask(operator, f"/v1/subscriptions/{listed['id']}", "/approval")

        by_rotation = await ask(operator, f"/v1/subscriptions/{listed['id']}", "/secret-rotation", json={})

        assert [(each["event"], each["by"]) for each in lines] == [("security_subscription_approved", "operator")]
        assert (by_itself.status_code, by_rotation.status_code) == (403, 404)
        assert by_operator.json()["status"] == "active"
        assert (await strict.get(address)).json()["status"] == "active"


@pytest.mark.parametrize("step", ["/resumption", "/handshake", "/approval"])
async def test_subscription_that_is_active_cannot_begin_again(dock: Api, operator: Api, step: str) -> None:
    own = (await made(dock)).headers["location"]
    (listed,) = (await operator.get("/v1/subscriptions")).json()["items"]
    address, api = (f"/v1/subscriptions/{listed['id']}", operator) if step == "/approval" else (own, dock)

    answered = await ask(api, address, step)

    assert (answered.status_code, answered.json()["code"]) == (409, "transition-not-allowed")
    assert (await dock.get(own)).json()["status"] == "active"


async def test_another_address_has_to_consent_anew(hub: AppState, dock: Api) -> None:
    first = await made(dock)
    async with production(hub, "dock") as strict:
        answered = await ask(strict, first.headers["location"], json={"url": "https://elsewhere.example.nl/hook"})

    assert (answered.json()["status"], answered.json()["statusReason"]) == ("pending", "new-address")


async def _pending(strict: Api, url: str) -> str:
    """Make a subscription that waits; returns its address in the API."""
    answered = await made(strict, url=url)
    assert answered.json()["status"] == "pending"
    return answered.headers["location"]
