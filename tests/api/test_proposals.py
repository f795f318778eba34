"""Meetings agreed over the API: proposed, answered, planned; and what is refused, with field, rule and remedy."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.sandbox.runtime import SettableClock
from tests.support.api_calls import Json, attempt, attended, path_for, read, refer, step

Api = httpx.AsyncClient
FIRST, SECOND = "2026-03-10T10:00:00+01:00", "2026-03-12T14:00:00+01:00"
PROPOSAL = {"times": [FIRST, SECOND], "place": "Huis van de Wijk", "minutes": 45}


async def confirmed(referrer: Api, team: Api) -> tuple[str, str]:
    """Return the paths of a confirmed referral, of the referrer and of the finance team."""
    made = await refer(referrer, reference="A-1")
    path = await path_for(team, "A-1")
    await step(team, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker"}})
    return f"/referrals/{made['id']}", path


async def newest(api: Api, path: str) -> Json:
    found: Json = (await read(api, f"{path}/appointments"))["items"][-1]
    return found


async def answer(referrer: Api, own: str, **body: object) -> httpx.Response:
    """Answer the newest appointment."""
    return await attempt(referrer, f"{own}/appointments/{(await newest(referrer, own))['id']}/response", body)


def faults(answered: httpx.Response) -> list[tuple[str, str]]:
    assert answered.status_code in (400, 422), answered.text
    return [(each["field"], each["rule"]) for each in answered.json()["errors"]]


async def test_a_proposal_is_read_as_such_by_both_and_is_planned_when_one_time_is_accepted(dock: Api, etf: Api) -> None:
    own, path = await confirmed(dock, etf)
    attendees = [{"role": "referrer_worker", "name": "A. de Vries"}]

    made = await attempt(etf, f"{path}/appointment-proposals", PROPOSAL | {"attendees": attendees})

    proposed, told = made.json(), await newest(dock, own)
    assert made.status_code == 201
    assert made.headers["location"].endswith(f"{path}/appointments/{proposed['id']}")
    assert (proposed["status"], proposed["attendees"], proposed["minutes"]) == ("proposed", attendees, 45)
    assert told["proposedTimes"] == ["2026-03-10T09:00:00Z", "2026-03-12T13:00:00Z"]
    assert (told["answerBy"], told["response"]) == ("2026-03-05", "requested")
    assert not {"startsAt", "calendarUrl", "attendees"} & told.keys()
    assert (await read(dock, own))["status"] == "confirmed"
    assert [each["code"] for each in (await read(etf, path))["terms"]].count("answer_proposal") == 1

    planned = await answer(dock, own, accepted=True, chosenTime=SECOND)

    assert (planned.json()["startsAt"], planned.json()["response"]) == ("2026-03-12T13:00:00Z", "accepted")
    assert (await read(dock, own))["status"] == "scheduled"
    assert (await newest(etf, path))["status"] == "scheduled"


async def test_other_times_are_planned_at_once_also_for_a_three_way_meeting(dock: Api, etf: Api) -> None:
    own, path = await confirmed(dock, etf)
    await step(etf, f"{path}/appointment-proposals", PROPOSAL)
    other = "2026-03-13T09:00:00+01:00"
    await answer(dock, own, accepted=False, otherTimes=[other])
    waits = (await read(etf, "/work-lists/awaiting-counsellor"))["items"]

    planned = await step(etf, f"{path}/appointments", {"startsAt": other, "threeWay": True})

    assert [each["awaited"][-1]["step"] for each in waits] == ["other_time"]
    assert (planned["status"], planned["response"]) == ("scheduled", "accepted")
    assert len((await read(dock, f"{own}/appointments"))["items"]) == 1


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"times": []}, "times", "too-short"),
        ({"times": [f"2026-03-1{day}T10:00:00+01:00" for day in range(6)]}, "times", "too-long"),
        ({"times": [SECOND, FIRST]}, "times", "ascending-times"),
        ({"times": [FIRST, FIRST]}, "times", "ascending-times"),
        ({"times": ["2026-03-01T10:00:00+01:00", FIRST]}, "times", "not-in-past"),
        ({"times": [FIRST, "2027-03-12T14:00:00+01:00"]}, "times", "within-a-year"),
        ({"times": [FIRST], "minutes": 2}, "minutes", "greater-than-equal"),
        ({"times": [FIRST], "kind": "chat"}, "kind", "enum"),
    ],
)
async def test_a_proposal_that_nobody_could_accept_is_refused_with_field_and_rule(
    dock: Api, etf: Api, body: dict[str, Any], field: str, rule: str
) -> None:
    _, path = await confirmed(dock, etf)

    refused = await attempt(etf, f"{path}/appointment-proposals", body)

    assert faults(refused) == [(field, rule)]
    assert (await read(etf, f"{path}/appointments"))["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"accepted": True},
        {"accepted": True, "chosenTime": "2026-03-11T10:00:00+01:00"},
    ],
)
async def test_an_acceptance_names_one_of_the_proposed_times(dock: Api, etf: Api, body: dict[str, Any]) -> None:
    own, path = await confirmed(dock, etf)
    await step(etf, f"{path}/appointment-proposals", PROPOSAL)

    refused = await answer(dock, own, **body)

    assert faults(refused) == [("chosenTime", "one-of-proposed")]
    assert (await newest(dock, own))["response"] == "requested"


async def test_a_time_that_has_passed_cannot_be_accepted_any_more(dock: Api, etf: Api, clock: SettableClock) -> None:
    own, path = await confirmed(dock, etf)
    await step(etf, f"{path}/appointment-proposals", PROPOSAL)
    clock.set(datetime(2026, 3, 11, 9, tzinfo=UTC))

    assert faults(await answer(dock, own, accepted=True, chosenTime=FIRST)) == [("chosenTime", "one-of-proposed")]
    assert (await answer(dock, own, accepted=True, chosenTime=SECOND)).status_code == 200


async def test_an_appointment_in_the_past_or_at_the_time_of_another_is_refused(dock: Api, etf: Api) -> None:
    path = await attended(dock, etf, "A-1")
    await step(etf, f"{path}/appointments", {"startsAt": FIRST, "kind": "follow_up", "minutes": 30})

    past = await attempt(etf, f"{path}/appointments", {"startsAt": "2026-03-01T10:00:00+01:00", "kind": "follow_up"})
    await step(etf, f"{path}/intake-result", {"result": "route_to_kbr", "concludedOn": "2026-03-02"})
    meeting = {"kind": "service_decision_meeting"}
    clash = await attempt(etf, f"{path}/appointments", {"startsAt": "2026-03-10T10:20:00+01:00", **meeting})
    free = await attempt(etf, f"{path}/appointments", {"startsAt": "2026-03-10T10:30:00+01:00", **meeting})

    assert faults(past) == [("startsAt", "not-in-past")]
    assert faults(clash) == [("startsAt", "no-clash")]
    assert free.status_code == 201


async def test_who_is_not_told_the_planned_intake_is_not_asked_for_times(court: Api, etf: Api) -> None:
    made = await refer(court, reference="C-1")
    assert made
    path = await path_for(etf, "C-1")
    await step(etf, f"{path}/confirmation")

    refused = await attempt(etf, f"{path}/appointment-proposals", PROPOSAL)

    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
    assert "plan the appointment instead" in refused.json()["detail"]
    assert "propose" not in (await read(etf, f"{path}/available-actions"))["items"]


async def test_a_referrer_proposes_nothing_and_its_worker_can_say_that_it_will_not_be_there(
    dock: Api, etf: Api
) -> None:
    own, path = await confirmed(dock, etf)
    await step(etf, f"{path}/appointment-proposals", PROPOSAL)
    told = await newest(dock, own)

    refused = await attempt(dock, f"{own}/appointment-proposals", PROPOSAL)
    actions = {each["action"]: each for each in (await read(dock, f"{own}/available-actions"))["operations"]}
    cancelled = await step(dock, f"{own}/appointments/{told['id']}/cancellation", {"reason": "referrer_cancelled"})

    assert refused.status_code == 403
    assert actions["cancel_attendance"]["href"].endswith(f"/appointments/{told['id']}/cancellation")
    assert cancelled["response"] == "declined"
    assert (await newest(etf, path))["status"] == "proposed"
