"""Subscriptions: who wants which events at which address (webhooks)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from app.domain.events import EventType
from app.models.base import Id, JsonDocument, UtcDateTime, metadata
from app.vault import Vault


class SubscriptionStatus(StrEnum):
    """Whether a subscription is served.

    Only ``active`` is sent to; what the others are owed is held until they are active. ``pending`` waits for the
    receiver's consent or an administrator's, ``paused`` was asked for, ``disabled`` followed on 410 Gone.
    """

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class Content(StrEnum):
    """How much an event holds: what the gate released, or ids only (*informatiearm*)."""

    FILTERED = "filtered"
    THIN = "thin"


subscription = Table(
    "subscription",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", Id, nullable=False),
    Column("url", String(2000), nullable=False),
    Column("event_types", JsonDocument, nullable=False),
    Column("status", String(10), nullable=False),
    Column("content", String(10), nullable=False),
    Column("secret_sealed", LargeBinary, nullable=False),
    Column("previous_secret_sealed", LargeBinary),
    Column("previous_secret_expires_at", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("status_reason", String(50)),
    Column("areas", JsonDocument, nullable=False, server_default="[]"),
    Column("worker_index", LargeBinary(32)),
    Column("signing", String(4), nullable=False, server_default="v1"),
    Column("signing_key_sealed", LargeBinary),
    Column("auth_kind", String(10)),
    Column("auth_sealed", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_subscription_organisation", "organisation_id", "id"),
)


_NOT_THE_OWNERS = {"id", "organisation_id", "status", "status_reason", "failing_since", "created_at"}
_BY_ID = select(subscription).where(subscription.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True)
class Subscription:
    """An organisation's wish to be told at an address.

    Attributes:
        event_types: the types wanted; empty is all of them.
        secret_sealed: the signing secret, sealed in the vault with :func:`secret_context`.
        previous_secret_sealed: the secret before rotation, which signs too until it expires.
        failing_since: when the deliveries began to fail; None when the last one succeeded.
        status_reason: why the status is what it is, as a code.
        areas: the areas wanted (*gebieden*); empty is all of them.
        worker_index: only referrals of this worker (*eigen cliënten*); keyed hash, see :func:`worker_index_of`.
        signing: ``v1`` (HMAC) or ``v1a`` (ed25519 too, with ``signing_key_sealed``).
        auth_kind: how the hub shows its receiver who calls, ``oauth`` or ``mtls``; None: by the signature alone.
        auth_sealed: what ``auth_kind`` needs, as JSON sealed in the vault with :data:`AUTH_CONTEXT`.
    """

    id: UUID
    organisation_id: UUID
    url: str
    secret_sealed: bytes
    created_at: datetime
    changed_at: datetime
    event_types: frozenset[EventType] = frozenset()
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE
    content: Content = Content.FILTERED
    previous_secret_sealed: bytes | None = None
    previous_secret_expires_at: datetime | None = None
    failing_since: datetime | None = None
    status_reason: str | None = None
    areas: frozenset[str] = frozenset()
    worker_index: bytes | None = None
    signing: str = "v1"
    signing_key_sealed: bytes | None = None
    auth_kind: str | None = None
    auth_sealed: bytes | None = None


AUTH_CONTEXT = "subscription.auth"


def secret_context(subscription_id: UUID) -> str:
    """Return the vault context under which a subscription's secrets are sealed."""
    # The text is part of what was sealed, so it must never change; that a receiver key reads the same is chance.
    return f"subscription:{subscription_id}"


def worker_index_of(vault: Vault, email: str | None) -> bytes | None:
    """Return the keyed hash by which a worker's e-mail is found, the same in capitals or not; None without one."""
    return vault.index(email.strip().lower(), "worker.email") if email else None


def insert_subscription(tx: Connection, new: Subscription) -> None:
    """Store a new subscription; ``models.delivery.delivery.change_subscription_status`` changes its status."""
    tx.execute(insert(subscription).values(_values(new)))


def update_subscription(tx: Connection, changed: Subscription) -> None:
    """Store what its owner changed; not its status, and not how its deliveries do."""
    values = _values(changed)
    kept = {name: value for name, value in values.items() if name not in _NOT_THE_OWNERS}
    tx.execute(update(subscription).where(subscription.c.id == changed.id).values(kept))


def lock_subscription(tx: Connection, subscription_id: UUID) -> Subscription | None:
    """Return a subscription that stays as it is until the end of the transaction; None when there is none."""
    row = tx.execute(select(subscription).where(subscription.c.id == subscription_id).with_for_update()).first()
    return subscription_from(row) if row else None


def delete_subscription(tx: Connection, subscription_id: UUID) -> None:
    """Remove a subscription; its deliveries and disclosures stay as evidence."""
    tx.execute(delete(subscription).where(subscription.c.id == subscription_id))


def load_subscriptions(tx: Connection, ids: Collection[UUID]) -> dict[UUID, Subscription]:
    """Return subscriptions by id."""
    return {row.id: subscription_from(row) for row in tx.execute(_BY_ID, {"ids": list(ids)})}


def subscriptions_of(tx: Connection, organisation_ids: Collection[UUID]) -> list[Subscription]:
    """Return the subscriptions of these organisations, in a fixed order, locked as they are.

    Until the deliveries made for them are committed none can be paused or resumed, so none is left held by mistake.
    """
    query = (
        select(subscription)
        .where(subscription.c.organisation_id.in_(organisation_ids))
        .order_by(subscription.c.id)
        .with_for_update(read=True)
    )
    return [subscription_from(row) for row in tx.execute(query)]


def list_subscriptions(
    tx: Connection, organisation_id: UUID | None, after: UUID | None, limit: int
) -> list[Subscription]:
    """Return a page of subscriptions by id, of one organisation or (None) of all."""
    query = select(subscription).order_by(subscription.c.id).limit(limit)
    if organisation_id is not None:
        query = query.where(subscription.c.organisation_id == organisation_id)
    if after is not None:
        query = query.where(subscription.c.id > after)
    return [subscription_from(row) for row in tx.execute(query)]


def count_subscriptions(tx: Connection, organisation_id: UUID) -> int:
    """Return how many subscriptions an organisation has, active or not."""
    return tx.scalar(_COUNT, {"organisation_id": organisation_id}) or 0


def note_health(tx: Connection, succeeded: Collection[UUID], failed: Collection[UUID], now: datetime) -> None:
    """Remember since when subscriptions fail, and forget it of those that succeed again."""
    if failed:
        tx.execute(_FAILING, {"ids": list(failed), "failing_since": now})
    if succeeded:
        tx.execute(_RECOVERED, {"ids": list(succeeded), "failing_since": None})


_COUNT = select(func.count()).where(subscription.c.organisation_id == bindparam("organisation_id", type_=Id))
_NAMED = update(subscription).where(subscription.c.id.in_(bindparam("ids", expanding=True)))
_FAILING = _NAMED.where(subscription.c.failing_since.is_(None))
_RECOVERED = _NAMED.where(subscription.c.failing_since.is_not(None))


def _values(of: Subscription) -> dict[str, object]:
    return {
        "id": of.id,
        "organisation_id": of.organisation_id,
        "url": of.url,
        "event_types": sorted(of.event_types),
        "status": of.status.value,
        "content": of.content.value,
        "secret_sealed": of.secret_sealed,
        "previous_secret_sealed": of.previous_secret_sealed,
        "previous_secret_expires_at": of.previous_secret_expires_at,
        "failing_since": of.failing_since,
        "status_reason": of.status_reason,
        "areas": sorted(of.areas),
        "worker_index": of.worker_index,
        "signing": of.signing,
        "signing_key_sealed": of.signing_key_sealed,
        "auth_kind": of.auth_kind,
        "auth_sealed": of.auth_sealed,
        "created_at": of.created_at,
        "changed_at": of.changed_at,
    }


def subscription_from(row: Row[Any]) -> Subscription:
    """Read a row of the table."""
    return Subscription(
        id=row.id,
        organisation_id=row.organisation_id,
        url=row.url,
        event_types=frozenset(EventType(name) for name in row.event_types),
        status=SubscriptionStatus(row.status),
        content=Content(row.content),
        secret_sealed=row.secret_sealed,
        previous_secret_sealed=row.previous_secret_sealed,
        previous_secret_expires_at=row.previous_secret_expires_at,
        failing_since=row.failing_since,
        status_reason=row.status_reason,
        areas=frozenset(row.areas),
        worker_index=row.worker_index,
        signing=row.signing,
        signing_key_sealed=row.signing_key_sealed,
        auth_kind=row.auth_kind,
        auth_sealed=row.auth_sealed,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
