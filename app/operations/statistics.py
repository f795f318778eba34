"""The city's tables (evaluation of 2020, chapter 5), from the hub's own records."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.database import Connection
from app.models import statistics
from app.models.partners.quarantine import count_quarantined
from app.models.statistics import ReferralCount
from app.operations.services import Services
from app.reference import Band

MISSED = "missed"
"""The row of table 5.3 for referrals without a result of the intake, because the client missed it."""

UNKNOWN = "unknown"
"""The row for a number that is not recorded."""


@dataclass(frozen=True, kw_only=True)
class CityTables:
    """The city's tables; rows with a count of zero are left out.

    Attributes:
        kinds: referrals per kind of referrer (5.1), and how many of them missed the intake (5.4).
        ages: referrals per band of ages on the day of referral (5.2).
        intake_results: referrals per result of the intake (5.3), also ``MISSED``.
        areas: referrals per area, and how many of them missed the intake (5.5).
        plans_signed: the number of signed plans.
        trajectory_results: trajectories per first result (5.6).
        decision_weeks: trajectories per band of weeks from the intake to the decision (5.7), also ``UNKNOWN``.
        kbr_statuses: applications to the credit bank per status (5.8).
    """

    kinds: Mapping[str, ReferralCount]
    ages: Mapping[str, int]
    intake_results: Mapping[str, int]
    areas: Mapping[str, ReferralCount]
    plans_signed: int
    trajectory_results: Mapping[str, int]
    decision_weeks: Mapping[str, int]
    kbr_statuses: Mapping[str, int]

    @property
    def referrals(self) -> int:
        """The number of all referrals."""
        return sum(each.referrals for each in self.kinds.values())


@dataclass(frozen=True)
class ExchangeCounts:
    """What was exchanged with referrers and partners, and what was not.

    Attributes:
        feedback: how often something was disclosed, per kind of referrer and feedback moment.
        quarantined: records of partners that are in quarantine.
        undelivered: deliveries that are not made yet, or were given up.
    """

    feedback: Mapping[str, Mapping[str, int]]
    quarantined: int
    undelivered: int


def city_tables(tx: Connection, services: Services) -> CityTables:
    """Return tables 5.1 to 5.8 and the number of signed plans."""
    weeks = ((each.weeks, each.trajectories) for each in statistics.decision_days(tx))
    return CityTables(
        kinds=statistics.referrals_by_kind(tx),
        ages=_banded(services.reference.age_bands, statistics.referrals_by_age(tx).items()),
        intake_results=_intake_results(tx),
        areas=statistics.referrals_by_area(tx),
        plans_signed=statistics.signed_plans(tx),
        trajectory_results=statistics.trajectory_results(tx),
        decision_weeks=_banded(services.reference.decision_week_bands, weeks),
        kbr_statuses=statistics.kbr_applications(tx),
    )


def exchange_counts(tx: Connection) -> ExchangeCounts:
    """Return the number of disclosures to referrers, of records in quarantine and of undelivered events."""
    return ExchangeCounts(statistics.feedback_given(tx), count_quarantined(tx), statistics.undelivered(tx))


def _intake_results(tx: Connection) -> dict[str, int]:
    results, missed = statistics.intake_results(tx), statistics.missed_in_all(tx)
    return results | ({MISSED: missed} if missed else {})


def _banded(bands: Iterable[Band], counts: Iterable[tuple[int | None, int]]) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for number, count in counts:
        totals[next((band.name for band in bands if number is not None and band.holds(number)), UNKNOWN)] += count
    return dict(totals)
