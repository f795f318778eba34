"""A backfill of the pilot year into an empty hub: all records are there, and nothing is sent to anybody."""

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
from app.operations.statistics import CityTables, city_tables
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
DISCLOSING_TABLES = ("delivery", "delivery_sequence", "attempt", "disclosure", "event_feed_entry")
EVENT = metadata.tables["event"]
# Each write at a partner would be carried out and counted, and the hub would not get the answer.
COUNT_WRITES = FaultSettings(faults={FaultKind.LOST_ANSWER: FaultFrequency(rate=1)})
NOTHING: dict[str, Any] = {"rows": {}, "events to send": [], "written": {}, "called": {}}


@pytest.fixture(params=["sqlite", "postgresql"])
def hub_url(request: pytest.FixtureRequest) -> str | None:
    """Return the URL of the hub's database on PostgreSQL; None for SQLite in the sandbox's folder."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


async def connect(env: SandboxEnv, rows: Sequence[RegisterRow]) -> None:
    """Register every organisation, each with its own webhook, including those that use GIDSO and RMW."""
    known = {row.organisation_code: row for row in rows}
    for code, row in known.items():
        details = ReferrerDetails(code=code, name=row.organisation, kind=row.kind, system=System.API)
        await env.register_referrer(details)
        await env.register_referrer(replace(details, system=row.system))


async def backfill(env: SandboxEnv, *systems: System) -> dict[System, dict[str, Any]]:
    """Backfill these partners. Return the reports."""
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


async def register_by_api(env: SandboxEnv, rows: Sequence[RegisterRow]) -> None:
    """Register the referrals of the API, which no partner system has."""
    quiet = replace(env.hub.services, quiet=True)

    def work(tx: Connection) -> None:
        uow = UnitOfWork(tx, quiet)
        for command, context in by_api(rows):
            register(uow, command, context)
        uow.flush()

    await env.hub.db.write(work)


async def ids_by_reference(env: SandboxEnv) -> dict[str, UUID]:
    referral = metadata.tables["referral"]
    query = select(referral.c.reference, referral.c.id)
    return await env.hub.db.read(lambda tx: {row.reference: row.id for row in tx.execute(query)})


async def sent_to_anybody(env: SandboxEnv) -> dict[str, Any]:
    """Return what was or will be sent to anybody: rows, writes at partners and webhook calls."""
    dump = await env.hub.db.read(dump_of)
    not_quiet = select(EVENT.c.id).where(EVENT.c.quiet.is_(False) | EVENT.c.relayed_at.is_(None))
    totals = await env.partner_console.faults_made()
    return {
        "rows": {name: len(dump[name]) for name in DISCLOSING_TABLES if dump[name]},
        "events to send": await env.hub.db.read(lambda tx: list(tx.execute(not_quiet))),
        "written": {system: counts["lost_answer"] for system, counts in totals.items() if counts["lost_answer"]},
        "called": {organisation: len(events) for organisation, events in env.receiver.received.items()},
    }


async def records(env: SandboxEnv) -> Dump:
    """Return all rows except those about the backfill itself."""
    return without_volatile(without_job_and_lease(await env.hub.db.read(dump_of)))


async def read_year(env: SandboxEnv, rows: Sequence[RegisterRow]) -> tuple[dict[System, Any], dict[str, Any]]:
    """Backfill one partner after the other. Return the reports, and what was sent after the referrals."""
    reports = await backfill(env, *REFERRERS)
    await register_by_api(env, rows)
    sent = await sent_to_anybody(env)
    await env.set_faults(FaultSettings())
    await register_facts(env.urls[System.ALLEGRO], env.partner_console, await ids_by_reference(env), rows)
    await env.set_faults(COUNT_WRITES)
    return reports | await backfill(env, System.ALLEGRO), sent


@asynccontextmanager
async def prepared_sandbox(folder: Path, hub_url: str | None, rows: Sequence[RegisterRow]) -> AsyncIterator[SandboxEnv]:
    """Return a sandbox whose partners have the whole year, and whose hub has the organisations only."""
    async with running_sandbox(folder, SettableClock(), hub_url) as env:
        await env.set_clocks(last_day(rows))
        await connect(env, rows)
        await register_referrals(env.partner_console, rows)
        await env.set_faults(COUNT_WRITES)
        yield env


async def test_a_backfilled_year_is_complete_and_sends_nothing_to_anybody_then_or_again(
    tmp_path: Path, hub_url: str | None
) -> None:
    rows = pilot_rows()
    async with prepared_sandbox(tmp_path, hub_url, rows) as env:
        first, after_referrals = await read_year(env, rows)
        # An ordinary pull finds no changes either, and all pending deliveries are sent.
        await env.worker.pull_and_deliver(*SIMULATORS)
        tables, known, after_all = await city_tables_of(env), await records(env), await sent_to_anybody(env)
        second = await backfill(env, *SIMULATORS)
        await env.worker.pull_and_deliver()
        known_again, after_second = await records(env), await sent_to_anybody(env)
        await register_referrals(
            env.partner_console, [replace(first_at(rows, System.GIDSO), number="999999", bsn=None)]
        )
        await env.worker.pull_and_deliver(*SIMULATORS)
        after_new_referral, reference = await sent_to_anybody(env), env.hub.services.reference

    assert tables == tables_of(rows, reference)
    assert {system: report["applied"] for system, report in first.items()} == at_partners(rows)
    assert {system: report["unchanged"] for system, report in second.items()} == at_partners(rows)
    assert known_again == known
    assert [after_referrals, after_all, after_second] == [NOTHING] * 3
    assert all(after_new_referral.values()), "a new referral must be sent, or this test proves nothing"


def at_partners(rows: Sequence[RegisterRow]) -> dict[System, int]:
    """Return the number of records that each partner has of these referrals."""
    totals = {system: sum(row.system is system for row in rows) for system in REFERRERS}
    return totals | {System.ALLEGRO: sum(len(list(counsellor_facts(row))) for row in rows)}


def first_at(rows: Sequence[RegisterRow], system: System) -> RegisterRow:
    return next(row for row in rows if row.system is system)


async def city_tables_of(env: SandboxEnv) -> CityTables:
    return await env.hub.db.read(city_tables, env.hub.services)
