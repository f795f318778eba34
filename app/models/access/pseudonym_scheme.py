"""From when on records have pseudonyms that are UUIDs of version 8: one row in a database from before, else none."""

from datetime import datetime

from sqlalchemy import Column, Connection, SmallInteger, Table, select

from app.models.base import UtcDateTime, metadata

pseudonym_scheme = Table(
    "pseudonym_scheme",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("version_8_since", UtcDateTime, nullable=False),
)

_SINCE = select(pseudonym_scheme.c.version_8_since)


def pseudonyms_since(tx: Connection) -> datetime | None:
    """Return from when on records have pseudonyms of version 8; None: they always had."""
    return tx.execute(_SINCE).scalar_one_or_none()
