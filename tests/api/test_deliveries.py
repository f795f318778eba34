"""What a subscriber sees of its deliveries, and what it may ask to be sent."""

import json
from datetime import UTC, datetime, timedelta

import httpx
from aiohttp import web
from standardwebhooks.webhooks import Webhook

from app.api.state import AppState
from app.domain.receivers import SubscriptionKey
from app.models.delivery.delivery import DeliveryState, change_subscription_status, deliveries_about
from app.models.delivery.subscription import SubscriptionStatus, list_subscriptions
from app.sandbox.runtime import SettableClock
from app.worker import WorkerLoops
from tests.support.api_calls import fault, path_for, refer, step
from tests.support.event_env import Mailbox, mailbox, ok
from tests.support.subscriber import CONSENT, confirmed, deliveries, only_referral, subscribe

Api = httpx.AsyncClient
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def server_error(_: web.Request) -> web.StreamResponse:
    return web.Response(status=500)


async def test_test_goes_to_the_asking_address_only(
    dock: Api, worker: WorkerLoops, box: Mailbox, hub: AppState
) -> None:
    asking = await subscribe(dock, box.url)
    async with mailbox() as other:
        await subscribe(dock, other.url)

        answered = await dock.post(f"/v1/subscriptions/{asking['id']}/test")
        await worker.pull_and_deliver()

        assert answered.status_code == 202
        assert other.bodies == []
    (body,), (headers,) = box.bodies, box.headers
    event = json.loads(body)
    assert Webhook(asking["secret"]).sign(headers["webhook-id"], NOW, body.decode()) == headers["webhook-signature"]
    assert (event["type"], event["subject"]) == ("nl.trajecthub.subscriptions.test.v1", asking["id"])
    assert event["id"] == headers["webhook-id"] == answered.json()["eventId"]
    assert set(event["data"]) == {"occurredAt"}
    assert await hub.db.read(lambda tx: tx.exec_driver_sql("select count(*) from disclosure").scalar_one()) == 0


async def test_test_is_listed_at_once_and_then_with_its_try(dock: Api, worker: WorkerLoops, box: Mailbox) -> None:
    made = await subscribe(dock, box.url)
    sent = (await dock.post(f"/v1/subscriptions/{made['id']}/test")).json()

    (before,) = await deliveries(dock, made)
    await worker.pull_and_deliver()
    (listed,) = await deliveries(dock, made)

    assert (before["id"], before["state"], before["attempts"]) == (sent["deliveryId"], "pending", [])
    assert {"sequence", "waitsFor"}.isdisjoint(before)
    assert (listed["id"], listed["state"], "referralId" in listed) == (sent["deliveryId"], "delivered", False)
    (tried,) = listed["attempts"]
    assert (tried["number"], tried["outcome"], tried["statusCode"]) == (1, "delivered", 204)


async def test_failed_try_tells_why_and_when_the_next_is(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    made = await subscribe(dock, box.url, eventTypes=["nl.trajecthub.referrals.confirmed.v1"])
    box.answer = server_error
    referred = await confirmed(dock, etf)
    await worker.pull_and_deliver()

    (listed,) = await deliveries(dock, made, "?state=pending")

    assert (listed["referralId"], listed["sequence"]) == (referred["id"], 1)
    assert listed["lastError"] == listed["attempts"][0]["errorClass"] == "status-5xx"
    assert datetime.fromisoformat(listed["nextAttemptAt"]) > NOW
    assert await deliveries(dock, made, "?state=delivered") == []


async def test_what_was_never_released_is_not_listed(dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox) -> None:
    made = await subscribe(dock, box.url)
    await refer(dock, reference="N-1")
    await step(etf, f"{await path_for(etf, 'N-1')}/confirmation", {})
    await worker.pull_and_deliver()

    listed = await deliveries(dock, made)

    assert len(listed) == len(box.bodies)
    assert "withheld" not in {each["state"] for each in listed}


async def test_what_waits_for_an_earlier_one_about_the_same_connection_is_listed_and_says_so(
    dock: Api, worker: WorkerLoops, box: Mailbox, clock: SettableClock
) -> None:
    made = await subscribe(dock, box.url)
    box.answer = server_error
    await dock.post(f"/v1/subscriptions/{made['id']}/test")
    await worker.pull_and_deliver()
    await dock.post(f"/v1/subscriptions/{made['id']}/test")

    second, first = await deliveries(dock, made)
    clock.set(NOW + timedelta(minutes=30))
    box.answer = ok
    await worker.pull_and_deliver()

    assert (second["state"], second["waitsFor"], "waitsFor" in first) == ("pending", first["id"], False)
    after = await deliveries(dock, made)
    assert [(each["state"], "waitsFor" in each) for each in after] == [("delivered", False)] * 2


async def test_what_waits_unseen_about_the_same_referral_is_not_listed(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    made = await subscribe(dock, box.url)
    box.answer = server_error
    await confirmed(dock, etf)
    await worker.pull_and_deliver()

    listed = await deliveries(dock, made)

    assert [each["sequence"] for each in listed] == [1]


async def test_what_is_still_to_be_sent_cannot_be_sent_again(dock: Api, box: Mailbox) -> None:
    made = await subscribe(dock, box.url)
    await dock.post(f"/v1/subscriptions/{made['id']}/test")
    (waiting,) = await deliveries(dock, made)

    answered = await dock.post(f"/v1/subscriptions/{made['id']}/deliveries/{waiting['id']}/redelivery")

    assert answered.status_code == 409


async def test_pages_hold_every_delivery_once_newest_first(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    made = await subscribe(dock, box.url)
    for number in range(3):
        await confirmed(dock, etf, f"P-{number}")
    await worker.pull_and_deliver()
    address = f"/v1/subscriptions/{made['id']}/deliveries"

    first = await dock.get(f"{address}?limit=4")
    second = await dock.get(first.links["next"]["url"])

    found = [*first.json()["items"], *second.json()["items"]]
    assert [each["id"] for each in found] == [each["id"] for each in await deliveries(dock, made)]
    assert len({each["id"] for each in found}) == len(box.bodies) == 6


async def test_redelivery_carries_the_same_id_and_says_so(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    made = await subscribe(dock, box.url, eventTypes=["nl.trajecthub.referrals.confirmed.v1"])
    await confirmed(dock, etf)
    await worker.pull_and_deliver()
    (first,) = await deliveries(dock, made)

    answered = await dock.post(f"/v1/subscriptions/{made['id']}/deliveries/{first['id']}/redelivery")
    under_way = await dock.post(f"/v1/subscriptions/{made['id']}/deliveries/{first['id']}/redelivery")
    await worker.pull_and_deliver()

    (listed,) = await deliveries(dock, made)
    assert (answered.status_code, under_way.status_code) == (202, 409)
    assert box.bodies[0] == box.bodies[1]
    assert [headers["webhook-id"] for headers in box.headers] == [first["eventId"]] * 2
    assert [headers.get("webhook-redelivery") for headers in box.headers] == [None, "true"]
    assert (len(listed["attempts"]), listed["state"], "redeliveredAt" in listed) == (2, "delivered", True)


async def test_redelivery_after_consent_was_withdrawn_tells_nothing(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox, court: Api
) -> None:
    made = await subscribe(court, box.url)
    referred = await refer(court, reference="W-1", consent=CONSENT)
    await step(etf, f"{await path_for(etf, 'W-1')}/confirmation", {"counsellor": {"name": "B. Bakker"}})
    await worker.pull_and_deliver()
    sent = len(box.bodies)
    record = await court.get(f"/v1/referrals/{referred['id']}")
    changed = await court.patch(
        f"/v1/referrals/{referred['id']}", json={"consent": None}, headers={"If-Match": record.headers["etag"]}
    )
    assert changed.status_code == 200, changed.text

    for each in await deliveries(court, made):
        await court.post(f"/v1/subscriptions/{made['id']}/deliveries/{each['id']}/redelivery")
    await worker.pull_and_deliver()

    assert all(b"B. Bakker" not in body for body in box.bodies[sent:])


async def test_schedule_begins_anew_for_what_was_given_up(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox, clock: SettableClock
) -> None:
    made = await subscribe(dock, box.url, eventTypes=["nl.trajecthub.referrals.confirmed.v1"])
    box.answer = server_error
    await confirmed(dock, etf)
    for _ in range(12):
        await worker.pull_and_deliver()
        clock.set(clock.now() + timedelta(hours=40))
    (dead,) = await deliveries(dock, made, "?state=dead")

    await dock.post(f"/v1/subscriptions/{made['id']}/deliveries/{dead['id']}/redelivery")
    await worker.pull_and_deliver()

    (listed,) = await deliveries(dock, made)
    assert (listed["state"], len(listed["attempts"])) == ("pending", len(dead["attempts"]) + 1)


async def test_replay_sends_the_range_again_to_the_asking_address_only(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox, clock: SettableClock
) -> None:
    made = await subscribe(dock, box.url)
    async with mailbox() as other:
        await subscribe(dock, other.url)
        await confirmed(dock, etf, "R-1")
        await worker.pull_and_deliver()
        clock.set(NOW + timedelta(hours=1))
        await confirmed(dock, etf, "R-2")
        await worker.pull_and_deliver()
        untouched = len(other.bodies)

        since = (NOW + timedelta(minutes=30)).isoformat()
        answered = await dock.post(f"/v1/subscriptions/{made['id']}/replay", json={"from": since})
        await worker.pull_and_deliver()

        assert answered.json() == {"deliveries": 2}
        assert len(other.bodies) == untouched
    assert box.bodies[4:] == box.bodies[2:4]


async def test_replay_of_a_range_that_ends_before_it_begins_is_refused(dock: Api, box: Mailbox) -> None:
    made = await subscribe(dock, box.url)
    body = {"from": NOW.isoformat(), "until": (NOW - timedelta(hours=1)).isoformat()}

    answered = await dock.post(f"/v1/subscriptions/{made['id']}/replay", json=body)

    assert fault(answered) == ("until", "range")


async def test_old_and_new_secret_sign_until_the_overlap_has_passed(
    dock: Api, worker: WorkerLoops, box: Mailbox, clock: SettableClock
) -> None:
    made = await subscribe(dock, box.url)
    address = f"/v1/subscriptions/{made['id']}"
    rotated = await dock.post(f"{address}/secret-rotation", json={}, headers={"If-Match": "*"})
    secrets = [rotated.json()["secret"], made["secret"]]

    for _ in range(2):
        await dock.post(f"{address}/test")
        await worker.pull_and_deliver()
        clock.set(clock.now() + timedelta(hours=25))

    signatures = [headers["webhook-signature"].split() for headers in box.headers]
    first, second = ([expected(box, place, secret) for secret in secrets] for place in range(2))
    assert signatures[0] == first
    assert signatures[1] == second[:1]


def expected(box: Mailbox, place: int, secret: str) -> str:
    headers = box.headers[place]
    sent_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    return Webhook(secret).sign(headers["webhook-id"], sent_at, box.bodies[place].decode())


async def test_what_happened_during_a_pause_is_sent_on_resuming(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    made = await subscribe(dock, box.url)
    address = f"/v1/subscriptions/{made['id']}"
    await dock.post(f"{address}/pause", headers={"If-Match": "*"})
    await confirmed(dock, etf)
    await worker.pull_and_deliver()
    held = list(box.bodies)

    await dock.post(f"{address}/resumption", headers={"If-Match": "*"})
    await worker.pull_and_deliver()

    assert held == []
    assert [json.loads(body)["sequence"] for body in box.bodies] == ["1", "2"]


async def test_what_happened_before_consent_is_sent_after_it(
    dock: Api, etf: Api, operator: Api, worker: WorkerLoops, box: Mailbox, hub: AppState
) -> None:
    await subscribe(dock, box.url)
    (stored,) = await hub.db.read(list_subscriptions, None, None, 1)
    await hub.db.write(change_subscription_status, stored.id, SubscriptionStatus.PENDING, NOW)
    await confirmed(dock, etf)
    await worker.pull_and_deliver()
    before = list(box.bodies)

    approved = await operator.post(f"/v1/subscriptions/{stored.id}/approval", headers={"If-Match": "*"})
    await worker.pull_and_deliver()

    assert (before, approved.status_code) == ([], 200)
    assert [json.loads(body)["sequence"] for body in box.bodies] == ["1", "2"]


async def test_what_was_parked_is_given_up_when_the_subscription_ends(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox, hub: AppState
) -> None:
    address = f"/v1/subscriptions/{(await subscribe(dock, box.url))['id']}"
    await dock.post(f"{address}/pause", headers={"If-Match": "*"})
    await confirmed(dock, etf)
    await worker.pull_and_deliver()

    await dock.delete(address, headers={"If-Match": "*"})
    await worker.pull_and_deliver()

    owed = await hub.db.read(deliveries_about, await only_referral(hub))
    assert box.bodies == []
    assert {each.state for each in owed if isinstance(each.receiver, SubscriptionKey)} == {DeliveryState.DEAD}


async def test_filters_choose_area_and_own_worker(dock: Api, etf: Api, worker: WorkerLoops) -> None:
    async with mailbox() as north, mailbox() as own, mailbox() as all_:
        await subscribe(dock, north.url, areas=["Noord"])
        await subscribe(dock, own.url, workerEmail="A.DeVries@example.nl")
        await subscribe(dock, all_.url)
        await refer(dock, reference="F-1", area="Noord", worker={"name": "C", "email": "c@example.nl"})
        await refer(dock, reference="F-2", area="Charlois", worker={"name": "A", "email": "a.devries@example.nl"})
        await refer(dock, reference="F-3", area="Charlois", worker={"name": "B"})

        await worker.pull_and_deliver()

        assert [reference(box) for box in (north, own, all_)] == [["F-1"], ["F-2"], ["F-1", "F-2", "F-3"]]


def reference(box: Mailbox) -> list[str]:
    return sorted(json.loads(body)["data"]["referral"]["reference"] for body in box.bodies)


async def test_anothers_delivery_does_not_exist(dock: Api, pit010: Api, worker: WorkerLoops, box: Mailbox) -> None:
    made, foreign = await subscribe(dock, box.url), await subscribe(pit010, box.url)
    await pit010.post(f"/v1/subscriptions/{foreign['id']}/test")
    await worker.pull_and_deliver()
    (theirs,) = await deliveries(pit010, foreign)

    answered = await dock.post(f"/v1/subscriptions/{made['id']}/deliveries/{theirs['id']}/redelivery")

    assert answered.status_code == 404


async def test_own_clients_follow_the_worker_who_takes_over(
    dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    await subscribe(dock, box.url, workerEmail="b@example.nl")
    referred = await refer(dock, reference="T-1", consent=CONSENT, worker={"name": "A", "email": "a@example.nl"})
    await worker.pull_and_deliver()
    await dock.patch(
        f"/v1/referrals/{referred['id']}",
        json={"worker": {"name": "B", "email": "B@example.nl"}},
        headers={"If-Match": "*"},
    )
    await worker.pull_and_deliver()

    await step(etf, f"{await path_for(etf, 'T-1')}/confirmation", {})
    await worker.pull_and_deliver()

    assert {json.loads(body)["data"]["referral"]["status"] for body in box.bodies} == {"confirmed"}
