"""A value that opens only with the master key of this store: one row, written at the first start."""

from sqlalchemy import Column, Connection, SmallInteger, Table, insert, update

from app.models.base import metadata
from app.models.sealed import Sealed, SealedBy

MASTER_KEY_CHECK_PLACE = "master_key_check.sealed"
"""The place for which the value is sealed; the table has one row."""

_ONLY_ROW = 1

master_key_check = Table(
    "master_key_check",
    metadata,
    # Two processes that start at once with different keys cannot both write it.
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("sealed", Sealed(SealedBy.HUB), nullable=False),
)


def insert_master_key_check(tx: Connection, sealed: bytes) -> None:
    """Store the value; there is none yet."""
    tx.execute(insert(master_key_check), {"id": _ONLY_ROW, "sealed": sealed})


def rewrite_master_key_check(tx: Connection) -> None:
    """Write the value again as it is, to find out whether the store takes writes."""
    tx.execute(update(master_key_check).values(sealed=master_key_check.c.sealed))
