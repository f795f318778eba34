"""The pilot year read afterwards into a hub that knows nothing: all of it is there, and nobody hears of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.database import Connection
from app.domain.codes import System
from app.domain.partners import JobKind, JobRequest
from app.models import metadata
from app.operations.access.organisations import ReferrerDetails
from app.operations.cases.execute import register
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.partners.jobs import find_job, request_job
from app.operations.partners.lease import PartnerLease, acquire_lease
from app.operations.statistics import city_tables
from app.sandbox.case_generator import counsellor_facts
from app.sandbox.environment import SandboxEnv, running_sandbox
from app.sandbox.faults.plan import FaultFrequency, FaultKind, FaultSettings
from app.sandbox.register import RegisterRow
from app.sandbox.runtime import SettableClock
from app.sandbox.simulate import SIMULATORS
from tests.support.hub import Dump, dump_of, without_volatile
from tests.support.partners_env import without_job_and_lease
from tests.support.pilot import by_api, last_day, pilot_rows, register_facts, register_referrals, tables_of

pytestmark = pytest.mark.slow

REFERRERS = (System.GIDSO, System.RMW)
TOLD = ("delivery", "delivery_sequence", "attempt", "disclosure", "event_feed_entry")
EVENT = metadata.tables["event"]
# Each write would be carried out and counted, and the hub would not get its answer.
WATCH = FaultSettings(faults={FaultKind.LOST_ANSWER: FaultFrequency(rate=1)})
NOBODY: dict[str, Any] = {"rows": {}, "events to tell": [], "written": {}, "called": {}}


@pytest.fixture(params=["sqlite", "postgresql"])
def hub_url(request: pytest.FixtureRequest) -> str | None:
    """Return the database of the world: its own on SQLite, or one on PostgreSQL."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


async def connect(env: SandboxEnv, rows: Sequence[RegisterRow]) -> None:
    """Register every organisation, each with a webhook of its own, those that work in GIDSO and RMW too."""
    known = {row.organisation_code: row for row in rows}
    for code, row in known.items():
        details = ReferrerDetails(code=code, name=row.organisation, kind=row.kind, system=System.API)
        await env.register_referrer(details)
        await env.register_referrer(replace(details, system=row.system))


async def backfill(env: SandboxEnv, *systems: System) -> dict[System, dict[str, Any]]:
    """Have everything read that these partners have; returns the reports."""
    reports = {}
    for system in systems:
        puller = env.worker.pullers[system]
        await env.hub.db.write(acquire_lease, env.hub.services, PartnerLease(system, puller.holder))
        job = await env.hub.db.write(request_job, env.hub.services, system, "beheer", JobRequest(kind=JobKind.BACKFILL))
        await puller.do_jobs()
        done = await env.hub.db.read(find_job, system, job.id)
        assert done.state == "done", done.report
        reports[system] = dict(done.report or {})
    return reports


async def read_in(env: SandboxEnv, rows: Sequence[RegisterRow]) -> None:
    """Read in what came by the API, of which no partner system can tell."""
    quiet = replace(env.hub.services, quiet=True)

    def work(tx: Connection) -> None:
        uow = UnitOfWork(tx, quiet)
        for fact, context in by_api(rows):
            register(uow, fact, context)
        uow.flush()

    await env.hub.db.write(work)


async def ids_by_reference(env: SandboxEnv) -> dict[str, UUID]:
    referral = metadata.tables["referral"]
    query = select(referral.c.reference, referral.c.id)
    return await env.hub.db.read(lambda tx: {row.reference: row.id for row in tx.execute(query)})


async def heard(env: SandboxEnv) -> dict[str, Any]:
    """Return what anybody was told or will be: rows that say so, writes at partners, calls to webhooks."""
    dump = await env.hub.db.read(dump_of)
    loud = select(EVENT.c.id).where(EVENT.c.quiet.is_(False) | EVENT.c.relayed_at.is_(None))
    made = await env.partner_console.faults_made()
    return {
        "rows": {name: len(dump[name]) for name in TOLD if dump[name]},
        "events to tell": await env.hub.db.read(lambda tx: list(tx.execute(loud))),
        "written": {system: counts["lost_answer"] for system, counts in made.items() if counts["lost_answer"]},
        "called": {organisation: len(events) for organisation, events in env.receiver.received.items()},
    }


async def records(env: SandboxEnv) -> Dump:
    """Return every row but the account of the reading itself."""
    return without_volatile(without_job_and_lease(await env.hub.db.read(dump_of)))


async def read_year(env: SandboxEnv, rows: Sequence[RegisterRow]) -> tuple[dict[System, Any], dict[str, Any]]:
    """Read everything there is, a partner after the other; returns the reports, and what was heard of the referrals."""
    reports = await backfill(env, *REFERRERS)
    await read_in(env, rows)
    told = await heard(env)
    await env.set_faults(FaultSettings())
    await register_facts(env.urls[System.ALLEGRO], env.partner_console, await ids_by_reference(env), rows)
    await env.set_faults(WATCH)
    return reports | await backfill(env, System.ALLEGRO), told


@asynccontextmanager
async def prepared_sandbox(folder: Path, hub_url: str | None, rows: Sequence[RegisterRow]) -> AsyncIterator[SandboxEnv]:
    """Return a world in which everything has happened, and a hub that knows the organisations and nothing else."""
    async with running_sandbox(folder, SettableClock(), hub_url) as env:
        await env.set_clocks(last_day(rows))
        await connect(env, rows)
        await register_referrals(env.partner_console, rows)
        await env.set_faults(WATCH)
        yield env


async def test_a_year_read_afterwards_is_all_there_and_nobody_hears_of_it_then_or_again(
    tmp_path: Path, hub_url: str | None
) -> None:
    rows = pilot_rows()
    async with prepared_sandbox(tmp_path, hub_url, rows) as env:
        first, heard_of_referrals = await read_year(env, rows)
        # An ordinary pull finds no news in it either, and what is owed is told.
        await env.worker.pull_and_deliver(*SIMULATORS)
        tables, known, heard_of_all = await city_tables_of(env), await records(env), await heard(env)
        second = await backfill(env, *SIMULATORS)
        await env.worker.pull_and_deliver()
        known_again, heard_again = await records(env), await heard(env)
        await register_referrals(
            env.partner_console, [replace(first_at(rows, System.GIDSO), number="999999", bsn=None)]
        )
        await env.worker.pull_and_deliver(*SIMULATORS)
        heard_of_news = await heard(env)

    assert tables == tables_of(rows, env.hub.services.reference)
    assert {system: report["applied"] for system, report in first.items()} == at_partners(rows)
    assert {system: report["unchanged"] for system, report in second.items()} == at_partners(rows)
    assert known_again == known
    assert [heard_of_referrals, heard_of_all, heard_again] == [NOBODY] * 3
    assert all(heard_of_news.values()), "what is news must be heard of, or this test is deaf"


def at_partners(rows: Sequence[RegisterRow]) -> dict[System, int]:
    """Return how many records each partner has of these referrals."""
    made = {system: sum(row.system is system for row in rows) for system in REFERRERS}
    return made | {System.ALLEGRO: sum(len(list(counsellor_facts(row))) for row in rows)}


def first_at(rows: Sequence[RegisterRow], system: System) -> RegisterRow:
    return next(row for row in rows if row.system is system)


async def city_tables_of(env: SandboxEnv) -> dict[str, Any]:
    return await env.hub.db.read(city_tables, env.hub.services)
