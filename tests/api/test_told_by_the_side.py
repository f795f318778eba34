"""An event that a receiver is not told changes nothing that it can read about its subscription.

Two organisations of one kind do the same at the same moments. In the case of one of them more happens, none of which
it is told. Whatever they read, and whatever their addresses receive, is the same but for their own names and ids.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiohttp import web

from app.api.state import AppState
from app.bootstrap import build_delivery_engine, build_outbound, build_relay, origin_of
from app.database import Connection
from app.domain.codes import KbrStatus, ReferrerKind, System, TrajectoryResult
from app.domain.events import OCCASION_OF, Event, EventType, NewEvent
from app.domain.fields import FactValue, Field
from app.domain.receivers import SubscriptionKey
from app.events.delivery.attempt import Channels
from app.events.delivery.context import CaseLookup
from app.events.delivery.routing import referrer_as_receiver
from app.events.delivery.settings import DeliverySettings
from app.events.http.webhook import WebhookSender
from app.models.delivery.delivery import DeliveryState, change_subscription_status, deliveries_about
from app.models.delivery.outbox import append_events
from app.models.delivery.receiver_health import Breaker, BreakerState, save_breakers
from app.models.delivery.subscription import SubscriptionStatus
from app.operations.access.clients import save_client
from app.operations.access.organisations import ReferrerDetails, read_organisation, save_referrer
from app.operations.metrics.figures import read_figures
from app.operations.services import Services
from app.sandbox.runtime import SettableClock
from tests.api.conftest import NOW, REFERS, SECRET, sandbox_settings
from tests.support.api_calls import Json, refer
from tests.support.event_env import Mailbox, mailbox, ok
from tests.support.subscriber import subscribe

Api = httpx.AsyncClient
SignIn = Callable[[str], Awaitable[Api]]

# Whatever could happen in a case; what of it is withheld depends on the kind of referrer.
HAPPENING: tuple[tuple[EventType, dict[Field, FactValue]], ...] = (
    *((each, {}) for each in OCCASION_OF if each is not EventType.RESULT_RECORDED),
    (EventType.RESULT_RECORDED, {Field.RESULT_CODE: TrajectoryResult.SOCIAL_LOAN.value}),
    (EventType.KBR_APPLICATION_CHANGED, {Field.KBR_STATUS: KbrStatus.RECEIVED.value}),
)
# The one is told much with the client's consent only, the other under conditions.
KINDS = (ReferrerKind.DEURWAARDER, ReferrerKind.WIJKTEAM)
INSIDE = {ReferrerKind.WIJKTEAM: System.GIDSO}
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CURSOR = re.compile(r'(?<=[nN]extCursor": ")[\w-]+|(?<=cursor=)[\w-]+|(?<=after=)[\w-]+')
# How long an attempt took, and the hash of what was told, which has the ids.
_OWN = re.compile(r'"durationMs": \d+|"digest": "[0-9a-f]+"')


@dataclass(kw_only=True)
class Twin:
    """An organisation with one referral, one subscription and its address, and all that it ever saw."""

    code: str
    api: Api
    box: Mailbox
    owner_id: UUID
    referral_id: UUID
    subscription: Json
    subscription_id: UUID
    place: str | None = None
    seen: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        headers = {"If-Match": "*"} if method == "POST" else {}
        answered = await self.api.request(method, f"/v1{path}", json=body, headers=headers)
        found: Json = answered.json()
        headers = {name: answered.headers.get(name) for name in ("etag", "link", "retry-after")}
        self.see(answered.status_code, headers, found)
        return found

    async def look(self) -> None:
        """Read everything that there is about the subscription."""
        path = f"/subscriptions/{self.subscription['id']}"
        await self.ask("GET", path)
        await self.ask("GET", "/subscriptions")
        for query in ("", "?limit=1", *(f"?state={each}" for each in ("pending", "parked", "withheld"))):
            await self.ask("GET", f"{path}/deliveries{query}")
        page = await self.ask("GET", f"/events?limit=2{f'&after={self.place}' if self.place else ''}")
        self.place = page["nextCursor"]
        await self.ask("GET", f"/referrals/{self._shown}/disclosures")
        received = zip(self.box.headers, self.box.bodies, strict=True)
        self.see([(head["webhook-id"], head.get("webhook-redelivery"), json.loads(body)) for head, body in received])
        self.box.headers.clear()
        self.box.bodies.clear()

    def see(self, *what: object) -> None:
        self.seen.append(json.dumps(what, default=str))

    @property
    def _shown(self) -> str:
        return str(self.subscription["referral"])

    def news(self) -> list[str]:
        """Return what was seen since the last time, with ids numbered in the order in which they were first seen."""

        def number(found: re.Match[str]) -> str:
            return self.ids.setdefault(found[0], f"id-{len(self.ids)}")

        def cursor(found: re.Match[str]) -> str:
            return urlsafe_b64decode(found[0] + "=" * (-len(found[0]) % 4)).decode()

        named = [each.replace(self.box.url, "<url>").replace(self.code, "<code>") for each in self.seen]
        self.seen.clear()
        return [_ID.sub(number, _CURSOR.sub(cursor, _OWN.sub("", each))) for each in named]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The two organisations, and a worker without chance."""

    hub: AppState
    clock: SettableClock
    one: Twin
    other: Twin
    relay: Callable[[], Awaitable[int]]
    drain: Callable[[], Awaitable[int]]

    @property
    def both(self) -> tuple[Twin, Twin]:
        return self.one, self.other

    async def work(self) -> None:
        while await self.relay():
            pass
        await self.drain()

    async def happen(self, twins: Collection[Twin], *happening: tuple[EventType, dict[Field, FactValue]]) -> None:
        for type, facts in happening:
            for twin in twins:
                await self.hub.db.write(append_events, [self._event(twin, type, facts)])

    async def told(self) -> None:
        """Let something happen that both are told."""
        await self.happen(self.both, (EventType.REFERRAL_CONFIRMED, {}))

    async def withheld(self, happening: Collection[tuple[EventType, dict[Field, FactValue]]]) -> None:
        """Let something happen in the case of one of the two that it is not told."""
        await self.happen([self.other], *happening)

    async def not_told(self) -> list[tuple[EventType, dict[Field, FactValue]]]:
        """Return what they are not told now, of all that could happen."""
        events = [(each, self._event(self.one, *each).event) for each in HAPPENING]
        contexts = await self.hub.db.read(
            lambda tx: CaseLookup(self.hub.services.vault).load_contexts(
                tx, [event for _, event in events], with_client=False
            )
        )

        def is_told(event: Event) -> bool:
            occasion = OCCASION_OF[event.type]
            context = contexts.get(event.id)
            if occasion is None or context is None:
                return False
            receiver = referrer_as_receiver(context.referrer)
            return self.hub.services.gate.would_release(
                receiver.kind, occasion, Field.REFERRAL_ID, context.facts, inside=receiver.inside
            )

        return [each for each, event in events if not is_told(event)]

    def _event(self, twin: Twin, type: EventType, facts: dict[Field, FactValue]) -> NewEvent:
        now = self.clock.now()
        event = Event(
            id=self.hub.services.new_id(now),
            type=type,
            subject_id=twin.referral_id,
            occurred_at=now,
            recorded_at=now,
            facts={name.value: value for name, value in facts.items()},
        )
        return NewEvent(event, System.ALLEGRO, organisation_id=twin.owner_id)

    async def set_status(self, status: SubscriptionStatus) -> None:
        for twin in self.both:
            await self.hub.db.write(change_subscription_status, twin.subscription_id, status, self.clock.now())

    async def let_fail(self) -> None:
        """Leave both addresses alone for a while, as after many failures."""
        for twin in self.both:
            breaker = Breaker(
                receiver=SubscriptionKey(twin.subscription_id),
                state=BreakerState.OPEN,
                failures=20,
                openings=1,
                retry_at=self.clock.now() + timedelta(minutes=10),
            )
            await self.hub.db.write(save_breakers, [breaker])

    async def ask(self, what: str, body: Json | None = None) -> None:
        for twin in self.both:
            await twin.ask("POST", f"/subscriptions/{twin.subscription['id']}/{what}", body)

    async def compare(self) -> None:
        """Let both look at everything; they see the same."""
        for twin in self.both:
            await twin.look()
        assert self.one.news() == self.other.news()


@asynccontextmanager
async def pair_of(hub: AppState, clock: SettableClock, sign_in: SignIn, kind: ReferrerKind) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        outbound = build_outbound(sandbox_settings())
        webhook = WebhookSender(hub.services.clock, outbound)
        stack.push_async_callback(webhook.close)
        settings = DeliverySettings(random=lambda: 0.0)
        engine = build_delivery_engine(
            hub.db, hub.services, origin_of(sandbox_settings()), Channels(webhook, {}), settings
        )
        twins = []
        for name in ("a", "b"):
            code = f"{kind.value.replace('_', '-')}-{name}"
            twins.append(await twin(hub, sign_in, kind, code, await stack.enter_async_context(mailbox())))
        made = Pair(
            hub=hub,
            clock=clock,
            one=twins[0],
            other=twins[1],
            relay=build_relay(hub.db, hub.services).once,
            drain=engine.drain,
        )
        # What the registration told each of them is not compared from the start: they were registered one by one.
        await made.work()
        yield made


async def twin(hub: AppState, sign_in: SignIn, kind: ReferrerKind, code: str, box: Mailbox) -> Twin:
    system = INSIDE.get(kind, System.API)
    await hub.db.write(register, hub.services, ReferrerDetails(code=code, name=code, kind=kind, system=system))
    api = await sign_in(code)
    owner = await hub.db.read(read_organisation, code)
    made = await subscribe(api, box.url)
    referred = await refer(api, reference="A-1")

    def own(id: str) -> UUID:
        return UUID(id) if owner.is_inside else hub.services.pseudonyms.resolve(str(owner.id), UUID(id))

    return Twin(
        code=code,
        api=api,
        box=box,
        owner_id=owner.id,
        referral_id=own(referred["id"]),
        subscription=made | {"referral": referred["id"]},
        subscription_id=own(made["id"]),
    )


def register(tx: Connection, services: Services, details: ReferrerDetails) -> None:
    save_referrer(tx, services, details)
    save_client(tx, services, details.code, organisation_code=details.code, scopes=REFERS, secret=SECRET)


async def pause(pair: Pair) -> None:
    await pair.ask("pause")


async def disable(pair: Pair) -> None:
    await pair.set_status(SubscriptionStatus.DISABLED)


async def wait_for_consent(pair: Pair) -> None:
    await pair.set_status(SubscriptionStatus.PENDING)


async def fail(pair: Pair) -> None:
    await pair.let_fail()


async def nothing(pair: Pair) -> None:
    pass


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bring_to", [nothing, pause, disable, wait_for_consent, fail], ids=lambda each: each.__name__)
async def test_what_is_not_told_changes_nothing_that_can_be_read_of_a_subscription(
    hub: AppState,
    clock: SettableClock,
    sign_in: SignIn,
    kind: ReferrerKind,
    bring_to: Callable[[Pair], Awaitable[None]],
) -> None:
    async with pair_of(hub, clock, sign_in, kind) as pair:
        await pair.told()
        await pair.work()
        await bring_to(pair)
        not_told = await pair.not_told()

        for happening in (not_told, []):
            await pair.withheld(happening)
            await pair.told()
            await pair.compare()
            await pair.work()
            await pair.compare()
        for what, body in (
            ("resumption", None),
            ("retry", None),
            ("replay", {"from": "2026-01-01T00:00:00Z"}),
            ("recovery", {"from": "2026-01-01T00:00:00Z"}),
        ):
            await pair.ask(what, body)
            await pair.work()
            await pair.withheld(not_told)
            await pair.compare()

        assert len(not_told) > len(HAPPENING) / 3


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_its_owner_does_what_is_not_told_changes_nothing(
    hub: AppState, clock: SettableClock, sign_in: SignIn, seed: int
) -> None:
    random = Random(seed)
    kind = KINDS[seed % len(KINDS)]

    async with pair_of(hub, clock, sign_in, kind) as pair:

        async def later() -> None:
            clock.set(clock.now() + timedelta(minutes=random.choice([1, 20, 300])))

        async def withheld() -> None:
            await pair.withheld(random.sample(not_told, 2))

        async def refuse() -> None:
            status = random.choice([204, 500, 410])
            for each in pair.both:
                each.box.answer = (lambda _: web.Response(status=status)) if status != 204 else ok

        not_told = await pair.not_told()
        steps: list[Callable[[], Awaitable[Any]]] = [
            pair.told,
            withheld,
            withheld,
            pair.work,
            pair.work,
            later,
            refuse,
            *(lambda what=what: pair.ask(what) for what in ("pause", "resumption", "retry")),
            *(lambda what=what: pair.ask(what, {"from": NOW.isoformat()}) for what in ("replay", "recovery")),
        ]
        for _ in range(25):
            await random.choice(steps)()
            await pair.compare()


async def test_what_is_not_told_waits_for_nothing(hub: AppState, clock: SettableClock, sign_in: SignIn) -> None:
    async with pair_of(hub, clock, sign_in, ReferrerKind.DEURWAARDER) as pair:
        await pause(pair)
        await pair.withheld(await pair.not_told())
        await pair.work()

        figures = await hub.db.read(read_figures, clock.now())
        kept = await hub.db.read(deliveries_about, pair.other.referral_id)

    waiting = figures.receivers[SubscriptionKey(pair.other.subscription_id).text].waiting
    assert {state for state, number in waiting.items() if number} == set()
    # What became of them is on record all the same.
    assert {each.last_error for each in kept if each.state is DeliveryState.WITHHELD} == {"nothing-released"}
