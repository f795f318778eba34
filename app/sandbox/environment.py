"""The sandbox: three simulated partner systems, the hub with its worker, and a webhook receiver, on one machine.

The simulators run in a separate process; all communication is real HTTP.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from app.adapters.allegro import AllegroSettings
from app.adapters.common.http import http_client
from app.adapters.common.settings import Credential
from app.adapters.gidso import GidsoSettings
from app.adapters.rmw import RmwSettings
from app.api.state import AppState
from app.database.migrations import upgrade_schema
from app.domain.codes import System
from app.operations.access.clients import save_client
from app.operations.access.organisations import ReferrerDetails, save_referrer
from app.operations.cases.queries import find_referral
from app.sandbox.allegro.app import CLIENT_ID, CLIENT_SECRET
from app.sandbox.caller import Caller
from app.sandbox.console import PartnerConsole
from app.sandbox.faults.plan import FaultSettings
from app.sandbox.gidso.app import API_KEY
from app.sandbox.hub import SandboxHub, copy_database
from app.sandbox.ports import HUB, RECEIVER, free_ports, ports_from, require_free, urls_at
from app.sandbox.receiver import DemoWebhookReceiver
from app.sandbox.rmw.app import PASSWORD, USERNAME
from app.sandbox.roles import REFERRER, REFERRER_SCOPES, ROLES
from app.sandbox.runtime import SettableClock, serving
from app.sandbox.simulate import SIMULATORS
from app.sandbox.state import SandboxState
from app.sandbox.tester_files import DemoSubscription, Kit
from app.settings import Settings
from app.worker import WorkerLoops

_SEEDED = "seeded.db"
_AHEAD = "clock:ahead-seconds"


@dataclass(kw_only=True)
class SandboxEnv:
    """The running parts of the sandbox.

    Attributes:
        running: the hub with its worker.
        http: a client of the hub's API.
        urls: base URLs by name: the three systems, ``hub`` and ``receiver``.
        fault_settings: the faults that the simulators make; None: none.
    """

    clock: SettableClock
    running: SandboxHub
    http: httpx.AsyncClient
    partner_console: PartnerConsole
    receiver: DemoWebhookReceiver
    urls: Mapping[str, str]
    state: SandboxState
    database: Path
    fault_settings: FaultSettings | None = None
    _callers: dict[str, Caller] = field(default_factory=dict)

    @property
    def hub(self) -> AppState:
        """What the hub's API works with."""
        return self.running.state

    @property
    def worker(self) -> WorkerLoops:
        """The loops of the hub's worker."""
        return self.running.worker

    @property
    def makes_faults(self) -> bool:
        """Whether the simulators make faults."""
        return self.fault_settings is not None

    async def register_referrer(self, details: ReferrerDetails) -> None:
        """Register a referring organisation; one without a partner system gets a client and a webhook as well."""
        await self.hub.db.write(save_referrer, self.hub.services, details)
        if details.system is System.API:
            await self._connect(details.code)

    async def refer(self, organisation: str, body: Mapping[str, object], key: str) -> dict[str, Any]:
        """Post a referral to the API on behalf of an organisation."""
        return await self.caller(organisation).post("/referrals", body, key)

    async def find(self, organisation: str, reference: str) -> UUID:
        """Return the hub's id of a referral by its referrer's own reference.

        Raises:
            LookupError: the hub has no such referral.
        """
        found = await self.hub.db.read(find_referral, organisation, reference)
        if found is None:
            raise LookupError(f"The hub has no referral '{reference}' of '{organisation}'.")
        return found

    async def token(self, organisation: str) -> str:
        """Return an access token for an organisation's client."""
        return await self.caller(organisation).token()

    def caller(self, organisation: str) -> Caller:
        """Return an organisation's client."""
        if organisation not in self._callers:
            self._callers[organisation] = Caller(self.http, organisation, self._client_secret(organisation))
        return self._callers[organisation]

    async def set_clocks(self, now: datetime | None) -> None:
        """Stop all clocks at an aware time; None lets them run."""
        self.clock.set(now)
        await self.partner_console.set_clock(now, self.clock.ahead)

    async def move_clocks(self, ahead: timedelta) -> None:
        """Let all clocks run this far ahead of the computer's clock, also after the next start over the same data."""
        self.clock.ahead = ahead
        self.state.put(_AHEAD, str(ahead.total_seconds()))
        await self.set_clocks(None)

    async def set_faults(self, settings: FaultSettings) -> None:
        """Apply fault settings at every simulator, for the kinds that it can make."""
        await self.partner_console.set_faults(settings)
        self.fault_settings = settings

    async def end_faults(self, system: System) -> None:
        """Let a simulator answer as at the start of the sandbox."""
        await self.partner_console.end_faults(system)
        if self.fault_settings:
            await self.partner_console.set_faults(self.fault_settings)

    @property
    def demo_subscription(self) -> DemoSubscription:
        """The referrer's subscription at the webhook receiver, which is active."""
        return self._subscription(REFERRER.organisation)

    async def save_roles(self, kit: Kit) -> None:
        """Save the client of each role with its secret and its key, and a subscription that waits for consent."""
        for role in ROLES:
            secret, key = kit.secret(role, self.state), await asyncio.to_thread(kit.key, role)
            await self._save_client(role.organisation, role.scopes, secret, {"keys": [key.public_jwk]})
            self._callers.pop(role.organisation, None)
        # Tokens from before are refused, so what is remembered of them is forgotten.
        await self.hub.watch.look()
        subscriptions = {
            "active": self.demo_subscription,
            "pending": await self._pending_subscription(f"{REFERRER.organisation}-pending"),
        }
        secrets = {role.name: self._client_secret(role.client_id) for role in ROLES}
        kit.write(self.urls, secrets, subscriptions)

    async def keep_state(self) -> None:
        """Remember what the hub and the simulators store, for ``reset``."""
        await self.running.stop()
        copy_database(self.database, self.database.with_name(_SEEDED))
        await self.partner_console.mark()
        await self.running.start()

    async def reset(self) -> None:
        """Put back what was stored at ``keep_state``; everything that happened since then is dropped.

        The hub runs afterwards, also when a simulator does not answer.
        """
        await self.running.stop()
        try:
            copy_database(self.database.with_name(_SEEDED), self.database)
            self.receiver.start_anew()
            await self.partner_console.rewind()
            await self.move_clocks(timedelta())
        finally:
            await self.running.start()
        if self.fault_settings:
            await self.partner_console.set_faults(self.fault_settings)
        self.receiver.secrets = {name: self._subscription(name).secret for name in self.receiver.secrets}

    async def create_pending_subscription(self, organisation: str, url: str) -> DemoSubscription:
        """Create a subscription that waits for the consent of its address, as outside the sandbox."""
        async with self.running.strict_api() as strict:
            caller = Caller(strict, organisation, self._client_secret(organisation), tokens=self.http)
            created = await caller.post("/subscriptions", {"url": url})
        return DemoSubscription(id=created["id"], url=url, secret=created["secret"])

    def _client_secret(self, organisation: str) -> str:
        return self.state.secret(f"client:{organisation}")

    async def _connect(self, organisation: str) -> None:
        await self._save_client(organisation, REFERRER_SCOPES, self._client_secret(organisation))
        if self._known_subscription(organisation) is None:
            url = self._hook(organisation)
            created = await self.caller(organisation).post("/subscriptions", {"url": url}, f"webhook-{url}")
            self._keep(DemoSubscription(id=created["id"], url=url, secret=created["secret"]))
        self.receiver.secrets[organisation] = self._subscription(organisation).secret

    async def _pending_subscription(self, name: str) -> DemoSubscription:
        known = self._known_subscription(name)
        if known is None:
            known = self._keep(await self.create_pending_subscription(REFERRER.organisation, self._hook(name)))
        self.receiver.secrets[name] = known.secret
        return known

    def _hook(self, name: str) -> str:
        return f"{self.urls[RECEIVER]}/hooks/{name}"

    def _subscription(self, name: str) -> DemoSubscription:
        known = self._known_subscription(name)
        if known is None:
            raise LookupError(f"There is no subscription of {name}.")
        return known

    def _known_subscription(self, name: str) -> DemoSubscription | None:
        # By its address, because the port may be another one than in the run before.
        stored = self.state.get(f"webhook:{self._hook(name)}")
        return DemoSubscription(**json.loads(stored)) if stored else None

    def _keep(self, subscription: DemoSubscription) -> DemoSubscription:
        self.state.put(f"webhook:{subscription.url}", json.dumps(vars(subscription)))
        return subscription

    async def _save_client(
        self, organisation: str, scopes: Collection[str], secret: str, jwks: Mapping[str, Any] | None = None
    ) -> None:
        await self.hub.db.write(
            save_client,
            self.hub.services,
            organisation,
            organisation_code=organisation,
            scopes=scopes,
            jwks=jwks,
            secret=secret,
        )


@asynccontextmanager
async def running_sandbox(
    folder: Path, clock: SettableClock, database_url: str | None = None, *, first_port: int = 0
) -> AsyncIterator[SandboxEnv]:
    """Run the sandbox over a folder for the duration of a block.

    Args:
        folder: the folder of all data.
        clock: the hub's clock.
        database_url: the hub's database; None for a SQLite database in the folder.
        first_port: the hub's port, which the others follow; 0 for any free ports.

    Raises:
        AddressUnusable: a port is in use, before anything has started.
    """
    state = SandboxState(folder)
    ports = ports_from(first_port) if first_port else free_ports(state)
    require_free(ports)
    urls, database = urls_at(ports), folder / "hub.db"
    settings = _settings(folder, urls, database_url or f"sqlite:///{database}")
    clock.ahead = timedelta(seconds=float(state.get(_AHEAD) or 0))
    upgrade_schema(settings.migration_url, settings.known_master_key())
    async with AsyncExitStack() as running:
        receiver = DemoWebhookReceiver()
        await running.enter_async_context(serving(receiver.app(), ports[RECEIVER]))
        await running.enter_async_context(_simulators(folder, ports))
        hub = SandboxHub(settings, clock)
        running.push_async_callback(hub.stop)
        await hub.start()
        await running.enter_async_context(serving(hub.gate, ports[HUB]))
        # Last in, so first out: the server above ends when its calls are answered.
        running.callback(hub.announce_stop)
        partner_console = PartnerConsole({system: urls[system] for system in SIMULATORS})
        running.push_async_callback(partner_console.close)
        http = await running.enter_async_context(http_client(urls[HUB], timeout_seconds=30))
        yield SandboxEnv(
            clock=clock,
            running=hub,
            http=http,
            partner_console=partner_console,
            receiver=receiver,
            urls=urls,
            state=state,
            database=database,
        )


def _settings(folder: Path, urls: Mapping[str, str], database_url: str) -> Settings:
    return Settings(
        mode="sandbox",
        database_url=database_url,
        data_dir=folder,
        public_url=urls[HUB],
        allegro=AllegroSettings(
            url=urls[System.ALLEGRO],
            client_id=Credential(CLIENT_ID),
            client_secret=Credential(CLIENT_SECRET),
        ),
        gidso=GidsoSettings(url=urls[System.GIDSO], api_key=Credential(API_KEY)),
        rmw=RmwSettings(url=urls[System.RMW], username=Credential(USERNAME), password=Credential(PASSWORD)),
        log_level="WARNING",
        log_format="console",
    )


@asynccontextmanager
async def _simulators(folder: Path, ports: Mapping[str, int]) -> AsyncIterator[None]:
    # Without -P Python would import modules of the working directory first.
    wanted = [f"--{system}={ports[system]}" for system in SIMULATORS]
    command = [sys.executable, "-P", "-m", "app.cli.main", "simulate", "all", *wanted, f"--data={folder}"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        if process.stdout is None or not await process.stdout.readline():
            raise RuntimeError(f"The simulators ended with exit code {await process.wait()} before they were ready.")
        yield
    finally:
        # It is gone when it ended on its own.
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
