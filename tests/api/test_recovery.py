"""After a receiver's recovery its owner, or an operator, has it sent now what it is owed and what was given up."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from aiohttp import web

from app.api.state import AppState
from app.domain.codes import System
from app.domain.events import NewEvent
from app.events.delivery.breaker import OPENS_AFTER
from app.models.delivery.outbox import append_events, chain_events
from app.models.delivery.receiver_health import failing_receivers
from app.operations.subscriptions.recovery import MOST_COUNTED
from app.sandbox.runtime import SettableClock
from app.worker import WorkerLoops
from tests.support.api_calls import Json
from tests.support.event_env import Mailbox, mailbox, ok
from tests.support.subscriber import (
    INTAKE_MISSED,
    confirmed,
    deliveries,
    missed_intake,
    only_referral,
    subscribe,
    withdraw_consent,
)

Api = httpx.AsyncClient
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CONFIRMED = ["nl.trajecthub.referrals.confirmed.v1"]
FAILING, RECOVERED = (f"nl.trajecthub.subscriptions.{name}.v1" for name in ("failing", "recovered"))


def server_error(_: web.Request) -> web.StreamResponse:
    return web.Response(status=500)


async def ask(api: Api, made: Json, what: str, body: Json | None = None, key: str | None = None) -> Json:
    """Post to a sub-resource of a subscription; return the answer."""
    headers = {"If-Match": "*", **({"Idempotency-Key": key} if key else {})}
    answered = await api.post(f"/v1/subscriptions/{made['id']}/{what}", json=body, headers=headers)
    assert answered.status_code in (200, 202), answered.text
    found: Json = answered.json()
    return found


async def fail(worker: WorkerLoops, box: Mailbox) -> None:
    """Let one round of deliveries fail; the receiver is up again afterwards."""
    box.answer = server_error
    await worker.pull_and_deliver()
    box.answer = ok
    box.bodies.clear()
    box.headers.clear()


async def give_up(worker: WorkerLoops, box: Mailbox, clock: SettableClock) -> None:
    """Let everything that is due fail until it is given up."""
    for _ in range(12):
        await fail(worker, box)
        clock.set(clock.now() + timedelta(hours=40))


async def fail_often(dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox) -> None:
    """Let a receiver fail so often that it is not called for a while."""
    for number in range(OPENS_AFTER + 2):
        await confirmed(dock, etf, f"W-{number}")
    await fail(worker, box)


@pytest.fixture
async def failed(dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox) -> Json:
    """Return a subscription whose receiver failed so often that it is not called for a while."""
    made = await subscribe(dock, box.url, eventTypes=CONFIRMED)
    await fail_often(dock, etf, worker, box)
    return made


async def test_what_waits_is_sent_at_once_on_asking(
    dock: Api, worker: WorkerLoops, box: Mailbox, failed: Json, hub: AppState
) -> None:
    await worker.pull_and_deliver()
    before = len(box.bodies)

    owed = await ask(dock, failed, "retry")
    restrained = await hub.db.read(failing_receivers)
    await worker.pull_and_deliver()

    assert before == 0
    assert owed == {"deliveries": OPENS_AFTER + 2, "more": False, "since": NOW.isoformat().replace("+00:00", "Z")}
    assert restrained == {}
    assert {each["state"] for each in await deliveries(dock, failed)} == {"delivered"}
    assert len(box.bodies) == OPENS_AFTER + 2
    # The receiver drops duplicates, and some of these may have arrived.
    assert all("webhook-redelivery" not in headers for headers in box.headers)


async def test_an_operator_may_ask_for_any_subscription_and_another_organisation_may_not(
    operator: Api, pit010: Api, worker: WorkerLoops, box: Mailbox, failed: Json
) -> None:
    (known,) = (await operator.get("/v1/subscriptions")).json()["items"]

    refused = await pit010.post(f"/v1/subscriptions/{failed['id']}/retry")
    owed = await ask(operator, known, "retry")
    await worker.pull_and_deliver()

    assert refused.status_code == 404
    assert owed["deliveries"] == len(box.bodies) == OPENS_AFTER + 2


async def test_asking_twice_under_one_key_is_asking_once(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox, failed: Json
) -> None:
    first = await ask(dock, failed, "retry", key="retry-1")
    await worker.pull_and_deliver()
    await confirmed(dock, etf, "later")
    await fail(worker, box)

    again = await ask(dock, failed, "retry", key="retry-1")
    await worker.pull_and_deliver()

    assert again == first
    assert box.bodies == []


async def test_the_end_and_the_next_start_of_a_failure_are_notified_once_each(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    async with mailbox() as notices:
        await subscribe(dock, notices.url, eventTypes=[FAILING, RECOVERED])
        made = await subscribe(dock, box.url, eventTypes=CONFIRMED)
        await fail_often(dock, etf, worker, box)
        for _ in range(2):
            await ask(dock, made, "retry")
        await fail(worker, box)
        await worker.pull_and_deliver()

        told = [json.loads(body) for body in notices.bodies]
    assert [each["type"] for each in told] == [FAILING, RECOVERED, FAILING]
    assert told[1]["data"]["reason"] == "resumed"


async def test_the_schedule_of_tries_begins_anew(
    dock: Api, worker: WorkerLoops, box: Mailbox, clock: SettableClock, failed: Json
) -> None:
    for _ in range(6):
        clock.set(clock.now() + timedelta(hours=15))
        await ask(dock, failed, "retry")
        await fail(worker, box)

    waiting = await deliveries(dock, failed)

    assert {each["state"] for each in waiting} == {"pending"}
    assert min(datetime.fromisoformat(each["nextAttemptAt"]) for each in waiting) < clock.now() + timedelta(seconds=10)


async def test_what_was_given_up_from_a_moment_on_is_sent_again_and_nothing_else(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox, clock: SettableClock
) -> None:
    made = await subscribe(dock, box.url, eventTypes=CONFIRMED)
    await confirmed(dock, etf, "arrived")
    await worker.pull_and_deliver()
    await confirmed(dock, etf, "long-ago")
    await give_up(worker, box, clock)
    moment = clock.now()
    await confirmed(dock, etf, "lately")
    await give_up(worker, box, clock)
    await confirmed(dock, etf, "waits")
    await fail(worker, box)

    owed = await ask(dock, made, "recovery", {"from": moment.isoformat()})
    await worker.pull_and_deliver()

    sent = [json.loads(body)["data"]["referral"]["reference"] for body in box.bodies]
    assert (owed["deliveries"], sorted(sent)) == (2, ["lately", "waits"])
    (dead,) = await deliveries(dock, made, "?state=dead")
    assert datetime.fromisoformat(dead["finishedAt"]) < moment
    marked = [headers.get("webhook-redelivery") for headers in box.headers]
    assert dict(zip(sent, marked, strict=True)) == {"lately": "true", "waits": None}


@pytest.mark.parametrize("what", ["retry", "recovery"])
async def test_nothing_is_sent_now_to_a_subscription_that_is_not_active(dock: Api, box: Mailbox, what: str) -> None:
    made = await subscribe(dock, box.url)
    await ask(dock, made, "pause")

    answered = await dock.post(f"/v1/subscriptions/{made['id']}/{what}", json={"from": NOW.isoformat()})

    assert answered.status_code == 409
    assert "paused" in answered.json()["detail"]


async def test_a_resumption_says_how_many_are_sent_and_from_which_moment(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox, clock: SettableClock
) -> None:
    made = await subscribe(dock, box.url, eventTypes=CONFIRMED)
    await ask(dock, made, "pause")
    for number in range(3):
        clock.set(NOW + timedelta(hours=number))
        await confirmed(dock, etf, f"P-{number}")
        await worker.pull_and_deliver()

    resumed = await ask(dock, made, "resumption")
    await worker.pull_and_deliver()

    assert (resumed["status"], len(box.bodies)) == ("active", 3)
    assert resumed["owed"] == {"deliveries": 3, "more": False, "since": NOW.isoformat().replace("+00:00", "Z")}


async def test_a_resumption_with_nothing_owed_says_so(dock: Api, box: Mailbox) -> None:
    made = await subscribe(dock, box.url)
    await ask(dock, made, "pause")

    assert (await ask(dock, made, "resumption"))["owed"] == {"deliveries": 0, "more": False}


async def test_it_does_not_say_that_there_is_more_of_what_may_not_be_disclosed(
    sign_in: Callable[[str], Awaitable[Api]], etf: Api, worker: WorkerLoops, hub: AppState, box: Mailbox
) -> None:
    bailiff = await sign_in("bailiff")
    made = await subscribe(bailiff, box.url, eventTypes=[INTAKE_MISSED])
    await ask(bailiff, made, "pause")
    referred = await missed_intake(bailiff, etf, "B-1")
    (missed,) = [
        each.event
        for each in await hub.db.read(chain_events, await only_referral(hub))
        if each.event.type == INTAKE_MISSED
    ]
    again = [
        NewEvent(replace(missed, id=hub.services.new_id(missed.recorded_at)), System.ALLEGRO)
        for _ in range(MOST_COUNTED)
    ]
    await hub.db.write(append_events, again)
    await worker.pull_and_deliver()

    await withdraw_consent(bailiff, referred)

    assert (await ask(bailiff, made, "resumption"))["owed"] == {"deliveries": 0, "more": False}


async def test_what_may_not_be_disclosed_is_not_counted(
    sign_in: Callable[[str], Awaitable[Api]], etf: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    bailiff = await sign_in("bailiff")
    made = await subscribe(bailiff, box.url, eventTypes=[INTAKE_MISSED])
    await ask(bailiff, made, "pause")
    for reference in ("stands", "withdrawn"):
        referred = await missed_intake(bailiff, etf, reference)
    await worker.pull_and_deliver()
    await withdraw_consent(bailiff, referred)

    resumed = await ask(bailiff, made, "resumption")
    await worker.pull_and_deliver()

    assert resumed["owed"]["deliveries"] == 1
    assert [json.loads(body)["data"]["referral"]["reference"] for body in box.bodies] == ["stands"]


async def test_a_delivery_that_cannot_be_built_keeps_nobody_from_resuming(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox, hub: AppState
) -> None:
    made = await subscribe(dock, box.url, eventTypes=CONFIRMED)
    await confirmed(dock, etf)
    await worker.pull_and_deliver()
    await ask(dock, made, "pause")
    await confirmed(dock, etf, "D-2")
    await worker.pull_and_deliver()
    await hub.db.write(lambda tx: tx.exec_driver_sql("UPDATE event SET type = 'of-a-later-release'"))

    resumed = await ask(dock, made, "resumption")

    assert (resumed["status"], resumed["owed"]) == ("active", {"deliveries": 0, "more": False})
