"""find unfinished jobs: an index of the jobs that wait or run, however many ended.

Works with the previous release's code, which does not need it.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1220"
down_revision = "20261130_1215"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("state IN ('waiting', 'running')")


def upgrade() -> None:
    op.create_index(
        "ix_partner_job_unfinished",
        "partner_job",
        ["system", "id"],
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )


def downgrade() -> None:
    op.drop_index("ix_partner_job_unfinished", "partner_job")
