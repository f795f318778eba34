"""The tables of trajectories: the trajectory itself, its plan, results, credit bank application and parties."""

from sqlalchemy import Column, Date, ForeignKey, Index, String, Table

from app.models.base import Id, UtcDateTime, metadata
from app.models.sealed import Sealed, SealedBy

trajectory = Table(
    "trajectory",
    metadata,
    Column("id", Id, primary_key=True),
    Column("referral_id", Id, ForeignKey("referral.id"), nullable=False, unique=True),
    Column("client_id", Id, ForeignKey("client.id"), nullable=False, index=True),
    # The same as that of the referral: the list of a referrer is read from one index.
    Column("organisation_id", Id),
    Column("status", String(20), nullable=False),
    Column("disclosed_status", String(20)),
    Column("started_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("counsellor_name", String(200)),
    Column("counsellor_phone", String(40)),
    Column("closure_reason", String(40)),
    Column("ended_on", Date),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_trajectory_created", "created_at", "id"),
    Index("ix_trajectory_status", "status", "created_at", "id"),
)

IS_DISCLOSED = trajectory.c.disclosed_status.is_not(None)
Index(
    "ix_trajectory_disclosed",
    trajectory.c.organisation_id,
    trajectory.c.created_at,
    trajectory.c.id,
    sqlite_where=IS_DISCLOSED,
    postgresql_where=IS_DISCLOSED,
)
Index(
    "ix_trajectory_disclosed_created",
    trajectory.c.created_at,
    trajectory.c.id,
    sqlite_where=IS_DISCLOSED,
    postgresql_where=IS_DISCLOSED,
)

plan = Table(
    "plan",
    metadata,
    Column("trajectory_id", Id, ForeignKey("trajectory.id"), primary_key=True),
    Column("signed_on", Date, nullable=False),
    # Where the plan lies in the document store.
    Column("document", Sealed(SealedBy.CLIENT)),
    Column("recorded_at", UtcDateTime, nullable=False),
)

trajectory_result = Table(
    "trajectory_result",
    metadata,
    Column("id", Id, primary_key=True),
    Column("trajectory_id", Id, ForeignKey("trajectory.id"), nullable=False),
    Column("code", String(30), nullable=False),
    Column("decided_on", Date),
    Column("drop_out_reason", String(30)),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index("ix_trajectory_result_trajectory", "trajectory_id", "id"),
)

kbr_application = Table(
    "kbr_application",
    metadata,
    Column("id", Id, primary_key=True),
    Column("trajectory_id", Id, ForeignKey("trajectory.id"), nullable=False, unique=True),
    Column("status", String(20), nullable=False),
    Column("changed_on", Date),
    Column("service_decision_meeting_on", Date),
    Column("changed_at", UtcDateTime, nullable=False),
)

party = Table(
    "party",
    metadata,
    Column("id", Id, primary_key=True),
    Column("trajectory_id", Id, ForeignKey("trajectory.id"), nullable=False, index=True),
    Column("organisation", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("contact", Sealed(SealedBy.CLIENT)),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date),
)
