"""A puller that does jobs, over a partner whose pages are written down beforehand."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from app.adapters.engine.jobs import Jobs
from app.adapters.engine.puller import Puller
from app.domain.codes import System
from app.domain.ports import PartnerRecord
from app.operations.partners.lease import PartnerLease
from app.operations.partners.pull_policy import PullPolicy
from app.operations.partners.state import JobRequest, request_job
from tests.support.hub import AT_WIJKTEAM, InProcessHub, partner_record, referral
from tests.support.scripted_source import ScriptedSource


def job_puller(hub: InProcessHub, feed: ScriptedSource, holder: str = "one", **pull_policy: Any) -> Puller:
    jobs = Jobs(hub.db, hub.services, feed, PartnerLease(feed.system, holder))
    return Puller(hub.db, hub.services, feed, holder, PullPolicy(**pull_policy), jobs.work)


def registration(number: int) -> PartnerRecord:
    fact = replace(AT_WIJKTEAM, reference=f"G-{number}", client=replace(referral().client, bsn=None))
    return partner_record(f"G-{number}", fact, external_id=f"G-{number}")


async def ask_job(hub: InProcessHub, system: System, kind: str, *, dry_run: bool = False, **asked: Any) -> UUID:
    job = await hub.db.write(request_job, hub.services, system, "beheer", JobRequest(kind, dry_run, **asked))
    return job.id
