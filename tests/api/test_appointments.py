"""Intake appointments by REST: planned, moved, answered, cancelled, attended or missed."""

import httpx

from app.api.state import AppState
from tests.support.api_calls import Json, attempt, attended, fault, path_for, read, refer, step

Api = httpx.AsyncClient
PLANNED = {"startsAt": "2026-03-09T10:00:00+01:00", "place": "Huis van de Wijk"}
THREE_WAY = PLANNED | {"threeWay": True}


async def confirmed(referrer: Api, team: Api, reference: str = "A-1") -> tuple[str, str]:
    made = await refer(referrer, reference=reference)
    path = await path_for(team, reference)
    await step(team, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker", "phone": "+31 10 555 01 00"}})
    return f"/referrals/{made['id']}", path


async def test_planned_intake_tells_the_referrer_with_whom_when_and_where(dock: Api, etf: Api) -> None:
    own, path = await confirmed(dock, etf)

    answered = await attempt(etf, f"{path}/appointments", PLANNED)

    planned = answered.json()
    assert answered.status_code == 201
    assert answered.headers["location"] == f"https://hub.example.nl/v1{path}/appointments/{planned['id']}"
    remap = await etf.get(answered.headers["location"])
    assert (remap.json(), remap.headers["etag"]) == (planned, answered.headers["etag"])
    (told,) = (await read(dock, f"{own}/appointments"))["items"]
    assert told["startsAt"] == "2026-03-09T09:00:00Z"
    assert told["place"] == "Huis van de Wijk"
    assert told["counsellor"] == {"name": "B. Bakker", "phone": "+31 10 555 01 00"}
    assert told["response"] == "not_asked"
    assert f"/referrals/{told['referral']['id']}" == own
    assert told["id"] != planned["id"]


async def test_moved_intake_replaces_the_old_one(dock: Api, etf: Api) -> None:
    _, path = await confirmed(dock, etf)
    first = await step(etf, f"{path}/appointments", PLANNED)

    second = await step(etf, f"{path}/appointments", PLANNED | {"startsAt": "2026-03-10T10:00:00+01:00"})

    appointments = (await read(etf, f"{path}/appointments"))["items"]
    assert [(each["id"], each["status"]) for each in appointments] == [
        (first["id"], "replaced"),
        (second["id"], "scheduled"),
    ]
    late = await attempt(etf, f"{path}/appointments/{first['id']}/attendance", {"attended": True})
    assert late.status_code == 404


async def test_worker_accepts_a_three_way_meeting(dock: Api, etf: Api) -> None:
    own, path = await confirmed(dock, etf)
    await step(etf, f"{path}/appointments", THREE_WAY)
    (told,) = (await read(dock, f"{own}/appointments"))["items"]

    accepted = await step(dock, f"{own}/appointments/{told['id']}/response", {"accepted": True})

    assert accepted["response"] == "accepted"
    assert (await read(etf, path))["appointment"]["response"] == "accepted"


async def test_worker_answers_with_other_times(dock: Api, etf: Api) -> None:
    own, path = await confirmed(dock, etf)
    await step(etf, f"{path}/appointments", THREE_WAY)
    (told,) = (await read(dock, f"{own}/appointments"))["items"]
    body = {"accepted": False, "otherTimes": ["2026-03-11T10:00:00+01:00"]}

    await step(dock, f"{own}/appointments/{told['id']}/response", body)

    appointment = (await read(etf, path))["appointment"]
    assert appointment["response"] == "other_times"
    assert appointment["otherTimes"] == ["2026-03-11T09:00:00Z"]


async def test_worker_may_answer_again_and_reads_so(dock: Api, etf: Api) -> None:
    own, path = await confirmed(dock, etf)
    await step(etf, f"{path}/appointments", THREE_WAY)
    (told,) = (await read(dock, f"{own}/appointments"))["items"]
    answer = f"{own}/appointments/{told['id']}/response"

    await step(dock, answer, {"accepted": True})

    assert "respond" in (await read(dock, f"{own}/available-actions"))["items"]
    assert (await step(dock, answer, {"accepted": False}))["response"] == "other_times"


async def test_worker_cannot_accept_and_give_other_times(dock: Api, etf: Api) -> None:
    own, path = await confirmed(dock, etf)
    await step(etf, f"{path}/appointments", THREE_WAY)
    (told,) = (await read(dock, f"{own}/appointments"))["items"]
    body = {"accepted": True, "otherTimes": ["2026-03-11T10:00:00+01:00"]}

    answered = await attempt(dock, f"{own}/appointments/{told['id']}/response", body)

    assert [(each["field"], each["rule"]) for each in answered.json()["errors"]] == [
        ("otherTimes", "only-when-declined")
    ]


async def test_worker_cannot_answer_what_was_not_asked(dock: Api, etf: Api) -> None:
    own, path = await confirmed(dock, etf)
    await step(etf, f"{path}/appointments", PLANNED)
    (told,) = (await read(dock, f"{own}/appointments"))["items"]

    answered = await attempt(dock, f"{own}/appointments/{told['id']}/response", {"accepted": True})

    assert (answered.status_code, answered.json()["code"]) == (409, "transition-not-allowed")


async def test_either_side_may_cancel(dock: Api, etf: Api) -> None:
    own, path = await confirmed(dock, etf)
    planned = await step(etf, f"{path}/appointments", PLANNED)

    by_team = await step(etf, f"{path}/appointments/{planned['id']}/cancellation", {"reason": "counsellor_cancelled"})
    await step(etf, f"{path}/appointments", PLANNED)
    newest = (await read(dock, f"{own}/appointments"))["items"][-1]
    by_referrer = await step(dock, f"{own}/appointments/{newest['id']}/cancellation", {"reason": "referrer_cancelled"})

    assert (by_team["status"], by_team["cancellationReason"]) == ("cancelled", "counsellor_cancelled")
    assert by_referrer["status"] == "cancelled"
    assert (await read(dock, own))["status"] == "appointment_cancelled"


async def test_missed_intake_can_be_planned_again(dock: Api, etf: Api) -> None:
    own, path = await confirmed(dock, etf)
    planned = await step(etf, f"{path}/appointments", PLANNED)

    missed = await step(etf, f"{path}/appointments/{planned['id']}/attendance", {"attended": False})

    told = await read(dock, own)
    assert missed["status"] == "missed"
    assert (told["status"], told["attendance"]["missedCount"]) == ("missed", 1)
    await step(etf, f"{path}/appointments", PLANNED)
    assert (await read(dock, own))["status"] == "scheduled"


async def test_appointment_cannot_change_without_its_present_tag(dock: Api, etf: Api) -> None:
    _, path = await confirmed(dock, etf)
    planned = await step(etf, f"{path}/appointments", PLANNED)
    address = f"/v1{path}/appointments/{planned['id']}"
    stale = (await etf.get(address)).headers["etag"]
    await step(etf, f"{path}/appointments/{planned['id']}/cancellation", {"reason": "client_cancelled"})

    without = await etf.post(f"{address}/attendance", json={"attended": True})
    with_stale = await etf.post(f"{address}/attendance", json={"attended": True}, headers={"If-Match": stale})

    assert (without.status_code, with_stale.status_code) == (428, 412)


async def test_a_tag_without_its_quotation_marks_is_not_called_stale(dock: Api, etf: Api) -> None:
    _, path = await confirmed(dock, etf)
    planned = await step(etf, f"{path}/appointments", PLANNED)
    address = f"/v1{path}/appointments/{planned['id']}"
    bare = (await etf.get(address)).headers["etag"].strip('"')

    answered = await etf.post(f"{address}/attendance", json={"attended": True}, headers={"If-Match": bare})

    assert answered.status_code == 412
    assert "quotation marks" in answered.json()["detail"]


async def test_referrer_cannot_record_attendance(dock: Api, etf: Api) -> None:
    own, path = await confirmed(dock, etf)
    await step(etf, f"{path}/appointments", PLANNED)
    (told,) = (await read(dock, f"{own}/appointments"))["items"]

    answered = await attempt(dock, f"{own}/appointments/{told['id']}/attendance", {"attended": True})

    assert answered.status_code == 403


async def test_court_reads_no_appointments(court: Api, etf: Api, hub: AppState) -> None:
    path = await attended(court, etf, "C-1")
    own = (await read(court, "/referrals"))["items"][0]["id"]
    (planned,) = (await read(etf, f"{path}/appointments"))["items"]

    body: Json = await read(court, f"/referrals/{own}/appointments")

    assert body["items"] == []
    assert (await court.get(f"/v1/referrals/{own}/appointments/{planned['id']}")).status_code == 404
    answered = await attempt(court, f"/referrals/{own}/appointments/{planned['id']}/response", {"accepted": True})
    assert answered.status_code == 404


async def test_intake_cannot_be_concluded_in_the_future(dock: Api, etf: Api) -> None:
    path = await attended(dock, etf, "A-1")

    answered = await attempt(etf, f"{path}/intake-result", {"result": "route_to_kbr", "concludedOn": "2026-04-01"})

    assert fault(answered) == ("concludedOn", "not-in-future")
