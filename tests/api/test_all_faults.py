"""Every invalid field is named in one answer, whatever rule refuses it, and in the caller's language."""

from typing import Any

import pytest

from app.api.state import AppState
from app.domain.input_rules import InputRule
from tests.api.conftest import Api, token_of
from tests.support.api_calls import attempt, attended, concluded, path_for, refer, referral, step

Faults = set[tuple[str, str]]

SIX = {
    ("client.familyName", "string-too-short"),
    ("receivedAt", "not-in-future"),
    ("client.bsn", "eleven-test"),
    ("area", "known-area"),
    ("client.birthDate", "not-in-future"),
    ("consent.givenOn", "not-in-future"),
}


def six_faults(**changes: Any) -> dict[str, Any]:
    client = {"givenName": "Jan", "familyName": "", "birthDate": "2026-04-01", "bsn": "123456789"}
    consent = {"scopes": ["feedback_to_referrer"], "givenOn": "2030-01-01"}
    return referral(client=client, area="Atlantis", consent=consent, receivedAt="2027-03-01T10:00:00Z", **changes)


def faults(answered: Any) -> Faults:
    assert answered.status_code == 400, answered.text
    found = [(each["field"], each["rule"]) for each in answered.json()["errors"]]
    assert len(found) == len(set(found))
    return set(found)


async def test_six_faults_of_a_referral_are_named_in_one_answer(gidso: Api) -> None:
    answered = await gidso.post("/v1/referrals", json=six_faults(organisationCode="wijkteam-feijenoord"))

    assert faults(answered) == SIX


async def test_number_that_a_caller_may_not_use_is_named_with_the_others(dock: Api) -> None:
    answered = await dock.post("/v1/referrals", json=six_faults())

    assert faults(answered) == SIX - {("client.bsn", "eleven-test")} | {("client.bsn", "bsn-not-allowed")}


async def test_same_faults_are_named_when_the_form_is_right(dock: Api) -> None:
    body = six_faults()
    body["client"] |= {"familyName": "Jansen"}
    del body["client"]["bsn"]

    answered = await dock.post("/v1/referrals", json=body)

    assert faults(answered) == SIX - {("client.familyName", "string-too-short"), ("client.bsn", "eleven-test")}


async def test_what_does_not_exist_is_named_with_the_others(gidso: Api) -> None:
    body = six_faults(organisationCode="wijkteam-atlantis", previousId="019ab3f2-7c00-7000-8000-000000000001")
    body["client"] |= {"familyName": "Jansen"}

    answered = await gidso.post("/v1/referrals", json=body)

    named = {("organisationCode", "known-organisation"), ("previousId", "known-referral")}
    assert faults(answered) == SIX - {("client.familyName", "string-too-short")} | named


async def test_value_of_the_wrong_form_has_one_fault_only(dock: Api) -> None:
    body = referral(area=7, receivedAt="2027", consent="yes", threats=["boredom"])

    answered = await dock.post("/v1/referrals", json=body)

    assert faults(answered) == {
        ("area", "string-type"),
        ("receivedAt", "date-time"),
        ("consent", "model-attributes-type"),
        ("threats.0", "enum"),
    }


async def test_change_of_a_referral_names_all_faults(dock: Api) -> None:
    path = f"/v1/referrals/{(await refer(dock))['id']}"
    patch = {"area": "Atlantis", "client": {"familyName": ""}, "consent": {"givenOn": "2030-01-01"}}

    answered = await dock.patch(path, json=patch, headers={"If-Match": "*"})

    assert faults(answered) == {
        ("area", "known-area"),
        ("client.familyName", "string-too-short"),
        ("consent.givenOn", "not-in-future"),
    }


async def test_step_names_all_faults(dock: Api, etf: Api) -> None:
    path = await attended(dock, etf, "K-1")
    body = {"result": "nothing", "concludedOn": "2030-01-01", "occurredAt": "2030-01-01T00:00:00Z"}

    answered = await attempt(etf, f"{path}/intake-result", body)

    assert faults(answered) == {
        ("result", "enum"),
        ("concludedOn", "not-in-future"),
        ("occurredAt", "not-in-future"),
    }


async def test_planning_names_all_faults(dock: Api, etf: Api) -> None:
    await refer(dock, reference="K-1")
    path = await path_for(etf, "K-1")
    await step(etf, f"{path}/confirmation")

    answered = await attempt(etf, f"{path}/appointments", {"place": "", "occurredAt": "2030-01-01T00:00:00Z"})

    assert faults(answered) == {
        ("startsAt", "missing"),
        ("place", "string-too-short"),
        ("occurredAt", "not-in-future"),
    }


async def test_organisation_names_all_faults(operator: Api) -> None:
    body = {"name": "", "kind": "wijkteam", "system": "gidso", "area": "Atlantis"}
    of_form = await operator.put("/v1/organisations/nieuw", json=body)
    of_rules = await operator.put("/v1/organisations/nieuw", json=body | {"name": "Nieuw", "system": "allegro"})

    assert faults(of_form) == {("name", "string-too-short"), ("area", "known-area")}
    assert faults(of_rules) == {("system", "referrers-system"), ("area", "known-area")}


async def test_system_that_names_no_organisation_is_told_so_with_the_others(gidso: Api) -> None:
    body = six_faults()
    right = body | {"client": body["client"] | {"familyName": "Jansen"}}

    of_form = await gidso.post("/v1/referrals", json=body)
    of_rules = await gidso.post("/v1/referrals", json=right)

    missing = ("organisationCode", "required")
    assert faults(of_form) == SIX | {missing}
    assert faults(of_rules) == SIX - {("client.familyName", "string-too-short")} | {missing}


@pytest.mark.parametrize("body", [b"[]", b"{", b"7", b'"text"'])
async def test_body_that_is_no_object_breaks_no_other_rule(gidso: Api, body: bytes) -> None:
    answered = await gidso.post("/v1/referrals", content=body, headers={"Content-Type": "application/json"})

    assert len(faults(answered)) == 1


async def test_unreadable_organisation_code_is_not_called_missing(gidso: Api) -> None:
    answered = await gidso.post("/v1/referrals", json=referral(organisationCode=7))

    assert faults(answered) == {("organisationCode", "string-type")}


async def test_change_of_a_number_is_named_with_the_others(gidso: Api) -> None:
    client = {"givenName": "Jan", "birthDate": "1988-04-12", "bsn": "999990019"}
    made = await refer(gidso, organisationCode="wijkteam-feijenoord", client=client)
    path, anyhow = f"/v1/referrals/{made['id']}", {"If-Match": "*"}

    removed = await gidso.patch(path, json={"client": {"bsn": None}, "area": "Atlantis"}, headers=anyhow)
    changed = await gidso.patch(path, json={"client": {"bsn": "111222333"}, "area": "Atlantis"}, headers=anyhow)
    of_form = await gidso.patch(path, json={"client": {"bsn": "111222333"}, "area": 7}, headers=anyhow)

    assert faults(removed) == faults(changed) == {("client.bsn", "unchangeable"), ("area", "known-area")}
    assert faults(of_form) == {("client.bsn", "unchangeable"), ("area", "string-type")}


async def test_steps_name_what_does_not_fit_what_is_stored_with_the_others(dock: Api, etf: Api) -> None:
    path, future = await concluded(dock, etf, "K-1"), {"occurredAt": "2030-01-01T00:00:00Z"}
    referral_path = await path_for(etf, "K-1")

    plan = await attempt(etf, f"{path}/plan", future | {"signedOn": "2026-01-01"})
    reason = {"result": "kbr_application", "dropOutReason": "unknown"}
    result = await attempt(etf, f"{path}/result", future | reason)
    forwarding = await attempt(etf, f"{referral_path}/forwarding", future | {"organisationCode": "atlantis"})

    at_once = ("occurredAt", "not-in-future")
    assert faults(plan) == {at_once, ("signedOn", "not-before-intake")}
    assert faults(result) == {at_once, ("dropOutReason", "only-with-drop-out")}
    assert faults(forwarding) == {at_once, ("organisationCode", "known-organisation")}


async def test_subscription_names_all_faults(dock: Api) -> None:
    body = {
        "url": "http://10.0.0.1/hooks",
        "areas": ["Atlantis", "Noord"],
        "eventTypes": ["nl.trajecthub.subscriptions.test.v1"],
        "authentication": {"kind": "mtls", "certificate": "none", "privateKey": "none"},
    }
    of_rules = {
        ("url", "public-address"),
        ("areas", "known-area"),
        ("eventTypes", "told-to-referrers"),
        ("authentication.certificate", "pem"),
    }
    made = await dock.post("/v1/subscriptions", json={"url": "https://hooks.example.nl/hub"})
    path = f"/v1/subscriptions/{made.json()['id']}"

    created = await dock.post("/v1/subscriptions", json=body)
    changed = await dock.patch(path, json=body, headers={"If-Match": "*"})
    unreadable = body | {"areas": ["Atlantis", 7], "content": "thick"}
    of_form = await dock.post("/v1/subscriptions", json=unreadable)

    assert faults(created) == faults(changed) == of_rules
    assert faults(of_form) == of_rules | {("areas.1", "string-type"), ("content", "literal-error")}


async def test_search_names_all_faults(dock: Api) -> None:
    nothing = await dock.post("/v1/referrals/_search", json={"cursor": "none"})
    number = await dock.post("/v1/referrals/_search", json={"cursor": "none", "bsn": "999990019", "limit": 0})

    assert faults(nothing) == {("body", "not-empty"), ("cursor", "cursor")}
    assert faults(number) == {("bsn", "bsn-not-allowed"), ("cursor", "cursor"), ("limit", "greater-than-equal")}


@pytest.mark.parametrize(
    ("path", "cursor"),
    [
        ("/v1/referrals", "cursor"),
        ("/v1/trajectories", "cursor"),
        ("/v1/subscriptions", "cursor"),
        ("/v1/organisations", "cursor"),
        ("/v1/partners/gidso/jobs", "cursor"),
        ("/v1/partners/gidso/quarantine", "cursor"),
        ("/v1/partners/gidso/conflicts", "cursor"),
        ("/v1/partners/gidso/deliveries", "cursor"),
        ("/v1/events", "after"),
    ],
)
async def test_list_names_all_faults(operator: Api, path: str, cursor: str) -> None:
    answered = await operator.get(path, params={"limit": 0, cursor: "none"})

    assert faults(answered) == {("limit", "greater-than-equal"), (cursor, "cursor")}


async def test_code_of_an_institution_is_named_with_the_others(operator: Api) -> None:
    path = "/v1/organisations/expertiseteam-financien"
    body = {"name": "Team", "kind": "wijkteam", "area": "Atlantis"}

    of_rules = await operator.put(path, json=body, headers={"If-Match": "*"})
    of_form = await operator.put(path, json=body | {"name": ""}, headers={"If-Match": "*"})

    both = {("code", "referring-organisation"), ("area", "known-area")}
    assert faults(of_rules) == both
    assert faults(of_form) == both | {("name", "string-too-short")}


async def test_plan_of_an_unreadable_trajectory_is_answered_with_what_is_wrong(etf: Api) -> None:
    answered = await etf.post("/v1/trajectories/none/plan", json={"signedOn": "2026-01-01"}, headers={"If-Match": "*"})

    assert faults(answered) == {("trajectoryId", "uuid-parsing")}


async def test_missing_header_is_named_with_the_faults_of_the_body(api: Api, hub: AppState) -> None:
    body = {"area": "Atlantis", "client": {"givenName": "Jan", "birthDate": "1988-04-12"}}
    bearer = {"Authorization": f"Bearer {await token_of(hub, 'dock')}"}

    answered = await api.post("/v1/referrals", json=body, headers=bearer)
    of_a_stranger = await api.post("/v1/referrals", json=body)
    without_scope = await api.put("/v1/organisations/new", json={"area": "Atlantis"}, headers=bearer)

    assert faults(answered) == {("Idempotency-Key", "missing"), ("area", "known-area")}
    assert (of_a_stranger.status_code, without_scope.status_code) == (401, 403)


async def test_consent_of_today_is_taken(dock: Api) -> None:
    await refer(dock, consent={"scopes": ["feedback_to_referrer"], "givenOn": "2026-03-02"})


async def test_faults_are_in_dutch_for_who_asks_for_it(gidso: Api) -> None:
    body = six_faults(organisationCode="wijkteam-feijenoord", threats=["boredom"])

    answered = await gidso.post("/v1/referrals", json=body, headers={"Accept-Language": "nl-NL, en;q=0.5"})

    problem = answered.json()
    messages = {each["field"]: each["message"] for each in problem["errors"]}
    assert problem["title"] == "Het verzoek bevat ongeldige waarden"
    assert messages["client.familyName"] == "Geef een tekst van ten minste 1 teken."
    assert messages["receivedAt"] == "Ligt in de toekomst; geef wanneer het gebeurd is."
    assert messages["area"].startswith("Onbekend gebied; gebruik een van: Charlois, ")
    assert messages["threats.0"].startswith("Gebruik een van deze codes: 'eviction'")
    assert " or " not in messages["threats.0"]
    assert all(f"{field}: {message}" in problem["detail"] for field, message in messages.items())


@pytest.mark.parametrize("language", ["en", "nl;q=0.2, en", "de", ""])
async def test_faults_are_in_english_for_everybody_else(dock: Api, language: str) -> None:
    answered = await dock.post("/v1/referrals", json=six_faults(), headers={"Accept-Language": language})

    messages = {each["field"]: each["message"] for each in answered.json()["errors"]}
    assert messages["receivedAt"].startswith("Lies in the future")


def test_every_rule_has_a_message_in_dutch() -> None:
    texts = {rule: rule.message_nl for rule in InputRule if rule is not InputRule.VALUE_ERROR}
    unfinished = [rule for rule, text in texts.items() if not text.endswith(".") or text == rule.remedy]

    assert unfinished == []
