"""What is about terms is sent to the finance team, however it wants that, and to no referrer."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.api.state import AppState
from app.database import Connection
from app.domain.events import ABOUT_TERMS, EventType
from app.models.delivery.delivery import delivery
from app.models.delivery.outbox import event
from app.sandbox.runtime import SettableClock
from app.worker import WorkerLoops
from tests.api.conftest import NOW, Api, SignIn
from tests.support.api_calls import path_for, refer
from tests.support.event_env import Mailbox, mailbox
from tests.support.subscriber import subscribe

Json = Any
REFERRALS = {
    "dock": {},
    "court": {},
    "bailiff": {},
    "gidso": {"organisationCode": "wijkteam-feijenoord"},
    "rmw": {"organisationCode": "werk-en-inkomen"},
}
"""Which clients refer, for whom."""


async def polled(client: Api) -> list[Json]:
    """Return every event that a client reads by polling."""
    answered = await client.get("/v1/events", params={"limit": 100})
    assert answered.status_code == 200, answered.text
    items: list[Json] = answered.json()["items"]
    return items


def types(events: list[Json]) -> set[str]:
    return {each["type"] for each in events}


def receivers(tx: Connection) -> set[str]:
    """Return who is owed what is about terms."""
    query = select(delivery.c.receiver).join(event, event.c.id == delivery.c.event_id)
    return {each.text.split(":")[0] for each in tx.scalars(query.where(event.c.type.in_(ABOUT_TERMS)))}


async def test_terms_of_every_referrer_s_cases_reach_the_finance_team_in_one_round_and_nobody_else(
    hub: AppState, sign_in: SignIn, etf: Api, worker: WorkerLoops, clock: SettableClock, box: Mailbox
) -> None:
    referrers = {name: await sign_in(name) for name in REFERRALS}
    for name, client in referrers.items():
        await refer(client, reference=f"T-{name}", **REFERRALS[name])
    async with mailbox() as of_referrers:
        for name in ("dock", "court", "bailiff"):
            await subscribe(referrers[name], of_referrers.url)
        await subscribe(etf, box.url)
        await worker.pull_and_deliver()
        for hours in (21, 20 * 24):
            clock.set(NOW + timedelta(hours=hours))
            await worker.pull_and_deliver()

        sent, own = [*map(json.loads, box.bodies)], await polled(etf)
        assert types(sent) == types(own) == {EventType.TERM_APPROACHING, EventType.TERM_BREACHED}
        assert {each["subject"] for each in sent} == {each["subject"] for each in own}
        assert len({each["subject"] for each in own}) == len(REFERRALS)
        assert not types([*map(json.loads, of_referrers.bodies)]) & ABOUT_TERMS
    for name in ("dock", "court", "bailiff"):
        assert not types(await polled(referrers[name])) & ABOUT_TERMS, name
    assert await hub.db.read(receivers) == {"partner", "subscription", "poll"}


async def test_an_event_about_a_term_says_which_and_until_when_and_nothing_of_the_client(
    dock: Api, etf: Api, worker: WorkerLoops, clock: SettableClock
) -> None:
    await refer(dock, reference="T-1")
    path = await path_for(etf, "T-1")
    clock.set(NOW + timedelta(hours=25))
    await worker.pull_and_deliver()

    (found,) = [each for each in await polled(etf) if each["type"].endswith("term-breached.v1")]

    assert found["subject"] == path.rpartition("/")[2]
    assert (await etf.get(found["dataref"])).status_code == 200
    assert found["data"]["term"] == {"code": "confirmation", "dueOn": "2026-03-03"}
    assert found["data"].keys() == {"referral", "term", "occurredAt"}
    assert found["data"]["referral"].keys() == {"id", "reference", "status"}


async def test_what_is_read_again_is_the_same_and_each_is_read_once(
    dock: Api, etf: Api, worker: WorkerLoops, clock: SettableClock
) -> None:
    for number in range(3):
        await refer(dock, reference=f"T-{number}")
    clock.set(NOW + timedelta(days=20))
    await worker.pull_and_deliver()

    everything, again = await polled(etf), await polled(etf)
    page = (await etf.get("/v1/events", params={"limit": 4})).json()
    rest = (await etf.get("/v1/events", params={"after": page["nextCursor"], "limit": 100})).json()["items"]

    assert everything == again == [*page["items"], *rest]
    assert len({each["id"] for each in everything}) == len(everything) > 4


async def test_an_operator_that_asks_for_them_is_sent_each_term_once_and_nothing_of_the_client(
    dock: Api, etf: Api, operator: Api, worker: WorkerLoops, clock: SettableClock, box: Mailbox
) -> None:
    async with mailbox() as unasked:
        await subscribe(operator, box.url, eventTypes=sorted([EventType.TERM_APPROACHING, EventType.TERM_BREACHED]))
        await subscribe(operator, unasked.url)
        await refer(dock, reference="T-1")
        for hours in (21, 25, 26):
            clock.set(NOW + timedelta(hours=hours))
            await worker.pull_and_deliver()

        sent = [*map(json.loads, box.bodies)]
        assert unasked.bodies == []
    own_id = (await path_for(etf, "T-1")).rpartition("/")[2]
    confirmation = [each for each in sent if each["data"]["term"]["code"] == "confirmation"]
    assert [each["type"] for each in confirmation] == [EventType.TERM_APPROACHING, EventType.TERM_BREACHED]
    assert len({(each["type"], each["data"]["term"]["code"]) for each in sent}) == len(sent)
    for each in sent:
        assert each["subject"] == own_id
        assert each["data"].keys() == {"referral", "term", "occurredAt"}
        assert each["data"]["referral"].keys() == {"id"}
        assert each["data"]["term"].keys() == {"code", "dueOn"}


@pytest.mark.parametrize(
    ("client", "event_type", "rule"),
    [
        ("etf", "nl.trajecthub.referrals.confirmed.v1", "told-to-finance-team"),
        ("etf", "nl.trajecthub.referrals.received.v1", "told-to-finance-team"),
        ("dock", "nl.trajecthub.referrals.term-breached.v1", "told-to-referrers"),
        ("operator", "nl.trajecthub.referrals.confirmed.v1", "told-to-operators"),
    ],
)
async def test_a_subscription_names_only_types_that_its_owner_is_sent(
    sign_in: SignIn, client: str, event_type: str, rule: str
) -> None:
    body = {"url": "https://hooks.example.nl/hub", "eventTypes": [event_type]}
    refused = await (await sign_in(client)).post("/v1/subscriptions", json=body)

    assert [(each["field"], each["rule"]) for each in refused.json()["errors"]] == [("eventTypes", rule)]


async def test_the_credit_bank_subscribes_to_nothing_and_the_operator_reads_no_events(
    sign_in: SignIn, operator: Api
) -> None:
    bank = await sign_in("bank")
    subscribed = await bank.post("/v1/subscriptions", json={"url": "https://hooks.example.nl/hub"})

    assert [each.status_code for each in (subscribed, await operator.get("/v1/events"))] == [403, 403]
