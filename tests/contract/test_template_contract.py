"""The contract of the template's partner, its simulator and the adapter agree."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from app.adapters.template.mapping import MOMENTS, PLACES, TABLES, to_message
from app.adapters.template.schemas import Aanmelding, Klant, Wijziging, Wijzigingen
from app.domain.codes import DisclosureOccasion
from app.domain.events import EventType
from app.domain.ports import PartnerMessage
from tests.support.contracts import OPENAPI, described_operations, lengths, model_lengths, served_operations
from tests.support.hub import NOW
from tests.support.template_partner import TOKEN, TemplatePartner, running_partner

CONTRACT = OPENAPI["template"]
SCHEMAS: dict[str, Any] = CONTRACT["components"]["schemas"]
FEED, MESSAGES = "/v1/wijzigingen", "/v1/aanmeldingen/{nummer}/berichten"
MESSAGE = f"{MESSAGES}/{{kenmerk}}"
MESSAGE_SENT = PartnerMessage(
    id=UUID(int=7),
    event_type=EventType.INTAKE_SCHEDULED,
    moment=DisclosureOccasion.INTAKE_PLANNED,
    referral_id=UUID(int=1),
    external_id="A-1",
    occurred_at=NOW,
    fields={field.value: "2026-03-10T09:00:00Z" for field in PLACES},
)


@pytest.fixture
async def caller() -> AsyncIterator[httpx.AsyncClient]:
    """Return a caller of a partner that holds one referral."""
    partner = TemplatePartner()
    partner.save("A-1")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with running_partner(partner) as url, httpx.AsyncClient(base_url=url, headers=headers) as client:
        yield client


def validate(schema: dict[str, Any], value: object) -> None:
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(schema | {"components": CONTRACT["components"]}, format_checker=checker).validate(value)


def schema_of(path: str, method: str, status: int) -> dict[str, Any]:
    answer = CONTRACT["paths"][path][method]["responses"][str(status)]
    name = answer.get("$ref", "").rpartition("/")[2]
    answer = CONTRACT["components"]["responses"][name] if name else answer
    schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return schema


@pytest.mark.parametrize("model", [Wijzigingen, Wijziging, Aanmelding, Klant])
def test_the_adapter_reads_the_fields_of_the_contract_and_no_others(model: type[BaseModel]) -> None:
    described = SCHEMAS[model.__name__]

    fields = {field.alias: field.is_required() for field in model.model_fields.values()}

    assert set(fields) == set(described["properties"])
    assert {name for name, needed in fields.items() if needed} == set(described["required"])


def test_the_adapter_reads_texts_of_the_lengths_of_the_contract() -> None:
    described, read = lengths("template", SCHEMAS["Aanmelding"]), model_lengths(Aanmelding)

    assert {path: limit for path, limit in read.items() if limit} == {
        path: limit for path, limit in described.items() if limit
    }


def test_every_field_of_the_contract_is_described() -> None:
    silent = [
        (name, field)
        for name, schema in SCHEMAS.items()
        for field, described in schema["properties"].items()
        if "description" not in described
    ]

    assert silent == []


def test_the_simulator_has_the_operations_of_the_contract() -> None:
    assert served_operations(TemplatePartner().app()) == described_operations("template")


def test_every_code_of_the_contract_is_in_a_table() -> None:
    read = SCHEMAS["Aanmelding"]["properties"]
    reasons = {code for code in read["redenIntrekking"]["enum"] if code}

    assert set(TABLES.states) == set(read["stand"]["enum"])
    assert set(TABLES.reasons) == reasons
    assert set(TABLES.incomes) == set(read["inkomen"]["enum"])
    assert set(MOMENTS.values()) == set(SCHEMAS["Bericht"]["properties"]["moment"]["enum"])


def test_what_the_adapter_writes_is_as_the_contract_says() -> None:
    written = to_message(MESSAGE_SENT)

    validate(SCHEMAS["Bericht"], written)
    assert set(written) == set(SCHEMAS["Bericht"]["properties"])


async def test_the_answers_of_the_simulator_are_those_of_the_contract(caller: httpx.AsyncClient) -> None:
    feed = await caller.get(FEED, params={"na": 0, "aantal": 500})
    added = await caller.post("/v1/aanmeldingen/A-1/berichten", json=to_message(MESSAGE_SENT))
    found = await caller.get(f"/v1/aanmeldingen/A-1/berichten/{MESSAGE_SENT.id}")

    assert (feed.status_code, added.status_code, found.status_code) == (200, 201, 200)
    assert len(feed.json()["wijzigingen"]) == 1
    validate(schema_of(FEED, "get", 200), feed.json())
    validate(schema_of(MESSAGE, "get", 200), found.json())


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("get", FEED, {}, 400),
        ("get", FEED, {"params": {"na": 0, "aantal": 501}}, 400),
        ("get", FEED, {"params": {"na": 0, "aantal": 1}, "headers": {"Authorization": "Bearer x"}}, 401),
        ("get", MESSAGE, {}, 404),
        ("post", MESSAGES, {"json": {}}, 404),
    ],
)
async def test_the_refusals_of_the_simulator_are_those_of_the_contract(
    caller: httpx.AsyncClient, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    answer = await caller.request(method, path.replace("{nummer}", "A-9").replace("{kenmerk}", "k"), **options)

    assert answer.status_code == status
    validate(schema_of(path, method, status), answer.json())
