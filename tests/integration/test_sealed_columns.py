"""A sealed value opens at its own place only; which columns are sealed is read from the tables themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Column, LargeBinary, select, update

from app.database import Connection
from app.models import metadata
from app.models.cases.appointment import appointment
from app.models.cases.client import client, client_sealer
from app.models.cases.referral import referral
from app.models.delivery.outbox import event
from app.models.sealed import Sealed, SealedBy, place_of
from app.vault import SealBroken, Sealer, Vault
from tests.support.filled import API_CLIENT, fill
from tests.support.hub import InProcessHub

SEALED = [column for table in metadata.tables.values() for column in table.c if isinstance(column.type, Sealed)]
HASHES = {
    "api_client.secret_hash",
    "client.bsn_index",
    "compared_record.content_hash",
    "partner_field.fingerprint",
    "partner_record.content_hash",
    "quarantine.content_hash",
    "referral.worker_index",
    "stored_answer.key_index",
    "stored_answer.request_hash",
    "subscription.worker_index",
}
ELSEWHERE = {"master_key_check.sealed"}
"""The only row of its table."""


@dataclass(frozen=True)
class Value:
    place: str
    content: bytes


def name_of(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


def values_of(tx: Connection, column: Column[Any]) -> list[Value]:
    # The store numbers the rows of the outbox, which are sealed before that for their own ids.
    key = [event.c.id] if column.table is event else list(column.table.primary_key)
    rows = tx.execute(select(*key, column.label("sealed")).where(column.is_not(None)).order_by(*key))
    return [Value(place_of(column, *row[:-1]), row.sealed) for row in rows]


def sealers_of(tx: Connection, vault: Vault, column: Column[Any]) -> list[Sealer]:
    assert isinstance(column.type, Sealed)
    of_clients = [client_sealer(vault, row.id, row.wrapped_key) for row in tx.execute(select(client))]
    match column.type.by:
        case SealedBy.HUB:
            return [vault]
        case SealedBy.CLIENT:
            return of_clients
        case SealedBy.EITHER:
            return [*of_clients, vault.api_client_sealer(API_CLIENT)]


def opens(sealers: list[Sealer], content: bytes, place: str) -> bool:
    return any(_opens(each, content, place) for each in sealers)


def _opens(sealer: Sealer, content: bytes, place: str) -> bool:
    try:
        sealer.open(content, place)
    except SealBroken:
        return False
    return True


def pairs(values: list[Value]) -> Iterator[tuple[Value, Value]]:
    return ((one, other) for one in values for other in values if one is not other)


def test_every_column_of_bytes_is_sealed_or_a_hash() -> None:
    columns = [each for table in metadata.tables.values() for each in table.c if type(each.type) is LargeBinary]

    assert set(map(name_of, columns)) == HASHES


async def test_no_sealed_value_opens_in_another_row_or_column(hub: InProcessHub) -> None:
    await fill(hub)
    vault = hub.services.vault

    def work(tx: Connection) -> None:
        everything = {name_of(column): values_of(tx, column) for column in SEALED}
        for column in SEALED:
            name, sealers = name_of(column), sealers_of(tx, vault, column)
            values = everything[name]
            if name in ELSEWHERE:
                continue
            assert len(values) >= 2, name
            assert all(opens(sealers, each.content, each.place) for each in values), name
            assert not any(opens(sealers, one.content, other.place) for one, other in pairs(values)), name
            others = [each for other, found in everything.items() if other != name for each in found]
            assert not any(opens(sealers, values[0].content, each.place) for each in others), name

    await hub.db.read(work)


@pytest.mark.parametrize("column", [referral.c.contents, appointment.c.details], ids=name_of)
async def test_a_case_is_not_read_with_what_was_moved_to_its_row(hub: InProcessHub, column: Column[Any]) -> None:
    await fill(hub)
    (key,) = column.table.primary_key

    def move(tx: Connection) -> None:
        (first, *_, last) = tx.execute(select(key, column.label("sealed")).order_by(key)).all()
        tx.execute(update(column.table).where(key == last[0]).values({column.name: first.sealed}))

    await hub.db.write(move)

    (*_, last_referral) = await hub.db.read(lambda tx: list(tx.scalars(select(referral.c.id).order_by(referral.c.id))))
    with pytest.raises(SealBroken):
        _ = (await hub.case(last_referral)).contents
