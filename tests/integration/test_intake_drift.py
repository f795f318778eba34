"""Fields and codes that are not in a partner's contract are counted by place, stop nothing, and show no value."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree
from pydantic import BaseModel

from app.adapters.allegro import drift as allegro_drift
from app.adapters.allegro import schemas as allegro_schemas
from app.adapters.common.drift import unknown_fields
from app.adapters.gidso import connect_gidso
from app.adapters.gidso import schemas as gidso_schemas
from app.adapters.rmw import schemas as rmw_schemas
from app.adapters.rmw.answers import LISTS
from app.domain.codes import WithdrawalReason
from app.domain.commands import WithdrawReferral
from app.domain.ports import PartnerRecord, PartnerSource, QuarantinedRecord
from app.sandbox.gidso.app import API_KEY
from app.sandbox.runtime import SettableClock, Store
from tests.support import allegro_env, gidso_env, rmw_env

XS = "{http://www.w3.org/2001/XMLSchema}"
CONTRACTS = Path(__file__).parents[2] / "openapi" / "partners"
SEEN_AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
async def allegro() -> AsyncIterator[allegro_env.AllegroEnv]:
    async with allegro_env.running_allegro(Store()) as env:
        yield env


@pytest.fixture
async def rmw() -> AsyncIterator[rmw_env.RmwEnv]:
    async with rmw_env.running_rmw() as env:
        yield env


def held(record: PartnerRecord) -> QuarantinedRecord:
    """Return a record as it comes back from quarantine."""
    return QuarantinedRecord(
        kind=record.kind,
        external_id=record.external_id,
        case_id=record.case_id,
        version=record.version,
        payload=record.payload,
        occurred_at=record.occurred_at,
        referral_id=record.referral_id,
        revision=record.revision,
    )


def schema(contract: str, name: str) -> Mapping[str, Any]:
    loaded = yaml.safe_load((CONTRACTS / f"{contract}.yaml").read_text(encoding="utf-8"))
    found: Mapping[str, Any] = loaded["components"]["schemas"][name]
    return found


async def test_a_new_field_and_a_new_kind_at_allegro_are_counted_by_place(allegro: allegro_env.AllegroEnv) -> None:
    await allegro.refer()
    await allegro.register(
        allegro_env.fact(1, "aanwezigheid", gegevens={"verschenen": "J", "wachttijd": "Yara"}),
        allegro_env.fact(2, "aanwezigheid", gegevens={"verschenen": "J", "wachttijd": 4}),
        allegro_env.fact(3, "huisbezoek"),
    )

    [page] = await allegro.pull()

    assert page.drift == {"mutatie.gegevens.wachttijd": 2, "mutatie.soort": 1}
    assert [record.unread is None for record in page.records] == [True, True, False]


async def test_what_the_contract_knows_is_no_drift(allegro: allegro_env.AllegroEnv, rmw: rmw_env.RmwEnv) -> None:
    await allegro.refer()
    await allegro.register(allegro_env.fact(1), allegro_env.fact(2, "notitie", gegevens={"tekst": "belt liever"}))
    await rmw.register(rmw_env.registration(**rmw_env.FULL))

    pages = [*await allegro.pull(), *[page async for page in rmw.adapter.source.changes(None)]]

    assert [page.drift for page in pages] == [{}, {}]


async def test_a_new_field_at_gidso_is_counted_and_the_registration_is_read() -> None:
    clock = SettableClock(gidso_env.NOON)
    async with gidso_env.running_gidso(clock) as server, gidso_env.console_of(server) as console:
        adapter = connect_gidso(server.url, API_KEY, clock)
        await gidso_env.save(console, gidso_env.row(1, Huisdier="Yara"), gidso_env.row(2, Inkomen="Wisselend"))

        [page] = [page async for page in adapter.source.changes(None)]
        await adapter.close()

    assert page.drift == {"aanmelding.Huisdier": 1, "aanmelding.Inkomen": 1}
    assert [bool(record.commands) for record in page.records] == [True, False]


def test_a_name_that_could_say_something_about_somebody_is_not_repeated() -> None:
    raw = {"999990019": 1, "Yara woont hier": 2, "x" * 41: 3, "nieuwVeld": 4}

    found = sorted(unknown_fields(allegro_schemas.Nothing, raw))

    assert found == ["(unnamed)", "(unnamed)", "(unnamed)", "nieuwVeld"]


ALLEGRO_CONTENTS = {
    "bevestiging": "Bevestiging",
    "afwijzing": "Afwijzing",
    "afspraak": "Afspraak",
    "afspraak_vervallen": "AfspraakVervallen",
    "aanwezigheid": "Aanwezigheid",
    "plan": "Plan",
    "afsluiting": "Afsluiting",
    "intrekking": "Intrekking",
}


@pytest.mark.parametrize(("kind", "name"), ALLEGRO_CONTENTS.items())
def test_what_the_hub_knows_of_allegro_is_its_contract(kind: str, name: str) -> None:
    assert names_of(allegro_drift.CONTENTS[kind]) == set(schema("allegro", name)["properties"])


def test_every_kind_of_change_has_contents_but_a_note() -> None:
    kinds = set(schema("allegro", "Mutatie")["properties"]["soort"]["examples"])

    assert set(allegro_drift.CONTENTS) == kinds - {"notitie"}


@pytest.mark.parametrize(
    ("model", "name", "beside"),
    [
        (
            gidso_schemas.Aanmelding,
            "Aanmelding",
            {"Versie", "GewijzigdOp", "OndersteuningGestoptOp", "Doorverwijzing", "Reacties", "Signalen"},
        ),
        (gidso_schemas.Burger, "Burger", set()),
        (gidso_schemas.Medewerker, "Medewerker", set()),
        (gidso_schemas.BredeUitvraag, "BredeUitvraag", set()),
        (gidso_schemas.Toestemming, "Toestemming", set()),
    ],
)
def test_what_the_hub_knows_of_gidso_is_its_contract(model: type[BaseModel], name: str, beside: set[str]) -> None:
    assert names_of(model) | beside == set(schema("gidso", name)["properties"])


def test_what_the_hub_knows_of_rmw_is_its_contract() -> None:
    root = etree.parse(CONTRACTS / "rmw.xsd").getroot()
    listed = root.findall(f"{XS}complexType[@name='Aanmelding']/{XS}sequence/{XS}element")
    kept_apart = {"mutatienummer", "tijdstipMutatie", "statusregel", "tab", "doorverwijzing"} | LISTS

    assert names_of(rmw_schemas.Aanmelding) | {"aanmeldcode", "soortTeam"} | kept_apart == {
        element.get("name") for element in listed
    }


def names_of(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


async def test_a_record_read_again_is_the_same_record(allegro: allegro_env.AllegroEnv, rmw: rmw_env.RmwEnv) -> None:
    await allegro.refer()
    await allegro.register(
        allegro_env.fact(1),
        allegro_env.fact(2, "notitie", gegevens={"tekst": "belt liever"}),
        allegro_env.fact(3, "huisbezoek"),
    )
    await rmw.register(rmw_env.registration(**rmw_env.FULL), rmw_env.registration("R000002", inkomen="XX"))

    at_allegro = allegro_env.records(await allegro.pull())
    at_rmw = await rmw.records()

    assert [allegro.adapter.source.remap(held(record)) for record in at_allegro] == at_allegro
    assert [rmw.adapter.source.remap(held(record)) for record in at_rmw] == at_rmw
    assert [record.unread is None for record in (*at_allegro, *at_rmw)] == [True, True, False, True, False]


async def test_a_registration_of_gidso_read_again_is_the_same_record() -> None:
    clock = SettableClock(gidso_env.NOON)
    async with gidso_env.running_gidso(clock) as server, gidso_env.console_of(server) as console:
        adapter = connect_gidso(server.url, API_KEY, clock)
        stopped = gidso_env.row(1, OndersteuningGestoptOp="2019-10-01")
        await gidso_env.save(console, stopped, gidso_env.row(2, Inkomen="Wisselend"))
        records, _ = await gidso_env.pull(adapter)

        again = [adapter.source.remap(held(record)) for record in records]
        await adapter.close()

    assert again == records
    assert [(record.revision, record.unread is None) for record in records] == [(1, True), (1, True), (1, False)]


async def test_what_vanished_means_what_the_partner_s_own_end_of_it_means(
    allegro: allegro_env.AllegroEnv, rmw: rmw_env.RmwEnv
) -> None:
    gidso: PartnerSource = connect_gidso("http://127.0.0.1:9", API_KEY, SettableClock(SEEN_AT)).source

    lapsed = rmw.adapter.source.on_removed("aanmelding", "R000001", "R000001", SEEN_AT)
    deleted = gidso.on_removed("aanmelding", "G-000001", "G-000001", SEEN_AT)

    taken_back = (WithdrawReferral(WithdrawalReason.OTHER),)
    assert [(each.commands, each.occurred_at, each.revision) for each in (lapsed, deleted) if each] == [
        (taken_back, SEEN_AT, None)
    ] * 2
    assert gidso.on_removed("ondersteuning-gestopt", "G-000001", "G-000001", SEEN_AT) is None
    assert allegro.adapter.source.on_removed("mutatie", "m-1", "A0000001", SEEN_AT) is None
