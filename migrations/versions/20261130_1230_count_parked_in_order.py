"""count parked in order: the index of what is parked has the order in which it is counted and sent.

Works with the previous release's code, which does not need the order.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1230"
down_revision = "20261130_1220"
branch_labels = None
depends_on = None

PARKED = sa.text("state = 'parked'")


def upgrade() -> None:
    replace_index(["receiver", "event_position"])


def downgrade() -> None:
    replace_index(["receiver"])


def replace_index(columns: list[str]) -> None:
    op.drop_index("ix_delivery_parked", "delivery")
    op.create_index("ix_delivery_parked", "delivery", columns, sqlite_where=PARKED, postgresql_where=PARKED)
