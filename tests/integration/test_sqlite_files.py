"""The files of a SQLite database are their owner's, and nothing of what was deleted is left in them."""

import asyncio
import os
import stat
from pathlib import Path
from uuid import UUID

from sqlalchemy import make_url

from app.database import Connection, Database
from app.database.migrations import upgrade_schema
from app.operations.access.idempotency import Answer, Change, IdempotentRequest, once
from app.operations.retention import purge_batch
from tests.support.hub import InProcessHub

CANARY = "kanarie-" * 400


def files_of(url: str) -> list[Path]:
    path = Path(str(make_url(url).database))
    return sorted(path.parent.glob(f"{path.name}*"))


def raw(url: str) -> bytes:
    return b"".join(each.read_bytes() for each in files_of(url))


def in_clear(tx: Connection) -> None:
    tx.exec_driver_sql("CREATE TABLE canary (id INTEGER PRIMARY KEY, text TEXT)")
    for _ in range(50):
        tx.exec_driver_sql("INSERT INTO canary (text) VALUES (?)", (CANARY,))


async def test_files_of_a_new_database_are_their_owners(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    before = os.umask(0)
    try:
        await asyncio.to_thread(upgrade_schema, url)
        db = Database.open(url)
        await db.write(in_clear)
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in files_of(url)}
        await db.close()
    finally:
        os.umask(before)

    assert modes == dict.fromkeys(["hub.db", "hub.db-shm", "hub.db-wal", "hub.db.lock"], 0o600)


async def test_nothing_of_deleted_rows_is_left_in_the_files(sqlite_url: str) -> None:
    db = Database.open(sqlite_url)
    await db.write(in_clear)
    stored = raw(sqlite_url)

    await db.write(lambda tx: tx.exec_driver_sql("DELETE FROM canary WHERE id % 2 = 0"))
    await db.write(lambda tx: tx.exec_driver_sql("UPDATE canary SET text = '' WHERE id % 2 = 1"))
    deleted = raw(sqlite_url)
    await db.erase_deleted()
    erased = raw(sqlite_url)

    await db.close()
    assert b"kanarie-kanarie-" in stored
    assert b"kanarie-kanarie-" in deleted, "the log has it"
    assert b"kanarie-kanarie-" not in erased


async def test_nothing_of_an_answer_is_left_after_its_term(sqlite_hub: InProcessHub, sqlite_url: str) -> None:
    hub = sqlite_hub
    request = IdempotentRequest(organisation_id=UUID(int=1), api_client="dock", key="key", fingerprint=bytes(32))
    await once(hub.db, hub.services, request, Change(lambda _: Answer(status=200, body=b"x" * 6000)))
    (sealed,) = await hub.db.read(lambda tx: list(tx.exec_driver_sql("SELECT sealed FROM stored_answer").scalars()))
    parts = [sealed[at : at + 32] for at in range(0, len(sealed) - 32, 1000)]
    stored = raw(sqlite_url)

    hub.clock.set(hub.clock.now() + hub.services.answer_term * 2)
    await purge_batch(hub.db, hub.services)

    left = raw(sqlite_url)
    # A part may lie across two pages of the file.
    assert sum(each in stored for each in parts) > len(parts) / 2
    assert not any(each in left for each in parts)


async def test_a_migrated_database_has_nothing_of_what_was_deleted_before(sqlite_url: str) -> None:
    db = Database.open(sqlite_url)
    await db.write(lambda tx: tx.exec_driver_sql("PRAGMA secure_delete=OFF"))
    await db.write(in_clear)
    await db.write(lambda tx: tx.exec_driver_sql("DROP TABLE canary"))
    await db.close()
    before = raw(sqlite_url)

    await asyncio.to_thread(upgrade_schema, sqlite_url)

    assert b"kanarie-kanarie-" in before
    assert b"kanarie-kanarie-" not in raw(sqlite_url)
