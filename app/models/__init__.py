"""Tables and their named queries: the only SQL outside migrations."""

from app.models import (
    access,
    appointment,
    client,
    delivery,
    disclosure,
    endpoint,
    event_feed,
    external_id,
    history,
    organisation,
    outbox,
    ownership,
    partner,
    quarantine,
    referral,
    subscription,
    trajectory,
)
from app.models.base import metadata

__all__ = [
    "access",
    "appointment",
    "client",
    "delivery",
    "disclosure",
    "endpoint",
    "event_feed",
    "external_id",
    "history",
    "metadata",
    "organisation",
    "outbox",
    "ownership",
    "partner",
    "quarantine",
    "referral",
    "subscription",
    "trajectory",
]
