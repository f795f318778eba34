"""Waits until everything is delivered at partners that make faults, while simulated time passes."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from app.domain.codes import System
from app.domain.errors import PartnerError
from app.models.statistics import undelivered
from app.operations.intake.apply import PageResult
from app.sandbox.environment import SandboxEnv

# Less than six hours in total, so that the retries of a morning end before the afternoon starts.
_FIRST_STEP, _GROWTH, _MAX_STEPS = timedelta(seconds=35), 1.25, 22

# A record that was corrupted in one pull is correct in the next, so two pulls without changes mean that all is read.
_QUIET_PULLS = 2


async def retry_until_delivered(env: SandboxEnv, *systems: System) -> None:
    """Pull these partners and deliver what follows.

    If the simulators make faults, repeat this until everything is read and delivered; the clocks move forward when a
    retry must wait.

    Raises:
        RuntimeError: not everything was delivered after the maximum number of rounds.
    """
    if not env.makes_faults:
        await env.worker.pull_and_deliver(*systems)
        return
    quiet_pulls, step = 0, _FIRST_STEP
    for _ in range(10 * _MAX_STEPS):
        result = await _pull(env, systems)
        await env.worker.pull_and_deliver()
        if result is None or await env.hub.db.read(undelivered) > 0:
            await env.set_clocks(env.clock.now() + step)
            quiet_pulls, step = 0, min(step * _GROWTH, _FIRST_STEP * _GROWTH**_MAX_STEPS)
        elif result.read != result.unchanged:
            quiet_pulls = 0
        else:
            quiet_pulls += 1
        if quiet_pulls == _QUIET_PULLS:
            return
    raise RuntimeError("Not everything was delivered; there are too many faults.")


async def _pull(env: SandboxEnv, systems: Sequence[System]) -> PageResult | None:
    """Pull once. Return the total, or None if a partner did not answer; the next pull then continues."""
    pulls = (env.worker.pullers[system].pull() for system in systems)
    outcomes = await asyncio.gather(*pulls, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, PartnerError):
            raise outcome
    results = [outcome for outcome in outcomes if isinstance(outcome, PageResult)]
    return sum(results, PageResult()) if len(results) == len(outcomes) else None
