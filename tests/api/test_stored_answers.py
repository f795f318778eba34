"""An answer that is stored is sealed under the key of the client whose data it contains, or contains no person's."""

from typing import Any

import httpx

from app.api.openapi.document import document
from app.api.state import AppState
from app.operations.access.clients import save_client
from app.worker import WorkerLoops
from tests.api.conftest import PROCESSES, SECRET, SignIn
from tests.support.api_calls import path_for, read, refer
from tests.support.documented import resolved
from tests.support.event_env import Mailbox
from tests.support.quarantine import SECRET_TEXT, fill_quarantine
from tests.support.stored_answers import open_answers
from tests.support.subscriber import subscribe

Api = httpx.AsyncClient
CANARY = "Kanarie"
CLIENT = {"givenName": "Kanarie-Voor", "familyName": "Kanarie-Achter", "birthDate": "1971-07-17"}
CONTACT = {"address": "Kanariestraat 77", "phone": "+31 6 87654321", "email": "klant@kanarie.example"}
PERSONAL = {
    *("bsn", "givenName", "familyName", "birthDate", "sex", "address", "phone", "email", "client", "worker"),
    *("counsellor", "motivation", "caseLead", "meetingPlace", "place", "participants", "contact", "documentReference"),
}
OF_CASES = ("/arrivals", "/referrals", "/trajectories")


async def send(api: Api, path: str, body: dict[str, Any] | None = None) -> str:
    """Make a change that succeeds; returns the body of its answer."""
    answered = await api.post(f"/v1{path}", json=body or {}, headers={"If-Match": "*"})
    assert answered.is_success, answered.text
    return answered.text


async def plant(dock: Api, team: Api, receiver: str) -> tuple[str, str]:
    """Refer a client of canaries, and write over its texts as the finance team, which does not own them.

    Returns:
        The ids of the subscription that is sent what happens, and of the referral.
    """
    subscription = await subscribe(dock, receiver)
    consent = {"scopes": ["feedback_to_referrer"], "givenOn": "2026-03-01"}
    await refer(dock, reference="K-1", client=CLIENT | CONTACT, reason="Kanarie-Aanleiding", consent=consent)
    path = await path_for(team, "K-1")
    values = {"reason": "Kanarie-Nieuw", "worker": {"name": "Kanarie-Werker"}, "caseLead": "Kanarie-Regie"}
    refused = await team.patch(f"/v1{path}", json=values, headers={"If-Match": "*"})
    assert refused.json()["code"] == "not-the-owner"
    return subscription["id"], path.rpartition("/")[2]


async def ids(api: Api, path: str) -> list[str]:
    return [each["id"] for each in (await read(api, path))["items"]]


async def operate(operator: Api, referral_id: str) -> list[str]:
    """Do what an operator can do about a case. Return the answers."""
    partner = "/partners/allegro"
    conflicts, owed = await ids(operator, f"{partner}/conflicts"), await ids(operator, f"{partner}/deliveries")
    quarantined = f"{partner}/quarantine/{(await ids(operator, f'{partner}/quarantine'))[0]}"
    job = {"kind": "link", "links": [{"caseId": "A0000042", "referralId": referral_id}]}
    decisions = zip(conflicts, ("hub", "partner", "hub"), strict=True)
    return [
        *[await send(operator, f"{partner}/conflicts/{each}/decision", {"keep": keep}) for each, keep in decisions],
        *[await send(operator, f"{partner}/deliveries/{each}/redelivery") for each in owed],
        await send(operator, f"{partner}/redeliveries"),
        await send(operator, f"{partner}/pause", {"reason": "trial"}),
        await send(operator, f"{partner}/jobs", job),
        await send(operator, f"{quarantined}/retry"),
        await send(operator, f"{quarantined}/dismissal", {"reason": "trial"}),
    ]


async def ask_again(dock: Api, subscription_id: str) -> list[str]:
    """Do what a subscriber can do about what it is sent. Return the answers."""
    path = f"/subscriptions/{subscription_id}"
    return [
        *[await send(dock, f"{path}/deliveries/{each}/redelivery") for each in await ids(dock, f"{path}/deliveries")],
        await send(dock, f"{path}/replay", {"from": "2026-03-01T00:00:00Z"}),
        await send(dock, f"{path}/test"),
    ]


async def test_answers_that_change_no_case_but_concern_one_have_nothing_of_a_person(
    hub: AppState, dock: Api, operator: Api, sign_in: SignIn, worker: WorkerLoops, box: Mailbox
) -> None:
    scopes, code = PROCESSES | {"referrals:write"}, "expertiseteam-financien"
    await hub.db.write(save_client, hub.services, "team", organisation_code=code, scopes=scopes, secret=SECRET)
    subscription_id, referral_id = await plant(dock, await sign_in("team"), box.url)
    await worker.pull_and_deliver()
    await fill_quarantine(hub)

    answers = [*await operate(operator, referral_id), *await ask_again(dock, subscription_id)]

    opened = await hub.db.read(open_answers, hub.services)
    of_nobody = [each.text for each in opened if not each.is_about_client]
    assert len(answers) >= 12
    assert all(any(text.endswith(each) for text in of_nobody) for each in answers)
    assert [text for text in of_nobody if CANARY in text or SECRET_TEXT in text or CLIENT["birthDate"] in text] == []
    assert any(CANARY in each.text for each in opened if each.is_about_client)


def test_no_other_write_than_those_of_cases_answers_with_a_personal_field() -> None:
    made = document()
    found = {
        f"{method} {path}": names
        for path, methods in made["paths"].items()
        for method, operation in methods.items()
        if not path.startswith(OF_CASES) and _is_done_once(operation)
        if (names := PERSONAL & _names(made, [each for code, each in operation["responses"].items() if code < "3"]))
    }
    of_case = made["paths"]["/referrals"]["post"]

    assert found == {}
    assert _is_done_once(of_case)
    assert {"client", "birthDate"} <= _names(made, [of_case["responses"]["201"]])


def _is_done_once(operation: dict[str, Any]) -> bool:
    return any(each["name"] == "Idempotency-Key" for each in map(resolved, operation["parameters"]))


def _names(made: dict[str, Any], part: Any, seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the names of all members that a part of the document describes."""
    if isinstance(part, list):
        return set().union(*(_names(made, each, seen) for each in part))
    if not isinstance(part, dict):
        return set()
    reference = part.get("$ref")
    if reference in seen:
        return set()
    if reference:
        return _names(made, made["components"]["schemas"][reference.rpartition("/")[2]], seen | {reference})
    names = set(part["properties"]) if isinstance(part.get("properties"), dict) else set()
    return names | _names(made, [each for name, each in part.items() if name not in {"headers", "links"}], seen)
