"""create referrals.

Works with the previous release's code: add, backfill, enforce and drop in separate releases.
"""

import sqlalchemy as sa
from alembic import op

from app.models.base import JsonDocument, UtcDateTime

revision = "20261123_0900"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("bsn_index", sa.LargeBinary(), nullable=True),
        sa.Column("bsn", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("bsn_index", name=op.f("uq_client_bsn_index")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=True),
        sa.Column("system", sa.String(length=10), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("told_status", sa.String(length=30), nullable=False),
        sa.Column("awaiting_information", sa.Boolean(), nullable=False),
        sa.Column("withdrawal_requested", sa.Boolean(), nullable=False),
        sa.Column("contact_lost", sa.Boolean(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.Column("advice", JsonDocument(), nullable=False),
        sa.Column("consent_scopes", JsonDocument(), nullable=False),
        sa.Column("consent_given_on", sa.Date(), nullable=True),
        sa.Column("contents", sa.LargeBinary(), nullable=False),
        sa.Column("counsellor_name", sa.String(length=200), nullable=True),
        sa.Column("counsellor_phone", sa.String(length=40), nullable=True),
        sa.Column("missed_count", sa.Integer(), nullable=False),
        sa.Column("intake_held_on", sa.Date(), nullable=True),
        sa.Column("intake_result", sa.String(length=30), nullable=True),
        sa.Column("intake_concluded_on", sa.Date(), nullable=True),
        sa.Column("rejection_reason", sa.String(length=40), nullable=True),
        sa.Column("withdrawal_reason", sa.String(length=40), nullable=True),
        sa.Column("closure_reason", sa.String(length=40), nullable=True),
        sa.Column("previous_id", sa.Uuid(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_referral_client_id_client")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_referral_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["previous_id"], ["referral.id"], name=op.f("fk_referral_previous_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("organisation_id", "reference", name=op.f("uq_referral_organisation_id_reference")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index("ix_referral_area", ["area", "received_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_referral_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_referral_counsellor", ["counsellor_name", "received_at", "id"], unique=False)
        batch_op.create_index("ix_referral_organisation", ["organisation_id", "received_at", "id"], unique=False)
        batch_op.create_index("ix_referral_received", ["received_at", "id"], unique=False)
        batch_op.create_index("ix_referral_status", ["status", "received_at", "id"], unique=False)

    op.create_table(
        "appointment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=True),
        sa.Column("three_way", sa.Boolean(), nullable=False),
        sa.Column("counsellor_name", sa.String(length=200), nullable=True),
        sa.Column("counsellor_phone", sa.String(length=40), nullable=True),
        sa.Column("participants", JsonDocument(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("response", sa.String(length=20), nullable=False),
        sa.Column("other_times", JsonDocument(), nullable=False),
        sa.Column("cancellation_reason", sa.String(length=40), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_appointment_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index("ix_appointment_referral", ["referral_id", "id"], unique=False)

    op.create_table(
        "client_details",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("given_name", sa.LargeBinary(), nullable=True),
        sa.Column("family_name", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date", sa.LargeBinary(), nullable=True),
        sa.Column("sex", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("interpreter_language", sa.LargeBinary(), nullable=True),
        sa.Column("contact_preferences", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_details_client_id_client")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_client_details_referral_id_referral")),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_client_details")),
    )
    with op.batch_alter_table("client_details", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_details_client_id"), ["client_id"], unique=False)

    op.create_table(
        "history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("machine", sa.String(length=20), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=30), nullable=False),
        sa.Column("from_status", sa.String(length=30), nullable=True),
        sa.Column("to_status", sa.String(length=30), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("system", sa.String(length=10), nullable=False),
        sa.Column("source_version", sa.String(length=100), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("implied", sa.Boolean(), nullable=False),
        sa.Column("event_type", sa.String(length=80), nullable=True),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_history_referral_id_referral")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index("ix_history_chain", ["referral_id", "id"], unique=False)

    _make_history_append_only()


def _make_history_append_only() -> None:
    """Let the store itself refuse to change or remove what was recorded."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'history is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON history "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER history_refuses_{change.lower()} BEFORE {change} ON history "
            "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
        )


def downgrade() -> None:
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index("ix_history_chain")

    op.drop_table("history")
    with op.batch_alter_table("client_details", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_client_details_client_id"))

    op.drop_table("client_details")
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index("ix_appointment_referral")

    op.drop_table("appointment")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index("ix_referral_status")
        batch_op.drop_index("ix_referral_received")
        batch_op.drop_index("ix_referral_organisation")
        batch_op.drop_index("ix_referral_counsellor")
        batch_op.drop_index(batch_op.f("ix_referral_client_id"))
        batch_op.drop_index("ix_referral_area")

    op.drop_table("referral")
    op.drop_table("organisation")
    op.drop_table("client")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
