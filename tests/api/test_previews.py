"""A preview shows what would be sent to a subscription."""

import httpx
import pytest

from app.api.state import AppState
from app.models.delivery.disclosure import disclosures_about
from app.worker import WorkerLoops
from tests.api.conftest import SignIn
from tests.support.api_calls import Json, fault, path_for, refer, step
from tests.support.event_env import Mailbox
from tests.support.subscriber import CONSENT, confirmed, only_referral, subscribe

Api = httpx.AsyncClient


async def test_preview_is_what_is_sent(dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox, hub: AppState) -> None:
    kind = "nl.trajecthub.referrals.confirmed.v1"
    made = await subscribe(dock, box.url, eventTypes=[kind])
    referred = await confirmed(dock, etf)

    shown = await dock.post(
        f"/v1/subscriptions/{made['id']}/preview", json={"referralId": referred["id"], "eventType": kind}
    )
    stored = await hub.db.read(disclosures_about, await only_referral(hub))
    await worker.pull_and_deliver()

    body = shown.json()
    released = {each["field"] for each in body["fields"] if each["released"]}
    (told,) = await hub.db.read(disclosures_about, await only_referral(hub))
    assert (shown.status_code, body["wouldBeSent"], body["obstacles"], body["moment"]) == (200, True, [], "confirmed")
    assert stored == []
    assert set(told.fields) <= released
    assert all(each["reason"] == "released" and each["ruleId"] for each in body["fields"] if each["released"])
    assert "B. Bakker" not in shown.text


async def test_preview_tells_why_nothing_would_be_sent(dock: Api, box: Mailbox) -> None:
    made = await subscribe(
        dock,
        box.url,
        areas=["Charlois"],
        workerEmail="x@example.nl",
        eventTypes=["nl.trajecthub.referrals.rejected.v1"],
    )
    referred = await refer(dock, reference="V-1")
    asked = {"referralId": referred["id"], "eventType": "nl.trajecthub.referrals.confirmed.v1"}

    shown = (await dock.post(f"/v1/subscriptions/{made['id']}/preview", json=asked)).json()

    assert (shown["wouldBeSent"], shown["obstacles"]) == (False, ["event-type", "area", "worker"])


@pytest.mark.parametrize("consent", [CONSENT, None])
@pytest.mark.parametrize("client", ["dock", "court", "bailiff"])
async def test_preview_foretells_what_the_engine_does(
    sign_in: SignIn, etf: Api, worker: WorkerLoops, box: Mailbox, client: str, consent: Json | None
) -> None:
    referrer, kind = await sign_in(client), "nl.trajecthub.referrals.confirmed.v1"
    made = await subscribe(referrer, box.url, eventTypes=[kind])
    referred = await refer(referrer, reference="E-1", **({"consent": consent} if consent else {}))
    await step(etf, f"{await path_for(etf, 'E-1')}/confirmation", {"counsellor": {"name": "B. Bakker"}})
    asked = {"referralId": referred["id"], "eventType": kind}

    shown = (await referrer.post(f"/v1/subscriptions/{made['id']}/preview", json=asked)).json()
    await worker.pull_and_deliver()

    assert shown["wouldBeSent"] is bool(box.bodies)
    assert ("nothing-released" in shown["obstacles"]) is not shown["wouldBeSent"]


async def test_preview_of_anothers_referral_finds_nothing(dock: Api, pit010: Api, box: Mailbox) -> None:
    made = await subscribe(dock, box.url)
    foreign = await refer(pit010, reference="X-1")
    asked = {"referralId": foreign["id"], "eventType": "nl.trajecthub.referrals.confirmed.v1"}

    answered = await dock.post(f"/v1/subscriptions/{made['id']}/preview", json=asked)

    assert answered.status_code == 404


async def test_preview_of_what_is_never_told_is_refused(dock: Api, box: Mailbox) -> None:
    made = await subscribe(dock, box.url)
    referred = await refer(dock, reference="X-2")
    asked = {"referralId": referred["id"], "eventType": "nl.trajecthub.referrals.amended.v1"}

    answered = await dock.post(f"/v1/subscriptions/{made['id']}/preview", json=asked)

    assert fault(answered) == ("eventType", "told-to-referrers")
