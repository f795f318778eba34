"""No way out reaches an address that may not be called: a listener on this machine counts who comes."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_network
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from app.events.http.client import OutboundClient, OutboundRequest
from app.events.http.signing import new_secret
from app.events.http.ssrf import AddressPolicy, AddressRefused
from app.events.http.webhook import WebhookRequest, WebhookSender
from app.models.delivery.attempt import AttemptOutcome
from app.oauth_client import OAuthClient
from tests.support.event_env import SANDBOX, MovableClock, mailbox
from tests.support.hostile import HOSTILE_URLS

PUBLIC = "93.184.215.14"
HTTP_ANYWHERE = AddressPolicy(allow_http=True)


class Names(AbstractResolver):
    """A name server that answers as told, and differently each time when told so."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers)
        self.asked = 0

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in answer
        ]

    @override
    async def close(self) -> None:
        return


@dataclass
class Listener:
    """Something on this machine that nobody may reach."""

    port: int
    visits: int = 0


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    found = Listener(0)

    async def visited(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.visits += 1
        writer.close()

    # Both families, so that no spelling of this machine misses it.
    server = await asyncio.start_server(visited, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    sixth = await asyncio.start_server(visited, "::1", found.port) if socket.has_ipv6 else None
    try:
        yield found
    finally:
        for each in (server, sixth):
            if each is not None:
                each.close()
                await each.wait_closed()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as listener:
        yield listener


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime.now(UTC))


def letter(url: str, auth: OAuthClient | None = None) -> WebhookRequest:
    return WebhookRequest(url=url, message_id=str(uuid4()), body=b"{}", keys=(new_secret(),), auth=auth)


@pytest.mark.parametrize(("name", "url"), HOSTILE_URLS, ids=[name for name, _ in HOSTILE_URLS])
async def test_hostile_target_is_never_connected_to(
    listener: Listener, clock: MovableClock, name: str, url: str
) -> None:
    outbound = OutboundClient(HTTP_ANYWHERE)
    sender = WebhookSender(clock, outbound)
    target = url.replace("{port}", str(listener.port))

    checked = await asyncio.gather(outbound.check(target), return_exceptions=True)
    sent = await sender.send(letter(target))
    asked = await asyncio.gather(
        outbound.call(OutboundRequest(method="OPTIONS", url=target, headers={})), return_exceptions=True
    )
    token = await sender.send(
        letter(f"http://{PUBLIC}/", OAuthClient(token_url=target, client_id="hub", client_secret="secret"))
    )

    await sender.close()
    assert isinstance(checked[0], AddressRefused)
    assert isinstance(asked[0], AddressRefused)
    assert (sent.outcome, sent.error_class) == (AttemptOutcome.REFUSED, "address-not-allowed")
    assert (token.outcome, token.error_class) == (AttemptOutcome.FAILED, "token-address-not-allowed")
    assert listener.visits == 0


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1",), (PUBLIC, "127.0.0.1"), ("127.0.0.1", PUBLIC), ("::1",), ("::ffff:127.0.0.1",), (PUBLIC, "::1")],
)
async def test_name_with_any_forbidden_address_is_never_connected_to(
    listener: Listener, clock: MovableClock, addresses: tuple[str, ...]
) -> None:
    outbound = OutboundClient(HTTP_ANYWHERE, resolver=Names(addresses))
    sender = WebhookSender(clock, outbound)
    url = f"http://hooks.example.nl:{listener.port}/"

    with pytest.raises(AddressRefused):
        await outbound.check(url)
    outcome = await sender.send(letter(url))

    await sender.close()
    assert (outcome.outcome, outcome.error_class) == (AttemptOutcome.FAILED, "address-not-allowed")
    assert listener.visits == 0


async def test_name_that_is_rebound_after_the_check_is_never_connected_to(
    listener: Listener, clock: MovableClock
) -> None:
    outbound = OutboundClient(HTTP_ANYWHERE, resolver=Names((PUBLIC,), ("127.0.0.1",)))
    sender = WebhookSender(clock, outbound)
    url = f"http://hooks.example.nl:{listener.port}/"

    await outbound.check(url)
    outcome = await sender.send(letter(url))

    await sender.close()
    assert outcome.error_class == "address-not-allowed"
    assert listener.visits == 0


async def test_socket_to_a_forbidden_address_cannot_be_made(listener: Listener) -> None:
    """The last look, should everything before it be fooled."""
    outbound = OutboundClient(HTTP_ANYWHERE)

    with pytest.raises(AddressRefused):
        outbound._socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", listener.port)))


async def test_redirect_to_a_forbidden_address_is_not_followed(listener: Listener, clock: MovableClock) -> None:
    sender = WebhookSender(clock, OutboundClient(SANDBOX))
    async with mailbox() as box:
        box.answer = lambda _: web.Response(status=308, headers={"Location": f"http://127.0.0.1:{listener.port}/"})

        outcome = await sender.send(letter(box.url))

    await sender.close()
    assert (outcome.outcome, outcome.status_code) == (AttemptOutcome.FAILED, 308)
    assert listener.visits == 0


async def test_checked_address_is_dialled_under_the_name_that_was_given(clock: MovableClock) -> None:
    names = Names(("127.0.0.1",), ("10.0.0.1",))
    sender = WebhookSender(clock, OutboundClient(SANDBOX, resolver=names))
    async with mailbox() as box:
        outcome = await sender.send(letter(box.url.replace("127.0.0.1", "hooks.example.nl")))

    await sender.close()
    assert outcome.outcome is AttemptOutcome.DELIVERED
    assert names.asked == 1
    assert box.headers[0]["host"].startswith("hooks.example.nl:")


async def test_settings_of_a_proxy_do_not_lead_around_the_guard(
    listener: Listener, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment: Mapping[str, str] = {"http_proxy": f"http://127.0.0.1:{listener.port}"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    sender = WebhookSender(clock, OutboundClient(HTTP_ANYWHERE, resolver=Names(("192.0.2.1",))))

    outcome = await sender.send(letter("http://hooks.example.nl/"))

    await sender.close()
    assert outcome.error_class == "address-not-allowed"
    assert listener.visits == 0


async def test_a_network_that_one_organisation_may_name_is_closed_to_the_others(clock: MovableClock) -> None:
    async with mailbox() as box:
        outbound = OutboundClient(HTTP_ANYWHERE, own_networks=[("dock", ip_network("127.0.0.0/8"))])
        sender = WebhookSender(clock, outbound)
        request = WebhookRequest(url=box.url, message_id="1", body=b"{}", keys=(new_secret(),))

        # The connection of the first stays open, and serves nobody else.
        results = [await sender.send(replace(request, owner=owner)) for owner in ("dock", "pit010", None, "dock")]
        await outbound.of("dock").check(box.url)
        with pytest.raises(AddressRefused):
            await outbound.of("pit010").check(box.url)
        await sender.close()

    assert [each.outcome for each in results] == [
        AttemptOutcome.DELIVERED,
        AttemptOutcome.REFUSED,
        AttemptOutcome.REFUSED,
        AttemptOutcome.DELIVERED,
    ]
    assert len(box.bodies) == 2
