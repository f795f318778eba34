"""The installation: two API processes and two workers on computers whose clocks are wrong, a primary with its standby
behind proxies, the three partners behind servers that may answer in their place, and a webhook receiver.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from sqlalchemy import make_url

from app.database import Database
from app.database.migrations import upgrade_schema
from app.domain.codes import ReferrerKind, System
from app.operations.access.organisations import ReferrerDetails, save_referrer
from app.sandbox.allegro.app import CLIENT_ID, CLIENT_SECRET
from app.sandbox.console import PartnerConsole
from app.sandbox.gidso.app import API_KEY
from app.sandbox.rmw.app import PASSWORD, USERNAME
from app.sandbox.runtime import Store, serving
from app.sandbox.simulate import SIMULATORS, simulator
from tests.support.between import Between
from tests.support.harness import open_harness
from tests.support.host_clock import wrong_clock
from tests.support.persistent_caller import PersistentCaller, caller_session
from tests.support.postgres import run_script
from tests.support.postgres_pair import PostgresPair, running_pair, url_of
from tests.support.postgres_proxy import PostgresProxy, postgres_proxy
from tests.support.processes import Program, free_port, hub_environment
from tests.support.receiver_process import ReceiverClient, running_receiver
from tests.support.small_disk import SmallDisk, mounted_disk

REFERRER, OPERATOR = "chaos-referrer", "beheer"
TEAMS = {
    System.GIDSO: ReferrerDetails(
        code="chaos-wijkteam", name="Wijkteam", kind=ReferrerKind.WIJKTEAM, system=System.GIDSO
    ),
    System.RMW: ReferrerDetails(code="chaos-werk", name="Werk", kind=ReferrerKind.WERK_EN_INKOMEN, system=System.RMW),
}
SUBSCRIBER_PATHS = ("/slow/referrer", "/limited/referrer", "/unsure/referrer")
POLLING = "by polling"
PLACES_OF_EVENTS = (*SUBSCRIBER_PATHS, POLLING)
NOTICE_PATH = "/ok/operator"

DISK_MEGABYTES = 1024
HOUR = 3600
_DATABASE = "hub"
CLOCK_OFFSETS = {"api-1": HOUR, "api-2": -HOUR, "worker-1": HOUR, "worker-2": -HOUR}
_PUBLIC_URL = "https://hub.example.nl"


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What runs, and the callers of its API.

    Attributes:
        disk: where the files of the database are; None where no file system can be mounted.
        proxies: in front of the servers of the database.
        programs: the processes of the hub, by name.
        logs: the file of each of them.
        between: the servers in front of the partners.
        console: what people do in the partners' systems.
        probes: the referrer's ids of referrals that were made to see whether everything works, without more changes.
    """

    pair: PostgresPair
    disk: SmallDisk | None
    proxies: Sequence[PostgresProxy]
    programs: Mapping[str, Program]
    logs: Mapping[str, Path]
    between: Mapping[System, Between]
    console: PartnerConsole
    receiver: ReceiverClient
    referrer: PersistentCaller
    operator: PersistentCaller
    probes: list[str] = field(default_factory=list)

    @property
    def workers(self) -> list[Program]:
        """The worker processes."""
        return [program for name, program in self.programs.items() if name.startswith("worker")]

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """Open the hub's database, past the proxies."""
        database = Database.open(url_of(self.pair.hosts, _DATABASE))
        try:
            yield database
        finally:
            await database.close()

    @property
    def active_url(self) -> str:
        """The URL of the hub's database on the server that takes writes."""
        server = make_url(self.pair.active.server.url)
        return server.set(database=_DATABASE).render_as_string(hide_password=False)

    async def run_script(self, script: str) -> None:
        """Run statements in the hub's database."""
        await asyncio.to_thread(run_script, self.active_url, script)


@asynccontextmanager
async def running_installation() -> AsyncIterator[Installation]:
    """Run an installation without records for the duration of a block."""
    async with AsyncExitStack() as running:
        disk = running.enter_context(mounted_disk(DISK_MEGABYTES))
        pair = running.enter_context(running_pair(disk.folder if disk else None))
        pair.primary.server.execute(f"CREATE DATABASE {_DATABASE}")
        url = url_of(pair.hosts, _DATABASE)
        upgrade_schema(url)
        proxies = [await running.enter_async_context(postgres_proxy(url_of([host], _DATABASE))) for host in pair.hosts]
        receiver = await running.enter_async_context(running_receiver())
        between = {system: Between(simulator(system, Store())) for system in SIMULATORS}
        servers = {system: await running.enter_async_context(serving(each)) for system, each in between.items()}
        urls = {system: server.url for system, server in servers.items()}
        console = PartnerConsole(urls)
        running.push_async_callback(console.close)
        tokens = await _set_up(url, receiver)
        http = await running.enter_async_context(caller_session())
        logs = _log_files(Path(running.enter_context(tempfile.TemporaryDirectory(prefix="chaos-"))))
        ports = {name: free_port() for name in CLOCK_OFFSETS if name.startswith("api")}
        apis = [f"http://127.0.0.1:{port}" for port in ports.values()]
        environment = _environment(url_of((each.host for each in proxies), _DATABASE), urls)
        programs = {name: _program(name, ports.get(name, 0), environment, logs[name]) for name in CLOCK_OFFSETS}
        await running.enter_async_context(_running(programs.values()))
        await running.enter_async_context(_asked_whether_ready(http, apis))
        yield Installation(
            pair=pair,
            disk=disk,
            proxies=proxies,
            programs=programs,
            logs=logs,
            between=between,
            console=console,
            receiver=receiver,
            referrer=PersistentCaller(http, apis, tokens[REFERRER]),
            operator=PersistentCaller(http, apis, tokens[OPERATOR]),
        )


@asynccontextmanager
async def _running(programs: Collection[Program]) -> AsyncIterator[None]:
    """Run programs for the duration of a block, and start again what ends alone, as whoever watches over them does."""
    for each in programs:
        each.start()
    watching = asyncio.create_task(_watch(programs))
    try:
        # In threads, because they need the proxies of this process.
        for each in programs:
            await asyncio.to_thread(each.wait_until_ready)
        yield
    finally:
        watching.cancel()
        await asyncio.gather(*(asyncio.to_thread(each.end) for each in programs))


async def _watch(programs: Collection[Program]) -> None:
    """Start programs again that end, such as a worker that finds no database when it starts."""
    while True:
        for each in programs:
            if each.ended_alone:
                each.start()
        await asyncio.sleep(1)


@asynccontextmanager
async def _asked_whether_ready(http: aiohttp.ClientSession, apis: Sequence[str]) -> AsyncIterator[None]:
    """Ask the processes of the API every second whether they are ready, as a balancer does, during a block."""

    async def ask(url: str) -> None:
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with http.get(f"{url}/healthz/ready") as response:
                    await response.read()
            await asyncio.sleep(1)

    asking = [asyncio.create_task(ask(url)) for url in apis]
    try:
        yield
    finally:
        for each in asking:
            each.cancel()


async def _set_up(url: str, receiver: ReceiverClient) -> Mapping[str, str]:
    """Store organisations, clients and subscriptions. Return the clients' tokens."""
    async with open_harness(url) as harness:
        referrer_id = await harness.add_referrer(REFERRER)
        for details in TEAMS.values():
            await harness.db.write(save_referrer, harness.services, details)
        await harness.add_client(OPERATOR, OPERATOR)
        await harness.subscribe(referrer_id, *(receiver.url + path for path in SUBSCRIBER_PATHS))
        await harness.subscribe(await harness.organisation_id(OPERATOR), receiver.url + NOTICE_PATH)
        return {client: await harness.token(client, _PUBLIC_URL) for client in (REFERRER, OPERATOR)}


def _log_files(folder: Path) -> Mapping[str, Path]:
    return {name: folder / f"{name}.log" for name in CLOCK_OFFSETS}


def _environment(database_url: str, partners: Mapping[System, str]) -> dict[str, str]:
    return {
        **hub_environment(database_url),
        **{f"TRAJECTHUB_{system.upper()}_URL": url for system, url in partners.items()},
        "TRAJECTHUB_ALLEGRO_CLIENT_ID": CLIENT_ID,
        "TRAJECTHUB_ALLEGRO_CLIENT_SECRET": CLIENT_SECRET,
        "TRAJECTHUB_GIDSO_API_KEY": API_KEY,
        "TRAJECTHUB_RMW_USERNAME": USERNAME,
        "TRAJECTHUB_RMW_PASSWORD": PASSWORD,
        "TRAJECTHUB_PULL_INTERVAL_SECONDS": "1",
        "TRAJECTHUB_RECONCILE_AT": "",
        "TRAJECTHUB_LOG_LEVEL": "INFO",
        "TRAJECTHUB_PUBLIC_URL": _PUBLIC_URL,
    }


def _program(name: str, port: int, environment: Mapping[str, str], log: Path) -> Program:
    return Program(
        arguments=("app.cli.main", "serve" if port else "worker"),
        environment={**environment, **wrong_clock(CLOCK_OFFSETS[name]), "TRAJECTHUB_PORT": str(port)},
        url=f"http://127.0.0.1:{port}/healthz/live" if port else None,
        log=log,
    )
