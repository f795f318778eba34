"""What was disclosed about a referral: in pages, and once for what is polled again."""

from uuid import UUID

import httpx
from sqlalchemy import select, update

from app.api.state import AppState
from app.database import Connection
from app.models.delivery.disclosure import disclosure
from tests.api.test_events import confirmed, poll

Api = httpx.AsyncClient


def recorded(tx: Connection) -> list[UUID]:
    """Return the ids of the disclosures."""
    return list(tx.scalars(select(disclosure.c.id).order_by(disclosure.c.id)))


def change_content(tx: Connection) -> None:
    """Let every disclosure have had another content."""
    tx.execute(update(disclosure).values(digest="0" * 64))


async def test_what_is_polled_again_is_recorded_only_with_another_content(dock: Api, etf: Api, hub: AppState) -> None:
    await confirmed(dock, etf, "K-1")
    page = await poll(dock)
    first = await hub.db.read(recorded)

    assert await poll(dock) == page
    again = await hub.db.read(recorded)
    await hub.db.write(change_content)
    await poll(dock)

    assert (len(first), again) == (2, first)
    assert len(await hub.db.read(recorded)) == 4


async def test_disclosures_have_pages_oldest_first(dock: Api, etf: Api, hub: AppState) -> None:
    path = await confirmed(dock, etf, "K-1")
    subject = (await poll(dock))["items"][0]["subject"]
    for _ in range(2):
        await hub.db.write(change_content)
        await poll(dock)

    for reader, referral in ((dock, f"/v1/referrals/{subject}"), (etf, f"/v1{path}")):
        whole = (await reader.get(f"{referral}/disclosures")).json()
        assert len(whole["items"]) == 6
        assert "nextCursor" not in whole
        pages, address = [], f"{referral}/disclosures?limit=4"
        while address:
            answered = await reader.get(address)
            assert answered.status_code == 200, answered.text
            pages.append(answered.json()["items"])
            address = answered.links.get("next", {}).get("url", "")
        assert [len(each) for each in pages] == [4, 2]
        assert [each for page in pages for each in page] == whole["items"]
