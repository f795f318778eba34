"""extend subscriptions.

Works with the previous release's code: add, backfill, enforce and drop in separate releases.
"""

import sqlalchemy as sa
from alembic import op

from app.models.base import JsonDocument, UtcDateTime

revision = "20261123_1000"
down_revision = "20261123_0904"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.add_column(sa.Column("areas", JsonDocument(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("worker_index", sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(sa.Column("signing", sa.String(length=4), server_default="v1", nullable=False))
        batch_op.add_column(sa.Column("signing_key_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("auth_kind", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("auth_sealed", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.add_column(sa.Column("worker_index", sa.LargeBinary(length=32), nullable=True))
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("earlier_attempts", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("redelivered_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_column("redelivered_at")
        batch_op.drop_column("earlier_attempts")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_column("worker_index")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_column("auth_sealed")
        batch_op.drop_column("auth_kind")
        batch_op.drop_column("signing_key_sealed")
        batch_op.drop_column("signing")
        batch_op.drop_column("worker_index")
        batch_op.drop_column("areas")
