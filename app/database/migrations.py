"""Brings the store to its newest schema. Apart from the schema itself: Alembic takes a tenth of a command's start."""

from __future__ import annotations

import alembic.command
import alembic.config

from app.database.schema import migrations_folder
from app.database.sqlite import compact_sqlite
from app.database_address import SqliteFile, read_database_url

__all__ = ["upgrade_schema"]


def upgrade_schema(url: str, master_key: bytes | None = None) -> None:
    """Bring the store at ``url`` to the newest migration; callable with or without a running event loop.

    Args:
        url: of the store.
        master_key: with which migrations seal again what is stored; a store without sealed values needs none.

    Raises:
        DatabaseInUse: the SQLite file is open; migrate before :meth:`Database.open`.
    """
    config = _migrations()
    config.attributes.update(url=url, master_key=master_key)
    alembic.command.upgrade(config, "head")
    address = read_database_url(url)
    if isinstance(address, SqliteFile):
        compact_sqlite(address.path)


def _migrations() -> alembic.config.Config:
    config = alembic.config.Config()
    # A percent sign starts an interpolation in Alembic's configuration.
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    return config
