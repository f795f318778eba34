"""count parked in order: the index of what is parked has the order in which it is counted and sent.

Works with the previous release's code, which does not need the order.
"""

import sqlalchemy as sa

from app.database.migrating import build_index

revision = "20261130_1230"
down_revision = "20261130_1220"
branch_labels = None
depends_on = None

PARKED = sa.text("state = 'parked'")


def upgrade() -> None:
    build_index("ix_delivery_parked", "delivery", ["receiver", "event_position"], PARKED)


def downgrade() -> None:
    build_index("ix_delivery_parked", "delivery", ["receiver"], PARKED)
