"""A record that does not exist for its caller: one answer whether it is another's or none, and two causes.

Both take the same statements, so that the time of an answer says no more than the answer. Callers with ids of their own
reach nothing of another's.
"""

from uuid import UUID

from app.database import Connection
from app.domain.errors import ReferralNotFound, TrajectoryNotFound
from app.domain.queries import EVERYTHING, Visibility
from app.domain.refusal import RefusalCause
from app.models.cases.referral import load_referral_rows
from app.models.cases.trajectory import referral_id_of


def referral_not_found(tx: Connection, referral_id: UUID, visibility: Visibility) -> ReferralNotFound:
    """Return the error for a referral that is not visible, whose cause says whether it is another's."""
    return ReferralNotFound(
        _cause(visibility != EVERYTHING and bool(load_referral_rows(tx, [referral_id], EVERYTHING)))
    )


def trajectory_not_found(tx: Connection, trajectory_id: UUID, visibility: Visibility) -> TrajectoryNotFound:
    """Return the error for a trajectory that is not visible, whose cause says whether it is another's."""
    return TrajectoryNotFound(_cause(visibility != EVERYTHING and bool(referral_id_of(tx, trajectory_id, EVERYTHING))))


def _cause(is_anothers: bool) -> RefusalCause | None:
    return RefusalCause.ANOTHERS_RECORD if is_anothers else None
