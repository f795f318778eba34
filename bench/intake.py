"""Changes taken in from a partner's simulator over HTTP, on PostgreSQL: ``python -m bench.intake``.

The same work with ten thousand records known beforehand and with a million: each referral is confirmed, gets an
appointment, is attended and gets a result. The simulator runs in a process of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

import uvloop
from sqlalchemy import Executable, text

from app.adapters.allegro import connect_allegro
from app.adapters.allegro.client import AllegroClient
from app.adapters.common.adapter import Adapter
from app.adapters.engine.puller import Puller
from app.database import Connection
from app.domain.codes import System
from app.sandbox.allegro import app as allegro
from app.sandbox.console import PartnerConsole
from bench.figures import show
from bench.harness import Stage, empty_hub, open_stage
from bench.reference_service import set_up_unit, store_unit
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
    """Print the figures, and last the ratio with a million known records to ten thousand, and to the bare unit."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        empty_hub() as database_url,
        running("app.cli.main", "simulate", "allegro", "--port", str(port), url=f"{url}/"),
    ):
        async with open_stage(database_url) as stage:
            await stage.add_referrer(_CODE)
            partner = connect_allegro(url, allegro.CLIENT_ID, allegro.CLIENT_SECRET)
            puller = Puller(db=stage.db, services=stage.services, source=partner.source, holder="bench")
            try:
                await _work(stage, url, 20)
                await puller.pull()
                few, many = [await _shown(stage, url, puller, known) for known in KNOWN]
                bare = await _bare(stage, partner)
            finally:
                await partner.close()
    print(f"ratio to the bare reader: {few / bare:.2f}; with a million known records to ten thousand: {many / few:.2f}")


async def _shown(stage: Stage, url: str, puller: Puller, known: int) -> float:
    """Return the changes a second beside so many records that are known."""
    await stage.db.write(_know, known)
    await _work(stage, url, REFERRALS)
    began = time.monotonic()
    tally = await puller.pull()
    seconds = time.monotonic() - began
    if tally.applied != REFERRALS * len(_FACTS):
        raise RuntimeError(f"not everything was applied: {tally}")
    show(f"{tally.applied} changes beside {known:,} known records", f"{tally.applied / seconds:,.0f}/s")
    return tally.applied / seconds


async def _work(stage: Stage, url: str, number: int) -> None:
    """Refer clients, and let counsellors register everything about them in Allegro."""
    referrals = await stage.refer(_CODE, number)
    client = AllegroClient(url, allegro.CLIENT_ID, allegro.CLIENT_SECRET)
    desks = PartnerConsole({System.ALLEGRO: url})
    try:
        numbers = await asyncio.gather(*(client.put_referral(each, _CONTENTS) for each in referrals))
        await desks.register(list(_facts(referrals, numbers)))
    finally:
        await client.close()
        await desks.close()


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


def _know(tx: Connection, known: int) -> None:
    _execute(tx, text("DELETE FROM partner_record WHERE kind = 'bench'"))
    _execute(
        tx,
        text(
            "INSERT INTO partner_record (system, kind, external_id, version, content_hash, applied_at) "
            "SELECT 'allegro', 'bench', gen_random_uuid()::text, '1', decode(repeat('00', 32), 'hex'), now() "
            f"FROM generate_series(1, {known})"
        ),
    )
    _execute(tx, text("ANALYZE partner_record"))


def _execute(tx: Connection, statement: Executable) -> None:
    tx.execute(statement)


async def _bare(stage: Stage, partner: Adapter) -> float:
    """Return how many changes a second can be read from the same feed and stored as three rows each, page by page."""
    await stage.db.write(set_up_unit)
    read, began = 0, time.monotonic()
    async for page in partner.source.changes(None):
        await stage.db.write(_store, len(page.records))
        read += len(page.records)
    rate = read / (time.monotonic() - began)
    show("bare: the same feed, three rows a change", f"{rate:,.0f}/s")
    return rate


def _store(tx: Connection, number: int) -> None:
    for _ in range(number):
        store_unit(tx, dict(_CONTENTS))


if __name__ == "__main__":
    uvloop.run(measure())
