"""Organisations over the API."""

from dataclasses import replace

import pytest

from app.api.state import AppState
from tests.api.conftest import PUBLIC_URL, Api
from tests.support.api_calls import fault

NEW = {"name": "Humanitas", "kind": "welzijnsorganisatie", "area": "Charlois"}


async def test_the_operator_registers_a_referrer_that_all_can_read(operator: Api, dock: Api) -> None:
    made = await operator.put("/v1/organisations/humanitas", json=NEW)
    read = await dock.get("/v1/organisations/humanitas")

    assert made.status_code == 201
    assert made.headers["location"] == f"{PUBLIC_URL}/v1/organisations/humanitas"
    assert read.json() == made.json()
    assert read.headers["etag"] == made.headers["etag"]
    assert read.json()["role"] == "referrer"


@pytest.mark.parametrize("name", ["\u200b", "\u202eDOCK", "12"])
async def test_a_name_that_nobody_can_read_is_refused(operator: Api, name: str) -> None:
    response = await operator.put("/v1/organisations/humanitas", json={**NEW, "name": name})

    assert fault(response) == ("name", "readable-name")


async def test_a_change_without_if_match_is_refused(operator: Api) -> None:
    response = await operator.put("/v1/organisations/dock", json=NEW)

    assert response.status_code == 428


async def test_a_change_on_a_stale_etag_is_refused_and_changes_nothing(operator: Api) -> None:
    before = await operator.get("/v1/organisations/dock")

    response = await operator.put("/v1/organisations/dock", json=NEW, headers={"If-Match": '"old"'})

    assert response.status_code == 412
    assert (await operator.get("/v1/organisations/dock")).json() == before.json()


async def test_a_change_on_the_present_etag_is_made(operator: Api) -> None:
    before = await operator.get("/v1/organisations/dock")

    response = await operator.put("/v1/organisations/dock", json=NEW, headers={"If-Match": before.headers["etag"]})

    assert response.status_code == 200
    assert response.json()["name"] == "Humanitas"
    assert response.headers["etag"] != before.headers["etag"]


async def test_a_change_is_known_at_once_to_whoever_remembers_organisations(operator: Api, hub: AppState) -> None:
    remembered = await hub.db.read(hub.services.organisations.find, "dock")
    headers = {"If-Match": (await operator.get("/v1/organisations/dock")).headers["etag"]}

    await operator.put("/v1/organisations/dock", json=NEW, headers=headers)

    known = await hub.db.read(hub.services.organisations.find, "dock")
    assert remembered is not None
    assert known == replace(remembered, name="Humanitas", area="Charlois")


async def test_the_same_request_gets_the_same_answer(operator: Api) -> None:
    key = {"Idempotency-Key": "register-humanitas"}

    first = await operator.put("/v1/organisations/humanitas", json=NEW, headers=key)
    second = await operator.put("/v1/organisations/humanitas", json=NEW, headers=key)

    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers


async def test_a_key_cannot_be_used_for_another_request(operator: Api) -> None:
    key = {"Idempotency-Key": "register-humanitas"}
    await operator.put("/v1/organisations/humanitas", json=NEW, headers=key)

    response = await operator.put("/v1/organisations/pameijer", json=NEW, headers=key)

    assert response.status_code == 409
    assert response.json()["code"] == "idempotency-conflict"


async def test_an_unknown_area_names_field_rule_and_remedy(operator: Api) -> None:
    response = await operator.put("/v1/organisations/humanitas", json={**NEW, "area": "Atlantis"})

    fault = response.json()["errors"][0]
    assert response.status_code == 400
    assert (fault["field"], fault["rule"]) == ("area", "known-area")
    assert "Charlois" in fault["message"]


async def test_no_referrer_works_in_the_system_of_the_finance_team(operator: Api) -> None:
    response = await operator.put("/v1/organisations/humanitas", json={**NEW, "system": "allegro"})

    fault = response.json()["errors"][0]
    assert (response.status_code, fault["field"], fault["rule"]) == (400, "system", "referrers-system")
    assert (await operator.get("/v1/organisations/humanitas")).status_code == 404


async def test_the_citys_own_institutions_cannot_be_made_referrers(operator: Api) -> None:
    before = await operator.get("/v1/organisations/kredietbank")

    headers = {"If-Match": before.headers["etag"]}
    response = await operator.put("/v1/organisations/kredietbank", json=NEW, headers=headers)

    fault = response.json()["errors"][0]
    assert (response.status_code, fault["field"], fault["rule"]) == (400, "code", "referring-organisation")
    assert (await operator.get("/v1/organisations/kredietbank")).json() == before.json()


async def test_the_pages_hold_every_organisation_once(dock: Api) -> None:
    everything = (await dock.get("/v1/organisations")).json()["items"]
    found, page = [], await dock.get("/v1/organisations", params={"limit": 3})

    while True:
        found += page.json()["items"]
        if "next" not in page.links:
            break
        assert page.json()["nextCursor"] in page.links["next"]["url"]
        page = await dock.get(page.links["next"]["url"])

    assert found == everything
    assert "nextCursor" not in page.json()
    assert page.links["first"]["url"] == f"{PUBLIC_URL}/v1/organisations?limit=3"
