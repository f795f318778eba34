"""``trajecthub partner``: manage the connections with the partner systems; the API can do the same.

Jobs (reconcile, backfill, retry, link) run in this process when no worker has the partner's lease, else in that worker.
"""

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from app.adapters.engine.puller import Puller
from app.api.representations import delivery_out
from app.api.schemas.deliveries import PartnerDeliveryOut
from app.api.schemas.partners import JobOut, PartnerOut, QuarantinedOut, RunOut
from app.bootstrap import open_worker
from app.cli.program import console
from app.cli.runtime import change_stored, over_database, read_stored, services_of
from app.cli.tables import A_MOMENT, AsJson, InState, Limit, line, moment, print_blocks, print_report
from app.database import Database
from app.domain.codes import PARTNERS, System
from app.domain.details import Detail
from app.domain.errors import Conflict, NotFound
from app.domain.partners import CaseLink, Job, JobKind, JobRequest, JobState, QuarantineQuery
from app.operations.clock import SystemClock
from app.operations.intake.quarantine import MOST_COUNTED, dismiss_quarantined, page_of_quarantine, quarantine_count
from app.operations.partners.deliveries import (
    page_of_partner_deliveries,
    redeliver_all_to_partner,
    redeliver_to_partner,
)
from app.operations.partners.jobs import cancel_job, find_job, page_of_jobs, request_job
from app.operations.partners.lease import LeaseLost, acquire_lease, release_lease
from app.operations.partners.state import is_paused, partner_runs, partner_states, pause_partner, resume_partner
from app.operations.services import Services
from app.operations.subscriptions.deliveries import DeliveryQuery
from app.settings import Settings
from app.worker import WorkerLoops

commands = typer.Typer()
partners = typer.Typer(no_args_is_help=True, help="The connections with the partner systems.")
commands.add_typer(partners, name="partner")

_BY = "command line"
_POLL_SECONDS = 0.5
_STATE = (
    "system",
    "paused",
    "pause_reason",
    "last_success_at",
    "failures",
    "retry_at",
    "last_error",
    "alerted_at",
    "sending_alerted_at",
    "quarantine_alerted_at",
    "quarantined",
    "jobs_waiting_since",
)
_RUN = ("started_at", "kind", "read", "applied", "unchanged", "filtered", "quarantined", "drift")
_JOB = ("id", "kind", "dry_run", "state", "waits_for", "requested_by", "requested_at", "finished_at")
_DELIVERY = ("id", "event_type", "referral_id", "state", "last_error", "next_attempt_at", "created_at", "finished_at")
_QUARANTINED = ("id", "kind", "case_id", "external_id", "since", "field", "reason", "message")


def _partner(name: str) -> System:
    if name not in PARTNERS:
        raise typer.BadParameter(f"must be one of: {', '.join(PARTNERS)}")
    return System(name)


Partner = Annotated[System, typer.Argument(parser=_partner, metavar="SYSTEM", help=", ".join(PARTNERS))]
QuarantinedId = Annotated[UUID, typer.Argument(metavar="ID", help="Its id in the quarantine list.")]
Reason = Annotated[str, typer.Option(parser=line, metavar="TEXT", help="Why; stored. No personal data.")]
By = Annotated[str, typer.Option(parser=line, metavar="TEXT", help="Who does this; stored.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Report what the job would do, and change nothing.")]


@partners.command()
def status(as_json: AsJson = False) -> None:
    """Show the status of every connection."""
    found = read_stored(partner_states, SystemClock().now())
    states = [PartnerOut.model_validate(each) for each in found]
    print_blocks(states, _STATE, nothing="No partner was pulled or paused yet.", as_json=as_json)


@partners.command()
def runs(system: Partner, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List the newest runs that read something new."""
    found = read_stored(partner_runs, system, limit)
    nothing = f"No run of {system} read anything new yet."
    print_blocks([RunOut.model_validate(each) for each in found], _RUN, nothing=nothing, as_json=as_json)


@partners.command("quarantine")
def list_quarantined(  # noqa: PLR0913  # one for each option
    system: Partner,
    limit: Limit = 100,
    reason: Annotated[str | None, typer.Option(help="Only records with this reason.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only records of this type of the partner.")] = None,
    oldest: Annotated[bool, typer.Option("--oldest", help="The oldest first.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the records in quarantine, newest first, with the reason and how many there are; never their contents."""
    query = QuarantineQuery(reason=reason, kind=kind, oldest_first=oldest)
    found, _more = read_stored(page_of_quarantine, system, None, limit, query)
    if found and not as_json:
        console.print(f"{len(found)} of {read_stored(quarantine_count, system, query)} (counted up to {MOST_COUNTED})")
    nothing = f"No such record of {system} is in quarantine."
    entries = [QuarantinedOut.model_validate(each) for each in found]
    print_blocks(entries, _QUARANTINED, nothing=nothing, as_json=as_json)


@partners.command("jobs")
def list_jobs(system: Partner, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List jobs, newest first, with their state and what a waiting job waits for."""
    found, _more = read_stored(page_of_jobs, system, None, limit)
    nothing = f"No job of {system} was requested yet."
    print_blocks([JobOut.model_validate(each) for each in found], _JOB, nothing=nothing, as_json=as_json)


@partners.command("deliveries")
def list_deliveries(
    system: Partner,
    state: InState = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List what a partner is or was owed, newest event first, with what went wrong; never its contents."""
    found, _more = read_stored(page_of_partner_deliveries, system, DeliveryQuery(state, None, limit))
    shown = [delivery_out(PartnerDeliveryOut, each, lambda own_id: own_id) for each in found]
    print_blocks(shown, _DELIVERY, nothing=f"There is no such delivery to {system}.", as_json=as_json)


@partners.command()
def redeliver(
    system: Partner,
    delivery_id: Annotated[
        UUID | None, typer.Option("--id", metavar="ID", help="Only this delivery, also when it was delivered.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(parser=moment, metavar=A_MOMENT, help="What became owed from this time on.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that was given up or waits.")] = False,
) -> None:
    """Send again what was given up for a partner, and at once what waits; it is first asked whether it arrived."""
    if [delivery_id is not None, since is not None, everything].count(True) != 1:
        raise typer.BadParameter("say which: --id, --since or --all")
    if delivery_id is not None:
        change_stored(redeliver_to_partner, system, delivery_id)
        console.print("The delivery is sent again.")
        return
    number = change_stored(redeliver_all_to_partner, system, since, None)
    console.print(f"Deliveries that are sent again: {number}.")


@partners.command()
def cancel(
    system: Partner,
    job_id: Annotated[UUID, typer.Argument(metavar="ID", help="Its id in the list of jobs.")],
    by: By = _BY,
) -> None:
    """Cancel a waiting job."""
    change_stored(cancel_job, system, job_id, by)
    console.print("The job is cancelled.")


@partners.command()
def pause(system: Partner, reason: Reason, by: By = _BY) -> None:
    """Pause a partner until it is resumed; what it records meanwhile is read afterwards."""
    change_stored(pause_partner, system, by, reason)
    console.print(f"{system} is paused.")


@partners.command()
def resume(system: Partner) -> None:
    """Let a paused partner be pulled again, from its cursor."""
    change_stored(resume_partner, system)
    console.print(f"{system} is pulled again.")


@partners.command()
def dismiss(system: Partner, quarantined_id: QuarantinedId, reason: Reason, by: By = _BY) -> None:
    """Leave a record in quarantine out for good; its payload is deleted, who decided and why is stored."""
    change_stored(dismiss_quarantined, system, quarantined_id, by, reason)
    console.print("The record is dismissed; what waited for it is applied at the next pull or retry.")


@partners.command()
def retry(
    system: Partner,
    quarantined_id: Annotated[
        UUID | None,
        typer.Argument(metavar="[ID]", help="Only this record, with what waits for it; without it everything."),
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Read the records in quarantine again, with the present mapping."""
    _do(system, JobRequest(kind=JobKind.RETRY, dry_run=dry_run, quarantine_id=quarantined_id), as_json=as_json)


@partners.command()
def reconcile(system: Partner, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Compare everything that a partner has with what the hub applied, and repair the differences."""
    _do(system, JobRequest(kind=JobKind.RECONCILE, dry_run=dry_run), as_json=as_json)


@partners.command()
def backfill(
    system: Partner,
    since: Annotated[
        datetime | None, typer.Option(parser=moment, metavar=A_MOMENT, help="Apply what happened from this time on.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Read everything of a partner again, without sending feedback or writing to partners."""
    _do(system, JobRequest(kind=JobKind.BACKFILL, dry_run=dry_run, since=since), as_json=as_json)


@partners.command()
def link(
    system: Partner,
    links: Annotated[
        list[str] | None,
        typer.Option("--link", metavar="CASE=REFERRAL", help="Which referral a case is, of those that it may be."),
    ] = None,
    accept_bsn_and_day: Annotated[
        bool,
        typer.Option("--accept-bsn-and-day", help="Link also what was found only by the client's BSN and the day."),
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Link cases that a partner has from before the hub to referrals: by the referrer's reference, or as you say."""
    chosen = tuple(_case_link(each) for each in links or ())
    request = JobRequest(kind=JobKind.LINK, dry_run=dry_run, links=chosen, accept_bsn_and_day=accept_bsn_and_day)
    _do(system, request, as_json=as_json)


def _case_link(text: str) -> CaseLink:
    case_id, _, referral_id = text.rpartition("=")
    try:
        return CaseLink(case_id, UUID(referral_id))
    except ValueError:
        raise typer.BadParameter(
            "is CASE=REFERRAL: the partner's number and the hub's id", param_hint="--link"
        ) from None


def _do(system: System, request: JobRequest, *, as_json: bool) -> None:
    """Request a job, wait until it is finished, and print its report; exit with 1 unless it is done."""

    async def work(db: Database, settings: Settings) -> Job:
        services = await services_of(db, settings)
        async with open_worker(db, services, settings) as worker:
            puller = _puller_of(worker, system)
            await _refuse_paused(db, system)
            job = await db.write(request_job, services, system, _BY, request)
            return await _finished(db, services, puller, job)

    job = over_database(work)
    print_report(job.report or {}, as_json=as_json)
    if job.state is not JobState.DONE:
        raise typer.Exit(1)


async def _finished(db: Database, services: Services, puller: Puller, job: Job) -> Job:
    while job.finished_at is None:
        try:
            await db.write(acquire_lease, services, puller.lease)
            await puller.do_jobs()
        except LeaseLost:
            # A worker has the partner's lease; it does the job at its next round.
            await _refuse_paused(db, job.system)
            await asyncio.sleep(_POLL_SECONDS)
        finally:
            await db.write(release_lease, puller.lease)
        job = await db.read(find_job, job.system, job.id)
    return job


async def _refuse_paused(db: Database, system: System) -> None:
    if await db.read(is_paused, system):
        raise Conflict(Detail.PARTNER_PAUSED(system=system))


def _puller_of(worker: WorkerLoops, system: System) -> Puller:
    if system not in worker.pullers:
        variable = f"TRAJECTHUB_{system.upper()}_URL"
        raise NotFound(Detail.PARTNER_NOT_CONNECTED_HERE(system=system, variable=variable))
    return worker.pullers[system]
