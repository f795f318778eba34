"""kill -9 of the API and of the worker loses nothing; the long version is ``python -m bench.crash``."""

import asyncio

import pytest

from bench.crash import AttemptOutcome, CrashRun, go_through
from bench.harness import mailbox

CHAINS, CHANGES_EACH = 10, 10

# It takes a fifth of this; a busy machine starts processes slowly.
BOUND_SECONDS = 120


@pytest.fixture
async def verdict(postgres_url: str) -> AttemptOutcome:
    """Return the result of a hundred changes with both processes killed twice, the worker once in mid-delivery."""
    async with asyncio.timeout(BOUND_SECONDS), mailbox() as box:
        return await go_through(CrashRun(CHAINS, kills=2, pause_seconds=0.4), postgres_url, box)


async def test_killing_api_and_worker_loses_no_accepted_change_and_keeps_the_order(
    verdict: AttemptOutcome,
) -> None:
    assert verdict.kills == {"api": 2, "worker": 2}
    assert verdict.accepted == CHAINS * CHANGES_EACH
    assert verdict.retaken > 0
    assert (verdict.lost, verdict.unasked, verdict.orphans, verdict.disordered, verdict.renamed) == (0, 0, 0, 0, 0)
