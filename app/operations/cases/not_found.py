"""A record that does not exist for its caller: one answer whether it is another's or none, and two causes."""

from uuid import UUID

from app.database import Connection
from app.domain.errors import ReferralNotFound, TrajectoryNotFound
from app.domain.queries import EVERYTHING, Visibility
from app.domain.refusal import RefusalCause
from app.models.cases.referral import load_referral_rows


def not_found(
    tx: Connection,
    error: type[ReferralNotFound | TrajectoryNotFound],
    referral_id: UUID | None,
    visibility: Visibility,
) -> ReferralNotFound | TrajectoryNotFound:
    """Return the error, whose cause says whether the record is another's; callers with ids of their own reach none."""
    is_anothers = (
        referral_id is not None and visibility != EVERYTHING and bool(load_referral_rows(tx, [referral_id], EVERYTHING))
    )
    return error(RefusalCause.ANOTHERS_RECORD if is_anothers else None)
