"""What can be asked of the lists, and who may see what."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.codes import ReferralStatus, ReferrerKind, System, TrajectoryStatus
from app.domain.values import Organisation


@dataclass(frozen=True)
class Visibility:
    """Whose referrals a caller sees; both None: all of them (finance team, credit bank, operator)."""

    organisation_id: UUID | None = None
    system: System | None = None

    def includes(self, referrer: Organisation) -> bool:
        """Return whether referrals of this organisation are seen."""
        return self.organisation_id in (None, referrer.id) and self.system in (None, referrer.system)


EVERYTHING = Visibility()
"""Hides nothing: for the hub's own work."""


@dataclass(frozen=True)
class Position:
    """Where a page ended: lists are ordered by moment and id, newest first."""

    moment: datetime
    id: UUID


@dataclass(frozen=True, kw_only=True)
class ReferralQuery:
    """A question to the list of referrals; None asks nothing.

    Attributes:
        by_disclosed_status: True filters on the status that was disclosed, for callers who may know no more.
        bsn_index: the keyed hash of a citizen service number.
    """

    visibility: Visibility
    limit: int
    after: Position | None = None
    status: ReferralStatus | None = None
    by_disclosed_status: bool = False
    organisation_code: str | None = None
    referrer_kind: ReferrerKind | None = None
    area: str | None = None
    counsellor: str | None = None
    reference: str | None = None
    received_from: datetime | None = None
    received_until: datetime | None = None
    bsn_index: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class TrajectoryQuery:
    """A question to the list of trajectories; None asks nothing."""

    visibility: Visibility
    limit: int
    after: Position | None = None
    status: TrajectoryStatus | None = None
    referrer_kind: ReferrerKind | None = None
    area: str | None = None
    counsellor: str | None = None
