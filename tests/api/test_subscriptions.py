"""Subscriptions by REST: own ones only, their secret shown once."""

from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from app.api.state import AppState
from app.events.http.client import OutboundClient
from app.events.http.credentials import opened_secrets
from app.events.http.signing import sign
from app.events.http.ssrf import AddressPolicy
from app.models.delivery.subscription import list_subscriptions
from app.operations.services import Services
from tests.support.api_calls import fault
from tests.support.names import StubResolver
from tests.support.served import api_of

Api = httpx.AsyncClient
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WANTED = {"url": "https://hooks.example.nl/trajecthub", "eventTypes": ["nl.trajecthub.referrals.confirmed.v1"]}


async def test_new_subscription_shows_its_secret_once(dock: Api) -> None:
    answered = await dock.post("/v1/subscriptions", json=WANTED)

    made = answered.json()
    assert answered.status_code == 201
    assert answered.headers["location"] == f"https://hub.example.nl/v1/subscriptions/{made['id']}"
    assert sign([made["secret"]], "1", int(NOW.timestamp()), b"{}") == Webhook(made.pop("secret")).sign("1", NOW, "{}")
    remap = await dock.get(answered.headers["location"])
    assert (remap.json(), remap.headers["etag"]) == (made, answered.headers["etag"])
    assert (made["status"], made["content"], made["eventTypes"]) == ("active", "filtered", WANTED["eventTypes"])


async def test_secret_is_kept_sealed(dock: Api, hub: AppState, services: Services) -> None:
    made = (await dock.post("/v1/subscriptions", json=WANTED)).json()

    (stored,) = await hub.db.read(list_subscriptions, None, None, 10)

    assert made["secret"].encode() not in stored.secret_sealed
    assert opened_secrets(services.vault, stored, NOW) == (made["secret"],)


async def test_repeated_request_makes_one_subscription(dock: Api) -> None:
    key = {"Idempotency-Key": "once"}

    first = await dock.post("/v1/subscriptions", json=WANTED, headers=key)
    again = await dock.post("/v1/subscriptions", json=WANTED, headers=key)

    assert first.json()["id"] == again.json()["id"]
    assert len((await dock.get("/v1/subscriptions")).json()["items"]) == 1


async def test_pages_hold_every_subscription_once(dock: Api) -> None:
    made = [(await dock.post("/v1/subscriptions", json=WANTED)).json()["id"] for _ in range(3)]

    first = await dock.get("/v1/subscriptions?limit=2")
    second = await dock.get(first.links["next"]["url"])

    assert [item["id"] for page in (first, second) for item in page.json()["items"]] == made
    assert "next" not in second.links


async def test_anothers_subscription_does_not_exist(dock: Api, pit010: Api) -> None:
    made = (await dock.post("/v1/subscriptions", json=WANTED)).json()
    address = f"/v1/subscriptions/{made['id']}"

    assert (await pit010.get(address)).status_code == 404
    assert (await pit010.delete(address, headers={"If-Match": "*"})).status_code == 404
    assert (await pit010.get("/v1/subscriptions")).json()["items"] == []
    assert (await dock.get(address)).status_code == 200


async def test_subscription_ends(dock: Api) -> None:
    made = await dock.post("/v1/subscriptions", json=WANTED)
    address = made.headers["location"]

    without = await dock.delete(address)
    ended = await dock.delete(address, headers={"If-Match": made.headers["etag"]})

    assert without.status_code == 428
    assert (ended.status_code, ended.content) == (204, b"")
    assert (await dock.get(address)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"url": "ftp://hooks.example.nl"}, "url", "string-pattern-mismatch"),
        ({"url": "https://user:secret@hooks.example.nl"}, "url", "address"),
        ({"url": "https://a..b/hook"}, "url", "address"),
        ({"url": "https://"}, "url", "string-pattern-mismatch"),
        ({"url": "https://[nowhere"}, "url", "address"),
        ({"url": "https:///path"}, "url", "address"),
        ({"eventTypes": ["nl.trajecthub.referrals.eaten.v1"]}, "eventTypes.0", "enum"),
        ({"eventTypes": ["nl.trajecthub.referrals.amended.v1"]}, "eventTypes", "told-to-referrers"),
        ({"eventTypes": ["nl.trajecthub.subscriptions.test.v1"]}, "eventTypes", "told-to-referrers"),
        ({"eventTypes": ["nl.trajecthub.referrals.confirmed.v1"] * 51}, "eventTypes", "too-long"),
        ({"areas": ["Atlantis"]}, "areas", "known-area"),
        ({"areas": ["Noord"] * 21}, "areas", "too-long"),
        ({"workerEmail": "nobody"}, "workerEmail", "string-pattern-mismatch"),
        ({"content": "everything"}, "content", "literal-error"),
    ],
)
async def test_subscription_that_breaks_a_rule_is_refused(
    dock: Api, changes: dict[str, object], field: str, rule: str
) -> None:
    answered = await dock.post("/v1/subscriptions", json=WANTED | changes)

    assert fault(answered) == (field, rule)
    assert "secret" not in answered.text
    assert (await dock.get("/v1/subscriptions")).json()["items"] == []


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://hooks.example.nl", "https"),
        ("https://127.0.0.1/hook", "public-address"),
        ("https://10.0.0.8/hook", "public-address"),
        ("https://169.254.169.254/latest", "public-address"),
        ("https://[::1]/hook", "public-address"),
        ("https://localhost/hook", "public-address"),
        ("https://hub/hook", "public-address"),
        ("https://2130706433/hook", "public-address"),
        ("https://rebound.example.nl/hook", "public-address"),
    ],
)
async def test_outside_the_sandbox_only_public_https_is_called(hub: AppState, dock: Api, url: str, rule: str) -> None:
    outbound = OutboundClient(
        AddressPolicy(), resolver=StubResolver({"rebound.example.nl": ("93.184.215.14", "10.0.0.8")})
    )
    production = replace(hub, sandbox=False, outbound=outbound)
    headers = {"Authorization": dock.headers["authorization"], "Idempotency-Key": "1"}
    with api_of(production) as served:
        transport = httpx.ASGITransport(served)
        async with httpx.AsyncClient(transport=transport, base_url=hub.public_url, headers=headers) as client:
            answered = await client.post("/v1/subscriptions", json=WANTED | {"url": url})

    assert fault(answered) == ("url", rule)
    assert (await dock.get("/v1/subscriptions")).json()["items"] == []
