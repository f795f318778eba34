"""Events by polling: the same as a webhook gets, none lost, none that may not be disclosed."""

import asyncio
import json
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat
from sqlalchemy import update

from app.api.paging import text_cursor
from app.api.state import AppState
from app.database import Connection
from app.domain.codes import System
from app.domain.disclosed import DisclosedValue, EventDisclosure
from app.domain.events import Event, EventType, NewEvent
from app.domain.fields import Field
from app.domain.receivers import PollKey
from app.models.cases.client import sealer_of_client
from app.models.cases.disclosed import seal_disclosure
from app.models.cases.loading import load_cases
from app.models.delivery.disclosure import disclosures_about
from app.models.delivery.event_feed import read_feed
from app.models.delivery.outbox import append_events, chain_events
from app.models.delivery.outbox import event as outbox
from app.operations.access.organisations import read_organisation
from app.operations.subscriptions.feed import BATCH, LONGEST_WRITE, MOST_BATCHES
from app.sandbox.runtime import SettableClock
from app.settings import NO_OIN
from tests.api.conftest import SignIn, sandbox_settings
from tests.support.api_calls import Json, fault, path_for, refer, step
from tests.support.patience import PATIENCE
from tests.support.statements import sent_statements

Api = httpx.AsyncClient
CONFIRMATION = {"counsellor": {"name": "B. Bakker", "phone": "+31 10 555 01 00"}}
APPOINTMENT = {"startsAt": "2026-03-09T10:00:00+01:00"}
AGREED = {"scopes": ["feedback_to_referrer"], "givenOn": "2026-02-27"}


async def poll(api: Api, **query: object) -> Json:
    answered = await api.get("/v1/events", params={name: str(value) for name, value in query.items()})
    assert answered.status_code == 200, answered.text
    body: Json = answered.json()
    return body


def names(page: Json) -> list[str]:
    return [item["type"].split(".")[3] for item in page["items"]]


def sequences(page: Json) -> list[str]:
    return [item["sequence"] for item in page["items"]]


async def confirmed(referrer: Api, team: Api, reference: str, **changes: Any) -> str:
    """Put a client forward who is taken on; returns the finance team's path of the referral."""
    await refer(referrer, reference=reference, **changes)
    path = await path_for(team, reference)
    await step(team, f"{path}/confirmation", CONFIRMATION)
    return path


async def test_events_come_in_order_with_a_number_in_their_chain(dock: Api, etf: Api) -> None:
    path = await confirmed(dock, etf, "K-1")
    await step(etf, f"{path}/appointments", APPOINTMENT)

    page = await poll(dock)

    assert names(page) == ["received", "confirmed", "intake-scheduled"]
    assert sequences(page) == ["1", "2", "3"]
    assert {item["subject"] for item in page["items"]} == {page["items"][0]["data"]["referral"]["id"]}
    assert page["items"][1]["data"]["counsellor"] == CONFIRMATION["counsellor"]


async def test_an_event_is_a_cloud_event(dock: Api, hub: AppState) -> None:
    await refer(dock)

    page = await poll(dock)

    body = json.dumps(page["items"][0]).encode()
    event = from_structured_event(HTTPMessage({"content-type": "application/cloudevents+json"}, body), JSONFormat())
    assert event.get_type() == "nl.trajecthub.referrals.received.v1"
    assert event.get_source() == f"urn:nld:oin:{NO_OIN}:systeem:trajecthub"


async def test_reading_on_gives_only_what_is_new(dock: Api, etf: Api) -> None:
    path = await confirmed(dock, etf, "K-1")
    first = await poll(dock)

    nothing = await poll(dock, after=first["nextCursor"])
    await step(etf, f"{path}/appointments", APPOINTMENT)
    second = await poll(dock, after=nothing["nextCursor"])

    assert nothing["items"] == []
    assert (names(second), sequences(second)) == (["intake-scheduled"], ["3"])


async def test_reading_again_gives_the_same_events_with_the_same_numbers(dock: Api, etf: Api) -> None:
    await confirmed(dock, etf, "K-1")

    first, again = await poll(dock), await poll(dock)

    assert again == first


async def test_pages_hold_every_event_once(dock: Api, etf: Api) -> None:
    for reference in ("K-1", "K-2", "K-3"):
        await confirmed(dock, etf, reference)
    pages = [await poll(dock, limit=4)]

    pages.append(await poll(dock, limit=4, after=pages[-1]["nextCursor"]))
    pages.append(await poll(dock, limit=4, after=pages[-1]["nextCursor"]))

    ids = [item["id"] for page in pages for item in page["items"]]
    assert [len(page["items"]) for page in pages] == [4, 2, 0]
    assert len(set(ids)) == 6


async def test_the_link_header_leads_on(dock: Api, etf: Api) -> None:
    path = await confirmed(dock, etf, "K-1")
    first = await dock.get("/v1/events")
    await step(etf, f"{path}/appointments", APPOINTMENT)

    second = await dock.get(first.links["next"]["url"])

    assert names(second.json()) == ["intake-scheduled"]


async def test_an_organisation_reads_of_its_own_referrals_only(dock: Api, pit010: Api, etf: Api) -> None:
    await confirmed(dock, etf, "K-1")
    await refer(pit010)

    page = await poll(pit010)

    assert names(page) == ["received"]


async def test_what_is_not_agreed_takes_no_number(court: Api, etf: Api) -> None:
    path = await confirmed(court, etf, "K-1")
    planned = await step(etf, f"{path}/appointments", APPOINTMENT)
    await step(etf, f"{path}/appointments/{planned['id']}/attendance", {"attended": True})

    page = await poll(court)

    assert names(page) == ["received", "confirmed", "intake-attended"]
    assert sequences(page) == ["1", "2", "3"]


async def test_a_late_commit_with_a_lower_position_is_not_missed(dock: Api, hub: AppState) -> None:
    # What a slower transaction looks like when it commits: a position below one that was read already.
    await refer(dock)
    await hub.db.write(place, "UPDATE event SET position = 100")
    first = await poll(dock)
    await refer(dock)
    await hub.db.write(place, "UPDATE event SET position = 50 WHERE position <> 100")

    second = await poll(dock, after=first["nextCursor"])

    assert names(second) == ["received"]
    assert second["items"][0]["id"] != first["items"][0]["id"]


def place(tx: Connection, statement: str) -> None:
    tx.exec_driver_sql(statement)


async def test_a_feed_forgets_what_is_settled_and_still_misses_nothing(
    dock: Api, hub: AppState, clock: SettableClock
) -> None:
    await refer(dock)
    first = await poll(dock)
    owner = await hub.db.read(read_organisation, "dock")
    clock.set(clock.now() + 2 * LONGEST_WRITE)
    await refer(dock)

    second = await poll(dock, after=first["nextCursor"])
    third = await poll(dock, after=second["nextCursor"])

    assert (names(second), names(third)) == (["received"], [])
    assert (await hub.db.read(read_feed, owner.id)).settled_position == 1


async def test_an_event_that_cannot_be_read_for_long_is_not_missed_and_keeps_its_place_in_its_chain(
    dock: Api, etf: Api, hub: AppState, clock: SettableClock
) -> None:
    def name_type(tx: Connection, old: str, new: str) -> None:
        tx.execute(update(outbox).where(outbox.c.type == old).values(type=new))

    path = await confirmed(dock, etf, "K-1")
    later = "nl.trajecthub.referrals.of-a-later-release.v1"
    await hub.db.write(name_type, EventType.REFERRAL_CONFIRMED.value, later)
    await step(etf, f"{path}/appointments", APPOINTMENT)
    first = await poll(dock)
    clock.set(clock.now() + 2 * LONGEST_WRITE)
    await refer(dock, reference="K-2")
    second = await poll(dock, after=first["nextCursor"])
    await hub.db.write(name_type, later, EventType.REFERRAL_CONFIRMED.value)

    third = await poll(dock, after=second["nextCursor"])

    assert (names(first), names(second)) == (["received"], ["received"])
    assert (names(third), sequences(third)) == (["confirmed", "intake-scheduled"], ["2", "3"])


async def test_more_than_a_batch_is_read_page_by_page(dock: Api, hub: AppState) -> None:
    made = await refer(dock)
    shown = UUID(made["id"])
    owner = await hub.db.read(read_organisation, "dock")
    referral_id = hub.services.pseudonyms.resolve(str(owner.id), shown)
    now = hub.services.clock.now()
    events = [
        NewEvent(
            Event(
                id=hub.services.new_id(now),
                type=EventType.REFERRAL_CONFIRMED,
                subject_id=referral_id,
                occurred_at=now,
                recorded_at=now,
            ),
            System.ALLEGRO,
            organisation_id=owner.id,
        )
        for _ in range(BATCH + 5)
    ]

    def append(tx: Connection) -> None:
        case = load_cases(tx, hub.services.vault, [referral_id])[referral_id]
        sealer = sealer_of_client(tx, hub.services.vault, case.referral.client_id)
        disclosure = EventDisclosure({Field.REFERRAL_ID: DisclosedValue(str(referral_id))})
        sealed = [
            replace(new, event=replace(new.event, sealed_disclosure=seal_disclosure(sealer, new.event.id, disclosure)))
            for new in events
        ]
        append_events(tx, sealed)

    await hub.db.write(append)

    found: list[Json] = []
    cursor = ""
    while page := await poll(dock, limit=100, **({"after": cursor} if cursor else {})):
        found += page["items"]
        cursor = page["nextCursor"]
        if not page["items"]:
            break

    assert [item["sequence"] for item in found] == [str(number) for number in range(1, BATCH + 7)]


async def test_consent_withdrawn_takes_effect_at_the_next_reading(sign_in: Any, etf: Api) -> None:
    bailiff = await sign_in("bailiff")
    await refer(bailiff, reference="K-1", consent=AGREED)
    path = await path_for(etf, "K-1")
    await step(etf, f"{path}/confirmation", CONFIRMATION)
    planned = await step(etf, f"{path}/appointments", APPOINTMENT)
    await step(etf, f"{path}/appointments/{planned['id']}/attendance", {"attended": False})
    told = await poll(bailiff)

    await change_consent(bailiff, told, {"scopes": []})
    again = await poll(bailiff)

    assert names(told) == ["received", "confirmed", "intake-missed"]
    assert names(again) == ["received", "confirmed"]


async def test_consent_recorded_takes_effect_at_the_next_reading(sign_in: Any, etf: Api) -> None:
    bailiff = await sign_in("bailiff")
    await refer(bailiff, reference="K-1")
    path = await path_for(etf, "K-1")
    await step(etf, f"{path}/confirmation", CONFIRMATION)
    planned = await step(etf, f"{path}/appointments", APPOINTMENT)
    told = await poll(bailiff)

    await change_consent(bailiff, told, AGREED)
    await step(etf, f"{path}/appointments/{planned['id']}/attendance", {"attended": False})
    following = await poll(bailiff, after=told["nextCursor"])

    assert names(told) == ["received", "confirmed"]
    assert (names(following), sequences(following)) == (["intake-missed"], ["3"])


async def test_a_withdrawn_consent_shows_as_a_gap(sign_in: Any, etf: Api) -> None:
    bailiff = await sign_in("bailiff")
    await refer(bailiff, reference="K-1", consent=AGREED)
    path = await path_for(etf, "K-1")
    await step(etf, f"{path}/confirmation", CONFIRMATION)
    planned = await step(etf, f"{path}/appointments", APPOINTMENT)
    await step(etf, f"{path}/appointments/{planned['id']}/attendance", {"attended": False})
    told = await poll(bailiff)
    planned = await step(etf, f"{path}/appointments", APPOINTMENT)
    await step(etf, f"{path}/appointments/{planned['id']}/attendance", {"attended": True})
    await poll(bailiff)

    await change_consent(bailiff, told, {"scopes": []})
    again = await poll(bailiff)

    assert sequences(again) == ["1", "2", "4"]


async def test_an_event_that_was_never_told_takes_no_place(sign_in: Any, etf: Api) -> None:
    bailiff = await sign_in("bailiff")
    await refer(bailiff, reference="K-1", consent=AGREED)
    path = await path_for(etf, "K-1")
    await step(etf, f"{path}/confirmation", CONFIRMATION)
    planned = await step(etf, f"{path}/appointments", APPOINTMENT)
    await step(etf, f"{path}/appointments/{planned['id']}/attendance", {"attended": False})
    told = await poll(bailiff, limit=2)

    await change_consent(bailiff, told, {"scopes": []})
    following = await poll(bailiff, after=told["nextCursor"])

    assert names(told) == ["received", "confirmed"]
    assert (names(following), following["nextCursor"]) == ([], told["nextCursor"])


async def test_a_place_that_was_not_reached_yet_is_the_last_one(dock: Api) -> None:
    await refer(dock, reference="K-1")
    told = await poll(dock)
    await refer(dock, reference="K-2")

    following = await poll(dock, after=text_cursor("1000"))

    assert names(following) == ["received"]
    assert await poll(dock, after=told["nextCursor"]) == following


async def test_many_events_that_may_not_be_read_any_more_cost_no_more_than_a_page(sign_in: Any, etf: Api) -> None:
    bailiff, count = await sign_in("bailiff"), MOST_BATCHES + 2
    references = [f"K-{number}" for number in range(count)]
    paths = [await confirmed(bailiff, etf, each, consent=AGREED) for each in references]
    known = await poll(bailiff, limit=100)
    for path in paths:
        planned = await step(etf, f"{path}/appointments", APPOINTMENT)
        await step(etf, f"{path}/appointments/{planned['id']}/attendance", {"attended": False})
    told = await poll(bailiff, after=known["nextCursor"], limit=100)
    for item in told["items"]:
        await change_consent(bailiff, {"items": [item]}, {"scopes": []})

    with sent_statements() as sent:
        page = await poll(bailiff, after=known["nextCursor"], limit=1)
    following = await poll(bailiff, after=page["nextCursor"], limit=1)

    assert len(told["items"]) == count
    assert (page["items"], following["items"]) == ([], [])
    assert page["nextCursor"] not in (known["nextCursor"], following["nextCursor"])
    assert len(sent) <= MOST_BATCHES * 20


async def change_consent(api: Api, told: Json, consent: Json) -> None:
    address = f"/v1/referrals/{told['items'][0]['subject']}"
    etag = (await api.get(address)).headers["etag"]
    changed = await api.patch(address, json={"consent": consent}, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.text


async def test_more_polls_of_a_client_than_may_wait_are_refused_and_are_answered_at_once_without_waiting(
    dock: Api, pit010: Api, hub: AppState
) -> None:
    limit = sandbox_settings().waiting_polls_per_client
    with ExitStack() as places:
        for _ in range(limit):
            places.enter_context(hub.polls.place("dock"))

        refused = await dock.get("/v1/events?wait=30")
        at_once = await dock.get("/v1/events")
        other = await pit010.get("/v1/events?wait=1")

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
    assert refused.headers["retry-after"] == "1"
    assert (at_once.status_code, other.status_code) == (200, 200)


async def test_every_reading_is_recorded_as_a_disclosure(dock: Api, etf: Api, hub: AppState) -> None:
    await confirmed(dock, etf, "K-1")

    page = await poll(dock)

    owner = await hub.db.read(read_organisation, "dock")
    referral_id = hub.services.pseudonyms.resolve(str(owner.id), UUID(page["items"][0]["subject"]))
    told = await hub.db.read(disclosures_about, referral_id)
    assert [each.event_type for each in told] == [item["type"] for item in page["items"]]
    assert {each.receiver for each in told} == {PollKey(owner.id)}
    listed = await dock.get(f"/v1/referrals/{page['items'][0]['subject']}/disclosures")
    assert {each["receiver"] for each in listed.json()["items"]} == {"polling"}


async def test_waiting_ends_as_soon_as_something_happens(dock: Api, etf: Api) -> None:
    path = await confirmed(dock, etf, "K-1")
    first = await poll(dock)
    waiting = asyncio.create_task(poll(dock, after=first["nextCursor"], wait=30))
    await asyncio.sleep(0.05)

    await step(etf, f"{path}/appointments", APPOINTMENT)

    async with asyncio.timeout(PATIENCE):
        assert names(await waiting) == ["intake-scheduled"]


async def test_waiting_ends_without_an_event(dock: Api) -> None:
    page = await poll(dock, wait=1)

    assert page["items"] == []


async def test_two_that_poll_at_once_get_the_same_events(dock: Api, etf: Api) -> None:
    await confirmed(dock, etf, "K-1")

    one, other = await asyncio.gather(poll(dock), poll(dock))

    assert one == other


async def test_nothing_is_kept_for_events_that_nobody_polls(dock: Api, hub: AppState) -> None:
    made = await refer(dock)
    owner = await hub.db.read(read_organisation, "dock")

    feed = await hub.db.read(read_feed, owner.id)

    assert feed.last_number == 0
    referral_id = hub.services.pseudonyms.resolve(str(owner.id), UUID(made["id"]))
    assert len(await hub.db.read(chain_events, referral_id)) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"after": "nothing"}, "after"),
        ({"after": "WyIxIiwiMiJd"}, "after"),
        ({"after": "WyItMSJd"}, "after"),
        ({"after": "WyI5OTk5OTk5OTk5Il0"}, "after"),
        ({"wait": "31"}, "wait"),
        ({"limit": "0"}, "limit"),
        ({"since": "1"}, "since"),
    ],
)
async def test_a_question_that_breaks_a_rule_is_refused(dock: Api, query: dict[str, str], field: str) -> None:
    answered = await dock.get("/v1/events", params=query)

    assert fault(answered)[0] == field


@pytest.mark.parametrize("client", ["gidso", "operator"])
async def test_who_does_not_refer_has_no_events(sign_in: Any, client: str) -> None:
    caller = await sign_in(client)

    answered = await caller.get("/v1/events")

    assert answered.status_code == 403


async def test_events_need_their_scope(sign_in: SignIn) -> None:
    answered = await (await sign_in("bank")).get("/v1/events")

    assert answered.status_code == 403
    assert "events:read" in answered.json()["detail"]
