"""Cases that are linked here and gone at a partner: sent again where the hub makes them, else reported with advice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, select

from app.bootstrap import build_worker
from app.database import Connection
from app.domain.codes import System
from app.models import metadata
from app.operations.intake.comparison import MANUAL_ADVICE
from app.operations.partners.jobs import find_job
from app.sandbox.allegro import app as allegro
from app.sandbox.runtime import Server, SettableClock, Store
from tests.support.hub import NOW, InProcessHub
from tests.support.job_env import job_puller, new_job, registration
from tests.support.partners_env import PartnersEnv, counts, gidso_registration, partners_of, save_many, settings_of
from tests.support.scripted_source import FullListSource

RECORD = metadata.tables["partner_record"]
REFERRAL = metadata.tables["referral"]


@pytest.fixture
async def partners(hub: InProcessHub, tmp_path: Path) -> AsyncIterator[PartnersEnv]:
    async with partners_of(hub, tmp_path) as running:
        yield running


async def test_a_case_that_allegro_lost_is_sent_to_it_again(partners: PartnersEnv, tmp_path: Path) -> None:
    hub = partners.hub
    await save_many(partners, 3)
    await partners.worker.pull_and_deliver(System.GIDSO, System.RMW, System.ALLEGRO)
    files_before = len(await _files(partners.consoles[System.ALLEGRO].base_url))
    async with emptied_allegro(partners, tmp_path) as restored:
        first = await restored.reconcile(System.ALLEGRO)
        owed = await restored.reconcile(System.ALLEGRO)
        await restored.worker.pull_and_deliver(System.ALLEGRO)
        files, last = await _files(restored.consoles[System.ALLEGRO].base_url), await restored.reconcile(System.ALLEGRO)

    assert (files_before, first["extra"]["count"], first["extra"]["toldAgain"], len(files)) == (6, 6, 6, 6)
    assert "advice" not in first["extra"]
    assert [counts(report)["extra"] for report in (owed, last)] == [0, 0]
    assert len((await hub.dump())["external_id"]) == 12


@asynccontextmanager
async def emptied_allegro(partners: PartnersEnv, folder: Path) -> AsyncIterator[PartnersEnv]:
    """Return the same hub with an Allegro that was restored from an empty backup."""
    server = Server(allegro.create_app(Store(), SettableClock(NOW)))
    await server.start()
    servers = {**partners.servers, System.ALLEGRO: server}
    hub = partners.hub
    hub.clock.set(NOW + timedelta(minutes=5))
    worker = build_worker(hub.db, hub.services, settings_of(folder, servers))
    console = httpx.AsyncClient(base_url=server.url)
    await worker.pullers[System.ALLEGRO].round()
    consoles = {**partners.consoles, System.ALLEGRO: console}
    yield PartnersEnv(hub=hub, worker=worker, servers=servers, consoles=consoles, clock=partners.clock)
    await console.aclose()
    await worker.close()
    await server.stop()


async def _files(base_url: Any) -> list[Any]:
    async with httpx.AsyncClient(base_url=base_url) as console:
        files: list[Any] = (await console.get("/_console/dossiers")).raise_for_status().json()["dossiers"]
    return files


def statuses(tx: Connection) -> list[str]:
    return list(tx.execute(select(REFERRAL.c.status).order_by(REFERRAL.c.id)).scalars())


async def test_a_lost_case_that_the_hub_cannot_make_is_reported_with_advice(hub: InProcessHub) -> None:
    one = job_puller(hub, FullListSource(registration(1), registration(2)))
    await one.round()
    await hub.db.write(lambda tx: tx.execute(delete(RECORD).where(RECORD.c.external_id == "G-1")))
    left = job_puller(hub, FullListSource(registration(2)))
    before = await hub.db.read(statuses)

    job_id = await new_job(hub, System.GIDSO, "reconcile")
    await left.do_jobs()

    report = (await hub.db.read(find_job, System.GIDSO, job_id)).report
    assert report
    assert report["extra"] == {"count": 1, "keys": ["G-1"], "toldAgain": 0, "advice": MANUAL_ADVICE}
    assert await hub.db.read(statuses) == before


async def test_a_case_whose_stored_records_mean_nothing_is_reported_as_extra(partners: PartnersEnv) -> None:
    await partners.save_registrations(
        System.GIDSO, gidso_registration(1, OndersteuningGestoptOp="2026-02-01"), gidso_registration(2)
    )
    await partners.pull(System.GIDSO)
    registration_of_one = (RECORD.c.external_id == "G-000001") & (RECORD.c.kind == "aanmelding")
    await partners.hub.db.write(lambda tx: tx.execute(delete(RECORD).where(registration_of_one)))
    (await partners.consoles[System.GIDSO].delete("/_console/aanmeldingen/G-000001")).raise_for_status()

    report = await partners.reconcile(System.GIDSO)

    assert counts(report) == {"missing": 0, "different": 0, "deleted": 0, "extra": 1}
    assert report["extra"]["keys"] == ["G-000001"]
