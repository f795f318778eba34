"""Leases: which attempts to deliver are under way, and until when no other worker may take their deliveries.

A worker that takes deliveries of a receiver adds one lease for all of them. What is under way is in the leases alone:
the deliveries themselves stay pending until it is recorded how their attempts ended. The row of the receiver is locked
by whoever adds, changes or deletes its leases.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, RowMapping, Table, bindparam, delete, select, update

from app.domain.receivers import ReceiverKey
from app.models.base import Id, JsonDocument, ReceiverText, UtcDateTime, execute_all, metadata
from app.models.bulk import is_any_of

__all__ = [
    "BegunAttempt",
    "Lease",
    "all_leases",
    "attempts_under_way",
    "end_attempts",
    "end_leases",
    "insert_leases",
    "leases_of",
]

delivery_lease = Table(
    "delivery_lease",
    metadata,
    Column("id", Id, primary_key=True),
    Column("receiver", ReceiverText, nullable=False, index=True),
    Column("lease_until", UtcDateTime, nullable=False),
    Column("attempts", JsonDocument, nullable=False),
)


@dataclass(frozen=True)
class BegunAttempt:
    """An attempt that was begun.

    Attributes:
        number: of the delivery's attempts, from 1.
        sequence: of the delivery in its chain.
    """

    number: int
    sequence: int


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The attempts that one worker began together for one receiver, by delivery, less those that ended."""

    id: UUID
    receiver: ReceiverKey
    until: datetime
    attempts: Mapping[UUID, BegunAttempt]


def insert_leases(tx: Connection, leases: Sequence[Lease]) -> None:
    """Store leases."""
    execute_all(
        tx,
        delivery_lease.insert(),
        [
            {"id": each.id, "receiver": each.receiver, "lease_until": each.until, "attempts": _document(each.attempts)}
            for each in leases
        ],
    )


def leases_of(tx: Connection, receivers: Collection[ReceiverKey]) -> list[Lease]:
    """Return the leases of receivers, also those that ran out."""
    return [_lease(row) for row in tx.execute(_OF_RECEIVERS, {"receivers": receivers}).mappings()]


def all_leases(tx: Connection) -> list[Lease]:
    """Return every lease, also those that ran out."""
    return [_lease(row) for row in tx.execute(select(delivery_lease)).mappings()]


def attempts_under_way(leases: Collection[Lease]) -> dict[UUID, BegunAttempt]:
    """Return the attempts of leases by delivery."""
    return {id: begun for lease in leases for id, begun in lease.attempts.items()}


def end_attempts(tx: Connection, leases: Collection[Lease], ended: Collection[UUID]) -> None:
    """Take the attempts of these deliveries out of leases; a lease without attempts is deleted."""
    remaining = [_without(lease, ended) for lease in leases if not lease.attempts.keys().isdisjoint(ended)]
    end_leases(tx, [lease for lease in remaining if not lease.attempts])
    changed = [{"of_id": lease.id, "attempts": _document(lease.attempts)} for lease in remaining if lease.attempts]
    execute_all(tx, _CHANGE, changed)


def end_leases(tx: Connection, leases: Collection[Lease]) -> None:
    """Delete leases."""
    if leases:
        tx.execute(_DELETE, {"ids": [each.id for each in leases]})


_OF_RECEIVERS = select(delivery_lease).where(is_any_of(delivery_lease.c.receiver, "receivers"))
_CHANGE = update(delivery_lease).where(delivery_lease.c.id == bindparam("of_id"))
_DELETE = delete(delivery_lease).where(is_any_of(delivery_lease.c.id, "ids"))


def _without(lease: Lease, ended: Collection[UUID]) -> Lease:
    return replace(lease, attempts={id: begun for id, begun in lease.attempts.items() if id not in ended})


def _document(attempts: Mapping[UUID, BegunAttempt]) -> dict[str, list[int]]:
    return {id.hex: [begun.number, begun.sequence] for id, begun in attempts.items()}


def _lease(row: RowMapping) -> Lease:
    return Lease(
        id=row["id"],
        receiver=row["receiver"],
        until=row["lease_until"],
        attempts={UUID(hex=id): BegunAttempt(*begun) for id, begun in row["attempts"].items()},
    )
