"""refer clients onward"""

import sqlalchemy as sa
from alembic import op

from app.models.base import Id, UtcDateTime

revision = "20261201_0540"
down_revision = "20261201_0530"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referral", sa.Column("onward_count", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "onward_referral",
        sa.Column("id", Id(), nullable=False),
        sa.Column("referral_id", Id(), nullable=False),
        sa.Column("organisation_id", Id(), nullable=True),
        sa.Column("to_name", sa.String(length=200), nullable=False),
        sa.Column("to_code", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_onward_referral_referral_id_referral"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_onward_referral_organisation_id_organisation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_onward_referral"),
    )
    op.create_index("ix_onward_referral_referral", "onward_referral", ["referral_id", "id"])
    op.create_index("ix_onward_referral_organisation", "onward_referral", ["organisation_id", "made_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_onward_referral_organisation", table_name="onward_referral")
    op.drop_index("ix_onward_referral_referral", table_name="onward_referral")
    op.drop_table("onward_referral")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_column("onward_count")
