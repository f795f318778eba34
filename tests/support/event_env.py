"""The event layer with in-memory cases, a settable clock, a webhook receiver over real HTTP and fake partners."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from uuid import UUID, uuid4

from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select
from typing_extensions import override

from app.database import Connection, Database
from app.domain.codes import ConsentScope, OrganisationRole, ReferralStatus, ReferrerKind, System
from app.domain.events import Event, EventType, NewEvent
from app.domain.field_values import stated_facts
from app.domain.fields import FactValue, Field, FieldValues
from app.domain.identifiers import MonotonicIds
from app.domain.ports import PartnerMessage, Receipt
from app.domain.receivers import ReceiverKey, SubscriptionKey
from app.domain.values import Organisation
from app.events.contract.envelope import Origin
from app.events.delivery.attempt import Channels
from app.events.delivery.claiming import Claimer
from app.events.delivery.context import CaseLookup, EventContext
from app.events.delivery.engine import DeliveryEngine
from app.events.delivery.payload import DeliveryBuilder
from app.events.delivery.relay import Relay
from app.events.delivery.settings import DeliverySettings
from app.events.http.client import OutboundClient
from app.events.http.signing import new_secret
from app.events.http.ssrf import AddressPolicy
from app.events.http.webhook import WebhookSender
from app.models.cases.referral import RoutedReferral
from app.models.delivery.delivery import Delivery, DeliveryState, deliveries_about, delivery, to_delivery
from app.models.delivery.outbox import append_events
from app.models.delivery.subscription import Content, insert_subscription
from app.privacy.gate import PrivacyGate
from app.privacy.policy import load_policy
from app.privacy.pseudonyms import Pseudonyms
from app.vault import Vault
from tests.support.subscriptions import sealed_subscription

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ORIGIN = Origin("00000001001234567000", "trajecthub", "https://hub.example")
CANARY = "Kanarie-Achternaam"
KEY = bytes(range(32))
NEW_ID = MonotonicIds()
NEVER = 3600.0
"""A poll that no test waits for."""
SANDBOX = AddressPolicy(allow_http=True, allowed_networks=(ip_network("127.0.0.0/8"), ip_network("::1/128")))


class MovableClock:
    """A clock that does not move until a test moves it."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


def organisation(kind: ReferrerKind, system: System) -> Organisation:
    return Organisation(
        id=uuid4(), code=kind.value, name=kind.label, role=OrganisationRole.REFERRER, kind=kind, system=system
    )


class KnownCases(CaseLookup):
    """Cases in memory; each has a client whose name must not appear in any event."""

    def __init__(self) -> None:
        super().__init__(Vault(KEY))
        self.cases: dict[UUID, EventContext] = {}
        self.ids: dict[tuple[System, UUID], str] = {}
        self.unreadable: set[UUID] = set()

    def add(self, referrer: Organisation) -> UUID:
        referral_id = uuid4()
        facts: FieldValues = {
            Field.REFERRAL_ID: referral_id,
            Field.REFERRAL_REFERENCE: "K-1",
            Field.REFERRAL_STATUS: ReferralStatus.RECEIVED,
            Field.REFERRAL_RECEIVED_AT: START,
            Field.REFERRAL_ADVICE: (),
            Field.CONSENT_SCOPES: frozenset({ConsentScope.FEEDBACK_TO_REFERRER}),
            Field.CONSENT_GIVEN_ON: START.date(),
            Field.CLIENT_FAMILY_NAME: CANARY,
        }
        self.cases[referral_id] = EventContext(referrer, facts)
        return referral_id

    def change(self, referral_id: UUID, facts: FieldValues) -> None:
        case = self.cases[referral_id]
        self.cases[referral_id] = replace(case, facts=case.facts | facts)

    @override
    def routed_referrals(self, tx: Connection, referral_ids: Collection[UUID]) -> Mapping[UUID, RoutedReferral]:
        known = [id for id in referral_ids if id in self.cases]
        return {id: RoutedReferral(self.cases[id].referrer, area="Centrum") for id in known}

    @override
    def load_contexts(
        self, tx: Connection, events: Sequence[Event], *, with_client: bool
    ) -> Mapping[UUID, EventContext]:
        if any(event.subject_id in self.unreadable for event in events):
            raise RuntimeError("this case cannot be read")
        known = [event for event in events if event.subject_id in self.cases]
        return {event.id: self._case(event) for event in known}

    @override
    def partner_ids(self, tx: Connection, system: System, referral_ids: Collection[UUID]) -> Mapping[UUID, str]:
        return {id: self.ids[system, id] for id in referral_ids if (system, id) in self.ids}

    @override
    def link(self, tx: Connection, system: System, partner_id: str, referral_id: UUID) -> None:
        self.ids[system, referral_id] = partner_id

    def _case(self, event: Event) -> EventContext:
        case = self.cases[event.subject_id]
        return replace(case, facts=case.facts | stated_facts(event))


Answer = Callable[[web.Request], web.StreamResponse]


def ok(_: web.Request) -> web.StreamResponse:
    return web.Response(status=204)


@dataclass(kw_only=True)
class Mailbox:
    """A subscriber that stores the requests it receives and answers with a configurable response."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: Answer = ok
    hold: asyncio.Event | None = None
    busiest: int = 0
    _busy: int = 0

    async def receive(self, request: web.Request) -> web.StreamResponse:
        self._busy += 1
        self.busiest = max(self.busiest, self._busy)
        body = await request.read()
        if self.hold is not None:
            await self.hold.wait()
        self._busy -= 1
        self.bodies.append(body)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        return self.answer(request)


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    box = Mailbox()
    application = web.Application()
    application.router.add_post("/", box.receive)
    server = TestServer(application, host="127.0.0.1")
    await server.start_server()
    box.url = str(server.make_url("/"))
    try:
        yield box
    finally:
        await server.close()


class FakePartner:
    """A partner that stores the messages it receives; each entry of `failures` fails one delivery."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.messages: list[PartnerMessage] = []
        self.failures: list[Exception] = []
        self.external_id: str | None = None
        self.shown: Set[Field] | None = None
        self.hold: asyncio.Event | None = None
        self.asked = asyncio.Event()
        self._arrived = asyncio.Event()

    async def has(self, number: int) -> None:
        """Wait until this number of messages has arrived."""
        while len(self.messages) < number:
            self._arrived.clear()
            await self._arrived.wait()

    async def deliver(self, message: PartnerMessage) -> Receipt:
        failure = self.failures.pop(0) if self.failures else None
        self.asked.set()
        if self.hold is not None:
            await self.hold.wait()
        if failure is not None:
            raise failure
        self.messages.append(message)
        self._arrived.set()
        return Receipt(self.external_id, shown=self.shown)


async def deliveries_to(db: Database, receiver: ReceiverKey, *states: DeliveryState) -> list[Delivery]:
    """Return the deliveries of a receiver, oldest event first, of some states or (none given) of all."""
    wanted = delivery.c.state.in_(states or tuple(DeliveryState))
    query = select(delivery).where(delivery.c.receiver == receiver, wanted).order_by(delivery.c.event_position)
    return await db.read(lambda tx: [to_delivery(row) for row in tx.execute(query).mappings()])


class EventEnv:
    """The event layer over a database, with a settable clock; a running engine reacts to what happens only."""

    def __init__(self, db: Database, **settings: float) -> None:
        self.db = db
        self.clock = MovableClock()
        self.cases = KnownCases()
        self.vault = Vault(KEY)
        self.policy = load_policy()
        self.gate = PrivacyGate(self.policy, Pseudonyms(KEY), self.clock)
        self.builder = DeliveryBuilder(
            clock=self.clock, new_id=NEW_ID, cases=self.cases, vault=self.vault, gate=self.gate, origin=ORIGIN
        )
        self.relay = Relay(db=db, cases=self.cases, gate=self.gate, clock=self.clock, new_id=NEW_ID)
        self.webhook = WebhookSender(self.clock, OutboundClient(SANDBOX))
        self.partners = {system: FakePartner(system) for system in (System.ALLEGRO, System.GIDSO)}
        self.settings = DeliverySettings(random=lambda: 0.0, **settings)  # type: ignore[arg-type]
        self.engine = self.new_engine()

    def new_engine(self) -> DeliveryEngine:
        return DeliveryEngine(self.db, self.builder, Channels(self.webhook, self.partners), self.settings)

    async def subscribe(self, referrer: Organisation, url: str, content: Content = Content.FILTERED) -> str:
        """Subscribe to everything; returns the secret."""
        secret = new_secret()
        new = sealed_subscription(
            self.vault, secret, id=uuid4(), organisation_id=referrer.id, url=url, at=self.clock.now(), content=content
        )
        await self.db.write(insert_subscription, new)
        self.subscription_id = new.id
        self.receiver = SubscriptionKey(new.id)
        return secret

    def event(self, referral_id: UUID, type: EventType, **facts: FactValue) -> Event:
        now = self.clock.now()
        named = {name.replace("__", "."): value for name, value in facts.items()}
        return Event(
            id=NEW_ID(now),
            type=type,
            subject_id=referral_id,
            occurred_at=now - timedelta(minutes=5),
            recorded_at=now,
            facts=named,
        )

    async def happen(self, referral_id: UUID, *types: EventType, source: System = System.ALLEGRO) -> list[Event]:
        """Record events and relay them."""
        events = [self.event(referral_id, type) for type in types]
        await self.db.write(append_events, [NewEvent(event, source) for event in events])
        while await self.relay.once():
            pass
        return events

    async def claim(self, room: int = 100) -> list[Delivery]:
        """Take deliveries as a worker does that never sends them; return them."""
        claimer = Claimer(builder=self.builder, settings=self.settings, connected=self.partners.keys())
        return [each.delivery for each in (await self.db.write(claimer.take, room)).prepared]

    async def send(self) -> int:
        return await self.engine.drain()

    async def deliveries(self, referral_id: UUID) -> list[Delivery]:
        return await self.db.read(deliveries_about, referral_id)

    async def states(self, referral_id: UUID) -> list[str]:
        return [one.state.value for one in await self.deliveries(referral_id)]
