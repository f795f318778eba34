"""Counts of the hub's own records for the city's tables (evaluation of 2020, chapter 5)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection, Select, and_, case, func, or_, select

from app.domain.codes import ReferralStatus
from app.models.access.organisation import organisation
from app.models.cases.referral import referral
from app.models.cases.trajectory_tables import kbr_application, plan, trajectory, trajectory_result
from app.models.delivery.delivery import DeliveryState, delivery
from app.models.delivery.disclosure import disclosure

Key = TypeVar("Key")


@dataclass(frozen=True)
class ReferralCount:
    """A number of referrals, and how many of them missed the intake."""

    referrals: int
    missed: int


@dataclass(frozen=True)
class DecisionCount:
    """A number of trajectories with the same day of intake and day of first decision; None when not recorded."""

    intake_held_on: date | None
    decided_on: date | None
    trajectories: int

    @property
    def weeks(self) -> int | None:
        """Return the number of whole weeks between the two; None when a day is not recorded."""
        return (self.decided_on - self.intake_held_on).days // 7 if self.intake_held_on and self.decided_on else None


# Missed in the end: the client missed the last appointment, and was not reached afterwards.
_MISSED = or_(
    referral.c.status == ReferralStatus.MISSED,
    and_(referral.c.status == ReferralStatus.UNREACHABLE, referral.c.missed_count > 0),
)
_MISSED_COUNT = func.sum(case((_MISSED, 1), else_=0))


def referrals_by_kind(tx: Connection) -> dict[str, ReferralCount]:
    """Return the number of referrals, and of those that missed the intake, per referrer kind (5.1, 5.4)."""
    query = (
        select(organisation.c.kind, func.count(), _MISSED_COUNT)
        .join(organisation, organisation.c.id == referral.c.organisation_id)
        .group_by(organisation.c.kind)
    )
    return {str(kind): ReferralCount(total, missed) for kind, total, missed in tx.execute(query)}


def referrals_by_area(tx: Connection) -> dict[str, ReferralCount]:
    """Return the number of referrals, and of those that missed the intake, per area (5.5)."""
    query = select(referral.c.area, func.count(), _MISSED_COUNT).group_by(referral.c.area)
    return {area: ReferralCount(total, missed) for area, total, missed in tx.execute(query)}


def referrals_by_age(tx: Connection) -> dict[int, int]:
    """Return the number of referrals per age in years on the day of referral (5.2)."""
    return _pairs(tx, select(referral.c.age, func.count()).group_by(referral.c.age))


def intake_results(tx: Connection) -> dict[str, int]:
    """Return the number of referrals per intake result (5.3)."""
    query = select(referral.c.intake_result, func.count()).where(referral.c.intake_result.is_not(None))
    return _pairs(tx, query.group_by(referral.c.intake_result))


def missed_in_all(tx: Connection) -> int:
    """Return the number of referrals that missed the intake (5.3)."""
    return tx.execute(select(func.count()).select_from(referral).where(_MISSED)).scalar_one()


def signed_plans(tx: Connection) -> int:
    """Return the number of signed plans (5.4, text)."""
    return tx.execute(select(func.count()).select_from(plan)).scalar_one()


def trajectory_results(tx: Connection) -> dict[str, int]:
    """Return the number of trajectories per first result (5.6)."""
    query = select(trajectory_result.c.code, func.count()).where(trajectory_result.c.id.in_(_first_results()))
    return _pairs(tx, query.group_by(trajectory_result.c.code))


def decision_days(tx: Connection) -> list[DecisionCount]:
    """Return the number of trajectories per day of intake and day of first decision (5.7)."""
    query = (
        select(referral.c.intake_held_on, trajectory_result.c.decided_on, func.count())
        .join(trajectory, trajectory.c.id == trajectory_result.c.trajectory_id)
        .join(referral, referral.c.id == trajectory.c.referral_id)
        .where(trajectory_result.c.id.in_(_first_results()))
        .group_by(referral.c.intake_held_on, trajectory_result.c.decided_on)
    )
    return [DecisionCount(intake, decision, number) for intake, decision, number in tx.execute(query)]


def kbr_applications(tx: Connection) -> dict[str, int]:
    """Return the number of credit bank applications per status (5.8)."""
    query = select(kbr_application.c.status, func.count()).group_by(kbr_application.c.status)
    return _pairs(tx, query)


def _pairs(tx: Connection, query: Select[Key, int]) -> dict[Key, int]:
    return dict(tx.execute(query).all())


def _first_results() -> Select[tuple[UUID]]:
    ranked = select(
        trajectory_result.c.id,
        func.row_number()
        .over(partition_by=trajectory_result.c.trajectory_id, order_by=trajectory_result.c.id)
        .label("place"),
    ).subquery()
    return select(ranked.c.id).where(ranked.c.place == 1)


def feedback_given(tx: Connection) -> dict[str, dict[str, int]]:
    """Return how often something was disclosed to referrers, per kind of referrer and feedback moment."""
    query = (
        select(disclosure.c.referrer_kind, disclosure.c.moment, func.count(disclosure.c.delivery_id.distinct()))
        .where(disclosure.c.organisation_id.is_not(None), disclosure.c.moment.is_not(None))
        .group_by(disclosure.c.referrer_kind, disclosure.c.moment)
    )
    given: dict[str, dict[str, int]] = {}
    for kind, moment, number in tx.execute(query):
        given.setdefault(kind, {})[moment] = number
    return given


def overdue(tx: Connection, now: datetime) -> int:
    """Return the number of deliveries that should have been tried by now."""
    late = (delivery.c.state == DeliveryState.PENDING, delivery.c.next_attempt_at <= now)
    return tx.execute(select(func.count()).where(*late)).scalar_one()


def undelivered(tx: Connection) -> int:
    """Return the number of deliveries that are not delivered yet, or were given up."""
    settled = (DeliveryState.DELIVERED, DeliveryState.WITHHELD)
    return tx.execute(select(func.count()).where(delivery.c.state.not_in(settled))).scalar_one()
