"""case_clock: what lists of work are ordered by; filled with the rest of the row."""

import sqlalchemy as sa
from alembic import op

from app.models.base import Id, UtcDateTime

revision = "20261201_0230"
down_revision = "20261201_0220"
branch_labels = None
depends_on = None

_MOMENTS = ("work_at", "referrer_since", "counsellor_since", "asked_until")
_INDEXES = {
    "work": ("counsellor", "work_at"),
    "breached": ("breached_at",),
    "referrer": ("referrer_since",),
    "counsellor": ("counsellor_since",),
    "asked": ("asked_of_id", "asked_until"),
}


def upgrade() -> None:
    op.add_column("case_clock", sa.Column("counsellor", sa.String(200)))
    op.add_column("case_clock", sa.Column("asked_of_id", Id()))
    for name in _MOMENTS:
        op.add_column("case_clock", sa.Column(name, UtcDateTime()))
    for name, columns in _INDEXES.items():
        is_listed = sa.text(f"{columns[-1]} IS NOT NULL")
        # The table is new, and empty until its rows are worked out.
        op.create_index(
            f"ix_case_clock_{name}",
            "case_clock",
            [*columns, "referral_id"],
            sqlite_where=is_listed,
            postgresql_where=is_listed,
        )


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(f"ix_case_clock_{name}", "case_clock")
    for name in ("counsellor", "asked_of_id", *_MOMENTS):
        op.drop_column("case_clock", name)
