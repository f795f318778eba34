"""A database of the previous release is migrated, shows what it showed, and goes on.

``tests/data/previous_release`` holds a dump of each store and what that release's API showed of them. They were made by
the code of commit c1f01d1: ``make.py`` in that folder, run in a checkout of it, says how. Stored are referrals in six
states and two trajectories; a paused subscription and two active ones; deliveries that arrived, failed once, wait or
are parked; events that nobody relayed yet; records in quarantine; jobs; a conflict and what GIDSO holds of a referral.
All names are invented; the master key is the tests' own.
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, select, text, update

from app.api.state import AppState
from app.bootstrap import build_app_state
from app.database import Connection, Database
from app.database.migrations import upgrade_schema
from app.domain.codes import ReferralStatus, System
from app.domain.commands import CancelAppointment, ScheduleIntake
from app.domain.events import SubjectType
from app.domain.ports import PartnerRecord
from app.domain.receivers import PartnerKey, ReceiverKey, SubscriptionKey
from app.events.http.credentials import sealed_url
from app.models import metadata
from app.models.cases.external_id import referral_of
from app.models.delivery.delivery import Delivery, DeliveryState, delivery, to_delivery
from app.models.delivery.outbox import event
from app.models.delivery.subscription import SubscriptionStatus, list_subscriptions, subscription
from app.models.sealed import Sealed
from app.operations.cases.filling import fill_disclosed
from app.operations.services import Services, open_services
from app.sandbox.runtime import SettableClock
from app.worker import WorkerLoops
from tests.api.conftest import MASTER_KEY, NOW, SignIn, sandbox_settings
from tests.support.event_env import Mailbox
from tests.support.hub import CANCEL, SCHEDULE, InProcessHub, partner_record
from tests.support.ownership import BY_WIJKTEAM
from tests.support.previous_release import DATA, restore

SHOWN: Mapping[str, Mapping[str, Any]] = json.loads((DATA / "shown.json").read_text())

# The hub's clock when the previous release stopped.
STOPPED = NOW + timedelta(hours=1)

ADDED = {"operations", "total", "progress"}
"""Members of answers that were added since the previous release."""

RENAMED = {(table, "referral_id"): "subject_id" for table in ("event", "delivery", "delivery_sequence")}

EXTENDED = {"endpoint"}
"""Tables that gain rows: every receiver that is owed something has one now, not only those that were sent something."""

DROPPED = {("delivery", "lease_until"), ("delivery", "lease_token")}
"""Columns of attempts that were under way, which are in leases now."""

SEALED_SINCE = {
    ("appointment", "place"),
    ("appointment", "participants"),
    ("plan", "document_reference"),
    ("subscription", "url"),
}
"""Columns that are sealed now."""

RESEALED = {
    (table.name, column.name)
    for table in metadata.tables.values()
    for column in table.c
    if isinstance(column.type, Sealed)
}
"""Columns whose values are sealed again; what the API shows of them is compared."""

MOVED = {"idempotency"}
"""Tables that have another form and name; there is no row in them."""

_CHANGED = DROPPED | SEALED_SINCE | RESEALED


@dataclass(frozen=True)
class StoredTable:
    """A table as it is stored."""

    columns: list[str]
    rows: list[Mapping[str, object]]

    def projected(self, columns: list[str]) -> Counter[str]:
        return Counter(repr([row[column] for column in columns]) for row in self.rows)


Rows = dict[str, StoredTable]


def rows_of(tx: Connection) -> Rows:
    """Return the columns and the rows of every table as they are stored."""
    tables = inspect(tx).get_table_names()
    found: Rows = {}
    for name in tables:
        result = tx.execute(text(f'SELECT * FROM "{name}"'))
        found[name] = StoredTable(list(result.keys()), [dict(row) for row in result.mappings()])
    return found


@pytest.fixture
async def stored(empty_database_url: str) -> Rows:
    """Restore the database of the previous release; return what is in it."""
    await asyncio.to_thread(restore, empty_database_url)
    db = Database.open(empty_database_url)
    found = await db.read(rows_of)
    await db.close()
    return found


@pytest.fixture
async def services(empty_database_url: str, stored: Rows, clock: SettableClock) -> Services:
    """Migrate the database; return what operations work with over it."""
    assert stored["alembic_version"].rows == [{"version_num": "20261123_1100"}]
    await asyncio.to_thread(upgrade_schema, empty_database_url, MASTER_KEY)
    db = Database.open(empty_database_url)
    opened = await open_services(db, MASTER_KEY, "rotterdam", clock)
    await db.close()
    return opened


@pytest.fixture
async def hub(empty_database_url: str, services: Services, clock: SettableClock) -> AsyncIterator[AppState]:
    """Return a hub over the migrated database of the previous release."""
    clock.set(STOPPED)
    db = Database.open(empty_database_url)
    hub = build_app_state(db, services, sandbox_settings())
    while await db.write(fill_disclosed, services):
        pass
    yield hub
    await hub.outbound.close()
    await db.close()


async def deliveries(hub: AppState, *states: DeliveryState) -> list[Delivery]:
    query = select(delivery).where(delivery.c.state.in_(states)).order_by(delivery.c.event_position)
    return await hub.db.read(lambda tx: [to_delivery(row) for row in tx.execute(query).mappings()])


def send_to(tx: Connection, services: Services, url: str) -> None:
    """Give every subscription this address."""
    for each in list_subscriptions(tx, None, None, 10):
        sealed = sealed_url(services.vault, each.id, url)
        tx.execute(update(subscription).where(subscription.c.id == each.id).values(url_sealed=sealed))


async def served(hub: AppState) -> set[ReceiverKey]:
    found = await hub.db.read(list_subscriptions, None, None, 10)
    return {SubscriptionKey(each.id) for each in found if each.status is SubscriptionStatus.ACTIVE}


async def test_every_row_survives_the_migration(hub: AppState, stored: Rows) -> None:
    migrated = await hub.db.read(rows_of)

    for table in stored.keys() - {"alembic_version"} - MOVED:
        old = [column for column in stored[table].columns if (table, column) not in _CHANGED]
        new = [RENAMED.get((table, column), column) for column in old]
        assert set(new) <= set(migrated[table].columns)
        before, after = stored[table].projected(old), migrated[table].projected(new)
        assert before <= after if table in EXTENDED else before == after


NEW_ACTIONS = {
    "give_signal",
    "reopen",
    "report_contact_lost",
    "report_contact_restored",
    "report_other_help",
    "change_counsellor",
    "propose",
    "cancel_proposal",
    "propose_meeting",
    "schedule_meeting",
}
"""Actions that were added since the previous release, or that are possible in more states."""

WITHHELD = {"hubValue", "partnerValue"}
"""Members of answers that the policy does not disclose to whom they were shown."""


def without_withheld(body: Any) -> Any:
    """Return an answer of the previous release without what is withheld now, such as a count that nothing disclosed."""
    if isinstance(body, list):
        return [without_withheld(each) for each in body]
    if not isinstance(body, dict):
        return body
    shown = {name: value for name, value in body.items() if name not in WITHHELD and value != {"missedCount": 0}}
    return {name: without_withheld(value) for name, value in shown.items()}


def without_counsellors(page: Any) -> Any:
    """Return a list of trajectories without the counsellors, which reading one never showed, and no schema has."""
    items = [{name: value for name, value in each.items() if name != "counsellor"} for each in page["items"]]
    return page | {"items": items}


def without_additions(answer: dict[str, Any], shown: Any) -> dict[str, object]:
    """Return an answer without the members and the actions that were added since the previous release."""
    known = {name: without_kind(value) for name, value in answer.items() if name not in ADDED}
    if "operations" not in answer:
        return known
    # Of what could be done before, everything still can be.
    before = {"items": [each for each in answer["items"] if each in shown["items"] or each not in NEW_ACTIONS]}
    return known | before


def without_kind(part: Any) -> Any:
    """Return a part of an answer without what appointments are for, all of them the intake, and their calendars."""
    if isinstance(part, list):
        return [without_kind(each) for each in part]
    if not isinstance(part, dict) or part.get("kind") != "intake":
        return part
    return {name: value for name, value in part.items() if name not in {"kind", "calendarUrl"}}


async def test_api_shows_what_the_previous_release_showed(sign_in: SignIn) -> None:
    for caller, pages in SHOWN.items():
        api = await sign_in(caller)
        for path, body in pages.items():
            # A quarantine is listed newest first since then.
            order = "?order=oldest" if path.endswith("/quarantine") else ""
            answer = await api.get(f"/v1/{path}{order}")
            assert (path, answer.status_code) == (path, 200)
            shown = without_counsellors(body) if path.startswith("trajectories?") else body
            assert (path, without_additions(answer.json(), shown)) == (path, without_withheld(shown))


async def test_what_was_owed_arrives_once_and_each_chain_goes_on(
    hub: AppState, worker: WorkerLoops, clock: SettableClock, box: Mailbox
) -> None:
    receivers = await served(hub)
    owed = [each for each in await deliveries(hub, DeliveryState.PENDING) if each.receiver in receivers]
    unrelayed = await hub.db.read(lambda tx: list(tx.scalars(select(event.c.id).where(event.c.relayed_at.is_(None)))))
    parked = len(await deliveries(hub, DeliveryState.PARKED))
    await hub.db.write(send_to, hub.services, box.url)
    clock.set(STOPPED + timedelta(minutes=10))

    await worker.pull_and_deliver()

    arrived = [json.loads(body) for body in box.bodies]
    wanted = [str(each.event_id) for each in owed] + [str(each) for each in unrelayed]
    assert sorted(each["id"] for each in arrived) == sorted(wanted)
    assert {each.subject_type for each in owed} == set(SubjectType)
    assert {each.attempts for each in owed} == {0, 1}
    assert len(await deliveries(hub, DeliveryState.PARKED)) == parked + len(unrelayed) > parked > 0
    # Allegro and GIDSO are not connected: what they are owed stays owed.
    rest = await deliveries(hub, DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.DEAD)
    assert {each.receiver for each in rest} == {PartnerKey(System.ALLEGRO), PartnerKey(System.GIDSO)}
    chains = defaultdict(list)
    for each in await deliveries(hub, DeliveryState.DELIVERED):
        if each.receiver in receivers:
            chains[each.receiver, each.subject_id].append(each.sequence)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in chains.values())
    assert max(map(len, chains.values())) > 1


async def test_pages_of_partners_are_applied_where_the_previous_release_stopped(hub: AppState, sign_in: SignIn) -> None:
    small = InProcessHub(hub.db)
    small.clock.set(STOPPED)
    operator = await sign_in("operator")
    referral_id = (await small.db.read(referral_of, System.ALLEGRO, ["A-1"]))["A-1"]

    again = await small.pull(at_allegro(1, SCHEDULE))
    moved = await small.pull(at_allegro(2, CANCEL))

    assert (again.unchanged, again.applied, moved.applied) == (1, 0, 1)
    assert await small.status(referral_id) is ReferralStatus.APPOINTMENT_CANCELLED
    # What GIDSO says again of the field in conflict is no second conflict, and what it says anew is taken over.
    assert (await small.pull(at_gidso(2, "Uit GIDSO"), system=System.GIDSO)).unchanged == 1
    assert (await small.pull(at_gidso(3, "Uit GIDSO", reason="Nieuw"), system=System.GIDSO)).applied == 1
    (conflict,) = (await operator.get("/v1/partners/gidso/conflicts")).json()["items"]
    assert (conflict["field"], conflict["state"]) == ("referral.case_lead", "open")
    gidso_id = (await small.db.read(referral_of, System.GIDSO, ["G-1"]))["G-1"]
    assert (await small.case(gidso_id)).contents.reason == "Nieuw"


def at_allegro(number: int, fact: ScheduleIntake | CancelAppointment) -> PartnerRecord:
    """Return a record of Allegro as ``make.py`` wrote them."""
    return partner_record("A-1", fact, external_id=f"m{number}", payload={"number": number})


def at_gidso(version: int, case_lead: str, reason: str | None = None) -> PartnerRecord:
    """Return a version of GIDSO's record as ``make.py`` wrote them."""
    said = replace(BY_WIJKTEAM, contents=replace(BY_WIJKTEAM.contents, case_lead=case_lead, reason=reason))
    return partner_record("G-1", said, external_id="G-1", payload={"version": version}, version=str(version))
