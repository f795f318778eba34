"""Subscriptions to notices about connections, how many there may be, and whose they are."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from aiohttp import web

from app.api.openapi.document import document
from app.api.state import AppState
from app.domain.codes import System
from app.domain.events import NOTICES, SUBSCRIPTION_NOTICES, EventType
from app.operations.notices import announce_partner
from app.operations.services import Services
from app.worker import WorkerLoops
from tests.support.api_calls import Json, fault, refer
from tests.support.documented import resolved
from tests.support.event_env import Mailbox, mailbox
from tests.support.served import api_of
from tests.support.subscriber import confirmed, deliveries, subscribe

Api = httpx.AsyncClient
PARTNER_FAILING = EventType.PARTNER_FAILING.value


async def test_operator_is_told_of_a_partner(
    operator: Api, worker: WorkerLoops, box: Mailbox, hub: AppState, services: Services
) -> None:
    made = await subscribe(operator, box.url)
    await hub.db.write(announce_partner, services, System.RMW, True)

    await worker.pull_and_deliver()

    (event,) = map(json.loads, box.bodies)
    assert (event["type"], event["subject"]) == (PARTNER_FAILING, "rmw")
    (listed,) = await deliveries(operator, made)
    assert (listed["eventType"], listed["state"], "referralId" in listed) == (PARTNER_FAILING, "delivered", False)


async def test_subject_of_a_notice_is_the_id_by_which_its_reader_finds_the_subscription(
    dock: Api, etf: Api, operator: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    async with mailbox() as gone, mailbox() as others:
        failing = await subscribe(dock, gone.url, eventTypes=["nl.trajecthub.referrals.confirmed.v1"])
        await subscribe(dock, others.url, eventTypes=sorted(SUBSCRIPTION_NOTICES))
        await subscribe(operator, box.url)
        gone.answer = lambda _: web.Response(status=410)
        await confirmed(dock, etf)

        await worker.pull_and_deliver()

        told = [json.loads(each.bodies[-1]) for each in (others, box)]
    read = [(await api.get(each["dataref"])).json() for api, each in zip((dock, operator), told, strict=True)]
    assert [each["type"] for each in told] == [EventType.SUBSCRIPTION_DISABLED] * 2
    assert told[0]["subject"] == failing["id"] != told[1]["subject"]
    assert [(each["url"], each["status"], each["organisation"]) for each in read] == [
        (gone.url, "disabled", "dock")
    ] * 2


async def test_notice_is_sent_again_on_asking(
    operator: Api, worker: WorkerLoops, box: Mailbox, hub: AppState, services: Services
) -> None:
    made = await subscribe(operator, box.url)
    await hub.db.write(announce_partner, services, System.RMW, True)
    await worker.pull_and_deliver()
    (first,) = await deliveries(operator, made)

    answered = await operator.post(f"/v1/subscriptions/{made['id']}/deliveries/{first['id']}/redelivery")
    await worker.pull_and_deliver()

    assert answered.status_code == 202
    assert box.bodies[0] == box.bodies[1]
    assert box.headers[1]["webhook-redelivery"] == "true"


async def test_operator_without_a_filter_is_told_nothing_of_referrals(
    operator: Api, dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    await subscribe(operator, box.url)
    await confirmed(dock, etf)

    await worker.pull_and_deliver()

    assert box.bodies == []


@pytest.mark.parametrize(
    ("client", "event_type", "rule"),
    [
        ("operator", "nl.trajecthub.referrals.confirmed.v1", "told-to-operators"),
        ("operator", "nl.trajecthub.subscriptions.test.v1", "told-to-operators"),
        ("dock", "nl.trajecthub.partners.failing.v1", "told-to-referrers"),
    ],
)
async def test_type_that_its_owner_is_never_told_is_refused(
    sign_in: Any, box: Mailbox, client: str, event_type: str, rule: str
) -> None:
    api = await sign_in(client)
    made = await subscribe(api, box.url)

    new = await api.post("/v1/subscriptions", json={"url": box.url, "eventTypes": [event_type]})
    changed = await api.patch(
        f"/v1/subscriptions/{made['id']}", json={"eventTypes": [event_type]}, headers={"If-Match": "*"}
    )

    assert fault(new) == fault(changed) == ("eventTypes", rule)


async def test_partner_system_cannot_subscribe(gidso: Api, box: Mailbox) -> None:
    assert (await gidso.post("/v1/subscriptions", json={"url": box.url})).status_code == 403


@pytest.mark.parametrize("event_type", sorted(NOTICES))
async def test_preview_of_a_notice_says_that_it_is_about_no_referral(
    dock: Api, box: Mailbox, event_type: EventType
) -> None:
    made, referred = await subscribe(dock, box.url), await refer(dock)
    asked = {"referralId": referred["id"], "eventType": event_type.value}

    answered = await dock.post(f"/v1/subscriptions/{made['id']}/preview", json=asked)

    assert fault(answered) == ("eventType", "about-a-referral")


async def test_notices_are_not_among_the_events_of_referrals_that_are_asked_for(
    dock: Api, operator: Api, box: Mailbox, hub: AppState, services: Services
) -> None:
    await subscribe(dock, box.url, eventTypes=sorted(SUBSCRIPTION_NOTICES))
    await hub.db.write(announce_partner, services, System.RMW, True)

    polled = await dock.get("/v1/events")
    refused = await operator.get("/v1/events")

    assert polled.json()["items"] == []
    assert refused.status_code == 403


async def limited(hub: AppState, api: Api, body: Json, limit: int) -> httpx.Response:
    """Make a subscription at a hub that allows at most ``limit``."""
    headers = {"Authorization": api.headers["authorization"], "Idempotency-Key": str(len(body) + limit)}
    with api_of(replace(hub, subscription_limit=limit)) as served:
        transport = httpx.ASGITransport(served)
        async with Api(transport=transport, base_url=hub.public_url, headers=headers) as client:
            return await client.post("/v1/subscriptions", json=body)


async def test_one_subscription_more_than_the_limit_is_refused(
    dock: Api, pit010: Api, box: Mailbox, hub: AppState
) -> None:
    made = [await subscribe(dock, box.url) for _ in range(2)]

    refused = await limited(hub, dock, {"url": box.url}, 2)
    of_another = await limited(hub, pit010, {"url": box.url}, 2)
    await dock.delete(f"/v1/subscriptions/{made[0]['id']}", headers={"If-Match": "*"})
    after_one_ended = await limited(hub, dock, {"url": box.url, "content": "thin"}, 2)

    assert (refused.status_code, refused.json()["type"]) == (409, "https://hub.example.nl/docs/errors/limit-reached")
    assert "2 subscriptions" in refused.json()["detail"]
    assert (of_another.status_code, after_one_ended.status_code) == (201, 201)


def test_document_names_the_header_of_what_is_sent_again() -> None:
    for webhook in document()["webhooks"].values():
        required = {each["name"]: each["required"] for each in map(resolved, webhook["post"]["parameters"])}
        assert (required["webhook-id"], required["webhook-redelivery"]) == (True, False)


async def test_operator_reads_whose_each_subscription_is(dock: Api, pit010: Api, operator: Api, box: Mailbox) -> None:
    for api in (dock, pit010, operator):
        await subscribe(api, box.url)

    listed = (await operator.get("/v1/subscriptions")).json()["items"]
    own = (await dock.get("/v1/subscriptions")).json()["items"]

    assert [each["organisation"] for each in listed] == ["dock", "pit010", "beheer"]
    assert [each["organisation"] for each in own] == ["dock"]
