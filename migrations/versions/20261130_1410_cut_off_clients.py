"""cut off clients: generations of their tokens, previous keys, states of signing keys, the version of access.

Works with the previous release's code, which does not know them: it refuses no token that this one accepts.
"""

import sqlalchemy as sa
from alembic import op

from app.models.base import JsonDocument, UtcDateTime

revision = "20261130_1410"
down_revision = "20261130_1240"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_version",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_version")),
    )
    op.add_column("api_client", sa.Column("generation", sa.Integer(), server_default="0", nullable=False))
    op.add_column("api_client", sa.Column("previous_jwks", JsonDocument(), nullable=True))
    op.add_column("api_client", sa.Column("previous_jwks_until", UtcDateTime(), nullable=True))
    op.add_column("signing_key", sa.Column("signs_from", UtcDateTime(), nullable=True))
    op.add_column("signing_key", sa.Column("revoked_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("signing_key", "revoked_at")
    op.drop_column("signing_key", "signs_from")
    op.drop_column("api_client", "previous_jwks_until")
    op.drop_column("api_client", "previous_jwks")
    op.drop_column("api_client", "generation")
    op.drop_table("access_version")
