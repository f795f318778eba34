"""create trajectories.

Works with the previous release's code: add, backfill, enforce and drop in separate releases.
"""

import sqlalchemy as sa
from alembic import op

from app.models.base import UtcDateTime

revision = "20261123_0901"
down_revision = "20261123_0900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trajectory",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("counsellor_name", sa.String(length=200), nullable=True),
        sa.Column("counsellor_phone", sa.String(length=40), nullable=True),
        sa.Column("closure_reason", sa.String(length=40), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_trajectory_client_id_client")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_trajectory_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trajectory")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_trajectory_referral_id")),
    )
    with op.batch_alter_table("trajectory", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trajectory_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_trajectory_created", ["created_at", "id"], unique=False)
        batch_op.create_index("ix_trajectory_status", ["status", "created_at", "id"], unique=False)

    op.create_table(
        "kbr_application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trajectory_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=True),
        sa.Column("service_decision_meeting_on", sa.Date(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trajectory_id"], ["trajectory.id"], name=op.f("fk_kbr_application_trajectory_id_trajectory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kbr_application")),
        sa.UniqueConstraint("trajectory_id", name=op.f("uq_kbr_application_trajectory_id")),
    )
    op.create_table(
        "party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trajectory_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["trajectory_id"], ["trajectory.id"], name=op.f("fk_party_trajectory_id_trajectory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_trajectory_id"), ["trajectory_id"], unique=False)

    op.create_table(
        "plan",
        sa.Column("trajectory_id", sa.Uuid(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("document_reference", sa.String(length=200), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["trajectory_id"], ["trajectory.id"], name=op.f("fk_plan_trajectory_id_trajectory")),
        sa.PrimaryKeyConstraint("trajectory_id", name=op.f("pk_plan")),
    )
    op.create_table(
        "trajectory_result",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trajectory_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("drop_out_reason", sa.String(length=30), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trajectory_id"], ["trajectory.id"], name=op.f("fk_trajectory_result_trajectory_id_trajectory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trajectory_result")),
    )
    with op.batch_alter_table("trajectory_result", schema=None) as batch_op:
        batch_op.create_index("ix_trajectory_result_trajectory", ["trajectory_id", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("trajectory_result", schema=None) as batch_op:
        batch_op.drop_index("ix_trajectory_result_trajectory")

    op.drop_table("trajectory_result")
    op.drop_table("plan")
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_party_trajectory_id"))

    op.drop_table("party")
    op.drop_table("kbr_application")
    with op.batch_alter_table("trajectory", schema=None) as batch_op:
        batch_op.drop_index("ix_trajectory_status")
        batch_op.drop_index("ix_trajectory_created")
        batch_op.drop_index(batch_op.f("ix_trajectory_client_id"))

    op.drop_table("trajectory")
