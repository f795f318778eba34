"""The ground for a measurement: a migrated database with organisations, referrals and subscribers, and a receiver."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

import aiohttp

from app.api.auth.tokens import new_signing_key
from app.api.state import AppState
from app.database import Connection, Database, upgrade_schema
from app.domain.codes import OrganisationRole, ReferrerKind, System
from app.domain.commands import ActionContext, RegisterReferral
from app.domain.events import Event, EventType
from app.domain.values import ClientDetails, ReferralContents
from app.events.http.signing import new_secret
from app.events.outbox import NewEvent, record_all
from app.models.delivery.subscription import Subscription, insert_subscription, secret_context
from app.operations.access.clients import SCOPES, find_client, save_client
from app.operations.access.organisations import ReferrerDetails, save_referrer, set_up_institutions
from app.operations.access.signing_keys import add_signing_key
from app.operations.cases.execute import register
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.services import Services, SystemClock, build_services
from bench.postgres import durable_server
from tests.support.processes import MASTER_KEY, Program, free_port, hub_environment, running

__all__ = ["Arrival", "Mailbox", "Stage", "api_over", "empty_hub", "mailbox", "open_stage", "worker_over"]

_BATCH = 200
_SECRET = "a-secret-of-the-bench-that-has-more-than-32-characters"
_CLIENT = ClientDetails(
    given_name="Yara", family_name="Voorbeeld", birth_date=date(1990, 5, 17), phone="+31 10 123 45 67"
)


@dataclass(frozen=True)
class Arrival:
    """An event that arrived at a subscriber."""

    at: float
    path: str
    id: str
    type: str
    subject: str
    sequence: int


@dataclass(frozen=True)
class Mailbox:
    """The receiver, in a process of its own.

    Attributes:
        url: its base, without a slash at the end.
    """

    url: str
    http: aiohttp.ClientSession

    async def ask(self, path: str) -> bytes:
        """Return what stands at a path."""
        async with self.http.get(f"{self.url}/{path}") as answer:
            return await answer.read()

    async def forget(self) -> None:
        """Begin anew."""
        await self.ask("forget")

    async def wait_for(self, number: int, seconds: float) -> int:
        """Return how many arrived, as soon as it is this number or the time is over."""
        deadline = time.monotonic() + seconds
        # Asked for, because the receiver is another process.
        while (arrived := int(await self.ask("count"))) < number and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return arrived

    async def arrivals(self) -> tuple[list[Arrival], int]:
        """Return what arrived, in order, and over how many connections."""
        async with self.http.get(f"{self.url}/arrivals") as answer:
            told = await answer.json(content_type=None)
        return [Arrival(*row) for row in told["events"]], told["connections"]


@dataclass(frozen=True)
class Stage:
    """A hub's database in this process's hands."""

    url: str
    db: Database
    services: Services

    async def add_referrer(self, code: str) -> UUID:
        """Register a welfare organisation and a client of the API with the same name; returns the organisation's id."""
        details = ReferrerDetails(code=code, name=code, kind=ReferrerKind.WELZIJNSORGANISATIE, system=System.API)
        saved = await self.db.write(save_referrer, self.services, details)
        await self.add_client(code, code)
        return saved.id

    async def add_client(self, client_id: str, organisation_code: str) -> None:
        """Register a client of the API with all scopes, that acts for an organisation."""
        await self.db.write(
            save_client,
            self.services,
            client_id,
            organisation_code=organisation_code,
            scopes=set(SCOPES),
            secret=_SECRET,
        )

    async def refer(self, code: str, number: int) -> list[UUID]:
        """Register so many referrals by an organisation; nobody is told of them."""
        services = replace(self.services, quiet=True)
        fact = RegisterReferral(organisation_code=code, client=_CLIENT, contents=ReferralContents(area="Charlois"))
        context = ActionContext(role=OrganisationRole.REFERRER, system=System.API, occurred_at=datetime.now(UTC))

        def work(tx: Connection, size: int) -> list[UUID]:
            uow = UnitOfWork(tx, services)
            registered = [register(uow, fact, context).id for _ in range(size)]
            uow.flush()
            return registered

        made: list[UUID] = []
        while len(made) < number:
            made += await self.db.write(work, min(_BATCH, number - len(made)))
        return made

    async def subscribe(self, organisation_id: UUID, *urls: str) -> None:
        """Subscribe an organisation to everything at each of these addresses."""

        def work(tx: Connection) -> None:
            now = self.services.clock.now()
            for url in urls:
                id = self.services.new_id(now)
                new = Subscription(
                    id=id,
                    organisation_id=organisation_id,
                    url=url,
                    secret_sealed=self.services.vault.seal(new_secret().encode(), secret_context(id)),
                    created_at=now,
                    changed_at=now,
                )
                insert_subscription(tx, new)

        await self.db.write(work)

    async def happen(self, referral_ids: Sequence[UUID], number: int) -> list[Event]:
        """Store so many events in one transaction, spread over the referrals."""
        now = self.services.clock.now()
        events = [self._event(referral_ids[index % len(referral_ids)], now) for index in range(number)]

        def work(tx: Connection) -> None:
            record_all(tx, [NewEvent(event, System.ALLEGRO) for event in events])

        await self.db.write(work)
        return events

    async def token(self, client_id: str, public_url: str) -> str:
        """Return an access token with all scopes."""
        hub = AppState.wire(self.db, self.services, public_url, sandbox=True)
        client = await self.db.read(find_client, client_id)
        assert client is not None
        return await hub.tokens.issue(client, client.scopes)

    def _event(self, referral_id: UUID, now: datetime) -> Event:
        return Event(
            id=self.services.new_id(now),
            type=EventType.REFERRAL_CONFIRMED,
            subject_id=referral_id,
            occurred_at=now,
            recorded_at=now,
        )


@asynccontextmanager
async def open_stage(url: str) -> AsyncIterator[Stage]:
    """Return a stage over a migrated, empty database; on SQLite close it before another process opens the file."""
    db = Database.open(url)
    services = build_services(MASTER_KEY, "rotterdam", SystemClock())

    def work(tx: Connection) -> None:
        set_up_institutions(tx, services)
        add_signing_key(tx, services, new_signing_key())

    try:
        await db.write(work)
        yield Stage(url, db, services)
    finally:
        await db.close()


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    """Return a receiver that runs for the length of a block."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running("tests.support.receiver_process", str(port), url=f"{url}/count"):
        async with aiohttp.ClientSession() as http:
            yield Mailbox(url, http)


@contextmanager
def empty_hub(store: str = "postgresql") -> Iterator[str]:
    """Return the URL of a database with the schema, as durable as an installation's, for the length of a block.

    Args:
        store: ``postgresql`` or ``sqlite``.
    """
    if store == "sqlite":
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            url = f"sqlite:///{folder}/hub.db"
            upgrade_schema(url)
            yield url
        return
    with durable_server() as server:
        url = server.create_database()
        upgrade_schema(url)
        try:
            yield url
        finally:
            server.drop_database(url)


def worker_over(url: str) -> AbstractContextManager[Program]:
    """Run the hub's worker over a database for the length of a block."""
    return running("app.cli.main", "worker", environment=hub_environment(url))


def api_over(url: str, port: int, *options: str) -> AbstractContextManager[Program]:
    """Run the hub's API over a database for the length of a block."""
    ready = f"http://127.0.0.1:{port}/healthz/live"
    return running("app.cli.main", "serve", *options, environment=hub_environment(url, port), url=ready)
