"""Consent to be referred, apart from consent to feedback: of whom it is asked, and what it permits."""

from datetime import UTC, datetime, timedelta

import pytest

from app.sandbox.runtime import SettableClock
from tests.api.conftest import Api, SignIn
from tests.support.api_calls import Json, path_for, read, refer, referral, step

ASKED_FROM = datetime(2026, 12, 1, 9, tzinfo=UTC)
TO_REFERRAL = {"scopes": ["referral"], "givenOn": "2026-11-30", "form": "spoken"}
TO_FEEDBACK = TO_REFERRAL | {"scopes": ["feedback_to_referrer"]}
TO_BOTH = TO_REFERRAL | {"scopes": ["feedback_to_referrer", "referral"]}


@pytest.fixture(autouse=True)
def asked(clock: SettableClock) -> None:
    """Set the clock to the first day on which it is asked."""
    clock.set(ASKED_FROM)


@pytest.fixture
async def bailiff(sign_in: SignIn) -> Api:
    """Return the bailiff."""
    return await sign_in("bailiff")


async def faults(api: Api, **said: object) -> list[tuple[str, str]]:
    """Return field and rule of each fault in a referral; none when it is made."""
    answered = await api.post("/v1/referrals", json=referral(**said))
    body: Json = answered.json()
    assert answered.status_code == (400 if "errors" in body else 201), body
    return [(each["field"], each["rule"]) for each in body.get("errors", [])]


@pytest.mark.parametrize("client", ["bailiff", "court"])
async def test_a_bailiff_10656_and_the_court_11313_refer_with_the_clients_consent_only(
    sign_in: SignIn, client: str
) -> None:
    api = await sign_in(client)

    assert await faults(api) == [("consent.scopes", "consent-to-refer")]
    assert await faults(api, consent=TO_FEEDBACK) == [("consent.scopes", "consent-to-refer")]
    assert await faults(api, consent=TO_REFERRAL) == []


async def test_the_client_agrees_before_the_referral_and_on_a_day(bailiff: Api) -> None:
    earlier = (ASKED_FROM + timedelta(hours=-1)).isoformat()

    assert await faults(bailiff, consent={"scopes": ["referral"]}) == [("consent.givenOn", "consent-to-refer")]
    assert await faults(bailiff, consent=TO_REFERRAL | {"givenOn": "2026-12-01"}, receivedAt=earlier) == []
    assert await faults(bailiff, consent=TO_REFERRAL | {"givenOn": "2026-12-02"}) != []


async def test_who_is_not_asked_for_it_refers_without(dock: Api, gidso: Api) -> None:
    assert await faults(dock) == []
    assert await faults(gidso, organisationCode="wijkteam-feijenoord") == []


async def test_a_referral_of_before_it_was_asked_is_taken_without(bailiff: Api) -> None:
    assert await faults(bailiff, receivedAt="2026-11-30T12:00:00+01:00") == []


async def test_the_refusal_says_in_both_languages_what_to_do(bailiff: Api) -> None:
    in_english = (await bailiff.post("/v1/referrals", json=referral())).json()["errors"][0]["message"]
    dutch = {"Accept-Language": "nl"}
    in_dutch = (await bailiff.post("/v1/referrals", json=referral(), headers=dutch)).json()["errors"][0]["message"]

    assert "give the scope 'referral'" in in_english
    assert "scope `referral`" in in_dutch


async def test_it_is_found_beside_fields_that_cannot_be_read(bailiff: Api) -> None:
    found = await faults(bailiff, area={"no": "text"}, consent={"scopes": ["feedback_to_referrer"]})

    assert ("consent.scopes", "consent-to-refer") in found


async def test_consent_to_be_referred_permits_no_feedback(bailiff: Api, etf: Api) -> None:
    made = await refer(bailiff, consent=TO_REFERRAL, reference="B-1")
    path = await path_for(etf, "B-1")
    await step(etf, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker"}})
    await step(etf, f"{path}/lost-contact", {"lostOn": "2026-12-01"})

    events = [each["type"].split(".")[3] for each in (await read(bailiff, "/events"))["items"]]

    assert events == ["received", "confirmed"]
    assert (await read(bailiff, f"/referrals/{made['id']}"))["consent"]["scopes"] == ["referral"]
    assert (await read(etf, path))["consent"]["scopes"] == ["referral"]


async def test_each_consent_is_taken_back_without_the_other_and_that_is_on_record(bailiff: Api, etf: Api) -> None:
    made = await refer(bailiff, consent=TO_BOTH, reference="B-1")

    for consent in (TO_REFERRAL, None):
        answered = await bailiff.patch(
            f"/v1/referrals/{made['id']}", json={"consent": consent}, headers={"If-Match": "*"}
        )
        assert answered.status_code == 200, answered.text

    path = await path_for(etf, "B-1")
    reasons = [each.get("reason") for each in (await read(etf, f"{path}/history"))["items"]]
    assert reasons[1:] == ["consent_withdrawn", "consent_withdrawn"]
