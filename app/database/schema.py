"""The schema of the store: its newest migration, and bringing it there."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TypeVar

import alembic.command
import alembic.config
from alembic.script import ScriptDirectory

from app.database.postgresql import run_on_postgresql
from app.database.sqlite import compact_sqlite, run_on_sqlite
from app.database.store import Work
from app.database_address import SqliteFile, read_database_url

T = TypeVar("T")


def upgrade_schema(url: str, master_key: bytes | None = None) -> None:
    """Bring the store at ``url`` to the newest migration; callable with or without a running event loop.

    Args:
        url: of the store.
        master_key: with which migrations seal again what is stored; a store without sealed values needs none.

    Raises:
        DatabaseInUse: the SQLite file is open; migrate before :meth:`Database.open`.
    """
    config = _migrations()
    config.attributes.update(url=url, master_key=master_key)
    alembic.command.upgrade(config, "head")
    address = read_database_url(url)
    if isinstance(address, SqliteFile):
        compact_sqlite(address.path)


@cache
def newest_schema() -> str:
    """Return the newest migration that this version of the hub has."""
    head = ScriptDirectory.from_config(_migrations()).get_current_head()
    if head is None:
        raise RuntimeError("This installation has no migrations; install the hub again.")
    return head


def _migrations() -> alembic.config.Config:
    package = Path(__file__).parents[1]
    in_repository, in_package = package.parent / "migrations", package / "migrations"
    config = alembic.config.Config()
    folder = in_package if in_package.is_dir() else in_repository
    # A percent sign starts an interpolation in Alembic's configuration.
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def with_own_connection(url: str, work: Work[T]) -> T:
    """Run ``work``, which handles transactions itself, on one connection opened and closed for it: for migrations."""
    match read_database_url(url):
        case SqliteFile(path):
            return run_on_sqlite(path, work)
        case servers:
            # In a thread, because asyncio.run refuses to start while another event loop runs.
            with ThreadPoolExecutor(1, "migration") as thread:
                return thread.submit(lambda: asyncio.run(run_on_postgresql(servers, work))).result()
