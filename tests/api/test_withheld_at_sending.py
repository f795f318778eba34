"""What is withdrawn between an event and its sending is not sent: by REST, the engine and a receiver that listens."""

import json
from typing import Any

import httpx
import pytest

from app.worker import WorkerLoops
from tests.support.api_calls import Json, attempt, path_for, refer, step
from tests.support.event_env import Mailbox
from tests.support.subscriber import CONSENT, subscribe

Api = httpx.AsyncClient
MISSED = "nl.trajecthub.referrals.intake-missed.v1"


async def missed(bailiff: Api, etf: Api) -> Json:
    """Refer with consent, and let the client miss the intake; nothing is relayed yet."""
    referred = await refer(bailiff, reference="B-1", consent=CONSENT)
    path = await path_for(etf, "B-1")
    await step(etf, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker"}})
    planned = await step(etf, f"{path}/appointments", {"startsAt": "2026-03-09T10:00:00+01:00"})
    answered = await attempt(etf, f"{path}/appointments/{planned['id']}/attendance", {"attended": False})
    assert answered.status_code in (200, 201), answered.text
    return referred


async def withdraw(bailiff: Api, referred: Json, consent: Json | None) -> None:
    address = f"/v1/referrals/{referred['id']}"
    etag = (await bailiff.get(address)).headers["etag"]
    changed = await bailiff.patch(address, json={"consent": consent}, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.text


@pytest.mark.parametrize("relayed", [False, True])
@pytest.mark.parametrize("consent", [None, {"scopes": [], "givenOn": "2026-03-01"}])
async def test_consent_that_is_withdrawn_before_sending_counts(
    sign_in: Any, etf: Api, worker: WorkerLoops, box: Mailbox, consent: Json | None, relayed: bool
) -> None:
    bailiff = await sign_in("bailiff")
    await subscribe(bailiff, box.url)
    referred = await missed(bailiff, etf)
    while relayed and await worker.relay.once():
        pass

    await withdraw(bailiff, referred, consent)
    await worker.pull_and_deliver()

    events = [json.loads(body) for body in box.bodies]
    assert {each["type"] for each in events} >= {"nl.trajecthub.referrals.confirmed.v1"}
    assert MISSED not in {each["type"] for each in events}
    assert all("attendance" not in each["data"] for each in events)
    told = (await bailiff.get(f"/v1/referrals/{referred['id']}/disclosures")).json()["items"]
    assert len(told) == len(events)


async def test_the_same_event_is_sent_while_the_consent_stands(
    sign_in: Any, etf: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    bailiff = await sign_in("bailiff")
    await subscribe(bailiff, box.url)
    await missed(bailiff, etf)

    await worker.pull_and_deliver()

    (told,) = [each for each in map(json.loads, box.bodies) if each["type"] == MISSED]
    assert told["data"]["attendance"] == {"missedCount": 1}
