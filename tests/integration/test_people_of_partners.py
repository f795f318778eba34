"""People as they are in the partners' systems: one name only, and a date of birth that is known in part."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from app.adapters.allegro.client import AllegroClient
from app.domain.birth_date import PartialDate
from app.domain.codes import System
from app.operations.cases.queries import find_referral
from app.sandbox.allegro.app import CLIENT_ID, CLIENT_SECRET
from tests.support.hub import WIJKTEAM, WORK, InProcessHub
from tests.support.partners_env import PartnersEnv, gidso_registration, partners_of, rmw_registration

ORGANISATION = {System.GIDSO: WIJKTEAM.code, System.RMW: WORK.code}


@pytest.fixture
async def partners(sqlite_hub: InProcessHub, tmp_path: Path) -> AsyncIterator[PartnersEnv]:
    async with partners_of(sqlite_hub, tmp_path) as running:
        yield running


def in_gidso(**person: object) -> Mapping[str, Any]:
    return gidso_registration(1, Burger=person)


def in_rmw(**person: object) -> Mapping[str, Any]:
    return rmw_registration(1, klant={"geslacht": "O", **person})


@pytest.mark.parametrize(
    ("system", "reference", "registration", "birth_date", "names"),
    [
        (
            System.GIDSO,
            "G-000001",
            in_gidso(Voornaam=None, Achternaam="Suharto", Geboortedatum="1965-00-00"),
            PartialDate.of(1965),
            (None, "Suharto"),
        ),
        (
            System.RMW,
            "R000001",
            in_rmw(voornaam="Madonna", geboortedatum="19650300"),
            PartialDate.of(1965, 3),
            ("Madonna", None),
        ),
    ],
)
async def test_one_name_and_what_is_known_of_a_birth_date_reach_the_hub_and_allegro(  # the case
    partners: PartnersEnv,
    system: System,
    reference: str,
    registration: Mapping[str, Any],
    birth_date: PartialDate,
    names: tuple[str | None, str | None],
) -> None:
    await partners.save_registrations(system, registration)

    await partners.worker.pull_and_deliver(system)

    found = await partners.hub.db.read(find_referral, ORGANISATION[system], reference)
    assert found
    stored = (await partners.hub.case(found)).client.details
    assert (stored.birth_date, stored.given_name, stored.family_name) == (birth_date, *names)
    assert (await _file(partners))["geboortedatum"] == birth_date


async def _file(partners: PartnersEnv) -> dict[str, Any]:
    """Return what Allegro stores of the client of its only referral."""
    client = AllegroClient(partners.servers[System.ALLEGRO].url, CLIENT_ID, CLIENT_SECRET)
    [listed] = await client.referrals("", 10)
    stored = await client.find_referral(listed.referral_id)
    await client.close()
    assert stored
    person = stored.contents["client"]
    assert isinstance(person, dict)
    return person


@pytest.mark.parametrize(
    ("system", "registration", "field"),
    [
        (System.GIDSO, in_gidso(Voornaam=None, Achternaam=None), "Burger.Achternaam"),
        (System.GIDSO, in_gidso(Geboortedatum="0000-00-00"), "Burger.Geboortedatum"),
        (System.GIDSO, in_gidso(Geboortedatum="1965-00-12"), "Burger.Geboortedatum"),
        (System.RMW, in_rmw(geboortedatum="19650300"), "klant.achternaam"),
        (System.RMW, in_rmw(voornaam="Madonna", geboortedatum="00000000"), "klant.geboortedatum"),
    ],
)
async def test_who_has_no_name_or_no_year_of_birth_waits_in_quarantine(
    partners: PartnersEnv, system: System, registration: Mapping[str, Any], field: str
) -> None:
    await partners.save_registrations(system, registration)

    await partners.pull(system)

    assert [(row.field, row.reason) for row in await partners.hub.quarantine(system=system)] == [(field, "unreadable")]


async def test_a_birth_date_that_becomes_known_at_the_partner_is_taken_over(partners: PartnersEnv) -> None:
    await partners.save_registrations(System.GIDSO, in_gidso(Geboortedatum="1965-00-00"))
    await partners.worker.pull_and_deliver(System.GIDSO)
    await partners.save_registrations(System.GIDSO, in_gidso(Geboortedatum="1965-03-31"))

    await partners.worker.pull_and_deliver(System.GIDSO)

    assert (await _file(partners))["geboortedatum"] == "1965-03-31"
