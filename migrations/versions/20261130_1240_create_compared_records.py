"""create compared records: what a reconciliation found so far, in rows instead of in memory.

Works with the previous release's code, which does not know them.
"""

import sqlalchemy as sa
from alembic import op

from app.models.base import JsonDocument

revision = "20261130_1240"
down_revision = "20261130_1230"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "compared_record",
        sa.Column("system", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("versions", JsonDocument(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("finding", sa.String(10), nullable=True),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("system", "kind", "external_id", name=op.f("pk_compared_record")),
    )
    op.create_index("ix_compared_record_case", "compared_record", ["system", "case_id"])
    op.create_index("ix_compared_record_finding", "compared_record", ["system", "finding", "place"])


def downgrade() -> None:
    op.drop_table("compared_record")
