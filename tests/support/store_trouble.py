"""Stores with trouble that is theirs, as the servers and files of installations have it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.database import Connection
from tests.support.postgres import PostgresServer, database_name, run_script


@asynccontextmanager
async def read_only(server: PostgresServer, url: str) -> AsyncIterator[None]:
    """Have PostgreSQL take no writes in a database for the duration of a block, as after it was made a standby."""
    database = f'DATABASE "{database_name(url)}"'
    await asyncio.to_thread(server.execute, f"ALTER {database} SET default_transaction_read_only = on")
    await end_connections(server, url)
    try:
        yield
    finally:
        await asyncio.to_thread(server.execute, f"ALTER {database} RESET default_transaction_read_only")


async def end_connections(server: PostgresServer, url: str) -> None:
    """End every other connection with a database, as a server that is restarted does."""
    others = f"datname = '{database_name(url)}' AND pid <> pg_backend_pid()"
    ended = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}"
    # Meanwhile the event loop notices that they end.
    await asyncio.to_thread(server.execute, ended)


@asynccontextmanager
async def without_room(_: PostgresServer, url: str) -> AsyncIterator[None]:
    """Have PostgreSQL find its disk full whenever a referral is stored in this database, during a block."""
    await asyncio.to_thread(
        run_script,
        url,
        """
        CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER no_room BEFORE INSERT ON referral EXECUTE FUNCTION no_room()
        """,
    )
    try:
        yield
    finally:
        await asyncio.to_thread(run_script, url, "DROP FUNCTION no_room CASCADE")


def leave_no_room(tx: Connection) -> None:
    """Let SQLite's file grow no more; this ends with the connection."""
    pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
    tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
