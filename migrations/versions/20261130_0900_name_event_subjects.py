"""Name the subject of an event, and its type.

The column ``referral_id`` of events and deliveries also holds subscriptions and connections with partner systems; it
becomes ``subject_id``, next to ``subject_type``. The previous release's processes must be stopped first: they read the
old column.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_0900"
down_revision = "20261123_1200"
branch_labels = None
depends_on = None

# Existing rows are about referrals, except the few whose event type begins like this.
_TYPES = {"subscription": "nl.trajecthub.subscriptions.%", "partner": "nl.trajecthub.partners.%"}

_EVENT = sa.table("event", sa.column("id", sa.Uuid()), sa.column("type"), sa.column("subject_type"))
_DELIVERY = sa.table("delivery", sa.column("event_id", sa.Uuid()), sa.column("subject_type"))


def upgrade() -> None:
    for table in ("event", "delivery", "delivery_sequence"):
        _rename_column(table, "referral_id", "subject_id")
    for table in ("event", "delivery"):
        column = sa.Column("subject_type", sa.String(length=12), server_default="referral", nullable=False)
        op.add_column(table, column)
    for subject_type, pattern in _TYPES.items():
        of_type = _EVENT.c.type.like(pattern)
        about_it = _DELIVERY.c.event_id.in_(sa.select(_EVENT.c.id).where(of_type))
        op.execute(sa.update(_DELIVERY).where(about_it).values(subject_type=subject_type))
        op.execute(sa.update(_EVENT).where(of_type).values(subject_type=subject_type))
    _rename_index("ix_delivery_referral", "ix_delivery_subject", "subject_id")


def downgrade() -> None:
    for table in ("event", "delivery"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN subject_type")
    for table in ("event", "delivery", "delivery_sequence"):
        _rename_column(table, "subject_id", "referral_id")
    _rename_index("ix_delivery_subject", "ix_delivery_referral", "referral_id")


def _rename_column(table: str, old: str, new: str) -> None:
    # In place on both stores: Alembic's own way would copy the whole table on SQLite.
    op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")


def _rename_index(old: str, new: str, column: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX {old} RENAME TO {new}")
    else:
        op.drop_index(old, "delivery")
        op.create_index(new, "delivery", [column, "event_position"])
