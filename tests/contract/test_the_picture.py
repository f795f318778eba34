"""Every agreed content of a referral has a place on each road in, and in what the counsellor gets."""

import json

import pytest

from app.api.schemas.referral_in import ReferralIn, document_of
from app.domain.commands import AmendReferral
from tests.support.contracts import OPENAPI, validator
from tests.support.picture import BY_THE_HUB, PICTURE, message, places_in, shown

PLACES = {partner: places_in(partner) for partner in ("gidso", "rmw", "allegro")}


@pytest.mark.parametrize("partner", PLACES)
def test_every_content_has_a_place_in_the_contract_of_a_partner(partner: str) -> None:
    places = [content.place(partner) for content in PICTURE]

    assert None not in places
    missing = [path for path, _ in filter(None, places) if not any(each.startswith(path) for each in PLACES[partner])]
    assert missing == []


def test_every_content_can_be_said_over_the_api_except_the_citizen_service_number() -> None:
    said = ReferralIn.model_validate_json(json.dumps(message("api")))
    document = document_of(AmendReferral(said.contents(), said.details()))

    assert [content.name for content in PICTURE if content.api is None] == ["citizen service number"]
    places = [(content.name, *content.api) for content in PICTURE if content.api]
    assert [name for name, path, value in places if json.loads(json.dumps(shown(document, path))) != value] == []


def test_allegro_gets_the_contents_and_what_the_hub_adds_and_nothing_else() -> None:
    in_table = {path for content in PICTURE for path, _ in [content.allegro]}
    places = {path for path in PLACES["allegro"] if not any(path.startswith(each) for each in in_table)}

    assert places == BY_THE_HUB


def test_what_the_table_says_at_allegro_is_by_its_contract() -> None:
    validator("allegro", OPENAPI["allegro"]["components"]["schemas"]["Verwijzing"]).validate(message("allegro"))


def test_no_contract_has_a_place_for_care_at_allegro() -> None:
    assert [path for path in PLACES["allegro"] if "wmo" in path.lower() or "zorg" in path.lower()] == []
