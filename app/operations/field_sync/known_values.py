"""What each partner holds of a referral, by fingerprint: what it last said or was last sent.

What comes back unchanged is an echo, however late; it is known by its content, never by a time or a flag.

A partner holds what the hub has until one of them changes it, so a fingerprint is kept from the first change on:
before the hub changes a field, it notes what the partners that know the referral hold of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.commands import AmendReferral
from app.domain.fields import Field
from app.domain.ownership import LOOP_WINDOW, MOST_SENDS, SAID, canonical, changes, said
from app.domain.receivers import system_of
from app.events.delivery.payload import DeliveredHook, PreparedDelivery
from app.models.partners.field_sync import held_fields, save_fields, systems_that_know
from app.operations.services import Services
from app.vault import Vault


@dataclass(frozen=True)
class HeldField:
    """What a partner holds of one field.

    Attributes:
        fingerprint: of the value.
        sent_count: how often another value than it held was sent since ``counted_from``.
    """

    fingerprint: bytes
    sent_count: int
    counted_from: datetime

    def is_sent_often(self, now: datetime) -> bool:
        """Return whether it was sent so often of late that once more there and back would be too often."""
        return self.sent_count + 2 > MOST_SENDS and now - self.counted_from < LOOP_WINDOW

    def sent(self, fingerprint: bytes, now: datetime) -> "HeldField":
        """Return what the partner holds after a value was sent; the same value again counts for nothing."""
        if fingerprint == self.fingerprint:
            return self
        if now - self.counted_from >= LOOP_WINDOW:
            return HeldField(fingerprint, 1, now)
        return HeldField(fingerprint, self.sent_count + 1, self.counted_from)


Partner = tuple[System, UUID]
"""A partner's system and one referral."""

Held = Mapping[Field, HeldField]


def fingerprint(vault: Vault, referral_id: UUID, field: Field, value: object) -> bytes:
    """Return the keyed hash of a value in its canonical form; of another referral the same value has another one."""
    return vault.index(f"{referral_id}:{canonical(field, value)}", field.value)


def said_prints(vault: Vault, referral_id: UUID, values: Mapping[Field, object]) -> dict[Field, bytes]:
    """Return the fingerprints of what is said."""
    return {field: fingerprint(vault, referral_id, field, value) for field, value in values.items()}


def held_by(tx: Connection, referral_ids: Collection[UUID]) -> dict[Partner, dict[Field, HeldField]]:
    """Return what every partner holds of these referrals; fields of which it holds what the hub has may be left out."""
    found: dict[Partner, dict[Field, HeldField]] = {}
    for row in held_fields(tx, referral_ids):
        held = found.setdefault((System(row.system), row.referral_id), {})
        held[Field(row.field)] = HeldField(row.fingerprint, row.sent_count, row.counted_from)
    return found


def record_known_values(
    tx: Connection,
    services: Services,
    referral_id: UUID,
    change: tuple[AmendReferral, AmendReferral],
    speaker: System | None = None,
) -> None:
    """Note what the partners hold of the fields that the hub is about to change.

    Args:
        tx: the transaction of the change, which has the referral locked.
        services: vault and clock.
        referral_id: the referral.
        change: what was said of it, and what will be.
        speaker: the partner whose words the change is; it holds the new values.
    """
    changed, before = changes(*change), said(change[0])
    if not changed:
        return
    # Allegro is sent every referral, also before it has a number for it.
    systems = ({System.ALLEGRO} | systems_that_know(tx, referral_id)) - {speaker}
    known, now = held_by(tx, [referral_id]), services.clock.now()
    prints = said_prints(services.vault, referral_id, {field: before[field] for field in changed})
    rows = [
        _row((system, referral_id), field, HeldField(prints[field], 0, now), now)
        for system in systems
        for field in changed
        if field not in known.get((system, referral_id), ())
    ]
    save_fields(tx, rows)


def record_received_values(
    tx: Connection, partner: Partner, held: Held, prints: Mapping[Field, bytes], now: datetime
) -> None:
    """Remember what a partner holds now that it spoke.

    Args:
        tx: the transaction that applies it.
        partner: the system and the referral.
        held: what was remembered before.
        prints: fingerprints of what it says, of fields that were remembered or in which it does not agree with the hub.
        now: when it is said.
    """
    nothing = HeldField(b"", 0, now)
    before = {field: held.get(field, nothing) for field in prints}
    changed = [field for field, each in before.items() if each.fingerprint != prints[field]]
    save_fields(tx, [_row(partner, field, replace(before[field], fingerprint=prints[field]), now) for field in changed])


def on_delivered(vault: Vault) -> DeliveredHook:
    """Return what the delivery engine tells of what arrived: what partner systems were sent is remembered."""

    def remember(tx: Connection, prepared_deliveries: Sequence[PreparedDelivery], now: datetime) -> None:
        sent = [
            (system, prepared) for prepared in prepared_deliveries if (system := system_of(prepared.delivery.receiver))
        ]
        changeable = [(system, prepared) for system, prepared in sent if not prepared.fields.keys().isdisjoint(SAID)]
        if changeable:
            _remember_sent(tx, vault, changeable, now)

    return remember


def _remember_sent(
    tx: Connection, vault: Vault, sent: Sequence[tuple[System, PreparedDelivery]], now: datetime
) -> None:
    known = held_by(tx, {prepared.event.subject_id for _, prepared in sent})
    rows: dict[tuple[System, UUID, Field], dict[str, Any]] = {}
    for system, prepared in sent:
        partner = system, prepared.event.subject_id
        held = known.get(partner, {})
        # What was never changed is not remembered: the partner holds what the hub has.
        for field in prepared.fields.keys() & held.keys():
            after = held[field].sent(fingerprint(vault, partner[1], field, prepared.fields[field]), now)
            if after is not held[field]:
                held[field], rows[*partner, field] = after, _row(partner, field, after, now)
    save_fields(tx, list(rows.values()))


def _row(partner: Partner, field: Field, held: HeldField, now: datetime) -> dict[str, Any]:
    return {"system": partner[0], "referral_id": partner[1], "field": field, "sent_at": now, **vars(held)}
