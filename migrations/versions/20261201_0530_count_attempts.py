"""count the attempts to reach a client"""

import sqlalchemy as sa
from alembic import op

from app.models.base import JsonDocument, UtcDateTime

revision = "20261201_0530"
down_revision = "20261201_0510"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referral", sa.Column("contact_attempts", JsonDocument(), nullable=True))
    op.add_column("referral", sa.Column("in_contact_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_column("in_contact_at")
        batch_op.drop_column("contact_attempts")
