"""name partner errors: why the last pull of a partner failed."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1110"
down_revision = "20261130_1100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("partner", sa.Column("last_error", sa.String(500), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.drop_column("last_error")
