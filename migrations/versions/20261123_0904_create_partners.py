"""create partners.

Works with the previous release's code: add, backfill, enforce and drop in separate releases.
"""

import sqlalchemy as sa
from alembic import op

from app.models.base import UtcDateTime

revision = "20261123_0904"
down_revision = "20261123_0903"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner",
        sa.Column("system", sa.String(length=10), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("last_success_at", UtcDateTime(), nullable=True),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("lease_holder", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("system", name=op.f("pk_partner")),
    )
    op.create_table(
        "partner_record",
        sa.Column("system", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("system", "kind", "external_id", name=op.f("pk_partner_record")),
    )
    op.create_table(
        "partner_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=10), nullable=False),
        sa.Column("mapping_version", sa.String(length=20), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("filtered", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_run")),
    )
    with op.batch_alter_table("partner_run", schema=None) as batch_op:
        batch_op.create_index("ix_partner_run_system", ["system", "id"], unique=False)

    op.create_table(
        "quarantine",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.create_index("ix_quarantine_case", ["system", "case_id", "state"], unique=False)
        batch_op.create_index("ix_quarantine_state", ["system", "state", "id"], unique=False)

    op.create_table(
        "external_id",
        sa.Column("system", sa.String(length=10), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_external_id_referral_id_referral")),
        sa.PrimaryKeyConstraint("system", "external_id", name=op.f("pk_external_id")),
        sa.UniqueConstraint("referral_id", "system", name=op.f("uq_external_id_referral_id_system")),
    )


def downgrade() -> None:
    op.drop_table("external_id")
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.drop_index("ix_quarantine_state")
        batch_op.drop_index("ix_quarantine_case")

    op.drop_table("quarantine")
    with op.batch_alter_table("partner_run", schema=None) as batch_op:
        batch_op.drop_index("ix_partner_run_system")

    op.drop_table("partner_run")
    op.drop_table("partner_record")
    op.drop_table("partner")
