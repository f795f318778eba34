"""A trajectory as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.disclosed import DisclosedRecord
from app.domain.lazy import Lazy
from app.domain.values import Consent, Organisation, Trajectory


@dataclass(frozen=True, kw_only=True)
class ListedTrajectory:
    """A trajectory as lists show it, with what decides who reads it and where it is in the list.

    Attributes:
        disclosed: what was disclosed of the case to its referrer.
    """

    trajectory: Trajectory
    referral_id: UUID
    organisation: Organisation
    consent: Consent
    disclosed: Lazy[DisclosedRecord]
    created_at: datetime
