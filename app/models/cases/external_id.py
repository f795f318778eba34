"""Under which id each partner system knows a referral."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    exists,
    insert,
    select,
)

from app.domain.codes import System
from app.models.base import Columns, Id, execute_all, insert_row, metadata
from app.models.bulk import is_any_of
from app.models.cases.referral import referral

external_id = Table(
    "external_id",
    metadata,
    Column("system", String(10), primary_key=True),
    Column("external_id", String, primary_key=True),
    Column("referral_id", Id, ForeignKey("referral.id"), nullable=False),
    UniqueConstraint("referral_id", "system"),
)


_LINKED = select(external_id.c.external_id, external_id.c.referral_id).where(
    external_id.c.system == bindparam("system")
)
_NEW = insert(external_id).inline()
_LINKABLE = select(referral.c.id).where(
    is_any_of(referral.c.id, "ids"),
    ~exists().where(external_id.c.system == bindparam("system"), external_id.c.referral_id == referral.c.id),
)
_BY_PARTNER_ID = _LINKED.where(external_id.c.external_id.in_(bindparam("ids", expanding=True)))
_BY_REFERRAL = _LINKED.where(is_any_of(external_id.c.referral_id, "ids"))


def link(tx: Connection, system: System, partner_id: str, referral_id: UUID) -> None:
    """Keep the partner's id of a referral; the same link again changes nothing."""
    if referral_of(tx, system, [partner_id]).get(partner_id) != referral_id:
        insert_row(tx, external_id, {"system": system, "external_id": partner_id, "referral_id": referral_id})


def insert_links(tx: Connection, links: Sequence[tuple[System, str, UUID]]) -> None:
    """Store under which id a partner knows a referral: system, the partner's id and the referral's id."""
    execute_all(tx, _NEW, link_columns(links))


def link_columns(links: Sequence[tuple[System, str, UUID]]) -> list[Columns]:
    """Return the rows of links: system, the partner's id and the referral's id."""
    return [{"system": system, "external_id": id, "referral_id": referral_id} for system, id, referral_id in links]


def linkable(tx: Connection, system: System, referral_ids: Collection[UUID]) -> set[UUID]:
    """Return which of these referrals exist and are not known to the partner under an id yet."""
    if not referral_ids:
        return set()
    return set(tx.execute(_LINKABLE, {"system": system, "ids": referral_ids}).scalars())


def referral_of(tx: Connection, system: System, partner_ids: Collection[str]) -> dict[str, UUID]:
    """Return the referrals by the partner's ids; unknown ones are left out."""
    rows = tx.execute(_BY_PARTNER_ID, {"system": system, "ids": list(partner_ids)})
    return {row.external_id: row.referral_id for row in rows}


def external_id_of(tx: Connection, system: System, referral_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the partner's ids by referral; a referral the partner does not know is left out."""
    rows = tx.execute(_BY_REFERRAL, {"system": system, "ids": referral_ids})
    return {row.referral_id: row.external_id for row in rows}
