"""The clients that new referrals of one transaction are about: known by a citizen service number, or new."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, or_, select

from app.domain.case import Case, CaseRules
from app.domain.codes import ReferralStatus, TrajectoryStatus
from app.domain.lifecycle import is_ended, is_open
from app.models.base import Writes
from app.models.bulk import is_any_of
from app.models.cases.client import NewClient, bsn_index, client, client_columns, client_sealer, find_clients
from app.models.cases.referral import referral
from app.models.cases.trajectory_tables import trajectory
from app.vault import Sealer, Vault


@dataclass(frozen=True, kw_only=True)
class KnownClient:
    """The client that a new referral is about.

    Attributes:
        has_open_case: whether a referral of this client still waits for something or its trajectory runs; of those of
            the organisation that refers now, whether one does as far as it knows.
    """

    id: UUID
    sealer: Sealer
    has_open_case: bool


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """A case that still waits for something or is guided, or is so as far as its referrer knows.

    Attributes:
        trajectory: the status of its trajectory; None without one.
        disclosed_trajectory: what the referrer knows of that, as ``Trajectory.disclosed_status``.
    """

    id: UUID
    organisation_id: UUID
    status: ReferralStatus
    disclosed_status: ReferralStatus
    trajectory: TrajectoryStatus | None
    disclosed_trajectory: str | None


@dataclass(frozen=True)
class _StoredClient:
    """A client that is known by a citizen service number, with its open cases as the tables have them."""

    id: UUID
    sealer: Sealer
    open_cases: tuple[OpenCase, ...]


_OPEN = [each for each in ReferralStatus if is_open(each)]
_ENDED = [each for each in TrajectoryStatus if is_ended(each)]
_OPEN_OF_CLIENTS = (
    select(
        referral.c.id,
        referral.c.client_id,
        referral.c.organisation_id,
        referral.c.status,
        referral.c.told_status,
        trajectory.c.status.label("trajectory_status"),
        trajectory.c.disclosed_status.label("disclosed_trajectory"),
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


def open_cases_of(tx: Connection, client_ids: Collection[UUID]) -> dict[UUID, tuple[OpenCase, ...]]:
    """Return the open cases of clients, by client; those without one are left out."""
    found: dict[UUID, list[OpenCase]] = defaultdict(list)
    for row in tx.execute(_OPEN_OF_CLIENTS, {"client_ids": client_ids}) if client_ids else ():
        each = OpenCase(
            id=row.id,
            organisation_id=row.organisation_id,
            status=ReferralStatus(row.status),
            disclosed_status=ReferralStatus(row.told_status),
            trajectory=TrajectoryStatus(row.trajectory_status) if row.trajectory_status else None,
            disclosed_trajectory=row.disclosed_trajectory,
        )
        found[row.client_id].append(each)
    return {client_id: tuple(cases) for client_id, cases in found.items()}


class ClientRegister:
    """The clients of one transaction; each is looked up once."""

    def __init__(self, tx: Connection, vault: Vault, rules: CaseRules) -> None:
        self._tx, self._vault, self._rules = tx, vault, rules
        self._known: dict[str, _StoredClient | None] = {}
        self._new: list[NewClient] = []

    def prefetch(self, bsns: Collection[str]) -> None:
        """Read which of these citizen service numbers belong to known clients, in two queries."""
        asked = {bsn_index(self._vault, bsn): bsn for bsn in bsns if bsn not in self._known}
        found = find_clients(self._tx, asked)
        open_cases = open_cases_of(self._tx, [client_id for client_id, _ in found.values()])
        for index, bsn in asked.items():
            client_id, wrapped_key = found.get(index, (None, b""))
            self._known[bsn] = None
            if client_id:
                sealer = client_sealer(self._vault, client_id, wrapped_key)
                self._known[bsn] = _StoredClient(client_id, sealer, open_cases.get(client_id, ()))

    def client_for(self, bsn: str | None, referrer_id: UUID, in_memory: Iterable[Case]) -> KnownClient:
        """Return the client with this citizen service number, or a new one where nobody is known by it.

        Args:
            bsn: the number; None where it is not known.
            referrer_id: the organisation that refers the client now.
            in_memory: the cases of this transaction, as they are now.
        """
        if bsn is None:
            return self._add(None)
        self.prefetch([bsn])
        stored = self._known[bsn]
        if stored is None:
            new = self._add(bsn)
            self._known[bsn] = _StoredClient(new.id, new.sealer, ())
            return new
        has_open = _has_open_case(stored, referrer_id, list(in_memory))
        return KnownClient(id=stored.id, sealer=stored.sealer, has_open_case=has_open)

    def collect(self, writes: Writes) -> None:
        """Add the new clients to what the transaction writes."""
        writes.insert(client, [client_columns(self._vault, new, self._rules.now) for new in self._new])
        self._new.clear()

    def _add(self, bsn: str | None) -> KnownClient:
        new = NewClient.with_new_key(self._vault, self._rules.new_id(self._rules.now), bsn)
        self._new.append(new)
        return KnownClient(id=new.id, sealer=new.sealer, has_open_case=False)


def _has_open_case(stored: _StoredClient, referrer_id: UUID, in_memory: Collection[Case]) -> bool:
    newer = {each.id for each in in_memory}
    cases = [
        *(_as_stored(each) for each in in_memory if each.referral.client_id == stored.id),
        *(each for each in stored.open_cases if each.id not in newer),
    ]
    return any(_counts_as_open(each, referrer_id) for each in cases)


def _as_stored(case: Case) -> OpenCase:
    guided = case.trajectory
    return OpenCase(
        id=case.id,
        organisation_id=case.referral.organisation.id,
        status=case.referral.status,
        disclosed_status=case.referral.disclosed_status,
        trajectory=guided.status if guided else None,
        disclosed_trajectory=guided.disclosed_status if guided else None,
    )


def _counts_as_open(case: OpenCase, referrer_id: UUID) -> bool:
    # The advice is read by the referrer, which would learn from it that an earlier case of its own has ended, or that
    # it led to a trajectory.
    if case.organisation_id == referrer_id:
        return is_open(case.disclosed_status) or _runs(case.disclosed_trajectory)
    return is_open(case.status) or _runs(case.trajectory)


def _runs(status: str | None) -> bool:
    """Return whether a trajectory with this status runs; of one without a known status, that is not known."""
    return not is_ended(TrajectoryStatus(status)) if status else False
