"""The one place that opens, commits and rolls back transactions, on SQLite and on PostgreSQL.

A unit of work is a plain function of a :class:`Connection`; ``await db.write(function, …)`` runs it in one
transaction. On PostgreSQL it runs on asyncpg, on SQLite in one hop on the only writing thread.
"""

from sqlalchemy import Connection

from app.database.database import Database
from app.database.effects import after_commit
from app.database.failures import StoreError, Trouble, is_conflict, is_refused_value, kind_of, trouble_of
from app.database.notifier import NOTIFYING_CONNECTIONS
from app.database.postgresql import SERVER_LIMITS
from app.database.schema import newest_schema, with_own_connection
from app.database.sqlite import DatabaseInUse
from app.database.store import Dialect

__all__ = [
    "NOTIFYING_CONNECTIONS",
    "SERVER_LIMITS",
    "Connection",
    "Database",
    "DatabaseInUse",
    "Dialect",
    "StoreError",
    "Trouble",
    "after_commit",
    "is_conflict",
    "is_refused_value",
    "kind_of",
    "newest_schema",
    "trouble_of",
    "with_own_connection",
]
