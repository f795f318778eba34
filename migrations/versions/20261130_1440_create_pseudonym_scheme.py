"""create pseudonym scheme: records that are there keep the pseudonyms that receivers know them by."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from app.models.base import UtcDateTime

revision = "20261130_1440"
down_revision = "20261130_1430"
branch_labels = None
depends_on = None

_BY_TIME = 7
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RELEASED = ("referral", "appointment", "trajectory", "kbr_application", "subscription", "delivery", "event")
"""Tables whose ids receivers are shown."""


def upgrade() -> None:
    scheme = op.create_table(
        "pseudonym_scheme",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version_8_since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pseudonym_scheme")),
    )
    if newest := _newest_ids():
        made_at = [_EPOCH + timedelta(milliseconds=each.int >> 80) for each in newest if each.version == _BY_TIME]
        # By whichever clock is ahead: that of the records, or that of the database.
        since = max([_now(), *made_at]) + timedelta(seconds=1)
        op.bulk_insert(scheme, [{"id": 1, "version_8_since": since}])


def downgrade() -> None:
    op.drop_table("pseudonym_scheme")


def _newest_ids() -> list[UUID]:
    ids = [sa.table(name, sa.column("id", sa.Uuid())).c.id for name in _RELEASED]
    newest = [op.get_bind().execute(sa.select(each).order_by(each.desc()).limit(1)).scalar() for each in ids]
    return [each for each in newest if each]


def _now() -> datetime:
    if op.get_bind().dialect.name == "sqlite":
        text: str = op.get_bind().execute(sa.text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")).scalar_one()
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    moment: datetime = op.get_bind().execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    return moment
