"""Many rows and many ids in one statement, on both stores."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.database import Connection, Database
from app.domain.codes import System
from app.domain.events import EventType
from app.domain.queries import EVERYTHING
from app.domain.receivers import PollKey, ReceiverKey
from app.models.access.organisation import load_organisations
from app.models.bulk import GivenRow, Value, bulk_insert, bulk_update, is_any_of
from app.models.cases.appointment import appointments_by_id, appointments_of
from app.models.cases.client import NewClient
from app.models.cases.client_register import open_cases_of
from app.models.cases.external_id import external_id_of, linkable
from app.models.cases.loading import load_cases
from app.models.cases.referral import load_referral_rows, routed_referrals
from app.models.cases.trajectory import load_trajectories_of
from app.models.delivery.attempt import attempts_of
from app.models.delivery.disclosure import disclosure
from app.models.delivery.lease import leases_of
from app.models.delivery.outbox import load_events
from app.models.delivery.receiver_health import lock_receivers
from app.models.delivery.redelivery import chain_heads
from app.models.delivery.subscription import load_subscriptions, note_health, subscriptions_of
from app.models.partners.alert import open_alerts
from app.vault import Vault
from tests.support.statements import sent_statements

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW.replace(hour=10)
RECEIVER = PollKey(uuid4())
NAMES = (
    "id",
    "delivery_id",
    "referral_id",
    "event_type",
    "receiver",
    "policy_version",
    "fields",
    "digest",
    "disclosed_at",
)
INSERT = bulk_insert(disclosure, *NAMES)
UPDATE = bulk_update(disclosure, ("id", "receiver"), ("fields", "moment", "disclosed_at"))


def row(id: UUID, fields: list[str]) -> GivenRow:
    kept: dict[str, Value] = {
        "id": id,
        "delivery_id": uuid4(),
        "referral_id": uuid4(),
        "event_type": EventType.INTAKE_MISSED.value,
    }
    return {
        **kept,
        "receiver": RECEIVER.text,
        "policy_version": "1",
        "fields": fields,
        "digest": "d",
        "disclosed_at": NOW,
    }


def change(id: UUID, receiver: ReceiverKey, fields: list[str]) -> GivenRow:
    return {"id": id, "receiver": receiver.text, "fields": fields, "moment": "missed", "disclosed_at": LATER}


def stored(tx: Connection) -> dict[UUID, tuple[object, ...]]:
    columns = disclosure.c
    query = select(columns.id, columns.receiver, columns.fields, columns.moment, columns.disclosed_at)
    return {one.id: tuple(one)[1:] for one in tx.execute(query)}


async def test_rows_are_inserted_with_their_types_and_columns_left_out_are_empty(database: Database) -> None:
    ids = [uuid4() for _ in range(3)]

    await database.write(INSERT.run, [row(id, [str(id), 'a "b"']) for id in ids])

    expected = {id: (RECEIVER, [str(id), 'a "b"'], None, NOW) for id in ids}
    assert await database.read(stored) == expected


async def test_rows_are_changed_where_all_keys_agree(database: Database) -> None:
    first, second, third = (uuid4() for _ in range(3))
    await database.write(INSERT.run, [row(id, ["x"]) for id in (first, second, third)])

    await database.write(UPDATE.run, [change(first, RECEIVER, ["y"]), change(second, PollKey(uuid4()), ["z"])])

    assert await database.read(stored) == {
        first: (RECEIVER, ["y"], "missed", LATER),
        second: (RECEIVER, ["x"], None, NOW),
        third: (RECEIVER, ["x"], None, NOW),
    }


async def test_no_rows_are_no_statement(database: Database) -> None:
    await database.write(INSERT.run, [])
    await database.write(UPDATE.run, [])

    assert await database.read(stored) == {}


@pytest.mark.parametrize("number", [0, 1, 3])
async def test_ids_are_found_however_many_are_asked_for(database: Database, number: int) -> None:
    ids = [uuid4() for _ in range(3)]
    await database.write(INSERT.run, [row(id, []) for id in ids])

    query = select(disclosure.c.id).where(is_any_of(disclosure.c.id, "ids"))
    found = await database.read(lambda tx: set(tx.scalars(query, {"ids": {*ids[:number], uuid4()}})))

    assert found == set(ids[:number])


async def test_text_of_a_statement_does_not_depend_on_the_number_of_ids(database: Database) -> None:
    texts = set()

    def find(tx: Connection, number: int) -> None:
        query = select(disclosure.c.id).where(is_any_of(disclosure.c.id, "ids"))
        result = tx.execute(query, {"ids": [uuid4() for _ in range(number)]})
        texts.add(result.context.statement)

    for number in (0, 1, 7):
        await database.read(find, number)

    assert len(texts) == 1


async def test_condition_on_ids_has_a_form_that_indexes_serve(database: Database) -> None:
    query = select(disclosure.c.id).where(is_any_of(disclosure.c.id, "ids"), disclosure.c.receiver.is_not(None))

    with sent_statements() as sent:
        await database.read(lambda tx: tx.execute(query, {"ids": [uuid4()]}))

    form = {"postgresql": "= ANY ($1::UUID[])", "sqlite": "IN (SELECT value FROM json_each(?))"}[database.dialect]
    assert sent[-1].split("WHERE ")[1] == f"disclosure.id {form} AND disclosure.receiver IS NOT NULL"


async def test_no_statement_by_ids_reads_a_whole_table(sqlite_database: Database) -> None:
    ids, vault = [uuid4(), uuid4()], Vault(bytes(32))
    sealer = NewClient.with_new_key(vault, ids[0], None).sealer
    by_ids: list[Callable[[Connection], object]] = [
        lambda tx: appointments_by_id(tx, vault, ids),
        lambda tx: appointments_of(tx, vault, ids),
        lambda tx: attempts_of(tx, ids),
        lambda tx: chain_heads(tx, RECEIVER, ids),
        lambda tx: external_id_of(tx, System.ALLEGRO, ids),
        lambda tx: linkable(tx, System.ALLEGRO, ids),
        lambda tx: load_cases(tx, vault, ids),
        lambda tx: load_events(tx, ids),
        lambda tx: load_organisations(tx, ids),
        lambda tx: load_referral_rows(tx, ids, EVERYTHING),
        lambda tx: load_subscriptions(tx, ids),
        lambda tx: leases_of(tx, [RECEIVER]),
        lambda tx: lock_receivers(tx, [RECEIVER]),
        lambda tx: load_trajectories_of(tx, vault, ids),
        lambda tx: note_health(tx, ids[:1], ids[1:], NOW),
        lambda tx: open_alerts(tx, ids),
        lambda tx: open_cases_of(tx, dict.fromkeys(ids, sealer), NOW.date()),
        lambda tx: routed_referrals(tx, ids),
        lambda tx: subscriptions_of(tx, ids),
    ]

    with sent_statements() as sent:
        for each in by_ids:
            await sqlite_database.write(each)
    statements = [each for each in sent if "json_each" in each]
    scanned = await sqlite_database.read(lambda tx: [name for each in statements for name in scanned_tables(tx, each)])

    assert len(statements) > len(by_ids)
    assert scanned == []


def scanned_tables(tx: Connection, statement: str) -> list[str]:
    """Return the tables that SQLite reads from beginning to end for a statement."""
    plan = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (None,) * statement.count("?"))
    steps = [row.detail.split() for row in plan]
    return [step[1] for step in steps if step[0] == "SCAN" and step[1] != "json_each"]
