"""partner job parameters: a column of their own for what was in the report of a job before it began.

Run it while no process of the previous release runs: that one looks for them in the report.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

from app.models.base import JsonDocument

revision = "20261130_0930"
down_revision = "20261130_0900"
branch_labels = None
depends_on = None

_PARAMETERS = ("since", "quarantineId")

_job = sa.table(
    "partner_job", sa.column("id", sa.Uuid()), sa.column("parameters", JsonDocument), sa.column("report", JsonDocument)
)


def upgrade() -> None:
    op.add_column("partner_job", sa.Column("parameters", JsonDocument(), nullable=True))
    for row in op.get_bind().execute(sa.select(_job).where(_job.c.report.is_not(None))).all():
        parameters = {name: row.report[name] for name in _PARAMETERS if name in row.report}
        if parameters:
            rest = {name: value for name, value in row.report.items() if name not in parameters}
            _store(row.id, {"parameters": parameters, "report": rest or None})


def downgrade() -> None:
    for row in op.get_bind().execute(sa.select(_job).where(_job.c.parameters.is_not(None))).all():
        _store(row.id, {"report": {**row.parameters, **(row.report or {})}})
    with op.batch_alter_table("partner_job", schema=None) as batch_op:
        batch_op.drop_column("parameters")


def _store(job_id: object, values: Mapping[str, object]) -> None:
    op.get_bind().execute(sa.update(_job).where(_job.c.id == job_id).values(**values))
