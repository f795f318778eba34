"""The city's tables (evaluation of 2020, chapter 5), from the hub's own records, as JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from app.database import Connection
from app.models import statistics
from app.models.partners.quarantine import count_quarantined
from app.operations.services import Services
from app.reference import Band

_UNKNOWN = "unknown"


def city_tables(tx: Connection, services: Services) -> dict[str, Any]:
    """Return tables 5.1 to 5.8 and the number of signed plans; rows with a count of zero are left out."""
    kinds, areas = statistics.referrals_by_kind(tx), statistics.referrals_by_area(tx)
    results = statistics.intake_results(tx)
    if missed := statistics.missed_in_all(tx):
        results["missed"] = missed
    return {
        "5.1": {kind: each.referrals for kind, each in kinds.items()},
        "5.2": _banded(services.reference.age_bands, statistics.referrals_by_age(tx).items()),
        "5.3": results,
        "5.4": _with_missed(kinds),
        "5.5": _with_missed(areas),
        "plans_signed": statistics.signed_plans(tx),
        "5.6": statistics.trajectory_results(tx),
        "5.7": _banded(
            services.reference.decision_week_bands,
            ((each.weeks, each.trajectories) for each in statistics.decision_days(tx)),
        ),
        "5.8": statistics.kbr_applications(tx),
    }


def exchange_counts(tx: Connection) -> dict[str, Any]:
    """Return the number of disclosures to referrers, of records in quarantine and of undelivered events."""
    return {
        "feedback": statistics.feedback_given(tx),
        "quarantined": count_quarantined(tx),
        "undelivered": statistics.undelivered(tx),
    }


def _with_missed(counts: Mapping[str, statistics.ReferralCount]) -> dict[str, dict[str, int]]:
    return {key: {"missed": each.missed, "referrals": each.referrals} for key, each in counts.items()}


def _banded(bands: Iterable[Band], counts: Iterable[tuple[int | None, int]]) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for number, count in counts:
        totals[next((band.name for band in bands if number is not None and band.holds(number)), _UNKNOWN)] += count
    return dict(totals)
