"""Trajectories by REST: the whole way to the end, and who may read what of it."""

import json
from base64 import urlsafe_b64decode

import httpx
import pytest

from app.api.paging import text_cursor
from tests.support.api_calls import attempt, attended, concluded, fault, read, step

Api = httpx.AsyncClient


async def test_whole_way_to_the_end(dock: Api, etf: Api) -> None:
    path = await concluded(dock, etf, "A-1")

    signed = await step(etf, f"{path}/plan", {"signedOn": "2026-03-02", "documentReference": "RDD-1"})
    paused = await step(etf, f"{path}/pause")
    resumed = await step(etf, f"{path}/resumption")
    decided = await step(etf, f"{path}/result", {"result": "kbr_application", "decidedOn": "2026-03-02"})
    applied = await step(etf, f"{path}/kbr-application", {"status": "submitted", "changedOn": "2026-03-02"})
    closed = await step(etf, f"{path}/closure", {"reason": "result_reached", "closedOn": "2026-03-02"})

    statuses = [each["status"] for each in (signed, paused, resumed, decided, applied, closed)]
    assert statuses == ["running", "paused", "running", "decided", "decided", "closed"]
    assert signed["plan"] == {"signedOn": "2026-03-02", "documentReference": "RDD-1"}
    assert decided["result"]["code"] == "kbr_application"
    assert applied["kbr"]["status"] == "submitted"
    assert closed["dueOn"] == "2026-06-01"
    assert (await read(etf, f"{path}/available-actions"))["items"] == [
        "sign_plan",
        "give_bank_signal",
        "receive",
        "retract",
    ]


async def test_welfare_and_the_finance_team_read_where_the_case_is_and_the_court_does_not(
    dock: Api, court: Api, etf: Api
) -> None:
    running = {"state": "running", "nextStep": "decision", "dueOn": "2026-06-01"}
    found = []
    for owner, reference in ((dock, "A-1"), (court, "C-1")):
        path = await concluded(owner, etf, reference)
        await step(etf, f"{path}/plan", {"signedOn": "2026-03-02"})
        (theirs,) = (await read(owner, "/referrals"))["items"]
        for reader, id in ((owner, theirs["id"]), (etf, (await read(etf, path))["referral"]["id"])):
            tagged = await reader.get(f"/v1/referrals/{id}")
            found.append(tagged.json().get("progress"))
            await step(etf, f"{path}/pause")
            later = await reader.get(f"/v1/referrals/{id}")
            assert (later.headers["ETag"] == tagged.headers["ETag"]) is (reader is court)
            await step(etf, f"{path}/resumption")

    assert found == [running, running, None, running]


async def test_drop_out_is_read_as_it_was_disclosed_that_guidance_ended_and_not_why(dock: Api, etf: Api) -> None:
    path = await concluded(dock, etf, "A-1")
    body = {"result": "no_further_support", "dropOutReason": "solves_it_alone", "decidedOn": "2026-03-02"}

    stopped = await step(etf, f"{path}/result", body)

    (disclosed,) = (await read(dock, "/trajectories"))["items"]
    assert (stopped["status"], stopped["result"]["dropOutReason"]) == ("stopped", "solves_it_alone")
    answered = await dock.get(f"/v1/trajectories/{disclosed['id']}")
    assert "solves_it_alone" not in answered.text
    assert "result" not in answered.json()
    assert answered.json()["closureReason"] == "no_support_wanted"


async def test_court_never_learns_that_there_is_a_trajectory(court: Api, etf: Api) -> None:
    path = await concluded(court, etf, "C-1")

    listed = await read(court, "/trajectories")

    assert listed == {"items": []}
    for address in ("", "/history", "/parties", "/available-actions"):
        assert (await court.get(f"/v1{path}{address}")).status_code == 404


async def test_page_of_trajectories_skips_what_was_not_told_without_a_trace(
    dock: Api, court: Api, operator: Api, etf: Api
) -> None:
    for number, referrer in enumerate((dock, court, dock, court)):
        await concluded(referrer, etf, f"T-{number}")

    first = await read(etf, "/trajectories?limit=3")
    second = await read(etf, f"/trajectories?limit=3&cursor={first['nextCursor']}")
    docks = await read(dock, "/trajectories?limit=2")
    courts = await read(court, "/trajectories?limit=1")

    ids = [item["id"] for item in first["items"] + second["items"]]
    assert len(ids) == len(set(ids)) == 4
    assert len(docks["items"]) == 2
    assert "nextCursor" not in docks
    assert courts == await read(operator, "/trajectories?limit=1") == {"items": []}


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ("status=planning", 1),
        ("status=closed", 0),
        ("referrerKind=welzijnsorganisatie", 1),
        ("area=Noord", 1),
        ("area=Charlois", 0),
        ("counsellor=B.%20Bakker", 1),
    ],
)
async def test_list_is_filtered(dock: Api, etf: Api, filters: str, count: int) -> None:
    await concluded(dock, etf, "A-1")

    page = await read(etf, f"/trajectories?{filters}")

    assert len(page["items"]) == count


async def test_list_shows_of_each_trajectory_what_reading_it_shows(dock: Api, etf: Api) -> None:
    await concluded(dock, etf, "A-1")

    for reader in (dock, etf):
        (listed,) = (await read(reader, "/trajectories"))["items"]
        assert listed == await read(reader, f"/trajectories/{listed['id']}")


async def test_filter_on_a_status_that_was_not_told_finds_nothing(dock: Api, etf: Api) -> None:
    await concluded(dock, etf, "A-1")

    page = await read(dock, "/trajectories?status=planning")

    assert page["items"] == []


async def test_parties_are_for_who_guides_the_client(dock: Api, etf: Api) -> None:
    path = await concluded(dock, etf, "A-1")

    answered = await attempt(etf, f"{path}/parties", {"organisation": "Humanitas", "role": "support"})

    listed = (await read(etf, f"{path}/parties"))["items"]
    assert answered.status_code == 201
    assert [(each["organisation"], each["role"]) for each in listed] == [
        ("DOCK", "referrer"),
        ("Expertiseteam Financiën", "counsellor"),
        ("Humanitas", "support"),
    ]
    assert answered.json() == listed[-1]
    own = (await read(dock, "/trajectories"))["items"][0]["id"]
    assert (await dock.get(f"/v1/trajectories/{own}/parties")).status_code == 404


async def test_history_tells_the_chain_from_the_referral_on(dock: Api, etf: Api) -> None:
    path = await concluded(dock, etf, "A-1")

    actions = [entry["action"] for entry in (await read(etf, f"{path}/history"))["items"]]

    assert actions == ["register", "confirm", "schedule", "attend", "conclude", "open"]


async def test_plan_cannot_be_signed_before_the_intake(dock: Api, etf: Api) -> None:
    path = await concluded(dock, etf, "A-1")

    answered = await attempt(etf, f"{path}/plan", {"signedOn": "2026-03-01"})

    assert fault(answered) == ("signedOn", "not-before-intake")


async def test_drop_out_reason_goes_with_a_drop_out_only(dock: Api, etf: Api) -> None:
    path = await concluded(dock, etf, "A-1")

    answered = await attempt(etf, f"{path}/result", {"result": "social_loan", "dropOutReason": "other"})

    assert fault(answered) == ("dropOutReason", "only-with-drop-out")


@pytest.mark.parametrize(
    ("address", "body", "field"),
    [
        ("plan", {"signedOn": "2026-04-01"}, "signedOn"),
        ("result", {"result": "social_loan", "decidedOn": "2026-04-01"}, "decidedOn"),
        ("kbr-application", {"status": "submitted", "changedOn": "2026-04-01"}, "changedOn"),
        ("closure", {"reason": "moved_away", "closedOn": "2026-04-01"}, "closedOn"),
    ],
)
async def test_what_happened_cannot_lie_in_the_future(
    dock: Api, etf: Api, address: str, body: dict[str, str], field: str
) -> None:
    path = await concluded(dock, etf, "A-1")

    answered = await attempt(etf, f"{path}/{address}", body)

    assert fault(answered) == (field, "not-in-future")


async def test_application_cannot_skip_a_step(dock: Api, etf: Api) -> None:
    path = await concluded(dock, etf, "A-1")

    answered = await attempt(etf, f"{path}/kbr-application", {"status": "granted"})

    assert (answered.status_code, answered.json()["code"]) == (409, "transition-not-allowed")


async def test_trajectory_cannot_change_without_its_present_tag(dock: Api, etf: Api) -> None:
    path = await concluded(dock, etf, "A-1")
    stale = (await etf.get(f"/v1{path}")).headers["etag"]
    await step(etf, f"{path}/plan", {"signedOn": "2026-03-02"})

    without = await etf.post(f"/v1{path}/pause", json={})
    with_stale = await etf.post(f"/v1{path}/pause", json={}, headers={"If-Match": stale})

    assert (without.status_code, with_stale.status_code) == (428, 412)


async def test_referrer_cannot_guide(dock: Api, operator: Api, etf: Api) -> None:
    await concluded(dock, etf, "A-1")
    own = (await read(dock, "/trajectories"))["items"][0]["id"]

    answered = await attempt(dock, f"/trajectories/{own}/pause")

    assert answered.status_code == 403


async def test_step_that_was_repeated_is_done_once(dock: Api, etf: Api) -> None:
    path = await concluded(dock, etf, "A-1")
    headers = {"Idempotency-Key": "once", "If-Match": (await etf.get(f"/v1{path}")).headers["etag"]}
    body = {"result": "social_loan", "decidedOn": "2026-03-02"}

    first = await etf.post(f"/v1{path}/result", json=body, headers=headers)
    again = await etf.post(f"/v1{path}/result", json=body, headers=headers)

    assert first.content == again.content
    actions = [entry["action"] for entry in (await read(etf, f"{path}/history"))["items"]]
    assert actions.count("decide") == 1


async def test_cursor_of_the_list_does_not_hold_when_the_intake_was_concluded(dock: Api, etf: Api) -> None:
    for number in range(3):
        await concluded(dock, etf, f"T-{number}")

    first = await read(dock, "/trajectories?limit=2")
    second = await read(dock, f"/trajectories?limit=2&cursor={first['nextCursor']}")

    cursor = urlsafe_b64decode(first["nextCursor"] + "==").decode()
    assert json.loads(cursor) == [first["items"][-1]["id"]]
    assert len({each["id"] for each in (*first["items"], *second["items"])}) == 3
    unknown = text_cursor("019ab3f2-7c00-7000-8000-000000000003")
    assert fault(await dock.get(f"/v1/trajectories?cursor={unknown}")) == ("cursor", "cursor")


async def test_the_plan_of_the_first_talk_opens_the_trajectory_to_which_the_result_is_added(
    dock: Api, etf: Api
) -> None:
    path = await attended(dock, etf, "K-1")

    await step(etf, f"{path}/plan", {"signedOn": "2026-03-02", "documentReference": "RDD-1"})
    opened = (await read(etf, path))["trajectory"]
    await step(etf, f"{path}/intake-result", {"result": "route_to_kbr", "concludedOn": "2026-03-02"})

    referral = await read(etf, path)
    trajectory = await read(etf, f"/trajectories/{opened['id']}")
    assert (referral["status"], referral["trajectory"]["id"]) == ("concluded", opened["id"])
    assert (trajectory["status"], trajectory["startedOn"]) == ("running", "2026-03-02")
    assert trajectory["plan"]["documentReference"] == "RDD-1"


async def test_a_second_plan_of_the_first_talk_replaces_the_first_as_one_of_the_trajectory_does(
    dock: Api, etf: Api
) -> None:
    path = await attended(dock, etf, "K-1")
    await step(etf, f"{path}/plan", {"signedOn": "2026-03-02"})

    changed = await step(etf, f"{path}/plan", {"signedOn": "2026-03-02", "documentReference": "RDD-2"})

    trajectory = await read(etf, f"/trajectories/{changed['trajectory']['id']}")
    assert trajectory["plan"]["documentReference"] == "RDD-2"
