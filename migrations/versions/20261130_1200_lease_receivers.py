"""lease receivers: what is under way is in leases, and each receiver has the moment at which it is looked at next."""

import sqlalchemy as sa
from alembic import op

from app.models.base import Id, JsonDocument, ReceiverText, UtcDateTime

revision = "20261130_1200"
down_revision = "20261130_1150"
branch_labels = None
depends_on = None

_PENDING = sa.text("state = 'pending'")
_NEVER_TRIED = sa.text("state = 'pending' AND attempts = 0")
_TRIED_BEFORE = sa.text("state = 'pending' AND attempts > 0")
_OPEN = sa.text("state IN ('pending', 'sending')")
_SENDING = sa.text("state = 'sending'")

# Of an attempt that a worker of the previous release began, it is unknown whether it arrived.
_END_ATTEMPTS = (
    "UPDATE delivery SET state = 'pending', outcome_unknown = true, next_attempt_at = lease_until"
    " WHERE state = 'sending'"
)
_ADD_RECEIVERS = """
    INSERT INTO endpoint (receiver, state, failures, openings, allowed, delivered, failed, refused, gone)
    SELECT DISTINCT receiver, 'closed', 0, 0, 0, 0, 0, 0, 0 FROM delivery
    WHERE state = 'pending' AND receiver NOT IN (SELECT receiver FROM endpoint)
"""
_MAKE_DUE = """
    UPDATE endpoint SET due_at = (
        SELECT min(next_attempt_at) FROM delivery WHERE delivery.receiver = endpoint.receiver AND state = 'pending'
    )
"""


def upgrade() -> None:
    op.create_table(
        "delivery_lease",
        sa.Column("id", Id(), nullable=False),
        sa.Column("receiver", ReceiverText(length=60), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=False),
        sa.Column("attempts", JsonDocument(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_lease")),
    )
    op.create_index("ix_delivery_lease_receiver", "delivery_lease", ["receiver"])
    op.add_column("endpoint", sa.Column("due_at", UtcDateTime(), nullable=True))
    op.create_index("ix_endpoint_due_at", "endpoint", ["due_at"])
    for name in ("ix_delivery_chain", "ix_delivery_due", "ix_delivery_leased"):
        op.drop_index(name, "delivery")
    op.execute(_END_ATTEMPTS)
    op.drop_column("delivery", "lease_until")
    op.drop_column("delivery", "lease_token")
    for name, where in (("ix_delivery_due", _NEVER_TRIED), ("ix_delivery_due_again", _TRIED_BEFORE)):
        _create_index(name, ["receiver", "next_attempt_at", "event_position"], where)
    _create_index("ix_delivery_chain", ["receiver", "subject_id", "event_position"], _PENDING)
    op.execute(_ADD_RECEIVERS)
    op.execute(_MAKE_DUE)


def downgrade() -> None:
    op.drop_index("ix_endpoint_due_at", "endpoint")
    op.drop_column("endpoint", "due_at")
    op.drop_table("delivery_lease")
    for name in ("ix_delivery_chain", "ix_delivery_due", "ix_delivery_due_again"):
        op.drop_index(name, "delivery")
    op.add_column("delivery", sa.Column("lease_until", UtcDateTime(), nullable=True))
    op.add_column("delivery", sa.Column("lease_token", Id(), nullable=True))
    _create_index("ix_delivery_due", ["receiver", "attempts", "next_attempt_at", "event_position"], _PENDING)
    _create_index("ix_delivery_chain", ["receiver", "subject_id", "event_position"], _OPEN)
    _create_index("ix_delivery_leased", ["lease_until"], _SENDING)


def _create_index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "delivery", columns, sqlite_where=where, postgresql_where=where)
