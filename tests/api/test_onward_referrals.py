"""A client is referred onward: it arrives with consent, is answered there, and nobody else learns of it."""

from typing import Any

import pytest

from tests.api.conftest import Api, SignIn
from tests.support.api_calls import Json, attempt, path_for, read, refer, step

CONSENT = {"scopes": ["feedback_to_referrer", "referral"], "givenOn": "2026-03-01"}


async def confirmed(owner: Api, etf: Api, reference: str, **more: Any) -> str:
    """Return the finance team's path of a referral that it took on."""
    await refer(owner, reference=reference, **more)
    path = await path_for(etf, reference)
    await step(etf, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker", "phone": "+31 10 555 01 00"}})
    return path


async def events(caller: Api) -> list[Json]:
    """Return what a caller reads by polling."""
    items: list[Json] = (await read(caller, "/events"))["items"]
    return items


def names(heard: list[Json]) -> list[str]:
    return [each["type"].removeprefix("nl.trajecthub.referrals.").removesuffix(".v1") for each in heard]


async def test_a_client_arrives_at_the_organisation_and_its_answer_is_read_by_the_counsellor(
    dock: Api, pit010: Api, etf: Api
) -> None:
    path = await confirmed(dock, etf, "A-1", consent=CONSENT)

    made = await step(etf, f"{path}/onward-referrals", {"organisationCode": "pit010"})
    (arrived,) = (await read(pit010, "/arrivals"))["items"]
    answered = await step(pit010, f"/arrivals/{arrived['id']}/status", {"status": "accepted"})

    assert (made["to"], made["status"], arrived["status"], answered["status"]) == ("PIT010", "made", "made", "accepted")
    assert arrived["client"]["familyName"] == "Jansen"
    assert arrived["counsellor"] == {"name": "B. Bakker", "phone": "+31 10 555 01 00"}
    assert arrived["referral"]["area"] == "Noord"
    assert "bsn" not in str(arrived)
    (known,) = (await read(etf, f"{path}/onward-referrals"))["items"]
    assert (known["status"], known["to"]) == ("accepted", "PIT010")
    assert (await pit010.get(f"/v1/arrivals/{arrived['id']}")).json()["status"] == "accepted"


async def test_who_receives_a_client_sees_nothing_else_of_the_referral(dock: Api, pit010: Api, etf: Api) -> None:
    path = await confirmed(dock, etf, "A-1", consent=CONSENT)
    await step(etf, f"{path}/onward-referrals", {"organisationCode": "pit010"})
    (arrived,) = (await read(pit010, "/arrivals"))["items"]

    referral = f"/v1/referrals/{arrived['referral']['id']}"
    asked = [await pit010.get(f"{referral}{part}") for part in ("", "/history", "/onward-referrals", "/appointments")]

    assert {each.status_code for each in asked} == {404}
    assert (await read(pit010, "/referrals"))["items"] == []
    assert (await read(dock, "/arrivals"))["items"] == []
    own = (await read(dock, "/referrals"))["items"][0]["id"]
    assert arrived["referral"]["id"] != own
    for caller, id in ((dock, arrived["id"]), (pit010, own)):
        assert (await caller.get(f"/v1/arrivals/{id}")).status_code == 404
        assert (await attempt(caller, f"/arrivals/{id}/status", {"status": "ended"})).status_code == 404


@pytest.mark.parametrize(
    ("owner", "heard"),
    [
        ("dock", ["onward-referral-made", "onward-referral-changed"]),
        ("court", ["onward-referral-made"]),
        ("bailiff", []),
    ],
)
async def test_the_referrer_hears_of_it_where_that_is_agreed_and_the_court_only_that_it_was_made(
    sign_in: SignIn, pit010: Api, etf: Api, owner: str, heard: list[str]
) -> None:
    referrer = await sign_in(owner)
    path = await confirmed(referrer, etf, "A-1", consent=CONSENT)
    await step(etf, f"{path}/onward-referrals", {"organisationCode": "pit010"})
    (arrived,) = (await read(pit010, "/arrivals"))["items"]
    await step(pit010, f"/arrivals/{arrived['id']}/status", {"status": "accepted"})

    told = [each for each in await events(referrer) if "onward" in each["type"]]

    assert names(told) == heard
    assert ("PIT010" in str(told)) is (owner == "dock")
    (own,) = (await read(referrer, "/referrals"))["items"]
    listed = (await read(referrer, f"/referrals/{own['id']}/onward-referrals"))["items"]
    assert [each["to"] for each in listed] == (["PIT010"] if owner == "dock" else [])


async def test_the_event_of_an_arrival_names_nobody_and_goes_to_who_receives_the_client_only(
    dock: Api, pit010: Api, etf: Api
) -> None:
    path = await confirmed(dock, etf, "A-1", consent=CONSENT)
    await step(etf, f"{path}/onward-referrals", {"organisationCode": "pit010"})

    heard, others = await events(pit010), await events(dock)

    assert names(heard) == ["arrived"]
    assert "Jansen" not in str(heard)
    (arrived,) = (await read(pit010, "/arrivals"))["items"]
    assert heard[0]["data"]["onward"]["id"] == arrived["id"]
    assert "arrived" not in names(others)


async def test_without_consent_to_be_referred_nothing_arrives_and_the_refusal_says_so(
    dock: Api, pit010: Api, etf: Api
) -> None:
    path = await confirmed(dock, etf, "A-1", consent=CONSENT | {"scopes": ["feedback_to_referrer"]})

    refused = await attempt(etf, f"{path}/onward-referrals", {"organisationCode": "pit010"})
    outside = await step(etf, f"{path}/onward-referrals", {"outsideBody": "budget_course"})

    assert refused.status_code == 409
    assert "did not agree to be referred" in refused.json()["detail"]
    assert outside["to"] == "Gers met Geld"
    assert (await read(pit010, "/arrivals"))["items"] == []
    assert await events(pit010) == []


async def test_consent_that_is_withdrawn_takes_the_client_out_of_what_arrived(dock: Api, pit010: Api, etf: Api) -> None:
    path = await confirmed(dock, etf, "A-1", consent=CONSENT)
    await step(etf, f"{path}/onward-referrals", {"organisationCode": "pit010"})
    (arrived,) = (await read(pit010, "/arrivals"))["items"]
    (own,) = (await read(dock, "/referrals"))["items"]
    tag = (await dock.get(f"/v1/referrals/{own['id']}")).headers["ETag"]
    scopes = {"consent": {"scopes": ["feedback_to_referrer"], "givenOn": "2026-03-01"}}
    headers = {"If-Match": tag, "Content-Type": "application/merge-patch+json"}
    assert (await dock.patch(f"/v1/referrals/{own['id']}", json=scopes, headers=headers)).status_code == 200

    assert (await read(pit010, "/arrivals"))["items"] == []
    assert (await pit010.get(f"/v1/arrivals/{arrived['id']}")).status_code == 404


async def test_the_same_again_changes_nothing_what_ended_stays_so_and_nobody_is_sent_back(
    dock: Api, pit010: Api, etf: Api
) -> None:
    path = await confirmed(dock, etf, "A-1", consent=CONSENT)
    for _ in range(2):
        made = await step(etf, f"{path}/onward-referrals", {"organisationCode": "pit010"})
    back = await attempt(etf, f"{path}/onward-referrals", {"organisationCode": "dock"})
    (arrived,) = (await read(pit010, "/arrivals"))["items"]
    address = f"/arrivals/{arrived['id']}/status"
    for _ in range(2):
        await step(pit010, address, {"status": "declined"})
    late = await attempt(pit010, address, {"status": "accepted"})
    theirs = await attempt(etf, f"{path}/onward-referrals/{made['id']}/status", {"status": "ended"})

    assert (back.status_code, late.status_code, theirs.status_code) == (409, 409, 409)
    assert "was referred by this organisation" in back.json()["detail"]
    history = [each["action"] for each in (await read(etf, f"{path}/history"))["items"]]
    assert history[-2:] == ["refer_onward", "report_onward_status"]


async def test_the_finance_team_notes_what_became_of_a_body_outside(dock: Api, etf: Api) -> None:
    path = await confirmed(dock, etf, "A-1")
    made = await step(etf, f"{path}/onward-referrals", {"outsideBody": "legal_desk"})

    ended = await step(etf, f"{path}/onward-referrals/{made['id']}/status", {"status": "ended"})

    assert (made["to"], ended["status"]) == ("Juridisch Loket", "ended")


async def test_a_forwarded_referral_arrives_too(dock: Api, pit010: Api, etf: Api) -> None:
    await refer(dock, reference="A-1", consent=CONSENT)
    path = await path_for(etf, "A-1")

    await step(etf, f"{path}/forwarding", {"organisationCode": "pit010"})

    (arrived,) = (await read(pit010, "/arrivals"))["items"]
    assert arrived["client"]["familyName"] == "Jansen"


async def test_what_arrived_is_read_in_pages_newest_first(dock: Api, pit010: Api, etf: Api) -> None:
    for number in range(3):
        path = await confirmed(dock, etf, f"A-{number}", consent=CONSENT)
        await step(etf, f"{path}/onward-referrals", {"organisationCode": "pit010"})

    first = await read(pit010, "/arrivals?limit=2")
    second = await read(pit010, f"/arrivals?limit=2&cursor={first['nextCursor']}")

    ids = [each["id"] for each in first["items"] + second["items"]]
    assert (len(first["items"]), len(set(ids)), "nextCursor" in second) == (2, 3, False)
