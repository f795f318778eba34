"""A database with sealed values and no check of the master key takes the key that sealed them, and no other."""

from collections.abc import Awaitable, Callable, Mapping

import pytest
from sqlalchemy import select

from app.models import metadata
from app.models.access.master_key_check import master_key_check
from app.models.sealed import Sealed, SealedBy
from app.operations.access.signing_keys import SigningKey, add_signing_key
from app.operations.master_key import MasterKeyRefused, require_master_key
from tests.support.filled import PRIVATE_KEY, subscribe
from tests.support.hub import KEY, InProcessHub, unreadable

OTHER_KEY = bytes(reversed(KEY))


class Source:
    """Settings with a master key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def known_master_key(self) -> bytes | None:
        return self._key

    def master_key_bytes(self) -> bytes:
        return self._key


async def refer(hub: InProcessHub) -> None:
    await hub.refer()


async def sign(hub: InProcessHub) -> None:
    await hub.db.write(add_signing_key, hub.services, SigningKey("key-1", PRIVATE_KEY, {}))


async def read_badly(hub: InProcessHub) -> None:
    await hub.pull(unreadable("D-1", naam="Voorbeeld"))


async def be_subscribed(hub: InProcessHub) -> None:
    await hub.db.write(subscribe, hub.services)


FILLED_BY: Mapping[str, Callable[[InProcessHub], Awaitable[None]]] = {
    "client": refer,
    "quarantine": read_badly,
    "signing_key": sign,
    "subscription": be_subscribed,
}


def test_each_table_that_the_hub_seals_is_filled_here() -> None:
    sealed = {
        table.name
        for table in metadata.tables.values()
        for column in table.c
        if isinstance(column.type, Sealed) and column.type.by is SealedBy.HUB
    }

    assert sealed == {*FILLED_BY, master_key_check.name}


@pytest.mark.parametrize("table", FILLED_BY)
async def test_a_database_that_a_tool_filled_takes_its_own_key_only(hub: InProcessHub, table: str) -> None:
    await FILLED_BY[table](hub)

    with pytest.raises(MasterKeyRefused):
        await require_master_key(hub.db, Source(OTHER_KEY))
    before = await hub.db.read(lambda tx: len(tx.execute(select(master_key_check)).all()))
    taken = await require_master_key(hub.db, Source(KEY))

    after = await hub.db.read(lambda tx: len(tx.execute(select(master_key_check)).all()))
    assert (before, taken, after) == (0, KEY, 1)
