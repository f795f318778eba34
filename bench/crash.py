"""SIGKILL of the API and of the worker at random moments, on PostgreSQL: ``python -m bench.crash [CASES]``.

The short version is a test, ``tests/integration/test_kill.py``; both run ``tests/support/crash.py``.
"""

from __future__ import annotations

import sys

import uvloop

from bench.figures import show
from bench.installation import empty_database
from tests.support.crash import CrashRun, run_crashes
from tests.support.receiver_process import running_receiver


async def measure(cases: int) -> None:
    """Print what became of ten changes for each case."""
    run = CrashRun(cases=cases, kills=max(3, cases // 8), pause_seconds=0.04 * cases)
    with empty_database() as url:
        async with running_receiver() as receiver:
            report = await run_crashes(run, url, receiver)
    show(f"{report.accepted} changes accepted (seed {run.seed})", f"killed: {report.kills}")
    counts = {
        "lost": report.lost,
        "spurious": report.spurious,
        "orphans": report.orphans,
        "out of order": report.out_of_order,
        "re-identified": report.re_identified,
        "repeated": report.repeated,
        "re-leased": report.re_leased,
    }
    print(", ".join(f"{name} {count}" for name, count in counts.items()))


if __name__ == "__main__":
    uvloop.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
