"""Migrations seal again what earlier releases stored, with the master key only."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Integer, LargeBinary, String, Uuid, column, insert, select, table

from app.database import Connection, Database
from app.database.migrations import upgrade_schema
from app.models.access.api_client import api_client
from app.models.access.idempotency import stored_answer
from app.models.access.organisation import organisation
from app.models.base import UtcDateTime
from app.operations.access.idempotency import IdempotentRequest, answer_before
from app.operations.services import build_services
from app.sandbox.runtime import SettableClock
from app.vault import Vault
from tests.support.hub import DOCK
from tests.support.migrating import go_back

KEY, NOW, FINGERPRINT = bytes(range(32)), datetime(2026, 11, 23, 9, 0, tzinfo=UTC), bytes(32)
BEFORE_ANSWERS_PER_CLIENT = "20261130_1420"
OLD_ANSWER = table(
    "idempotency",
    column("organisation_id", Uuid()),
    column("key", String()),
    column("request_hash", LargeBinary()),
    column("status", Integer()),
    column("etag", String()),
    column("body", LargeBinary()),
    column("created_at", UtcDateTime()),
)
OWNER = UUID(int=7)
BODY = b'{"id":"7","secret":"whsec_kanarie","url":"https://hooks.example.nl"}'


def store_answers(tx: Connection, number: int) -> None:
    """Store answers as the release did in which they belonged to organisations; that one has two clients."""
    owner = {"id": OWNER, "code": DOCK.code, "name": DOCK.name, "role": "referrer", "active": True}
    tx.execute(insert(organisation), {**owner, "system": "api", "changed_at": NOW})
    for client_id in ("one", "other"):
        tx.execute(
            insert(api_client), {"client_id": client_id, "organisation_id": OWNER, "scopes": [], "created_at": NOW}
        )
    answer = {"organisation_id": OWNER, "request_hash": FINGERPRINT, "status": 201, "etag": '"1"', "created_at": NOW}
    sealed = Vault(KEY).seal(BODY, "idempotency.body")
    tx.execute(insert(OLD_ANSWER), [{**answer, "key": f"k-{each:04}", "body": sealed} for each in range(number)])


async def test_answers_of_organisations_become_those_of_their_clients_and_lose_their_secrets(
    empty_database_url: str,
) -> None:
    number = 150
    await asyncio.to_thread(upgrade_schema, empty_database_url)
    await asyncio.to_thread(go_back, empty_database_url, BEFORE_ANSWERS_PER_CLIENT)
    db = Database.open(empty_database_url)
    await db.write(store_answers, number)
    await db.close()

    await asyncio.to_thread(upgrade_schema, empty_database_url, KEY)

    db, services = Database.open(empty_database_url), build_services(KEY, "rotterdam", SettableClock(NOW))
    stored = await db.read(lambda tx: list(tx.scalars(select(stored_answer.c.api_client))))
    asked = [
        IdempotentRequest(organisation_id=OWNER, api_client=client, key="k-0149", fingerprint=FINGERPRINT)
        for client in ("one", "other", "third")
    ]
    one, other, third = [await db.read(answer_before, services, each) for each in asked]
    await db.close()
    assert sorted(stored) == ["one"] * number + ["other"] * number
    assert one is not None
    assert one == other
    assert (one.status, one.etag, third) == (201, '"1"', None)
    assert b"secret" not in one.body.replace(b"secret-rotation", b"")
    assert b'"newSecretFrom": "/v1/subscriptions/7/secret-rotation"' in one.body


async def test_a_database_with_sealed_values_is_not_migrated_without_its_master_key(empty_database_url: str) -> None:
    await asyncio.to_thread(upgrade_schema, empty_database_url)
    await asyncio.to_thread(go_back, empty_database_url, BEFORE_ANSWERS_PER_CLIENT)
    db = Database.open(empty_database_url)
    await db.write(store_answers, 1)
    await db.close()

    with pytest.raises(RuntimeError, match="TRAJECTHUB_MASTER_KEY"):
        await asyncio.to_thread(upgrade_schema, empty_database_url)

    await asyncio.to_thread(upgrade_schema, empty_database_url, KEY)
