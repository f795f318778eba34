"""What an examination of an installation asks the store; nothing is changed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, DateTime, MetaData, String, Table, func, inspect, select, text

from app.domain.codes import System
from app.models.access.master_key_check import MASTER_KEY_CHECK_PLACE, master_key_check
from app.models.access.signing_key import signing_key
from app.models.cases.client import client
from app.models.delivery.subscription import subscription
from app.models.partners.partner import partner
from app.models.partners.quarantine import quarantine
from app.models.sealed import place_of


@dataclass(frozen=True, repr=False)
class SealedValue:
    """A value that the master key sealed.

    Attributes:
        content: nonce, ciphertext and tag.
        places: it was sealed for one of these, which one depends on the release that stored it.
    """

    content: bytes
    places: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ServerState:
    """What a PostgreSQL server is, and how many connections it allows.

    Attributes:
        is_standby: it follows another server and takes no writes.
        connections_allowed: the most that everybody with the hub's login may have together.
        connections_open: how many there are at this moment, of everybody.
    """

    is_standby: bool
    connections_allowed: int
    connections_open: int


def schema_version(tx: Connection) -> str | None:
    """Return the newest migration that the store has, None when it has no table of the hub."""
    if not inspect(tx).has_table(_VERSION_TABLE.name):
        return None
    version: str | None = tx.execute(_VERSION).scalar()
    return version


def any_sealed_value(tx: Connection) -> SealedValue | None:
    """Return a value that the master key of this installation opens, None when there is none yet.

    The schema may be of any version: a migration is made only with the right key.
    """
    tables = set(inspect(tx).get_table_names())
    if master_key_check.name in tables and (content := tx.execute(_CHECK).scalar()):
        return SealedValue(content, (MASTER_KEY_CHECK_PLACE,))
    for column, earlier_place in _SEALED_BY_THE_HUB.items():
        if column.table.name in tables and (value := _first_value(tx, column, earlier_place)):
            return value
    return None


def _first_value(tx: Connection, column: Column[Any], earlier_place: str) -> SealedValue | None:
    (key,) = column.table.primary_key
    row = tx.execute(select(key, column.label("content")).where(column.is_not(None)).limit(1)).first()
    return SealedValue(row.content, (place_of(column, row[0]), earlier_place.format(row[0]))) if row else None


def partner_cursors(tx: Connection) -> Mapping[System, str | None]:
    """Return for each partner that was ever pulled the place up to which it was read."""
    return {System(row.system): row.cursor for row in tx.execute(select(partner.c.system, partner.c.cursor))}


def server_time(tx: Connection) -> datetime:
    """Return the present moment by the clock of the database server; SQLite's is that of this computer."""
    if tx.dialect.name == "sqlite":
        return datetime.fromisoformat(tx.execute(_SQLITE_TIME).scalar_one()).replace(tzinfo=UTC)
    moment: datetime = tx.execute(_SERVER_TIME).scalar_one()
    return moment.astimezone(UTC)


def store_version(tx: Connection) -> str:
    """Return the version of the store's software."""
    version: str = tx.execute(_VERSION_OF[tx.dialect.name]).scalar_one()
    return version


def server_state(tx: Connection) -> ServerState:
    """Return what the PostgreSQL server is, and how many connections it allows."""
    return ServerState(**tx.execute(_SERVER_STATE).mappings().one())


def database_identity(tx: Connection) -> tuple[str, datetime]:
    """Return what tells this database of PostgreSQL from any other: its name, and when its server was started."""
    name, started_at = tx.execute(_IDENTITY).one()
    return name, started_at


def session_settings(tx: Connection, names: Collection[str]) -> Mapping[str, str]:
    """Return settings of a session on PostgreSQL, by name."""
    return {name: tx.execute(select(func.current_setting(name, type_=String))).scalar_one() for name in names}


_CHECK = select(master_key_check.c.sealed)

# A column of each table that has values sealed by the hub, which every release has, and the place before rows had
# places of their own.
_SEALED_BY_THE_HUB: Mapping[Column[Any], str] = {
    signing_key.c.private_key: "signing_key.private_key",
    client.c.wrapped_key: "client.key",
    subscription.c.secret_sealed: "subscription:{}",
    quarantine.c.payload: "quarantine.payload",
}

_IDENTITY = select(func.current_database(type_=String), func.pg_postmaster_start_time(type_=DateTime(timezone=True)))

_VERSION_OF = {
    "postgresql": select(func.current_setting("server_version", type_=String)),
    "sqlite": select(func.sqlite_version(type_=String)),
}

_SERVER_STATE = text("""
    SELECT pg_is_in_recovery() AS is_standby,
           least(
               current_setting('max_connections')::int
                   - current_setting('superuser_reserved_connections')::int
                   - coalesce(current_setting('reserved_connections', true), '0')::int,
               nullif(rolconnlimit, -1),
               nullif(datconnlimit, -1)
           ) AS connections_allowed,
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections_open
      FROM pg_roles, pg_database
     WHERE rolname = session_user AND datname = current_database()
""")

_SERVER_TIME = select(func.clock_timestamp(type_=DateTime(timezone=True)))
_SQLITE_TIME = select(func.strftime("%Y-%m-%d %H:%M:%f", "now"))

# Alembic's own; asking Alembic would log two lines each time.
_VERSION_TABLE = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
_VERSION = select(_VERSION_TABLE.c.version_num)
