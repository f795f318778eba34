"""The messages between the adapter of RMW and its simulator follow the contract; and the simulator itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from lxml import etree

from app.adapters.rmw import connect_rmw
from app.adapters.rmw.soap import NAMESPACE
from app.domain.codes import DisclosureOccasion
from app.domain.errors import PartnerRefused, PartnerUnreachable
from app.domain.events import EventType
from app.domain.fields import Field
from app.sandbox.rmw.app import PASSWORD, USERNAME, create_app
from app.sandbox.runtime import Server, SettableClock, Store
from tests.support.contracts import FOLDER, OPENAPI, XSD
from tests.support.rmw_env import FULL, NOW, PATH, SOAP, YARA, RmwEnv, registration, running_rmw


@pytest.fixture
async def env() -> AsyncIterator[RmwEnv]:
    async with running_rmw() as env:
        yield env


async def test_all_messages_follow_the_schema(env: RmwEnv) -> None:
    schema = etree.XMLSchema(XSD)
    await env.register(registration(**FULL), registration("R000002"))
    await env.deliver(
        "R000001", EventType.TRAJECTORY_CLOSED, DisclosureOccasion.CLOSED, fields={Field.APPOINTMENT_PLACE: "<&>"}
    )
    await env.deliver("R000001", EventType.TRAJECTORY_CLOSED, DisclosureOccasion.CLOSED, attempt=2)
    await env.records()

    for content in env.recorder.messages():
        elements = content.findall(f"detail/{{{NAMESPACE}}}fout") if content.tag == f"{SOAP}Fault" else [content]

        assert elements
        for element in elements:
            schema.assertValid(element)


async def test_faults_follow_the_schema(env: RmwEnv) -> None:
    schema = etree.XMLSchema(XSD)
    with pytest.raises(PartnerRefused):
        await env.deliver("R999999", EventType.REFERRAL_CONFIRMED, DisclosureOccasion.CONFIRMED)
    await env.maintenance(True)
    with pytest.raises(PartnerUnreachable):
        await env.records()

    faults = [content for content in env.recorder.messages() if content.tag == f"{SOAP}Fault"]

    assert [fault.findtext("faultcode") for fault in faults] == ["soap:Client", "soap:Server"]
    for fault in faults:
        schema.assertValid(fault.findall(f"detail/{{{NAMESPACE}}}fout")[0])


def test_wsdl_and_http_contract_name_the_same_operations() -> None:
    wsdl = etree.parse(FOLDER / "rmw.wsdl").getroot()
    described = OPENAPI["rmw"]
    operation = described["paths"][PATH]["post"]

    names = {str(found.get("name")) for found in wsdl.iterfind(".//{*}portType/{*}operation")}

    assert names == {"lijstAanmeldingen", "geefAanmelding", "wijzigAanmeldcodeStatus", "meldDoorverwijzing", "sluitTab"}
    assert all(name in operation["parameters"][0]["schema"]["pattern"] for name in names)


@pytest.mark.parametrize(
    "document",
    [
        {"aanmeldnummer": "R1"},
        {"aanmeldnummer": "R1", "aanmeldcode": "SHV", "bijnaam": "x"},
        {"aanmeldnummer": "R1", "aanmeldcode": "SHV", "klant": {"bijnaam": "x"}},
        {"aanmeldnummer": "R1", "aanmeldcode": "SHV", "gebied": 5},
        {"aanmeldnummer": "R1", "aanmeldcode": "SHV", "gebied": "\x00"},
        "R1",
    ],
)
async def test_console_does_not_take_what_rmw_cannot_hold(env: RmwEnv, document: object) -> None:
    response = await env.console.put("/aanmeldingen", json=[document])

    assert response.status_code == 400
    assert await env.records() == []


@pytest.mark.parametrize("body", [b"", b"<a>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<a/>"])
async def test_simulator_answers_any_body_with_a_fault(env: RmwEnv, body: bytes) -> None:
    response = await env.console.post(f"{env.url}{PATH}", content=body)

    assert response.status_code == 500
    assert b"soap:Fault" in response.content


async def test_page_shows_registrations_and_what_the_hub_wrote(env: RmwEnv) -> None:
    await env.register(registration(klant={**YARA, "achternaam": "<b>Kaya"}))
    await env.deliver("R000001", EventType.REFERRAL_CONFIRMED, DisclosureOccasion.CONFIRMED)

    page = (await env.console.get(f"{env.url}/")).text

    assert "02-09-2019 Bevestigd" in page
    assert "&lt;b&gt;Kaya" in page


async def test_simulator_survives_a_restart(tmp_path: Path) -> None:
    first = Store(tmp_path / "rmw.jsonl")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(first, SettableClock(NOW))), base_url="http://rmw"
    ) as console:
        await console.put("/_console/aanmeldingen", json=[registration()])
    first.close()
    second = Store(tmp_path / "rmw.jsonl")
    server = Server(create_app(second, SettableClock(NOW)))

    await server.start()
    adapter = connect_rmw(server.url, USERNAME, PASSWORD)
    pages = [page async for page in adapter.source.changes(None)]
    await adapter.close()
    await server.stop()
    second.close()

    assert [record.case_id for record in pages[0].records] == ["R000001"]
