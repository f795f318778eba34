"""Prints the report of a replay: the city's tables, the feedback and the faults."""

from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table

from app.domain.codes import FEEDBACK_MOMENTS, IntakeResult, KbrStatus, ReferrerKind, TrajectoryResult

_LABELS: dict[str, dict[str, str]] = {
    "5.1": {code.value: code.label for code in ReferrerKind},
    "5.2": {},
    "5.3": {"missed": "Niet verschenen"} | {code.value: code.label for code in IntakeResult},
    "5.6": {code.value: code.label for code in TrajectoryResult},
    "5.7": {"unknown": "onbekend"},
    "5.8": {code.value: code.label for code in KbrStatus},
}
_TITLES = {
    "5.1": "5.1 Aanmeldingen per verwijzer",
    "5.2": "5.2 Leeftijd",
    "5.3": "5.3 Resultaat intake",
    "5.6": "5.6 Resultaat traject",
    "5.7": "5.7 Weken van intake tot besluit",
    "5.8": "5.8 Aanvragen KBR",
}
_MISSED_TITLES = {"5.4": "5.4 Niet verschenen per verwijzer", "5.5": "5.5 Niet verschenen per gebied"}


def print_replay_report(console: Console, report: dict[str, Any]) -> None:
    """Print the tables, the feedback, the faults, and the numbers in quarantine and undelivered."""
    tables = report["tables"]
    for number, title in _TITLES.items():
        console.print(_counts(title, tables[number], _LABELS[number]))
    for number, title in _MISSED_TITLES.items():
        console.print(_missed(title, tables[number]))
    console.print(f"Getekende plannen: {tables['plans_signed']}")
    console.print(_feedback(report["feedback"]))
    for system, made in report.get("faults", {}).items():
        console.print(f"Storingen bij {system}: {', '.join(f'{kind} {count}' for kind, count in made.items())}")
    left = f"quarantined {report['quarantined']}, undelivered {report['undelivered']}"
    console.print(f"{report['referrals']} referrals in {report['seconds']:.1f} s; {left}")


def _counts(title: str, counts: dict[str, int], labels: dict[str, str]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    table.add_column("aantal", justify="right")
    for key, count in sorted(counts.items(), key=lambda item: -item[1]):
        table.add_row(labels.get(key, key), str(count))
    table.add_row("totaal", str(Counter(counts).total()), style="bold")
    return table


def _missed(title: str, counts: dict[str, dict[str, int]]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("", "niet verschenen", "aanmeldingen", "%"):
        table.add_column(heading, justify="left" if not heading else "right")
    for key, row in sorted(counts.items(), key=lambda item: -item[1]["referrals"]):
        percent = round(100 * row["missed"] / row["referrals"])
        table.add_row(key, str(row["missed"]), str(row["referrals"]), f"{percent}%")
    return table


def _feedback(feedback: dict[str, dict[str, int]]) -> Table:
    table = Table(title="Terugkoppelingen per verwijzer en moment", title_justify="left")
    table.add_column("")
    moments = [moment for moment in FEEDBACK_MOMENTS if any(moment in row for row in feedback.values())]
    for moment in moments:
        table.add_column(moment.value.replace("_", " "), justify="right")
    for kind, row in sorted(feedback.items()):
        table.add_row(kind, *(str(row.get(moment, "-")) for moment in moments))
    return table
