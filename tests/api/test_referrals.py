"""Referrals by REST: made, read, listed, searched and changed."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from app.api.state import AppState
from app.models.cases.history import list_history
from app.models.delivery.outbox import take_unrelayed
from app.sandbox.runtime import SettableClock
from tests.support.api_calls import Json, attempt, fault, path_for, read, refer, referral, step

Api = httpx.AsyncClient
BSN = "999990019"


async def event_types(hub: AppState) -> list[str]:
    stored = await hub.db.write(take_unrelayed, 100, hub.services.clock.now())
    return [each.event.type.value.removeprefix("nl.trajecthub.") for each in stored]


async def test_answer_to_a_new_referral_is_what_reading_it_gives(dock: Api, gidso: Api) -> None:
    said = referral(threats=["eviction"], receivedAt="2026-01-05T10:30:00.123456+01:00", reason="Huur")
    known = said | {"client": {**said["client"], "bsn": BSN}, "organisationCode": "wijkteam-feijenoord"}

    made = [
        (caller, await caller.post("/v1/referrals", json=body))
        for caller, body in ((dock, said), (gidso, known), (gidso, known))
    ]

    for caller, answered in made:
        assert answered.status_code == 201, answered.text
        found = await caller.get(answered.headers["location"])
        assert found.json() == answered.json()
        assert found.headers["etag"] == answered.headers["etag"]


async def test_new_referral_is_answered_with_its_place_its_tag_and_advice(dock: Api) -> None:
    answered = await dock.post("/v1/referrals", json=referral(reference="A-1", threats=["eviction"]))

    body = answered.json()
    assert answered.status_code == 201
    assert answered.headers["location"] == f"https://hub.example.nl/v1/referrals/{body['id']}"
    assert body["status"] == "received"
    assert body["advice"] == ["crisis_to_credit_bank"]
    assert body["client"]["familyName"] == "Jansen"
    remap = await dock.get(f"/v1/referrals/{body['id']}")
    assert remap.json() == body
    assert remap.headers["etag"] == answered.headers["etag"]


async def test_advice_is_what_is_agreed_with_the_kind_of_referrer(operator: Api, dock: Api, gidso: Api) -> None:
    desk = {"name": "Vraagwijzer Noord", "kind": "vraagwijzer", "system": "gidso"}
    assert (await operator.put("/v1/organisations/vraagwijzer-noord", json=desk)).status_code == 201
    several = {"assessment": {"lifeDomains": ["finances", "housing"]}}

    team = await refer(gidso, organisationCode="wijkteam-feijenoord", **several)
    to_team = await refer(gidso, organisationCode="vraagwijzer-noord", **several)
    welfare = await refer(dock, **several)

    assert team["advice"] == []
    assert to_team["advice"] == ["neighbourhood_team_refers"]
    assert welfare["advice"] == ["neighbourhood_team", "assessment_missing"]


async def test_outside_referrer_reads_ids_of_its_own(dock: Api, etf: Api) -> None:
    made = await refer(dock, reference="A-1")

    path = await path_for(etf, "A-1")

    team = await read(etf, path)
    assert team["id"] != made["id"]
    assert team["client"]["id"] != made["client"]["id"]
    assert (await etf.get(f"/v1/referrals/{made['id']}")).status_code == 404
    assert (await dock.get(f"/v1{path}")).status_code == 404


async def test_another_organisations_referral_does_not_exist(dock: Api, pit010: Api, gidso: Api) -> None:
    made = await refer(dock)

    for other in (pit010, gidso):
        answered = await other.get(f"/v1/referrals/{made['id']}")
        assert answered.status_code == 404
        refused = await other.post(f"/v1/referrals/{made['id']}/signals", json={"kind": "worker_changed"})
        assert refused.status_code == 404


async def test_registration_system_refers_for_its_own_organisations_only(gidso: Api, rmw: Api) -> None:
    made = await refer(gidso, organisationCode="wijkteam-feijenoord", reference="G-1")

    assert made["organisation"] == "Wijkteam Feijenoord"
    refused = await rmw.post("/v1/referrals", json=referral(organisationCode="wijkteam-feijenoord"))
    assert refused.status_code == 403
    assert fault(await gidso.post("/v1/referrals", json=referral())) == ("organisationCode", "required")


async def test_referrer_cannot_refer_for_another_organisation(dock: Api) -> None:
    answered = await dock.post("/v1/referrals", json=referral(organisationCode="pit010"))

    assert answered.status_code == 403


async def test_operator_cannot_refer(operator: Api, hub: AppState) -> None:
    answered = await operator.post("/v1/referrals", json=referral(organisationCode="dock"))

    assert answered.status_code == 403
    assert await event_types(hub) == []


async def test_bsn_is_refused_from_outside_and_found_from_inside(dock: Api, gidso: Api, rmw: Api) -> None:
    client = {"givenName": "Jan", "familyName": "Jansen", "birthDate": "1988-04-12", "bsn": BSN}
    made = await refer(gidso, organisationCode="wijkteam-feijenoord", client=client)

    found = await gidso.post("/v1/referrals/_search", json={"bsn": BSN})
    unfound = await rmw.post("/v1/referrals/_search", json={"bsn": BSN})

    assert [item["id"] for item in found.json()["items"]] == [made["id"]]
    assert unfound.json()["items"] == []
    assert fault(await dock.post("/v1/referrals", json=referral(client=client))) == ("client.bsn", "bsn-not-allowed")
    assert fault(await dock.post("/v1/referrals/_search", json={"bsn": BSN})) == ("bsn", "bsn-not-allowed")


async def test_operator_cannot_find_out_whether_somebody_is_known(gidso: Api, operator: Api) -> None:
    client = {"givenName": "Jan", "familyName": "Jansen", "birthDate": "1988-04-12", "bsn": BSN}
    await refer(gidso, organisationCode="wijkteam-feijenoord", client=client, reference="G-1")

    by_bsn = await operator.post("/v1/referrals/_search", json={"bsn": BSN})
    by_reference = await operator.post("/v1/referrals/_search", json={"reference": "G-1"})

    assert by_bsn.json()["items"] == by_reference.json()["items"] == []
    assert len((await read(operator, "/referrals"))["items"]) == 1


async def test_search_for_nothing_is_refused(dock: Api) -> None:
    answered = await dock.post("/v1/referrals/_search", json={"limit": 10})

    assert fault(answered) == ("body", "not-empty")


async def test_same_request_again_gets_the_same_answer_and_does_nothing(dock: Api, hub: AppState) -> None:
    key = {"Idempotency-Key": "the-same"}
    first = await dock.post("/v1/referrals", json=referral(), headers=key)

    again = await dock.post("/v1/referrals", json=referral(), headers=key)
    other = await dock.post("/v1/referrals", json=referral(area="Charlois"), headers=key)

    assert (again.status_code, again.content, again.headers["etag"]) == (201, first.content, first.headers["etag"])
    assert again.headers["idempotency-replayed"] == "true"
    assert other.status_code == 409
    assert other.json()["code"] == "idempotency-conflict"
    assert await event_types(hub) == ["referrals.received.v1"]


async def test_reference_is_used_once(dock: Api, pit010: Api) -> None:
    await refer(dock, reference="A-1")

    answered = await dock.post("/v1/referrals", json=referral(reference="A-1"))

    assert (answered.status_code, answered.json()["code"]) == (409, "duplicate-reference")
    assert (await refer(pit010, reference="A-1"))["reference"] == "A-1"


async def test_new_referral_links_to_an_earlier_one_of_the_same_referrer(dock: Api, pit010: Api) -> None:
    earlier = await refer(dock)

    later = await refer(dock, previousId=earlier["id"])

    assert later["previousId"] == earlier["id"]
    refused = await pit010.post("/v1/referrals", json=referral(previousId=earlier["id"]))
    assert fault(refused) == ("previousId", "known-referral")


async def test_a_client_who_is_referred_again_is_linked_to_the_referrers_own_earlier_referral(
    gidso: Api, operator: Api, clock: SettableClock
) -> None:
    client, other = referral()["client"], {"name": "Wijkteam IJsselmonde", "kind": "wijkteam", "system": "gidso"}
    await operator.put("/v1/organisations/wijkteam-ijsselmonde", json=other)

    async def again(code: str, **known: str) -> Json:
        clock.set(clock.now() + timedelta(minutes=1))
        return await refer(gidso, organisationCode=code, client=client | known)

    of_another = await again("wijkteam-ijsselmonde", bsn=BSN)
    first = await again("wijkteam-feijenoord", bsn=BSN)
    mistaken = await again("wijkteam-feijenoord", bsn=BSN)
    await step(gidso, f"/referrals/{mistaken['id']}/entry-error")
    third = await again("wijkteam-feijenoord", bsn=BSN)
    unknown = await again("wijkteam-feijenoord")

    linked = [each.get("previousId") for each in (of_another, first, mistaken, third, unknown)]
    assert linked == [None, None, first["id"], first["id"], None]


async def test_pages_hold_every_referral_once_newest_first(dock: Api, clock: SettableClock) -> None:
    for number in range(5):
        clock.set(clock.now() + timedelta(minutes=1))
        await refer(dock, reference=str(number))

    seen, pages, url = [], 0, "/v1/referrals?limit=2&area=Noord"
    while url:
        page = await dock.get(url)
        seen += [item["reference"] for item in page.json()["items"]]
        url = page.links.get("next", {}).get("url", "")
        assert ("nextCursor" in page.json()) == bool(url)
        pages += 1

    assert seen == ["4", "3", "2", "1", "0"]
    assert pages == 3


async def test_cursor_does_not_hold_the_hubs_own_id(dock: Api, etf: Api) -> None:
    await refer(dock, reference="A-1")
    await refer(dock, reference="A-2")

    theirs = (await dock.get("/v1/referrals?limit=1")).json()["nextCursor"]
    ours = (await etf.get("/v1/referrals?limit=1")).json()["nextCursor"]

    assert theirs != ours


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ("status=received", 1),
        ("status=confirmed", 1),
        ("organisation=dock", 2),
        ("organisation=pit010", 0),
        ("referrerKind=welzijnsorganisatie", 2),
        ("referrerKind=wijkteam", 0),
        ("area=Charlois", 1),
        ("counsellor=B.%20Bakker", 1),
        ("receivedFrom=2026-03-02T10:30:00%2B01:00", 2),
        ("receivedUntil=2026-03-02T09:30:00Z", 0),
    ],
)
async def test_list_is_filtered(dock: Api, etf: Api, filters: str, count: int) -> None:
    await refer(dock, reference="A-1", area="Charlois")
    await refer(dock, reference="A-2")
    await step(etf, f"{await path_for(etf, 'A-2')}/confirmation", {"counsellor": {"name": "B. Bakker"}})

    page = await read(etf, f"/referrals?{filters}")

    assert len(page["items"]) == count


async def test_filter_tells_no_referrer_what_it_may_not_read(court: Api, etf: Api) -> None:
    await refer(court, reference="C-1")
    await step(etf, f"{await path_for(etf, 'C-1')}/confirmation", {"counsellor": {"name": "B. Bakker"}})

    page = await read(court, "/referrals?counsellor=B.%20Bakker")

    assert page["items"] == []
    assert "counsellor" not in (await read(court, "/referrals"))["items"][0]


async def test_referrer_changes_what_it_said(dock: Api, etf: Api, hub: AppState) -> None:
    made = await refer(dock, reference="A-1", reason="Huurachterstand.", threats=["seizure"])
    tag = {"If-Match": (await dock.get(f"/v1/referrals/{made['id']}")).headers["etag"]}
    patch = {"worker": {"phone": "+31 10 765 43 21"}, "reason": None, "client": {"email": "jan@example.nl"}}

    answered = await dock.patch(
        f"/v1/referrals/{made['id']}",
        json=patch,
        headers=tag | {"Content-Type": "application/merge-patch+json"},
    )

    body = answered.json()
    assert answered.status_code == 200
    assert body["worker"] == {"name": "A. de Vries", "phone": "+31 10 765 43 21"}
    assert "reason" not in body
    assert body["threats"] == ["seizure"]
    assert (body["client"]["email"], body["client"]["familyName"]) == ("jan@example.nl", "Jansen")
    assert (await read(etf, await path_for(etf, "A-1")))["worker"]["phone"] == "+31 10 765 43 21"
    assert await event_types(hub) == ["referrals.received.v1", "referrals.amended.v1"]


@pytest.mark.parametrize(
    ("patch", "field", "rule"),
    [
        ({"area": None}, "area", "missing"),
        ({"area": "Atlantis"}, "area", "known-area"),
        ({"reference": "other"}, "reference", "extra-forbidden"),
        ({"client": {"birthDate": "tomorrow"}}, "client.birthDate", "birth-date"),
        ({"client": {"bsn": BSN}}, "client.bsn", "bsn-not-allowed"),
        ({"worker": "A. de Vries"}, "worker", "model-type"),
    ],
)
async def test_change_that_breaks_a_rule_is_refused(dock: Api, patch: dict[str, object], field: str, rule: str) -> None:
    made = await refer(dock)

    answered = await dock.patch(f"/v1/referrals/{made['id']}", json=patch, headers={"If-Match": "*"})

    assert fault(answered) == (field, rule)
    assert (await read(dock, f"/referrals/{made['id']}")) == made


async def test_bsn_cannot_change(gidso: Api) -> None:
    client = {"givenName": "Jan", "familyName": "Jansen", "birthDate": "1988-04-12", "bsn": BSN}
    made = await refer(gidso, organisationCode="wijkteam-feijenoord", client=client)

    for bsn in (None, "111222333"):
        body = {"client": {"bsn": bsn}}
        answered = await gidso.patch(f"/v1/referrals/{made['id']}", json=body, headers={"If-Match": "*"})
        assert fault(answered) == ("client.bsn", "unchangeable")


async def test_change_that_changes_nothing_is_no_event(dock: Api, hub: AppState) -> None:
    made = await refer(dock)

    answered = await dock.patch(f"/v1/referrals/{made['id']}", json={"area": "Noord"}, headers={"If-Match": "*"})

    assert answered.json() == made
    assert await event_types(hub) == ["referrals.received.v1"]


async def test_change_needs_the_present_tag(dock: Api, hub: AppState) -> None:
    made = await refer(dock)
    path = f"/v1/referrals/{made['id']}"
    stale = (await dock.get(path)).headers["etag"]
    await step(dock, f"/referrals/{made['id']}/signals", {"kind": "worker_changed"})
    await dock.patch(path, json={"worker": {"name": "C. Smit"}}, headers={"If-Match": stale})

    without = await dock.patch(path, json={"worker": {"name": "D. Dijk"}})
    with_stale = await dock.patch(path, json={"worker": {"name": "D. Dijk"}}, headers={"If-Match": stale})

    assert (without.status_code, without.json()["code"]) == (428, "precondition-required")
    assert (with_stale.status_code, with_stale.json()["code"]) == (412, "precondition-failed")
    assert (await read(dock, f"/referrals/{made['id']}"))["worker"]["name"] == "C. Smit"


async def test_failed_step_leaves_neither_history_nor_event(dock: Api, etf: Api, hub: AppState) -> None:
    await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")

    answered = await attempt(etf, f"{path}/intake-result", {"result": "route_to_kbr", "concludedOn": "2026-03-02"})

    assert (answered.status_code, answered.json()["code"]) == (409, "transition-not-allowed")
    assert await event_types(hub) == ["referrals.received.v1"]
    entries = await hub.db.read(list_history, UUID(path.rpartition("/")[2]))
    assert [entry.action for entry in entries] == ["register"]


async def test_key_of_a_failed_request_may_be_used_again(dock: Api) -> None:
    key = {"Idempotency-Key": "mended"}
    failed = await dock.post("/v1/referrals", json=referral(area="Atlantis"), headers=key)

    mended = await dock.post("/v1/referrals", json=referral(), headers=key)

    assert (failed.status_code, mended.status_code) == (400, 201)
