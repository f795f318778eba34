"""The connections with the partner systems over the API."""

from datetime import UTC, datetime

import pytest

from app.api.hub import Hub
from app.domain.codes import System
from app.domain.ports import Page, PartnerRecord, Unread
from app.operations.intake import apply_page
from app.operations.turns import Turn, take_turn
from tests.api.conftest import Api

SECRET_TEXT = "Jansen owes 5,000 euro"  # personal, not secret


@pytest.fixture
async def quarantined(hub: Hub) -> None:
    """Put two records of Allegro in quarantine: an unknown code, and one that waits for it."""
    turn = Turn(System.ALLEGRO, "test")
    await hub.db.write(take_turn, hub.tools, turn)
    unknown = Unread("redencode", "unknown-code", "Code 99 has no meaning here.")
    records = tuple(
        PartnerRecord(
            "mutatie",
            f"m{number}",
            "A1",
            str(number),
            {"tekst": SECRET_TEXT, "nummer": number},
            datetime(2026, 1, number, tzinfo=UTC),
            unread=unknown if number == 1 else None,
        )
        for number in (1, 2)
    )
    await hub.db.write(apply_page, hub.tools, turn, "1", Page(records, "2"))


@pytest.mark.usefixtures("quarantined")
async def test_the_operator_sees_what_is_in_quarantine_and_why(operator: Api) -> None:
    answer = await operator.get("/v1/partners/allegro/quarantine")

    found = [(each["externalId"], each["field"], each["reason"]) for each in answer.json()["items"]]
    assert found == [("m1", "redencode", "unknown-code"), ("m2", "case", "waits-for-earlier")]
    assert SECRET_TEXT not in answer.text


@pytest.mark.usefixtures("quarantined")
async def test_the_quarantine_comes_in_pages(operator: Api) -> None:
    first = await operator.get("/v1/partners/allegro/quarantine?limit=1")
    cursor = first.json()["nextCursor"]
    second = await operator.get(f"/v1/partners/allegro/quarantine?limit=1&cursor={cursor}")

    assert [first.json()["items"][0]["externalId"], second.json()["items"][0]["externalId"]] == ["m1", "m2"]
    assert "nextCursor" not in second.json()


@pytest.mark.usefixtures("quarantined")
async def test_the_account_of_a_run_adds_up(operator: Api) -> None:
    answer = await operator.get("/v1/partners/allegro/runs")

    [run] = answer.json()["items"]
    assert run["read"] == 2 == run["quarantined"]
    assert run["applied"] == run["unchanged"] == run["filtered"] == 0


@pytest.mark.usefixtures("quarantined")
async def test_the_state_of_a_connection_counts_its_quarantine(operator: Api) -> None:
    answer = await operator.get("/v1/partners")

    [state] = answer.json()["items"]
    assert (state["system"], state["quarantined"], state["paused"]) == ("allegro", 2, False)


async def test_only_the_operator_sees_the_connections(etf: Api) -> None:
    answer = await etf.get("/v1/partners")

    assert answer.status_code == 403


async def test_an_unknown_partner_is_not_found(operator: Api) -> None:
    answer = await operator.get("/v1/partners/facebook/runs")

    assert answer.status_code == 404
    assert "allegro, gidso and rmw" in answer.json()["detail"]


async def test_a_cursor_that_was_not_given_out_is_refused(operator: Api) -> None:
    answer = await operator.get("/v1/partners/gidso/quarantine?cursor=WyJ4Il0")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "cursor"
