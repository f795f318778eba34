"""Organisations: who refers, guides, decides and operates (*organisaties*)."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Connection, Row, String, Table, bindparam, select

from app.domain.codes import OrganisationRole, ReferrerKind, System
from app.domain.values import Organisation
from app.models.base import Id, UtcDateTime, insert_row, metadata, update_row
from app.models.bulk import is_any_of

organisation = Table(
    "organisation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", String(80), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("kind", String(30)),
    Column("system", String(10), nullable=False),
    Column("area", String(80)),
    Column("active", Boolean, nullable=False, default=True),
    Column("changed_at", UtcDateTime, nullable=False),
)

COLUMNS = tuple(
    organisation.c[name].label(f"organisation_row_{name}" if name == "id" else f"organisation_{name}")
    for name in ("id", "code", "name", "role", "kind", "system", "area", "active")
)
"""The columns of an organisation in a joined query."""


_BY_CODE = select(*COLUMNS).where(organisation.c.code == bindparam("code"))
_LOCKED = select(organisation.c.id).where(organisation.c.id == bindparam("id", type_=Id)).with_for_update()
_BY_ID = select(*COLUMNS).where(is_any_of(organisation.c.id, "ids"))


def to_organisation(row: Row[Any]) -> Organisation:
    """Read an organisation from a row that holds ``COLUMNS``."""
    return organisation_of(
        row.organisation_row_id,
        row.organisation_code,
        row.organisation_name,
        row.organisation_role,
        row.organisation_kind,
        row.organisation_system,
        row.organisation_area,
        row.organisation_active,
    )


# A list has the same few organisations in every row.
@lru_cache(maxsize=1024)
def organisation_of(  # noqa: PLR0913  # the columns
    id: UUID,
    code: str,
    name: str,
    role: str,
    kind: str | None,
    system: str,
    area: str | None,
    active: bool,
) -> Organisation:
    """Read an organisation from the values of ``COLUMNS``, in their order."""
    return Organisation(
        id=id,
        code=code,
        name=name,
        role=OrganisationRole(role),
        kind=ReferrerKind(kind) if kind else None,
        system=System(system),
        area=area,
        active=active,
    )


def find_organisation(tx: Connection, code: str) -> Organisation | None:
    """Return the organisation with this code, or None."""
    row = tx.execute(_BY_CODE, {"code": code}).first()
    return to_organisation(row) if row else None


def load_organisations(tx: Connection, ids: Collection[UUID]) -> dict[UUID, Organisation]:
    """Return organisations by id."""
    return {row.organisation_row_id: to_organisation(row) for row in tx.execute(_BY_ID, {"ids": ids})}


def lock_organisation(tx: Connection, organisation_id: UUID) -> None:
    """Lock an organisation until the end of the transaction, to count and add what belongs to it."""
    tx.execute(_LOCKED, {"id": organisation_id})


def list_organisations(tx: Connection, after_code: str | None, limit: int) -> list[Organisation]:
    """Return a page of organisations by code."""
    query = select(*COLUMNS).order_by(organisation.c.code).limit(limit)
    if after_code is not None:
        query = query.where(organisation.c.code > after_code)
    return [to_organisation(row) for row in tx.execute(query)]


def list_kinds(tx: Connection, system: System) -> frozenset[str]:
    """Return the kinds of the referrers that register in a system."""
    query = select(organisation.c.kind).where(organisation.c.system == system.value, organisation.c.kind.is_not(None))
    return frozenset(tx.scalars(query.distinct()))


def insert_organisation(tx: Connection, new: Organisation, now: datetime) -> None:
    """Store a new organisation."""
    insert_row(tx, organisation, _values(new, now))


def update_organisation(tx: Connection, changed: Organisation, now: datetime) -> None:
    """Store the changes of an organisation."""
    update_row(tx, organisation, changed.id, _values(changed, now))


def _values(of: Organisation, now: datetime) -> dict[str, object]:
    return {
        "id": of.id,
        "code": of.code,
        "name": of.name,
        "role": of.role,
        "kind": of.kind,
        "system": of.system,
        "area": of.area,
        "active": of.active,
        "changed_at": now,
    }
