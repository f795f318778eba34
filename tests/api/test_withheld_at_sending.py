"""What is withdrawn between an event and its sending is not sent: by REST, the engine and a receiver that listens."""

import json
from typing import Any

import httpx
import pytest

from app.worker import WorkerLoops
from tests.support.api_calls import Json
from tests.support.event_env import Mailbox
from tests.support.subscriber import INTAKE_MISSED, missed_intake, subscribe, withdraw_consent

Api = httpx.AsyncClient


@pytest.mark.parametrize("relayed", [False, True])
@pytest.mark.parametrize("consent", [None, {"scopes": [], "givenOn": "2026-03-01"}])
async def test_consent_that_is_withdrawn_before_sending_counts(
    sign_in: Any, etf: Api, worker: WorkerLoops, box: Mailbox, consent: Json | None, relayed: bool
) -> None:
    bailiff = await sign_in("bailiff")
    await subscribe(bailiff, box.url)
    referred = await missed_intake(bailiff, etf, "B-1")
    while relayed and await worker.relay.once():
        pass

    await withdraw_consent(bailiff, referred, consent)
    await worker.pull_and_deliver()

    events = [json.loads(body) for body in box.bodies]
    assert {each["type"] for each in events} >= {"nl.trajecthub.referrals.confirmed.v1"}
    assert INTAKE_MISSED not in {each["type"] for each in events}
    assert all("attendance" not in each["data"] for each in events)
    told = (await bailiff.get(f"/v1/referrals/{referred['id']}/disclosures")).json()["items"]
    assert len(told) == len(events)


async def test_the_same_event_is_sent_while_the_consent_stands(
    sign_in: Any, etf: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    bailiff = await sign_in("bailiff")
    await subscribe(bailiff, box.url)
    await missed_intake(bailiff, etf, "B-1")

    await worker.pull_and_deliver()

    (told,) = [each for each in map(json.loads, box.bodies) if each["type"] == INTAKE_MISSED]
    assert told["data"]["attendance"] == {"missedCount": 1}
