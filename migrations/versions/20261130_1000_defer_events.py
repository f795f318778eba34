"""defer events: until when an event that could not be relayed is left alone, with the later ones of its chain."""

import sqlalchemy as sa
from alembic import op

from app.models.base import UtcDateTime

revision = "20261130_1000"
down_revision = "20261130_0930"
branch_labels = None
depends_on = None

_DEFERRED = "relayed_at IS NULL AND deferred_until IS NOT NULL"


def upgrade() -> None:
    op.add_column("event", sa.Column("deferred_until", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_event_deferred",
        "event",
        ["subject_id"],
        sqlite_where=sa.text(_DEFERRED),
        postgresql_where=sa.text(_DEFERRED),
    )


def downgrade() -> None:
    op.drop_index("ix_event_deferred", "event")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("deferred_until")
