"""find given up by receiver: index what was given up by receiver first.

Works with the previous release's code, which counts it by receiver.
"""

import sqlalchemy as sa
from alembic import op

from app.database.migrating import build_index

revision = "20261130_1130"
down_revision = "20261130_1120"
branch_labels = None
depends_on = None

GIVEN_UP = sa.text("state = 'dead'")


def upgrade() -> None:
    build_index("ix_delivery_dead", "delivery", ["receiver", "finished_at"], GIVEN_UP)


def downgrade() -> None:
    op.drop_index("ix_delivery_dead", "delivery")
    op.create_index("ix_delivery_dead", "delivery", ["finished_at"], sqlite_where=GIVEN_UP, postgresql_where=GIVEN_UP)
