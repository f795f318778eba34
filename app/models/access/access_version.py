"""The version of access: one row, written with every change of a client, an organisation or a signing key."""

from uuid import UUID

from sqlalchemy import Column, Connection, SmallInteger, Table, insert, select, update

from app.models.base import Id, metadata

_ONLY_ROW = 1

access_version = Table(
    "access_version",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    # An id instead of a number: after a failover that lost a change, the next one must not look like the lost one.
    Column("version", Id, nullable=False),
)


def read_access_version(tx: Connection) -> UUID | None:
    """Return the present version; None when nothing was changed yet."""
    return tx.scalar(_PRESENT)


def save_access_version(tx: Connection, version: UUID) -> None:
    """Store the version of a change; its row is locked until the end of the transaction."""
    if not tx.execute(update(access_version).values(version=version)).rowcount:
        tx.execute(insert(access_version), {"id": _ONLY_ROW, "version": version})


_PRESENT = select(access_version.c.version)
