"""Cases: loaded in a fixed number of queries, changed in memory, and written together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from app.domain.case import Case, CaseRules, Lazy
from app.domain.codes import ReferralStatus, System
from app.domain.events import NewEvent
from app.domain.field_values import feedback_values
from app.domain.fields import FieldValues
from app.domain.lifecycle import is_open
from app.domain.queries import EVERYTHING, Visibility
from app.domain.values import Appointment, Organisation
from app.models.base import Columns, Writes
from app.models.cases.appointment import CHANGED_APPOINTMENT, appointment, appointments_of, changed_columns, new_columns
from app.models.cases.client import (
    CHANGED_DETAILS,
    SEALED_COLUMNS,
    NewClient,
    bsn_index,
    client,
    client_columns,
    client_details,
    details_columns,
    find_clients,
    open_details,
)
from app.models.cases.external_id import external_id, link_columns
from app.models.cases.history import history, history_columns
from app.models.cases.referral import (
    CHANGED_CONTENTS,
    CHANGED_STATE,
    WITH_ORGANISATION,
    contents_columns,
    find_by_references,
    fixed_columns,
    load_referral_rows,
    open_contents,
    open_referrals_of,
    referral,
    rows_by_id,
    state_columns,
    to_referral,
    worker_index_of,
)
from app.models.cases.trajectory import TrajectoryWrites, load_trajectories_of, party, party_columns
from app.vault import Sealer, Vault

_WITH_CLIENT = (
    WITH_ORGANISATION.add_columns(*SEALED_COLUMNS)
    .join(client_details, client_details.c.referral_id == referral.c.id)
    .join(client, client.c.id == client_details.c.client_id)
)
# Both rows that a change can write are locked, so that what is read of them is the newest. In the order of their ids,
# so that no two transactions wait for each other.
_LOCKED = _WITH_CLIENT.order_by(referral.c.id).with_for_update(of=(referral, client_details))

# A referral in one of these states never had an appointment, and only a concluded one has a trajectory. Judged by the
# locked row, because a query that waited for the lock may be older than what another transaction added.
_WITHOUT_APPOINTMENT = frozenset(
    {ReferralStatus.RECEIVED, ReferralStatus.CONFIRMED, ReferralStatus.REJECTED, ReferralStatus.FORWARDED}
)


def load_cases(
    tx: Connection, vault: Vault, ids: Collection[UUID], visibility: Visibility = EVERYTHING
) -> dict[UUID, Case]:
    """Return the cases of these referrals, by id; those not visible are left out.

    Three queries at most, and one where none of the referrals got any further. Nothing encrypted is opened before it
    is asked for.
    """
    loaded = _load(tx, vault, rows_by_id(tx, _WITH_CLIENT, ids, visibility))
    return {each.case.id: each.case for each in loaded}


@dataclass(frozen=True, kw_only=True)
class _Loaded:
    """A case, as it was loaded, and the key of its client."""

    case: Case
    sealer: Sealer


def _load(tx: Connection, vault: Vault, rows: Sequence[Row[Any]], rules: CaseRules | None = None) -> list[_Loaded]:
    stored = [(row, to_referral(row)) for row in rows]
    referrals = [each for _, each in stored]
    appointments = appointments_of(tx, [each.id for each in referrals if each.status not in _WITHOUT_APPOINTMENT])
    concluded = [each.id for each in referrals if each.status is ReferralStatus.CONCLUDED]
    trajectories = load_trajectories_of(tx, concluded)
    loaded = []
    for row, found in stored:
        sealer = vault.client_sealer(row.wrapped_key)
        case = Case(
            referral=found,
            sealed_contents=Lazy(partial(open_contents, sealer, row)),
            sealed_client=Lazy(partial(open_details, sealer, row)),
            appointments=appointments.get(found.id, ()),
            trajectory=trajectories.get(found.id),
            change_rules=rules,
        )
        loaded.append(_Loaded(case=case, sealer=sealer))
    return loaded


def load_feedback_values(
    tx: Connection, referral_ids: Collection[UUID], guided: Collection[UUID]
) -> dict[UUID, tuple[Organisation, FieldValues]]:
    """Return what there is to disclose to referrers, with the referrer, by referral; nothing encrypted is opened.

    Args:
        tx: reads only.
        referral_ids: the referrals asked about.
        guided: those of them whose trajectory is asked about too.
    """
    trajectories = load_trajectories_of(tx, guided)
    found = {}
    for row in load_referral_rows(tx, referral_ids, EVERYTHING):
        stored = to_referral(row)
        found[stored.id] = (stored.organisation, feedback_values(stored, trajectories.get(stored.id)))
    return found


@dataclass(frozen=True, kw_only=True)
class KnownClient:
    """The client that a new referral is about.

    Attributes:
        has_open_referral: whether a referral of this client still waits for something.
    """

    id: UUID
    sealer: Sealer
    has_open_referral: bool


@dataclass(frozen=True)
class _StoredClient:
    """A client that is known by a citizen service number, with its open referrals as the tables have them."""

    id: UUID
    sealer: Sealer
    open_referrals: frozenset[UUID]


class CaseRepository:
    """The cases of one transaction: each is loaded once, and is one object until :meth:`collect` has it written."""

    def __init__(self, tx: Connection, vault: Vault, rules: CaseRules) -> None:
        self._tx, self._vault, self._rules = tx, vault, rules
        self._cases: dict[UUID, Case] = {}
        self._before: dict[UUID, Case] = {}
        self._sealers: dict[UUID, Sealer] = {}
        self._clients: dict[str, _StoredClient | None] = {}
        self._references: dict[tuple[UUID, str], UUID | None] = {}
        self._new_clients: list[NewClient] = []
        self._links: list[tuple[System, str, UUID]] = []

    def prefetch(self, ids: Collection[UUID]) -> None:
        """Lock and load cases, in a fixed number of queries; those that are loaded already stay as they are."""
        self._lock_and_load(set(ids) - self._cases.keys(), EVERYTHING)

    def lock(self, referral_id: UUID, visibility: Visibility = EVERYTHING) -> Case | None:
        """Return a case, locked until the end of the transaction; None when it does not exist or is not visible."""
        if referral_id not in self._cases:
            self._lock_and_load({referral_id}, visibility)
        found = self._cases.get(referral_id)
        return found if found and visibility.includes(found.referral.organisation) else None

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

    def prefetch_clients(self, bsns: Collection[str]) -> None:
        """Read which of these citizen service numbers belong to known clients, in two queries."""
        asked = {bsn_index(self._vault, bsn): bsn for bsn in bsns if bsn not in self._clients}
        found = find_clients(self._tx, asked)
        open_referrals = open_referrals_of(self._tx, [client_id for client_id, _ in found.values()])
        for index, bsn in asked.items():
            client_id, wrapped_key = found.get(index, (None, b""))
            self._clients[bsn] = None
            if client_id:
                sealer = self._vault.client_sealer(wrapped_key)
                self._clients[bsn] = _StoredClient(client_id, sealer, open_referrals.get(client_id, frozenset()))

    def client_for(self, bsn: str | None) -> KnownClient:
        """Return the client with this citizen service number, or a new one where nobody is known by it."""
        if bsn is None:
            return self._new_client(None)
        if bsn not in self._clients:
            self.prefetch_clients([bsn])
        known = self._clients[bsn]
        if known is None:
            new = self._new_client(bsn)
            self._clients[bsn] = _StoredClient(new.id, new.sealer, frozenset())
            return new
        return KnownClient(id=known.id, sealer=known.sealer, has_open_referral=self._has_open_referral(known))

    def _has_open_referral(self, known: _StoredClient) -> bool:
        in_memory = [each.referral for each in self._cases.values() if each.referral.client_id == known.id]
        return any(is_open(each.status) for each in in_memory) or bool(known.open_referrals - self._cases.keys())

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

    def before(self, referral_id: UUID) -> Case | None:
        """Return a case as it is stored; None when it is new."""
        return self._before.get(referral_id)

    def collect(self, writes: Writes) -> list[NewEvent]:
        """Add what changed since it was loaded or last collected to what the transaction writes.

        Returns:
            The events of the changes, oldest first, for the outbox.
        """
        changed = [each for each in self._cases.values() if each.new_history or self._before.get(each.id) != each]
        self._collect_referrals(changed, writes)
        self._collect_appointments(changed, writes)
        self._collect_trajectories(changed, writes)
        writes.insert(external_id, link_columns(self._links))
        self._links.clear()
        events: list[NewEvent] = []
        for each in changed:
            writes.insert(history, [history_columns(each.id, entry) for entry in each.new_history])
            events += each.new_events
            each.new_parties = each.new_history = each.new_events = ()
            self._before[each.id] = replace(each)
        return sorted(events, key=lambda new: new.event.id)

    def _lock_and_load(self, ids: Collection[UUID], visibility: Visibility) -> None:
        rows = rows_by_id(self._tx, _LOCKED, ids, visibility)
        for each in _load(self._tx, self._vault, rows, self._rules):
            self._cases[each.case.id], self._sealers[each.case.id] = each.case, each.sealer
            self._before[each.case.id] = replace(each.case)

    def _new_client(self, bsn: str | None) -> KnownClient:
        sealer, wrapped_key = self._vault.new_client_key()
        new = NewClient(id=self._rules.new_id(self._rules.now), wrapped_key=wrapped_key, sealer=sealer, bsn=bsn)
        self._new_clients.append(new)
        return KnownClient(id=new.id, sealer=sealer, has_open_referral=False)

    def _collect_referrals(self, changed: Collection[Case], writes: Writes) -> None:
        now = self._rules.now
        writes.insert(client, [client_columns(self._vault, new, now) for new in self._new_clients])
        self._new_clients.clear()
        new = [each for each in changed if each.id not in self._before]
        writes.insert(referral, [self._new_referral(each) for each in new])
        writes.insert(client_details, [self._new_details(each) for each in new])
        stored = [(self._before[each.id], each) for each in changed if each.id in self._before]
        states = [{"row_id": each.id, **state_columns(each.referral, now)} for _, each in stored]
        writes.update(CHANGED_STATE, states)
        amended = [each for before, each in stored if each.sealed_contents is not before.sealed_contents]
        writes.update(CHANGED_CONTENTS, [{"row_id": each.id, **self._contents(each)} for each in amended])
        described = [each for before, each in stored if each.sealed_client is not before.sealed_client]
        writes.update(CHANGED_DETAILS, [{"of_referral": each.id, **self._details(each)} for each in described])

    def _new_referral(self, new: Case) -> Columns:
        return {
            **fixed_columns(new.referral),
            **state_columns(new.referral, self._rules.now),
            **self._contents(new),
        }

    def _new_details(self, new: Case) -> Columns:
        return {"referral_id": new.id, "client_id": new.referral.client_id, **self._details(new)}

    def _contents(self, each: Case) -> Columns:
        worker_index = worker_index_of(self._vault, each.contents.worker.email)
        return contents_columns(self._sealers[each.id], each.contents, worker_index)

    def _details(self, each: Case) -> Columns:
        return details_columns(self._sealers[each.id], each.client.details)

    def _collect_appointments(self, changed: Collection[Case], writes: Writes) -> None:
        for each in changed:
            before = self._before.get(each.id)
            known: dict[UUID, Appointment] = {one.id: one for one in before.appointments} if before else {}
            new = [one for one in each.appointments if one.id not in known]
            writes.insert(appointment, [new_columns(each.id, one, self._rules.now) for one in new])
            moved = [one for one in each.appointments if one.id in known and known[one.id] is not one]
            writes.update(CHANGED_APPOINTMENT, [changed_columns(one) for one in moved])

    def _collect_trajectories(self, changed: Collection[Case], writes: Writes) -> None:
        trajectories = TrajectoryWrites(now=self._rules.now, new_id=self._rules.new_id)
        for each in changed:
            before, after = self._before.get(each.id), each.trajectory
            known = before.trajectory if before else None
            if after and after is not known:
                trajectories.add(each.referral, known, after)
        trajectories.collect(writes)
        for each in changed:
            if each.trajectory:
                sealer, id = self._sealers[each.id], each.trajectory.id
                writes.insert(party, [party_columns(sealer, id, new) for new in each.new_parties])
