"""The simulator of GIDSO follows the contract, and its console does what GIDSO's people expect."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from app.adapters.gidso import connect_gidso
from app.domain.ports import PartnerRecord
from app.sandbox.gidso.app import API_KEY
from app.sandbox.runtime import SettableClock, Store
from tests.support.contracts import OPENAPI
from tests.support.gidso_env import (
    LINES,
    NOON,
    ROWS,
    console_of,
    journal,
    line,
    pull,
    row,
    running_gidso,
    save,
)

WRITTEN = {"Kenmerk": "k", "Datum": NOON.isoformat(), "Categorie": "PLAN", "Tekst": "Getekend.", "Auteur": "Hub"}


@pytest.fixture
async def console() -> AsyncIterator[httpx.AsyncClient]:
    """Return the console of a running, empty GIDSO."""
    async with running_gidso(SettableClock(NOON)) as server, console_of(server) as client:
        yield client


def conforms(response: httpx.Response, path: str, method: str) -> None:
    """Check an answer against the contract's schema for its path, method and status."""
    described = OPENAPI["gidso"]["paths"][path][method]["responses"][str(response.status_code)]
    name = described.get("$ref", "").rpartition("/")[2]
    described = OPENAPI["gidso"]["components"]["responses"][name] if name else described
    schema = described["content"]["application/json"]["schema"]
    Draft202012Validator(schema | {"components": OPENAPI["gidso"]["components"]}).validate(response.json())


async def test_answers_of_the_simulator_are_those_of_the_contract(console: httpx.AsyncClient) -> None:
    path = "/odata/v4/Aanmeldingen('G-000001')/Journaalregels"
    await save(console, row(1, OndersteuningGestoptOp="2019-10-01"), row(2))
    everything = await console.get(ROWS, params={"$top": "1"})
    rest = await console.get(everything.json()["@odata.nextLink"])
    await console.delete("/_console/aanmeldingen/G-000002")
    changes = await console.get(rest.json()["@odata.deltaLink"])
    appended = await console.post(path, json=WRITTEN)
    found = await console.get(path, params={"$filter": "Kenmerk eq 'k'"})

    for response in (everything, rest, changes):
        assert response.status_code == 200
        conforms(response, ROWS, "get")
    assert changes.json()["value"] == [{"@removed": {"reason": "deleted"}, "AanmeldingId": "G-000002"}]
    assert (appended.status_code, found.json()["value"]) == (201, [appended.json()])
    conforms(appended, LINES, "post")
    conforms(found, LINES, "get")


@pytest.mark.parametrize(
    ("method", "address", "options", "status"),
    [
        ("get", ROWS, {"headers": {"X-Api-Key": ""}}, 401),
        ("get", ROWS, {"params": {"$top": "0"}}, 400),
        ("get", ROWS, {"params": {"$top": "501"}}, 400),
        ("get", ROWS, {"params": {"$filter": "Gebied eq 'Noord'"}}, 400),
        ("get", ROWS, {"params": {"$deltatoken": "onbekend"}}, 410),
        ("get", LINES, {"headers": {"X-Api-Key": ""}}, 401),
        ("get", LINES, {"params": {"$filter": "Auteur eq 'x'"}}, 400),
        ("post", LINES, {"json": {"Kenmerk": "k"}}, 400),
        ("post", LINES, {"json": WRITTEN | {"Categorie": "OVERIG"}}, 400),
        ("post", LINES, {"json": WRITTEN | {"Tekst": "x" * 8001}}, 400),
        ("post", LINES, {"json": WRITTEN | {"Tekst": 5}}, 400),
        ("post", LINES, {"json": WRITTEN | {"Kleur": "rood"}}, 400),
        ("post", LINES, {"json": []}, 400),
        ("post", LINES, {"content": b"{"}, 400),
        ("get", LINES.replace("{AanmeldingId}", "weg"), {}, 404),
        ("post", LINES.replace("{AanmeldingId}", "weg"), {"json": {}}, 404),
    ],
)
async def test_errors_of_the_simulator_are_those_of_the_contract(
    console: httpx.AsyncClient, method: str, address: str, options: dict[str, Any], status: int
) -> None:
    await save(console, row(1))

    response = await console.request(method, address.replace("{AanmeldingId}", "G-000001"), **options)

    assert response.status_code == status
    conforms(response, ROWS if address == ROWS else LINES, method)


async def test_page_shows_registrations_with_their_journal_and_escapes_them(console: httpx.AsyncClient) -> None:
    await save(console, row(1, Burger={"Achternaam": "<b>Vet"}), row(2))
    await console.post(LINES.replace("{AanmeldingId}", "G-000001"), json=WRITTEN)
    await console.delete("/_console/aanmeldingen/G-000002")

    page = (await console.get("/")).text

    assert "2019-09-02 PLAN: Getekend. (Hub)" in page
    assert "&lt;b&gt;Vet" in page
    assert "(verwijderd)" in page


async def test_console_refuses_a_registration_without_an_id(console: httpx.AsyncClient) -> None:
    response = await console.put("/_console/aanmeldingen", json=[{"Gebied": "Noord"}])

    assert response.status_code == 400


async def test_simulator_remembers_everything_after_a_restart(tmp_path: Path) -> None:
    clock = SettableClock(NOON)
    rounds: list[tuple[list[PartnerRecord], str]] = []
    for number in (1, 2):
        store = Store(tmp_path / "gidso.jsonl")
        async with running_gidso(clock, store) as server, console_of(server) as console:
            adapter = connect_gidso(server.url, API_KEY, clock)
            await save(console, row(number))
            await adapter.sink.deliver(line(attempt=number))
            rounds.append(await pull(adapter, rounds[-1][1] if rounds else None))
            lines = await journal(console)
            await adapter.close()
        store.close()

    assert [[record.case_id for record in records] for records, _ in rounds] == [["G-000001"], ["G-000002"]]
    assert len(lines) == 1
