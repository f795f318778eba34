"""The schema of the store: its newest migration, and a connection to bring it there."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TypeVar

from app.database.postgresql import run_on_postgresql
from app.database.sqlite import run_on_sqlite
from app.database.store import Work
from app.database_address import SqliteFile, read_database_url

T = TypeVar("T")

_REVISION = re.compile(r"""^revision = ["'](\w+)["']""", re.MULTILINE)
_DOWN_REVISION = re.compile(r"""^down_revision = ["'](\w+)["']""", re.MULTILINE)


@cache
def newest_schema() -> str:
    """Return the newest migration that this version of the hub has: the one that no other follows."""
    headers = [each.read_text(encoding="utf-8") for each in (migrations_folder() / "versions").glob("*.py")]
    followed = {found[1] for each in headers if (found := _DOWN_REVISION.search(each))}
    newest = {found[1] for each in headers if (found := _REVISION.search(each))} - followed
    if len(newest) != 1:
        raise RuntimeError("This installation has no migrations, or those of several versions; install the hub again.")
    return newest.pop()


def migrations_folder() -> Path:
    """Return the folder of the migrations, in the package or in the repository."""
    package = Path(__file__).parents[1]
    in_repository, in_package = package.parent / "migrations", package / "migrations"
    return in_package if in_package.is_dir() else in_repository


def with_own_connection(url: str, work: Work[T]) -> T:
    """Run ``work``, which handles transactions itself, on one connection opened and closed for it: for migrations."""
    match read_database_url(url):
        case SqliteFile(path):
            return run_on_sqlite(path, work)
        case servers:
            # In a thread, because asyncio.run refuses to start while another event loop runs.
            with ThreadPoolExecutor(1, "migration") as thread:
                return thread.submit(lambda: asyncio.run(run_on_postgresql(servers, work))).result()
