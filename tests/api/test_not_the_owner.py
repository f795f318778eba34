"""Words over the API on what another party owns: refused, kept once, shown, decided, and told to nobody."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.api.state import AppState
from app.domain.codes import System
from app.models.delivery.outbox import chain_events
from app.operations.access.clients import save_client
from tests.api.conftest import PROCESSES, REFERS, SECRET, SignIn
from tests.support.api_calls import Json, attempt, attended, concluded, path_for, read, refer, step
from tests.support.conflicts import stored_values
from tests.support.hub import Dump, dump_of
from tests.support.ownership import conflicts

Api = httpx.AsyncClient
PLANNED = {
    "startsAt": "2026-03-09T10:00:00+01:00",
    "threeWay": True,
    "place": "Noord",
    "counsellor": {"name": "Z. Ander"},
}


@pytest.fixture
async def team(hub: AppState, sign_in: SignIn) -> Api:
    """Return the finance team with every scope that a referrer has as well."""
    await _with_all_scopes(hub, "team", "expertiseteam-financien")
    return await sign_in("team")


@pytest.fixture
async def dock_with_all_scopes(hub: AppState, sign_in: SignIn) -> Api:
    """Return DOCK with every scope that the finance team has as well."""
    await _with_all_scopes(hub, "dock-with-all-scopes", "dock")
    return await sign_in("dock-with-all-scopes")


async def _with_all_scopes(hub: AppState, client_id: str, code: str) -> None:
    scopes = REFERS | PROCESSES
    await hub.db.write(save_client, hub.services, client_id, organisation_code=code, scopes=scopes, secret=SECRET)


async def _patch(api: Api, path: str, **values: object) -> httpx.Response:
    return await api.patch(f"/v1{path}", json=values, headers={"If-Match": "*"})


async def _listed(hub: AppState, operator: Api, system: str, state: str = "open") -> Sequence[Json]:
    """Return the conflicts as an operator reads them, with the values that are stored."""
    items: Sequence[Json] = (await read(operator, f"/partners/{system}/conflicts?state={state}"))["items"]
    stored = await stored_values(hub, system, state)
    return [each | {f"{side}Value": value for side, value in stored[each["id"]].items()} for each in items]


async def _changed_since(hub: AppState, before: Dump) -> set[str]:
    after = await hub.db.read(dump_of)
    return {name for name, rows in after.items() if rows != before[name]}


def _values(found: Json) -> tuple[Any, ...]:
    return found["field"], found.get("hubValue"), found.get("partnerValue"), found.get("baseValue")


def _code(answered: httpx.Response) -> tuple[int, str]:
    return answered.status_code, answered.json()["code"]


async def test_what_the_finance_team_says_of_a_referrers_words_is_refused_and_kept(
    hub: AppState, dock: Api, team: Api, operator: Api
) -> None:
    await refer(dock, reference="A-1", reason="Huur", caseLead="A. Regie")
    path = await path_for(team, "A-1")

    answered = await _patch(team, path, reason="Energie", worker={"name": "C. Smit"})

    assert _code(answered) == (409, "not-the-owner")
    assert answered.json()["detail"].startswith("referral.reason, worker.name: another party owns this.")
    assert "referrer" in answered.json()["detail"]
    found = await _listed(hub, operator, "allegro")
    assert sorted(map(_values, found)) == [
        ("referral.reason", "Huur", "Energie", "Huur"),
        ("worker.name", "A. de Vries", "C. Smit", "A. de Vries"),
    ]
    assert {(each["reason"], each["state"]) for each in found} == {("not-the-owner", "open")}
    assert {f"/referrals/{each['referralId']}" for each in found} == {path}


async def test_a_refused_word_changes_nothing_and_is_told_to_nobody(dock: Api, team: Api, hub: AppState) -> None:
    await refer(dock, reference="A-1", reason="Huur")
    path = await path_for(team, "A-1")
    before = await hub.db.read(dump_of)

    await _patch(team, path, reason="Energie")

    assert await _changed_since(hub, before) == {"conflict"}
    assert "energie" not in repr(await hub.db.read(dump_of)).casefold()


async def test_saying_the_same_again_adds_no_conflict_and_another_value_does(
    dock: Api, team: Api, hub: AppState
) -> None:
    await refer(dock, reference="A-1", reason="Huur", worker={"name": "A. de Vries", "phone": "010-5550100"})
    path = await path_for(team, "A-1")

    for reason in ("Energie", "Energie", " Energie  ", "Zorg"):
        assert _code(await _patch(team, path, reason=reason)) == (409, "not-the-owner")

    assert len(await conflicts(hub.db)) == 2


async def test_a_word_that_is_repeated_shows_what_the_hub_has_by_then(
    hub: AppState, dock: Api, team: Api, operator: Api
) -> None:
    made = await refer(dock, reference="A-1", reason="Huur")
    path = await path_for(team, "A-1")
    await _patch(team, path, reason="Energie")
    assert (await _patch(dock, f"/referrals/{made['id']}", reason="Water")).status_code == 200

    await _patch(team, path, reason="Energie")

    (found,) = await _listed(hub, operator, "allegro")
    assert _values(found) == ("referral.reason", "Water", "Energie", "Water")


async def test_saying_what_the_hub_has_is_no_conflict(dock: Api, team: Api, hub: AppState) -> None:
    await refer(dock, reference="A-1", reason="Huur", worker={"name": "A. de Vries", "phone": "010-5550100"})
    path = await path_for(team, "A-1")

    same = await _patch(team, path, reason="Huur")
    written_otherwise = await _patch(team, path, worker={"phone": "+31 10 555 01 00"})

    assert (same.status_code, written_otherwise.status_code) == (200, 409)
    assert await conflicts(hub.db) == []


@pytest.mark.parametrize(
    ("context", "body", "kept"),
    [
        ("confirmation", {}, {"referral.status": ("attended", "confirmed")}),
        (
            "confirmation",
            {"counsellor": {"name": "Z. Ander"}},
            {"referral.status": ("attended", "confirmed"), "counsellor.name": ("B. Bakker", "Z. Ander")},
        ),
        ("rejection", {"reason": "not_a_resident"}, {"referral.rejection_reason": (None, "not_a_resident")}),
        ("contact-loss", {}, {"referral.closure_reason": (None, "no_contact")}),
        (
            "intake-result",
            {"result": "social_loan", "concludedOn": "2026-03-02"},
            {"intake.result": (None, "social_loan"), "intake.concluded_on": (None, "2026-03-02")},
        ),
        (
            "appointments",
            PLANNED,
            {"appointment.place": (None, "Noord"), "counsellor.name": ("B. Bakker", "Z. Ander")}
            | {"appointment.three_way": (False, True)},
        ),
    ],
)
async def test_a_referrer_cannot_record_what_the_finance_team_owns(  # who and what
    dock_with_all_scopes: Api, etf: Api, operator: Api, hub: AppState, context: str, body: Json, kept: Json
) -> None:
    path = await attended(dock_with_all_scopes, etf, "A-1")
    own = (await read(dock_with_all_scopes, "/referrals"))["items"][0]["id"]
    before = await read(etf, path)

    answered = await attempt(dock_with_all_scopes, f"/referrals/{own}/{context}", body)

    assert _code(answered) == (409, "not-the-owner")
    assert "finance_team" in answered.json()["detail"]
    found = {
        each["field"]: (each.get("hubValue"), each["partnerValue"]) for each in await _listed(hub, operator, "api")
    }
    assert found == kept
    assert await read(etf, path) == before


async def test_a_referrer_cannot_record_attendance(
    dock_with_all_scopes: Api, etf: Api, operator: Api, hub: AppState
) -> None:
    await refer(dock_with_all_scopes, reference="A-1")
    path = await path_for(etf, "A-1")
    await step(etf, f"{path}/confirmation")
    await step(etf, f"{path}/appointments", PLANNED | {"threeWay": False})
    own = f"/referrals/{(await read(dock_with_all_scopes, '/referrals'))['items'][0]['id']}"
    (told,) = (await read(dock_with_all_scopes, f"{own}/appointments"))["items"]
    before = await hub.db.read(dump_of)

    answered = await attempt(dock_with_all_scopes, f"{own}/appointments/{told['id']}/attendance", {"attended": False})

    assert _code(answered) == (409, "not-the-owner")
    assert await _changed_since(hub, before) == {"conflict"}
    (found,) = await _listed(hub, operator, "api")
    assert _values(found) == ("appointment.status", "scheduled", "missed", "scheduled")


@pytest.mark.parametrize(
    ("context", "body", "kept"),
    [
        ("plan", {"signedOn": "2026-03-02"}, {"plan.signed_on": (None, "2026-03-02")}),
        ("result", {"result": "social_loan"}, {"result.code": (None, "social_loan")}),
        ("kbr-application", {"status": "submitted"}, {"kbr.status": (None, "submitted")}),
        ("pause", {}, {"trajectory.status": ("planning", "paused")}),
        ("resumption", {}, {"trajectory.status": ("planning", "running")}),
        (
            "closure",
            {"reason": "moved_away", "closedOn": "2026-03-02"},
            {"trajectory.closure_reason": (None, "moved_away"), "trajectory.ended_on": (None, "2026-03-02")},
        ),
    ],
)
async def test_a_referrer_cannot_guide_a_trajectory(
    hub: AppState,  # who and what
    dock_with_all_scopes: Api,
    etf: Api,
    operator: Api,
    context: str,
    body: Json,
    kept: Json,
) -> None:
    path = await concluded(dock_with_all_scopes, etf, "A-1")
    own = (await read(dock_with_all_scopes, "/trajectories"))["items"][0]["id"]
    before = await read(etf, path)

    answered = await attempt(dock_with_all_scopes, f"/trajectories/{own}/{context}", body)

    assert _code(answered) == (409, "not-the-owner")
    found = {
        each["field"]: (each.get("hubValue"), each["partnerValue"]) for each in await _listed(hub, operator, "api")
    }
    assert found == kept
    assert await read(etf, path) == before


async def test_a_registration_system_cannot_confirm_and_its_word_stands_under_its_name(
    hub: AppState, sign_in: SignIn, etf: Api, operator: Api
) -> None:
    await _with_all_scopes(hub, "gidso-all", "gidso")
    gidso = await sign_in("gidso-all")
    await refer(gidso, organisationCode="wijkteam-feijenoord", reference="G-1")

    answered = await attempt(gidso, f"{await path_for(etf, 'G-1')}/confirmation")

    assert _code(answered) == (409, "not-the-owner")
    assert [each["field"] for each in await _listed(hub, operator, "gidso")] == ["referral.status"]


async def test_who_lacks_a_scope_or_cannot_see_the_referral_leaves_no_conflict(
    dock: Api, pit010: Api, etf: Api, hub: AppState
) -> None:
    made = await refer(dock, reference="A-1", reason="Huur")

    without_scope = await _patch(etf, await path_for(etf, "A-1"), reason="Energie")
    unseen = await _patch(pit010, f"/referrals/{made['id']}", reason="Energie")

    assert (without_scope.status_code, unseen.status_code) == (403, 404)
    assert await conflicts(hub.db) == []


async def test_what_is_refused_for_another_reason_leaves_no_conflict(dock: Api, team: Api, hub: AppState) -> None:
    await refer(dock, reference="A-1", reason="Huur")
    path = await path_for(team, "A-1")

    stale = await team.patch(f"/v1{path}", json={"reason": "Energie"}, headers={"If-Match": '"stale"'})
    invalid = await _patch(team, path, reason="Energie", area="Atlantis")
    signal = await attempt(team, f"{path}/signals", {"kind": "worker_changed"})

    assert (stale.status_code, invalid.status_code, signal.status_code) == (412, 400, 403)
    assert await conflicts(hub.db) == []


async def test_the_operator_cannot_make_a_conflict_in_which_to_read_what_is_withheld(
    dock: Api, etf: Api, operator: Api, hub: AppState
) -> None:
    await refer(dock, reference="A-1")

    answered = await _patch(operator, await path_for(etf, "A-1"), client={"familyName": "Pietersen"})

    assert _code(answered) == (403, "forbidden")
    assert await conflicts(hub.db) == []


@pytest.mark.parametrize("organisation", ["beheer", "kredietbank"])
async def test_who_does_not_read_what_a_referrer_said_cannot_find_it_by_guessing(
    dock: Api, etf: Api, hub: AppState, sign_in: SignIn, organisation: str
) -> None:
    # Only a case that leads to the credit bank exists for the bank.
    await concluded(dock, etf, "A-1", reason="Huur")
    path = await path_for(etf, "A-1")
    await _with_all_scopes(hub, "guesser", organisation)
    guesser = await sign_in("guesser")

    answers = [await _patch(guesser, path, reason=guess) for guess in ("Huur", "Energie")]

    assert [_code(each) for each in answers] == [(403, "forbidden")] * 2
    assert answers[0].json()["detail"] == answers[1].json()["detail"]
    assert await conflicts(hub.db) == []


async def test_a_word_that_is_decided_for_is_recorded_and_told_to_the_system_that_did_not_have_it(
    dock: Api, team: Api, operator: Api, hub: AppState
) -> None:
    await refer(dock, reference="A-1", reason="Huur")
    path = await path_for(team, "A-1")
    await _patch(team, path, reason="Energie")
    (found,) = await _listed(hub, operator, "allegro")

    answered = await operator.post(f"/v1/partners/allegro/conflicts/{found['id']}/decision", json={"keep": "partner"})

    assert (answered.status_code, answered.json()["state"]) == (200, "taken")
    assert (await read(team, path))["reason"] == "Energie"
    events = await hub.db.read(chain_events, UUID(found["referralId"]))
    assert [(each.event.type.value.split(".")[3], each.source_system) for each in events] == [
        ("received", System.API),
        ("amended", System.API),
    ]


async def test_what_the_finance_team_records_is_left_to_it_by_a_decision(
    dock_with_all_scopes: Api, etf: Api, operator: Api, hub: AppState
) -> None:
    made = await refer(dock_with_all_scopes, reference="A-1")
    await attempt(dock_with_all_scopes, f"/referrals/{made['id']}/confirmation")
    (found,) = await _listed(hub, operator, "api")
    decision = f"/v1/partners/api/conflicts/{found['id']}/decision"

    for_the_caller = await operator.post(decision, json={"keep": "partner"})
    before = await hub.db.read(dump_of)
    for_the_hub = await operator.post(decision, json={"keep": "hub"})

    assert (for_the_caller.status_code, for_the_hub.status_code) == (409, 200)
    assert await _changed_since(hub, before) == {"conflict", "stored_answer"}
    assert await _listed(hub, operator, "api") == []
    assert (await read(etf, await path_for(etf, "A-1")))["status"] == "received"


async def test_a_word_that_came_true_can_be_decided_for(
    hub: AppState, dock_with_all_scopes: Api, etf: Api, operator: Api
) -> None:
    made = await refer(dock_with_all_scopes, reference="A-1")
    await attempt(dock_with_all_scopes, f"/referrals/{made['id']}/confirmation")
    (found,) = await _listed(hub, operator, "api")
    await step(etf, f"{await path_for(etf, 'A-1')}/confirmation")

    answered = await operator.post(f"/v1/partners/api/conflicts/{found['id']}/decision", json={"keep": "partner"})

    assert (answered.status_code, answered.json()["state"]) == (200, "taken")


async def test_there_are_no_conflicts_with_an_unknown_system(operator: Api) -> None:
    assert (await operator.get("/v1/partners/suwinet/conflicts")).status_code == 404
