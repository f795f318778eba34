"""The API over a fresh hub on each store, and callers of every role."""

from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import cache
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp

from app.api.auth.tokens import new_signing_key
from app.api.state import AppState
from app.bootstrap import build_app_state, open_worker
from app.database import Connection, Database
from app.domain.codes import ReferrerKind, System
from app.events.http.client import OutboundClient
from app.events.http.ssrf import AddressPolicy
from app.operations.access.clients import SCOPES, find_client, save_client
from app.operations.access.organisations import ReferrerDetails, save_referrer, set_up_institutions
from app.operations.access.signing_keys import SigningKey, add_signing_key
from app.operations.services import Services, build_services
from app.sandbox.runtime import SettableClock
from app.settings import Settings
from app.worker import WorkerLoops
from tests.support.documented import assert_documented
from tests.support.event_env import Mailbox, mailbox
from tests.support.hub import Dump, rows_made_by, store_rows
from tests.support.names import StubResolver
from tests.support.nginx import behind_nginx, is_wanted
from tests.support.served import api_of

PUBLIC_URL = "https://hub.example.nl"
MASTER_KEY = bytes(range(32))
METRICS_TOKEN = "a-token-for-metrics-that-has-more-than-32-characters"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

REFERRERS = {
    "dock": ("DOCK", ReferrerKind.WELZIJNSORGANISATIE, System.API),
    "pit010": ("PIT010", ReferrerKind.WELZIJNSORGANISATIE, System.API),
    "schuldenrechter": ("Schuldenrechter Rotterdam", ReferrerKind.SCHULDENRECHTER, System.API),
    "deurwaarder-zuid": ("Deurwaarder Zuid", ReferrerKind.DEURWAARDER, System.API),
    "wijkteam-feijenoord": ("Wijkteam Feijenoord", ReferrerKind.WIJKTEAM, System.GIDSO),
    "werk-en-inkomen": ("Werk & Inkomen", ReferrerKind.WERK_EN_INKOMEN, System.RMW),
}
READS = {"referrals:read", "trajectories:read", "organisations:read"}
REFERS = READS | {"referrals:write", "subscriptions:manage", "events:read"}
PROCESSES = READS | {"referrals:process", "trajectories:write", "subscriptions:manage"}
CLIENTS = {
    "dock": ("dock", REFERS),
    "pit010": ("pit010", REFERS),
    "court": ("schuldenrechter", REFERS),
    "bailiff": ("deurwaarder-zuid", REFERS),
    "etf": ("expertiseteam-financien", PROCESSES | {"events:read"}),
    "bank": ("kredietbank", PROCESSES),
    "gidso": ("gidso", REFERS),
    "rmw": ("rmw", REFERS),
    "operator": ("beheer", set(SCOPES)),
}
"""Client id → organisation's code and scopes."""

SECRET = "a-secret-of-the-sandbox-that-has-more-than-32-characters"

Api = httpx.AsyncClient
SignIn = Callable[[str], Awaitable[Api]]


@cache
def sandbox_settings(public_url: str = PUBLIC_URL) -> Settings:
    """Return the settings of a hub in the sandbox without partners."""
    return Settings(
        mode="sandbox",
        public_url=public_url,
        master_key=SecretStr(b64encode(MASTER_KEY).decode()),
        metrics_token=SecretStr(METRICS_TOKEN),
    )


@cache
def session_key() -> SigningKey:
    """Return a signing key that all tests share, because making one takes long."""
    return new_signing_key()


def _populate(tx: Connection, services: Services) -> None:
    set_up_institutions(tx, services)
    add_signing_key(tx, services, session_key())
    for code, (name, kind, system) in REFERRERS.items():
        save_referrer(tx, services, ReferrerDetails(code=code, name=name, kind=kind, system=system, area="Feijenoord"))
    for client_id, (code, scopes) in CLIENTS.items():
        save_client(tx, services, client_id, organisation_code=code, scopes=scopes, secret=SECRET)


@cache
def _populated() -> Dump:
    """Return the rows of a populated database, to store at once: the operations take some fifty statements."""
    return rows_made_by(lambda tx: _populate(tx, _services(SettableClock(NOW))))


def _services(clock: SettableClock) -> Services:
    return build_services(MASTER_KEY, "rotterdam", clock)


@pytest.fixture
def clock() -> SettableClock:
    """Return the hub's clock, which stands at ``NOW`` until it is set."""
    return SettableClock(NOW)


@pytest.fixture
def services(clock: SettableClock) -> Services:
    """Return what operations work with, for Rotterdam."""
    return _services(clock)


@pytest.fixture
async def hub(database: Database, services: Services) -> AsyncIterator[AppState]:
    """Return a hub with the institutions, the ``REFERRERS`` and the ``CLIENTS``, on each store in turn."""
    await database.write(store_rows, _populated())
    outbound = OutboundClient(AddressPolicy.of(sandbox=True), resolver=StubResolver())
    yield build_app_state(database, services, sandbox_settings(), outbound=outbound)
    await outbound.close()


@pytest.fixture
def app(hub: AppState) -> Iterator[ASGIApp]:
    """Return the API as an ASGI application."""
    with api_of(hub) as served:
        yield served


@pytest.fixture
async def to_hub(app: ASGIApp) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """Return the way to the API: directly, or through nginx where ``tests.support.nginx`` says so."""
    if not is_wanted():
        yield httpx.ASGITransport(app, raise_app_exceptions=False)
        return
    async with behind_nginx(app) as transport:
        yield transport


@pytest.fixture
async def api(to_hub: httpx.AsyncBaseTransport) -> AsyncIterator[Api]:
    """Return a bare HTTP client: no token, no Idempotency-Key."""
    async with _client(to_hub, {}) as client:
        yield client


@pytest.fixture
async def prometheus(app: ASGIApp) -> AsyncIterator[Api]:
    """Return what reads the metrics, which no proxy passes on."""
    direct = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with _client(direct, {"Authorization": f"Bearer {METRICS_TOKEN}"}) as client:
        yield client


@pytest.fixture
async def sign_in(hub: AppState, to_hub: httpx.AsyncBaseTransport) -> AsyncIterator[SignIn]:
    """Return a function from a client id of ``CLIENTS`` to an HTTP client with its token.

    Writes get a fresh Idempotency-Key unless the test gives one.
    """
    async with AsyncExitStack() as stack:

        async def signed_in(client_id: str) -> Api:
            token = await token_of(hub, client_id)
            client = _client(to_hub, {"Authorization": f"Bearer {token}"})
            client.event_hooks["request"].append(_add_key)
            return await stack.enter_async_context(client)

        yield signed_in


async def token_of(hub: AppState, client_id: str) -> str:
    """Return an access token of a registered client with all its scopes."""
    client = await hub.db.read(find_client, client_id)
    assert client is not None
    return await hub.tokens.issue(client, client.scopes)


@pytest.fixture
async def dock(sign_in: SignIn) -> Api:
    """Return a welfare organisation that works through the API."""
    return await sign_in("dock")


@pytest.fixture
async def pit010(sign_in: SignIn) -> Api:
    """Return another welfare organisation."""
    return await sign_in("pit010")


@pytest.fixture
async def court(sign_in: SignIn) -> Api:
    """Return the court debt officer."""
    return await sign_in("court")


@pytest.fixture
async def etf(sign_in: SignIn) -> Api:
    """Return the finance team."""
    return await sign_in("etf")


@pytest.fixture
async def bank(sign_in: SignIn) -> Api:
    """Return the credit bank."""
    return await sign_in("bank")


@pytest.fixture
async def gidso(sign_in: SignIn) -> Api:
    """Return GIDSO, which acts for the referrers that work in it."""
    return await sign_in("gidso")


@pytest.fixture
async def rmw(sign_in: SignIn) -> Api:
    """Return RMW, which acts for the referrers that work in it."""
    return await sign_in("rmw")


@pytest.fixture
async def operator(sign_in: SignIn) -> Api:
    """Return the hub's operator."""
    return await sign_in("operator")


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    """Return a subscriber that listens."""
    async with mailbox() as opened:
        yield opened


@pytest.fixture
async def worker(hub: AppState, services: Services) -> AsyncIterator[WorkerLoops]:
    """Return what relays and delivers, over the hub's database."""
    async with open_worker(hub.db, services, sandbox_settings()) as opened:
        yield opened


def _client(to_hub: httpx.AsyncBaseTransport, headers: dict[str, str]) -> Api:
    hooks = {"request": [], "response": [assert_documented]}
    return Api(transport=to_hub, base_url=PUBLIC_URL, headers=headers, event_hooks=hooks)


async def _add_key(request: httpx.Request) -> None:
    if request.method not in {"GET", "HEAD"}:
        request.headers.setdefault("Idempotency-Key", str(uuid4()))
