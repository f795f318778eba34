"""Requests per second of the API, compared with a reference service: ``python -m bench.requests [postgresql|sqlite]``.

One uvicorn process each, 32 connections, alternating rounds, so that both have the same conditions.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from uuid import uuid4

import aiohttp
import uvloop

from bench.figures import show
from bench.installation import empty_database, running_api
from bench.load import CONNECTIONS, Rate, Request, load
from tests.support import api_calls
from tests.support.harness import open_harness
from tests.support.processes import free_port, running

ROUNDS = 3
SECONDS = 4.0
STORED = 200
_CODE = "requests"
_TEAM = "expertiseteam-financien"
_PATH = "/v1/referrals"
_WORK = "/v1/work-lists/awaiting-counsellor?limit=50"

_Target = tuple[aiohttp.ClientSession, Request]


async def measure(store: str) -> None:
    """Print the figures, and as the last line the ratios to the reference service."""
    port, reference_port = free_port(), free_port()
    reference_base, base = f"http://127.0.0.1:{reference_port}", f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        url, reference_url = stack.enter_context(empty_database(store)), stack.enter_context(empty_database(store))
        async with open_harness(url) as harness:
            await harness.add_referrer(_CODE)
            await harness.add_client(_TEAM, _TEAM)
            token, team_token = await harness.token(_CODE, base), await harness.token(_TEAM, base)
        stack.enter_context(running_api(url, port))
        stack.enter_context(
            running("bench.reference_service", reference_url, str(reference_port), url=f"{reference_base}/docs")
        )
        async with (
            _caller(base, token) as hub,
            _caller(base, team_token) as team,
            _caller(reference_base, token) as reference,
        ):
            ratios = await _compare(hub, team, reference)
    print(
        f"ratio to the reference service on {store}: "
        + ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
    )


def _caller(base: str, token: str) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    return aiohttp.ClientSession(base, connector=connector, headers={"authorization": f"Bearer {token}"})


async def _compare(
    hub: aiohttp.ClientSession, team: aiohttp.ClientSession, reference: aiohttp.ClientSession
) -> dict[str, float]:
    id, reference_id = await _store_page(hub), await _store_page(reference)
    post, reference_post = await _both("POST", (hub, _post), (reference, _post))
    by_id = (hub, _get(f"{_PATH}/{id}")), (reference, _get(f"{_PATH}/{reference_id}"))
    get, reference_get = await _both("GET by id", *by_id)
    page, reference_page = await _both("list of 50", (hub, _get(f"{_PATH}?limit=50")), (reference, _get(_PATH)))
    work, other_page = await _both("work list of 50", (team, _get(_WORK)), (reference, _get(_PATH)))
    return {
        "POST": post.per_second / reference_post.per_second,
        "GET by id": get.per_second / reference_get.per_second,
        "list of 50": page.per_second / reference_page.per_second,
        "work list of 50": work.per_second / other_page.per_second,
        "p99/p50 of POST": post.p99 / post.median,
    }


async def _both(label: str, hub: _Target, reference: _Target) -> tuple[Rate, Rate]:
    """Return the median round of each."""
    rounds = [(await load(*hub, SECONDS), await load(*reference, SECONDS)) for _ in range(ROUNDS)]
    medians = _median([one for one, _ in rounds]), _median([other for _, other in rounds])
    for name, rate in zip(("hub", "reference service"), medians, strict=True):
        show(f"{label}: {name}", str(rate))
    return medians


def _median(rates: list[Rate]) -> Rate:
    return sorted(rates, key=lambda rate: rate.per_second)[len(rates) // 2]


async def _store_page(http: aiohttp.ClientSession) -> str:
    """Store enough referrals for a page. Return the id of the last one."""
    for _ in range(STORED):
        await _post(http)
    async with http.post(_PATH, json=api_calls.referral(), headers=_new_key()) as response:
        return str((await response.json())["id"])


async def _post(http: aiohttp.ClientSession) -> int:
    async with http.post(_PATH, json=api_calls.referral(), headers=_new_key()) as response:
        await response.read()
        return response.status


def _get(path: str) -> Request:
    async def get(http: aiohttp.ClientSession) -> int:
        async with http.get(path) as response:
            await response.read()
            return response.status

    return get


def _new_key() -> dict[str, str]:
    return {"idempotency-key": str(uuid4())}


if __name__ == "__main__":
    uvloop.run(measure(sys.argv[1] if len(sys.argv) > 1 else "postgresql"))
