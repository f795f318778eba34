"""The simulator of GIDSO, the console of its people, and registrations."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx

from app.adapters.common.adapter import Adapter
from app.domain.events import OCCASION_OF, EventType
from app.domain.ports import PartnerMessage, PartnerRecord
from app.sandbox.gidso.app import API_KEY, create_app
from app.sandbox.gidso.documents import aanmelding
from app.sandbox.runtime import Document, Server, SettableClock, Store

ROWS = "/odata/v4/Aanmeldingen"
LINES = "/odata/v4/Aanmeldingen('{AanmeldingId}')/Journaalregels"
NOON = datetime(2019, 9, 2, 12, tzinfo=UTC)


@asynccontextmanager
async def running_gidso(clock: SettableClock, store: Store | None = None) -> AsyncIterator[Server]:
    """Run the simulator for the duration of a block; without a store it is empty."""
    server = Server(create_app(store or Store(), clock))
    await server.start()
    yield server
    await server.stop()


def console_of(server: Server) -> httpx.AsyncClient:
    """Return the console of GIDSO's people, with the key of the service."""
    return httpx.AsyncClient(base_url=server.url, headers={"X-Api-Key": API_KEY})


def row(number: int, **values: object) -> Document:
    """Return the registration with this number."""
    return aanmelding(f"G-{number:06d}", "wijkteam-charlois", "Wijkteam", "2019-09-02T09:30:00+02:00", **values)


def line(case_id: str | None = "G-000001", attempt: int = 1, **values: object) -> PartnerMessage:
    """Return a message that an intake was attended."""
    event_type = EventType.INTAKE_ATTENDED
    message = PartnerMessage(
        id=UUID(int=7),
        event_type=event_type,
        moment=OCCASION_OF[event_type],
        referral_id=UUID(int=1),
        external_id=case_id,
        occurred_at=NOON,
    )
    return replace(message, attempt=attempt, **values)  # type: ignore[arg-type]  # fields of the message


async def save(console: httpx.AsyncClient, *rows: Document) -> dict[str, int]:
    """Save registrations as a worker does; return how many were changed and how many were known."""
    response = await console.put("/_console/aanmeldingen", json=rows)
    counts: dict[str, int] = response.raise_for_status().json()
    return counts


async def pull(adapter: Adapter, cursor: str | None = None) -> tuple[list[PartnerRecord], str]:
    """Read a whole round; return its records and the cursor of its last page."""
    pages = [page async for page in adapter.source.changes(cursor)]
    assert [page.cursor for page in pages[:-1]] == [None] * (len(pages) - 1)
    assert pages[-1].cursor
    return [record for page in pages for record in page.records], pages[-1].cursor


async def journal(console: httpx.AsyncClient, case_id: str = "G-000001") -> list[dict[str, Any]]:
    """Return the lines of a journal."""
    lines: list[dict[str, Any]] = (await console.get(f"/_console/journaal/{case_id}")).json()
    return lines
