"""A hub with its worker between the three simulated partners, over real HTTP, and ways to damage its database."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import Table, delete, select, text

from app.bootstrap import build_worker
from app.database import Connection
from app.domain.codes import System
from app.domain.partners import Job, JobKind, JobRequest
from app.models import metadata
from app.operations.partners.jobs import find_job, request_job
from app.operations.partners.lease import acquire_lease
from app.sandbox.allegro import app as allegro
from app.sandbox.gidso import app as gidso
from app.sandbox.gidso import documents as gidso_documents
from app.sandbox.rmw import app as rmw
from app.sandbox.rmw import documents as rmw_documents
from app.sandbox.runtime import Server, SettableClock, Store
from app.settings import Settings
from app.worker import WorkerLoops
from tests.support.hub import Dump, InProcessHub

KINDS = ("missing", "different", "deleted", "extra")


@dataclass(kw_only=True)
class PartnersEnv:
    """The hub, its worker and the consoles of the simulated partners."""

    hub: InProcessHub
    worker: WorkerLoops
    servers: Mapping[System, Server]
    consoles: Mapping[System, httpx.AsyncClient]
    clock: SettableClock

    def advance(self, by: timedelta) -> None:
        """Let time pass, for the hub and for its partners."""
        for clock in (self.hub.clock, self.clock):
            clock.set(clock.now() + by)

    async def pull(self, *systems: System) -> None:
        """Pull as the worker's loop does, jobs included."""
        for system in systems:
            await self.worker.pullers[system].round()

    async def job(self, system: System, kind: str, *, dry_run: bool = False, **parameters: Any) -> Job:
        """Do a job, and nothing else; return it as it ended."""
        hub = self.hub
        request = JobRequest(kind=JobKind(kind), dry_run=dry_run, **parameters)
        job = await hub.db.write(request_job, hub.services, system, "beheer", request)
        puller = self.worker.pullers[system]
        await hub.db.write(acquire_lease, hub.services, puller.lease)
        await puller.do_jobs()
        return await hub.db.read(find_job, system, job.id)

    async def reconcile(self, system: System, *, dry_run: bool = False) -> dict[str, Any]:
        """Do a reconciliation; return its report."""
        job = await self.job(system, "reconcile", dry_run=dry_run)
        assert job.state == "done", job.report
        return dict(job.report or {})

    async def save_registrations(self, system: System, *documents: Mapping[str, Any]) -> None:
        """Save registrations at a partner, as its own people do."""
        answer = await self.consoles[system].put("/_console/aanmeldingen", json=documents)
        answer.raise_for_status()

    async def make_files(self, *referrals: Mapping[str, Any]) -> list[str]:
        """Make files in Allegro by hand, as before there was a hub. Return their numbers."""
        entries = [{"invoerId": str(uuid4()), "verwijzing": dict(each)} for each in referrals]
        answer = await self.consoles[System.ALLEGRO].post("/_console/dossiers", json=entries)
        numbers: list[str] = answer.raise_for_status().json()["dossiernummers"]
        return numbers

    async def register(self, *facts: Mapping[str, Any]) -> None:
        """Register facts in Allegro, as its counsellors do."""
        answer = await self.consoles[System.ALLEGRO].post("/_console/feiten", json=facts)
        answer.raise_for_status()


async def save_many(partners: PartnersEnv, number: int) -> None:
    """Save this number of registrations at GIDSO and at RMW."""
    await partners.save_registrations(System.GIDSO, *(gidso_registration(each) for each in range(number)))
    await partners.save_registrations(System.RMW, *(rmw_registration(each) for each in range(number)))


def gidso_registration(number: int, **values: object) -> dict[str, Any]:
    """Return a registration as GIDSO saves it."""
    return gidso_documents.aanmelding(
        f"G-{number:06d}", "wijkteam-charlois", "Wijkteam", "2019-09-02T09:30:00+02:00", **values
    )


def rmw_registration(number: int, **values: Any) -> dict[str, Any]:
    """Return a registration as RMW saves it."""
    client = rmw_documents.klant("Yara", f"Kaya-{number}", date(1993, 3, 8), "V")
    return rmw_documents.aanmelding(f"R{number:06d}", "werk-en-inkomen", date(2019, 9, 2), client, **values)


def counts(report: dict[str, Any]) -> dict[str, int]:
    """Return how many records of each kind a reconciliation found."""
    return {kind: report[kind]["count"] for kind in KINDS}


@asynccontextmanager
async def partners_of(hub: InProcessHub, folder: Path) -> AsyncIterator[PartnersEnv]:
    """Return the three partners, empty, with the hub's worker connected to them."""
    clock = SettableClock(hub.clock.now())
    apps = {System.ALLEGRO: allegro.create_app, System.GIDSO: gidso.create_app, System.RMW: rmw.create_app}
    servers = {system: Server(create(Store(), clock)) for system, create in apps.items()}
    for server in servers.values():
        await server.start()
    consoles = {system: httpx.AsyncClient(base_url=server.url) for system, server in servers.items()}
    worker = build_worker(hub.db, hub.services, settings_of(folder, servers))
    try:
        yield PartnersEnv(hub=hub, worker=worker, servers=servers, consoles=consoles, clock=clock)
    finally:
        await worker.close()
        await asyncio.gather(*(console.aclose() for console in consoles.values()))
        # All at once, because each takes a while.
        await asyncio.gather(*(server.stop() for server in servers.values()))


def settings_of(folder: Path, servers: Mapping[System, Server]) -> Settings:
    """Return the settings of a hub with these partners."""
    urls = {system: server.url for system, server in servers.items()}
    credentials = {
        "allegro": {"client_id": allegro.CLIENT_ID, "client_secret": allegro.CLIENT_SECRET},
        "gidso": {"api_key": gidso.API_KEY},
        "rmw": {"username": rmw.USERNAME, "password": rmw.PASSWORD},
    }
    given: dict[str, Any] = {name: {"url": urls.get(System(name)), **each} for name, each in credentials.items()}
    return Settings(mode="sandbox", data_dir=folder, reconcile_at=None, **given)


def without_job_and_lease(dump: Dump) -> Dump:
    """Return every table without the requested job and the partner's lease."""
    kept = {name: rows for name, rows in dump.items() if name != "partner_job"}
    lease = {list(metadata.tables["partner"].c.keys()).index(name) for name in ("lease_until", "lease_holder")}
    partners = [tuple(value for at, value in enumerate(row) if at not in lease) for row in kept["partner"]]
    return {**kept, "partner": partners}


def lose_referrals(tx: Connection, references: list[str]) -> None:
    """Delete referrals and everything that belongs to them, as a bad restore would."""
    referral = metadata.tables["referral"]
    ids = list(tx.execute(select(referral.c.id).where(referral.c.reference.in_(references))).scalars())
    assert len(ids) == len(references)
    with _no_triggers(tx, "history"):
        _remove(tx, ids)


def _remove(tx: Connection, ids: list[Any]) -> None:
    for table in reversed(metadata.sorted_tables):
        column = _to_referral(table)
        if column is not None:
            tx.execute(delete(table).where(column.in_(ids)))


@contextmanager
def _no_triggers(tx: Connection, table: str) -> Iterator[None]:
    """Disable for a moment the triggers that keep a table append-only."""
    if tx.dialect.name == "postgresql":
        tx.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield
        tx.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        return
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    triggers = list(tx.execute(query, {"table": table}))
    for each in triggers:
        tx.execute(text(f"DROP TRIGGER {each.name}"))
    yield
    for each in triggers:
        tx.exec_driver_sql(each.sql)


def _to_referral(table: Table) -> Any:
    return table.c.id if table.name == "referral" else table.c.get("referral_id")
