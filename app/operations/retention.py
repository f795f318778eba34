"""Retention: deletes what the hub no longer needs, once it is older than its term, in batches that hold up nobody.

The terms are the city's. What is owed is never deleted, however old it is.
"""

from collections.abc import Callable, Mapping
from functools import partial

import structlog

from app.database import Database
from app.domain.ports import Clock
from app.loops import Failed, attempt
from app.models.access.api_client import purge_assertions
from app.models.access.idempotency import purge_answers
from app.models.access.revoked_token import purge_revoked_tokens
from app.models.delivery.purge import purge_attempts, purge_deliveries, purge_ended_receivers, purge_feeds
from app.models.partners.field_sync import purge_closed_cases, purge_decided_values
from app.models.partners.job import purge_jobs
from app.models.partners.quarantine import expire_quarantine, purge_closed_quarantine
from app.models.partners.run import purge_runs
from app.models.worker_process import purge_workers
from app.operations.services import Services

BATCH = 1000
"""At most this many rows of a kind are deleted in one transaction."""

log = structlog.get_logger(__name__)


async def purge_batch(db: Database, services: Services, most: int = BATCH, *, real_clock: Clock | None = None) -> bool:
    """Delete a batch of every kind of rows whose term is over; return whether there may be more to delete.

    A kind that cannot be deleted does not stop the others; its error is raised at the end. ``real_clock`` shows the
    time until which assertions and revoked tokens are kept; None is the clock of the records.
    """
    purged: dict[str, int] = {}
    failures: list[Failed] = []
    for kind, purge in _purges(services, real_clock or services.clock).items():
        rows = await attempt(db.write_without_notifying(purge, most=most))
        if isinstance(rows, Failed):
            failures.append(rows)
        elif rows:
            purged[kind] = rows
    if purged:
        log.info("rows_purged", **purged)
        await db.erase_deleted()
    if failures:
        raise failures[0].error
    return any(rows >= most for rows in purged.values())


def _purges(services: Services, real_clock: Clock) -> Mapping[str, Callable[..., int]]:
    """Return for each kind of rows what deletes at most ``most`` of them in a transaction, and returns how many."""
    now, keep = services.clock.now(), services.reference.retention
    # A simulated clock may be ahead: a proof that is forgotten while it is valid could be used again.
    real_now = real_clock.now()
    return {
        "quarantined_payloads": partial(expire_quarantine, before=now - keep.quarantine, now=now),
        "conflict_values": partial(purge_decided_values, before=now - keep.decided_conflict),
        "known_values": partial(purge_closed_cases, before=now - keep.known_values),
        "stored_answers": partial(purge_answers, before=now - services.answer_term),
        "used_assertions": partial(purge_assertions, before=real_now),
        "revoked_tokens": partial(purge_revoked_tokens, before=real_now),
        "attempts": partial(purge_attempts, before=now - keep.attempts),
        "deliveries": partial(purge_deliveries, before=now - keep.deliveries),
        "feed_entries": partial(purge_feeds, before=now - keep.deliveries),
        "partner_runs": partial(purge_runs, before=now - keep.partner_accounts),
        "partner_jobs": partial(purge_jobs, before=now - keep.partner_accounts),
        "closed_quarantine": partial(purge_closed_quarantine, before=now - keep.partner_accounts),
        "receivers": purge_ended_receivers,
        "silent_workers": partial(purge_workers, before=now - keep.silent_workers),
    }
