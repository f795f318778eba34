"""The worker does the jobs that operators request, once, and the nightly reconciliation."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import update

from app.database import Connection
from app.domain.codes import System
from app.domain.errors import PartnerUnreachable
from app.domain.local_time import AMSTERDAM
from app.domain.ports import Page
from app.models import metadata
from app.operations.intake.quarantine import page_of_quarantine
from app.operations.partners.jobs import find_job, page_of_jobs
from app.operations.partners.pull_policy import MaintenanceWindow
from app.operations.partners.state import pause_partner, resume_partner
from tests.support.hub import NOW, InProcessHub, unreadable
from tests.support.job_env import job_puller, new_job, registration
from tests.support.scripted_source import FullListSource, ScriptedSource


async def test_a_job_whose_worker_stopped_is_started_again_by_the_next_holder_of_the_lease(hub: InProcessHub) -> None:
    archive = FullListSource(registration(1))
    job_id = await new_job(hub, System.GIDSO, "backfill")
    await job_puller(hub, ScriptedSource(PartnerUnreachable("no answer"), system=System.GIDSO), "dead").round()
    await _set_running(hub, job_id)
    hub.clock.set(NOW + timedelta(minutes=2))

    await job_puller(hub, archive, "alive").round()

    job = await hub.db.read(find_job, System.GIDSO, job_id)
    assert (job.state, job.finished_at) == ("done", NOW + timedelta(minutes=2))


async def _set_running(hub: InProcessHub, job_id: Any) -> None:
    job = metadata.tables["partner_job"]
    values = {"state": "running", "report": None, "finished_at": None}

    def work(tx: Connection) -> None:
        tx.execute(update(job).where(job.c.id == job_id).values(**values))

    await hub.db.write(work)


async def test_a_failed_job_reports_why_and_stops_no_pull(hub: InProcessHub) -> None:
    feed = ScriptedSource(PartnerUnreachable("no answer"), RuntimeError("Jansen"), Page((registration(1),), "5"))
    feed.system = System.GIDSO
    ids = [await new_job(hub, System.GIDSO, kind) for kind in ("backfill", "reconcile")]

    await job_puller(hub, feed).round()

    jobs = [await hub.db.read(find_job, System.GIDSO, each) for each in ids]
    assert [(job.state, job.report) for job in jobs] == [
        ("failed", {"error": "no answer"}),
        ("failed", {"error": "RuntimeError"}),
    ]
    assert len((await hub.dump())["referral"]) == 1


async def test_the_jobs_of_a_paused_partner_wait(hub: InProcessHub) -> None:
    archive = FullListSource(registration(1))
    one = job_puller(hub, archive)
    await hub.db.write(pause_partner, hub.services, System.GIDSO, "beheer", "First backfill, then pull.")
    job_id = await new_job(hub, System.GIDSO, "backfill")

    await one.round()
    while_paused = (await hub.db.read(find_job, System.GIDSO, job_id)).state
    await hub.db.write(resume_partner, hub.services, System.GIDSO)
    await one.round()

    assert while_paused == "waiting"
    assert (await hub.db.read(find_job, System.GIDSO, job_id)).report == {
        "read": 1,
        "applied": 1,
        "unchanged": 0,
        "filtered": 0,
        "quarantined": 0,
    }


async def test_a_retry_reads_the_quarantine_again(hub: InProcessHub) -> None:
    await hub.known_case("D-1")
    await hub.pull(unreadable("D-1"))
    one = job_puller(hub, ScriptedSource(Page((), "5")), "test")

    dry_run = await new_job(hub, System.ALLEGRO, "retry", dry_run=True)
    await one.round()
    quarantined = len(await hub.quarantine())
    real = await new_job(hub, System.ALLEGRO, "retry")
    await one.round()

    reports = [(await hub.db.read(find_job, System.ALLEGRO, each)).report for each in (dry_run, real)]
    assert reports[0] == reports[1]
    assert (quarantined, len(await hub.quarantine())) == (1, 0)


async def test_a_retry_of_one_record_reads_its_case_and_no_other(hub: InProcessHub) -> None:
    for case in ("D-1", "D-2"):
        await hub.known_case(case)
    await hub.pull(unreadable("D-1"), unreadable("D-2"))
    [_, first] = (await hub.db.read(page_of_quarantine, System.ALLEGRO, None, 10))[0]

    job_id = await new_job(hub, System.ALLEGRO, "retry", quarantine_id=first.id)
    await job_puller(hub, ScriptedSource(Page((), "5")), "test").round()

    job = await hub.db.read(find_job, System.ALLEGRO, job_id)
    [left] = (await hub.db.read(page_of_quarantine, System.ALLEGRO, None, 10))[0]
    assert (job.state, left.case_id) == ("done", "D-2")
    assert job.report
    assert (job.report["quarantineId"], job.report["read"]) == (str(first.id), 1)


async def test_every_partner_is_reconciled_once_a_night(hub: InProcessHub) -> None:
    hub.clock.set(datetime(2026, 3, 2, 20, tzinfo=AMSTERDAM))
    archive = FullListSource(registration(1))
    both = [job_puller(hub, archive, holder, reconcile_at=time(3, 30)) for holder in ("one", "two")]

    for _ in range(2 * 24):
        for each in both:
            await each.round()
        hub.clock.set(hub.clock.now() + timedelta(hours=1))

    jobs, _ = await hub.db.read(page_of_jobs, System.GIDSO, None, 10)
    nights = [job.requested_at.astimezone(AMSTERDAM) for job in jobs]
    assert nights == [datetime(2026, 3, day, 4, tzinfo=AMSTERDAM) for day in (4, 3)]
    assert {job.requested_by for job in jobs} == {"nightly"}


async def test_a_reconciliation_due_during_maintenance_is_done_after_it(hub: InProcessHub) -> None:
    hub.clock.set(datetime(2026, 3, 2, 20, tzinfo=AMSTERDAM))
    window = MaintenanceWindow(time(22), time(6))
    one = job_puller(hub, FullListSource(registration(1)), reconcile_at=time(3, 30), maintenance=(window,))

    for _ in range(15):
        await one.round()
        hub.clock.set(hub.clock.now() + timedelta(hours=1))

    [job] = (await hub.db.read(page_of_jobs, System.GIDSO, None, 10))[0]
    assert job.requested_at.astimezone(AMSTERDAM).hour == 6
