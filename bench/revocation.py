"""How long a process accepts the token of a caller who was cut off through another: ``python -m bench.revocation``."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace

from bench.figures import show
from bench.installation import empty_database
from tests.support.cutting_off import BY_COMMAND, OVER_THE_API, running_processes

TARGET_SECONDS = 1.0
TIMES = 20


async def measure() -> None:
    """Print the longest time of each way to be cut off, and as the last line the longest of all."""
    *repeatable, last = OVER_THE_API
    again = {replace(cut, name=f"{cut.name} {n}"): cut.name for n in range(TIMES) for cut in repeatable}
    # Commands take long to start; and of the last one everybody needs a new token.
    names = {BY_COMMAND: BY_COMMAND.name, **again, last: last.name}
    seconds: dict[str, list[float]] = defaultdict(list)
    with empty_database() as url:
        async with running_processes(url, 2, list(names)) as processes:
            for cut, name in names.items():
                seconds[name].append(await processes.seconds_until_refused(cut))
    for name, found in seconds.items():
        show(name, f"refused within {max(found) * 1000:.0f} ms ({len(found)} times)")
    longest = max(max(found) for found in seconds.values())
    show("two processes: longest until refused", f"{longest:.2f} s; target at most {TARGET_SECONDS:g} s")


if __name__ == "__main__":
    asyncio.run(measure())
