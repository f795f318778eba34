"""Bad input: every fault named with field, rule and way out; nothing echoed, nothing stored, never a crash."""

from typing import Any

import httpx
import pytest

from app.api.state import AppState
from app.models.delivery.outbox import unrelayed_since
from tests.support.api_calls import fault, referral

Api = httpx.AsyncClient


def with_client(**changes: Any) -> dict[str, Any]:
    return referral(client={"givenName": "Jan", "familyName": "Jansen", "birthDate": "1988-04-12", **changes})


FAULTS = [
    (referral(area="Atlantis"), "area", "known-area"),
    (referral(area=None), "area", "string-type"),
    (referral(area=7), "area", "string-type"),
    (referral(threats=["boredom"]), "threats.0", "enum"),
    (referral(threats="eviction"), "threats", "tuple-type"),
    (referral(threeWayMeeting="yes"), "threeWayMeeting", "bool-type"),
    (referral(three_way_meeting=True), "three_way_meeting", "extra-forbidden"),
    (referral(bsn="999990019"), "bsn", "extra-forbidden"),
    (referral(reason="a" * 4001), "reason", "string-too-long"),
    (referral(reason="nul \x00"), "reason", "string-pattern-mismatch"),
    (referral(reference="two\nlines"), "reference", "string-pattern-mismatch"),
    (referral(reference=" "), "reference", "string-too-short"),
    (referral(otherOrganisations=[{"kind": "other"}] * 21), "otherOrganisations", "too-long"),
    (referral(otherOrganisations=["Humanitas"]), "otherOrganisations.0", "model-attributes-type"),
    (referral(otherOrganisations=[{"name": "Humanitas"}]), "otherOrganisations.0.kind", "missing"),
    (referral(otherOrganisations=[{"kind": "church"}]), "otherOrganisations.0.kind", "enum"),
    (referral(otherOrganisations=[{"kind": "other", "name": ""}]), "otherOrganisations.0.name", "string-too-short"),
    (referral(otherOrganisations=[{"kind": "other", "phone": "010"}]), "otherOrganisations.0.phone", "extra-forbidden"),
    (referral(tried="a" * 4001), "tried", "string-too-long"),
    (referral(assessment={"reference": "r" * 101}), "assessment.reference", "string-too-long"),
    (referral(receivedAt="2026-03-01"), "receivedAt", "date-time"),
    (referral(receivedAt="2026-03-01T10:00:00"), "receivedAt", "date-time"),
    (referral(receivedAt=1772000000), "receivedAt", "date-time"),
    (referral(receivedAt="2027-03-01T10:00:00Z"), "receivedAt", "not-in-future"),
    (referral(receivedAt="0001-01-01T00:00:00+14:00"), "receivedAt", "year"),
    (referral(previousId="7"), "previousId", "uuid-parsing"),
    (referral(organisationCode="DOCK!"), "organisationCode", "string-pattern-mismatch"),
    (referral(consent={"scopes": ["everything"]}), "consent.scopes.0", "enum"),
    (with_client(birthDate="12-04-1988"), "client.birthDate", "birth-date"),
    (with_client(birthDate="1988-02-30"), "client.birthDate", "birth-date"),
    (with_client(birthDate=571622400), "client.birthDate", "birth-date"),
    (with_client(birthDate="2026-04-01"), "client.birthDate", "not-in-future"),
    (with_client(birthDate="1600-01-01"), "client.birthDate", "year"),
    (with_client(bsn="12"), "client.bsn", "string-pattern-mismatch"),
    (with_client(bsn=999990019), "client.bsn", "string-type"),
    (with_client(phone="call me"), "client.phone", "string-pattern-mismatch"),
    (with_client(email="jan"), "client.email", "string-pattern-mismatch"),
    (with_client(familyName=""), "client.familyName", "string-too-short"),
    (with_client(interpreterLanguage="Arabisch!"), "client.interpreterLanguage", "string-pattern-mismatch"),
]


@pytest.mark.parametrize(("body", "field", "rule"), FAULTS, ids=[f"{field}:{rule}" for _, field, rule in FAULTS])
async def test_referral_with_a_fault_names_field_and_rule(
    dock: Api, hub: AppState, body: dict[str, Any], field: str, rule: str
) -> None:
    answered = await dock.post("/v1/referrals", json=body)

    assert fault(answered) == (field, rule)
    assert (await dock.get("/v1/referrals")).json()["items"] == []
    assert await hub.db.read(unrelayed_since) is None


async def test_a_form_that_a_text_lacks_is_stated_in_words(dock: Api) -> None:
    body = with_client(phone="call me")

    english, dutch = [
        (await dock.post("/v1/referrals", json=body, headers=headers)).json()["errors"][0]["message"]
        for headers in ({}, {"Accept-Language": "nl"})
    ]

    assert english.startswith("Use the form of this field: 5 to 39 digits, spaces")
    assert dutch.startswith("Gebruik de vorm van dit veld: 5 tot 39 cijfers, spaties")


async def test_bsn_that_fails_the_eleven_test_is_refused(gidso: Api) -> None:
    body = with_client(bsn="123456789") | {"organisationCode": "wijkteam-feijenoord"}

    answered = await gidso.post("/v1/referrals", json=body)

    assert fault(answered) == ("client.bsn", "eleven-test")
    assert "123456789" not in answered.text


async def test_all_faults_are_named_at_once(dock: Api) -> None:
    body = {"client": {"givenName": "Jan", "bsn": "x"}, "threats": ["a", "b"], "unknown": 1}

    answered = await dock.post("/v1/referrals", json=body)

    assert sorted(each["field"] for each in answered.json()["errors"]) == [
        "area",
        "client.birthDate",
        "client.bsn",
        "threats.0",
        "threats.1",
        "unknown",
    ]


async def test_refusal_never_repeats_what_was_sent(dock: Api) -> None:
    secret = "Kanarie-4711"
    body = with_client(birthDate=secret, sex=[secret], phone=secret, preferredChannel=secret) | {
        "area": secret,
        "receivedAt": secret,
        "previousId": secret,
        "threats": [secret],
    }

    answered = await dock.post("/v1/referrals", json=body)

    assert answered.status_code == 400
    assert secret not in answered.text


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'"text"', b'{"area": NaN}', b"\xff", b'{"a":' * 50_000]
)
async def test_body_that_is_no_object_is_refused(dock: Api, content: bytes) -> None:
    answered = await dock.post("/v1/referrals", content=content, headers={"Content-Type": "application/json"})

    assert answered.status_code in (400, 413, 415)
    assert answered.headers["content-type"] == "application/problem+json"


async def test_what_is_not_utf8_in_a_body_is_said_with_its_place(dock: Api) -> None:
    content = '{"area": "één"}'.encode("latin-1")

    answered = await dock.post("/v1/referrals", content=content, headers={"Content-Type": "application/json"})

    assert answered.json()["code"] == "bad-request"
    assert answered.json()["detail"] == (
        "The body is not UTF-8: the byte at position 10, counted from 0, is in no character. Send JSON in UTF-8."
    )


async def test_text_with_half_a_character_is_refused(dock: Api) -> None:
    content = b'{"client":{"givenName":"\\ud800","familyName":"J","birthDate":"1988-04-12"},"area":"Noord"}'

    answered = await dock.post("/v1/referrals", content=content, headers={"Content-Type": "application/json"})

    assert fault(answered) == ("client.givenName", "string-unicode")


@pytest.mark.parametrize(
    ("query", "field", "rule"),
    [
        ("limit=0", "limit", "greater-than-equal"),
        ("limit=101", "limit", "less-than-equal"),
        ("limit=many", "limit", "int-parsing"),
        ("cursor=nonsense", "cursor", "cursor"),
        ("status=asleep", "status", "enum"),
        ("area=%00", "area", "string-pattern-mismatch"),
        ("counsellor=%00", "counsellor", "string-pattern-mismatch"),
        ("receivedFrom=yesterday", "receivedFrom", "date-time"),
        ("bsn=999990019", "bsn", "extra-forbidden"),
        ("offset=10", "offset", "extra-forbidden"),
    ],
)
async def test_question_with_a_fault_names_field_and_rule(dock: Api, query: str, field: str, rule: str) -> None:
    answered = await dock.get(f"/v1/referrals?{query}")

    assert fault(answered) == (field, rule)


@pytest.mark.parametrize("path", ["/v1/referrals/7", "/v1/trajectories/x", "/v1/subscriptions/x"])
async def test_id_that_is_none_is_refused(dock: Api, path: str) -> None:
    answered = await dock.get(path)

    assert answered.status_code == 400


async def test_write_without_key_is_refused(dock: Api) -> None:
    request = dock.build_request("POST", "/v1/referrals", json=referral())
    dock.event_hooks = {"request": [], "response": []}

    answered = await dock.send(request)

    assert fault(answered) == ("Idempotency-Key", "missing")
