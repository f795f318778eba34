"""How a play gets done at partners that make faults: the hub's own retries, with time passing between them."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from app.domain.codes import System
from app.domain.errors import PartnerError
from app.models.statistics import undelivered
from app.operations.intake.apply import PageResult
from app.sandbox.environment import World

# Together below six hours, so that a morning's retries are over before the afternoon begins.
_FIRST_STEP, _GROWTH, _MOST_STEPS = timedelta(seconds=35), 1.25, 22

# What was spoilt in one pull is mended for the next; after two pulls without news nothing is on its way.
_QUIET_PULLS = 2


async def settle(world: World, *systems: System) -> None:
    """Pull these partners and tell everyone what happened.

    At partners that make faults until everything came through; the clocks move on while somebody must wait.

    Raises:
        RuntimeError: it did not come through in the time that a play has for it.
    """
    if not world.makes_faults:
        await world.worker.settle(*systems)
        return
    quiet, step = 0, _FIRST_STEP
    for _ in range(10 * _MOST_STEPS):
        tally = await _pull(world, systems)
        await world.worker.settle()
        if tally is None or await world.hub.db.read(undelivered) > 0:
            await world.set_clocks(world.clock.now() + step)
            quiet, step = 0, min(step * _GROWTH, _FIRST_STEP * _GROWTH**_MOST_STEPS)
        elif tally.read != tally.unchanged:
            quiet = 0
        else:
            quiet += 1
        if quiet == _QUIET_PULLS:
            return
    raise RuntimeError("The play does not settle; the faults are too many for it.")


async def _pull(world: World, systems: Sequence[System]) -> PageResult | None:
    """Pull once; None when a partner gave no answer, which the next pull makes good."""
    pulls = (world.worker.pullers[system].pull() for system in systems)
    outcomes = await asyncio.gather(*pulls, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, PartnerError):
            raise outcome
    tallies = [outcome for outcome in outcomes if isinstance(outcome, PageResult)]
    return sum(tallies, PageResult()) if len(tallies) == len(outcomes) else None
