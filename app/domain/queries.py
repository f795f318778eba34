"""What can be asked of the lists, and who may see what."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.codes import ReferralStatus, ReferrerKind, System, TrajectoryStatus
from app.domain.values import Referral, Trajectory


@dataclass(frozen=True)
class Visibility:
    """Which referrals a caller sees; without any limit all of them (finance team, operator).

    Attributes:
        organisation_id: only those of this organisation.
        system: only those of organisations that work in this system.
        at_credit_bank: only those that concern the credit bank, see :func:`concerns_credit_bank`.
    """

    organisation_id: UUID | None = None
    system: System | None = None
    at_credit_bank: bool = False

    def includes(self, referral: Referral, trajectory: Trajectory | None) -> bool:
        """Return whether a referral is seen, with the trajectory that followed on it."""
        referrer = referral.organisation
        return (
            self.organisation_id in (None, referrer.id)
            and self.system in (None, referrer.system)
            and (not self.at_credit_bank or concerns_credit_bank(referral, trajectory))
        )


def concerns_credit_bank(referral: Referral, trajectory: Trajectory | None) -> bool:
    """Return whether the credit bank has to do with a case: it leads to a service of the bank, or is applied for."""
    if referral.intake_result and referral.intake_result.leads_to_credit_bank:
        return True
    if trajectory is None:
        return False
    return trajectory.kbr_application is not None or any(each.code.leads_to_credit_bank for each in trajectory.results)


EVERYTHING = Visibility()
"""Hides nothing: for the hub's own work."""


@dataclass(frozen=True)
class Position:
    """Where a page ended: lists are ordered by moment and id, newest first."""

    moment: datetime
    id: UUID


@dataclass(frozen=True, kw_only=True)
class ArrivalQuery:
    """A question to the list of what arrived at an organisation."""

    limit: int
    after: Position | None = None


@dataclass(frozen=True, kw_only=True)
class ReferralQuery:
    """A question to the list of referrals; None asks nothing.

    Attributes:
        as_disclosed: True filters on what was disclosed, for callers who may know no more.
        bsn_index: the keyed hash of a citizen service number.
    """

    visibility: Visibility
    limit: int
    after: Position | None = None
    status: ReferralStatus | None = None
    as_disclosed: bool = False
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
    """A question to the list of trajectories; None asks nothing.

    Attributes:
        as_disclosed: True finds the trajectories that were disclosed, by what was disclosed of them.
    """

    visibility: Visibility
    limit: int
    after: Position | None = None
    as_disclosed: bool = False
    status: TrajectoryStatus | None = None
    referrer_kind: ReferrerKind | None = None
    area: str | None = None
    counsellor: str | None = None


class WorkList(StrEnum):
    """The lists of what is to be done, each with what has waited longest or ends first on top."""

    MINE = "mine"
    OVERDUE = "overdue"
    AWAITING_REFERRER = "awaiting_referrer"
    AWAITING_COUNSELLOR = "awaiting_counsellor"
    ASKED = "asked"
    """What is asked of a referrer, as far as it was disclosed to it."""


@dataclass(frozen=True, kw_only=True)
class WorkQuery:
    """A question to a list of work.

    Attributes:
        now: the moment that decides what has passed.
        organisation_id: the referrer of whom something is asked.
    """

    list: WorkList
    now: datetime
    limit: int
    after: Position | None = None
    counsellor: str | None = None
    organisation_id: UUID | None = None
