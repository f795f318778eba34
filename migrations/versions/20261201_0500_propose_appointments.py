"""propose appointments, and plan meetings after the intake."""

import sqlalchemy as sa
from alembic import op

from app.models.base import Id, JsonDocument, UtcDateTime

revision = "20261201_0500"
down_revision = "20261201_0450"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appointment", sa.Column("kind", sa.String(length=40), nullable=False, server_default="intake"))
    op.add_column("appointment", sa.Column("minutes", sa.Integer(), nullable=True))
    op.add_column("appointment", sa.Column("proposed_times", JsonDocument(), nullable=True))
    op.add_column("appointment", sa.Column("proposed_at", UtcDateTime(), nullable=True))
    op.add_column("appointment", sa.Column("answer_by", sa.Date(), nullable=True))
    op.add_column("appointment", sa.Column("series_id", Id(), nullable=True))
    op.add_column("appointment", sa.Column("moves", sa.Integer(), nullable=False, server_default="0"))
    # What was planned before is not told again on the day before.
    op.add_column("appointment", sa.Column("is_due_reported", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.alter_column("starts_at", nullable=True)


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM appointment WHERE starts_at IS NULL OR kind != 'intake'"))
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.alter_column("starts_at", nullable=False)
        for column in (
            "is_due_reported",
            "moves",
            "series_id",
            "answer_by",
            "proposed_at",
            "proposed_times",
            "minutes",
            "kind",
        ):
            batch_op.drop_column(column)
