"""Appointments as iCalendar: readable by any calendar, and nothing in it is about the client."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from icalendar import Calendar

from tests.support.api_calls import attempt, path_for, read, refer, step

Api = httpx.AsyncClient
PLANNED = {"startsAt": "2026-03-30T10:00:00+02:00", "place": "Huis van de Wijk", "minutes": 45}


async def planned(referrer: Api, team: Api) -> tuple[str, str]:
    """Return the paths of a referral with a planned intake, of the referrer and of the finance team."""
    made = await refer(referrer, reference="A-1")
    path = await path_for(team, "A-1")
    await step(team, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker", "phone": "+31 10 555 01 00"}})
    await step(team, f"{path}/appointments", PLANNED)
    return f"/referrals/{made['id']}", path


async def calendar_of(api: Api, address: str) -> tuple[Any, Any]:
    """Return the calendar at an address of an answer or an event, and its only event."""
    answered = await api.get(address, headers={"Accept": "text/calendar"})
    assert answered.status_code == 200, answered.text
    assert answered.headers["content-type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answered.content)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


async def newest(api: Api, path: str) -> dict[str, str]:
    found: dict[str, str] = (await read(api, f"{path}/appointments"))["items"][-1]
    return found


async def test_a_planned_appointment_is_read_by_the_link_in_it_with_when_where_and_with_whom(
    dock: Api, etf: Api
) -> None:
    own, path = await planned(dock, etf)
    link = (await newest(dock, own))["calendarUrl"]

    calendar, event = await calendar_of(dock, link)

    assert link.startswith("https://hub.example.nl/v1/referrals/")
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("PUBLISH", "CONFIRMED", 0)
    assert event["DTSTART"].dt == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=45)
    assert (event["SUMMARY"], event["LOCATION"]) == ("Intake", "Huis van de Wijk")
    assert "B. Bakker" in event["DESCRIPTION"]
    assert (await newest(etf, path))["calendarUrl"] != link


async def test_a_moved_or_cancelled_appointment_keeps_its_uid_and_its_sequence_grows(dock: Api, etf: Api) -> None:
    own, path = await planned(dock, etf)
    first = (await newest(dock, own))["calendarUrl"]
    _, before = await calendar_of(dock, first)

    await step(etf, f"{path}/appointments", PLANNED | {"startsAt": "2026-03-31T10:00:00+02:00"})
    _, moved = await calendar_of(dock, first)
    _, by_its_own_link = await calendar_of(dock, (await newest(dock, own))["calendarUrl"])
    address = f"{path}/appointments/{(await newest(etf, path))['id']}"
    await step(etf, f"{address}/cancellation", {"reason": "client_cancelled"})
    calendar, cancelled = await calendar_of(dock, first)

    assert {each["UID"] for each in (before, moved, by_its_own_link, cancelled)} == {before["UID"]}
    assert before["SEQUENCE"] < moved["SEQUENCE"] == by_its_own_link["SEQUENCE"] < cancelled["SEQUENCE"]
    assert moved["DTSTART"].dt == datetime(2026, 3, 31, 8, tzinfo=UTC)
    assert (calendar["METHOD"], cancelled["STATUS"]) == ("CANCEL", "CANCELLED")


async def test_a_proposal_has_no_calendar_file_until_it_is_planned(dock: Api, etf: Api) -> None:
    own, path = await planned(dock, etf)
    await step(etf, f"{path}/appointment-proposals", {"times": ["2026-04-02T10:00:00+02:00"]})
    proposed = await newest(dock, own)

    refused = await dock.get(f"/v1{own}/appointments/{proposed['id']}/calendar")

    assert "calendarUrl" not in proposed
    assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
    await step(dock, f"{own}/appointments/{proposed['id']}/response", {"accepted": True})
    _, event = await calendar_of(dock, (await newest(dock, own))["calendarUrl"])
    assert (event["DTSTART"].dt, event["SEQUENCE"]) == (datetime(2026, 4, 2, 8, tzinfo=UTC), 2)


async def test_nothing_in_the_file_is_about_the_client(dock: Api, etf: Api) -> None:
    own, _ = await planned(dock, etf)
    client = (await read(dock, own))["client"]

    text = (await dock.get((await newest(dock, own))["calendarUrl"])).text

    assert [value for name, value in client.items() if name != "id" and str(value) in text] == []
    assert client["id"] not in text


async def test_a_calendar_file_is_for_whom_the_appointment_was_disclosed_to(
    dock: Api, pit010: Api, court: Api, etf: Api
) -> None:
    own, path = await planned(dock, etf)
    link = (await newest(dock, own))["calendarUrl"]
    (shown,) = [await newest(etf, path)]

    assert (await pit010.get(link)).status_code == 404
    assert (await court.get(shown["calendarUrl"])).status_code == 404
    assert (await dock.get(link, headers={"Authorization": ""})).status_code == 401
    answered = await attempt(dock, f"{own}/appointments", PLANNED)
    assert answered.status_code == 403
