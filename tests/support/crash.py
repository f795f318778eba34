"""Kills the API and the worker with SIGKILL at random moments, on PostgreSQL, and checks that no change is lost.

Callers make changes and repeat each, under its Idempotency-Key, until it is accepted; meanwhile both processes are
killed and restarted several times, the worker every other time while a delivery is in flight. The changes of a case are
a referral, its confirmation, and its intake, planned and moved. Afterwards every accepted change must have arrived at
every subscriber, once or repeatedly under the same id, in the order of the changes of its case.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, cast, func, select

from app.database import Connection, Database
from app.models.base import UtcDateTime
from app.models.delivery.delivery import DeliveryState, delivery
from app.models.delivery.disclosure import disclosure
from app.models.delivery.lease import delivery_lease
from app.models.delivery.outbox import event, unrelayed_since
from tests.support import api_calls
from tests.support.harness import open_harness
from tests.support.persistent_caller import PersistentCaller, caller_session
from tests.support.processes import Program, free_port, hub_environment
from tests.support.receiver_process import Arrival, ReceiverClient

__all__ = ["CrashReport", "CrashRun", "run_crashes"]

MOVES = 8
SUBSCRIBERS = 3
MAX_WAIT_SECONDS = 60.0
# Longer than a lease, so that each worker takes over the deliveries that were in flight in its predecessor.
CLOCK_STEP_SECONDS = 100.0
# The finance team's own system is not connected here, so its deliveries stay pending.
_TO_SUBSCRIBERS = cast(delivery.c.receiver, String).startswith("subscription:")
_IN_FLIGHT = select(func.count()).where(
    cast(delivery_lease.c.receiver, String).startswith("subscription:"),
    delivery_lease.c.lease_until > bindparam("now", type_=UtcDateTime),
)
_REFERRER, _TEAM, _TEAM_CODE = "crash-referrer", "crash-team", "expertiseteam-financien"


@dataclass(frozen=True, kw_only=True)
class CrashRun:
    """The parameters of a run.

    Attributes:
        cases: the number of referrals, each with ten changes.
        kills: how often each process is killed.
        pause_seconds: the maximum time that a caller waits between two changes of a case.
        life_seconds: the maximum time that a process runs after its start.
        seed: the seed of all random choices.
    """

    cases: int
    kills: int
    pause_seconds: float
    life_seconds: float = 2.0
    seed: int = field(default_factory=lambda: random.randrange(2**32))


@dataclass(frozen=True, kw_only=True)
class CrashReport:
    """What became of the changes.

    Attributes:
        accepted: changes that the API accepted.
        lost: accepted changes that did not arrive at a subscriber.
        spurious: events that no accepted change explains.
        orphans: rows that belong to nothing, or that nothing will process.
        out_of_order: cases whose events arrived at a subscriber in another order than that of their changes.
        re_leased: deliveries that were in flight in a worker when it was killed.
        repeated: arrivals of an event that had arrived before, under the same id.
        re_identified: arrivals of an event that had arrived before, under another id.
        kills: the number of kills by process.
    """

    accepted: int
    lost: int
    spurious: int
    orphans: int
    out_of_order: int
    re_leased: int
    repeated: int
    re_identified: int
    kills: Mapping[str, int]


async def run_crashes(run: CrashRun, url: str, receiver: ReceiverClient) -> CrashReport:
    """Make changes through a hub over this database while it is killed repeatedly. Return what became of them."""
    hub = _KilledHub(url=url, port=free_port())
    tokens = await _set_up(url, hub.port, receiver)
    await receiver.reset()
    for name in hub.kills:
        hub.start(name)
    try:
        accepted = await _changes_during_kills(run, hub, tokens)
        expected = SUBSCRIBERS * sum(len(types) for types in accepted.values())
        # More than expected may arrive, and the last one may be late; the run ends when nothing is left to deliver.
        await receiver.wait_for(expected, MAX_WAIT_SECONDS)
        await _wait_until_delivered(url)
    finally:
        hub.stop()
    arrivals, _ = await receiver.arrivals()
    async with _opened(url) as db:
        orphans, re_leased = await db.read(_count_orphans), await db.read(_count_re_leased)
    return _report(accepted, arrivals, orphans=orphans, re_leased=re_leased, kills=hub.kills)


@dataclass(kw_only=True)
class _KilledHub:
    """The API and the worker, killed and restarted."""

    url: str
    port: int
    kills: dict[str, int] = field(default_factory=lambda: {"api": 0, "worker": 0})
    changes_done: bool = False
    _programs: dict[str, Program] = field(default_factory=dict)

    def start(self, name: str) -> None:
        worker = ("tests.support.clock_offset_worker", str(self._clock_offset_seconds))
        self._programs[name] = Program(
            arguments=("app.cli.main", "serve") if name == "api" else worker,
            environment=hub_environment(self.url, self.port),
            url=f"http://127.0.0.1:{self.port}/healthz/live",
        )
        self._programs[name].start()

    async def kill_repeatedly(self, chance: random.Random, run: CrashRun) -> None:
        """Kill both processes at random moments, including while they start or send, and restart them."""
        async with _opened(self.url) as db:
            for number in range(run.kills):
                await asyncio.to_thread(self._programs["api"].wait_until_ready)
                for name in chance.sample(list(self.kills), 2):
                    await asyncio.sleep(chance.uniform(0, run.life_seconds / 2))
                    if name == "worker" and number % 2 == 0:
                        await self._wait_for_delivery_in_flight(db)
                    self._programs[name].end(signal.SIGKILL)
                    self.kills[name] += 1
                    self.start(name)

    @property
    def _clock_offset_seconds(self) -> float:
        return CLOCK_STEP_SECONDS * self.kills["worker"]

    async def _wait_for_delivery_in_flight(self, db: Database) -> None:
        """Wait until the running worker has a delivery in flight, or until none can follow."""
        # By the worker's clock, the leases of its predecessors have expired.
        offset = timedelta(seconds=self._clock_offset_seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(MAX_WAIT_SECONDS):
                # Polling, because another process sends.
                while not await db.read(_count_in_flight, datetime.now(UTC) + offset):
                    if self.changes_done and not await db.read(_has_undelivered):
                        return
                    await asyncio.sleep(0.005)

    def stop(self) -> None:
        for program in self._programs.values():
            program.end()


async def _set_up(url: str, port: int, receiver: ReceiverClient) -> Sequence[str]:
    """Store the clients and subscriptions. Return the tokens of the referrer and the finance team."""
    async with open_harness(url) as harness:
        organisation_id = await harness.add_referrer(_REFERRER)
        await harness.add_client(_TEAM, _TEAM_CODE)
        await harness.subscribe(organisation_id, *(f"{receiver.url}/slow/{number}" for number in range(SUBSCRIBERS)))
        return [await harness.token(client, f"http://127.0.0.1:{port}") for client in (_REFERRER, _TEAM)]


async def _changes_during_kills(run: CrashRun, hub: _KilledHub, tokens: Sequence[str]) -> dict[str, list[str]]:
    """Return the expected event types of the accepted changes, by the referrer's id of the referral."""
    chance = random.Random(run.seed)
    async with caller_session() as http, asyncio.TaskGroup() as tasks:
        referrer, team = (PersistentCaller(http, [f"http://127.0.0.1:{hub.port}"], token) for token in tokens)
        tasks.create_task(hub.kill_repeatedly(chance, run))
        cases = [
            _ChangingCase(number=number, referrer=referrer, team=team, chance=chance, pause_seconds=run.pause_seconds)
            for number in range(run.cases)
        ]
        changes = await asyncio.gather(*(case.run() for case in cases))
        hub.changes_done = True
    return dict(changes)


@dataclass(kw_only=True)
class _ChangingCase:
    """One referral and its changes, made one after the other."""

    number: int
    referrer: PersistentCaller
    team: PersistentCaller
    chance: random.Random
    pause_seconds: float

    async def run(self) -> tuple[str, list[str]]:
        """Make the changes. Return the referrer's id of the referral and the expected event types."""
        reference = f"K-{self.number}"
        referred = await self._change(self.referrer, "/v1/referrals", api_calls.referral(reference=reference))
        found = await self._change(self.team, "/v1/referrals/_search", {"reference": reference})
        path = f"/v1/referrals/{found['items'][0]['id']}"
        await self._change(self.team, f"{path}/confirmation", {"counsellor": {"name": "B. Bakker"}})
        starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
        for move in range(MOVES):
            body = {"startsAt": (starts_at + timedelta(hours=move)).isoformat()}
            await self._change(self.team, f"{path}/appointments", body)
        return referred["id"], ["received", "confirmed", "intake-scheduled", *["intake-rescheduled"] * (MOVES - 1)]

    async def _change(self, caller: PersistentCaller, path: str, body: Mapping[str, Any]) -> Any:
        await asyncio.sleep(self.chance.uniform(0, self.pause_seconds))
        return await caller.post(path, body)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    db = Database.open(url)
    try:
        yield db
    finally:
        await db.close()


async def _wait_until_delivered(url: str) -> None:
    async with _opened(url) as db, asyncio.timeout(MAX_WAIT_SECONDS):
        # Polling, because another process delivers.
        while await db.read(_has_undelivered):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def _has_undelivered(tx: Connection) -> bool:
    undelivered = select(func.count()).where(_TO_SUBSCRIBERS, delivery.c.state != DeliveryState.DELIVERED.value)
    return unrelayed_since(tx) is not None or tx.scalar(undelivered) != 0


def _count_in_flight(tx: Connection, now: datetime) -> int:
    return tx.scalars(_IN_FLIGHT, {"now": now}).one()


def _count_re_leased(tx: Connection) -> int:
    return tx.scalars(select(func.count()).where(_TO_SUBSCRIBERS, delivery.c.attempts > 1)).one()


def _count_orphans(tx: Connection) -> int:
    """Return the number of events without deliveries, deliveries without event, and disclosures without a record."""
    disclosed, delivered = select(disclosure.c.delivery_id), select(delivery.c.event_id)
    return sum(
        tx.scalars(select(func.count()).select_from(table).where(condition)).one()
        for table, condition in (
            (event, event.c.id.not_in(delivered)),
            (delivery, delivery.c.event_id.not_in(select(event.c.id))),
            (delivery, _TO_SUBSCRIBERS & delivery.c.id.not_in(disclosed)),
        )
    )


def _report(
    accepted: Mapping[str, list[str]],
    arrivals: Sequence[Arrival],
    *,
    orphans: int,
    re_leased: int,
    kills: Mapping[str, int],
) -> CrashReport:
    first = {(each.path, each.id): each for each in reversed(arrivals)}
    arrived: dict[tuple[str, str], list[Arrival]] = defaultdict(list)
    for each in sorted(first.values(), key=lambda each: each.at):
        arrived[each.path, each.subject].append(each)
    expected = {(f"/slow/{n}", subject): types for subject, types in accepted.items() for n in range(SUBSCRIBERS)}
    return CrashReport(
        accepted=sum(len(types) for types in accepted.values()),
        lost=sum(max(0, len(types) - len(arrived[case])) for case, types in expected.items()),
        spurious=sum(max(0, len(events) - len(expected.get(case, ()))) for case, events in arrived.items()),
        orphans=orphans,
        out_of_order=sum(not _is_in_order(arrived[case], types) for case, types in expected.items()),
        re_leased=re_leased,
        repeated=len(arrivals) - len(first),
        re_identified=len(first) - len({(each.path, each.subject, each.sequence) for each in first.values()}),
        kills=kills,
    )


def _is_in_order(arrivals: Sequence[Arrival], types: Sequence[str]) -> bool:
    numbered = [(each.sequence, each.type.split(".")[3]) for each in arrivals]
    return numbered == list(enumerate(types, start=1))
