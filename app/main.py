"""The ASGI application: built from the settings, and served until it is stopped."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import structlog
import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from app.api.app import create_api
from app.api.state import AppState
from app.database import Database
from app.domain.ports import Clock
from app.events.http.client import OutboundClient
from app.events.http.ssrf import AddressPolicy
from app.operations.access.organisations import set_up_institutions
from app.operations.services import build_services
from app.settings import Settings

log = structlog.get_logger(__name__)


async def open_hub(settings: Settings, clock: Clock) -> AppState:
    """Open the database, which must have the newest schema, and return the hub over it."""
    db = Database.open(settings.database_url)
    services = build_services(settings.master_key_bytes(), settings.municipality, clock)
    await db.write(set_up_institutions, services)
    hub = AppState.wire(
        db,
        services,
        settings.public_url,
        sandbox=settings.mode == "sandbox",
        token_lifetime_seconds=settings.token_lifetime_seconds,
    )
    rules = AddressPolicy.of(settings.webhook_allowed_networks, sandbox=settings.mode == "sandbox")
    outbound = OutboundClient(rules, ca_file=str(settings.webhook_ca_file) if settings.webhook_ca_file else None)
    return replace(
        hub,
        oin=settings.oin,
        system_name=settings.system_name,
        outbound=outbound,
        subscription_limit=settings.subscriptions_per_organisation,
    )


def create_app(hub: AppState) -> ASGIApp:
    """Return the ASGI application of a hub."""
    return create_api(hub)


async def serve(hub: AppState, settings: Settings, stop: asyncio.Event) -> None:
    """Answer requests until ``stop`` is set; open requests are finished.

    Raises:
        RuntimeError: the address is in use.
    """
    config = uvicorn.Config(
        create_app(hub),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=True,
    )
    server = QuietServer(config)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving
    if not server.started:
        raise RuntimeError(f"The hub could not listen on {settings.host}:{settings.port}; is the port in use?")


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the program, which then stops the API and the worker together."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture no signals."""
        yield
