"""The operator finds what an organisation means by its own id or reference; nobody else does, and no id is logged."""

import json
from uuid import UUID

import httpx
import pytest
from structlog.testing import capture_logs

from app.api.state import AppState
from app.operations.access.clients import save_client
from app.worker import WorkerLoops
from tests.api.conftest import SECRET, Api, SignIn
from tests.support.api_calls import Json, fault, path_for, refer, step
from tests.support.event_env import Mailbox
from tests.support.subscriber import confirmed, deliveries, only_referral, subscribe

NOBODY = "019ab3f2-7c00-7000-8000-000000000009"


async def look_up(api: Api, organisation: str, **stated: str) -> httpx.Response:
    return await api.post("/v1/records/_search", json={"organisation": organisation, **stated})


async def found(api: Api, organisation: str, **stated: str) -> Json:
    answered = await look_up(api, organisation, **stated)
    assert answered.status_code == 200, answered.text
    body: Json = answered.json()
    return body


async def test_a_referral_is_found_by_the_referrers_id_and_by_its_reference(
    dock: Api, operator: Api, hub: AppState
) -> None:
    made = await refer(dock, reference="Kenmerk-é")
    own_id = str(await only_referral(hub))

    by_id = await found(operator, "dock", id=made["id"])
    by_reference = await found(operator, "dock", reference="Kenmerk-e\u0301")

    assert made["id"] != own_id
    assert by_id == by_reference == {"kind": "referral", "id": own_id, "referralId": own_id}


async def test_whatever_a_subscriber_knows_by_an_id_is_found(
    dock: Api, etf: Api, operator: Api, worker: WorkerLoops, box: Mailbox, hub: AppState
) -> None:
    made = await subscribe(dock, box.url)
    await confirmed(dock, etf)
    path = await path_for(etf, "D-1")
    planned = await step(etf, f"{path}/appointments", {"startsAt": "2026-03-09T10:00:00+01:00"})
    await worker.pull_and_deliver()
    own_id = str(await only_referral(hub))
    (first, *_) = await deliveries(dock, made)
    scheduled = json.loads(box.bodies[-1])

    records = {
        "subscription": await found(operator, "dock", id=made["id"]),
        "delivery": await found(operator, "dock", id=first["id"]),
        "event": await found(operator, "dock", id=scheduled["id"]),
        "appointment": await found(operator, "dock", id=scheduled["data"]["appointment"]["id"]),
    }

    assert {kind: record["kind"] for kind, record in records.items()} == {kind: kind for kind in records}
    assert "referralId" not in records["subscription"]
    assert {records[kind]["referralId"] for kind in ("delivery", "event", "appointment")} == {own_id}
    assert records["appointment"]["id"] == planned["id"]


async def test_what_another_organisation_has_is_not_found(
    dock: Api, pit010: Api, operator: Api, box: Mailbox, hub: AppState
) -> None:
    made, subscription = await refer(dock, reference="X-1"), await subscribe(dock, box.url)
    own_id = str(await only_referral(hub))

    answers = [
        await look_up(operator, "pit010", id=made["id"]),
        await look_up(operator, "pit010", id=own_id),
        await look_up(operator, "dock", id=own_id),
        await look_up(operator, "pit010", id=subscription["id"]),
        await look_up(operator, "pit010", reference="X-1"),
        await look_up(operator, "dock", id=NOBODY),
        await look_up(operator, "nobody", reference="X-1"),
    ]

    assert {each.status_code for each in answers} == {404}


async def test_an_organisation_inside_the_three_systems_states_the_hubs_own_id(
    dock: Api, operator: Api, hub: AppState
) -> None:
    await refer(dock)
    own_id = str(await only_referral(hub))

    assert (await found(operator, "expertiseteam-financien", id=own_id))["referralId"] == own_id


async def test_only_the_operator_looks_up(dock: Api, hub: AppState, sign_in: SignIn) -> None:
    # With the scope, too: the role of the organisation decides.
    scopes = {"records:read"}
    await hub.db.write(save_client, hub.services, "curious", organisation_code="dock", scopes=scopes, secret=SECRET)

    answers = [await look_up(api, "dock", reference="X-1") for api in (dock, await sign_in("curious"))]

    assert [each.status_code for each in answers] == [403, 403]


@pytest.mark.parametrize("stated", [{}, {"id": NOBODY, "reference": "X-1"}])
async def test_one_of_id_and_reference_is_needed(operator: Api, stated: dict[str, str]) -> None:
    assert fault(await look_up(operator, "dock", **stated)) == ("id", "id-or-reference")


async def test_each_look_up_is_logged_without_id_and_reference(dock: Api, operator: Api, hub: AppState) -> None:
    made = await refer(dock, reference="Jansen-1985")
    secrets = (made["id"], str(await only_referral(hub)), "Jansen-1985", str(UUID(NOBODY)))
    with capture_logs() as lines:
        await found(operator, "dock", id=made["id"])
        await look_up(operator, "dock", reference="Jansen-1985")
        await look_up(operator, "dock", id=NOBODY)

    logged = [each for each in lines if each["event"] == "record_looked_up"]
    assert [(each["by"], each["organisation"], each["stated"], each["kind"]) for each in logged] == [
        ("operator", "dock", "id", "referral"),
        ("operator", "dock", "reference", "referral"),
        ("operator", "dock", "id", None),
    ]
    assert not any(secret in repr(lines) for secret in secrets)
