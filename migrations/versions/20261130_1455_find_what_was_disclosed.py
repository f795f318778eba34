"""find what was disclosed: name the referrer of each trajectory, and index the trajectories that were disclosed."""

import sqlalchemy as sa
from alembic import op

from app.database.migrating import build_index, unhurried

revision = "20261130_1455"
down_revision = "20261130_1450"
branch_labels = None
depends_on = None

_FILL = sa.text("""
    UPDATE trajectory
    SET organisation_id = (SELECT organisation_id FROM referral WHERE referral.id = trajectory.referral_id)
    WHERE organisation_id IS NULL
""")
_IS_DISCLOSED = sa.text("disclosed_status IS NOT NULL")
_IS_UNFILLED = sa.text("disclosed IS NULL")


def upgrade() -> None:
    with unhurried():
        op.execute(_FILL)
    build_index("ix_trajectory_disclosed", "trajectory", ["organisation_id", "created_at", "id"], _IS_DISCLOSED)
    build_index("ix_trajectory_disclosed_created", "trajectory", ["created_at", "id"], _IS_DISCLOSED)
    build_index("ix_referral_unfilled", "referral", ["id"], _IS_UNFILLED)


def downgrade() -> None:
    op.drop_index("ix_referral_unfilled", "referral")
    op.drop_index("ix_trajectory_disclosed_created", "trajectory")
    op.drop_index("ix_trajectory_disclosed", "trajectory")
