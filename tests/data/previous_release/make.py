"""Makes the stored databases of the previous release, by running its code: commit c1f01d1.

Run it in a checkout of that commit, with the environment of that checkout::

    python .../tests/data/previous_release/make.py FOLDER

It writes ``sqlite.sql`` and ``postgresql.sql``, a dump of each store, and ``shown.json``: what that release's API shows
of either, by caller and path. All names are invented; the master key is ``bytes(range(32))``.
"""

import asyncio
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from aiohttp import web
from app.api.hub import Hub
from app.events.cases import StoredCases
from app.events.connect import Outbound
from app.events.envelope import Origin
from app.events.parcel import PackingTable
from app.events.relay import Relay
from app.events.webhook import WebhookSender
from app.models.subscription import Subscription, subscription
from app.operations.deliveries import send_test
from app.operations.echoes import sent_memory
from app.operations.organisations import read_organisation, save_referrer
from app.operations.polling import PollingDesk
from app.operations.tools import make_tools
from app.sandbox.kit import SettableClock
from sqlalchemy import update
from tests.support.event_world import SANDBOX, Partner, mailbox

from app.database import Connection, Database, upgrade_schema
from app.domain.codes import KbrStatus, ReferralStatus, System, TrajectoryResult
from app.domain.commands import PauseTrajectory, RecordKbrStatus, RecordResult
from app.domain.events import EventType
from app.domain.identifiers import MonotonicIds
from app.events.delivery import DeliveryEngine, DeliverySettings
from app.models.delivery import attempt
from app.operations.access import save_client
from app.operations.notices import announce_partner
from app.operations.partners import Wish, request_job
from app.operations.subscriptions import Wishes, make_subscription, pause
from tests.api.conftest import CLIENTS, MASTER_KEY, NOW, PUBLIC_URL, _client, _populate, token_of
from tests.support.hub import (
    CLIENT,
    CONFIRM,
    MISS,
    PATHS,
    SCHEDULE,
    SIGN,
    WIJKTEAM,
    SmallHub,
    partner_record,
    unreadable,
)
from tests.support.ownership import BY_WIJKTEAM, TwoWriters
from tests.support.postgres import _account, _binaries, database_name, running_server
from tests.support.served import api_of

RECEIVER = "https://receiver.example/hooks"
ORIGIN = Origin("00000001001234567000", "trajecthub", PUBLIC_URL)
DECIDED = RecordResult(TrajectoryResult.KBR_APPLICATION, NOW.date())
GUIDED = (*PATHS[ReferralStatus.CONCLUDED], SIGN)
TRAJECTORIES = ((*GUIDED, DECIDED, RecordKbrStatus(KbrStatus.SUBMITTED)), (*GUIDED, PauseTrajectory()))

STATES = (
    ReferralStatus.RECEIVED,
    ReferralStatus.SCHEDULED,
    ReferralStatus.MISSED,
    ReferralStatus.UNREACHABLE,
    ReferralStatus.CONCLUDED,
    ReferralStatus.ENTERED_IN_ERROR,
)

PARTS_OF = {
    "referrals": ("", "/history", "/available-actions", "/disclosures", "/appointments"),
    "trajectories": ("", "/parties", "/history", "/available-actions"),
    "subscriptions": ("/deliveries?limit=100",),
    "organisations": (),
}
OF_OPERATORS = [
    f"partners/{system}{part}"
    for system in ("allegro", "gidso")
    for part in ("", "/runs", "/quarantine", "/jobs", "/conflicts")
]


class Maker:
    """A hub of the previous release that is filled."""

    def __init__(self, db: Database) -> None:
        self.hub = SmallHub(db)
        clock = SettableClock(NOW)
        self.hub.clock = clock
        self.hub.tools = replace(
            make_tools(MASTER_KEY, "rotterdam", clock), clock=clock, new_id=MonotonicIds(Random(9).getrandbits)
        )
        self.allegro = Partner(System.ALLEGRO)
        tools = self.hub.tools
        cases = StoredCases(tools.vault)
        self.webhook = WebhookSender(clock, Outbound(SANDBOX))
        table = PackingTable(
            clock=clock,
            new_id=tools.new_id,
            cases=cases,
            vault=tools.vault,
            policy=tools.policy,
            pseudonyms=tools.pseudonyms,
            origin=ORIGIN,
            remember=sent_memory(tools.vault),
        )
        self.relay = Relay(db, cases, tools.policy, clock, tools.new_id)
        terms = DeliverySettings(random=lambda: 0.0)
        # GIDSO and RMW are not connected, so what they are owed stays owed.
        self.engine = DeliveryEngine(db, table, {System.ALLEGRO: self.allegro}, self.webhook, terms)

    async def fill(self) -> None:
        """Store what the migration has to keep."""
        hub = self.hub
        await hub.db.write(_populate, hub.tools)
        await hub.db.write(save_referrer, hub.tools, WIJKTEAM)
        scopes = CLIENTS["dock"][1]
        named = {"organisation_code": WIJKTEAM.code, "scopes": scopes, "secret": "x" * 40}
        await hub.db.write(save_client, hub.tools, "wijkteam", **named)
        async with mailbox() as box:
            await self._refer_and_deliver(box)
            await self._write_in_two_places()
            await self._fail(box)
            await self._owe()
        await self._quarantine()
        await self._ask_jobs()
        # Nobody relays these.
        for status in (ReferralStatus.CONFIRMED, ReferralStatus.SCHEDULED):
            await hub.refer_until(
                status, client=replace(CLIENT, given_name="Niet", bsn=None), reference=f"unrelayed {status}"
            )
        await hub.db.write(_hide_this_machine)
        await self.webhook.close()

    async def _refer_and_deliver(self, box: Any) -> None:
        self.active = await self._subscribe("dock", box.url)
        paused = await self._subscribe("dock", f"{box.url}paused")
        await self.hub.db.write(pause, self.hub.tools, paused)
        notices = (EventType.PARTNER_FAILING, EventType.PARTNER_RECOVERED)
        self.operators = await self._subscribe("beheer", f"{box.url}operators", event_types=frozenset(notices))
        for number, status in enumerate(STATES):
            client = replace(CLIENT, given_name=f"Client {number}", bsn=CLIENT.bsn if number == 0 else None)
            await self.hub.refer_until(status, client=client, reference=f"D-{number}")
        for number, facts in enumerate(TRAJECTORIES):
            await self.hub.refer(*facts, client=replace(CLIENT, given_name=f"Guided {number}", bsn=None))
        self.known = await self.hub.refer(client=replace(CLIENT, bsn=None), reference="at Allegro")
        for number, fact in enumerate((CONFIRM, SCHEDULE)):
            payload = {"number": number}
            record = partner_record("A-1", fact, external_id=f"m{number}", payload=payload, referral_id=self.known)
            await self.hub.pull(record)
        await self._relay()
        await self.engine.drain()
        owner = await self.hub.db.read(read_organisation, "dock")
        await self.hub.db.write(PollingDesk(self.hub.tools, ORIGIN, owner).hand_out, 0, 5)

    async def _write_in_two_places(self) -> None:
        """Let GIDSO and the API change the same referral: what GIDSO holds is remembered, and one value conflicts."""
        await self._gidso_says(1, "Eerst")
        await TwoWriters(hub=self.hub).api_says(case_lead="Uit de hub")
        await self._gidso_says(2, "Uit GIDSO")

    async def _gidso_says(self, version: int, case_lead: str) -> None:
        fact = replace(BY_WIJKTEAM, contents=replace(BY_WIJKTEAM.contents, case_lead=case_lead))
        record = partner_record("G-1", fact, external_id="G-1", payload={"version": version}, version=str(version))
        await self.hub.pull(record, system=System.GIDSO)

    async def _fail(self, box: Any) -> None:
        """Let one delivery fail, so that it waits for its second attempt."""
        box.answer = lambda _: web.Response(status=503)
        self.hub.clock.set(NOW + timedelta(hours=1))
        await self.hub.tell(self.known, MISS)
        await self._relay()
        await self.engine.drain()

    async def _owe(self) -> None:
        """Leave deliveries of each kind of subject that nobody tried yet."""
        await self.hub.refer(CONFIRM, client=replace(CLIENT, given_name="Owed", bsn=None), reference="owed")
        await self._relay()
        await self.hub.db.write(send_test, self.hub.tools, self.active, self.active.id)
        await self.hub.db.write(announce_partner, self.hub.tools, System.GIDSO, True)

    async def _quarantine(self) -> None:
        await self.hub.pull(unreadable("A-9"), partner_record("A-9", CONFIRM, external_id="waits"), cursor="7")

    async def _ask_jobs(self) -> None:
        for kind in ("reconcile", "backfill"):
            await self.hub.db.write(request_job, self.hub.tools, System.ALLEGRO, "beheer", Wish(kind, dry_run=True))

    async def _subscribe(self, code: str, url: str, **wishes: Any) -> Subscription:
        owner = await self.hub.db.read(read_organisation, code)
        made, _ = await self.hub.db.write(
            make_subscription, self.hub.tools, owner, Wishes(url, **wishes), approved=True
        )
        return made

    async def _relay(self) -> None:
        while await self.relay.once():
            pass

    async def shown(self) -> dict[str, dict[str, Any]]:
        """Give what the API shows, by caller and path."""
        served = Hub.wire(self.hub.db, self.hub.tools, PUBLIC_URL, sandbox=True)
        async with AsyncExitStack() as stack:
            app = stack.enter_context(api_of(served))
            found = {}
            for caller in ("dock", "wijkteam", "operator"):
                token = await token_of(served, caller)
                headers = {"Authorization": f"Bearer {token}"}
                api = await stack.enter_async_context(_client(app, headers))
                found[caller] = await _read_all(api)
        await served.outbound.close()
        return found


def _hide_this_machine(tx: Connection) -> None:
    """Replace what differs in each run: the address of the receiver, and how long it took to answer."""
    tx.execute(update(subscription).values(url=RECEIVER))
    tx.execute(update(attempt).values(duration_ms=5))


async def _read_all(api: Any) -> dict[str, Any]:
    """Give every page that the caller may read."""
    found: dict[str, Any] = {}

    async def read(*paths: str) -> None:
        for path in paths:
            answer = await api.get(f"/v1/{path}")
            if answer.status_code == 200:
                found[path] = answer.json()

    await read(*(f"{collection}?limit=100" for collection in PARTS_OF), *OF_OPERATORS)
    for collection, parts in PARTS_OF.items():
        for each in found.get(f"{collection}?limit=100", {}).get("items", []):
            await read(*(f"{collection}/{each['id']}{part}" for part in parts if "id" in each))
    return found


async def make(url: str) -> dict[str, dict[str, Any]]:
    """Fill a database; give what the API shows of it."""
    db = Database.open(url)
    try:
        maker = Maker(db)
        await maker.fill()
        return await maker.shown()
    finally:
        await db.close()


def make_sqlite(folder: Path) -> dict[str, dict[str, Any]]:
    """Write the dump of SQLite; give what the API shows."""
    with TemporaryDirectory() as made:
        path = Path(made) / "hub.db"
        upgrade_schema(f"sqlite:///{path}")
        shown = asyncio.run(make(f"sqlite:///{path}"))
        with closing(sqlite3.connect(path)) as connection:
            dump = "\n".join(connection.iterdump())
    (folder / "sqlite.sql").write_text(dump + "\n")
    return shown


def make_postgresql(folder: Path) -> dict[str, dict[str, Any]]:
    """Write the dump of PostgreSQL, without what only one version of the server or psql understands."""
    with running_server() as server:
        url = server.create_database()
        upgrade_schema(url)
        shown = asyncio.run(make(url))
        home = Path(server.url.partition("host=")[2])
        dumped = _dump(home, database_name(url))
    lines = [line for line in dumped.splitlines() if not re.match(r"(\\|SET |SELECT pg_catalog.set_config|--|$)", line)]
    (folder / "postgresql.sql").write_text("\n".join(lines) + "\n")
    return shown


def _dump(home: Path, name: str) -> str:
    account = _account()
    command: Sequence[str | Path] = [
        _binaries(home, account) / "pg_dump",
        "--inserts",
        "--no-owner",
        "--no-privileges",
        "--username=postgres",
        f"--host={home}",
        name,
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=home, **account).stdout


def main(folder: Path) -> None:
    """Write all files; both stores show the same."""
    shown = make_sqlite(folder)
    if make_postgresql(folder) != shown:
        raise SystemExit("the stores differ")
    lines = {
        caller: [f"  {json.dumps(path)}: {json.dumps(body, ensure_ascii=False)}" for path, body in pages.items()]
        for caller, pages in shown.items()
    }
    blocks = [f"{json.dumps(caller)}: {{\n" + ",\n".join(pages) + "\n}" for caller, pages in lines.items()]
    (folder / "shown.json").write_text("{\n" + ",\n".join(blocks) + "\n}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
