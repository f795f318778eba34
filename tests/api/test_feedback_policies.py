"""What a referrer may know and why, by REST: names of fields and rules, never values."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.domain.codes import FEEDBACK_MOMENTS
from app.privacy.policy import RECEIVER_KINDS, load_policy
from tests.support.api_calls import Json, fault, path_for, refer, step

Api = httpx.AsyncClient
POLICY = load_policy()
SECRETS = {
    "client": {
        "givenName": "Kanarina",
        "familyName": "Zwijgzaam",
        "birthDate": "1988-04-12",
        "phone": "+31 6 00 11 22 33",
    },
    "reason": "Schuld van 12.345,67 euro",
}


async def explained(api: Api, referral_id: str, moment: str) -> Json:
    body = {"referralId": referral_id, "moment": moment}
    answered = await api.post("/v1/feedback-policies/explanation", json=body)
    assert answered.status_code == 200, answered.text
    found: Json = answered.json()
    return found


def decision(explanation: Json, field: str) -> tuple[bool, str, str | None]:
    (found,) = [each for each in explanation["fields"] if each["field"] == field]
    return found["released"], found["reason"], found.get("rule")


async def test_a_referrer_reads_the_rules_about_its_own_kind(dock: Api) -> None:
    body = (await dock.get("/v1/feedback-policies")).json()

    assert body["policyVersion"] == POLICY.version
    assert {kind for each in body["items"] for kind in each["receivers"]} == {"welzijnsorganisatie"}
    expected = [rule.id for rule in POLICY.rules if "welzijnsorganisatie" in rule.receivers]
    assert [each["id"] for each in body["items"]] == expected


async def test_a_rule_says_all_that_accounts_for_it(sign_in: Any) -> None:
    bailiff = await sign_in("bailiff")

    body = (await bailiff.get("/v1/feedback-policies")).json()

    (rule,) = [each for each in body["items"] if each["id"] == "missed-consent"]
    assert rule == {
        "id": "missed-consent",
        "receivers": ["deurwaarder"],
        "moments": ["missed"],
        "fields": [
            "referral.id",
            "referral.reference",
            "referral.status",
            "attendance.missed_count",
            "event.occurred_at",
        ],
        "effect": "release",
        "purpose": "de deurwaarder weet dat een traject niet goed loopt",
        "legalBasis": "toestemming van de klant (AVG art. 6 lid 1 onder a)",
        "activity": "https://register.example.nl/verwerkingen/terugkoppeling-aan-verwijzer",
        "validFrom": "2019-03-01",
        "consent": "feedback_to_referrer",
        "conditions": [],
    }


async def test_a_partner_system_reads_the_rules_about_the_referrers_in_it(gidso: Api) -> None:
    body = (await gidso.get("/v1/feedback-policies")).json()

    assert {kind for each in body["items"] for kind in each["receivers"]} == {"wijkteam"}
    (rule,) = [each for each in body["items"] if each["id"] == "missed-twice"]
    assert rule["conditions"] == [{"field": "attendance.missed_count", "atLeast": 2}]


@pytest.mark.parametrize("client", ["etf", "operator"])
async def test_who_answers_for_the_rules_reads_them_all(sign_in: Any, client: str) -> None:
    caller = await sign_in(client)

    body = (await caller.get("/v1/feedback-policies")).json()

    assert [each["id"] for each in body["items"]] == [rule.id for rule in POLICY.rules]
    assert {kind for each in body["items"] for kind in each["receivers"]} <= RECEIVER_KINDS


async def test_the_rules_have_an_etag_that_stays(dock: Api) -> None:
    first, again = await dock.get("/v1/feedback-policies"), await dock.get("/v1/feedback-policies")

    assert first.headers["etag"] == again.headers["etag"]


async def test_an_explanation_names_field_rule_and_reason(sign_in: Any) -> None:
    bailiff = await sign_in("bailiff")
    made = await refer(bailiff)

    found = await explained(bailiff, made["id"], "missed")

    assert (found["receiver"], found["policyVersion"]) == ("deurwaarder", POLICY.version)
    assert decision(found, "attendance.missed_count") == (False, "no-consent", "missed-consent")
    assert decision(found, "referral.requested_action") == (False, "no-rule", None)


async def test_an_explanation_follows_the_consent_of_now(sign_in: Any) -> None:
    bailiff = await sign_in("bailiff")
    made = await refer(bailiff)
    address = f"/v1/referrals/{made['id']}"
    etag = (await bailiff.get(address)).headers["etag"]
    consent = {"consent": {"scopes": ["feedback_to_referrer"], "givenOn": "2026-02-27"}}

    await bailiff.patch(address, json=consent, headers={"If-Match": etag})
    found = await explained(bailiff, made["id"], "missed")

    assert decision(found, "attendance.missed_count") == (True, "released", "missed-consent")


@pytest.mark.parametrize("moment", [*FEEDBACK_MOMENTS, "reading"])
async def test_an_explanation_holds_no_value(dock: Api, etf: Api, moment: str) -> None:
    made = await refer(dock, reference="K-1", **SECRETS)
    path = await path_for(etf, "K-1")
    await step(etf, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker", "phone": "+31 10 555 01 00"}})

    body = {"referralId": made["id"], "moment": moment}
    answered = await dock.post("/v1/feedback-policies/explanation", json=body)

    assert answered.status_code == 200
    for secret in ("Kanarina", "Zwijgzaam", "1988-04-12", "00 11 22 33", "12.345,67", "B. Bakker", "K-1"):
        assert secret not in answered.text


async def test_an_explanation_does_not_show_what_the_referrer_was_not_told(court: Api, etf: Api) -> None:
    made = await refer(court, reference="K-1")
    before = [await explained(court, made["id"], moment) for moment in (*FEEDBACK_MOMENTS, "reading")]
    path = await path_for(etf, "K-1")

    await step(etf, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker", "phone": "+31 10 555 01 00"}})
    await step(etf, f"{path}/appointments", {"startsAt": "2026-03-09T10:00:00+01:00"})
    after = [await explained(court, made["id"], moment) for moment in (*FEEDBACK_MOMENTS, "reading")]

    assert after == before


async def test_the_finance_team_reads_why_the_referrer_is_not_told(court: Api, etf: Api) -> None:
    await refer(court, reference="K-1")
    path = await path_for(etf, "K-1")

    found = await explained(etf, path.rpartition("/")[2], "intake_planned")

    assert found["receiver"] == "schuldenrechter"
    assert not any(each["released"] for each in found["fields"])


async def test_an_explanation_stores_nothing_and_needs_no_key(dock: Api, api: Api) -> None:
    made = await refer(dock)
    headers = {"Authorization": dock.headers["Authorization"]}
    body = {"referralId": made["id"], "moment": "missed"}

    answered = await api.post("/v1/feedback-policies/explanation", json=body, headers=headers)

    assert answered.status_code == 200
    assert (await dock.get(f"/v1/referrals/{made['id']}/disclosures")).json()["items"] == []


async def test_anothers_referral_is_not_explained(dock: Api, pit010: Api) -> None:
    made = await refer(dock)

    answered = await pit010.post(
        "/v1/feedback-policies/explanation", json={"referralId": made["id"], "moment": "missed"}
    )

    assert answered.status_code == 404


async def test_an_operator_reads_nothing_of_a_client_by_an_explanation(operator: Api) -> None:
    body = {"referralId": str(uuid4()), "moment": "missed"}

    answered = await operator.post("/v1/feedback-policies/explanation", json=body)

    assert answered.status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [({"moment": "handling"}, "moment"), ({"moment": "never"}, "moment"), ({"referralId": "1"}, "referralId")],
)
async def test_a_question_that_breaks_a_rule_is_refused(dock: Api, change: Json, field: str) -> None:
    body = {"referralId": str(uuid4()), "moment": "missed"} | change

    answered = await dock.post("/v1/feedback-policies/explanation", json=body)

    assert fault(answered)[0] == field
