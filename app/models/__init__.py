"""Tables and their named queries: the only SQL outside migrations."""

from app.models.access import api_client, idempotency, organisation, signing_key
from app.models.base import metadata
from app.models.cases import appointment, client, external_id, history, referral, trajectory
from app.models.delivery import delivery, disclosure, event_feed, outbox, subscription
from app.models.delivery import receiver_health as endpoint
from app.models.partners import field_sync as ownership
from app.models.partners import job, partner, quarantine, record, run

__all__ = [
    "api_client",
    "appointment",
    "client",
    "delivery",
    "disclosure",
    "endpoint",
    "event_feed",
    "external_id",
    "history",
    "idempotency",
    "job",
    "metadata",
    "organisation",
    "outbox",
    "ownership",
    "partner",
    "quarantine",
    "record",
    "referral",
    "run",
    "signing_key",
    "subscription",
    "trajectory",
]
