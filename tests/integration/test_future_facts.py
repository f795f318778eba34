"""What a partner dates in the future waits in quarantine, as the API refuses it; on both stores, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.test_odd_records import ROW, account, allegro_row, page, rmw_row, set_up
from tests.support.hub import NOW, WORK, InProcessHub
from tests.support.raw_partner import raw_partner, says, soap_list

LATER = NOW + timedelta(days=3)


@pytest.mark.parametrize(
    ("kind", "contents", "fields"),
    [
        ("aanwezigheid", {"verschenen": "J"}, "occurredAt"),
        (
            "intakeresultaat",
            {"code": 1, "omschrijving": "Betalingsregeling treffen"},
            "occurredAt, concludedOn",
        ),
        ("onbereikbaar", {}, "occurredAt"),
        ("bevestiging", {}, "occurredAt"),
    ],
)
async def test_what_allegro_dates_three_days_ahead_waits(
    hub: InProcessHub, kind: str, contents: dict[str, Any], fields: str
) -> None:
    referral_id = await hub.known_case("A-1")
    before = await hub.steps(referral_id)
    row = allegro_row(1, soort=kind, gegevens=contents, datum=LATER.date().isoformat())
    async with raw_partner(hub, "allegro", says(page("allegro", row))) as partner:
        await partner.pull()
        quarantined = await partner.quarantined()

    assert quarantined == [(fields, "invalid-input")]
    assert await hub.steps(referral_id) == before


@pytest.mark.parametrize("days", [2, 3, 1500])
@pytest.mark.parametrize("name", ["gidso", "rmw"])
async def test_consent_given_in_the_future_waits(hub: InProcessHub, name: str, days: int) -> None:
    await set_up(hub, name)
    day = (NOW + timedelta(days=days)).date()
    if name == "rmw":
        consent = f"<terugkoppeling>J</terugkoppeling><datum>{day:%Y%m%d}</datum>"
        answer = says(soap_list(rmw_row(1, toestemming=consent), rmw_row(2)), "text/xml")
    else:
        consented = {"Terugkoppeling": True, "Datum": day.isoformat(), "Wijze": "Mondeling"}
        answer = says(page(name, ROW[name](1, Toestemming=consented), ROW[name](2)))
    async with raw_partner(hub, name, answer) as partner:
        await partner.pull()
        counts = await account(partner)
        quarantined = await partner.quarantined()

    assert (counts, quarantined) == ((1, 1), [("consent.givenOn", "invalid-input")])


@pytest.mark.parametrize("name", ["gidso", "rmw"])
async def test_a_new_referral_that_was_changed_in_the_future_waits(hub: InProcessHub, name: str) -> None:
    await set_up(hub, name)
    if name == "rmw":
        answer = says(soap_list(rmw_row(1, tijdstipMutatie=f"{LATER:%Y%m%d%H%M%S}"), rmw_row(2)), "text/xml")
    else:
        answer = says(page(name, ROW[name](1, GewijzigdOp=LATER.isoformat()), ROW[name](2)))
    async with raw_partner(hub, name, answer) as partner:
        await partner.pull()
        counts = await account(partner)
        quarantined = await partner.quarantined()

    assert (counts, quarantined) == ((1, 1), [("occurredAt", "invalid-input")])


@pytest.mark.parametrize(
    ("code", "named"),
    [("Anders", True), ("X-17", True), ("Jan de Vries", False), ("999906409", False), ("a" * 60, False), ("", False)],
)
async def test_an_unknown_code_is_named_unless_it_could_be_more_than_a_code(
    hub: InProcessHub, code: str, named: bool
) -> None:
    await set_up(hub, "gidso")
    async with raw_partner(hub, "gidso", says(page("gidso", ROW["gidso"](1, Inkomen=code)))) as partner:
        await partner.pull()
    (entry,) = await hub.quarantine(system=partner.puller.source.system)

    assert (entry.field, entry.reason) == ("Inkomen", "unknown-code")
    assert (f"'{code}'" in entry.message) is named


@pytest.mark.parametrize(("code", "named"), [("team-new", True), ("Jan de Vries", False), ("999906409", False)])
async def test_an_unknown_team_is_named_unless_it_could_be_more_than_a_code(
    hub: InProcessHub, code: str, named: bool
) -> None:
    async with raw_partner(hub, "gidso", says(page("gidso", ROW["gidso"](1, Teamcode=code)))) as partner:
        await partner.pull()
    (entry,) = await hub.quarantine(system=partner.puller.source.system)

    assert (entry.field, entry.reason) == ("organisationCode", "invalid-input")
    assert (f"'{code}'" in entry.message) is named


async def test_a_team_that_registers_in_another_system_is_named(hub: InProcessHub) -> None:
    async with raw_partner(hub, "gidso", says(page("gidso", ROW["gidso"](1, Teamcode=WORK.code)))) as partner:
        await partner.pull()
    (entry,) = await hub.quarantine(system=partner.puller.source.system)

    assert f"'{WORK.code}'" in entry.message
