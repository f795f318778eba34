"""The clients that new referrals of one transaction are about: known by a citizen service number, or new."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, or_, select

from app.domain.already_open import EarlierCase, EarlierReferral, ReferringAgain
from app.domain.case import Case, CaseRules
from app.domain.codes import ReferralStatus, TrajectoryStatus
from app.domain.disclosed import InForce
from app.domain.lazy import Lazy
from app.domain.lifecycle import is_ended, is_open
from app.domain.local_time import local_date
from app.models.base import Writes
from app.models.bulk import is_any_of
from app.models.cases.client import NewClient, bsn_index, client, client_columns, client_sealer, find_clients
from app.models.cases.disclosed import open_record
from app.models.cases.referral import referral, to_consent
from app.models.cases.trajectory_tables import trajectory
from app.vault import Sealer, Vault


@dataclass(frozen=True, kw_only=True)
class KnownClient:
    """The client that a new referral is about.

    Attributes:
        has_open_case: whether a referral of this client still waits for something or its trajectory runs; of those of
            the organisation that refers now, whether one does as far as it knows.
        earlier: the referrals of this client that there were already.
    """

    id: UUID
    sealer: Sealer
    has_open_case: bool
    earlier: tuple[EarlierReferral, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _StoredClient:
    """A client that is known by a citizen service number, with its referrals as the tables have them."""

    id: UUID
    sealer: Sealer
    open_cases: tuple[EarlierCase, ...] = ()
    referrals: tuple[EarlierReferral, ...] = ()


_OPEN = [each for each in ReferralStatus if is_open(each)]
_ENDED = [each for each in TrajectoryStatus if is_ended(each)]
_OPEN_OF_CLIENTS: Select[Any] = (
    select(
        referral.c.id,
        referral.c.client_id,
        referral.c.organisation_id,
        referral.c.status,
        referral.c.told_status,
        trajectory.c.status.label("trajectory_status"),
        referral.c.disclosed,
        referral.c.consent_scopes,
        referral.c.consent_given_on,
    )
    .outerjoin(trajectory, trajectory.c.referral_id == referral.c.id)
    .where(
        is_any_of(referral.c.client_id, "client_ids"),
        or_(
            referral.c.status.in_(_OPEN),
            referral.c.told_status.in_(_OPEN),
            trajectory.c.status.not_in(_ENDED),
            trajectory.c.disclosed_status.not_in(_ENDED),
        ),
    )
)

_OF_CLIENTS: Select[Any] = select(
    referral.c.id, referral.c.client_id, referral.c.organisation_id, referral.c.status, referral.c.received_at
).where(is_any_of(referral.c.client_id, "client_ids"))


def referrals_of(tx: Connection, client_ids: Collection[UUID]) -> Mapping[UUID, tuple[EarlierReferral, ...]]:
    """Return the referrals of clients, by client; those without one are left out."""
    found: dict[UUID, list[EarlierReferral]] = defaultdict(list)
    for row in tx.execute(_OF_CLIENTS, {"client_ids": list(client_ids)}) if client_ids else ():
        found[row.client_id].append(
            EarlierReferral(
                id=row.id,
                organisation_id=row.organisation_id,
                status=ReferralStatus(row.status),
                received_at=row.received_at,
            )
        )
    return {client_id: tuple(each) for client_id, each in found.items()}


def open_cases_of(tx: Connection, sealers: Mapping[UUID, Sealer], day: date) -> Mapping[UUID, tuple[EarlierCase, ...]]:
    """Return the open cases of clients, by client; those without one are left out.

    Args:
        tx: the transaction.
        sealers: of the clients.
        day: on which the consent has to work under which something was disclosed.
    """
    found: dict[UUID, list[EarlierCase]] = defaultdict(list)
    for row in tx.execute(_OPEN_OF_CLIENTS, {"client_ids": list(sealers)}) if sealers else ():
        found[row.client_id].append(_to_earlier_case(row, sealers[row.client_id], InForce.of(to_consent(row), day)))
    return {client_id: tuple(cases) for client_id, cases in found.items()}


def _to_earlier_case(row: Row[Any], sealer: Sealer, in_force: InForce) -> EarlierCase:
    return EarlierCase(
        id=row.id,
        organisation_id=row.organisation_id,
        status=ReferralStatus(row.status),
        trajectory=TrajectoryStatus(row.trajectory_status) if row.trajectory_status else None,
        known_status=ReferralStatus(row.told_status),
        known=Lazy(lambda: open_record(sealer, row.id, row.disclosed).read(in_force)),
    )


class ClientRegister:
    """The clients of one transaction; each is looked up once."""

    def __init__(self, tx: Connection, vault: Vault, rules: CaseRules) -> None:
        self._tx, self._vault, self._rules = tx, vault, rules
        self._known: dict[str, _StoredClient | None] = {}
        self._new: list[NewClient] = []

    def prefetch(self, bsns: Collection[str]) -> None:
        """Read which of these citizen service numbers belong to known clients, in three queries."""
        asked = {bsn_index(self._vault, bsn): bsn for bsn in bsns if bsn not in self._known}
        found = find_clients(self._tx, asked)
        sealers = {client_id: client_sealer(self._vault, client_id, key) for client_id, key in found.values()}
        open_cases = open_cases_of(self._tx, sealers, local_date(self._rules.now))
        referrals = referrals_of(self._tx, sealers)
        stored = {
            client_id: _StoredClient(
                id=client_id,
                sealer=sealer,
                open_cases=open_cases.get(client_id, ()),
                referrals=referrals.get(client_id, ()),
            )
            for client_id, sealer in sealers.items()
        }
        for index, bsn in asked.items():
            client_id, _ = found.get(index, (None, b""))
            self._known[bsn] = stored.get(client_id) if client_id else None

    def client_for(self, bsn: str | None, referrer: ReferringAgain, in_memory: Iterable[Case]) -> KnownClient:
        """Return the client with this citizen service number, or a new one where nobody is known by it.

        Args:
            bsn: the number; None where it is not known.
            referrer: who refers the client now.
            in_memory: the cases of this transaction, as they are now.
        """
        if bsn is None:
            return self._add(None)
        self.prefetch([bsn])
        stored = self._known[bsn]
        if stored is None:
            new = self._add(bsn)
            self._known[bsn] = _StoredClient(id=new.id, sealer=new.sealer)
            return new
        newer = [each for each in in_memory if each.referral.client_id == stored.id]
        return KnownClient(
            id=stored.id,
            sealer=stored.sealer,
            has_open_case=_has_open_case(stored, referrer, newer),
            earlier=_united(stored, newer),
        )

    def collect(self, writes: Writes) -> None:
        """Add the new clients to what the transaction writes."""
        writes.insert(client, [client_columns(self._vault, new, self._rules.now) for new in self._new])
        self._new.clear()

    def _add(self, bsn: str | None) -> KnownClient:
        new = NewClient.with_new_key(self._vault, self._rules.new_id(self._rules.now), bsn)
        self._new.append(new)
        return KnownClient(id=new.id, sealer=new.sealer, has_open_case=False)


def _has_open_case(stored: _StoredClient, referrer: ReferringAgain, newer: Collection[Case]) -> bool:
    ids = {each.id for each in newer}
    cases = [*map(EarlierCase.of, newer), *(each for each in stored.open_cases if each.id not in ids)]
    return any(map(referrer.finds_open, cases))


def _united(stored: _StoredClient, newer: Collection[Case]) -> tuple[EarlierReferral, ...]:
    ids = {each.id for each in newer}
    return (*map(EarlierReferral.of, newer), *(each for each in stored.referrals if each.id not in ids))
