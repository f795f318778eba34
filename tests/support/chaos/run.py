"""A run: changes are made while one trouble comes after another; then it is judged what became of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random, randrange

from sqlalchemy import select

from app.models.delivery.subscription import subscription
from tests.support.chaos.cases import cases_of
from tests.support.chaos.installation import Installation, running_installation
from tests.support.chaos.judge import Verdict, judge, waits
from tests.support.chaos.poller import Poller
from tests.support.chaos.reports import Reported, reports_of, until_ends_are_reported
from tests.support.chaos.troubles import PastTrouble, Trouble, happen
from tests.support.chaos.waiting import until

# Longer than a lease, and than five minutes, after which an event that could not be relayed is tried again.
MOST_WAIT_SECONDS = 420.0


@dataclass(frozen=True, kw_only=True)
class ChaosRun:
    """The parameters of a run.

    Attributes:
        cases: how many, each with ten changes.
        seconds: the time over which the changes are spread.
        troubles: in an order that is drawn by lot.
        alongside: begin with the first of them, and last while they come and go.
        seed: of all random choices.
    """

    cases: int
    seconds: float
    troubles: Sequence[Trouble]
    alongside: Sequence[Trouble] = ()
    seed: int = field(default_factory=lambda: randrange(2**32))


@dataclass(frozen=True, kw_only=True)
class ChaosReport:
    """What happened.

    Attributes:
        began_at: in seconds since the epoch.
        accepted: changes that were accepted.
        refusals: answers that neither accepted a change nor asked to repeat it.
        disk_was_full: False where no file system could be mounted, and the database only said so.
    """

    began_at: float
    ended_at: float
    accepted: int
    troubles: Sequence[PastTrouble]
    verdict: Verdict
    reported: Sequence[Reported]
    refusals: Sequence[str]
    disk_was_full: bool


async def run_chaos(run: ChaosRun) -> ChaosReport:
    """Have everything happen. Return what became of it."""
    async with running_installation() as installation:
        chance, began_at = Random(run.seed), time.time()
        cases = cases_of(installation, run.cases, chance, seconds=run.seconds)
        poller = Poller(installation.referrer)
        changing = [asyncio.create_task(case.run()) for case in cases]
        polling = asyncio.create_task(poller.run())
        try:
            past = await _happening(installation, run, chance)
            done, _ = await asyncio.wait(changing, timeout=run.seconds + MOST_WAIT_SECONDS)
            await asyncio.gather(*done)
        finally:
            for each in (*changing, polling):
                each.cancel()
        await _end_well(installation)
        await poller.finish()
        return ChaosReport(
            began_at=began_at,
            ended_at=time.time(),
            accepted=sum(case.accepted for case in cases) + len(installation.probes),
            troubles=past,
            verdict=await judge(installation, cases, poller.arrivals),
            reported=await reports_of(installation, past),
            refusals=[case.refusal for case in cases if case.refusal],
            disk_was_full=installation.disk is not None,
        )


async def _happening(installation: Installation, run: ChaosRun, chance: Random) -> list[PastTrouble]:
    """Have the troubles of a run happen. Return them."""
    async with asyncio.TaskGroup() as running:
        alongside = [running.create_task(happen(installation, each)) for each in run.alongside]
        past = []
        for trouble in chance.sample(run.troubles, len(run.troubles)):
            past.append(await happen(installation, trouble))
            await until_ends_are_reported(installation)
    return past + [each.result() for each in alongside]


async def _end_well(installation: Installation) -> None:
    """Mend the receiver that fails at random, have its owner say so, and wait until everything has arrived."""
    await installation.receiver.get("mend")
    async with installation.database() as db:
        subscriptions = await db.read(lambda tx: list(tx.scalars(select(subscription.c.id))))
    for id in subscriptions:
        await installation.operator.post(f"/v1/subscriptions/{id}/retry", {})

    async def has_arrived() -> bool:
        return not await waits(installation)

    with suppress(TimeoutError):
        await until(has_arrived, MOST_WAIT_SECONDS)
    await until_ends_are_reported(installation)
