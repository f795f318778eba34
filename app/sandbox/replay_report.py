"""The report of a replay: the city's tables, the feedback and the faults, on the console and as a document."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from app.domain.codes import FEEDBACK_MOMENTS, Code, IntakeResult, KbrStatus, ReferrerKind, TrajectoryResult
from app.models.statistics import ReferralCount
from app.operations.statistics import MISSED, UNKNOWN, CityTables, ExchangeCounts


@dataclass(frozen=True, kw_only=True)
class ReplayReport:
    """What a replay led to, counted from the hub's own records.

    Attributes:
        seconds: how long it took.
        faults: how many faults each simulator made, by kind; None when they were to make none.
    """

    tables: CityTables
    exchange: ExchangeCounts
    seconds: float
    faults: Mapping[str, Mapping[str, int]] | None = None


def report_document(report: ReplayReport) -> dict[str, object]:
    """Return the report as a document, its tables under their numbers in the evaluation."""
    tables, exchange = report.tables, report.exchange
    document = {
        "referrals": tables.referrals,
        "seconds": report.seconds,
        "tables": {
            "5.1": {kind: each.referrals for kind, each in tables.kinds.items()},
            "5.2": tables.ages,
            "5.3": tables.intake_results,
            "5.4": _with_missed(tables.kinds),
            "5.5": _with_missed(tables.areas),
            "plans_signed": tables.plans_signed,
            "5.6": tables.trajectory_results,
            "5.7": tables.decision_weeks,
            "5.8": tables.kbr_statuses,
        },
        "feedback": exchange.feedback,
        "quarantined": exchange.quarantined,
        "undelivered": exchange.undelivered,
    }
    return document if report.faults is None else document | {"faults": report.faults}


def _with_missed(counts: Mapping[str, ReferralCount]) -> dict[str, dict[str, int]]:
    return {key: {"missed": each.missed, "referrals": each.referrals} for key, each in counts.items()}


def print_replay_report(console: Console, report: ReplayReport) -> None:
    """Print the tables, the feedback, the faults, and the numbers in quarantine and undelivered."""
    for table in _tables(report.tables):
        console.print(table)
    console.print(f"Getekende plannen: {report.tables.plans_signed}")
    console.print(_feedback(report.exchange.feedback))
    for system, made in (report.faults or {}).items():
        console.print(f"Storingen bij {system}: {', '.join(f'{kind} {count}' for kind, count in made.items())}")
    left = f"quarantined {report.exchange.quarantined}, undelivered {report.exchange.undelivered}"
    console.print(f"{report.tables.referrals} referrals in {report.seconds:.1f} s; {left}")


def _tables(tables: CityTables) -> Iterator[Table]:
    kinds = {kind: each.referrals for kind, each in tables.kinds.items()}
    yield _counts("5.1 Aanmeldingen per verwijzer", kinds, _labels(ReferrerKind))
    yield _counts("5.2 Leeftijd", tables.ages, {})
    yield _counts("5.3 Resultaat intake", tables.intake_results, {MISSED: "Niet verschenen"} | _labels(IntakeResult))
    yield _counts("5.6 Resultaat traject", tables.trajectory_results, _labels(TrajectoryResult))
    yield _counts("5.7 Weken van intake tot besluit", tables.decision_weeks, {UNKNOWN: "onbekend"})
    yield _counts("5.8 Aanvragen KBR", tables.kbr_statuses, _labels(KbrStatus))
    yield _missed("5.4 Niet verschenen per verwijzer", tables.kinds)
    yield _missed("5.5 Niet verschenen per gebied", tables.areas)


def _labels(codes: type[Code]) -> dict[str, str]:
    return {code.value: code.label for code in codes}


def _counts(title: str, counts: Mapping[str, int], labels: Mapping[str, str]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    table.add_column("aantal", justify="right")
    for key, count in sorted(counts.items(), key=lambda item: -item[1]):
        table.add_row(labels.get(key, key), str(count))
    table.add_row("totaal", str(Counter(counts).total()), style="bold")
    return table


def _missed(title: str, counts: Mapping[str, ReferralCount]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("", "niet verschenen", "aanmeldingen", "%"):
        table.add_column(heading, justify="left" if not heading else "right")
    for key, each in sorted(counts.items(), key=lambda item: -item[1].referrals):
        percent = round(100 * each.missed / each.referrals)
        table.add_row(key, str(each.missed), str(each.referrals), f"{percent}%")
    return table


def _feedback(feedback: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table(title="Terugkoppelingen per verwijzer en moment", title_justify="left")
    table.add_column("")
    moments = [moment for moment in FEEDBACK_MOMENTS if any(moment in row for row in feedback.values())]
    for moment in moments:
        table.add_column(moment.value.replace("_", " "), justify="right")
    for kind, row in sorted(feedback.items()):
        table.add_row(kind, *(str(row.get(moment, "-")) for moment in moments))
    return table
