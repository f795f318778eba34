"""SIGKILL of the API and of the worker loses nothing; the long version is ``python -m bench.crash``."""

import asyncio

import pytest

from tests.support.crash import CrashReport, CrashRun, run_crashes
from tests.support.receiver_process import running_receiver

pytestmark = pytest.mark.slow

CASES, CHANGES_EACH = 10, 10

# It takes a fifth of this; a busy machine starts processes slowly.
BOUND_SECONDS = 120


@pytest.fixture
async def report(postgres_url: str) -> CrashReport:
    """Return the result of a hundred changes with both processes killed twice, the worker once during a delivery."""
    async with asyncio.timeout(BOUND_SECONDS), running_receiver() as receiver:
        return await run_crashes(CrashRun(cases=CASES, kills=2, pause_seconds=0.4), postgres_url, receiver)


async def test_killing_api_and_worker_loses_no_accepted_change_and_keeps_the_order(report: CrashReport) -> None:
    assert report.kills == {"api": 2, "worker": 2}
    assert report.accepted == CASES * CHANGES_EACH
    assert report.re_leased > 0
    assert (report.lost, report.spurious, report.orphans, report.out_of_order, report.re_identified) == (0, 0, 0, 0, 0)
