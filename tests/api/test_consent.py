"""The bailiff's consent: it grants itself what the client agreed to, reads under it, and takes it back."""

from uuid import UUID

from app.api.state import AppState
from app.bootstrap import build_delivery_builder
from app.database import Connection
from app.domain.codes import System
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.receivers import PartnerKey
from app.events.delivery.payload import PreparedDelivery
from app.events.delivery.routing import Route, delivery_of
from app.models.delivery.outbox import chain_events
from tests.api.conftest import Api, SignIn
from tests.support.api_calls import Json, path_for, read, refer, step
from tests.support.privacy_canaries import ORIGIN

CONSENT = {"scopes": ["feedback_to_referrer"], "givenOn": "2026-01-10", "form": "written"}
"""Given, as the bailiff states, long before anything happened."""


async def states(bailiff: Api, referred: Json, consent: Json | None) -> Json:
    """Let the bailiff state the client's consent; return its referral."""
    path = f"/v1/referrals/{referred['id']}"
    answered = await bailiff.patch(path, json={"consent": consent}, headers={"If-Match": "*"})
    assert answered.status_code == 200, answered.text
    changed: Json = answered.json()
    return changed


async def misses(etf: Api, path: str) -> None:
    planned = await step(etf, f"{path}/appointments", {"startsAt": "2026-03-09T10:00:00+01:00"})
    await step(etf, f"{path}/appointments/{planned['id']}/attendance", {"attended": False})


async def known(bailiff: Api, referred: Json) -> dict[str, object]:
    """Return what the bailiff reads of its referral by each way there is."""
    path = f"/referrals/{referred['id']}"
    record, events = await read(bailiff, path), await read(bailiff, "/events")
    (listed,) = (await read(bailiff, "/referrals"))["items"]
    return {
        "record": (record["status"], record.get("attendance")),
        "listed": listed["status"],
        "history": [each["action"] for each in (await read(bailiff, f"{path}/history"))["items"]],
        "events": [each["type"].split(".")[3] for each in events["items"]],
    }


async def readings(bailiff: Api, referred: Json) -> list[list[str]]:
    """Return the fields of what is on record as read by the bailiff."""
    disclosures = (await read(bailiff, f"/referrals/{referred['id']}/disclosures"))["items"]
    return [each["fields"] for each in disclosures if each["receiver"] == "reading"]


async def messages_to_the_finance_team(hub: AppState, referral_id: UUID) -> list[object]:
    """Return the consent in what the finance team's system is sent about each change of the referral."""

    def build(tx: Connection) -> list[PreparedDelivery]:
        amended = [each for each in chain_events(tx, referral_id) if each.event.type is EventType.REFERRAL_AMENDED]
        now = hub.services.clock.now()
        route = Route(PartnerKey(System.ALLEGRO), None)
        builder = build_delivery_builder(hub.services, ORIGIN)
        built = [builder.build(tx, [delivery_of(each, route, hub.services.new_id(now), now)]) for each in amended]
        return [prepared for each in built for prepared in each.prepared]

    sent = await hub.db.write(build)
    return [
        (each.payload.fields[Field.CONSENT_SCOPES], each.payload.fields[Field.CONSENT_RECORDED_BY]) for each in sent
    ]


async def test_consent_works_from_when_it_is_stated_and_what_is_read_under_it_is_on_record(
    sign_in: SignIn, etf: Api, hub: AppState
) -> None:
    bailiff = await sign_in("bailiff")
    referred = await refer(bailiff, reference="K-1")
    path = await path_for(etf, "K-1")
    await step(etf, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker"}})
    await misses(etf, path)
    before = await known(bailiff, referred)

    granted = await states(bailiff, referred, CONSENT)
    after_grant = await known(bailiff, referred)
    read_by_then = await readings(bailiff, referred)
    await misses(etf, path)
    under_consent = await known(bailiff, referred)
    await states(bailiff, referred, None)
    withdrawn = await known(bailiff, referred)

    # It works from then on, whatever day is stated, and never backwards.
    assert before == {
        "record": ("confirmed", None),
        "listed": "confirmed",
        "history": ["register", "confirm"],
        "events": ["received", "confirmed"],
    }
    assert after_grant == before | {"history": ["register", "confirm", "amend"]}
    assert read_by_then == []
    # Who recorded it, and when, is there for all who read it.
    assert granted["consent"] == CONSENT | {"recordedBy": "Deurwaarder Zuid", "recordedAt": "2026-03-02T09:30:00Z"}
    assert (await read(etf, path))["status"] == "missed"
    # Under it the bailiff learns of the second miss: every way counts.
    assert under_consent == {
        "record": ("missed", {"missedCount": 2}),
        "listed": "missed",
        "history": ["register", "confirm", "amend", "miss"],
        "events": ["received", "confirmed", "intake-missed"],
    }
    # And afterwards it reads what it read before.
    assert withdrawn["record"] == ("confirmed", None)
    assert (withdrawn["listed"], withdrawn["history"]) == ("confirmed", ["register", "confirm", "amend", "amend"])
    assert withdrawn["events"] == ["received", "confirmed"]
    # What was read is on record, once for each content, and stays there.
    found = await readings(bailiff, referred)
    assert {"referral.told_status", "attendance.missed_count"} <= set(found[0])
    assert len(found) == len({tuple(each) for each in found})


async def test_each_change_of_the_consent_is_reported_to_the_finance_team(
    sign_in: SignIn, etf: Api, hub: AppState
) -> None:
    bailiff = await sign_in("bailiff")
    referred = await refer(bailiff, reference="K-1")
    path = await path_for(etf, "K-1")
    await states(bailiff, referred, CONSENT)
    await states(bailiff, referred, CONSENT | {"form": "spoken"})
    await states(bailiff, referred, None)

    sent = await messages_to_the_finance_team(hub, UUID(path.rpartition("/")[2]))

    # A message says what holds when it is sent.
    assert sent == [([], "Deurwaarder Zuid")] * 3
    history = (await read(etf, f"{path}/history"))["items"]
    assert [each.get("reason") for each in history if each["action"] == "amend"] == [
        "consent_given",
        "consent_corrected",
        "consent_withdrawn",
    ]
    seen = (await read(etf, path))["consent"]
    assert (seen["scopes"], seen["recordedBy"]) == ([], "Deurwaarder Zuid")


async def test_the_same_consent_again_is_no_other_consent(sign_in: SignIn, etf: Api) -> None:
    bailiff = await sign_in("bailiff")
    referred = await refer(bailiff, reference="K-1", consent=CONSENT)

    again = await states(bailiff, referred, CONSENT)

    assert again["consent"]["recordedBy"] == "Deurwaarder Zuid"
    path = await path_for(etf, "K-1")
    assert [each["action"] for each in (await read(etf, f"{path}/history"))["items"]] == ["register"]


async def test_the_same_news_of_two_clients_is_on_record_for_both(sign_in: SignIn, etf: Api) -> None:
    bailiff = await sign_in("bailiff")
    referred = [await refer(bailiff, reference=f"K-{number}", consent=CONSENT) for number in (1, 2)]
    for number in (1, 2):
        path = await path_for(etf, f"K-{number}")
        await step(etf, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker"}})
        await misses(etf, path)

    await read(bailiff, "/referrals?limit=1")
    await read(bailiff, "/referrals")

    first, second = [await readings(bailiff, each) for each in referred]
    assert first == second
    assert len(first) == 1
