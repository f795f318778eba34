"""create case_clock: when cases ask for attention; and referral.term_facts, from which that is worked out."""

import sqlalchemy as sa
from alembic import op

from app.database.migrating import build_index
from app.models.base import Id, JsonDocument, UtcDateTime

revision = "20261201_0220"
down_revision = "20261201_0200"
branch_labels = None
depends_on = None

_IS_SCHEDULED = sa.text("next_at IS NOT NULL")
_IS_UNCLOCKED = sa.text("term_facts IS NULL")


def upgrade() -> None:
    op.create_table(
        "case_clock",
        sa.Column("referral_id", Id(), nullable=False),
        sa.Column("next_at", UtcDateTime()),
        sa.Column("due_at", UtcDateTime()),
        sa.Column("breached_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("referral_id", name="pk_case_clock"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_case_clock_referral_id_referral"),
    )
    op.create_index(
        "ix_case_clock_next",
        "case_clock",
        ["next_at", "referral_id"],
        sqlite_where=_IS_SCHEDULED,
        postgresql_where=_IS_SCHEDULED,
    )
    op.add_column("referral", sa.Column("term_facts", JsonDocument()))
    build_index("ix_referral_unclocked", "referral", ["id"], _IS_UNCLOCKED)


def downgrade() -> None:
    op.drop_index("ix_referral_unclocked", "referral")
    op.drop_column("referral", "term_facts")
    op.drop_table("case_clock")
