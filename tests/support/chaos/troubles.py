"""The troubles of an installation: each lasts for a block, and is over when the installation works again."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from random import Random
from uuid import uuid4

import asyncpg
from sqlalchemy import ColumnElement, exists, select

from app.domain.events import EventType
from app.domain.receivers import PartnerKey
from app.models.delivery.lease import all_leases
from app.models.delivery.outbox import event
from app.models.delivery.receiver_health import failing_receivers
from app.operations.clock import SystemClock
from app.operations.partners.state import PartnerState, partner_states
from tests.support import api_calls
from tests.support.chaos.installation import Installation
from tests.support.chaos.waiting import until
from tests.support.hostile import FOREIGN_ERRORS, FOREIGN_SUCCESSES
from tests.support.receiver_process import SLOW_SECONDS
from tests.support.store_trouble import read_only, without_room

_MOST_LOST = 20
_NEXT_LIE_SECONDS = 2.0
# Five failed pulls in a row take two and a half to three minutes.
_MOST_LYING_SECONDS = 240.0
_MOST_RECOVERY_SECONDS = 400.0

_LIES = tuple(
    each
    for each in (*FOREIGN_ERRORS, *FOREIGN_SUCCESSES)
    if each.name
    in {
        "bad gateway of a proxy",
        "forbidden by a proxy",
        "maintenance page",
        "not found of a proxy",
        "proxy authentication",
        "redirect to a login page",
    }
)

_LATER_TYPE = "nl.trajecthub.referrals.of-a-later-release.v1"
_WRITE_LATER_TYPE = f"""
    CREATE OR REPLACE FUNCTION later_release() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(4711);
        IF NOT EXISTS (SELECT 1 FROM event WHERE type = '{_LATER_TYPE}') THEN NEW.type := '{_LATER_TYPE}'; END IF;
        RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER later_release BEFORE INSERT ON event FOR EACH ROW
    WHEN (NEW.type = '{EventType.INTAKE_SCHEDULED}') EXECUTE FUNCTION later_release()
"""
_READ_LATER_TYPE = f"""
    DROP FUNCTION IF EXISTS later_release CASCADE;
    UPDATE event SET type = '{EventType.INTAKE_SCHEDULED}' WHERE type = '{_LATER_TYPE}'
"""

Happening = Callable[[Installation], AbstractAsyncContextManager[None]]
"""Brings a trouble about for the duration of a block, and removes its cause at the end."""

Recovery = Callable[[Installation], Awaitable[None]]
"""Waits until the installation works again."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A kind of trouble.

    Attributes:
        seconds: how long it lasts, at least.
        is_of_database: every process of the hub that notices it reports its begin and its end.
    """

    name: str
    happening: Happening
    seconds: float
    recovery: Recovery
    is_of_database: bool = True


@dataclass(frozen=True, kw_only=True)
class PastTrouble:
    """A trouble that was there.

    Attributes:
        began_at, ended_at, recovered_at: in seconds since the epoch.
    """

    trouble: Trouble
    began_at: float
    ended_at: float
    recovered_at: float


async def happen(installation: Installation, trouble: Trouble) -> PastTrouble:
    """Bring a trouble about, and wait until the installation works again."""
    began_at = time.time()
    async with trouble.happening(installation):
        await asyncio.sleep(trouble.seconds)
    ended_at = time.time()
    await trouble.recovery(installation)
    return PastTrouble(trouble=trouble, began_at=began_at, ended_at=ended_at, recovered_at=time.time())


async def refer_and_hear(installation: Installation) -> None:
    """Refer a client over the API, and wait until the referral was received by a subscriber."""
    id = await _refer(installation)

    async def is_received() -> bool:
        return int(await installation.receiver.get(f"about/{id}")) > 0

    await until(is_received, _MOST_RECOVERY_SECONDS)


async def _refer(installation: Installation) -> str:
    """Refer a client over the API. Return the id of the referral."""
    made = await installation.referrer.post("/v1/referrals", api_calls.referral(reference=str(uuid4())))
    installation.probes.append(made["id"])
    return str(made["id"])


@asynccontextmanager
async def _fail_over(installation: Installation) -> AsyncIterator[None]:
    await asyncio.to_thread(installation.pair.fail_over)
    yield


@asynccontextmanager
async def _read_only(installation: Installation) -> AsyncIterator[None]:
    async with read_only(installation.pair.active.server, installation.active_url):
        yield


@asynccontextmanager
async def _full_disk(installation: Installation) -> AsyncIterator[None]:
    if installation.disk is None:
        async with without_room(installation.pair.active.server, installation.active_url):
            yield
        return
    with installation.disk.filled():
        yield
    # A standby that cannot write what it receives ends.
    await asyncio.to_thread(installation.pair.start_again)


@asynccontextmanager
async def _suspended(installation: Installation) -> AsyncIterator[None]:
    server = installation.pair.active
    server.send(signal.SIGSTOP)
    try:
        yield
    finally:
        server.send(signal.SIGCONT)


@asynccontextmanager
async def _killed_workers(installation: Installation) -> AsyncIterator[None]:
    """Kill the workers while something is in flight, and start them again."""
    async with installation.database() as database:

        async def is_in_flight() -> bool:
            return bool(await database.read(all_leases))

        await _refer(installation)
        await until(is_in_flight, _MOST_RECOVERY_SECONDS, look_seconds=0.002)
    # By now it has arrived at the slow subscriber, which has not answered yet.
    await asyncio.sleep(SLOW_SECONDS / 2)
    for worker in installation.workers:
        worker.end(signal.SIGKILL)
    yield
    for worker in installation.workers:
        worker.start()


@asynccontextmanager
async def _lost_commits(installation: Installation) -> AsyncIterator[None]:
    for proxy in installation.proxies:
        proxy.lost_commits = _MOST_LOST
    yield
    for proxy in installation.proxies:
        proxy.lost_commits = 0


@asynccontextmanager
async def _cut_network(installation: Installation) -> AsyncIterator[None]:
    for proxy in installation.proxies:
        proxy.passing.clear()
    try:
        yield
    finally:
        for proxy in installation.proxies:
            proxy.passing.set()


@asynccontextmanager
async def _unreadable_event(installation: Installation) -> AsyncIterator[None]:
    await _run_script(installation, _WRITE_LATER_TYPE)
    await until(partial(_is_any, installation, event.c.type == _LATER_TYPE), _MOST_RECOVERY_SECONDS)
    yield
    await _run_script(installation, _READ_LATER_TYPE)


async def _run_script(installation: Installation, script: str) -> None:
    """Run statements that can be repeated, as soon as the database takes them: it may have another trouble."""

    async def has_run() -> bool:
        try:
            await installation.run_script(script)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True

    await until(has_run, _MOST_RECOVERY_SECONDS)


async def _until_relayed(installation: Installation) -> None:
    async def is_relayed() -> bool:
        return not await _is_any(installation, event.c.deferred_until.is_not(None) & event.c.relayed_at.is_(None))

    await until(is_relayed, _MOST_RECOVERY_SECONDS)


@asynccontextmanager
async def _lying_proxies(installation: Installation) -> AsyncIterator[None]:
    """Let proxies answer for the partners until operators were alerted of each of them; then they end the wait."""
    lying = asyncio.create_task(_lie(installation, Random(1)))
    try:
        await until(partial(_are_operators_alerted, installation), _MOST_LYING_SECONDS)
        yield
    finally:
        lying.cancel()
        for between in installation.between.values():
            between.answer = None
    for system in installation.between:
        await installation.operator.post(f"/v1/partners/{system}/resumption", {})
        await installation.operator.post(f"/v1/partners/{system}/redeliveries", {})


async def _lie(installation: Installation, chance: Random) -> None:
    """Change the answer of each proxy over and over; some pass on nevertheless what they answer."""
    while True:
        for between in installation.between.values():
            between.answer, between.passes_on = chance.choice(_LIES), chance.random() < 0.3
        await asyncio.sleep(_NEXT_LIE_SECONDS)


async def _are_operators_alerted(installation: Installation) -> bool:
    return all(each.alerted_at for each in await _partner_states(installation))


async def _until_partners_work(installation: Installation) -> None:
    await until(partial(_partners_work, installation), _MOST_RECOVERY_SECONDS)


async def _partners_work(installation: Installation) -> bool:
    async with installation.database() as db:
        failing = await db.read(failing_receivers)
    is_closed = all(PartnerKey(system) not in failing for system in installation.between)
    return is_closed and not any(each.failures for each in await _partner_states(installation))


async def _partner_states(installation: Installation) -> Sequence[PartnerState]:
    async with installation.database() as db:
        return await db.read(partner_states, SystemClock().now())


async def _is_any(installation: Installation, condition: ColumnElement[bool]) -> bool:
    """Return whether an event of the outbox meets a condition."""
    async with installation.database() as db:
        return bool(await db.read(lambda tx: tx.scalar(select(exists().where(condition)))))


FAIL_OVER = Trouble(name="fail-over", happening=_fail_over, seconds=0, recovery=refer_and_hear)
READ_ONLY = Trouble(name="read-only", happening=_read_only, seconds=10, recovery=refer_and_hear)
FULL_DISK = Trouble(name="disk full", happening=_full_disk, seconds=15, recovery=refer_and_hear)
SUSPENDED = Trouble(name="database suspended", happening=_suspended, seconds=30, recovery=refer_and_hear)
LOST_COMMITS = Trouble(name="lost acknowledgements", happening=_lost_commits, seconds=10, recovery=refer_and_hear)
CUT_NETWORK = Trouble(name="network cut", happening=_cut_network, seconds=45, recovery=refer_and_hear)
KILLED_WORKERS = Trouble(
    name="workers killed", happening=_killed_workers, seconds=1, recovery=refer_and_hear, is_of_database=False
)
LYING_PROXIES = Trouble(
    name="proxies that lie",
    happening=_lying_proxies,
    seconds=0,
    recovery=_until_partners_work,
    is_of_database=False,
)
UNREADABLE_EVENT = Trouble(
    name="unreadable event",
    happening=_unreadable_event,
    seconds=60,
    recovery=_until_relayed,
    is_of_database=False,
)

OF_THE_DATABASE = (FAIL_OVER, READ_ONLY, FULL_DISK, SUSPENDED, LOST_COMMITS, CUT_NETWORK)
ALL = (*OF_THE_DATABASE, KILLED_WORKERS, LYING_PROXIES)
