"""What an examination of an installation asks the store; nothing is changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from alembic.migration import MigrationContext
from sqlalchemy import Connection, DateTime, func, inspect, select

from app.domain.codes import System
from app.models.access.master_key_check import MASTER_KEY_CHECK_CONTEXT, master_key_check
from app.models.access.signing_key import SIGNING_KEY_CONTEXT, signing_key
from app.models.cases.client import client
from app.models.partners.partner import partner
from app.vault import CLIENT_KEY_CONTEXT


@dataclass(frozen=True, repr=False)
class SealedValue:
    """A value that the master key sealed, with the context under which it opens."""

    content: bytes
    context: str


def schema_version(tx: Connection) -> str | None:
    """Return the newest migration that the store has, None when it has no table of the hub."""
    return MigrationContext.configure(tx).get_current_revision()


def any_sealed_value(tx: Connection) -> SealedValue | None:
    """Return a value that the master key of this installation opens, None when there is none yet.

    The schema may be of any version: a migration is made only with the right key.
    """
    tables = set(inspect(tx).get_table_names())
    for column, context in (
        (master_key_check.c.sealed, MASTER_KEY_CHECK_CONTEXT),
        (client.c.wrapped_key, CLIENT_KEY_CONTEXT),
        (signing_key.c.private_key, SIGNING_KEY_CONTEXT),
    ):
        if column.table.name in tables and (content := tx.execute(select(column).limit(1)).scalar()):
            return SealedValue(content, context)
    return None


def partner_cursors(tx: Connection) -> Mapping[System, str | None]:
    """Return for each partner that was ever pulled the place up to which it was read."""
    return {System(row.system): row.cursor for row in tx.execute(select(partner.c.system, partner.c.cursor))}


def server_time(tx: Connection) -> datetime:
    """Return the present moment by the clock of the database server; SQLite's is that of this computer."""
    if tx.dialect.name == "sqlite":
        return datetime.fromisoformat(tx.execute(_SQLITE_TIME).scalar_one()).replace(tzinfo=UTC)
    moment: datetime = tx.execute(_SERVER_TIME).scalar_one()
    return moment.astimezone(UTC)


_SERVER_TIME = select(func.clock_timestamp(type_=DateTime(timezone=True)))
_SQLITE_TIME = select(func.strftime("%Y-%m-%d %H:%M:%f", "now"))
