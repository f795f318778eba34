"""Whether the master key is the one with which the database was sealed, before anything else is read or written."""

from contextlib import suppress
from typing import Protocol

from app.database import Connection, Database
from app.models.access.master_key_check import MASTER_KEY_CHECK_PLACE, insert_master_key_check
from app.models.diagnosis import SealedValue, any_sealed_value
from app.vault import SealBroken, Vault

OTHER_KEY = (
    "The master key does not open what is stored; set TRAJECTHUB_MASTER_KEY to the key with which the hub started."
)
NO_KEY = (
    "The database was sealed with a master key that is not here; set TRAJECTHUB_MASTER_KEY to it, or "
    "TRAJECTHUB_DATA_DIR to the folder in which the sandbox made it (master.key)."
)


class MasterKeyRefused(RuntimeError):
    """The master key is missing or is not that of the database; the message contains the remedy."""


class MasterKeySource(Protocol):
    """Where the master key comes from: the settings."""

    def known_master_key(self) -> bytes | None:
        """Return the key, None if it is still to be made."""

    def master_key_bytes(self) -> bytes:
        """Return the key; in the sandbox it is made if there is none."""


async def require_master_key(db: Database, source: MasterKeySource) -> bytes:
    """Return the master key, which is that of the database; a database without a check value is given one.

    Raises:
        MasterKeyRefused: the database was sealed with another key; none is made then.
    """
    found = await db.read(value_opened_by, source.known_master_key())
    key = source.master_key_bytes()
    if not _is_check(found):
        await db.write_without_notifying(_add_check, key)
    return key


def value_opened_by(tx: Connection, key: bytes | None) -> SealedValue | None:
    """Return a sealed value of the database, which this key opens; None when nothing is sealed yet.

    Args:
        tx: the database, with a schema of any version.
        key: the master key; None if it is still to be made.

    Raises:
        MasterKeyRefused: the database was sealed with another key.
    """
    found = any_sealed_value(tx)
    if found is None:
        return None
    if key is None:
        raise MasterKeyRefused(NO_KEY)
    if not _opens(Vault(key), found):
        raise MasterKeyRefused(OTHER_KEY)
    return found


def _opens(vault: Vault, sealed: SealedValue) -> bool:
    for place in sealed.places:
        with suppress(SealBroken):
            vault.open(sealed.content, place)
            return True
    return False


def _add_check(tx: Connection, key: bytes) -> None:
    if not _is_check(value_opened_by(tx, key)):
        insert_master_key_check(tx, Vault(key).seal(b"", MASTER_KEY_CHECK_PLACE))


def _is_check(found: SealedValue | None) -> bool:
    return found is not None and MASTER_KEY_CHECK_PLACE in found.places
