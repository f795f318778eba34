"""A puller that does jobs, over a partner whose pages are written down beforehand."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from app.adapters.engine.jobs import Jobs
from app.adapters.engine.puller import Puller
from app.domain.codes import System
from app.domain.ports import PartnerRecord
from app.operations.partners.lease import Turn
from app.operations.partners.pull_policy import Manners
from app.operations.partners.state import Wish, request_job
from tests.support.feed import Feed
from tests.support.hub import AT_WIJKTEAM, SmallHub, partner_record, referral


def job_puller(hub: SmallHub, feed: Feed, holder: str = "one", **manners: Any) -> Puller:
    jobs = Jobs(hub.db, hub.tools, feed, Turn(feed.system, holder))
    return Puller(hub.db, hub.tools, feed, holder, Manners(**manners), jobs.work)


def registration(number: int) -> PartnerRecord:
    fact = replace(AT_WIJKTEAM, reference=f"G-{number}", client=replace(referral().client, bsn=None))
    return partner_record(f"G-{number}", fact, external_id=f"G-{number}")


async def ask_job(hub: SmallHub, system: System, kind: str, *, dry_run: bool = False, **asked: Any) -> UUID:
    job = await hub.db.write(request_job, hub.tools, system, "beheer", Wish(kind, dry_run, **asked))
    return job.id
