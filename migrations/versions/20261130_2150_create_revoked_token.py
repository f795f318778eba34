"""create revoked_token: access tokens that their clients revoked before they expired."""

import sqlalchemy as sa
from alembic import op

from app.models.base import UtcDateTime

revision = "20261130_2150"
down_revision = "20261130_1455"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revoked_token",
        sa.Column("jti", sa.String(200), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("jti", name="pk_revoked_token"),
    )
    op.create_index("ix_revoked_token_expires_at", "revoked_token", ["expires_at"])


def downgrade() -> None:
    op.drop_table("revoked_token")
