"""What testers rehearse with the demo: scenarios, the clock, the reset, the files with clients and keys."""

import asyncio
import json
import stat
import subprocess
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from rich.console import Console
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.domain.codes import System
from app.domain.local_time import local_date
from app.sandbox.console import PartnerConsole
from app.sandbox.control.api import control_api
from app.sandbox.control.catalogue import SCENARIOS
from app.sandbox.control.rehearsal import until
from app.sandbox.demo import open_to_testers
from app.sandbox.environment import SandboxEnv, running_sandbox
from app.sandbox.hub import Gate
from app.sandbox.hub_trouble import Trouble, TroubledHub, be_faulty
from app.sandbox.roles import REFERRER, ROLES
from app.sandbox.runtime import SettableClock, serving
from app.sandbox.scenarios import demo_scenarios, play, register_roles
from app.sandbox.simulate import SIMULATORS
from app.sandbox.tester_files import Kit
from tests.support.command_line import run
from tests.support.documents import ROOT

# All tests of a process share one sandbox, which takes seconds to start, and therefore one event loop.
pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

OF_ONE_CASE = [name for name in SCENARIOS if not name.startswith(("receiver-", "partner-", "tokens-", "hub-"))]
"""Scenarios that may be played next to each other."""

IN_TROUBLE = [
    ("hub-unavailable", 503, "unavailable"),
    ("hub-busy", 429, "too-many-requests"),
    ("hub-failing", 500, "internal-error"),
]
TROUBLE = ["partner-down-rmw", "partner-up-rmw", "receiver-gone", "receiver-up"]


@dataclass(frozen=True)
class Opened:
    """A sandbox that is open to testers, without the routes that the demo plays first."""

    env: SandboxEnv
    kit: Kit


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    folder, kit = tmp_path_factory.mktemp("sandbox"), Kit(tmp_path_factory.mktemp("kit"))
    async with running_sandbox(folder, SettableClock()) as env:
        await open_to_testers(env, kit)
        yield Opened(env, kit)


@pytest_asyncio.fixture(loop_scope="module")
async def opened(shared: Opened) -> AsyncIterator[Opened]:
    """Return the sandbox as it is at its start."""
    yield shared
    assert (await shared.env.http.post("/sandbox/reset")).status_code == 204


async def played(env: SandboxEnv, name: str, **parameters: str) -> dict[str, Any]:
    answer = await env.http.post(f"/sandbox/scenarios/{name}", json=parameters)
    assert answer.status_code == 200, (name, answer.text)
    report: dict[str, Any] = answer.json()
    return report


async def visible(env: SandboxEnv, look: dict[str, str]) -> int:
    """Return the status of what a tester is pointed at."""
    headers = await env.caller(look["client"]).headers() if "client" in look else {}
    async with httpx.AsyncClient() as http:
        return (await http.get(look["url"], headers=headers)).status_code


async def has_referrals(env: SandboxEnv, number: int) -> bool:
    """Return whether the referrer has this number of referrals."""
    return len((await env.caller(REFERRER.client_id).get("/referrals"))["items"]) == number


async def is_polled(env: SandboxEnv) -> bool:
    """Return whether somebody waits for events."""
    return env.hub.polls.number > 0


async def test_every_scenario_comes_to_what_it_says_also_next_to_others(opened: Opened) -> None:
    env = opened.env
    reports = await asyncio.gather(*(played(env, name) for name in OF_ONE_CASE))
    reports += [await played(env, name) for name in TROUBLE]
    looks = [look for report in reports for look in report["look"] if look["method"] == "GET"]
    seen = {look["url"]: await visible(env, look) for look in looks}
    await played(env, "tokens-refused")
    refused = await visible(env, looks[0])
    await played(env, "pending-subscription")
    unknown = await env.http.post("/sandbox/scenarios/nonsense")
    surprising = await env.http.post("/sandbox/scenarios/attended", json={"surprise": 1})

    assert all(report["happened"] for report in reports)
    assert set(seen.values()) == {200}, seen
    assert refused == 401
    assert (unknown.status_code, unknown.json()["title"]) == (404, "Not Found")
    assert all(name in unknown.json()["detail"] for name in SCENARIOS)
    assert (surprising.status_code, surprising.json()["detail"]) == (400, "This scenario takes no parameters.")


async def test_the_hub_is_in_trouble_as_often_as_asked_and_then_answers(opened: Opened) -> None:
    env, path = opened.env, "/v1/referrals"
    headers = await env.caller(REFERRER.client_id).headers() | {"Idempotency-Key": "in-trouble-1"}
    body = {"area": "Noord", "client": {"givenName": "Jan", "birthDate": "1988-04-12"}}
    for name, status, code in IN_TROUBLE:
        report = await played(env, name, answers="2")
        documentation = await env.http.get("/docs/guide/")
        read = await env.http.get(path, headers=headers)
        assert (await env.http.get(path)).status_code == 401, name
        changed = await env.http.post(path, json=body, headers=headers)
        again = await env.http.get(path, headers=headers)

        assert report["look"][0]["what"] == str(status)
        assert documentation.status_code == 200, name
        for each in (read, changed):
            assert (each.status_code, each.json()["code"]) == (status, code), name
            assert each.json()["type"].endswith(f"/docs/errors/{code}"), name
            assert ("Retry-After" in each.headers) == (status != 500), name
            assert {"x-request-id", "api-version", "content-language"} <= {*each.headers}, name
        assert again.json()["items"] == [], name
    assert (await env.http.post(path, json=body, headers=headers)).status_code == 201


async def test_a_scenario_that_meets_trouble_of_the_hub_says_in_words_how_to_end_it(opened: Opened) -> None:
    env, said = opened.env, []
    await env.caller(REFERRER.client_id).headers()
    for name, status, _ in IN_TROUBLE:
        # The first has a token already, and the clients of the other may still need theirs.
        for scenario in ("attended", "full-route-court"):
            await played(env, name, answers="1")
            refused = await env.http.post(f"/sandbox/scenarios/{scenario}")

            assert (refused.status_code, refused.json()["code"]) == (409, "hub-in-trouble"), name
            said.append((status, refused.json()["detail"]))

    assert [text for status, text in said if str(status) not in text or "trajecthub trigger hub-up" not in text] == []
    assert [text for _, text in said if "{" in text] == []


async def test_trouble_of_the_hub_ends_with_its_time_a_scenario_or_a_reset(opened: Opened) -> None:
    env, now = opened.env, 0.0
    trouble = Trouble(status=500, fail=be_faulty, below="/v1/", answers=9, seconds=60)
    troubled = TroubledHub(env.hub, trouble, timer=lambda: now)
    lasts = [troubled.answers("/v1/referrals"), troubled.answers("/docs")]
    now = 60.0
    lasts.append(troubled.answers("/v1/referrals"))
    caller = env.caller(REFERRER.client_id)
    headers, seen = await caller.headers(), []
    for end in ("/sandbox/scenarios/hub-up", "/sandbox/reset"):
        await played(env, "hub-unavailable")
        seen.append((await env.http.get("/v1/referrals", headers=headers)).status_code)
        await env.http.post(end)
        seen.append((await env.http.get("/v1/referrals", headers=headers)).status_code)
    wrong = ("0", "1001", "-1", "1.5", "٣", "9" * 1000)
    refused = [await env.http.post("/sandbox/scenarios/hub-busy", json={"answers": each}) for each in wrong]

    assert lasts == [True, False, False]
    assert seen == [503, 200, 503, 200]
    assert {(each.status_code, each.json()["code"]) for each in refused} == {(400, "parameters-unreadable")}


async def test_moving_the_clock_makes_what_is_due_happen_and_tokens_expire(opened: Opened) -> None:
    env = opened.env
    await played(env, "receiver-down")
    path = f"/subscriptions/{env.demo_subscription.id}/deliveries"
    token = await env.token(REFERRER.client_id)
    failed = [each["attempts"] for each in (await env.caller(REFERRER.client_id).get(path))["items"]]
    await played(env, "receiver-up")
    moved = await env.http.put("/sandbox/clock", json={"forwardSeconds": 7200})
    delivered = await env.caller(REFERRER.client_id).get(path)
    refused = await env.http.get("/v1/referrals", headers={"Authorization": f"Bearer {token}"})
    back = await env.http.put("/sandbox/clock", json={"now": datetime.now(UTC).isoformat()})
    unreadable: tuple[object, ...] = ({}, {"now": "x"}, [], {"forwardSeconds": -1})
    wrong = [await env.http.put("/sandbox/clock", json=body) for body in unreadable]

    assert any(failed)
    assert moved.json()["aheadSeconds"] == 7200
    assert moved.json()["settled"]
    assert {each["state"] for each in delivered["items"]} == {"delivered"}
    assert refused.status_code == 401
    assert (back.status_code, back.json()["code"]) == (409, "clock-moved-back")
    assert {each.status_code for each in wrong} == {400}


async def test_moves_of_the_clock_at_the_same_time_add_up(opened: Opened) -> None:
    asked: tuple[dict[str, object], ...] = tuple({"forwardSeconds": seconds} for seconds in (3600, 0, 60, 0, 600))

    moved = await asyncio.gather(*(opened.env.http.put("/sandbox/clock", json=each) for each in asked))

    assert [each.status_code for each in moved] == [200] * len(asked)
    assert (await opened.env.http.get("/sandbox/clock")).json()["aheadSeconds"] == 4260


async def test_a_receiver_of_the_tester_gets_events_with_the_time_of_its_own_clock(opened: Opened) -> None:
    received: asyncio.Queue[Request] = asyncio.Queue()

    async def receive(request: Request) -> Response:
        await received.put(request)
        return Response(headers={"WebHook-Allowed-Origin": "*"})

    hook = Starlette(routes=[Route("/hook", receive, methods=["POST", "OPTIONS"])])
    env = opened.env
    async with serving(hook) as server:
        pending = (await played(env, "pending-subscription", url=f"{server.url}/hook"))["ids"]["subscription"]
        await env.http.put("/sandbox/clock", json={"forwardSeconds": 86_400})
        await env.caller(REFERRER.client_id).post(f"/subscriptions/{pending}/handshake")
        rotated = await played(env, "secret-rotated", subscription=pending)
        asked, sent = await received.get(), await received.get()

    assert (asked.method, sent.method) == ("OPTIONS", "POST")
    assert abs(int(sent.headers["webhook-timestamp"]) - time.time()) < 300
    assert len(sent.headers["webhook-signature"].split()) == 2
    assert rotated["ids"]["newSecret"].startswith("whsec_")


async def test_a_reset_puts_back_what_was_there_and_breaks_off_what_is_played(opened: Opened) -> None:
    env, kit = opened.env, opened.kit
    before = (kit.folder / "sandbox.env").read_text()
    await played(env, "missed-intake")
    await env.http.put("/sandbox/clock", json={"forwardSeconds": 3600})
    await played(env, "partner-down-allegro")
    running = asyncio.create_task(env.http.post("/sandbox/scenarios/full-route-api"))
    await until("the scenario is played", lambda: has_referrals(env, 2))
    both = await asyncio.gather(*(env.http.post("/sandbox/reset") for _ in range(2)))
    broken_off = await running
    referrals = await env.caller(REFERRER.client_id).get("/referrals")
    clock = (await env.http.get("/sandbox/clock")).json()
    again = await played(env, "full-route-api")
    files = await env.partner_console.references_in_allegro()

    assert [each.status_code for each in both] == [204, 204]
    assert (broken_off.status_code, broken_off.json()["code"]) == (409, "sandbox-reset")
    assert referrals["items"] == []
    assert clock["aheadSeconds"] == 0
    assert files == [again["ids"]["reference"]]
    assert (kit.folder / "sandbox.env").read_text() == before


async def test_after_a_reset_that_fails_the_hub_answers(opened: Opened) -> None:
    nowhere = PartnerConsole(dict.fromkeys(SIMULATORS, "http://127.0.0.1:1"))
    control = control_api(replace(opened.env, partner_console=nowhere))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(control), base_url="http://127.0.0.1") as http:
        failed = await http.post("/sandbox/reset")
    await nowhere.close()

    assert (failed.status_code, failed.json()["code"]) == (502, "sandbox-part-failed")
    assert (await opened.env.caller(REFERRER.client_id).get("/referrals"))["items"] == []


async def test_a_call_does_not_wait_for_ever_for_a_hub_that_does_not_run() -> None:
    gate = httpx.ASGITransport(Gate(longest_wait=0.01))
    async with httpx.AsyncClient(transport=gate, base_url="http://127.0.0.1") as http:
        assert (await http.get("/v1/referrals")).status_code == 503


async def test_a_route_of_the_demo_is_played_again_over_data_of_days_ago(tmp_path: Path) -> None:
    async with running_sandbox(tmp_path, SettableClock()) as env:
        routes = [each for each in demo_scenarios(local_date(env.clock.now())) if each.row.system is System.API]
        await play(env, Console(quiet=True), routes)
        await env.set_clocks(None)
        while await env.worker.purge():
            pass
        await play(env, Console(quiet=True), routes)


async def test_a_sandbox_ends_while_somebody_waits_for_events(tmp_path: Path) -> None:
    async with httpx.AsyncClient(timeout=60) as http:
        async with running_sandbox(tmp_path, SettableClock()) as env:
            await register_roles(env)
            headers = await env.caller(REFERRER.client_id).headers()
            asking = http.get(f"{env.urls['hub']}/v1/events", params={"wait": 30}, headers=headers)
            waiting = asyncio.create_task(asking)
            await until("the call waits", lambda: is_polled(env))
            begun = time.monotonic()
        took = time.monotonic() - begun
        answer = await waiting

    assert answer.status_code == 200
    assert took < 20


async def test_only_programs_of_this_machine_change_the_sandbox(opened: Opened) -> None:
    foreign = (
        {"Origin": "https://elsewhere.example"},
        {"Host": "rebound.example:8000"},
        {"Origin": "null"},
        {"Host": "["},
    )
    env = opened.env
    refused = [await env.http.post("/sandbox/reset", headers=headers) for headers in foreign]
    own = await env.http.get("/sandbox", headers={"Origin": env.urls["hub"]})
    document = (await env.http.get("/sandbox/openapi.json")).json()

    assert {each.status_code for each in refused} == {403}
    assert own.status_code == 200
    assert set(document["paths"]) == {
        "/sandbox/clock",
        "/sandbox/scenarios",
        "/sandbox/scenarios/{name}",
        "/sandbox/reset",
    }
    assert "/sandbox" not in (ROOT / "openapi" / "hub.v1.json").read_text()


async def test_what_the_sandbox_cannot_use_is_refused_with_the_reason(opened: Opened) -> None:
    unreadable: dict[str, list[bytes]] = {
        "/sandbox/clock": [
            b'{"forwardSeconds": %b}' % (b"9" * 5000),
            b"[" * 100_000,
            b'{"now": "9999-12-31T00:00:00Z"}',
            b'{"forwardSeconds": 300000000}',
        ],
        "/sandbox/scenarios/secret-rotated": [
            b"9" * 5000,
            b"[" * 100_000,
            *(b'{"subscription": %b}' % value for value in (b"null", b'""', b"{}", b'"\\ud800"', b'"\\u0000"')),
            b'{"subscription": "%b"}' % (b"x" * 100_000),
        ],
    }
    late = SettableClock()
    late.ahead = timedelta(days=70 * 365)
    control = control_api(replace(opened.env, clock=late))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(control), base_url="http://127.0.0.1") as http:
        refused = [
            await http.request("PUT" if path.endswith("clock") else "POST", path, content=body)
            for path, bodies in unreadable.items()
            for body in bodies
        ]

    assert {each.status_code for each in refused} == {400}
    assert {each.json()["code"] for each in refused} == {
        "clock-unreadable",
        "parameters-unknown",
        "parameters-unreadable",
    }


async def test_what_the_sandbox_does_not_have_is_a_problem_too(opened: Opened) -> None:
    unknown = await opened.env.http.get("/sandbox/nothing")
    other = await opened.env.http.delete("/sandbox/clock")

    for answer, status, title in ((unknown, 404, "Not Found"), (other, 405, "Method Not Allowed")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["status"], answer.json()["title"]) == (status, status, title)
    assert {*other.headers["allow"].split(", ")} == {"GET", "HEAD", "PUT"}


async def test_each_client_gets_a_token_with_its_secret_and_with_its_key(opened: Opened) -> None:
    def sourced() -> list[str]:
        script = f'. "{opened.kit.folder}/sandbox.env" && echo "$HUB $CLIENT_ID $CLIENT_SECRET"'
        return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.split()

    env, kit = opened.env, opened.kit
    known = json.loads((kit.folder / "sandbox.json").read_text())
    for role in ROLES:
        client = known["clients"][role.name]
        proofs = (
            ["--secret", client["clientSecret"]],
            ["--key", client["privateKeyPem"], "--kid", client["kid"]],
        )
        for proof in proofs:
            words = ["token", client["clientId"], "--url", env.urls["hub"], *proof]
            code, token = await asyncio.to_thread(run, {}, *words)
            assert (code, token.split()[-1].count(".")) == (0, 2), token
    assert sourced() == [env.urls["hub"], "dock", known["clients"]["referrer"]["clientSecret"]]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in kit.folder.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert Kit(kit.folder).key(REFERRER) == kit.key(REFERRER)


async def test_the_commands_end_with_a_code_that_tells_whether_it_worked(opened: Opened) -> None:
    env = opened.env
    hub = f"--hub={env.urls['hub']}"
    commands: dict[tuple[str, ...], tuple[int, str]] = {
        ("trigger", "attended", hub): (0, "the referral is attended"),
        ("trigger", "--list", hub): (0, "second-missed-intake"),
        ("trigger", "nonsense", hub): (1, "There is no scenario of this name; there are: full-route-api,"),
        ("trigger", "attended", "--hub=http://127.0.0.1:1"): (1, "No demo runs at http://127.0.0.1:1"),
        ("trigger", "attended", f"--hub={env.urls['receiver']}"): (1, "is no demo"),
        ("trigger", hub): (2, "is needed"),
        ("trigger", "../reset", hub): (2, "is no name of a scenario"),
        ("trigger", "..", hub): (2, "is no name of a scenario"),
        ("sandbox", "clock", f"--hub={env.urls['allegro']}"): (1, "is no demo"),
        ("sandbox", "clock", "--forward=26h", hub): (0, "1 day, 2:00:00 ahead of this computer"),
        ("sandbox", "clock", "--to=2020-01-01T00:00:00Z", hub): (1, "The clock moves forward only"),
        ("sandbox", "clock", "--forward=soon", hub): (2, "has the form 90s"),
        ("sandbox", "reset", hub): (0, "The sandbox is as it was"),
    }
    for words, (code, text) in commands.items():
        done = await asyncio.to_thread(run, {"COLUMNS": "300"}, *words)
        assert done[0] == code, (words, done)
        assert text in done[1], (words, done)
