"""Whoever fails again and again has to wait, and keeps nobody out who has a valid proof."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from app.api.auth.throttle import FREE_OF_CLIENT, FREE_OF_PEER, TRIES_AT_ONCE, Throttle
from app.api.state import AppState
from app.database import Database
from app.main import serve
from app.operations.access.clients import save_client
from app.stopping import Stopping
from tests.api.conftest import PUBLIC_URL, SECRET, Api
from tests.support.assertions import GRANT, JWKS, assertion, signed_by_another, unverified
from tests.support.served import api_of

ATTACKER, CLIENT = "192.0.2.66", "198.51.100.7"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Return the faster store: failures are counted in memory."""
    return sqlite_database


class Throttled:
    """A hub with callers from any address, whose failures are counted by a clock of its own."""

    def __init__(self, hub: AppState) -> None:
        self.now = 1000.0
        self.hub = replace(hub, throttle=Throttle(lambda: self.now))
        self.app: ASGIApp

    async def ask(self, address: str, form: dict[str, str], **options: Any) -> httpx.Response:
        """Return the answer to a token request from an address."""
        transport = httpx.ASGITransport(self.app, client=(address, 1))
        async with Api(transport=transport, base_url=PUBLIC_URL) as caller:
            return await caller.post("/oauth/token", data=form, **options)


@pytest.fixture
async def throttled(hub: AppState) -> AsyncIterator[Throttled]:
    """Return a hub with a client that has a key."""
    scopes = ["referrals:read"]
    await hub.db.write(save_client, hub.services, "humanitas", organisation_code="dock", scopes=scopes, jwks=JWKS)
    made = Throttled(hub)
    with api_of(made.hub) as made.app:
        yield made


async def test_failures_are_answered_with_waits_that_grow(throttled: Throttled) -> None:
    free = [(await throttled.ask(ATTACKER, signed_by_another())).status_code for _ in range(FREE_OF_CLIENT)]
    waits = []
    for _ in range(5):
        refused = await throttled.ask(ATTACKER, signed_by_another())
        assert (refused.status_code, refused.json()["error"]) == (429, "temporarily_unavailable")
        assert refused.headers["content-type"] == "application/json"
        waits.append(int(refused.headers["retry-after"]))
        again = await throttled.ask(ATTACKER, signed_by_another())
        assert (again.status_code, again.headers["retry-after"]) == (429, str(waits[-1]))
        throttled.now += waits[-1]

    assert free == [400] * FREE_OF_CLIENT
    assert waits == [1, 2, 4, 8, 16]


async def test_a_flood_from_elsewhere_does_not_stop_the_true_client(throttled: Throttled) -> None:
    flood = [(await throttled.ask(ATTACKER, signed_by_another())).status_code for _ in range(100)]

    answers = [(await throttled.ask(CLIENT, assertion())).status_code for _ in range(3)]

    assert Counter(flood) == {400: FREE_OF_CLIENT, 429: 100 - FREE_OF_CLIENT}
    assert answers == [200] * 3


@pytest.mark.parametrize("flood", [signed_by_another, lambda: signed_by_another(kid="guessed")])
async def test_a_flood_from_its_own_address_does_not_stop_a_client_that_proved_itself(
    throttled: Throttled, flood: Any
) -> None:
    first = await throttled.ask(CLIENT, assertion())
    # The id of its key is not public; who has it shares its budget.
    attempts = 100 if flood is not signed_by_another else FREE_OF_CLIENT + 1
    for _ in range(attempts):
        await throttled.ask(CLIENT, flood())
    assert (await throttled.ask(CLIENT, flood())).status_code == 429

    second = await throttled.ask(CLIENT, assertion())

    assert (first.status_code, second.status_code) == (200, 200)


async def test_a_client_that_has_to_wait_gets_a_token_as_soon_as_its_proof_is_right(throttled: Throttled) -> None:
    for _ in range(FREE_OF_CLIENT + 3):
        await throttled.ask(CLIENT, signed_by_another())

    right = await throttled.ask(CLIENT, assertion())
    wrong = await throttled.ask(CLIENT, signed_by_another())

    assert (right.status_code, wrong.status_code) == (200, 400)


async def test_who_has_to_wait_makes_the_hub_verify_little(throttled: Throttled) -> None:
    with capture_logs() as lines:
        for _ in range(300):
            await throttled.ask(ATTACKER, signed_by_another())
        throttled.hub.lines.end_period()

    causes: Counter[str] = Counter()
    for each in lines:
        if each.get("channel") == "security":
            causes[each["cause"]] += each.get("repeated", 1)
    assert causes.total() == 300
    assert causes["signature"] == FREE_OF_CLIENT + 1 + TRIES_AT_ONCE


async def test_a_peer_that_fails_in_any_way_waits(throttled: Throttled) -> None:
    forms: list[dict[str, str]] = [{}, GRANT, {"grant_type": "password"}, {**GRANT, "client_assertion": "x"}]
    for number in range(FREE_OF_PEER):
        unknown = unverified({"alg": "RS256", "kid": "1"}, {"sub": f"client-{number}"})
        answered = await throttled.ask(ATTACKER, [*forms, unknown][number % 5])
        assert answered.status_code in (400, 401)

    answers = [await throttled.ask(ATTACKER, form) for form in forms]
    by_secret = await throttled.ask(ATTACKER, GRANT, auth=("dock", "wrong"))
    right = await throttled.ask(ATTACKER, GRANT, auth=("dock", SECRET))

    assert {each.status_code for each in (*answers, by_secret)} == {429}
    assert right.status_code == 200


async def test_an_unknown_client_waits_as_a_known_one_does(throttled: Throttled) -> None:
    known, unknown = [
        [await throttled.ask(peer, signed_by_another(sub=name, iss=name)) for _ in range(FREE_OF_CLIENT + 80)]
        for peer, name in (("192.0.2.1", "humanitas"), ("192.0.2.2", "nobody"))
    ]

    assert [(each.status_code, each.content) for each in known] == [
        (each.status_code, each.content) for each in unknown
    ]


@pytest.mark.parametrize(
    ("trusted", "seen"), [((), {"127.0.0.1"}), ((ip_network("127.0.0.0/8"),), {"192.0.2.1", "192.0.2.2", "unknown"})]
)
async def test_the_address_of_a_caller_is_what_a_trusted_proxy_says(
    throttled: Throttled, trusted: tuple[object, ...], seen: set[str]
) -> None:
    listening, stopping = socket.create_server(("127.0.0.1", 0)), Stopping()
    serving = asyncio.create_task(serve(throttled.app, [listening], stopping, trusted_proxies=trusted))
    stated = ["192.0.2.1", "203.0.113.9, 192.0.2.2", "Kanarina-999990019"]
    try:
        with capture_logs() as lines:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}") as caller:
                for each in stated:
                    await caller.post("/oauth/token", data=GRANT, headers={"X-Forwarded-For": each})
    finally:
        stopping.announce()
        stopping.begin()
        await serving

    assert {each["peer"] for each in lines if "peer" in each} == seen
