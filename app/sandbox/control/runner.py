"""Runs scenarios, moves the clock and resets the sandbox, so that none of these harms another."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from app.models.statistics import overdue
from app.sandbox.caller import CallRefused
from app.sandbox.control.catalogue import SCENARIOS
from app.sandbox.control.rehearsal import Rehearsal
from app.sandbox.environment import SandboxEnv

LONGEST_MOVE = timedelta(days=3660)
"""The farthest that the clock is moved at a time."""
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""The last moment to which the clock is moved."""

_SETTLE_SECONDS = 10.0
_POLL_SECONDS = 0.1
_IN_THE_WAY = "A scenario lets the hub answer so; `trajecthub trigger hub-up` ends that; then play this one again."


class ClockMovedBack(ValueError):
    """What happened would not have happened yet."""


class ClockMovedTooFar(ValueError):
    """Nothing is known to work so far ahead."""


class BrokenOff(RuntimeError):
    """The sandbox was reset while a scenario was played."""


class TroubleInTheWay(RuntimeError):
    """The hub does not answer as it should, because a scenario lets it."""


class Control:
    """What testers do with the sandbox; any number of scenarios at a time, and a reset when none is played."""

    def __init__(self, env: SandboxEnv) -> None:
        self.env = env
        self._playing: set[asyncio.Task[None]] = set()
        self._changing = asyncio.Lock()

    async def play(self, name: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Play the scenario of this name. Return what happened and where to look.

        Raises:
            BrokenOff: the sandbox was reset meanwhile.
            CallRefused: the hub refused a call of the scenario.
            TroubleInTheWay: it refused it because of a scenario about the hub.
        """
        async with self._changing:
            rehearsal = Rehearsal(env=self.env, parameters=parameters)
            task = asyncio.ensure_future(SCENARIOS[name].play(rehearsal))
            self._playing.add(task)
            task.add_done_callback(self._playing.discard)
        await asyncio.wait({task})
        if task.cancelled():
            raise BrokenOff("The sandbox was reset while this scenario was played; play it again.")
        try:
            task.result()
        except CallRefused as refused:
            if self.env.running.was_troubled(refused.status):
                raise TroubleInTheWay(f"{refused} {_IN_THE_WAY}") from refused
            raise
        return rehearsal.report(name)

    async def move_clock(self, to: datetime | timedelta) -> bool:
        """Move all clocks forward and do what is due then. Return whether all of that was done within ten seconds.

        Args:
            to: a moment, or how far from the one at which the clocks are when it is their turn.

        Raises:
            ClockMovedBack: the clocks are past that moment.
            ClockMovedTooFar: it is more than ``LONGEST_MOVE`` away, or after ``LATEST``.
        """
        async with self._changing:
            now = self.env.clock.now()
            move = to if isinstance(to, timedelta) else to - now
            if move < timedelta():
                raise ClockMovedBack("The clock moves forward only; reset the sandbox to follow the computer's clock.")
            if move > LONGEST_MOVE or now + move > LATEST:
                said = f"The clock moves ten years at most at a time, up to the year {LATEST.year}."
                raise ClockMovedTooFar(said)
            await self.env.move_clocks(self.env.clock.ahead + move)
            while await self.env.worker.purge():
                pass
            return await self._settle()

    async def reset(self) -> None:
        """Put everything back as it was when the sandbox had started; scenarios that are played are broken off."""
        async with self._changing:
            for task in self._playing:
                task.cancel()
            if self._playing:
                await asyncio.wait(self._playing)
            try:
                await self.env.reset()
            finally:
                self.env.running.start_loops()

    @property
    def ahead(self) -> timedelta:
        """How far the clocks are ahead of the computer's."""
        return self.env.clock.ahead

    async def _settle(self) -> bool:
        ends_at = time.monotonic() + _SETTLE_SECONDS
        while await self.env.hub.db.read(overdue, self.env.clock.now()):
            if time.monotonic() > ends_at:
                return False
            await asyncio.sleep(_POLL_SECONDS)
        return True
