"""keep what was disclosed: what each event and each case disclosed to the referrer, as it was then.

``trajecthub migrate`` fills the columns of the cases that are there, with the keys and the rules that it takes.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261130_1450"
down_revision = "20261130_1440"
branch_labels = None
depends_on = None

_COLUMNS: dict[str, list[sa.Column[Any]]] = {
    "referral": [
        sa.Column("disclosed", sa.LargeBinary()),
        sa.Column("disclosed_counsellor", sa.String(200)),
        sa.Column("disclosed_result", sa.String(30)),
        sa.Column("shows_consented", sa.Boolean(), nullable=False, server_default=sa.false()),
    ],
    "event": [sa.Column("disclosed", sa.LargeBinary())],
    "history": [sa.Column("disclosed_status", sa.String(30)), sa.Column("disclosed_consent", sa.String(40))],
    "trajectory": [sa.Column("organisation_id", sa.Uuid()), sa.Column("disclosed_status", sa.String(20))],
}

_RECORDED = (
    "id, referral_id, machine, record_id, action, from_status, to_status, role, organisation_id, system, "
    "source_version, reason, implied, event_type, occurred_at, recorded_at"
)
_NOTED = "disclosed_status, disclosed_consent"
_REFUSE = "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    _let_what_was_disclosed_be_noted_once()


def _let_what_was_disclosed_be_noted_once() -> None:
    """Keep the history append-only, except for what ``trajecthub migrate`` notes of steps from before it was kept."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER history_is_append_only ON history")
        op.execute(
            f"CREATE TRIGGER history_is_append_only BEFORE UPDATE OF {_RECORDED} OR DELETE ON history "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER history_is_noted_once BEFORE UPDATE OF {_NOTED} ON history "
            "FOR EACH ROW WHEN (OLD.disclosed_status IS NOT NULL) EXECUTE FUNCTION refuse_change()"
        )
        return
    op.execute("DROP TRIGGER history_refuses_update")
    op.execute(f"CREATE TRIGGER history_refuses_update BEFORE UPDATE OF {_RECORDED} ON history {_REFUSE}")
    op.execute(
        f"CREATE TRIGGER history_is_noted_once BEFORE UPDATE OF {_NOTED} ON history "
        f"WHEN OLD.disclosed_status IS NOT NULL {_REFUSE}"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER history_is_noted_once ON history")
        op.execute("DROP TRIGGER history_is_append_only ON history")
        op.execute(
            "CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON history "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    else:
        op.execute("DROP TRIGGER history_is_noted_once")
        op.execute("DROP TRIGGER history_refuses_update")
        op.execute(f"CREATE TRIGGER history_refuses_update BEFORE UPDATE ON history {_REFUSE}")
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)
