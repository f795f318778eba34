"""note quarantine alerts: the causes of a partner's quarantine that operators were notified of.

Works with the previous release's code, which does not know it.
"""

import sqlalchemy as sa
from alembic import op

from app.models.base import JsonDocument

revision = "20261130_1140"
down_revision = "20261130_1130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("partner", sa.Column("quarantine_alerts", JsonDocument(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.drop_column("quarantine_alerts")
