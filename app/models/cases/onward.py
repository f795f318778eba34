"""Onward referrals: to which organisation or body a client was referred, and what became of it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, String, Table, bindparam, literal, select, update

from app.domain.codes import OnwardStatus, System
from app.domain.queries import Position
from app.domain.values import OnwardReferral
from app.models.access.organisation import organisation
from app.models.base import Columns, Id, UtcDateTime, is_older, metadata
from app.models.bulk import is_any_of

onward_referral = Table(
    "onward_referral",
    metadata,
    Column("id", Id, primary_key=True),
    Column("referral_id", Id, ForeignKey("referral.id"), nullable=False),
    Column("organisation_id", Id, ForeignKey("organisation.id")),
    Column("to_name", String(200), nullable=False),
    Column("to_code", String(80), nullable=False),
    Column("status", String(20), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_onward_referral_referral", "referral_id", "id"),
    Index("ix_onward_referral_organisation", "organisation_id", "made_at", "id"),
)

_OF_REFERRALS = (
    select(onward_referral)
    .where(is_any_of(onward_referral.c.referral_id, "referral_ids"))
    .order_by(onward_referral.c.id)
)
CHANGED_ONWARD = update(onward_referral).where(onward_referral.c.id == bindparam("row_id"))
"""Writes the columns of :func:`changed_onward_columns`."""


@dataclass(frozen=True)
class Arrival:
    """An onward referral as it arrived at an organisation."""

    referral_id: UUID
    onward: OnwardReferral

    @property
    def position(self) -> Position:
        """Its place in the list of what arrived, newest first."""
        return Position(self.onward.made_at, self.onward.id)


def onward_referrals_of(tx: Connection, referral_ids: Collection[UUID]) -> dict[UUID, tuple[OnwardReferral, ...]]:
    """Return all onward referrals of referrals, oldest first, by referral; those without one are left out."""
    found: dict[UUID, list[OnwardReferral]] = defaultdict(list)
    for row in tx.execute(_OF_REFERRALS, {"referral_ids": referral_ids}) if referral_ids else ():
        found[row.referral_id].append(_to_onward(row))
    return {referral_id: tuple(each) for referral_id, each in found.items()}


def list_arrivals(tx: Connection, organisation_id: UUID, after: Position | None, limit: int) -> list[Arrival]:
    """Return what arrived at an organisation, newest first, after a position; one over the limit if there is more."""
    query = select(onward_referral).where(onward_referral.c.organisation_id == organisation_id)
    if after:
        moment, id = literal(after.moment, UtcDateTime), literal(after.id, Id)
        query = query.where(is_older(onward_referral.c.made_at, onward_referral.c.id, moment, id))
    ordered = query.order_by(onward_referral.c.made_at.desc(), onward_referral.c.id.desc()).limit(limit + 1)
    return [Arrival(row.referral_id, _to_onward(row)) for row in tx.execute(ordered)]


def find_arrival(tx: Connection, organisation_id: UUID, onward_id: UUID) -> Arrival | None:
    """Return what arrived at an organisation with this id, or None."""
    query = select(onward_referral).where(
        onward_referral.c.id == onward_id, onward_referral.c.organisation_id == organisation_id
    )
    row = tx.execute(query).one_or_none()
    return Arrival(row.referral_id, _to_onward(row)) if row else None


def referrals_of_onward(tx: Connection, system: System, onward_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the referrals of onward referrals to organisations that work in a system, by their ids."""
    query = (
        select(onward_referral.c.id, onward_referral.c.referral_id)
        .join(organisation, organisation.c.id == onward_referral.c.organisation_id)
        .where(onward_referral.c.id.in_(onward_ids), organisation.c.system == system)
    )
    return {row.id: row.referral_id for row in tx.execute(query)} if onward_ids else {}


def new_onward_columns(referral_id: UUID, new: OnwardReferral) -> Columns:
    """Return every column of a new onward referral."""
    return {
        "id": new.id,
        "referral_id": referral_id,
        "organisation_id": new.organisation_id,
        "to_name": new.to,
        "to_code": new.to_code,
        "status": new.status,
        "made_at": new.made_at,
        "changed_at": new.changed_at,
    }


def changed_onward_columns(changed: OnwardReferral) -> Columns:
    """Return the columns that change with its status, with ``row_id``."""
    return {"row_id": changed.id, "status": changed.status, "changed_at": changed.changed_at}


def _to_onward(row: Row[Any]) -> OnwardReferral:
    made_at: datetime = row.made_at
    return OnwardReferral(
        id=row.id,
        organisation_id=row.organisation_id,
        to=row.to_name,
        to_code=row.to_code,
        made_at=made_at,
        changed_at=row.changed_at,
        status=OnwardStatus(row.status),
    )
