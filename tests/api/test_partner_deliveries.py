"""The operator sees what a partner system is owed, and has it sent again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from app.api.state import AppState
from app.domain.codes import System
from app.domain.receivers import PartnerKey
from app.models.delivery.delivery import delivery
from app.models.delivery.receiver_health import Breaker, BreakerState, count_attempts, endpoint, save_breakers
from app.sandbox.runtime import SettableClock
from app.worker import WorkerLoops
from tests.api.conftest import NOW
from tests.support.api_calls import refer

Api = httpx.AsyncClient
DELIVERIES = "/v1/partners/allegro/deliveries"
REDELIVERIES = "/v1/partners/allegro/redeliveries"
NOBODY = UUID(int=7)
CANARIES = ("Samira", "Voorbeeld", "999990019")


@pytest.fixture
async def owed(dock: Api, worker: WorkerLoops, clock: SettableClock, hub: AppState) -> list[str]:
    """Let three referrals be owed to Allegro, an hour apart; return the ids of the deliveries, oldest first."""
    for number in range(3):
        clock.set(NOW + timedelta(hours=number))
        await refer(dock, reference=f"D-{number}")
        await worker.pull_and_deliver()
    return await _ids(hub)


async def _ids(hub: AppState) -> list[str]:
    query = select(delivery.c.id).where(delivery.c.receiver == PartnerKey(System.ALLEGRO))
    rows = await hub.db.read(lambda tx: list(tx.execute(query.order_by(delivery.c.event_position)).scalars()))
    return [str(each) for each in rows]


async def mark(hub: AppState, delivery_id: str, **values: Any) -> None:
    """Change a delivery as attempts do."""
    changed = update(delivery).where(delivery.c.id == UUID(delivery_id)).values(sequence=1, **values)
    await hub.db.write(lambda tx: tx.execute(changed).rowcount)


async def give_up(hub: AppState, *ids: str) -> None:
    for each in ids:
        await mark(hub, each, state="dead", attempts=10, last_error="redirected", finished_at=NOW, outcome_unknown=True)


async def states(operator: Api) -> dict[str, str]:
    return {each["id"]: each["state"] for each in (await operator.get(DELIVERIES)).json()["items"]}


async def test_what_waits_and_what_was_given_up_are_listed_newest_first(
    operator: Api, hub: AppState, owed: list[str]
) -> None:
    await give_up(hub, owed[0])

    everything = await operator.get(DELIVERIES)
    dead = (await operator.get(DELIVERIES, params={"state": "dead"})).json()["items"]
    waiting = (await operator.get(DELIVERIES, params={"state": "pending"})).json()["items"]

    assert [each["id"] for each in everything.json()["items"]] == owed[::-1]
    assert [(each["id"], each["state"], each["lastError"]) for each in dead] == [(owed[0], "dead", "redirected")]
    assert [each["id"] for each in waiting] == [owed[2], owed[1]]
    assert all(canary not in everything.text for canary in CANARIES)


async def test_pages_contain_each_delivery_once(operator: Api, owed: list[str]) -> None:
    found, cursor = [], None
    for _ in range(3):
        params = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await operator.get(DELIVERIES, params=params)).json()
        found += [each["id"] for each in page["items"]]
        cursor = page.get("nextCursor")

    assert (found, cursor) == (owed[::-1], None)


async def test_one_that_was_given_up_is_due_again_under_its_id(operator: Api, hub: AppState, owed: list[str]) -> None:
    await give_up(hub, owed[0])

    again = await operator.post(f"{DELIVERIES}/{owed[0]}/redelivery")

    shown = again.json()
    assert (again.status_code, shown["id"], shown["state"]) == (202, owed[0], "pending")
    assert {"lastError", "finishedAt"}.isdisjoint(shown)
    assert shown["nextAttemptAt"] == shown["redeliveredAt"]


async def test_one_that_waits_and_what_follows_it_wait_no_longer(
    operator: Api, dock: Api, hub: AppState, owed: list[str], clock: SettableClock
) -> None:
    later = NOW + timedelta(days=1)
    await mark(hub, owed[0], attempts=5, next_attempt_at=later)

    again = (await operator.post(f"{DELIVERIES}/{owed[0]}/redelivery")).json()

    assert again["state"] == "pending"
    assert again["nextAttemptAt"] == again["redeliveredAt"] < later.isoformat()


@pytest.mark.parametrize("state", ["sending", "withheld"])
async def test_one_under_way_or_withheld_cannot_be_sent_again(
    operator: Api, hub: AppState, owed: list[str], state: str
) -> None:
    await mark(hub, owed[0], state=state)

    assert (await operator.post(f"{DELIVERIES}/{owed[0]}/redelivery")).status_code == 409


@pytest.mark.parametrize("system", ["allegro", "gidso"])
async def test_a_delivery_of_another_partner_is_not_found(operator: Api, owed: list[str], system: str) -> None:
    wanted = NOBODY if system == "allegro" else owed[0]

    assert (await operator.post(f"/v1/partners/{system}/deliveries/{wanted}/redelivery")).status_code == 404


async def test_everything_given_up_or_waiting_is_sent_again_and_nothing_delivered(
    operator: Api, hub: AppState, owed: list[str]
) -> None:
    await give_up(hub, owed[0])
    await mark(hub, owed[1], state="delivered", attempts=1, finished_at=NOW)

    again = await operator.post(REDELIVERIES, json={})

    assert (again.status_code, again.json()) == (202, {"deliveries": 2})
    assert await states(operator) == {owed[0]: "pending", owed[1]: "delivered", owed[2]: "pending"}


async def test_a_range_is_of_the_moments_at_which_they_became_owed(
    operator: Api, hub: AppState, owed: list[str]
) -> None:
    await give_up(hub, *owed)
    since, until = NOW + timedelta(minutes=30), NOW + timedelta(minutes=90)

    again = await operator.post(REDELIVERIES, json={"from": since.isoformat(), "until": until.isoformat()})

    assert again.json() == {"deliveries": 1}
    assert await states(operator) == {owed[0]: "dead", owed[1]: "pending", owed[2]: "dead"}


async def test_a_range_that_ends_before_it_begins_is_refused(operator: Api) -> None:
    body = {"from": NOW.isoformat(), "until": (NOW - timedelta(hours=1)).isoformat()}

    answer = await operator.post(REDELIVERIES, json=body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "until")


async def test_a_redelivery_does_not_wait_for_the_breaker(operator: Api, hub: AppState, owed: list[str]) -> None:
    receiver = PartnerKey(System.ALLEGRO)
    opened = Breaker(receiver=receiver, state=BreakerState.OPEN, failures=10, retry_at=NOW + timedelta(days=1))
    await hub.db.write(count_attempts, {receiver: {}}, NOW)
    await hub.db.write(save_breakers, [opened])

    await operator.post(REDELIVERIES, json={})

    query = select(endpoint.c.state, endpoint.c.retry_at).where(endpoint.c.receiver == receiver)
    state, retry_at = await hub.db.read(lambda tx: tx.execute(query).one())
    assert (state, retry_at) == ("open", hub.services.clock.now())


async def test_the_same_key_sends_again_once(operator: Api, hub: AppState, owed: list[str]) -> None:
    await give_up(hub, owed[0])
    headers = {"Idempotency-Key": "again-1"}
    first = await operator.post(REDELIVERIES, json={}, headers=headers)
    await give_up(hub, owed[0])

    second = await operator.post(REDELIVERIES, json={}, headers=headers)

    assert first.json() == second.json()
    assert (await states(operator))[owed[0]] == "dead"
