"""A PostgreSQL that keeps what it commits: the durability of a fresh installation, unlike the tests' server."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.support.postgres import PostgresServer, running_server

# What is not named here stands as PostgreSQL ships it: fsync, synchronous_commit and full_page_writes on.
_DURABLE: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
}


@contextmanager
def durable_server() -> Iterator[PostgresServer]:
    """Return the server of TEST_DATABASE_URL, else a private one with default durability, for the length of a block."""
    with running_server(_DURABLE) as server:
        yield server
