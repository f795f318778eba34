"""report contact and other help: when contact was lost or restored last, and which other help was reported."""

import sqlalchemy as sa
from alembic import op

from app.models.base import JsonDocument, UtcDateTime

revision = "20261201_0200"
down_revision = "20261130_2150"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referral", sa.Column("contact_changed_at", UtcDateTime()))
    op.add_column("referral", sa.Column("other_help", JsonDocument()))


def downgrade() -> None:
    op.drop_column("referral", "other_help")
    op.drop_column("referral", "contact_changed_at")
