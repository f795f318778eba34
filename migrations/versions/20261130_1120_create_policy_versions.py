"""create policy versions: which policy was used under each version.

Works with the previous release's code, which does not know it.
"""

import sqlalchemy as sa
from alembic import op

from app.models.base import UtcDateTime

revision = "20261130_1120"
down_revision = "20261130_1110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_version",
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("first_used_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_version")),
    )


def downgrade() -> None:
    op.drop_table("policy_version")
