"""What migrations of large tables share: they may take their time, and nobody waits for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alembic import op
from sqlalchemy import TextClause

__all__ = ["LOCK_WAIT", "build_index", "unhurried"]

LOCK_WAIT = "4s"
"""How long a migration waits for a lock: a statement that queues for one also holds up everyone behind it."""

_PATIENT_WAIT = "10min"
"""How long it waits for the transactions of others to end, where nobody waits behind it."""


@contextmanager
def unhurried() -> Iterator[None]:
    """Run each statement in a transaction of its own, which waits for others as long as it takes; PostgreSQL only.

    What comes before is committed. A migration that is broken off within is run again from its start, so what it does
    must be right when it was done in part before.
    """
    if not _is_on_postgresql():
        yield
        return
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{_PATIENT_WAIT}'")
        yield
        op.execute(f"SET lock_timeout = '{LOCK_WAIT}'")


def build_index(name: str, table: str, columns: Sequence[str], where: TextClause | None = None) -> None:
    """Make an index, in place of one with its name; on PostgreSQL others read and write the table meanwhile."""
    concurrently = _is_on_postgresql()
    with unhurried():
        # One that was broken off is there, and serves no query.
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=concurrently)
        op.create_index(
            name,
            table,
            list(columns),
            sqlite_where=where,
            postgresql_where=where,
            postgresql_concurrently=concurrently,
        )


def _is_on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"
