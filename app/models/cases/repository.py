"""The cases of one transaction: loaded once, changed in memory, and written together."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from app.domain.already_open import ReferringAgain
from app.domain.case import Case, CaseRules
from app.domain.codes import System
from app.domain.events import NewEvent
from app.domain.queries import EVERYTHING, Visibility
from app.models.base import Writes
from app.models.cases.changes import CaseChange, collect_changes
from app.models.cases.client_register import ClientRegister, KnownClient
from app.models.cases.disclosed import seal_disclosure
from app.models.cases.external_id import external_id, link_columns
from app.models.cases.history import history, history_columns
from app.models.cases.loading import lock_cases
from app.models.cases.referral import find_by_references, load_referral_rows
from app.vault import Sealer, Vault


class CaseRepository:
    """The cases of one transaction: each is loaded once, and is one object until :meth:`collect` has it written.

    Attributes:
        clients: those that its new referrals are about.
    """

    def __init__(self, tx: Connection, vault: Vault, rules: CaseRules) -> None:
        self.clients = ClientRegister(tx, vault, rules)
        self._tx, self._vault, self._rules = tx, vault, rules
        self._cases: dict[UUID, Case] = {}
        self._before: dict[UUID, Case] = {}
        self._sealers: dict[UUID, Sealer] = {}
        self._references: dict[tuple[UUID, str], UUID | None] = {}
        self._links: list[tuple[System, str, UUID]] = []

    def prefetch(self, ids: Collection[UUID]) -> None:
        """Lock and load cases, in a fixed number of queries; those that are loaded already stay as they are."""
        self._lock_and_load(set(ids) - self._cases.keys(), EVERYTHING)

    def lock(self, referral_id: UUID, visibility: Visibility = EVERYTHING) -> Case | None:
        """Return a case, locked until the end of the transaction; None when it does not exist or is not visible."""
        if referral_id not in self._cases:
            self._lock_and_load({referral_id}, visibility)
        found = self._cases.get(referral_id)
        return found if found and visibility.includes(found.referral, found.trajectory) else None

    def is_visible(self, referral_id: UUID, visibility: Visibility) -> bool:
        """Return whether there is such a referral for whoever has this visibility."""
        return bool(load_referral_rows(self._tx, [referral_id], visibility))

    def add(self, new: Case, sealer: Sealer) -> None:
        """Add a new case; ``sealer`` has the key of its client."""
        self._cases[new.id], self._sealers[new.id] = new, sealer
        if new.referral.reference:
            self._references[new.referral.organisation.id, new.referral.reference] = new.id

    def link(self, system: System, partner_id: str, referral_id: UUID) -> None:
        """Store under which id a partner knows a referral."""
        self._links.append((system, partner_id, referral_id))

    def client_for(self, bsn: str | None, referrer: ReferringAgain) -> KnownClient:
        """Return the client with this citizen service number, or a new one where nobody is known by it."""
        return self.clients.client_for(bsn, referrer, self._cases.values())

    def prefetch_references(self, references: Collection[tuple[UUID, str]]) -> None:
        """Read which organisations used which references of their own already, in one query."""
        unknown = [each for each in references if each not in self._references]
        found = find_by_references(self._tx, unknown)
        self._references |= {each: found.get(each) for each in unknown}

    def find_by_reference(self, organisation_id: UUID, reference: str) -> UUID | None:
        """Return the referral for which the organisation used this reference, or None."""
        self.prefetch_references([(organisation_id, reference)])
        return self._references[organisation_id, reference]

    def sealer_of(self, referral_id: UUID) -> Sealer:
        """Return the sealer with the key of the client of a case that was loaded or added."""
        return self._sealers[referral_id]

    def collect(self, writes: Writes) -> list[NewEvent]:
        """Add what changed since it was loaded or last collected to what the transaction writes.

        Returns:
            The events of the changes, oldest first, for the outbox.
        """
        changed = [each for each in self._cases.values() if each.new_history or self._before.get(each.id) != each]
        self.clients.collect(writes)
        collect_changes(writes, [self._change(each) for each in changed], self._vault, self._rules)
        writes.insert(external_id, link_columns(self._links))
        self._links.clear()
        events: list[NewEvent] = []
        for each in changed:
            writes.insert(history, [history_columns(each.id, entry) for entry in each.new_history])
            events += [_sealed(self._sealers[each.id], new) for new in each.new_events]
            each.new_parties = each.new_history = each.new_events = each.new_signals = ()
            each.ended_parties = {}
            self._before[each.id] = replace(each)
        return sorted(events, key=lambda new: new.event.id)

    def _change(self, case: Case) -> CaseChange:
        return CaseChange(before=self._before.get(case.id), after=case, sealer=self._sealers[case.id])

    def _lock_and_load(self, ids: Collection[UUID], visibility: Visibility) -> None:
        for each in lock_cases(self._tx, self._vault, ids, visibility, self._rules):
            self._cases[each.case.id], self._sealers[each.case.id] = each.case, each.sealer
            self._before[each.case.id] = replace(each.case)


def _sealed(sealer: Sealer, new: NewEvent) -> NewEvent:
    sealed = seal_disclosure(sealer, new.event.id, new.disclosure)
    return replace(new, event=replace(new.event, sealed_disclosure=sealed)) if sealed else new
