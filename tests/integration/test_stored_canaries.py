"""What is personal or secret is in no row and in no file in clear, whatever is stored of it."""

from pathlib import Path

from sqlalchemy import make_url

from tests.support.filled import (
    CONTACT,
    DOCUMENT,
    OAUTH_SECRET,
    PARTICIPANT,
    PLACE,
    PRIVATE_KEY,
    URL_TOKEN,
    VALUE,
    fill,
)
from tests.support.hub import InProcessHub
from tests.support.privacy_canaries import CANARIES

PLANTED = [
    text.encode()
    for text in (*CANARIES.values(), PLACE, PARTICIPANT, DOCUMENT, CONTACT, URL_TOKEN, OAUTH_SECRET, VALUE)
] + [PRIVATE_KEY]


def found_in(stored: bytes) -> list[bytes]:
    return [canary for canary in PLANTED if canary.lower() in stored.lower()]


async def test_no_row_has_a_canary_in_clear(hub: InProcessHub) -> None:
    await fill(hub)

    dump = await hub.dump()

    values = [value for rows in dump.values() for row in rows for value in row]
    stored = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)
    assert found_in(stored) == []
    assert found_in(b"x" + VALUE.encode()) == [VALUE.encode()]


async def test_no_file_of_a_sqlite_database_has_a_canary_in_clear(sqlite_hub: InProcessHub, sqlite_url: str) -> None:
    await fill(sqlite_hub)

    path = Path(str(make_url(sqlite_url).database))
    stored = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))

    assert found_in(stored) == []
