"""One trouble after another while changes are made: ``python -m bench.chaos [CHANGES]``, 2,000 by default.

The troubles are in ``tests/support/chaos/troubles.py``, and what is counted in ``judge.py`` and ``reports.py`` there.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import uvloop

from app.log import configure_logging
from bench.figures import show
from tests.support.chaos.cases import CHANGES
from tests.support.chaos.reports import Reported
from tests.support.chaos.run import ChaosReport, ChaosRun, run_chaos
from tests.support.chaos.troubles import ALL, UNREADABLE_EVENT
from tests.support.host_clock import can_be_wrong

SECONDS = 540.0


async def measure(changes: int) -> None:
    """Print the troubles, and as the last line what became of the changes."""
    # What this process notices of the troubles is no news.
    configure_logging("ERROR", "console")
    run = ChaosRun(cases=changes // len(CHANGES), seconds=SECONDS, troubles=ALL, alongside=(UNREADABLE_EVENT,))
    report = await run_chaos(run)
    show(f"{report.accepted:,} changes accepted (seed {run.seed})", f"{report.ended_at - report.began_at:.0f} s")
    _print_conditions(report)
    _print_troubles(report)
    _print_verdict(report)


def _print_conditions(report: ChaosReport) -> None:
    clocks = "an hour ahead and an hour behind" if can_be_wrong() else "right, without libfaketime"
    disk = "full" if report.disk_was_full else "said to be full, because no file system can be mounted"
    print(f"clocks of the processes: {clocks}; disk: {disk}")


def _print_troubles(report: ChaosReport) -> None:
    print(f"{'trouble':<24}{'at':>8}{'lasted':>10}{'recovery':>12}  reported by (begins, ends)")
    for past in sorted(report.troubles, key=lambda each: each.began_at):
        name = past.trouble.name
        times = (past.began_at - report.began_at, past.ended_at - past.began_at, past.recovered_at - past.ended_at)
        at, lasted, recovery = (f"{seconds:.1f} s" for seconds in times)
        print(f"{name:<24}{at:>8}{lasted:>10}{recovery:>12}  {_summary(name, report.reported)}")


def _summary(name: str, reported: Sequence[Reported]) -> str:
    of_it = [each for each in reported if each.trouble == name]
    wrong = ", ".join(f"{each.by} ({each.begins}, {each.ends})" for each in of_it if not each.is_right)
    return f"{sum(each.is_right for each in of_it)} once" + (f"; wrong: {wrong}" if wrong else "")


def _print_verdict(report: ChaosReport) -> None:
    verdict = report.verdict
    wrong = [each for each in report.reported if not each.is_right]
    for found in (verdict.lost, verdict.doubled, verdict.stuck, verdict.out_of_order):
        for place, number in found.items():
            print(f"  {place}: {number}")
    for each in wrong:
        print(f"  reported {each.begins} and {each.ends} times: {each.trouble} by {each.by}")
    for refusal in report.refusals:
        print(f"  {refusal}")
    counts = {
        "repeated under the same id": verdict.repeated,
        "lost": sum(verdict.lost.values()),
        "doubled": sum(verdict.doubled.values()),
        "stuck": sum(verdict.stuck.values()),
        "out of order": sum(verdict.out_of_order.values()),
        "refused": len(report.refusals),
        "wrongly reported": len(wrong),
    }
    print(", ".join(f"{name} {number}" for name, number in counts.items()))


if __name__ == "__main__":
    uvloop.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000))
