"""Changes per second pulled from Allegro's simulator over HTTP, on PostgreSQL: ``python -m bench.intake``.

The same changes with ten thousand and with a million known records: each referral is confirmed, gets an appointment, is
attended and gets a result. The simulator runs in a separate process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

import uvloop
from sqlalchemy import text

from app.adapters.allegro import connect_allegro
from app.adapters.allegro.client import AllegroClient
from app.adapters.common.adapter import Adapter
from app.adapters.engine.puller import Puller
from app.database import Connection
from app.domain.codes import System
from app.sandbox.allegro.app import CLIENT_ID, CLIENT_SECRET
from app.sandbox.console import PartnerConsole
from bench.figures import show
from bench.installation import empty_database
from bench.reference_service import create_tables, store_referral
from tests.support.harness import Harness, open_harness
from tests.support.processes import free_port, running

REFERRALS = 600
KNOWN = (10_000, 1_000_000)
_CODE = "intake"
_CONTENTS = {"gebied": "Charlois", "ontvangenOp": "2026-01-05T09:00:00+01:00"}
_FACTS = {
    "bevestiging": {"trajectbegeleider": {"naam": "A. Bakker", "telefoon": "010-5550100"}},
    "afspraak": {
        "begint": "2026-01-12T10:00:00+01:00",
        "plaats": "Kantoor",
        "driegesprek": "N",
        "trajectbegeleider": {"naam": "A. Bakker", "telefoon": "010-5550100"},
        "deelnemers": [],
    },
    "aanwezigheid": {"verschenen": "J"},
    "intakeresultaat": {"code": 1, "omschrijving": "Betalingsregeling treffen"},
}


async def measure() -> None:
    """Print the figures, and as the last line the ratios to the baseline and between the numbers of known records."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        empty_database() as database_url,
        running("app.cli.main", "simulate", "allegro", "--port", str(port), url=f"{url}/"),
    ):
        async with open_harness(database_url) as harness:
            await harness.add_referrer(_CODE)
            partner = connect_allegro(url, CLIENT_ID, CLIENT_SECRET)
            puller = Puller(db=harness.db, services=harness.services, source=partner.source, holder="bench")
            try:
                await _make_changes(harness, url, 20)
                await puller.pull()
                few, many = [await _measured(harness, url, puller, known) for known in KNOWN]
                baseline = await _baseline(harness, partner)
            finally:
                await partner.close()
    print(f"ratio to the baseline: {few / baseline:.2f}; of a million known records to ten thousand: {many / few:.2f}")


async def _measured(harness: Harness, url: str, puller: Puller, known: int) -> float:
    """Return the changes per second with this number of known records."""
    await harness.db.write(_add_known_records, known)
    await _make_changes(harness, url, REFERRALS)
    began = time.monotonic()
    result = await puller.pull()
    seconds = time.monotonic() - began
    if result.applied != REFERRALS * len(_FACTS):
        raise RuntimeError(f"not everything was applied: {result}")
    show(f"{result.applied} changes with {known:,} known records", f"{result.applied / seconds:,.0f}/s")
    return result.applied / seconds


async def _make_changes(harness: Harness, url: str, number: int) -> None:
    """Refer clients and register all facts about them in Allegro."""
    referrals = await harness.refer(_CODE, number)
    client = AllegroClient(url, CLIENT_ID, CLIENT_SECRET)
    partner_console = PartnerConsole({System.ALLEGRO: url})
    try:
        numbers = await asyncio.gather(*(client.put_referral(each, _CONTENTS) for each in referrals))
        await partner_console.register(list(_facts(referrals, numbers)))
    finally:
        await client.close()
        await partner_console.close()


def _facts(referrals: Sequence[UUID], numbers: Sequence[str]) -> Iterator[dict[str, object]]:
    for referral, number in zip(referrals, numbers, strict=True):
        for kind, contents in _FACTS.items():
            yield {
                "dossiernummer": number,
                "feitId": f"{referral}-{kind}",
                "soort": kind,
                "datum": datetime.now(UTC).date().isoformat(),
                "gegevens": contents,
            }


def _add_known_records(tx: Connection, known: int) -> None:
    tx.execute(text("DELETE FROM partner_record WHERE kind = 'bench'"))
    tx.execute(
        text(
            "INSERT INTO partner_record (system, kind, external_id, version, content_hash, applied_at) "
            "SELECT 'allegro', 'bench', gen_random_uuid()::text, '1', decode(repeat('00', 32), 'hex'), now() "
            f"FROM generate_series(1, {known})"
        )
    )
    tx.execute(text("ANALYZE partner_record"))


async def _baseline(harness: Harness, partner: Adapter) -> float:
    """Return the changes per second read from the same feed and stored as three rows each, page by page."""
    await harness.db.write(create_tables)
    read, began = 0, time.monotonic()
    async for page in partner.source.changes(None):
        await harness.db.write(_store, len(page.records))
        read += len(page.records)
    rate = read / (time.monotonic() - began)
    show("baseline: the same feed, three rows per change", f"{rate:,.0f}/s")
    return rate


def _store(tx: Connection, number: int) -> None:
    for _ in range(number):
        store_referral(tx, dict(_CONTENTS))


if __name__ == "__main__":
    uvloop.run(measure())
