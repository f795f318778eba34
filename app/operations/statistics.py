"""The city's tables (evaluation of 2020, chapter 5) from the hub's own records."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from app.database import Connection
from app.models import statistics
from app.models.partners.quarantine import count_quarantined
from app.operations.services import Services
from app.reference import Band

_UNKNOWN = "unknown"


def city_tables(tx: Connection, services: Services) -> dict[str, Any]:
    """Return tables 5.1 to 5.8 and the number of signed plans; rows without a count are left out."""
    kinds, areas = statistics.referrals_by_kind(tx), statistics.referrals_by_area(tx)
    results = statistics.intake_results(tx)
    if missed := statistics.missed_in_all(tx):
        results["missed"] = missed
    return {
        "5.1": {kind: total for kind, (total, _) in kinds.items()},
        "5.2": _banded(services.reference.age_bands, statistics.referrals_by_age(tx)),
        "5.3": results,
        "5.4": _with_missed(kinds),
        "5.5": _with_missed(areas),
        "plans_signed": statistics.signed_plans(tx),
        "5.6": statistics.trajectory_results(tx),
        "5.7": _decision_weeks(services.reference.decision_week_bands, statistics.decision_days(tx)),
        "5.8": statistics.kbr_applications(tx),
    }


def exchange_counts(tx: Connection) -> dict[str, Any]:
    """Return what was told to whom, and what is left in quarantine or undelivered."""
    return {
        "feedback": statistics.feedback_given(tx),
        "quarantined": count_quarantined(tx),
        "undelivered": statistics.undelivered(tx),
    }


def _with_missed(counts: Mapping[str, tuple[int, int]]) -> dict[str, dict[str, int]]:
    return {key: {"missed": missed, "referrals": total} for key, (total, missed) in counts.items()}


def _banded(bands: Iterable[Band], counts: Mapping[int, int]) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for number, count in counts.items():
        totals[next((band.name for band in bands if band.holds(number)), _UNKNOWN)] += count
    return dict(totals)


def _decision_weeks(bands: Iterable[Band], rows: Iterable[tuple[date | None, date | None, int]]) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for intake, decision, count in rows:
        weeks = (decision - intake).days // 7 if intake and decision else None
        name = next((band.name for band in bands if weeks is not None and band.holds(weeks)), _UNKNOWN)
        totals[name] += count
    return dict(totals)
