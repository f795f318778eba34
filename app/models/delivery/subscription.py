"""Subscriptions: which organisation receives which events at which address (*abonnementen*)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from app.domain.codes import OrganisationRole
from app.domain.events import EventType
from app.models.access.organisation import organisation
from app.models.base import Id, JsonDocument, UtcDateTime, metadata
from app.models.bulk import is_any_of
from app.models.sealed import Sealed, SealedBy, place_of


class SubscriptionStatus(StrEnum):
    """Whether events are sent.

    Only to an ``active`` subscription; events for the others are parked until it is active again. ``pending`` waits for
    the consent of the address or the approval of an operator, ``paused`` was requested by the owner, ``disabled``
    follows when the address answers 410 Gone.
    """

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class Content(StrEnum):
    """How much an event contains: every field that the privacy gate releases, or ids only (*informatiearm*)."""

    FILTERED = "filtered"
    THIN = "thin"


class Signing(StrEnum):
    """How requests are signed: with the shared secret (HMAC), or also with an ed25519 key of the hub."""

    V1 = "v1"
    V1A = "v1a"


class AuthKind(StrEnum):
    """How the hub authenticates to the receiver, in addition to its signature."""

    OAUTH = "oauth"
    MTLS = "mtls"


subscription = Table(
    "subscription",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", Id, nullable=False),
    # Its path and query are often a secret of the receiver.
    Column("url_sealed", Sealed(SealedBy.HUB), nullable=False),
    Column("event_types", JsonDocument, nullable=False),
    Column("status", String(10), nullable=False),
    Column("content", String(10), nullable=False),
    Column("secret_sealed", Sealed(SealedBy.HUB), nullable=False),
    Column("previous_secret_sealed", Sealed(SealedBy.HUB)),
    Column("previous_secret_expires_at", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("status_reason", String(50)),
    Column("areas", JsonDocument, nullable=False, server_default="[]"),
    Column("worker_index", LargeBinary(32)),
    Column("signing", String(4), nullable=False, server_default="v1"),
    Column("signing_key_sealed", Sealed(SealedBy.HUB)),
    Column("auth_kind", String(10)),
    Column("auth_sealed", Sealed(SealedBy.HUB)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    Index("ix_subscription_organisation", "organisation_id", "id"),
)

# Written by others than the owner: by ``change_subscription_status`` and ``note_health``.
_NOT_THE_OWNERS = {"id", "organisation_id", "status", "status_reason", "failing_since", "created_at"}


@dataclass(frozen=True, kw_only=True)
class SubscriptionSettings:
    """What an organisation asks for, and may read back.

    Attributes:
        event_types: the types to send; empty means all types that the owner may receive.
        areas: only referrals of clients who live in these areas (*gebieden*); empty means all areas.
    """

    event_types: frozenset[EventType] = frozenset()
    areas: frozenset[str] = frozenset()
    content: Content = Content.FILTERED
    signing: Signing = Signing.V1


@dataclass(frozen=True, kw_only=True)
class Subscription(SubscriptionSettings):
    """A stored subscription.

    Attributes:
        url_sealed: the address that receives the events; like every sealed value, for :func:`place_of_sealed`.
        secret_sealed: the signing secret.
        previous_secret_sealed: the secret before rotation, which also signs until it expires.
        failing_since: when the deliveries began to fail; None when the last one succeeded.
        status_reason: why the status is what it is, as a code.
        worker_index: only referrals of this worker (*eigen cliënten*); keyed hash.
        signing_key_sealed: the ed25519 key; None unless ``signing`` is ``v1a``.
        auth_kind: None when the hub authenticates by its signature alone.
        auth_sealed: the credentials of ``auth_kind``, as JSON.
        revision: number of the present state, from 1; every change but that of ``failing_since`` increments it.
    """

    id: UUID
    organisation_id: UUID
    url_sealed: bytes
    secret_sealed: bytes
    created_at: datetime
    changed_at: datetime
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE
    previous_secret_sealed: bytes | None = None
    previous_secret_expires_at: datetime | None = None
    failing_since: datetime | None = None
    status_reason: str | None = None
    worker_index: bytes | None = None
    signing_key_sealed: bytes | None = None
    auth_kind: AuthKind | None = None
    auth_sealed: bytes | None = None
    revision: int = 1


ORGANISATION_NOT_ACTIVE = "organisation-not-active"
"""The ``status_reason`` of a subscription that is paused as long as its organisation is cut off."""

SealedColumn = Literal["url_sealed", "secret_sealed", "previous_secret_sealed", "signing_key_sealed", "auth_sealed"]


def place_of_sealed(column: SealedColumn, subscription_id: UUID) -> str:
    """Return the place for which a value of a subscription is sealed."""
    return place_of(subscription.c[column], subscription_id)


def insert_subscription(tx: Connection, new: Subscription) -> None:
    """Store a new subscription."""
    tx.execute(insert(subscription), _values(new))


def update_subscription(tx: Connection, changed: Subscription) -> None:
    """Store what its owner changed; not its status, and not the health of its deliveries."""
    kept = {name: value for name, value in _values(changed).items() if name not in _NOT_THE_OWNERS}
    tx.execute(update(subscription).where(subscription.c.id == changed.id).values(kept))


def lock_subscription(tx: Connection, subscription_id: UUID) -> Subscription | None:
    """Return a subscription, locked until the end of the transaction; None when there is none."""
    row = tx.execute(_LOCKED, {"id": subscription_id}).mappings().first()
    return to_subscription(row) if row else None


def delete_subscription(tx: Connection, subscription_id: UUID) -> None:
    """Remove a subscription; its deliveries and disclosures stay as evidence."""
    tx.execute(delete(subscription).where(subscription.c.id == subscription_id))


def load_subscriptions(tx: Connection, ids: Collection[UUID]) -> dict[UUID, Subscription]:
    """Return subscriptions by id."""
    rows = tx.execute(_BY_ID, {"ids": ids}).mappings()
    return {row["id"]: to_subscription(row) for row in rows}


def load_for_sending(tx: Connection, ids: Collection[UUID]) -> dict[UUID, Subscription]:
    """Return subscriptions by id as they are to be served: that of an organisation that is cut off is paused."""
    rows = tx.execute(_FOR_SENDING, {"ids": ids}).mappings()
    return {row["id"]: _as_served(to_subscription(row), row["owner_is_active"]) for row in rows}


def lock_subscriptions_of(tx: Connection, organisation_id: UUID) -> list[Subscription]:
    """Return the subscriptions of an organisation, in a fixed order, locked until the end of the transaction."""
    return [to_subscription(row) for row in tx.execute(_LOCKED_OF, {"organisation_id": organisation_id}).mappings()]


def subscriptions_of(tx: Connection, organisation_ids: Collection[UUID]) -> list[Subscription]:
    """Return the subscriptions of these organisations, in a fixed order, locked for reading.

    Until the deliveries made for them are committed none can be paused or resumed, so none stays parked by mistake.
    """
    return [to_subscription(row) for row in tx.execute(_OF_ORGANISATIONS, {"ids": organisation_ids}).mappings()]


def operators_subscriptions(tx: Connection, event_types: Collection[EventType]) -> list[Subscription]:
    """Return the subscriptions of operators that name one of these types, locked as :func:`subscriptions_of` does."""
    every = [to_subscription(row) for row in tx.execute(_OF_OPERATORS).mappings()]
    return [each for each in every if not each.event_types.isdisjoint(event_types)]


def list_subscriptions(
    tx: Connection, organisation_id: UUID | None, after: UUID | None, limit: int
) -> list[Subscription]:
    """Return a page of subscriptions by id, of one organisation or (None) of all."""
    query = select(subscription).order_by(subscription.c.id).limit(limit)
    if organisation_id is not None:
        query = query.where(subscription.c.organisation_id == organisation_id)
    if after is not None:
        query = query.where(subscription.c.id > after)
    return [to_subscription(row) for row in tx.execute(query).mappings()]


def count_subscriptions(tx: Connection, organisation_id: UUID) -> int:
    """Return the number of subscriptions of an organisation, active or not."""
    return tx.scalar(_COUNT, {"organisation_id": organisation_id}) or 0


def note_health(tx: Connection, succeeded: Collection[UUID], failed: Collection[UUID], now: datetime) -> None:
    """Record since when subscriptions fail, and clear it for those that succeed again."""
    if failed:
        tx.execute(_FAILING, {"ids": failed, "failing_since": now})
    if succeeded:
        tx.execute(_RECOVERED, {"ids": succeeded, "failing_since": None})


_BY_ID = select(subscription).where(is_any_of(subscription.c.id, "ids"))
# Outer, because an organisation that is not known was not cut off.
_FOR_SENDING = (
    select(subscription, organisation.c.active.label("owner_is_active"))
    .select_from(subscription.outerjoin(organisation, organisation.c.id == subscription.c.organisation_id))
    .where(is_any_of(subscription.c.id, "ids"))
)
_LOCKED_OF = (
    select(subscription)
    .where(subscription.c.organisation_id == bindparam("organisation_id", type_=Id))
    .order_by(subscription.c.id)
    .with_for_update()
)
_LOCKED = select(subscription).where(subscription.c.id == bindparam("id")).with_for_update()
_OF_ORGANISATIONS = (
    select(subscription)
    .where(is_any_of(subscription.c.organisation_id, "ids"))
    .order_by(subscription.c.id)
    .with_for_update(read=True)
)
_OF_OPERATORS = (
    select(subscription)
    .where(
        subscription.c.organisation_id.in_(
            select(organisation.c.id).where(organisation.c.role == OrganisationRole.OPERATOR.value)
        )
    )
    .order_by(subscription.c.id)
    .with_for_update(read=True)
)
_COUNT = select(func.count()).where(subscription.c.organisation_id == bindparam("organisation_id", type_=Id))
_NAMED = update(subscription).where(is_any_of(subscription.c.id, "ids"))
_FAILING = _NAMED.where(subscription.c.failing_since.is_(None))
_RECOVERED = _NAMED.where(subscription.c.failing_since.is_not(None))


def _as_served(found: Subscription, owner_is_active: bool | None) -> Subscription:
    if owner_is_active is False and found.status is SubscriptionStatus.ACTIVE:
        return replace(found, status=SubscriptionStatus.PAUSED, status_reason=ORGANISATION_NOT_ACTIVE)
    return found


def _values(of: Subscription) -> dict[str, object]:
    return {
        "id": of.id,
        "organisation_id": of.organisation_id,
        "url_sealed": of.url_sealed,
        "event_types": sorted(of.event_types),
        "areas": sorted(of.areas),
        "content": of.content,
        "signing": of.signing,
        "status": of.status,
        "status_reason": of.status_reason,
        "secret_sealed": of.secret_sealed,
        "previous_secret_sealed": of.previous_secret_sealed,
        "previous_secret_expires_at": of.previous_secret_expires_at,
        "failing_since": of.failing_since,
        "worker_index": of.worker_index,
        "signing_key_sealed": of.signing_key_sealed,
        "auth_kind": of.auth_kind,
        "auth_sealed": of.auth_sealed,
        "created_at": of.created_at,
        "changed_at": of.changed_at,
        "revision": of.revision,
    }


def to_subscription(row: RowMapping) -> Subscription:
    """Return the subscription of a row of the table."""
    return Subscription(
        id=row["id"],
        organisation_id=row["organisation_id"],
        url_sealed=row["url_sealed"],
        event_types=frozenset(EventType(name) for name in row["event_types"]),
        areas=frozenset(row["areas"]),
        content=Content(row["content"]),
        signing=Signing(row["signing"]),
        status=SubscriptionStatus(row["status"]),
        status_reason=row["status_reason"],
        secret_sealed=row["secret_sealed"],
        previous_secret_sealed=row["previous_secret_sealed"],
        previous_secret_expires_at=row["previous_secret_expires_at"],
        failing_since=row["failing_since"],
        worker_index=row["worker_index"],
        signing_key_sealed=row["signing_key_sealed"],
        auth_kind=AuthKind(row["auth_kind"]) if row["auth_kind"] else None,
        auth_sealed=row["auth_sealed"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        revision=row["revision"],
    )
