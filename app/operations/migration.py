"""Bringing the database to the schema of this version of the hub."""

from app.database import StoreError, Trouble, trouble_of
from app.database.migrations import upgrade_schema
from app.domain.details import Detail
from app.operations.schema import DatabaseUnusable


def migrate_schema(url: str, master_key: bytes | None) -> None:
    """Bring the database to the newest schema; a database with sealed values needs its master key.

    Raises:
        DatabaseUnusable: another process has a table locked; what was done until then stays.
    """
    try:
        upgrade_schema(url, master_key)
    except StoreError as error:
        if trouble_of(error) is not Trouble.CONTENDED:
            raise
        raise DatabaseUnusable(Detail.TABLE_LOCKED()) from error
