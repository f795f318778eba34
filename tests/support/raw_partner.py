"""A partner that answers with exactly these bytes over real HTTP, and the hub that pulls it."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.adapters.allegro import connect_allegro
from app.adapters.common.adapter import Adapter
from app.adapters.engine.jobs import JobRunner
from app.adapters.engine.puller import Puller
from app.adapters.gidso import connect_gidso
from app.adapters.rmw import connect_rmw
from app.adapters.rmw.soap import NAMESPACE
from app.adapters.template import connect_template
from app.domain.codes import System
from app.domain.events import EventType
from app.domain.partners import PartnerPullState
from app.events.delivery.notices import READING, partner_notice
from app.models.partners.partner import find_partner
from app.operations.partners.lease import PartnerLease
from app.sandbox.runtime import Server
from tests.support.hub import InProcessHub

Answer = Callable[[Mapping[str, str]], Response]
Connect = Callable[[str, InProcessHub], Adapter]

CONNECT: Mapping[str, Connect] = {
    "allegro": lambda url, _: connect_allegro(url, "id", "secret"),
    "gidso": lambda url, hub: connect_gidso(url, "key", hub.clock),
    "rmw": lambda url, _: connect_rmw(url, "name", "password"),
    "template": lambda url, _: connect_template(url, "token"),
}
"""What connects the adapter of each partner; the template speaks as GIDSO."""


@dataclass(kw_only=True)
class RawPartner:
    """A partner whose answers a test writes.

    Attributes:
        answer: returns the answer to a call, from its query parameters; of RMW from the fields of its request.
        asked: the parameters of every call, oldest first.
    """

    hub: InProcessHub
    answer: Answer
    asked: list[Mapping[str, str]]
    puller: Puller

    async def pull(self) -> PartnerPullState:
        """Do a round as the worker does; return the state of the partner after it."""
        await self.puller.round()
        state = await self.hub.db.read(find_partner, self.puller.source.system)
        assert state
        return state

    async def notices(self, direction: str = READING) -> list[EventType]:
        """Return the notices about the connection that were published, oldest first."""
        subject = partner_notice(EventType.PARTNER_FAILING, self.puller.source.system, direction).subject_id
        return [stored.event.type for stored in await self.hub.events(subject)]

    async def quarantined(self) -> list[tuple[str, str]]:
        """Return the field and the reason of each record in quarantine, sorted."""
        found = await self.hub.quarantine(system=self.puller.source.system)
        return sorted((each.field, each.reason) for each in found)


@asynccontextmanager
async def raw_partner(hub: InProcessHub, name: str, answer: Answer) -> AsyncIterator[RawPartner]:
    """Run a partner of this name for the duration of a block."""
    asked: list[Mapping[str, str]] = []

    async def respond(request: Request) -> Response:
        if request.url.path == "/oauth/token":
            return JSONResponse({"access_token": "t", "token_type": "Bearer", "expires_in": 3600})
        given = dict(request.query_params) | {"body": (await request.body()).decode()}
        asked.append(given)
        return partner.answer(given)

    server = Server(Starlette(routes=[Route("/{path:path}", respond, methods=["GET", "POST"])]))
    await server.start()
    adapter = CONNECT[name](server.url, hub)
    puller = _puller(hub, adapter)
    partner = RawPartner(hub=hub, answer=answer, asked=asked, puller=puller)
    yield partner
    await adapter.close()
    await server.stop()


def says(content: str | bytes | object, media_type: str = "application/json") -> Answer:
    """Return what answers every call with this content; what is neither text nor bytes as JSON."""
    body = content if isinstance(content, str | bytes) else json.dumps(content)
    return lambda _: Response(body, media_type=media_type)


def soap_list(*registrations: str, following: str = "") -> bytes:
    """Return RMW's answer with these ``aanmelding`` elements, as text."""
    return _envelope(
        f'<lijstAanmeldingenResponse xmlns="{NAMESPACE}">{"".join(registrations)}{following}'
        "</lijstAanmeldingenResponse>"
    )


def soap_fault(details: str) -> bytes:
    """Return a temporary refusal by RMW with these elements of its own."""
    return _envelope(
        "<soap:Fault><faultcode>soap:Server</faultcode><faultstring/>"
        f'<detail><fout xmlns="{NAMESPACE}">{details}</fout></detail></soap:Fault>'
    )


def _envelope(body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def _puller(hub: InProcessHub, adapter: Adapter) -> Puller:
    lease = PartnerLease(adapter.system, "test")
    runner = JobRunner(
        db=hub.db, services=hub.services, source=adapter.source, lease=lease, list_cases=adapter.list_cases
    )
    return Puller(
        db=hub.db,
        services=hub.services,
        source=adapter.source,
        holder="test",
        random=lambda: 0.0,
        do_jobs=runner.run,
    )


SYSTEMS: Mapping[str, System] = {
    "allegro": System.ALLEGRO,
    "gidso": System.GIDSO,
    "rmw": System.RMW,
    "template": System.GIDSO,
}
"""The system as which each of these partners is pulled."""
