"""A client who is referred again: whether it is helped already, and to which earlier referral the new one is linked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.case import Case
from app.domain.codes import IntakeResult, ReferralStatus, TrajectoryStatus
from app.domain.disclosed import InForce
from app.domain.fields import CLOSURE_REASONS, Field, FieldValues
from app.domain.lazy import Lazy
from app.domain.lifecycle import is_ended, is_open
from app.domain.local_time import local_date


@dataclass(frozen=True, kw_only=True)
class EarlierCase:
    """An earlier case of a client, as it is and as its referrer knows it.

    Attributes:
        trajectory: the status of its trajectory; None without one.
        known_status: the newest status that was disclosed to its referrer.
        known: what was disclosed to its referrer and may still be read.
    """

    id: UUID
    organisation_id: UUID
    status: ReferralStatus
    trajectory: TrajectoryStatus | None
    known_status: ReferralStatus
    known: Lazy[FieldValues]

    @property
    def goes_on(self) -> bool:
        """Whether the case goes on, as :attr:`app.domain.case.Case.goes_on`."""
        return is_open(self.status) if self.trajectory is None else not is_ended(self.trajectory)

    @classmethod
    def of(cls, case: Case) -> "EarlierCase":
        """Return a case of this transaction as the earlier case of its client."""
        in_force = InForce.of(case.referral.consent, local_date(case.now))
        return cls(
            id=case.id,
            organisation_id=case.referral.organisation.id,
            status=case.referral.status,
            trajectory=case.trajectory.status if case.trajectory else None,
            known_status=case.referral.disclosed_status,
            known=Lazy(lambda: case.disclosed.read(in_force)),
        )


@dataclass(frozen=True, kw_only=True)
class EarlierReferral:
    """A referral of a client that there was already."""

    id: UUID
    organisation_id: UUID
    status: ReferralStatus
    received_at: datetime

    @classmethod
    def of(cls, case: Case) -> "EarlierReferral":
        """Return the referral of a case of this transaction."""
        referral = case.referral
        return cls(
            id=referral.id,
            organisation_id=referral.organisation.id,
            status=referral.status,
            received_at=referral.received_at,
        )


def referred_before(earlier: Iterable[EarlierReferral], organisation_id: UUID, received_at: datetime) -> UUID | None:
    """Return the newest referral of the client by the same organisation before this one; None without one.

    That another organisation referred the client is nothing that this one may learn.
    """
    own = [
        each
        for each in earlier
        if each.organisation_id == organisation_id
        and each.status is not ReferralStatus.ENTERED_IN_ERROR
        and each.received_at <= received_at
    ]
    return max(own, key=lambda each: (each.received_at, each.id)).id if own else None


@dataclass(frozen=True)
class ReferringAgain:
    """Who refers a client now.

    Attributes:
        hears_of_ends: whether it hears of the end of each trajectory that it knows of.
    """

    organisation_id: UUID
    hears_of_ends: bool

    def finds_open(self, case: EarlierCase) -> bool:
        """Return whether an earlier case counts as open for this referrer.

        It reads the advice that follows, and may not learn from it how a case of its own goes on.
        """
        if case.organisation_id != self.organisation_id:
            return case.goes_on
        return not self._knows_to_have_ended(case)

    def _knows_to_have_ended(self, case: EarlierCase) -> bool:
        known = case.known.value
        if any(known.get(each) for each in CLOSURE_REASONS):
            return True
        if Field.TRAJECTORY_ID not in known:
            return not is_open(case.known_status)
        # After a result, who does not hear of the end does not know how long the trajectory runs.
        if known.get(Field.RESULT_CODE) and not self.hears_of_ends:
            return True
        result, trajectory = known.get(Field.INTAKE_RESULT), known.get(Field.TRAJECTORY_STATUS)
        return (
            not (is_open(case.known_status) or case.known_status is ReferralStatus.CONCLUDED)
            or (bool(result) and not IntakeResult(str(result)).opens_trajectory)
            or (bool(trajectory) and is_ended(TrajectoryStatus(str(trajectory))))
        )
