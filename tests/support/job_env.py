"""A puller that does jobs, over a partner with scripted pages."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from app.adapters.engine.jobs import JobRunner
from app.adapters.engine.puller import Puller
from app.domain.codes import System
from app.domain.partners import JobKind, JobRequest
from app.domain.ports import PartnerRecord
from app.operations.partners.jobs import request_job
from app.operations.partners.lease import PartnerLease
from app.operations.partners.pull_policy import PullPolicy
from tests.support.hub import AT_WIJKTEAM, InProcessHub, partner_record, referral
from tests.support.scripted_source import ScriptedSource


def job_puller(hub: InProcessHub, feed: ScriptedSource, holder: str = "one", **pull_policy: Any) -> Puller:
    runner = JobRunner(db=hub.db, services=hub.services, source=feed, lease=PartnerLease(feed.system, holder))
    return Puller(
        db=hub.db,
        services=hub.services,
        source=feed,
        holder=holder,
        pull_policy=PullPolicy(**pull_policy),
        do_jobs=runner.run,
    )


def registration(number: int) -> PartnerRecord:
    fact = replace(AT_WIJKTEAM, reference=f"G-{number}", client=replace(referral().client, bsn=None))
    return partner_record(f"G-{number}", fact, external_id=f"G-{number}")


async def new_job(hub: InProcessHub, system: System, kind: str, *, dry_run: bool = False, **parameters: Any) -> UUID:
    request = JobRequest(kind=JobKind(kind), dry_run=dry_run, **parameters)
    job = await hub.db.write(request_job, hub.services, system, "beheer", request)
    return job.id
