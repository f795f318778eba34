"""The versions of the disclosure policy that were used here, each with a digest of what it said."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, Connection, String, Table, bindparam, select

from app.models.base import UtcDateTime, insert_row, metadata

policy_version = Table(
    "policy_version",
    metadata,
    Column("version", String(40), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("first_used_at", UtcDateTime, nullable=False),
)


class UsedPolicy(NamedTuple):
    """A version of the policy that was used.

    Attributes:
        digest: SHA-256 in hex of what it said.
    """

    version: str
    digest: str
    first_used_at: datetime


def find_used_policy(tx: Connection, version: str) -> UsedPolicy | None:
    """Return what was used under a version, None when nothing was."""
    row = tx.execute(_BY_VERSION, {"version": version}).first()
    return UsedPolicy(row.version, row.digest, row.first_used_at) if row else None


def insert_used_policy(tx: Connection, used: UsedPolicy) -> None:
    """Store a version that is used from now on."""
    insert_row(tx, policy_version, used._asdict())


_BY_VERSION = select(policy_version).where(policy_version.c.version == bindparam("version"))
