"""The hub's programs over an empty database that is as durable as that of an installation."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from app.database.migrations import upgrade_schema
from tests.support.postgres import running_server
from tests.support.processes import Program, hub_environment, running

__all__ = ["empty_database", "running_api", "running_worker"]

# All other options are PostgreSQL's defaults: fsync, synchronous_commit and full_page_writes are on.
_DURABLE: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
}


@contextmanager
def empty_database(store: str = "postgresql") -> Iterator[str]:
    """Return the URL of a database with the schema and no rows, for the duration of a block.

    PostgreSQL is the server of ``TEST_DATABASE_URL``, or a private one with default durability.

    Args:
        store: ``postgresql`` or ``sqlite``.
    """
    if store == "sqlite":
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            url = f"sqlite:///{folder}/hub.db"
            upgrade_schema(url)
            yield url
        return
    with running_server(_DURABLE) as server:
        url = server.create_database()
        upgrade_schema(url)
        try:
            yield url
        finally:
            server.drop_database(url)


def running_worker(url: str) -> AbstractContextManager[Program]:
    """Run ``trajecthub worker`` over a database for the duration of a block."""
    return running("app.cli.main", "worker", environment=hub_environment(url))


def running_api(url: str, port: int, *options: str) -> AbstractContextManager[Program]:
    """Run ``trajecthub serve`` over a database for the duration of a block."""
    ready = f"http://127.0.0.1:{port}/healthz/live"
    return running("app.cli.main", "serve", *options, environment=hub_environment(url, port), url=ready)
