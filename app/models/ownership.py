"""What two systems say about one field: what was last sent of it, and where they contradict each other."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from app.models.base import Id, UtcDateTime, metadata

partner_field = Table(
    "partner_field",
    metadata,
    Column("system", String(10), primary_key=True),
    Column("referral_id", Id, ForeignKey("referral.id"), primary_key=True),
    Column("field", String(60), primary_key=True),
    # Keyed hash of the value that the hub last sent; what comes back with it is an echo, not a change.
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    # How often it was sent since ``counted_from``: a field that goes to and fro is stopped.
    Column("sent_count", Integer, nullable=False),
    Column("counted_from", UtcDateTime, nullable=False),
)

conflict = Table(
    "conflict",
    metadata,
    Column("id", Id, primary_key=True),
    Column("system", String(10), nullable=False),
    Column("referral_id", Id, ForeignKey("referral.id"), nullable=False),
    Column("field", String(60), nullable=False),
    # not-the-owner, both-changed or loop
    Column("reason", String(20), nullable=False),
    # The three values, sealed under the client's key: they may be personal.
    Column("hub_value", LargeBinary),
    Column("partner_value", LargeBinary),
    Column("base_value", LargeBinary),
    # open, kept or taken: whether the hub's value stayed or the partner's was taken over
    Column("state", String(10), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", String(100)),
    Index("ix_conflict_system", "system", "state", "id"),
    Index("ix_conflict_referral", "referral_id", "id"),
)
