"""create worker processes: a row for each process that pulls, relays and delivers.

Works with the previous release's code, which does not know it.
"""

import sqlalchemy as sa
from alembic import op

from app.models.base import JsonDocument, UtcDateTime

revision = "20261130_1150"
down_revision = "20261130_1140"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker_process",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.Column("loops", JsonDocument(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_process")),
    )
    op.create_index(op.f("ix_worker_process_reported_at"), "worker_process", ["reported_at"])


def downgrade() -> None:
    op.drop_table("worker_process")
