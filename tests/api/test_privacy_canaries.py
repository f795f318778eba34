"""Canaries planted in a referral, and looked for in all that others read, in errors, in metrics and in the log."""

from typing import Any

import httpx
import pytest
import structlog

from app.api.openapi.document import document
from tests.support.api_calls import Json, path_for, refer, step

Api = httpx.AsyncClient
CANARIES = {
    "bsn": "123456782",
    "givenName": "Kanarina",
    "familyName": "Zwijgzaam",
    "address": "Kanariestraat 77",
    "phone": "+31 6 87654321",
    "email": "kanarina@vogel.example",
}
AMOUNT = "12.345,67"
# This referrer may not use the BSN; it is planted where it is refused.
KNOWN = {name: canary for name, canary in CANARIES.items() if name != "bsn"}
REFERRAL: Json = {
    "client": {**KNOWN, "birthDate": "1971-07-17"},
    "reason": f"Schuld van {AMOUNT} euro",
}


def found_in(text: str) -> list[str]:
    return [canary for canary in (*CANARIES.values(), AMOUNT) if canary.lower() in text.lower()]


async def planted(dock: Api, etf: Api) -> str:
    """Plant a referral full of canaries that is confirmed; returns the finance team's path of it."""
    await refer(dock, reference="K-1", **REFERRAL)
    path = await path_for(etf, "K-1")
    await step(etf, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker", "phone": "+31 10 555 01 00"}})
    return path


def addresses(referral_id: str) -> list[str]:
    """Return every address that can be read, with the id of the referral where one is asked for."""
    paths = [path for path, methods in document()["paths"].items() if "get" in methods]
    return [
        path.replace("{referralId}", referral_id) for path in paths if path.count("{") <= path.count("{referralId}")
    ]


@pytest.mark.parametrize("client", ["pit010", "court", "gidso", "rmw", "operator"])
async def test_nobody_else_reads_a_canary_at_any_address(sign_in: Any, dock: Api, etf: Api, client: str) -> None:
    path = await planted(dock, etf)
    other_client = await sign_in(client)

    answers = [await other_client.get(f"/v1{address}") for address in addresses(path.rpartition("/")[2])]

    assert len(answers) > 10
    assert [str(each.url) for each in answers if found_in(each.text) or found_in(str(each.headers))] == []


async def test_no_event_holds_a_canary(dock: Api, etf: Api) -> None:
    await planted(dock, etf)

    answered = await dock.get("/v1/events")

    assert len(answered.json()["items"]) == 2
    assert found_in(answered.text) == []


@pytest.mark.parametrize("name", CANARIES)
async def test_an_error_does_not_repeat_the_value_that_was_refused(dock: Api, name: str) -> None:
    wrong = {
        "client": {**REFERRAL["client"], name: [CANARIES[name]]},
        "surprise": CANARIES[name],
        "area": CANARIES[name],
    }

    with structlog.testing.capture_logs() as lines:
        answered = await dock.post("/v1/referrals", json=wrong)

    assert answered.status_code == 400
    assert found_in(answered.text) == []
    assert found_in(repr(lines)) == []


async def test_metrics_and_logs_hold_no_canary(prometheus: Api, dock: Api, etf: Api) -> None:
    with structlog.testing.capture_logs() as lines:
        await planted(dock, etf)
        metrics = await prometheus.get("/metrics")

    assert metrics.status_code == 200
    assert found_in(metrics.text) == []
    assert found_in(repr(lines)) == []
