"""ask referrers for information, and keep signals."""

import sqlalchemy as sa
from alembic import op

from app.models.base import Id, UtcDateTime

revision = "20261201_0510"
down_revision = "20261201_0500"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referral", sa.Column("question_count", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "information_request",
        sa.Column("id", Id(), nullable=False),
        sa.Column("referral_id", Id(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_information_request_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_information_request"),
    )
    op.create_index("ix_information_request_referral", "information_request", ["referral_id", "id"])
    op.create_table(
        "signal",
        sa.Column("id", Id(), nullable=False),
        sa.Column("referral_id", Id(), nullable=False),
        sa.Column("is_of_bank", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_signal_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_signal"),
    )
    op.create_index("ix_signal_referral", "signal", ["referral_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_signal_referral", table_name="signal")
    op.drop_table("signal")
    op.drop_index("ix_information_request_referral", table_name="information_request")
    op.drop_table("information_request")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_column("question_count")
