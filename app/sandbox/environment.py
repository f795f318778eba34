"""A whole world on one machine: three simulated partner systems, the hub with its worker, a webhook receiver.

The simulators run in a process of their own, as partners do; everybody speaks real HTTP.
"""

import asyncio
import json
import secrets
import socket
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
from app.api.state import AppState
from app.database import upgrade_schema
from app.domain.codes import PARTNERS, System
from app.main import create_app, open_hub
from app.operations.access.clients import save_client
from app.operations.access.organisations import ReferrerDetails, save_referrer
from app.operations.cases.referrals import find_referral
from app.sandbox.allegro import app as allegro
from app.sandbox.console import PartnerConsole
from app.sandbox.faults.plan import FaultOrder
from app.sandbox.gidso import app as gidso
from app.sandbox.receiver import Receiver
from app.sandbox.rmw import app as rmw
from app.sandbox.runtime import SettableClock, serving
from app.settings import Settings
from app.worker import Worker

_REFERRER_SCOPES = ("referrals:read", "referrals:write", "trajectories:read", "subscriptions:manage")
FINANCE_TEAM, OPERATOR = "expertiseteam-financien", "beheer"
_VISITORS = {
    FINANCE_TEAM: ("referrals:read", "referrals:process", "trajectories:read", "trajectories:write"),
    OPERATOR: (
        "organisations:read",
        "organisations:manage",
        "partners:read",
        "partners:manage",
        "subscriptions:manage",
    ),
}


@dataclass
class World:
    """Everything that runs.

    Attributes:
        urls: addresses by name: the three systems, ``hub`` and ``receiver``.
        makes_faults: whether the simulators were asked to make faults.
    """

    clock: SettableClock
    hub: AppState
    http: httpx.AsyncClient
    worker: Worker
    desks: PartnerConsole
    receiver: Receiver
    urls: Mapping[str, str]
    notebook: "ScenarioLog"
    makes_faults: bool = False
    _tokens: dict[str, str] = field(default_factory=dict)

    async def register_referrer(self, details: ReferrerDetails) -> None:
        """Register a referring organisation; one that works in no system also gets a client and a webhook."""
        await self.hub.db.write(save_referrer, self.hub.services, details)
        if details.system is System.API:
            await self._connect(details.code)

    async def refer(self, organisation: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Post a referral to the API on behalf of an organisation."""
        return await self._post(organisation, "/v1/referrals", body, key)

    async def find(self, organisation: str, reference: str) -> UUID:
        """Return the hub's id of a referral by its referrer's own reference.

        Raises:
            LookupError: the hub does not have it.
        """
        found = await self.hub.db.read(find_referral, organisation, reference)
        if found is None:
            raise LookupError(f"The hub has no referral '{reference}' of '{organisation}'.")
        return found

    async def token(self, organisation: str) -> str:
        """Return an access token of an organisation's client."""
        if organisation not in self._tokens:
            answer = await self.http.post("/oauth/token", data=self._credentials(organisation))
            answer.raise_for_status()
            self._tokens[organisation] = answer.json()["access_token"]
        return self._tokens[organisation]

    async def set_clocks(self, now: datetime | None) -> None:
        """Set everybody's clock to an aware moment; None lets them run with the computer's."""
        self.clock.set(now)
        await self.desks.set_clock(now)

    async def set_faults(self, order: FaultOrder) -> None:
        """Put these faults in force at every simulator that can make them."""
        await self.desks.set_faults(order)
        self.makes_faults = True

    async def visitors(self) -> dict[str, tuple[str, str]]:
        """Return clients that a visitor may use, as id and secret: a referrer, the finance team and the operator."""
        for organisation, scopes in _VISITORS.items():
            await self._save_client(organisation, scopes)
        shown = {"referrer": next(iter(self.receiver.secrets)), "finance team": FINANCE_TEAM, "operator": OPERATOR}
        return {who: (client, self.notebook.secret(f"client:{client}")) for who, client in shown.items()}

    async def _connect(self, organisation: str) -> None:
        await self._save_client(organisation, _REFERRER_SCOPES)
        known = self.notebook.get(f"webhook:{organisation}")
        if known is None:
            url = f"{self.urls['receiver']}/hooks/{organisation}"
            answer = await self._post(organisation, "/v1/subscriptions", {"url": url}, f"webhook-{organisation}")
            known = self.notebook.put(f"webhook:{organisation}", answer["secret"])
        self.receiver.secrets[organisation] = known

    async def _save_client(self, organisation: str, scopes: Collection[str]) -> None:
        secret = self.notebook.secret(f"client:{organisation}")
        await self.hub.db.write(
            save_client, self.hub.services, organisation, organisation_code=organisation, scopes=scopes, secret=secret
        )

    async def _post(self, organisation: str, path: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {await self.token(organisation)}", "Idempotency-Key": key}
        answer = await self.http.post(path, json=dict(body), headers=headers)
        if answer.is_error:
            raise RuntimeError(f"POST {path} for '{organisation}' was refused: {answer.text}")
        made: dict[str, Any] = answer.json()
        return made

    def _credentials(self, organisation: str) -> dict[str, str]:
        secret = self.notebook.secret(f"client:{organisation}")
        return {"grant_type": "client_credentials", "client_id": organisation, "client_secret": secret}


class ScenarioLog:
    """What the world must remember between two runs on the same folder: ports and secrets, invented ones."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "world.json"
        self._notes: dict[str, Any] = json.loads(self._path.read_text()) if self._path.exists() else {}

    def get(self, name: str) -> str | None:
        """Return a note, or None."""
        note: str | None = self._notes.get(name)
        return note

    def put(self, name: str, value: str) -> str:
        """Keep a note; returns it back."""
        self._notes[name] = value
        self._path.write_text(json.dumps(self._notes, indent=1))
        return value

    def secret(self, name: str) -> str:
        """Return a secret, made at first use."""
        return self.get(name) or self.put(name, secrets.token_urlsafe(32))

    def port(self, name: str) -> int:
        """Return a free port, the same one in every run."""
        return int(self.get(f"port:{name}") or self.put(f"port:{name}", str(_free_port())))


@asynccontextmanager
async def running_world(folder: Path, clock: SettableClock, database_url: str | None = None) -> AsyncIterator[World]:
    """Start everything over a folder; at the end everything is stopped.

    Args:
        folder: where everybody keeps what must outlive the run.
        clock: the hub's clock.
        database_url: the hub's database; None keeps it in the folder, on SQLite.
    """
    notebook = ScenarioLog(folder)
    ports = {name: notebook.port(name) for name in (*PARTNERS, "hub", "receiver")}
    urls = {str(name): f"http://127.0.0.1:{port}" for name, port in ports.items()}
    settings = _settings(folder, urls, database_url or f"sqlite:///{folder / 'hub.db'}")
    upgrade_schema(settings.database_url)
    async with AsyncExitStack() as running:
        receiver = Receiver()
        await running.enter_async_context(serving(receiver.app(), ports["receiver"]))
        await running.enter_async_context(_simulators(folder, ports))
        hub = await open_hub(settings, clock)
        running.push_async_callback(hub.close)
        await running.enter_async_context(serving(create_app(hub), ports["hub"]))
        worker = Worker.over(hub.db, hub.services, settings)
        running.push_async_callback(worker.close)
        desks = PartnerConsole({system: urls[system] for system in PARTNERS})
        running.push_async_callback(desks.close)
        http = await running.enter_async_context(http_client(urls["hub"], timeout_seconds=30))
        yield World(clock, hub, http, worker, desks, receiver, urls, notebook)


def _settings(folder: Path, urls: Mapping[str, str], database_url: str) -> Settings:
    return Settings(
        mode="sandbox",
        database_url=database_url,
        data_dir=folder,
        public_url=urls["hub"],
        allegro=AllegroSettings(
            url=urls[System.ALLEGRO],
            client_id=Credential(allegro.CLIENT_ID),
            client_secret=Credential(allegro.CLIENT_SECRET),
        ),
        gidso=GidsoSettings(url=urls[System.GIDSO], api_key=Credential(gidso.API_KEY)),
        rmw=RmwSettings(url=urls[System.RMW], username=Credential(rmw.USERNAME), password=Credential(rmw.PASSWORD)),
        log_level="WARNING",
        log_format="console",
    )


@asynccontextmanager
async def _simulators(folder: Path, ports: Mapping[Any, int]) -> AsyncIterator[None]:
    wanted = [f"--{system}={ports[system]}" for system in PARTNERS]
    command = [sys.executable, "-m", "app.cli.main", "simulate", "all", *wanted, f"--data={folder}"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    if process.stdout is None or not await process.stdout.readline():
        raise RuntimeError("The simulators did not start; are their ports in use?")
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
