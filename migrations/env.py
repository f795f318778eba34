"""Runs the migrations, for ``app.database.migrations.upgrade_schema`` and for the ``alembic`` command."""

import os
import time
from base64 import b64decode
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text

from app.database import with_own_connection
from app.database.migrating import LOCK_WAIT
from app.models import metadata

# Any number that nothing else in the database locks on.
MIGRATION_LOCK = 7_283_002
TURN_SECONDS = 0.2


def main() -> None:
    """Migrate the store named by the caller, else by the environment."""
    attributes = context.config.attributes
    attributes["master_key"] = attributes.get("master_key") or key_of_environment()
    with_own_connection(attributes.get("url") or url_of_environment(), migrate)


def key_of_environment() -> bytes | None:
    """Return the master key, None when the environment has none."""
    stated = os.environ.get("TRAJECTHUB_MASTER_KEY")
    return b64decode(stated) if stated else None


def url_of_environment() -> str:
    """Return the URL of the store, without a pooler: migrations take place in one session."""
    direct = os.environ.get("TRAJECTHUB_DATABASE_DIRECT_URL")
    return direct or os.environ.get("TRAJECTHUB_DATABASE_URL", "sqlite:///trajecthub.db")


def migrate(connection: Connection) -> None:
    """Run the wanted migrations, each in a transaction of its own."""
    if connection.dialect.name == "postgresql":
        take_turns_and_limit_waiting(connection)
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_own_type,
        transaction_per_migration=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def take_turns_and_limit_waiting(connection: Connection) -> None:
    """Let one process migrate at a time, and never make the hub wait long for a migration.

    A statement that queues for a lock also holds up everyone behind it, so it gives up after four seconds. Once it has
    the lock it may take its time: a large table takes minutes.
    """
    while not take_turn(connection):
        time.sleep(TURN_SECONDS)
    with connection.begin():
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text(f"SET lock_timeout = '{LOCK_WAIT}'"))


def take_turn(connection: Connection) -> bool:
    """Return whether this process may migrate. Asked time and again, because an index waits for whoever waits here."""
    with connection.begin():
        taken: bool = connection.execute(
            text("SELECT pg_try_advisory_lock(:key)"), {"key": MIGRATION_LOCK}
        ).scalar_one()
    return taken


def render_own_type(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types in a new migration by their names, with their import."""
    module, name = type(item).__module__, type(item).__name__
    if kind != "type" or not module.startswith("app."):
        return False
    autogen.imports.add(f"from {module} import {name}")
    return f"{name}()"


main()
