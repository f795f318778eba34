"""Referrals that a partner does not know yet, by what identifies them in the partner's own cases."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, select

from app.domain.codes import REFERRER_SYSTEMS, ReferralStatus, System
from app.domain.lifecycle import is_open
from app.domain.linking import LinkableReferral
from app.domain.local_time import local_date
from app.models.access.organisation import organisation
from app.models.bulk import is_any_of
from app.models.cases.client import client
from app.models.cases.external_id import external_id
from app.models.cases.referral import referral

_LINKED = exists().where(external_id.c.system == bindparam("system"), external_id.c.referral_id == referral.c.id)
# The cases of a referrer's system are referrals by organisations that register there.
_REGISTERS_THERE = organisation.c.system == bindparam("system")

_ROWS = (
    select(
        referral.c.id,
        organisation.c.code,
        referral.c.reference,
        client.c.bsn_index,
        referral.c.received_at,
    )
    .join(organisation, organisation.c.id == referral.c.organisation_id)
    .join(client, client.c.id == referral.c.client_id)
    .where(~_LINKED)
)
_OPEN = (
    select(referral.c.id)
    .join(organisation, organisation.c.id == referral.c.organisation_id)
    .where(
        ~_LINKED,
        referral.c.status.in_([each.value for each in ReferralStatus if is_open(each)]),
        referral.c.id > bindparam("after"),
    )
    .order_by(referral.c.id)
    .limit(bindparam("limit"))
)


def _for_each_kind(statement: Select[Any]) -> Mapping[bool, Select[Any]]:
    """Return the statement for the system of referrers (True), and for that of the finance team (False)."""
    return {True: statement.where(_REGISTERS_THERE), False: statement}


def _one_of(column: ColumnElement[object]) -> ColumnElement[bool]:
    return column.in_(bindparam("values", expanding=True))


_BY_ID = _for_each_kind(_ROWS.where(is_any_of(referral.c.id, "ids")))
_BY_REFERENCE = _for_each_kind(_ROWS.where(_one_of(referral.c.reference)))
_BY_BSN = _for_each_kind(_ROWS.where(_one_of(client.c.bsn_index)))
_OPEN_OF = _for_each_kind(_OPEN)


def linkable_by_id(tx: Connection, system: System, ids: Collection[UUID]) -> list[LinkableReferral]:
    """Return those of these referrals that the partner does not know yet."""
    return _read(tx, _BY_ID, system, {"ids": ids}) if ids else []


def linkable_by_reference(tx: Connection, system: System, references: Collection[str]) -> list[LinkableReferral]:
    """Return the referrals with one of these references that the partner does not know yet."""
    return _read(tx, _BY_REFERENCE, system, {"values": list(references)}) if references else []


def linkable_by_bsn(tx: Connection, system: System, indexes: Collection[bytes]) -> list[LinkableReferral]:
    """Return the referrals of clients with one of these keyed hashes of their number that the partner does not know."""
    return _read(tx, _BY_BSN, system, {"values": list(indexes)}) if indexes else []


def open_without_case(tx: Connection, system: System, after: UUID, limit: int) -> list[UUID]:
    """Return a page of the referrals that still wait for something and that the partner does not know, by id."""
    statement = _OPEN_OF[system in REFERRER_SYSTEMS]
    return list(tx.execute(statement, {"system": system, "after": after, "limit": limit}).scalars())


def _read(
    tx: Connection,
    statements: Mapping[bool, Select[Any]],
    system: System,
    values: Mapping[str, Collection[object]],
) -> list[LinkableReferral]:
    rows = tx.execute(statements[system in REFERRER_SYSTEMS], {"system": system, **values})
    return [
        LinkableReferral(
            id=row.id,
            organisation_code=row.code,
            reference=row.reference,
            bsn_index=row.bsn_index,
            received_on=local_date(row.received_at),
        )
        for row in rows
    ]
