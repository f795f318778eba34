"""Builds everything that runs from the settings: for the API, workers, commands, the sandbox, benchmarks and tests."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

from app.adapters.common.adapter import Adapter
from app.adapters.engine.jobs import JobRunner
from app.adapters.engine.puller import Puller
from app.adapters.engine.registry import connect_partners
from app.api.auth.access_tokens import AccessTokens
from app.api.auth.clients import KnownClients
from app.api.auth.keys import KeyRing
from app.api.auth.permission import end_refused_requests
from app.api.auth.running import RunningRequests
from app.api.state import AppState
from app.database import Database
from app.domain.codes import System
from app.domain.ports import Clock
from app.events.contract.envelope import Origin
from app.events.delivery.attempt import Channels
from app.events.delivery.context import CaseLookup
from app.events.delivery.engine import DeliveryEngine
from app.events.delivery.payload import DeliveryBuilder
from app.events.delivery.relay import Relay
from app.events.delivery.settings import DeliverySettings
from app.events.http.client import OutboundClient
from app.events.http.ssrf import AddressPolicy
from app.events.http.webhook import WebhookSender
from app.operations.access.organisations import set_up_institutions
from app.operations.access.watch import AccessWatch, OnChange
from app.operations.cases.term_watch import TermWatch
from app.operations.clock import SystemClock, database_clock
from app.operations.field_sync.known_values import on_delivered
from app.operations.master_key import require_master_key
from app.operations.partners.lease import PartnerLease
from app.operations.partners.pull_policy import MaintenanceWindow, PullPolicy
from app.operations.policy_version import require_unchanged_policy
from app.operations.readiness import Readiness
from app.operations.retention import purge_batch
from app.operations.schema import check_schema, open_database, require_newest_schema
from app.operations.services import Services, open_services
from app.operations.subscriptions.waiting_polls import WaitingPolls
from app.operations.worker_processes import WorkerReporter
from app.private_files import protect
from app.security_log import SecurityEvent, record_event
from app.settings import Settings
from app.stopping import Stopping
from app.worker import WorkerLoops

DEFAULT_REQUESTS_PER_SECOND = 50.0
"""The most calls to a partner whose settings have no limit; in the sandbox there is none."""


def build_outbound(settings: Settings) -> OutboundClient:
    """Return the HTTP client for addresses that subscribers name."""
    policy = AddressPolicy.of(sandbox=_is_sandbox(settings))
    ca_file = str(settings.webhook_ca_file) if settings.webhook_ca_file else None
    return OutboundClient(policy, ca_file=ca_file, own_networks=settings.webhook_allowed_networks)


def build_delivery_builder(services: Services, origin: Origin) -> DeliveryBuilder:
    """Return what builds deliveries."""
    return DeliveryBuilder(
        clock=services.clock,
        new_id=services.new_id,
        cases=CaseLookup(services.vault),
        vault=services.vault,
        gate=services.gate,
        origin=origin,
    )


def build_relay(db: Database, services: Services) -> Relay:
    """Return what makes deliveries of events."""
    return Relay(
        db=db,
        cases=CaseLookup(services.vault),
        gate=services.gate,
        clock=services.clock,
        new_id=services.new_id,
    )


def build_delivery_engine(
    db: Database, services: Services, origin: Origin, channels: Channels, settings: DeliverySettings | None = None
) -> DeliveryEngine:
    """Return what sends deliveries, and records what partners were sent as what they know."""
    builder = build_delivery_builder(services, origin)
    return DeliveryEngine(db, builder, channels, settings, on_delivered(services.vault))


def build_app_state(  # noqa: PLR0913 - each by its name
    db: Database,
    services: Services,
    settings: Settings,
    *,
    outbound: OutboundClient | None = None,
    real_clock: Clock | None = None,
    token_clock: Clock | None = None,
) -> AppState:
    """Return what every endpoint works with.

    Args:
        db: the open store.
        services: what operations work with.
        settings: of the installation.
        outbound: None builds the client of the settings.
        real_clock: None is the clock of this computer.
        token_clock: by which access tokens expire; None is the real clock.
    """
    real_clock = real_clock or SystemClock()
    ring, lifetime = KeyRing(db, services), settings.token_lifetime_seconds
    tokens = AccessTokens(db, ring, settings.public_url, lifetime, token_clock or real_clock)
    clients, running = KnownClients(db), RunningRequests()

    async def on_change() -> None:
        services.organisations.invalidate()
        clients.forget()
        tokens.forget()
        await end_refused_requests(tokens, clients, running)

    return AppState(
        db=db,
        services=services,
        public_url=settings.public_url,
        sandbox=_is_sandbox(settings),
        readiness=Readiness(),
        tokens=tokens,
        clients=clients,
        running=running,
        watch=AccessWatch(db, on_change),
        outbound=outbound or build_outbound(settings),
        real_clock=real_clock,
        deliveries=build_delivery_builder(services, origin_of(settings)),
        polls=WaitingPolls(db, settings.waiting_polls, settings.waiting_polls_per_client),
        subscription_limit=settings.subscriptions_per_organisation,
        limits=settings.limit,
        metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else None,
    )


def build_worker(db: Database, services: Services, settings: Settings, real_clock: Clock | None = None) -> WorkerLoops:
    """Return the loops of one process, with every partner that has an address.

    ``real_clock`` shows the time of signatures, which receivers compare with theirs, and until when assertions and
    revoked tokens are kept; None is the clock of the records.
    """
    policies, worker_id = pull_policies_of(settings), uuid4()
    adapters = connect_partners(settings.partners.values(), services.clock, policies)
    webhook = WebhookSender(real_clock or services.clock, build_outbound(settings))
    channels = Channels(webhook, {system: each.sink for system, each in adapters.items()})
    return WorkerLoops(
        relay=build_relay(db, services),
        delivery=build_delivery_engine(db, services, origin_of(settings), channels),
        pullers={
            system: _build_puller(db, services, adapter, worker_id.hex, policies[system])
            for system, adapter in adapters.items()
        },
        adapters=adapters,
        webhook=webhook,
        watch_terms=TermWatch(db, services).once,
        purge=partial(purge_batch, db, services, real_clock=real_clock),
        reporter=WorkerReporter(db=db, services=services, id=worker_id, started_at=services.clock.now()),
        check_schema=partial(check_schema, db),
        watch=AccessWatch(db, _forgetting_organisations(services)),
    )


def _forgetting_organisations(services: Services) -> OnChange:
    async def on_change() -> None:
        services.organisations.invalidate()

    return on_change


def pull_policies_of(settings: Settings) -> dict[System, PullPolicy]:
    """Return the rules for calling each partner."""
    default = None if _is_sandbox(settings) else DEFAULT_REQUESTS_PER_SECOND
    return {
        system: PullPolicy(
            requests_per_second=each.requests_per_second or default,
            maintenance=tuple(MaintenanceWindow(*times) for times in each.maintenance),
            reconcile_at=settings.reconcile_at,
        )
        for system, each in settings.partners.items()
    }


@asynccontextmanager
async def open_app_state(
    settings: Settings,
    clock: Clock | None = None,
    stopping: Stopping | None = None,
    *,
    token_clock: Clock | None = None,
) -> AsyncIterator[AppState]:
    """Open the database and what the API works with; close both at the end.

    ``clock`` is that of the records and ``token_clock`` the one by which access tokens expire; None is the clock of the
    database, by which clients are authenticated in any case. ``stopping`` is the end of the process; None has none.

    Raises:
        DatabaseUnusable: the database is out of reach, or has another schema than the newest.
        MasterKeyRefused: the database was sealed with another master key.
        PolicyChanged: another policy was used under this version.
    """
    async with AsyncExitStack() as opened:
        store = await opened.enter_async_context(open_store(settings, clock))
        await require_unchanged_policy(store.db, store.services)
        await store.db.write(set_up_institutions, store.services)
        state = build_app_state(store.db, store.services, settings, real_clock=store.clock, token_clock=token_clock)
        opened.push_async_callback(state.outbound.close)
        opened.callback(state.lines.end_period)
        if accepted := settings.sandbox_exceptions():
            record_event(SecurityEvent.WEAK_SETTINGS_ACCEPTED, settings=accepted)
        yield replace(state, stopping=stopping or state.stopping)


@dataclass(frozen=True)
class OpenStore:
    """An open database with what operations work with, and the clock of the database."""

    db: Database
    services: Services
    clock: Clock


@asynccontextmanager
async def open_store(settings: Settings, clock: Clock | None = None) -> AsyncIterator[OpenStore]:
    """Open the database, once it is known to be the right one; close it at the end.

    ``clock`` is that of the records; None is the clock of the database.

    Raises:
        DatabaseUnusable: it is out of reach, or has another schema than the newest.
        MasterKeyRefused: it was sealed with another master key.
    """
    protect(settings.own_files, settings.given_secret_files)
    async with AsyncExitStack() as opened:
        db = open_database(settings.database_url, settings.connections)
        opened.push_async_callback(db.close)
        await require_newest_schema(db)
        master_key = await require_master_key(db, settings)
        real_clock = await opened.enter_async_context(database_clock(db))
        term = timedelta(hours=settings.idempotency_hours)
        services = await open_services(db, master_key, settings.municipality, clock or real_clock, term)
        yield OpenStore(db, services, real_clock)


@asynccontextmanager
async def open_worker(
    db: Database, services: Services, settings: Settings, real_clock: Clock | None = None
) -> AsyncIterator[WorkerLoops]:
    """Build a worker, as :func:`build_worker` does, and close its connections at the end.

    Raises:
        PolicyChanged: another policy was used under this version.
    """
    await require_unchanged_policy(db, services)
    worker = build_worker(db, services, settings, real_clock)
    try:
        yield worker
    finally:
        await worker.close()


def _build_puller(db: Database, services: Services, adapter: Adapter, holder: str, pull_policy: PullPolicy) -> Puller:
    lease = PartnerLease(adapter.system, holder)
    runner = JobRunner(
        db=db,
        services=services,
        source=adapter.source,
        lease=lease,
        list_cases=adapter.list_cases,
        register=adapter.register,
    )
    return Puller(
        db=db,
        services=services,
        source=adapter.source,
        holder=holder,
        pull_policy=pull_policy,
        do_jobs=runner.run,
    )


def origin_of(settings: Settings) -> Origin:
    """Return how events name this hub."""
    return Origin(settings.oin, settings.system_name, settings.public_url)


def _is_sandbox(settings: Settings) -> bool:
    return settings.mode == "sandbox"
