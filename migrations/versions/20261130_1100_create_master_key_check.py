"""create master key check: a value that opens only with the master key of this store.

Works with the previous release's code, which does not know it.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1100"
down_revision = "20261130_1000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "master_key_check",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_master_key_check")),
    )


def downgrade() -> None:
    op.drop_table("master_key_check")
