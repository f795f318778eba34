"""The sandbox: three simulated partner systems, the hub with its worker, and a webhook receiver, on one machine.

The simulators run in a separate process; all communication is real HTTP.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from app.adapters.allegro import AllegroSettings
from app.adapters.common.http import http_client
from app.adapters.common.settings import Credential
from app.adapters.gidso import GidsoSettings
from app.adapters.rmw import RmwSettings
from app.api.app import create_api
from app.api.state import AppState
from app.bootstrap import open_app_state, open_worker
from app.database import upgrade_schema
from app.domain.codes import System
from app.operations.access.clients import save_client
from app.operations.access.organisations import ReferrerDetails, save_referrer
from app.operations.cases.queries import find_referral
from app.sandbox.allegro.app import CLIENT_ID, CLIENT_SECRET
from app.sandbox.console import PartnerConsole
from app.sandbox.faults.plan import FaultSettings
from app.sandbox.gidso.app import API_KEY
from app.sandbox.ports import HUB, RECEIVER, free_ports, ports_from, require_free, urls_at
from app.sandbox.receiver import DemoWebhookReceiver
from app.sandbox.rmw.app import PASSWORD, USERNAME
from app.sandbox.runtime import SettableClock, serving
from app.sandbox.simulate import SIMULATORS
from app.sandbox.state import SandboxState
from app.settings import Settings
from app.worker import WorkerLoops

_REFERRER_SCOPES = ("referrals:read", "referrals:write", "trajectories:read", "subscriptions:manage", "events:read")
FINANCE_TEAM, OPERATOR = "expertiseteam-financien", "beheer"
_DEMO_CLIENTS = {
    FINANCE_TEAM: ("referrals:read", "referrals:process", "trajectories:read", "trajectories:write"),
    OPERATOR: (
        "organisations:read",
        "organisations:manage",
        "partners:read",
        "partners:manage",
        "api-clients:manage",
        "subscriptions:manage",
    ),
}


@dataclass(kw_only=True)
class SandboxEnv:
    """The running parts of the sandbox.

    Attributes:
        http: a client of the hub's API.
        urls: base URLs by name: the three systems, ``hub`` and ``receiver``.
        makes_faults: whether the simulators make faults.
    """

    clock: SettableClock
    hub: AppState
    http: httpx.AsyncClient
    worker: WorkerLoops
    partner_console: PartnerConsole
    receiver: DemoWebhookReceiver
    urls: Mapping[str, str]
    state: SandboxState
    makes_faults: bool = False
    _tokens: dict[str, str] = field(default_factory=dict)

    async def register_referrer(self, details: ReferrerDetails) -> None:
        """Register a referring organisation; one without a partner system gets a client and a webhook as well."""
        await self.hub.db.write(save_referrer, self.hub.services, details)
        if details.system is System.API:
            await self._connect(details.code)

    async def refer(self, organisation: str, body: Mapping[str, object], key: str) -> dict[str, Any]:
        """Post a referral to the API on behalf of an organisation."""
        return await self._post(organisation, "/v1/referrals", body, key)

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
        if organisation not in self._tokens:
            response = await self.http.post("/oauth/token", data=self._credentials(organisation))
            response.raise_for_status()
            self._tokens[organisation] = response.json()["access_token"]
        return self._tokens[organisation]

    async def set_clocks(self, now: datetime | None) -> None:
        """Stop all clocks at an aware time; None lets them follow the computer's clock."""
        self.clock.set(now)
        await self.partner_console.set_clock(now)

    async def set_faults(self, settings: FaultSettings) -> None:
        """Apply fault settings at every simulator, for the kinds that it can make."""
        await self.partner_console.set_faults(settings)
        self.makes_faults = True

    async def demo_clients(self) -> dict[str, tuple[str, str]]:
        """Return API clients to try the demo with, as id and secret: a referrer, the finance team and the operator."""
        for organisation, scopes in _DEMO_CLIENTS.items():
            await self._save_client(organisation, scopes)
        organisations = {
            "referrer": next(iter(self.receiver.secrets)),
            "finance team": FINANCE_TEAM,
            "operator": OPERATOR,
        }
        return {who: (client, self.state.secret(f"client:{client}")) for who, client in organisations.items()}

    async def _connect(self, organisation: str) -> None:
        await self._save_client(organisation, _REFERRER_SCOPES)
        # The port may be another one than in the run before.
        url = f"{self.urls[RECEIVER]}/hooks/{organisation}"
        secret = self.state.get(f"webhook:{url}")
        if secret is None:
            created = await self._post(organisation, "/v1/subscriptions", {"url": url}, f"webhook-{url}")
            secret = self.state.put(f"webhook:{url}", created["secret"])
        self.receiver.secrets[organisation] = secret

    async def _save_client(self, organisation: str, scopes: Collection[str]) -> None:
        secret = self.state.secret(f"client:{organisation}")
        await self.hub.db.write(
            save_client, self.hub.services, organisation, organisation_code=organisation, scopes=scopes, secret=secret
        )

    async def _post(self, organisation: str, path: str, body: Mapping[str, object], key: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {await self.token(organisation)}", "Idempotency-Key": key}
        response = await self.http.post(path, json=dict(body), headers=headers)
        if response.is_error:
            raise RuntimeError(f"POST {path} for '{organisation}' was refused: {response.text}")
        created: dict[str, Any] = response.json()
        return created

    def _credentials(self, organisation: str) -> dict[str, str]:
        secret = self.state.secret(f"client:{organisation}")
        return {"grant_type": "client_credentials", "client_id": organisation, "client_secret": secret}


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
    urls = urls_at(ports)
    settings = _settings(folder, urls, database_url or f"sqlite:///{folder / 'hub.db'}")
    upgrade_schema(settings.migration_url, settings.known_master_key())
    async with AsyncExitStack() as running:
        receiver = DemoWebhookReceiver()
        await running.enter_async_context(serving(receiver.app(), ports[RECEIVER]))
        await running.enter_async_context(_simulators(folder, ports))
        hub = await running.enter_async_context(open_app_state(settings, clock))
        await running.enter_async_context(serving(create_api(hub), ports[HUB]))
        worker = await running.enter_async_context(open_worker(hub.db, hub.services, settings))
        partner_console = PartnerConsole({system: urls[system] for system in SIMULATORS})
        running.push_async_callback(partner_console.close)
        http = await running.enter_async_context(http_client(urls[HUB], timeout_seconds=30))
        yield SandboxEnv(
            clock=clock,
            hub=hub,
            http=http,
            worker=worker,
            partner_console=partner_console,
            receiver=receiver,
            urls=urls,
            state=state,
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
    if process.stdout is None or not await process.stdout.readline():
        raise RuntimeError(f"The simulators ended with exit code {await process.wait()} before they were ready.")
    try:
        yield
    finally:
        process.terminate()
        await process.wait()
