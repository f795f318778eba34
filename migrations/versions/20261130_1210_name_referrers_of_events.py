"""name referrers of events: the first poll of an organisation finds its events without reading those of others."""

import sqlalchemy as sa
from alembic import op

from app.models.base import Id

revision = "20261130_1210"
down_revision = "20261130_1200"
branch_labels = None
depends_on = None

_FILL = """
    UPDATE event SET organisation_id = (SELECT organisation_id FROM referral WHERE referral.id = event.subject_id)
    WHERE subject_type = 'referral'
"""
_NOT_SENT = sa.text("state IN ('withheld', 'dead')")


def upgrade() -> None:
    op.add_column("event", sa.Column("organisation_id", Id(), nullable=True))
    op.execute(_FILL)
    op.create_index("ix_event_organisation", "event", ["organisation_id", "position"])
    op.create_index(
        "ix_delivery_not_sent",
        "delivery",
        ["receiver", "state", "event_position"],
        sqlite_where=_NOT_SENT,
        postgresql_where=_NOT_SENT,
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_not_sent", "delivery")
    op.drop_index("ix_event_organisation", "event")
    op.drop_column("event", "organisation_id")
