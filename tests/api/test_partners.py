"""The connections with the partner systems over the API."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.api.state import AppState
from app.domain.codes import System
from app.domain.events import EventType
from app.events.delivery.notices import READING, SENDING, partner_notice, publish_notice
from app.sandbox.runtime import SettableClock
from tests.api.conftest import Api
from tests.support.quarantine import SECRET_TEXT, fill_quarantine

NOBODY = UUID(int=7)


@pytest.fixture
async def quarantined(hub: AppState) -> None:
    """Put two records of Allegro in quarantine."""
    await fill_quarantine(hub)


@pytest.mark.usefixtures("quarantined")
async def test_the_operator_sees_what_is_in_quarantine_and_why(operator: Api) -> None:
    answer = await operator.get("/v1/partners/allegro/quarantine")

    found = [(each["externalId"], each["field"], each["reason"]) for each in answer.json()["items"]]
    assert found == [("m2", "case", "waits-for-earlier"), ("m1", "redencode", "unknown-code")]
    assert SECRET_TEXT not in answer.text


@pytest.mark.usefixtures("quarantined")
async def test_the_quarantine_comes_in_pages(operator: Api) -> None:
    first = await operator.get("/v1/partners/allegro/quarantine?limit=1")
    cursor = first.json()["nextCursor"]
    second = await operator.get(f"/v1/partners/allegro/quarantine?limit=1&cursor={cursor}")

    assert [first.json()["items"][0]["externalId"], second.json()["items"][0]["externalId"]] == ["m2", "m1"]
    assert "nextCursor" not in second.json()


@pytest.mark.usefixtures("quarantined")
async def test_the_counts_of_a_run_add_up(operator: Api) -> None:
    answer = await operator.get("/v1/partners/allegro/runs")

    [run] = answer.json()["items"]
    assert run["read"] == 2 == run["quarantined"]
    assert run["applied"] == run["unchanged"] == run["filtered"] == 0


@pytest.mark.usefixtures("quarantined")
async def test_the_state_of_a_connection_counts_its_quarantine(operator: Api) -> None:
    answer = await operator.get("/v1/partners")

    [state] = answer.json()["items"]
    assert (state["system"], state["quarantined"], state["paused"]) == ("allegro", 2, False)
    assert (state["failures"], state["lagSeconds"]) == (0, 0)
    assert {"alertedAt", "sendingAlertedAt", "jobsWaitingSince"}.isdisjoint(state)


@pytest.mark.usefixtures("quarantined")
@pytest.mark.parametrize(("way", "shown"), [(READING, "alertedAt"), (SENDING, "sendingAlertedAt")])
async def test_the_status_shows_when_operators_were_alerted(
    hub: AppState, operator: Api, clock: SettableClock, way: str, shown: str
) -> None:
    async def notified(event_type: EventType) -> dict[str, Any]:
        await hub.db.write(publish_notice, hub.services, partner_notice(event_type, System.ALLEGRO, way))
        clock.set(clock.now() + timedelta(hours=1))
        state: dict[str, Any] = (await operator.get("/v1/partners/allegro")).json()
        return {name: state[name] for name in ("alertedAt", "sendingAlertedAt") if name in state}

    first = await notified(EventType.PARTNER_FAILING)
    over = await notified(EventType.PARTNER_RECOVERED)
    again = await notified(EventType.PARTNER_FAILING)

    assert (first, over, again) == ({shown: "2026-03-02T09:30:00Z"}, {}, {shown: "2026-03-02T11:30:00Z"})


@pytest.mark.usefixtures("quarantined")
async def test_one_connection_shows_its_newest_run(operator: Api) -> None:
    answer = await operator.get("/v1/partners/allegro")

    assert answer.json()["lastRun"]["quarantined"] == 2


@pytest.mark.usefixtures("quarantined")
async def test_the_reason_of_a_quarantined_record_is_shown_and_never_its_contents(operator: Api) -> None:
    listed = (await operator.get("/v1/partners/allegro/quarantine")).json()["items"]

    answers = [await operator.get(f"/v1/partners/allegro/quarantine/{each['id']}") for each in listed]

    assert [answer.json() for answer in answers] == listed
    assert SECRET_TEXT not in "".join(answer.text for answer in answers)


@pytest.mark.usefixtures("quarantined")
async def test_a_record_in_quarantine_is_found_at_its_own_partner_only(operator: Api) -> None:
    [first, _] = (await operator.get("/v1/partners/allegro/quarantine")).json()["items"]

    answer = await operator.get(f"/v1/partners/gidso/quarantine/{first['id']}")

    assert answer.status_code == 404


async def test_only_the_operator_sees_the_connections(etf: Api) -> None:
    answer = await etf.get("/v1/partners")

    assert answer.status_code == 403


async def test_an_unknown_partner_is_not_found(operator: Api) -> None:
    paths = ("", "/runs", "/quarantine", f"/quarantine/{NOBODY}", "/jobs", f"/jobs/{NOBODY}")

    answers = [await operator.get(f"/v1/partners/facebook{path}") for path in paths]

    assert {answer.status_code for answer in answers} == {404}
    assert all("allegro, gidso, rmw" in answer.json()["detail"] for answer in answers)


async def test_an_invented_cursor_is_refused(operator: Api) -> None:
    answer = await operator.get("/v1/partners/gidso/quarantine?cursor=WyJ4Il0")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "cursor"


async def test_a_partner_that_is_not_connected_has_no_state(operator: Api) -> None:
    answer = await operator.get("/v1/partners/rmw")

    assert answer.status_code == 404
    assert "not connected" in answer.json()["detail"]
