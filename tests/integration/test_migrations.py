"""Migrations build, from nothing, exactly the schema that the models describe."""

import asyncio
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Boolean, CheckConstraint, Integer, String, Uuid, column, insert, inspect, select, table

from app.database import Connection, Database
from app.database.migrations import upgrade_schema
from app.domain.codes import System
from app.domain.events import EventType, SubjectType
from app.domain.partners import JobKind
from app.domain.receivers import ReceiverKey, SubscriptionKey
from app.models import metadata
from app.models.base import JsonDocument, UtcDateTime
from app.models.delivery.claim import next_sequences
from app.models.delivery.delivery import deliveries_about
from app.models.delivery.outbox import chain_events, event
from app.models.partners.job import list_jobs
from app.operations.migration import migrate_schema
from app.operations.schema import DatabaseUnusable
from tests.support.chaos.waiting import until
from tests.support.migrating import go_back
from tests.support.patience import PATIENCE
from tests.support.postgres import PostgresServer

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"


BEFORE_PARAMETERS = "20261130_0900"

BEFORE_REFERRERS = "20261130_1200"

BEFORE_REPLACED_INDEX = "20261130_1220"
_REPLACED = "'ix_delivery_parked'::regclass"
TOUCH = "UPDATE delivery SET attempts = attempts WHERE false"
IS_WAITING = """
    SELECT count(*) > 0 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INDEX CONCURRENTLY%'
"""
IS_VALID = f"SELECT indisvalid AND indnatts = 2 FROM pg_index WHERE indexrelid = {_REPLACED}"
BREAK_OFF = f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = {_REPLACED}"

# What the release before ``subject_id`` stored, with an event type for each kind of subject.
BEFORE_SUBJECTS, MOMENT = "20261123_1200", datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TYPE_OF = {
    SubjectType.REFERRAL: EventType.REFERRAL_CONFIRMED,
    SubjectType.SUBSCRIPTION: EventType.SUBSCRIPTION_FAILING,
    SubjectType.PARTNER: EventType.PARTNER_FAILING,
}
OLD_EVENT = table(
    "event",
    *(column(name, Uuid()) for name in ("id", "referral_id")),
    *(column(name, String()) for name in ("type", "source_system")),
    *(column(name, UtcDateTime()) for name in ("occurred_at", "recorded_at", "relayed_at")),
    column("facts", JsonDocument()),
    column("quiet", Boolean()),
)
OLD_DELIVERY = table(
    "delivery",
    *(column(name, Uuid()) for name in ("id", "event_id", "referral_id", "organisation_id")),
    *(column(name, String()) for name in ("receiver", "state")),
    *(column(name, Integer()) for name in ("event_position", "attempts", "sequence")),
    *(column(name, UtcDateTime()) for name in ("next_attempt_at", "created_at")),
    column("outcome_unknown", Boolean()),
)
OLD_SEQUENCE = table(
    "delivery_sequence", column("receiver", String()), column("referral_id", Uuid()), column("last", Integer())
)


def insert_of_each_type(tx: Connection, ids: Mapping[SubjectType, UUID], receiver: ReceiverKey) -> None:
    """Store an event, a delivery and a counter for each kind of subject, as the release before ``subject_id`` did."""
    for position, (subject_type, event_type) in enumerate(TYPE_OF.items(), 1):
        event_id, subject_id = uuid4(), ids[subject_type]
        event = {"id": event_id, "type": event_type.value, "referral_id": subject_id, "source_system": "allegro"}
        moments = dict.fromkeys(("occurred_at", "recorded_at", "relayed_at"), MOMENT)
        tx.execute(insert(OLD_EVENT), {**event, **moments, "facts": {"since": "x"}, "quiet": False})
        delivery = {"id": uuid4(), "event_id": event_id, "referral_id": subject_id, "organisation_id": None}
        numbers = {"event_position": position, "attempts": 1, "sequence": 1}
        state = {"receiver": receiver.text, "state": "pending", "outcome_unknown": False}
        due = {"next_attempt_at": MOMENT, "created_at": MOMENT}
        tx.execute(insert(OLD_DELIVERY), {**delivery, **numbers, **state, **due})
        tx.execute(insert(OLD_SEQUENCE), {"receiver": receiver.text, "referral_id": subject_id, "last": 1})


def insert_old_jobs(tx: Connection, reports: Mapping[str, object]) -> None:
    """Store jobs as the release before the column of parameters did."""
    job = metadata.tables["partner_job"]
    for position, (kind, report) in enumerate(reports.items(), start=1):
        row = {"id": UUID(int=position), "system": "rmw", "kind": kind, "dry_run": False, "state": "waiting"}
        tx.execute(insert(job).values(**row, requested_by="beheer", requested_at=MOMENT, report=report))


def differences(tx: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(tx), metadata))


def check_constraints(tx: Connection) -> set[tuple[str, str | None]]:
    found = inspect(tx).get_multi_check_constraints()
    return {(table, constraint["name"]) for (_, table), constraints in found.items() for constraint in constraints}


async def test_models_and_schema_agree(database: Database) -> None:
    assert await database.write(differences) == []


async def test_models_and_schema_have_the_same_check_constraints(database: Database) -> None:
    """Alembic neither compares them nor writes those declared inside a column."""
    declared = {
        (table.name, constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }

    assert await database.read(check_constraints) == declared


async def test_upgrade_from_nothing_makes_every_table(empty_database_url: str) -> None:
    await asyncio.to_thread(upgrade_schema, empty_database_url)

    database = Database.open(empty_database_url)
    tables = await database.read(lambda tx: set(inspect(tx).get_table_names()))
    await database.close()

    assert tables == {*metadata.tables, "alembic_version"}


async def test_upgrade_beside_a_running_event_loop_and_twice_changes_nothing(empty_database_url: str) -> None:
    upgrade_schema(empty_database_url)
    upgrade_schema(empty_database_url)

    database = Database.open(empty_database_url)
    assert await database.write(differences) == []
    await database.close()


async def test_processes_that_start_together_migrate_one_after_the_other(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database()

    # Alembic's state is global to a process, so each upgrade runs in one of its own.
    program = f"from app.database.migrations import upgrade_schema; upgrade_schema({url!r})"
    starting = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, cwd=VERSIONS.parents[1]) for _ in range(3)
    ]
    exit_codes = [await process.wait() for process in starting]

    assert exit_codes == [0, 0, 0]
    postgres_server.drop_database(url)


async def test_rows_of_each_type_of_subject_survive_the_naming_of_their_subject(empty_database_url: str) -> None:
    ids, receiver = {each: uuid4() for each in SubjectType}, SubscriptionKey(uuid4())
    await asyncio.to_thread(upgrade_schema, empty_database_url)
    await asyncio.to_thread(go_back, empty_database_url, BEFORE_SUBJECTS)
    database = Database.open(empty_database_url)
    await database.write(insert_of_each_type, ids, receiver)
    await database.close()

    await asyncio.to_thread(upgrade_schema, empty_database_url)

    database = Database.open(empty_database_url)
    for subject_type, subject_id in ids.items():
        (stored,) = await database.read(chain_events, subject_id)
        (owed,) = await database.read(deliveries_about, subject_id)
        assert (stored.event.type, stored.event.subject_type) == (TYPE_OF[subject_type], subject_type)
        assert (owed.subject_type, owed.receiver, owed.event_id) == (subject_type, receiver, stored.event.id)
        # The chain goes on where it was.
        fresh = replace(owed, id=uuid4(), sequence=None)
        assert await database.write(next_sequences, [fresh]) == {fresh.id: 2}
    types = select(event.c.subject_id, event.c.subject_type)
    assert await database.read(lambda tx: dict(map(tuple, tx.execute(types)))) == {ids[each]: each for each in ids}
    assert await database.write(differences) == []
    await database.close()


async def test_parameters_of_jobs_move_out_of_their_reports(empty_database_url: str) -> None:
    reports = {
        "backfill": {"since": "2026-01-01T00:00:00+01:00"},
        "retry": {"quarantineId": str(UUID(int=7)), "read": 1},
        "reconcile": {"compared": 3},
    }
    await asyncio.to_thread(upgrade_schema, empty_database_url)
    await asyncio.to_thread(go_back, empty_database_url, BEFORE_PARAMETERS)
    database = Database.open(empty_database_url)
    await database.write(insert_old_jobs, reports)
    await database.close()

    await asyncio.to_thread(upgrade_schema, empty_database_url)

    database = Database.open(empty_database_url)
    jobs = {job.kind: job for job in await database.read(list_jobs, System.RMW, None, 10)}
    await database.close()
    assert {kind: job.report for kind, job in jobs.items()} == reports
    assert {kind: job.result for kind, job in jobs.items()} == {
        JobKind.BACKFILL: None,
        JobKind.RETRY: {"read": 1},
        JobKind.RECONCILE: {"compared": 3},
    }
    assert jobs[JobKind.BACKFILL].since == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert jobs[JobKind.RETRY].quarantine_id == UUID(int=7)


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_file_name_is_dated_and_says_what_changes(path: Path) -> None:
    assert re.fullmatch(r"\d{8}_\d{4}_[a-z0-9_]+", path.stem)


async def test_others_write_to_a_table_that_is_indexed_anew(postgres_server: PostgresServer) -> None:
    """A transaction that began earlier keeps the migration waiting; who comes later does not wait for either."""
    url = postgres_server.create_database()
    await asyncio.to_thread(upgrade_schema, url)
    await asyncio.to_thread(go_back, url, BEFORE_REPLACED_INDEX)
    earlier, later, observer = [await asyncpg.connect(url) for _ in range(3)]
    await later.execute("SET lock_timeout = '2s'")

    async with earlier.transaction():
        await earlier.execute(TOUCH)
        upgrading = asyncio.create_task(asyncio.to_thread(upgrade_schema, url))
        await until(partial(observer.fetchval, IS_WAITING), PATIENCE)
        await later.execute(TOUCH)
    await upgrading

    assert await observer.fetchval(IS_VALID)
    for connection in (earlier, later, observer):
        await connection.close()
    postgres_server.drop_database(url)


async def test_a_migration_that_meets_a_locked_table_says_so_and_can_be_run_again(
    postgres_server: PostgresServer,
) -> None:
    url = postgres_server.create_database()
    await asyncio.to_thread(upgrade_schema, url)
    await asyncio.to_thread(go_back, url, BEFORE_REFERRERS)
    other = await asyncpg.connect(url)

    async with other.transaction():
        await other.execute("LOCK TABLE event")
        with pytest.raises(DatabaseUnusable, match="a table locked"):
            await asyncio.to_thread(migrate_schema, url, None)
    await asyncio.to_thread(migrate_schema, url, None)

    await other.close()
    postgres_server.drop_database(url)


async def test_an_index_whose_building_was_broken_off_is_made_again(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database()
    await asyncio.to_thread(upgrade_schema, url)
    await asyncio.to_thread(go_back, url, BEFORE_REPLACED_INDEX)
    connection = await asyncpg.connect(url)
    await connection.execute(BREAK_OFF)

    await asyncio.to_thread(upgrade_schema, url)

    assert await connection.fetchval(IS_VALID)
    await connection.close()
    postgres_server.drop_database(url)
