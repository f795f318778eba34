"""Whoever is cut off through one process is refused by another within a second, and on SQLite by the only one."""

import pytest

from tests.support.cutting_off import BY_COMMAND, OVER_THE_API, running_processes

pytestmark = pytest.mark.slow


async def test_a_token_that_two_processes_know_is_refused_by_both(emptied_postgres_url: str) -> None:
    cuts = [BY_COMMAND, *OVER_THE_API]
    async with running_processes(emptied_postgres_url, 2, cuts) as processes:
        for cut in cuts:
            # It waits patiently; ``python -m bench.revocation`` measures.
            await processes.seconds_until_refused(cut)


async def test_a_token_that_the_only_process_on_sqlite_knows_is_refused_at_once(sqlite_url: str) -> None:
    async with running_processes(sqlite_url, 1, OVER_THE_API) as process:
        for cut in OVER_THE_API:
            await process.seconds_until_refused(cut)
