"""Every refusal and every change of access has a line in the security log, and none has what a caller sent."""

import json
import time
from base64 import b64encode
from collections.abc import Iterator, MutableMapping
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from app.api.state import AppState
from app.line_budget import LINES_OF_A_KIND
from app.operations.access.clients import revoke_client, save_client
from app.operations.access.signing_keys import add_signing_key
from app.security_log import SecurityEvent
from tests.api.conftest import PUBLIC_URL, SECRET, Api, SignIn, token_of
from tests.support.api_calls import refer, referral
from tests.support.assertions import CLIENT_KEY, GRANT, JWKS, assertion, signed_by_another, unverified
from tests.support.subscriptions import URL

Line = MutableMapping[str, Any]
BSN = "999990019"
CANARIES = (BSN, "Kanarina", "kanarina@vogel.example", "Kanariestraat", "zwijgzaam-geheim")
PLANTED = "-".join(CANARIES)
OAUTH = {
    "kind": "oauth",
    "tokenUrl": "https://login.example.nl/token",
    "clientId": "trajecthub",
    "clientSecret": "a-secret-of-the-receiver",
}


@pytest.fixture
def lines() -> Iterator[list[Line]]:
    """Return the log lines of the test, of every channel."""
    with capture_logs() as found:
        yield found


@pytest.fixture
async def humanitas(hub: AppState) -> None:
    """Register a client with a key."""
    scopes = ["organisations:read", "referrals:read"]
    await hub.db.write(save_client, hub.services, "humanitas", organisation_code="dock", scopes=scopes, jwks=JWKS)


def of(event: SecurityEvent, lines: list[Line]) -> list[Line]:
    """Return the lines of an event in the security log."""
    return [each for each in lines if each["event"] == event and each["channel"] == "security"]


@pytest.mark.usefixtures("humanitas")
async def test_an_issued_token_has_a_line_with_its_client_and_scopes(api: Api, lines: list[Line]) -> None:
    answered = await api.post("/oauth/token", data=assertion())

    (line,) = of(SecurityEvent.TOKEN_ISSUED, lines)
    assert (line["client"], line["scopes"], line["peer"]) == (
        "humanitas",
        ["organisations:read", "referrals:read"],
        "127.0.0.1",
    )
    assert answered.json()["access_token"] not in repr(lines)


@pytest.mark.usefixtures("humanitas")
async def test_a_refused_token_request_has_a_line_with_the_cause_that_its_answer_hides(
    api: Api, hub: AppState, lines: list[Line]
) -> None:
    past = int(time.time()) - 600
    used = assertion()
    await api.post("/oauth/token", data=used)
    await hub.db.write(save_client, hub.services, "former", organisation_code="dock", scopes=[], jwks=JWKS)
    await hub.db.write(revoke_client, hub.services, "former")
    sent: list[tuple[dict[str, Any], str, str | None]] = [
        ({"data": {}}, "form", None),
        ({"data": GRANT}, "no-proof", None),
        ({"data": signed_by_another()}, "signature", "humanitas"),
        ({"data": signed_by_another(kid="other")}, "unknown-key", "humanitas"),
        ({"data": assertion(sub="nobody", iss="nobody")}, "unknown-client", None),
        ({"data": assertion(sub="former", iss="former")}, "client-not-active", "former"),
        ({"data": {**assertion(), "client_id": "dock"}}, "another-client", None),
        ({"data": {**assertion(), "client_assertion": "x"}}, "unreadable", None),
        # A valid proof, so that the failures before it are forgotten.
        ({"data": {**assertion(), "scope": "partners:manage"}}, "scope", "humanitas"),
        ({"data": assertion(exp=past)}, "expired", "humanitas"),
        ({"data": assertion(aud="https://elsewhere.example")}, "audience", "humanitas"),
        ({"data": assertion(iss="dock")}, "issuer", "humanitas"),
        ({"data": assertion(exp=past + 6000)}, "lifetime", "humanitas"),
        ({"data": unverified({"alg": "none"}, {"sub": "humanitas"})}, "algorithm", "humanitas"),
        ({"data": assertion(jti="x")}, "id", "humanitas"),
        ({"data": assertion(jti=None)}, "incomplete", "humanitas"),
        ({"data": used}, "used-before", "humanitas"),
        ({"data": GRANT, "auth": ("pit010", "wrong")}, "wrong-secret", "pit010"),
        ({"data": GRANT, "auth": ("nobody", SECRET)}, "unknown-client", None),
        ({"data": GRANT, "headers": {"Authorization": "Basic !"}}, "unreadable", None),
    ]

    for request, _, _ in sent:
        assert (await api.post("/oauth/token", **request)).status_code in (400, 401)

    found = of(SecurityEvent.TOKEN_REFUSED, lines)
    assert [(each["cause"], each.get("client")) for each in found] == [(cause, client) for _, cause, client in sent]
    assert {each["peer"] for each in found} == {"127.0.0.1"}


async def test_a_refused_access_token_has_a_line_with_the_cause(api: Api, hub: AppState, lines: list[Line]) -> None:
    token = await token_of(hub, "dock")
    inactive = await token_of(hub, "pit010")
    await hub.db.write(revoke_client, hub.services, "pit010")
    sent = {
        token[:-8] + "AAAAAAAA": "signature",
        assertion()["client_assertion"]: "unknown-key",
        "x.y.z": "unreadable",
        inactive: "client-not-active",
    }

    for each in sent:
        answered = await api.get("/v1/organisations", headers={"Authorization": f"Bearer {each}"})
        assert answered.status_code == 401

    found = of(SecurityEvent.ACCESS_TOKEN_REFUSED, lines)
    assert [(each["cause"], each["route"]) for each in found] == [
        (cause, "/v1/organisations") for cause in sent.values()
    ]


async def test_what_a_client_may_not_has_a_line_with_the_cause(
    hub: AppState, dock: Api, gidso: Api, sign_in: SignIn, lines: list[Line]
) -> None:
    scopes = ["partners:read", "partners:manage"]
    await hub.db.write(save_client, hub.services, "eager", organisation_code="dock", scopes=scopes, secret=SECRET)
    eager = await sign_in("eager")
    etf = await sign_in("etf")
    made = await refer(dock, reference="L-1")
    listed = await etf.get("/v1/referrals")
    hidden = listed.json()["items"][0]["id"]

    answers = [
        await dock.get("/v1/partners"),
        await eager.get("/v1/partners"),
        await gidso.get(f"/v1/referrals/{hidden}"),
        await gidso.post(f"/v1/referrals/{hidden}/signals", json={"kind": "other", "text": "x"}),
        await gidso.get("/v1/referrals/019ab3f2-7c00-7000-8000-000000000009"),
    ]

    assert made["id"] != hidden
    assert [each.status_code for each in answers][:3] == [403, 403, 404]
    found = of(SecurityEvent.ACCESS_REFUSED, lines)
    assert [(each["client"], each["cause"], each["method"], each["route"]) for each in found][:3] == [
        ("dock", "scope", "GET", "/v1/partners"),
        ("eager", "role", "GET", "/v1/partners"),
        ("gidso", "anothers-record", "GET", "/v1/referrals/{referral_id}"),
    ]


async def test_changes_of_access_have_a_line_without_secrets(
    hub: AppState, dock: Api, operator: Api, lines: list[Line]
) -> None:
    created = await dock.post("/v1/subscriptions", json={"url": URL, "authentication": OAUTH})
    path = created.headers["location"]
    await hub.db.write(save_client, hub.services, "new", organisation_code="dock", scopes=[], jwks=JWKS, secret=SECRET)
    await hub.db.write(revoke_client, hub.services, "new")
    await hub.db.write(add_signing_key, hub.services, CLIENT_KEY)
    organisation = {"name": "Kanarina", "kind": "wijkteam", "system": "gidso"}
    saved = await operator.put("/v1/organisations/new", json=organisation)
    rotated = await dock.post(
        f"{path}/secret-rotation", json={"overlapHours": 0}, headers={"If-Match": created.headers["etag"]}
    )
    tag = rotated.headers["etag"]
    other = {"authentication": {**OAUTH, "clientSecret": PLANTED}}
    changed = await dock.patch(path, json=other, headers={"If-Match": tag})

    assert [each.status_code for each in (saved, rotated, changed)] == [201, 200, 200]
    found = {each["event"]: each for each in lines if each.get("channel") == "security"}
    assert set(found) >= {
        SecurityEvent.CLIENT_SAVED,
        SecurityEvent.CLIENT_REVOKED,
        SecurityEvent.SIGNING_KEY_ADDED,
        SecurityEvent.ORGANISATION_SAVED,
        SecurityEvent.SUBSCRIPTION_SECRET_ROTATED,
        SecurityEvent.SUBSCRIPTION_CREDENTIALS_CHANGED,
    }
    assert {event: each["by"] for event, each in found.items() if "by" in each} == {
        SecurityEvent.ORGANISATION_SAVED: "operator",
        SecurityEvent.SUBSCRIPTION_SECRET_ROTATED: "dock",
        SecurityEvent.SUBSCRIPTION_CREDENTIALS_CHANGED: "dock",
    }
    assert found[SecurityEvent.CLIENT_SAVED]["kids"] == [CLIENT_KEY.kid]
    for hidden in (*CANARIES, SECRET, created.json()["secret"], rotated.json()["secret"]):
        assert hidden not in repr(lines)


async def test_a_refused_change_has_no_line(operator: Api, lines: list[Line]) -> None:
    answered = await operator.put("/v1/organisations/new", json={"name": "", "kind": "wijkteam", "system": "gidso"})

    assert answered.status_code == 400
    assert of(SecurityEvent.ORGANISATION_SAVED, lines) == []


@pytest.mark.usefixtures("humanitas")
async def test_no_line_has_anything_that_a_hostile_caller_planted(app: ASGIApp, lines: list[Line]) -> None:
    everywhere = dict.fromkeys(("iss", "aud", "jti", "azp", "scope", "org", PLANTED), PLANTED)
    basic = b64encode(f"{PLANTED}:{PLANTED}".encode()).decode()
    forms: list[dict[str, str]] = [
        {},
        {**GRANT, "client_id": PLANTED, "client_secret": PLANTED},
        {**GRANT, "scope": PLANTED, "client_assertion": PLANTED, PLANTED: PLANTED},
        {"grant_type": PLANTED},
        assertion(sub=PLANTED, **everywhere),
        assertion(**everywhere),
        {**assertion(), "client_id": PLANTED},
        {**assertion(), "scope": PLANTED},
        unverified({"alg": PLANTED, "kid": PLANTED, "typ": PLANTED, "jku": PLANTED}, {"sub": PLANTED}),
        unverified({"alg": "RS256", "kid": PLANTED, "crit": [PLANTED]}, {"sub": PLANTED}),
    ]
    named = ("User-Agent", "Referer", "X-Forwarded-For", "Cookie", "Accept-Language")
    planted = dict.fromkeys(named, PLANTED) | {"X-Request-ID": BSN}
    bearers = [PLANTED, forms[4]["client_assertion"], forms[8]["client_assertion"]]

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=(PLANTED, 1)), base_url=PUBLIC_URL, headers=planted
    ) as attacker:
        for form in forms:
            await attacker.post(f"/oauth/token?{PLANTED}={PLANTED}", data=form)
        await attacker.post("/oauth/token", data=GRANT, headers={"Authorization": f"Basic {basic}"})
        await attacker.post("/oauth/token", content=PLANTED, headers={"Content-Type": f"text/{PLANTED}"})
        for bearer in bearers:
            headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": PLANTED, "If-Match": PLANTED}
            await attacker.get(f"/v1/referrals/{PLANTED}?bsn={BSN}", headers=headers)
            await attacker.post("/v1/referrals", json=referral(reason=PLANTED), headers=headers)
            await attacker.request("PATCH", f"/{PLANTED}", headers=headers)

    assert len(of(SecurityEvent.TOKEN_REFUSED, lines)) > len(forms) // 2
    assert {each["peer"] for each in lines if "peer" in each} == {"unknown"}
    written = json.dumps(lines, default=repr).lower()
    assert [each for each in CANARIES if each.lower() in written] == []


async def test_a_caller_without_proof_cannot_fill_the_log(api: Api, hub: AppState, lines: list[Line]) -> None:
    for number in range(50):
        await api.post("/oauth/token", data=GRANT, auth=(f"client-{number}", SECRET))
        await api.get(f"/v1/referrals/{number}", headers={"Authorization": f"Bearer {number}"})
    hub.lines.end_period()

    kinds = 4
    assert len(lines) == kinds * (LINES_OF_A_KIND + 1)
    assert [each["repeated"] for each in lines if "repeated" in each] == [50 - LINES_OF_A_KIND] * kinds
