"""Runs the checks one after the other against one sandbox hub; ``python clients/run.py --help``."""

import argparse
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from clients.checks import CHECKS, Check, Outcome, Status, end_of_log, read_checks, run_check
from clients.matrix import PAGE, page, record, recorded
from clients.sandbox_hub import sandbox_hub

ROOT = CHECKS.parent
_BUILD = ROOT / "build" / "clients"


def main() -> int:
    """Run what the command line asks for. Return 1 if a check failed, otherwise 0."""
    # Ended from outside, it ends the sandbox and the check under way too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = _options()
    checks = read_checks()
    wanted = [check for check in checks if not options.names or check.name in options.names]
    if unknown := set(options.names) - {check.name for check in wanted}:
        sys.exit(f"no such check: {', '.join(sorted(unknown))}")
    outcomes = {} if options.render else _run_all(wanted, options.build, options.budget)
    if options.record:
        for check, outcome in outcomes.items():
            record(check, outcome)
    if options.record or options.render:
        PAGE.write_text(page(checks))
    return _summary(outcomes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check other people's tools against the hub.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="the checks to run; all if left out")
    parser.add_argument("--record", action="store_true", help="store the results and write docs/reference/clients.md")
    parser.add_argument("--render", action="store_true", help="write docs/reference/clients.md and run nothing")
    parser.add_argument("--build", type=Path, default=_BUILD, help="folder of logs, scratch folders and the cache")
    parser.add_argument("--budget", type=int, default=1500, help="seconds after which no further check is started")
    return parser.parse_args()


def _run_all(checks: Sequence[Check], build: Path, budget: int) -> dict[Check, Outcome]:
    data, logs = build / "hub", build / "logs"
    shutil.rmtree(data, ignore_errors=True)
    logs.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + budget
    with sandbox_hub(data, logs / "hub.log") as hub:
        variables = {**hub, **_places(build)}
        return {check: _one(check, build, variables, deadline) for check in checks}


def _places(build: Path) -> dict[str, str]:
    cache = build / "cache"
    cache.mkdir(exist_ok=True)
    return {
        "CACHE": str(cache),
        "HUB_DOCUMENT": str(ROOT / "openapi" / "hub.v1.json"),
        "HUB_DOCUMENT_WITHOUT_WEBHOOKS": str(ROOT / "openapi" / "hub.v1.without-webhooks.json"),
        "SHARED": str(CHECKS / "shared.sh"),
        "PYTHON": sys.executable,
    }


def _one(check: Check, build: Path, variables: Mapping[str, str], deadline: float) -> Outcome:
    began = time.monotonic()
    if began > deadline:
        outcome = Outcome(status=Status.UNAVAILABLE, version="", result="not run: there was no time left")
    else:
        outcome = run_check(check, build, variables)
    print(f"{outcome.status:<11} {time.monotonic() - began:5.0f} s  {check.name}: {outcome.result}", flush=True)
    if outcome.status is Status.FAILED:
        print(end_of_log(check, build), flush=True)
    return outcome


def _summary(outcomes: Mapping[Check, Outcome]) -> int:
    failed = [check.name for check, outcome in outcomes.items() if outcome.status is Status.FAILED]
    changed = [check.name for check, outcome in outcomes.items() if _differs(outcome, recorded(check))]
    for name in failed:
        print(f"failed: {name}")
    for name in changed:
        print(f"the page does not say so yet: {name}; run it with --record")
    return 1 if failed or changed else 0


def _differs(outcome: Outcome, known: Outcome | None) -> bool:
    """Return whether a check that could be run ended in another way than the page says."""
    return outcome.status is not Status.UNAVAILABLE and outcome != known


if __name__ == "__main__":
    sys.exit(main())
