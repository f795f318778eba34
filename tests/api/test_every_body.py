"""For every operation that reads a body: what breaks a rule is named with what has the wrong form."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.api.body_rules import RULES
from app.api.openapi.document import document
from tests.api.conftest import PUBLIC_URL, Api
from tests.support.api_calls import concluded, path_for, refer

Json = dict[str, Any]

FUTURE_DAY, FUTURE = "2030-01-01", "2030-01-01T00:00:00Z"
UNKNOWN_ID = "019ab3f2-7c00-7000-8000-000000000001"

BROKEN: Mapping[tuple[str, str], Json] = {
    ("acceptBsnAndDay", "of-a-linking"): {"acceptBsnAndDay": True, "kind": "retry"},
    ("area", "known-area"): {"area": "Atlantis"},
    ("areas", "known-area"): {"areas": ["Atlantis"]},
    ("authentication.certificate", "pem"): {"authentication": {"kind": "mtls", "certificate": "none"}},
    ("authentication.tokenUrl", "public-address"): {
        "authentication": {"kind": "oauth", "tokenUrl": "https://10.0.0.1/token"}
    },
    ("bsn", "bsn-not-allowed"): {"bsn": "999990019"},
    ("changedOn", "not-in-future"): {"changedOn": FUTURE_DAY},
    ("client.birthDate", "not-in-future"): {"client": {"birthDate": FUTURE_DAY}},
    ("client.bsn", "eleven-test"): {"client": {"bsn": "123456789"}},
    ("closedOn", "not-in-future"): {"closedOn": FUTURE_DAY},
    ("concludedOn", "not-in-future"): {"concludedOn": FUTURE_DAY},
    ("consent.givenOn", "not-in-future"): {"consent": {"givenOn": FUTURE_DAY}},
    ("decidedOn", "not-in-future"): {"decidedOn": FUTURE_DAY},
    ("dropOutReason", "only-with-drop-out"): {"dropOutReason": "unknown", "result": "kbr_application"},
    ("eventType", "about-a-referral"): {"eventType": "nl.trajecthub.subscriptions.test.v1"},
    ("eventTypes", "told-to-operators"): {"eventTypes": ["nl.trajecthub.referrals.confirmed.v1"]},
    ("id", "id-or-reference"): {"id": UNKNOWN_ID, "reference": "K-1"},
    ("jwks", "public-keys"): {"jwks": {"keys": []}},
    ("links", "of-a-linking"): {"links": [{"caseId": "A1", "referralId": UNKNOWN_ID}], "kind": "retry"},
    ("moment", "feedback-moment"): {"moment": "handling"},
    ("lostOn", "not-in-future"): {"lostOn": FUTURE_DAY},
    ("occurredAt", "not-in-future"): {"occurredAt": FUTURE},
    ("organisationCode", "known-organisation"): {"organisationCode": "atlantis"},
    ("organisationCode", "one-destination"): {"organisationCode": "atlantis", "outsideBody": "legal_desk"},
    ("otherTimes", "only-when-declined"): {"accepted": True, "otherTimes": [FUTURE]},
    ("previousId", "known-referral"): {"previousId": UNKNOWN_ID},
    ("receivedAt", "not-in-future"): {"receivedAt": FUTURE},
    ("restoredOn", "not-in-future"): {"restoredOn": FUTURE_DAY},
    ("scopes", "known-scope"): {"scopes": ["every:thing"]},
    ("signedOn", "not-before-intake"): {"signedOn": "2026-01-01"},
    ("signedOn", "not-in-future"): {"signedOn": FUTURE_DAY},
    ("since", "of-a-backfill"): {"since": "2026-01-01T00:00:00Z", "kind": "retry"},
    ("system", "referrers-system"): {"system": "allegro"},
    ("until", "range"): {"from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
    ("url", "public-address"): {"url": "https://10.0.0.1/hooks"},
}
"""The parts of a body that break a rule, by the field and the rule."""

# What is unknown is not found.
FILTERS = {("ReferralSearchIn", "area")}

# Every readable value of these is right.
WITHOUT_RULES = {
    "SecretRotationIn",
    "RecoveryIn",
    "PartnerPauseIn",
    "DismissalIn",
    "DecisionIn",
    "SigningKeyRotationIn",
}


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation that reads a body, with the properties of that body."""

    method: str
    path: str
    schema: str
    properties: Mapping[str, Json]

    def broken(self) -> Iterator[tuple[tuple[str, str], Json]]:
        """Return each rule that this body can break, with what breaks it, and a wrong form of everything else."""
        for (field, rule), parts in BROKEN.items():
            if parts.keys() <= self.properties.keys() and (self.schema, field) not in FILTERS:
                others = {name: misformed(each) for name, each in self.properties.items() if name not in parts}
                yield (field, rule), parts | (others or {"unknown": 1})


def misformed(schema: Json) -> object:
    """Return a value that the field does not take."""
    takes_objects = "$ref" in str(schema) or "additionalProperties" in schema or "discriminator" in str(schema)
    return 7 if takes_objects else {"not": "this"}


def operations() -> Iterator[Operation]:
    """Return every operation of the document that reads a body."""
    described = document(PUBLIC_URL)
    schemas = described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if "requestBody" in operation:
                content = next(iter(operation["requestBody"]["content"].values()))
                named = content["schema"]["$ref"].rpartition("/")[2]
                properties = schemas[named]["properties"]
                yield Operation(method=method, path=path, schema=named, properties=properties)


def test_the_rules_of_every_body_are_tried() -> None:
    tried = {each.schema for each in operations() if any(each.broken())}

    assert {each.schema for each in operations()} - tried == WITHOUT_RULES
    assert {model.__name__ for model in RULES} - tried == {"StepIn"}
    assert BROKEN.keys() - {rule for each in operations() for rule, _ in each.broken()} == set()


def filled(path: str, ids: dict[str, str]) -> str:
    """Return the path of an operation with ids for its parameters."""
    return re.sub(r"{(\w+)}", lambda name: ids.get(name[1], UNKNOWN_ID), path)


async def test_a_broken_rule_is_named_with_every_other_field_of_the_wrong_form(
    dock: Api, gidso: Api, etf: Api, operator: Api
) -> None:
    trajectory = (await concluded(dock, etf, "K-1")).rpartition("/")[2]
    referral = (await refer(gidso, organisationCode="wijkteam-feijenoord"))["id"]
    made = await operator.post("/v1/subscriptions", json={"url": "https://hooks.example.nl/hub"})
    assert made.status_code == 201, made.text
    known = {
        "clientId": "dock",
        "organisationCode": "nieuw",
        "referralId": referral,
        "subscriptionId": made.json()["id"],
        "system": "gidso",
        "trajectoryId": trajectory,
    }

    talked = (await path_for(etf, "K-1")).rpartition("/")[2]
    callers = {("patch", "ReferralPatchIn"): gidso, ("post", "ReferralSearchIn"): dock}
    failed = []
    for each in operations():
        # The plan of the first talk is judged by the day on which that took place.
        ids = known | ({"referralId": talked} if each.schema == "FirstPlanIn" else {})
        path = f"/v1{filled(each.path, ids)}"
        caller = callers.get((each.method, each.schema), operator)
        for (field, rule), body in each.broken():
            answered = await caller.request(each.method, path, json=body, headers={"If-Match": "*"})
            named = [(fault["field"], fault["rule"]) for fault in answered.json().get("errors", ())]
            wrong = {name for name in body if not any(found.split(".")[0] == name for found, _ in named)}
            if answered.status_code != 400 or (field, rule) not in named or wrong - set(BROKEN[field, rule]):
                failed.append((each.method, each.path, field, rule, answered.status_code, sorted(wrong), named))

    assert failed == [], failed[0]
