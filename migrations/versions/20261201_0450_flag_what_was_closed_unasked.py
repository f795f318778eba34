"""flag what was closed unasked: before the referrer could restore contact, where that was agreed."""

import sqlalchemy as sa
from alembic import op

revision = "20261201_0450"
down_revision = "20261201_0230"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referral", sa.Column("closed_unasked", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("referral", "closed_unasked")
