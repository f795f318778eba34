"""What two systems say about one field: what was last sent of it, and where they contradict each other."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.domain.codes import ReferralStatus, System, TrajectoryStatus
from app.domain.lifecycle import is_ended, is_open
from app.models.base import Id, UtcDateTime, metadata, update_row
from app.models.cases.client import client
from app.models.cases.external_id import external_id
from app.models.cases.referral import referral
from app.models.cases.trajectory import trajectory

partner_field = Table(
    "partner_field",
    metadata,
    Column("system", String(10), primary_key=True),
    Column("referral_id", Id, ForeignKey("referral.id"), primary_key=True),
    Column("field", String(60), primary_key=True),
    # Keyed hash of what the partner last said or was last sent; what comes back with it is an echo, not a change.
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    # How often another value than it held was sent since ``counted_from``: a field that goes to and fro is stopped.
    Column("sent_count", Integer, nullable=False),
    Column("counted_from", UtcDateTime, nullable=False),
)

conflict = Table(
    "conflict",
    metadata,
    Column("id", Id, primary_key=True),
    Column("system", String(10), nullable=False),
    Column("referral_id", Id, ForeignKey("referral.id"), nullable=False),
    Column("field", String(60), nullable=False),
    # not-the-owner, both-changed or loop
    Column("reason", String(20), nullable=False),
    # The three values, sealed under the client's key: they may be personal.
    Column("hub_value", LargeBinary),
    Column("partner_value", LargeBinary),
    Column("base_value", LargeBinary),
    # open, kept or taken: whether the hub's value stayed or the partner's was taken over
    Column("state", String(10), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", String(100)),
    Index("ix_conflict_system", "system", "state", "id"),
    Index("ix_conflict_referral", "referral_id", "id"),
)

_FIELD_KEY = ("system", "referral_id", "field")

_FIELDS = (
    select(partner_field)
    .where(partner_field.c.referral_id.in_(bindparam("referral_ids", expanding=True)))
    .order_by(partner_field.c.system, partner_field.c.referral_id, partner_field.c.field)
)
_SAVED = {
    dialect: statement.on_conflict_do_update(
        index_elements=_FIELD_KEY,
        set_={name: statement.excluded[name] for name in ("fingerprint", "sent_at", "sent_count", "counted_from")},
    )
    for dialect, statement in (
        ("postgresql", postgresql_insert(partner_field)),
        ("sqlite", sqlite_insert(partner_field)),
    )
}
_UNCOUNTED = (
    update(partner_field)
    .where(partner_field.c.referral_id == bindparam("referral"), partner_field.c.field == bindparam("name"))
    .values(sent_count=0)
)
_NEW_CONFLICT = insert(conflict)
_KNOWING = select(external_id.c.system).where(external_id.c.referral_id == bindparam("referral_id"))
_OPEN_LOOPS = select(conflict.c.id, conflict.c.system, conflict.c.referral_id, conflict.c.field).where(
    conflict.c.referral_id.in_(bindparam("referral_ids", expanding=True)),
    conflict.c.state == "open",
    conflict.c.reason == "loop",
)
_OPEN_CLAIMS = select(conflict.c.id, conflict.c.field, conflict.c.partner_value).where(
    conflict.c.referral_id == bindparam("referral_id"),
    conflict.c.system == bindparam("system"),
    conflict.c.state == "open",
    conflict.c.reason == "not-the-owner",
)
_CHANGED_CONFLICT = (
    update(conflict)
    .where(conflict.c.id == bindparam("conflict_id"))
    .values(hub_value=bindparam("hub_value"), base_value=bindparam("base_value"))
)
_FORGOTTEN_VALUES = (
    update(conflict)
    .where(conflict.c.state != "open", conflict.c.decided_at < bindparam("before"), conflict.c.hub_value.is_not(None))
    .values(hub_value=None, partner_value=None, base_value=None)
)
_STILL_GUIDED = exists().where(
    trajectory.c.referral_id == referral.c.id,
    or_(
        trajectory.c.status.not_in([each for each in TrajectoryStatus if is_ended(each)]),
        trajectory.c.changed_at >= bindparam("before"),
    ),
)
_FORGOTTEN_FIELDS = delete(partner_field).where(
    exists().where(
        referral.c.id == partner_field.c.referral_id,
        referral.c.status.not_in([each for each in ReferralStatus if is_open(each)]),
        referral.c.changed_at < bindparam("before"),
        ~_STILL_GUIDED,
    )
)
_CONFLICT = select(conflict).where(conflict.c.system == bindparam("system"), conflict.c.id == bindparam("conflict_id"))
_LOCKED_CONFLICT = _CONFLICT.with_for_update()
_PAGE = (
    select(conflict, client.c.wrapped_key)
    .join(referral, referral.c.id == conflict.c.referral_id)
    .join(client, client.c.id == referral.c.client_id)
    .where(conflict.c.system == bindparam("system"), conflict.c.state == bindparam("state"))
    .order_by(conflict.c.id)
    .limit(bindparam("most"))
)
_NEXT_PAGE = _PAGE.where(conflict.c.id > bindparam("after"))


def held_fields(tx: Connection, referral_ids: Collection[UUID]) -> list[Row[Any]]:
    """Return what is remembered of the fields of these referrals, for every partner."""
    return list(tx.execute(_FIELDS, {"referral_ids": list(referral_ids)}))


def save_fields(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Remember what partners hold; each row stands for one field of one referral at one partner."""
    if rows:
        # Always in one order, so that two transactions that save the same rows cannot wait for each other.
        tx.execute(_SAVED[tx.dialect.name], sorted(rows, key=itemgetter(*_FIELD_KEY)))


def forget_sends(tx: Connection, referral_id: UUID, field: str) -> None:
    """Count how often a field is sent from nought again, at every partner."""
    tx.execute(_UNCOUNTED, {"referral": referral_id, "name": field})


def systems_that_know(tx: Connection, referral_id: UUID) -> set[System]:
    """Return the partners that have an id of their own for a referral."""
    return {System(name) for name in tx.execute(_KNOWING, {"referral_id": referral_id}).scalars()}


def insert_conflicts(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep values that stand against each other."""
    if rows:
        tx.execute(_NEW_CONFLICT, list(rows))


def update_conflict(tx: Connection, conflict_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of a conflict."""
    update_row(tx, conflict, conflict_id, values)


def update_conflicts(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Bring the hub's and the base value of conflicts up to date; each row has them and a ``conflict_id``."""
    if rows:
        tx.execute(_CHANGED_CONFLICT, list(rows))


def open_claims(tx: Connection, referral_id: UUID, system: System) -> list[Row[Any]]:
    """Return id, field and sealed value of what a system said without owning it, and nobody decided on yet."""
    return list(tx.execute(_OPEN_CLAIMS, {"referral_id": referral_id, "system": system}))


def open_loops(tx: Connection, referral_ids: Collection[UUID]) -> list[Row[Any]]:
    """Return id, system, referral and field of the loops of referrals that nobody decided on yet."""
    return list(tx.execute(_OPEN_LOOPS, {"referral_ids": list(referral_ids)}))


def find_conflict(tx: Connection, system: System, conflict_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Return a conflict with a partner, or None; locked until the end of the transaction when asked."""
    statement = _LOCKED_CONFLICT if lock else _CONFLICT
    return tx.execute(statement, {"system": system, "conflict_id": conflict_id}).first()


def list_conflicts(tx: Connection, system: System, state: str, after: UUID | None, limit: int) -> list[Row[Any]]:
    """Return conflicts with a partner, oldest first, with the wrapped key of their client."""
    asked = {"system": system, "state": state, "most": limit}
    return list(tx.execute(_NEXT_PAGE, {**asked, "after": after}) if after else tx.execute(_PAGE, asked))


def forget_decided_values(tx: Connection, before: datetime) -> int:
    """Destroy the values of conflicts that were decided before this moment; returns of how many."""
    return tx.execute(_FORGOTTEN_VALUES, {"before": before}).rowcount


def forget_held_fields(tx: Connection, before: datetime) -> int:
    """Forget what partners hold of referrals that are over, and did not change since this moment; returns how many."""
    return tx.execute(_FORGOTTEN_FIELDS, {"before": before}).rowcount
