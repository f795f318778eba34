"""What each partner knows of a referral, by fingerprint: what it last said or was last sent.

What comes back unchanged is an echo, however late; it is recognised by its content, never by a time or a flag.

A partner knows what the hub has until one of them changes it, so a fingerprint is kept from the first change on:
before the hub changes a field, it records what the partners that know the referral have of it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog

from app.database import Connection
from app.domain.case import Case
from app.domain.codes import System
from app.domain.commands import AmendReferral
from app.domain.fields import Field
from app.domain.ownership import (
    LOOP_WINDOW,
    MOST_SENDS,
    REFERRER_FIELDS,
    ConflictReason,
    changed_fields,
    normalise,
    referrer_values,
    statement_of,
)
from app.domain.partners import ConflictState
from app.events.delivery.recording import DeliveredHook, SentToPartner
from app.models.cases.repository import CaseRepository
from app.models.partners.field_sync import (
    PartnerField,
    SealedConflict,
    SealedValues,
    insert_conflicts,
    known_fields,
    open_loops,
    save_fields,
    save_values,
    systems_that_know,
)
from app.operations.field_sync.conflict_values import ConflictValues, seal_values
from app.operations.services import Services
from app.vault import Vault

log = structlog.get_logger(__name__)

Partner = tuple[System, UUID]
"""A partner's system and one referral."""


@dataclass(frozen=True)
class PartnerFieldState:
    """What a partner knows of one field.

    Attributes:
        fingerprint: of the value; empty when nothing is known.
        sent_count: how often another value than it knew was sent since ``counted_from``.
    """

    fingerprint: bytes
    sent_count: int
    counted_from: datetime

    def is_sent_often(self, now: datetime) -> bool:
        """Return whether it was sent so often of late that once more there and back would be too often."""
        return self.sent_count + 2 > MOST_SENDS and now - self.counted_from < LOOP_WINDOW

    def sent(self, fingerprint: bytes, now: datetime) -> "PartnerFieldState":
        """Return the state after a value was sent; the same value again does not count."""
        if fingerprint == self.fingerprint:
            return self
        if now - self.counted_from >= LOOP_WINDOW:
            return PartnerFieldState(fingerprint, 1, now)
        return PartnerFieldState(fingerprint, self.sent_count + 1, self.counted_from)


def fingerprint(vault: Vault, referral_id: UUID, field: Field, value: object) -> bytes:
    """Return the keyed hash of a normalised value; the same value of another referral has another one."""
    return vault.index(f"{referral_id}:{normalise(field, value)}", field.value)


def fingerprints(vault: Vault, referral_id: UUID, values: Mapping[Field, object]) -> dict[Field, bytes]:
    """Return the fingerprints of values by field."""
    return {field: fingerprint(vault, referral_id, field, value) for field, value in values.items()}


class KnownValues:
    """What partners know of the cases of one transaction, and the conflicts that arise from it.

    Attributes:
        tx: the transaction.
        services: keys and the city's reference data.
        now: the moment of recording.
        cases: the cases of the transaction.
    """

    def __init__(self, tx: Connection, services: Services, now: datetime, cases: CaseRepository) -> None:
        self.tx, self.services, self.now, self.cases = tx, services, now, cases
        self._vault, self._new_id = services.vault, services.new_id
        self._read: set[UUID] = set()
        self._states: dict[Partner, dict[Field, PartnerFieldState]] = defaultdict(dict)
        self._systems: dict[UUID, set[System]] = defaultdict(set)
        self._loops: dict[UUID, dict[tuple[System, Field], UUID]] = defaultdict(dict)
        self._changed: dict[tuple[System, UUID, Field], PartnerFieldState] = {}
        self._new_conflicts: list[SealedConflict] = []
        self._changed_conflicts: dict[UUID, SealedValues] = {}

    def prefetch(self, referral_ids: Collection[UUID]) -> None:
        """Read what is known of these referrals, in three queries; the caller has locked them."""
        unread = set(referral_ids) - self._read
        if not unread:
            return
        self._read |= unread
        for partner, states in states_of(self.tx, unread).items():
            self._states[partner] = states
        for row in open_loops(self.tx, unread):
            self._loops[row.referral_id][row.system, row.field] = row.id
        for referral_id, systems in systems_that_know(self.tx, unread).items():
            self._systems[referral_id] = systems

    def of(self, system: System, referral_id: UUID) -> Mapping[Field, PartnerFieldState]:
        """Return what a partner knows; fields on which it agrees with the hub may be left out."""
        self.prefetch([referral_id])
        return self._states.get((system, referral_id), {})

    def others(self, system: System, referral_id: UUID, field: Field) -> list[PartnerFieldState]:
        """Return what the other partners know of a field, where it may differ from what the hub has."""
        self.prefetch([referral_id])
        known = [self._states.get((other, referral_id), {}) for other in System if other is not system]
        return [states[field] for states in known if field in states]

    def open_loop(self, system: System, referral_id: UUID, field: Field) -> UUID | None:
        """Return the open conflict about a field that goes back and forth, or None."""
        self.prefetch([referral_id])
        return self._loops[referral_id].get((system, field))

    def record(self, case: Case, before: AmendReferral, speaker: System | None) -> None:
        """Record what partners know of the fields that the hub just changed.

        Args:
            case: after the change.
            before: what the referrer had said before the change.
            speaker: the partner that reported the change; it knows the new values.
        """
        changed = changed_fields(before, statement_of(case))
        if not changed:
            return
        self.prefetch([case.id])
        known = referrer_values(before)
        prints = fingerprints(self._vault, case.id, {field: known[field] for field in changed})
        # Allegro is sent every referral, also before it has a number for it.
        for system in ({System.ALLEGRO} | self._systems[case.id]) - {speaker}:
            for field in changed.keys() - self.of(system, case.id).keys():
                self._set((system, case.id), field, PartnerFieldState(prints[field], 0, self.now))

    def received(self, partner: Partner, prints: Mapping[Field, bytes]) -> None:
        """Record what a partner knows now that it reported.

        Args:
            partner: the system and the referral.
            prints: fingerprints of what it reports, of fields that were recorded before or differ from the hub's.
        """
        known, nothing = self.of(*partner), PartnerFieldState(b"", 0, self.now)
        for field, print in prints.items():
            before = known.get(field, nothing)
            if before.fingerprint != print:
                self._set(partner, field, replace(before, fingerprint=print))

    def add_conflict(self, partner: Partner, field: Field, reason: ConflictReason, values: ConflictValues) -> None:
        """Record two values of a field that contradict each other."""
        system, referral_id = partner
        conflict_id = self._new_id(self.now)
        new = SealedConflict(
            id=conflict_id,
            system=system,
            referral_id=referral_id,
            field=field,
            reason=reason,
            state=ConflictState.OPEN,
            values=seal_values(self.cases.sealer_of(referral_id), conflict_id, values),
            since=self.now,
        )
        self._new_conflicts.append(new)
        if reason is ConflictReason.LOOP:
            self._loops[referral_id][system, field] = new.id
            log.warning("field_update_loop", system=system, field=field.value, conflict=str(new.id))

    def update_conflict(self, referral_id: UUID, conflict_id: UUID, values: ConflictValues) -> None:
        """Bring the values of an open conflict of a referral up to date."""
        self._changed_conflicts[conflict_id] = seal_values(self.cases.sealer_of(referral_id), conflict_id, values)

    def flush(self) -> None:
        """Write what changed, in three statements at most."""
        save_fields(self.tx, [_stored(key, state, self.now) for key, state in self._changed.items()])
        insert_conflicts(self.tx, self._new_conflicts)
        save_values(self.tx, self._changed_conflicts)
        self._changed.clear()
        self._new_conflicts.clear()
        self._changed_conflicts.clear()

    def _set(self, partner: Partner, field: Field, state: PartnerFieldState) -> None:
        self._states[partner][field] = self._changed[*partner, field] = state


def states_of(tx: Connection, referral_ids: Collection[UUID]) -> dict[Partner, dict[Field, PartnerFieldState]]:
    """Return what every partner knows of these referrals; fields on which it agrees with the hub may be left out."""
    found: dict[Partner, dict[Field, PartnerFieldState]] = {}
    for row in known_fields(tx, referral_ids):
        states = found.setdefault((row.system, row.referral_id), {})
        states[row.field] = PartnerFieldState(row.fingerprint, row.sent_count, row.counted_from)
    return found


def on_delivered(vault: Vault) -> DeliveredHook:
    """Return the hook of the delivery engine that records the values that partner systems were sent."""

    def record(tx: Connection, sent: Sequence[SentToPartner], now: datetime) -> None:
        changeable = [each for each in sent if not each.fields.keys().isdisjoint(REFERRER_FIELDS)]
        if changeable:
            _record_sent(tx, vault, changeable, now)

    return record


def _record_sent(tx: Connection, vault: Vault, sent: Sequence[SentToPartner], now: datetime) -> None:
    known = states_of(tx, {each.referral_id for each in sent})
    changed: dict[tuple[System, UUID, Field], PartnerFieldState] = {}
    for each in sent:
        states = known.get((each.system, each.referral_id), {})
        # What was never changed is not recorded: the partner knows what the hub has.
        for field in each.fields.keys() & states.keys():
            after = states[field].sent(fingerprint(vault, each.referral_id, field, each.fields[field]), now)
            if after is not states[field]:
                states[field] = changed[each.system, each.referral_id, field] = after
    save_fields(tx, [_stored(key, state, now) for key, state in changed.items()])


def _stored(key: tuple[System, UUID, Field], state: PartnerFieldState, now: datetime) -> PartnerField:
    system, referral_id, field = key
    return PartnerField(
        system=system,
        referral_id=referral_id,
        field=field,
        fingerprint=state.fingerprint,
        sent_at=now,
        sent_count=state.sent_count,
        counted_from=state.counted_from,
    )
