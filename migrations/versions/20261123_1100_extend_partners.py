"""extend partners: pauses, revisions, drift, jobs, decisions on the quarantine, ownership and conflicts.

Works with the previous release's code: add, backfill, enforce and drop in separate releases.
"""

import sqlalchemy as sa
from alembic import op

from app.models.base import JsonDocument, UtcDateTime

revision = "20261123_1100"
down_revision = "20261123_1010"
branch_labels = None
depends_on = None

_ADDED = {
    "partner": ("pause_reason", "paused_by", "failures", "retry_at", "alerted"),
    "partner_record": ("revision", "case_id"),
    "partner_run": ("kind", "drift"),
    "quarantine": ("occurred_at", "referral_id", "revision", "decided_by", "decision"),
}


def upgrade() -> None:
    op.add_column("partner", sa.Column("pause_reason", sa.String(length=300), nullable=True))
    op.add_column("partner", sa.Column("paused_by", sa.String(length=100), nullable=True))
    op.add_column("partner", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.add_column("partner", sa.Column("retry_at", UtcDateTime(), nullable=True))
    op.add_column("partner", sa.Column("alerted", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("partner_record", sa.Column("revision", sa.BigInteger(), nullable=True))
    op.add_column("partner_record", sa.Column("case_id", sa.String(), nullable=True))
    op.add_column("partner_run", sa.Column("kind", sa.String(length=12), server_default="pull", nullable=False))
    op.add_column("partner_run", sa.Column("drift", JsonDocument(), nullable=True))
    op.add_column("quarantine", sa.Column("occurred_at", UtcDateTime(), nullable=True))
    op.add_column("quarantine", sa.Column("referral_id", sa.Uuid(), nullable=True))
    op.add_column("quarantine", sa.Column("revision", sa.BigInteger(), nullable=True))
    op.add_column("quarantine", sa.Column("decided_by", sa.String(length=100), nullable=True))
    op.add_column("quarantine", sa.Column("decision", sa.String(length=300), nullable=True))
    op.create_table(
        "partner_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("requested_by", sa.String(length=100), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("report", JsonDocument(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_job")),
    )
    op.create_index("ix_partner_job_system", "partner_job", ["system", "id"], unique=False)
    op.create_table(
        "partner_field",
        sa.Column("system", sa.String(length=10), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("sent_count", sa.Integer(), nullable=False),
        sa.Column("counted_from", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_partner_field_referral_id_referral")),
        sa.PrimaryKeyConstraint("system", "referral_id", "field", name=op.f("pk_partner_field")),
    )
    op.create_table(
        "conflict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=10), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("hub_value", sa.LargeBinary(), nullable=True),
        sa.Column("partner_value", sa.LargeBinary(), nullable=True),
        sa.Column("base_value", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_conflict_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    op.create_index("ix_conflict_system", "conflict", ["system", "state", "id"], unique=False)
    op.create_index("ix_conflict_referral", "conflict", ["referral_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("conflict")
    op.drop_table("partner_field")
    op.drop_table("partner_job")
    for table, columns in _ADDED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in reversed(columns):
                batch_op.drop_column(column)
