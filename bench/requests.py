"""The API with everything on, beside the bare unit of work: ``python -m bench.requests [postgresql|sqlite]``.

One uvicorn process each, 32 connections, rounds in turn, so that both meet the same machine.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from uuid import uuid4

import aiohttp
import uvloop

from bench.figures import show
from bench.harness import api_over, empty_hub, open_stage
from bench.latency import REFERRAL
from bench.load import CONNECTIONS, Rate, Request, load
from tests.support.processes import free_port, running

ROUNDS = 3
SECONDS = 4.0
STORED = 200
_CODE = "requests"
_PATH = "/v1/referrals"

Side = tuple[aiohttp.ClientSession, Request]


async def measure(store: str) -> None:
    """Print the figures, and last the ratios to the bare unit."""
    port, bare_port = free_port(), free_port()
    bare_base, base = f"http://127.0.0.1:{bare_port}", f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        url, bare_url = stack.enter_context(empty_hub(store)), stack.enter_context(empty_hub(store))
        async with open_stage(url) as stage:
            await stage.add_referrer(_CODE)
            token = await stage.token(_CODE, base)
        stack.enter_context(api_over(url, port))
        stack.enter_context(running("bench.reference_service", bare_url, str(bare_port), url=f"{bare_base}/docs"))
        async with _caller(base, token) as hub, _caller(bare_base, token) as bare:
            ratios = await _compare(hub, bare)
    print(f"ratio to the bare unit on {store}: " + ", ".join(f"{what} {ratio:.2f}" for what, ratio in ratios.items()))


def _caller(base: str, token: str) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    return aiohttp.ClientSession(base, connector=connector, headers={"authorization": f"Bearer {token}"})


async def _compare(hub: aiohttp.ClientSession, bare: aiohttp.ClientSession) -> dict[str, float]:
    id, bare_id = await _stored(hub), await _stored(bare)
    post, bare_post = await _both("POST", (hub, _post), (bare, _post))
    get, bare_get = await _both("GET by id", (hub, _get(f"/{id}")), (bare, _get(f"/{bare_id}")))
    page, bare_page = await _both("list of 50", (hub, _get("?limit=50")), (bare, _get("")))
    return {
        "POST": post.per_second / bare_post.per_second,
        "GET by id": get.per_second / bare_get.per_second,
        "list of 50": page.per_second / bare_page.per_second,
        "p99/p50 of POST": post.worst / post.median,
    }


async def _both(what: str, ours: Side, bare: Side) -> tuple[Rate, Rate]:
    """Return the middle round of each."""
    rounds = [(await load(*ours, SECONDS), await load(*bare, SECONDS)) for _ in range(ROUNDS)]
    middles = _middle([one for one, _ in rounds]), _middle([other for _, other in rounds])
    for whose, rate in zip(("hub", "bare unit"), middles, strict=True):
        show(f"{what}: {whose}", str(rate))
    return middles


def _middle(rates: list[Rate]) -> Rate:
    return sorted(rates, key=lambda rate: rate.per_second)[len(rates) // 2]


async def _stored(http: aiohttp.ClientSession) -> str:
    """Store enough for a page; returns the id of the last."""
    for _ in range(STORED):
        await _post(http)
    async with http.post(_PATH, json=REFERRAL, headers=_new_key()) as answer:
        return str((await answer.json())["id"])


async def _post(http: aiohttp.ClientSession) -> int:
    async with http.post(_PATH, json=REFERRAL, headers=_new_key()) as answer:
        await answer.read()
        return answer.status


def _get(rest: str) -> Request:
    async def get(http: aiohttp.ClientSession) -> int:
        async with http.get(f"{_PATH}{rest}") as answer:
            await answer.read()
            return answer.status

    return get


def _new_key() -> dict[str, str]:
    return {"idempotency-key": str(uuid4())}


if __name__ == "__main__":
    uvloop.run(measure(sys.argv[1] if len(sys.argv) > 1 else "postgresql"))
