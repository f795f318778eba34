"""Tables and their named queries: the only SQL outside migrations."""

from app.models import worker_process
from app.models.access import (
    access_version,
    api_client,
    idempotency,
    master_key_check,
    organisation,
    policy_version,
    pseudonym_scheme,
    revoked_token,
    signing_key,
)
from app.models.base import metadata
from app.models.cases import (
    appointment,
    client,
    clock,
    correspondence,
    external_id,
    history,
    onward,
    referral,
    trajectory,
)
from app.models.delivery import delivery, disclosure, event_feed, outbox, receiver_health, subscription
from app.models.partners import compared, field_sync, job, partner, quarantine, record, run

__all__ = [
    "access_version",
    "api_client",
    "appointment",
    "client",
    "clock",
    "compared",
    "correspondence",
    "delivery",
    "disclosure",
    "event_feed",
    "external_id",
    "field_sync",
    "history",
    "idempotency",
    "job",
    "master_key_check",
    "metadata",
    "onward",
    "organisation",
    "outbox",
    "partner",
    "policy_version",
    "pseudonym_scheme",
    "quarantine",
    "receiver_health",
    "record",
    "referral",
    "revoked_token",
    "run",
    "signing_key",
    "subscription",
    "trajectory",
    "worker_process",
]
