"""name referrers of events: the first poll of an organisation finds its events without reading those of others."""

import sqlalchemy as sa
from alembic import op

from app.models.base import Id

revision = "20261130_1210"
down_revision = "20261130_1200"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("organisation_id", Id(), nullable=True))


def downgrade() -> None:
    op.drop_column("event", "organisation_id")
