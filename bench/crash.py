"""kill -9 of the API and of the worker at random moments, on PostgreSQL: ``python -m bench.crash [CHAINS]``.

Callers make changes and repeat each, under its Idempotency-Key, until it is accepted; meanwhile both processes are
killed and started again and again, the worker every other time while a delivery is in flight. Each chain is a referral,
its confirmation and its intake, planned and moved. After that every accepted change must have arrived at every
subscriber, once or under the same id, in the order of its chain.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import aiohttp
import uvloop
from sqlalchemy import String, bindparam, cast, func, select

from app.database import Connection, Database
from app.models.delivery.delivery import DeliveryState, delivery
from app.models.delivery.disclosure import disclosure
from app.models.delivery.outbox import event, unrelayed_since
from bench.figures import show
from bench.harness import Arrival, Mailbox, empty_hub, mailbox, open_stage
from bench.latency import REFERRAL
from tests.support.processes import Program, free_port, hub_environment

__all__ = ["MOVES", "AttemptOutcome", "CrashRun", "go_through"]

MOVES = 8
SUBSCRIBERS = 3
LONGEST_SECONDS = 60.0
# More than a lease: each worker finds what its predecessor had in flight.
AHEAD_SECONDS = 100.0
# The longest that a kill waits for a delivery in flight: a busy machine starts a worker slowly, and at the end of the
# changes there is none to come.
CATCH_SECONDS = 15.0
# The finance team's own system is not connected here; what it is owed waits.
_TO_SUBSCRIBERS = cast(delivery.c.receiver, String).startswith("subscription:")
_IN_FLIGHT = select(func.count()).where(
    _TO_SUBSCRIBERS, delivery.c.state == DeliveryState.SENDING.value, delivery.c.lease_until > bindparam("now")
)
_REFERRER, _TEAM, _TEAM_CODE = "kill-referrer", "kill-team", "expertiseteam-financien"


@dataclass(frozen=True)
class CrashRun:
    """How much, and how rough.

    Attributes:
        chains: referrals, each with ten changes.
        kills: how often each process is killed.
        pause_seconds: the longest that a caller waits between two changes of a chain.
        life_seconds: the longest that a process lives once it has started.
    """

    chains: int
    kills: int
    pause_seconds: float
    life_seconds: float = 2.0
    seed: int = field(default_factory=lambda: random.randrange(2**32))


@dataclass(frozen=True)
class AttemptOutcome:
    """What became of the changes.

    Attributes:
        accepted: changes that the API accepted.
        lost: accepted changes that did not arrive at a subscriber.
        unasked: events that no accepted change explains.
        orphans: rows that belong to nothing, or that nothing will ever look at again.
        disordered: chains that arrived at a subscriber in another order than that of their changes.
        retaken: deliveries that were in flight in a worker when it was killed.
        repeated: arrivals of an event that had arrived before, under the same id.
        renamed: arrivals under a new id of an event that had arrived before.
    """

    accepted: int
    lost: int
    unasked: int
    disordered: int
    repeated: int
    renamed: int
    orphans: int = 0
    retaken: int = 0
    kills: Mapping[str, int] = field(default_factory=dict)


@dataclass
class _Hub:
    """The API and the worker, killed and started again."""

    url: str
    port: int
    kills: dict[str, int] = field(default_factory=lambda: {"api": 0, "worker": 0})
    _programs: dict[str, Program] = field(default_factory=dict)

    def start(self, name: str) -> None:
        environment = hub_environment(self.url, self.port)
        arguments = (
            ("app.cli.main", "serve")
            if name == "api"
            else ("tests.support.clock_offset_worker", str(self._ahead_seconds))
        )
        self._programs[name] = Program(arguments, environment, f"http://127.0.0.1:{self.port}/healthz/live")
        self._programs[name].start()

    async def haunt(self, chance: random.Random, ordeal: CrashRun) -> None:
        """Kill both at random moments, the worker also while it starts or sends, and start them again."""
        async with _opened(self.url) as db:
            for lease in range(ordeal.kills):
                await asyncio.to_thread(self._programs["api"].wait_until_ready)
                for name in chance.sample(list(self.kills), 2):
                    await asyncio.sleep(chance.uniform(0, ordeal.life_seconds / 2))
                    if name == "worker" and lease % 2 == 0:
                        await self._caught_sending(db)
                    self._programs[name].end(signal.SIGKILL)
                    self.kills[name] += 1
                    self.start(name)

    @property
    def _ahead_seconds(self) -> float:
        return AHEAD_SECONDS * self.kills["worker"]

    async def _caught_sending(self, db: Database) -> None:
        """Return as soon as the worker that runs now has a delivery in flight."""
        # What its predecessors left behind is over by its clock.
        ahead = timedelta(seconds=self._ahead_seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(CATCH_SECONDS):
                # Asked for, because it is another process that sends.
                while not await db.read(_count_in_flight, datetime.now(UTC) + ahead):  # noqa: ASYNC110
                    await asyncio.sleep(0.005)

    def stop(self) -> None:
        for program in self._programs.values():
            program.end()


async def go_through(ordeal: CrashRun, url: str, box: Mailbox) -> AttemptOutcome:
    """Put a hub over this database through an ordeal; returns what became of the changes."""
    hub = _Hub(url, free_port())
    tokens = await _furnish(url, hub.port, box)
    await box.forget()
    for name in hub.kills:
        hub.start(name)
    try:
        accepted = await _changes_under_fire(ordeal, hub, tokens)
        wanted = SUBSCRIBERS * sum(len(types) for types in accepted.values())
        # More than wanted may come, and the last one may be late: what counts is that nothing is owed any more.
        await box.wait_for(wanted, LONGEST_SECONDS)
        await _nothing_owed(url)
    finally:
        hub.stop()
    arrivals, _ = await box.arrivals()
    return replace(_judged(accepted, arrivals), **await _books(url), kills=hub.kills)


async def _furnish(url: str, port: int, box: Mailbox) -> Sequence[str]:
    async with open_stage(url) as stage:
        organisation_id = await stage.add_referrer(_REFERRER)
        await stage.add_client(_TEAM, _TEAM_CODE)
        await stage.subscribe(organisation_id, *(f"{box.url}/slow/{number}" for number in range(SUBSCRIBERS)))
        return [await stage.token(client, f"http://127.0.0.1:{port}") for client in (_REFERRER, _TEAM)]


async def _changes_under_fire(ordeal: CrashRun, hub: _Hub, tokens: Sequence[str]) -> dict[str, list[str]]:
    """Return the types of event that the accepted changes promise, by the referrer's id of the referral."""
    chance = random.Random(ordeal.seed)
    async with _caller(hub, tokens[0]) as referrer, _caller(hub, tokens[1]) as team, asyncio.TaskGroup() as tasks:
        tasks.create_task(hub.haunt(chance, ordeal))
        chains = [_Chain(number, referrer, team, chance, ordeal.pause_seconds) for number in range(ordeal.chains)]
        runs = [tasks.create_task(chain.run()) for chain in chains]
    return dict(run.result() for run in runs)


@asynccontextmanager
async def _caller(hub: _Hub, token: str) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"authorization": f"Bearer {token}", "if-match": "*"}
    timeout = aiohttp.ClientTimeout(total=5)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{hub.port}", headers=headers, timeout=timeout) as http:
        yield http


@dataclass
class _Chain:
    """One referral with its changes, made one after the other."""

    number: int
    referrer: aiohttp.ClientSession
    team: aiohttp.ClientSession
    chance: random.Random
    pause_seconds: float

    async def run(self) -> tuple[str, list[str]]:
        """Make the changes; returns the referrer's id of the referral and the events that they promise."""
        reference = f"K-{self.number}"
        referred = await self._insist(self.referrer, "/v1/referrals", {**REFERRAL, "reference": reference})
        found = await self._insist(self.team, "/v1/referrals/_search", {"reference": reference})
        path = f"/v1/referrals/{found['items'][0]['id']}"
        await self._insist(self.team, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker"}})
        starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
        for move in range(MOVES):
            body = {"startsAt": (starts_at + timedelta(hours=move)).isoformat()}
            await self._insist(self.team, f"{path}/appointments", body)
        return referred["id"], ["received", "confirmed", "intake-scheduled", *["intake-rescheduled"] * (MOVES - 1)]

    async def _insist(self, http: aiohttp.ClientSession, path: str, body: Mapping[str, Any]) -> Any:
        """Repeat a request under one key until it is answered."""
        await asyncio.sleep(self.chance.uniform(0, self.pause_seconds))
        key = {"idempotency-key": str(uuid4())}
        while True:
            try:
                async with http.post(path, json=body, headers=key) as answer:
                    if answer.status < 300:
                        return await answer.json()
                    if answer.status != 503:
                        raise RuntimeError(f"{path} was answered with {answer.status}: {await answer.text()}")
            except (aiohttp.ClientError, TimeoutError):
                # Nobody there, or killed half-way: whether it was done is what the key is for.
                await asyncio.sleep(0.05)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    db = Database.open(url)
    try:
        yield db
    finally:
        await db.close()


async def _nothing_owed(url: str) -> None:
    async with _opened(url) as db, asyncio.timeout(LONGEST_SECONDS):
        # Asked for, because it is another process that delivers.
        while await db.read(_owed):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def _owed(tx: Connection) -> bool:
    owed = select(func.count()).where(_TO_SUBSCRIBERS, delivery.c.state != DeliveryState.DELIVERED.value)
    return unrelayed_since(tx) is not None or tx.scalar(owed) != 0


async def _books(url: str) -> dict[str, int]:
    """Return what the hub's own books say."""
    async with _opened(url) as db:
        return {"orphans": await db.read(_count_orphans), "retaken": await db.read(_count_retaken)}


def _count_in_flight(tx: Connection, now: datetime) -> int:
    return tx.scalars(_IN_FLIGHT, {"now": now}).one()


def _count_retaken(tx: Connection) -> int:
    return tx.scalars(select(func.count()).where(_TO_SUBSCRIBERS, delivery.c.attempts > 1)).one()


def _count_orphans(tx: Connection) -> int:
    """Count events without deliveries, deliveries without event, and what was told without a record of it."""
    told, owed = select(disclosure.c.delivery_id), select(delivery.c.event_id)
    return sum(
        tx.scalars(select(func.count()).select_from(table).where(condition)).one()
        for table, condition in (
            (event, event.c.id.not_in(owed)),
            (delivery, delivery.c.event_id.not_in(select(event.c.id))),
            (delivery, _TO_SUBSCRIBERS & delivery.c.id.not_in(told)),
        )
    )


def _judged(accepted: Mapping[str, list[str]], arrivals: Sequence[Arrival]) -> AttemptOutcome:
    first = {(one.path, one.id): one for one in reversed(arrivals)}
    chains: dict[tuple[str, str], list[Arrival]] = defaultdict(list)
    for one in sorted(first.values(), key=lambda one: one.at):
        chains[one.path, one.subject].append(one)
    promised = {(f"/slow/{n}", subject): types for subject, types in accepted.items() for n in range(SUBSCRIBERS)}
    return AttemptOutcome(
        accepted=sum(len(types) for types in accepted.values()),
        lost=sum(max(0, len(types) - len(chains[chain])) for chain, types in promised.items()),
        unasked=sum(max(0, len(came) - len(promised.get(chain, ()))) for chain, came in chains.items()),
        disordered=sum(not _in_order(chains[chain], types) for chain, types in promised.items()),
        repeated=len(arrivals) - len(first),
        renamed=len(first) - len({(one.path, one.subject, one.sequence) for one in first.values()}),
    )


def _in_order(came: Sequence[Arrival], types: Sequence[str]) -> bool:
    numbered = [(one.sequence, one.type.split(".")[3]) for one in came]
    return numbered == list(enumerate(types, start=1))


async def measure(chains: int) -> None:
    """Print what became of ten changes a chain."""
    ordeal = CrashRun(chains, kills=max(3, chains // 8), pause_seconds=0.04 * chains)
    with empty_hub() as url:
        async with mailbox() as box:
            verdict = await go_through(ordeal, url, box)
    show(f"{verdict.accepted} changes accepted (seed {ordeal.seed})", f"killed: {verdict.kills}")
    told = vars(verdict).items()
    print(", ".join(f"{what} {count}" for what, count in told if what not in {"accepted", "kills"}))


if __name__ == "__main__":
    uvloop.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
