"""The clients that new referrals of one transaction are about: known by a citizen service number, or new."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from app.domain.case import CaseRules
from app.domain.lifecycle import is_open
from app.domain.values import Referral
from app.models.base import Writes
from app.models.cases.client import NewClient, bsn_index, client, client_columns, client_sealer, find_clients
from app.models.cases.referral import OpenReferral, open_referrals_of
from app.vault import Sealer, Vault


@dataclass(frozen=True, kw_only=True)
class KnownClient:
    """The client that a new referral is about.

    Attributes:
        has_open_referral: whether a referral of this client still waits for something; of those of the organisation
            that refers now, whether one does as far as it knows.
    """

    id: UUID
    sealer: Sealer
    has_open_referral: bool


@dataclass(frozen=True)
class _StoredClient:
    """A client that is known by a citizen service number, with its open referrals as the tables have them."""

    id: UUID
    sealer: Sealer
    open_referrals: tuple[OpenReferral, ...]


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
        open_referrals = open_referrals_of(self._tx, [client_id for client_id, _ in found.values()])
        for index, bsn in asked.items():
            client_id, wrapped_key = found.get(index, (None, b""))
            self._known[bsn] = None
            if client_id:
                sealer = client_sealer(self._vault, client_id, wrapped_key)
                self._known[bsn] = _StoredClient(client_id, sealer, open_referrals.get(client_id, ()))

    def client_for(self, bsn: str | None, referrer_id: UUID, in_memory: Iterable[Referral]) -> KnownClient:
        """Return the client with this citizen service number, or a new one where nobody is known by it.

        Args:
            bsn: the number; None where it is not known.
            referrer_id: the organisation that refers the client now.
            in_memory: the referrals of this transaction, as they are now.
        """
        if bsn is None:
            return self._add(None)
        self.prefetch([bsn])
        stored = self._known[bsn]
        if stored is None:
            new = self._add(bsn)
            self._known[bsn] = _StoredClient(new.id, new.sealer, ())
            return new
        has_open = _has_open_referral(stored, referrer_id, list(in_memory))
        return KnownClient(id=stored.id, sealer=stored.sealer, has_open_referral=has_open)

    def collect(self, writes: Writes) -> None:
        """Add the new clients to what the transaction writes."""
        writes.insert(client, [client_columns(self._vault, new, self._rules.now) for new in self._new])
        self._new.clear()

    def _add(self, bsn: str | None) -> KnownClient:
        new = NewClient.with_new_key(self._vault, self._rules.new_id(self._rules.now), bsn)
        self._new.append(new)
        return KnownClient(id=new.id, sealer=new.sealer, has_open_referral=False)


def _has_open_referral(stored: _StoredClient, referrer_id: UUID, in_memory: Collection[Referral]) -> bool:
    newer = {each.id for each in in_memory}
    referrals = [
        *(
            OpenReferral(
                id=each.id,
                organisation_id=each.organisation.id,
                status=each.status,
                disclosed_status=each.disclosed_status,
            )
            for each in in_memory
            if each.client_id == stored.id
        ),
        *(each for each in stored.open_referrals if each.id not in newer),
    ]
    return any(_counts_as_open(each, referrer_id) for each in referrals)


def _counts_as_open(referral: OpenReferral, referrer_id: UUID) -> bool:
    # The advice is read by the referrer, which would learn from it that an earlier referral of its own has ended.
    is_own = referral.organisation_id == referrer_id
    return is_open(referral.disclosed_status if is_own else referral.status)
