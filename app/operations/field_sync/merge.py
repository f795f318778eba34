"""Merges what a partner reports of a known referral: field by field, by three values and one owner.

What is lost on either side is kept as a conflict, sealed with the client's key.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from app.domain.case import Case
from app.domain.codes import System
from app.domain.commands import AmendReferral
from app.domain.fields import Field
from app.domain.ownership import ConflictReason, Resolution, referrer_values, resolve, with_values
from app.operations.field_sync.conflict_values import ConflictValues
from app.operations.field_sync.known_values import KnownValues, PartnerFieldState, fingerprints


def merge_fields(
    known_values: KnownValues, case: Case, reported: AmendReferral, system: System
) -> AmendReferral | None:
    """Return what is to be changed after a partner reported on a known referral; None when nothing of it is new.

    What the hub and the partner had before decides, not which of them was last: an echo is nothing new, a change of
    the hub stays until the partner reports something else, and where both changed the owner's value holds.
    """
    at_hub = AmendReferral(case.contents, case.client.details if reported.client else None)
    merge = _Merge(known_values=known_values, case=case, system=system, hub=at_hub, reported=reported)
    accepted = with_values(at_hub, merge.accepted())
    if accepted == at_hub:
        return None
    return replace(accepted, client=None) if accepted.client == at_hub.client else accepted


@dataclass(frozen=True, kw_only=True)
class _Merge:
    """The fields of one referral as both sides have them."""

    known_values: KnownValues
    case: Case
    system: System
    hub: AmendReferral
    reported: AmendReferral

    def accepted(self) -> dict[Field, object]:
        """Resolve every field; return the partner's values that are to replace the hub's."""
        resolved = {field: self._resolve(field) for field in self._at_partner}
        for field, each in resolved.items():
            if each.reason:
                self._record(field, each.reason)
        differs = {
            field: print
            for field, print in self._prints.items()
            if field in self._known or not (resolved[field].take or print == self._hub_prints[field])
        }
        self.known_values.received((self.system, self.case.id), differs)
        return {field: self._at_partner[field] for field, each in resolved.items() if each.take}

    def _resolve(self, field: Field) -> Resolution:
        owns = self.known_values.services.reference.ownership.owns(
            self.system, field, self.case.referral.organisation.system
        )
        resolution = resolve(self._base(field), self._hub_prints[field], self._prints[field], owns=owns)
        if resolution.take and self._is_loop(field, resolution):
            return Resolution(reason=ConflictReason.LOOP)
        return resolution

    def _is_loop(self, field: Field, resolution: Resolution) -> bool:
        """Return whether accepting this would send the field once more in a loop that has gone on too long."""
        known_values, now = self.known_values, self.known_values.now
        if self._loop(field):
            return True
        known = self._known.get(field)
        if known and known.is_sent_often(now):
            return True
        others = known_values.others(self.system, self.case.id, field)
        return resolution.reason is ConflictReason.BOTH_CHANGED and any(each.is_sent_often(now) for each in others)

    def _loop(self, field: Field) -> UUID | None:
        return self.known_values.open_loop(self.system, self.case.id, field)

    def _base(self, field: Field) -> bytes:
        known = self._known.get(field)
        return known.fingerprint if known else self._hub_prints[field]

    @cached_property
    def _at_hub(self) -> dict[Field, object]:
        return referrer_values(self.hub)

    @cached_property
    def _at_partner(self) -> dict[Field, object]:
        return referrer_values(self.reported)

    @cached_property
    def _prints(self) -> dict[Field, bytes]:
        return fingerprints(self.known_values.services.vault, self.case.id, self._at_partner)

    @cached_property
    def _hub_prints(self) -> dict[Field, bytes]:
        return fingerprints(self.known_values.services.vault, self.case.id, self._at_hub)

    @cached_property
    def _known(self) -> dict[Field, PartnerFieldState]:
        # A copy, because what the partner reports now must not be taken for what it knew before.
        return dict(self.known_values.of(self.system, self.case.id))

    def _record(self, field: Field, reason: ConflictReason) -> None:
        """Record the values that contradict each other; a known loop gets the newest ones."""
        loop_id = self._loop(field) if reason is ConflictReason.LOOP else None
        # Of what the partner knew only the fingerprint is known; the value too, where it is the hub's.
        is_known = self._base(field) == self._hub_prints[field]
        values = ConflictValues(hub=self._at_hub[field], partner=self._at_partner[field], is_base=is_known)
        if loop_id:
            self.known_values.update_conflict(self.case.id, loop_id, values)
        else:
            self.known_values.add_conflict((self.system, self.case.id), field, reason, values)
