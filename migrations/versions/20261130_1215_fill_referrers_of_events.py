"""fill referrers of events: write them to the events that are there, part by part, and find events by them."""

import sqlalchemy as sa
from alembic import op

from app.database.migrating import build_index, unhurried

revision = "20261130_1215"
down_revision = "20261130_1210"
branch_labels = None
depends_on = None

PART = 50_000
_FILL = sa.text("""
    UPDATE event SET organisation_id = (SELECT organisation_id FROM referral WHERE referral.id = event.subject_id)
    WHERE subject_type = 'referral' AND position > :after AND position <= :after + :part
""")
_LAST = sa.text("SELECT coalesce(max(position), 0) FROM event")
_NOT_SENT = sa.text("state IN ('withheld', 'dead')")


def upgrade() -> None:
    with unhurried():
        for after in range(0, op.get_bind().scalar(_LAST) or 0, PART):
            op.get_bind().execute(_FILL, {"after": after, "part": PART})
    build_index("ix_event_organisation", "event", ["organisation_id", "position"])
    build_index("ix_delivery_not_sent", "delivery", ["receiver", "state", "event_position"], _NOT_SENT)


def downgrade() -> None:
    op.drop_index("ix_delivery_not_sent", "delivery")
    op.drop_index("ix_event_organisation", "event")
