"""Settles what a partner says of a known referral: field by field, by three values and one owner.

What is lost on either side is kept as a conflict, sealed under the client's key.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import structlog

from app.database import Connection
from app.domain.case_file import CaseFile
from app.domain.codes import System
from app.domain.commands import AmendReferral, RegisterReferral
from app.domain.fields import Field
from app.domain.ownership import Reason, Settlement, said, saying, settle, stored_form
from app.domain.ports import PartnerRecord
from app.models.cases.case_file import load_case_files
from app.models.cases.client import wrapped_key_of
from app.models.partners.field_sync import insert_conflicts, open_loops, update_conflict
from app.operations.field_sync.known_values import (
    Held,
    Partner,
    held_by,
    record_known_values,
    record_received_values,
    said_prints,
)
from app.operations.services import Services
from app.vault import Sealer

CONFLICT_CONTEXT = "conflict.value"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class MergeBase:
    """What the hub has of a referral, and what each partner holds of it, before somebody speaks.

    Attributes:
        loops: ids of the open loops by partner and field.
    """

    case: CaseFile
    held: Mapping[System, Held]
    loops: Mapping[tuple[System, Field], UUID]


def amends(record: PartnerRecord) -> bool:
    """Return whether a record says what a referrer says; of a known referral that is settled field by field."""
    return any(isinstance(fact, RegisterReferral | AmendReferral) for fact in record.facts)


def read_merge_bases(tx: Connection, services: Services, referral_ids: Collection[UUID]) -> dict[UUID, MergeBase]:
    """Return both sides of referrals in a fixed number of queries; the caller holds their locks."""
    if not referral_ids:
        return {}
    held: dict[UUID, dict[System, Held]] = defaultdict(dict)
    for (system, referral_id), fields in held_by(tx, referral_ids).items():
        held[referral_id][system] = fields
    loops: dict[UUID, dict[tuple[System, Field], UUID]] = defaultdict(dict)
    for row in open_loops(tx, referral_ids):
        loops[row.referral_id][System(row.system), Field(row.field)] = row.id
    cases = load_case_files(tx, services.vault, referral_ids)
    return {each: MergeBase(case, held[each], loops[each]) for each, case in cases.items()}


def merge_fields(
    tx: Connection, services: Services, system: System, sides: MergeBase, fact: AmendReferral
) -> AmendReferral | None:
    """Return what is to be changed after a partner spoke about a known referral; None when nothing of it is news.

    What the hub and the partner had before decides, not which of them was last: an echo is no news, a change of the
    hub stands until the partner says something else, and where both changed the owner has the last word.
    """
    case = sides.case
    at_hub = AmendReferral(case.referral.contents, case.client.details if fact.client else None)
    table = _Table(tx, services, system, sides, said(at_hub), said(fact))
    news = _news(at_hub, fact, table.taken())
    if news:
        record_known_values(tx, services, case.referral.id, (at_hub, news), speaker=system)
    return news


def _news(at_hub: AmendReferral, fact: AmendReferral, taken: Mapping[Field, object]) -> AmendReferral | None:
    news = saying(at_hub, taken)
    if at_hub.client and news.client and fact.client and fact.client.bsn not in (None, at_hub.client.bsn):
        # Another number is refused by the operation that would store it.
        news = replace(news, client=replace(news.client, bsn=fact.client.bsn))
    if news == at_hub:
        return None
    return replace(news, client=None) if news.client == at_hub.client else news


@dataclass(frozen=True)
class _Table:
    """The fields of one referral on the table, with what both sides say of them."""

    tx: Connection
    services: Services
    system: System
    sides: MergeBase
    at_hub: Mapping[Field, object]
    at_partner: Mapping[Field, object]

    def taken(self) -> dict[Field, object]:
        """Settle every field; returns the partner's values that are to replace the hub's."""
        settled = {field: self._settled(field) for field in self.at_partner}
        lost = {field: each.reason for field, each in settled.items() if each.reason}
        self._record(lost)
        stands_apart = {
            field: mine
            for field, mine in self._prints.items()
            if field in self._held or not (settled[field].take or mine == self._hub_prints[field])
        }
        record_received_values(self.tx, (self.system, self._referral_id), self._held, stands_apart, self._now)
        return {field: self.at_partner[field] for field, each in settled.items() if each.take}

    def _settled(self, field: Field) -> Settlement:
        owns = self.services.reference.ownership.owns(self.system, field, self.sides.case.referral.organisation.system)
        settlement = settle(self._base(field), self._hub_prints[field], self._prints[field], owns=owns)
        if settlement.take and self._goes_to_and_fro(field, settlement):
            return Settlement(reason=Reason.LOOP)
        return settlement

    def _goes_to_and_fro(self, field: Field, settlement: Settlement) -> bool:
        """Return whether taking this would send the field once more in a quarrel that has gone on too long."""
        if (self.system, field) in self.sides.loops:
            return True
        mine = self._held.get(field)
        if mine and mine.is_sent_often(self._now):
            return True
        sent = (held[field] for held in self.sides.held.values() if field in held)
        return settlement.reason is Reason.BOTH_CHANGED and any(each.is_sent_often(self._now) for each in sent)

    def _base(self, field: Field) -> bytes:
        held = self._held.get(field)
        return held.fingerprint if held else self._hub_prints[field]

    @cached_property
    def _now(self) -> datetime:
        return self.services.clock.now()

    @cached_property
    def _prints(self) -> Mapping[Field, bytes]:
        return said_prints(self.services.vault, self._referral_id, self.at_partner)

    @cached_property
    def _hub_prints(self) -> Mapping[Field, bytes]:
        return said_prints(self.services.vault, self._referral_id, self.at_hub)

    @property
    def _referral_id(self) -> UUID:
        return self.sides.case.referral.id

    @property
    def _held(self) -> Held:
        return self.sides.held.get(self.system, {})

    @cached_property
    def _sealer(self) -> Sealer:
        return self.services.vault.client_sealer(wrapped_key_of(self.tx, self.sides.case.client.id))

    def _record(self, lost: Mapping[Field, Reason]) -> None:
        """Keep the values that stand against each other; a loop that is known already gets the newest ones."""
        fresh = []
        for field, reason in lost.items():
            loop_id = self.sides.loops.get((self.system, field)) if reason is Reason.LOOP else None
            if loop_id:
                update_conflict(self.tx, loop_id, self._values(field))
            else:
                fresh.append(self._conflict(field, reason))
        insert_conflicts(self.tx, fresh)

    def _conflict(self, field: Field, reason: Reason) -> dict[str, Any]:
        new = new_conflict(self.services, (self.system, self._referral_id), field, reason, self._now)
        if reason is Reason.LOOP:
            log.warning("field goes to and fro", system=self.system, field=field.value, conflict=str(new["id"]))
        return {**new, **self._values(field)}

    def _values(self, field: Field) -> dict[str, bytes | None]:
        # Of what the partner held only the fingerprint is known; the value too, where it is the hub's.
        is_known = self._base(field) == self._hub_prints[field]
        hub = seal_value(self._sealer, self.at_hub[field])
        partner = seal_value(self._sealer, self.at_partner[field])
        return {"hub_value": hub, "partner_value": partner, "base_value": hub if is_known else None}


def new_conflict(services: Services, partner: Partner, field: Field, reason: Reason, now: datetime) -> dict[str, Any]:
    """Return the row of a new conflict with a partner about a field of a referral, without its three values."""
    system, referral_id = partner
    return {
        "id": services.new_id(now),
        "system": system,
        "referral_id": referral_id,
        "field": field,
        "reason": reason,
        "state": "open",
        "since": now,
    }


def seal_value(sealer: Sealer, value: object) -> bytes:
    """Seal a value of a conflict under its client's key."""
    return sealer.seal(json.dumps(stored_form(value)).encode(), CONFLICT_CONTEXT)


def open_value(sealer: Sealer, sealed: bytes | None) -> Any:
    """Open a value of a conflict in its JSON form; None stays None."""
    return None if sealed is None else json.loads(sealer.open(sealed, CONFLICT_CONTEXT))
