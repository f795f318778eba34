"""How a webhook's answer is judged, over real HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiohttp import web

from app.events.http.client import MAX_RESPONSE_BYTES, OutboundClient
from app.events.http.send_result import SendResult
from app.events.http.signing import new_secret
from app.events.http.ssrf import AddressPolicy
from app.events.http.webhook import WebhookRequest, WebhookSender
from app.models.delivery.attempt import AttemptOutcome
from app.oauth_client import OAuthClient
from tests.support.event_env import SANDBOX, Mailbox, MovableClock

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
async def sender() -> AsyncIterator[WebhookSender]:
    sender = WebhookSender(MovableClock(NOW), OutboundClient(SANDBOX))
    yield sender
    await sender.close()


def letter(url: str, auth: OAuthClient | None = None) -> WebhookRequest:
    return WebhookRequest(url=url, message_id=str(uuid4()), body=b"{}", keys=(new_secret(),), auth=auth)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_2xx_is_success(sender: WebhookSender, box: Mailbox, status: int) -> None:
    box.answer = lambda _: web.Response(status=status)

    assert await sender.send(letter(box.url)) == SendResult(outcome=AttemptOutcome.DELIVERED, status_code=status)


@pytest.mark.parametrize("status", [400, 401, 404, 408, 422, 500, 503])
async def test_other_answers_are_tried_again(sender: WebhookSender, box: Mailbox, status: int) -> None:
    box.answer = lambda _: web.Response(status=status)

    outcome = await sender.send(letter(box.url))

    assert outcome == SendResult(
        outcome=AttemptOutcome.FAILED, status_code=status, error_class=f"status-{status // 100}xx"
    )


async def test_gone_is_told_apart(sender: WebhookSender, box: Mailbox) -> None:
    box.answer = lambda _: web.Response(status=410)

    assert (await sender.send(letter(box.url))).outcome is AttemptOutcome.GONE


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Mon, 23 Nov 2026 09:05:00 GMT", 300.0),
        ("Mon, 23 Nov 2026 08:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
    ],
)
async def test_retry_after_is_read_as_seconds_or_date(
    sender: WebhookSender, box: Mailbox, value: str, seconds: float | None
) -> None:
    box.answer = lambda _: web.Response(status=503, headers={"Retry-After": value})

    assert (await sender.send(letter(box.url))).retry_after_seconds == seconds


async def test_redirect_is_not_followed(sender: WebhookSender, box: Mailbox) -> None:
    box.answer = lambda _: web.Response(status=307, headers={"Location": box.url})

    outcome = await sender.send(letter(box.url))

    assert outcome == SendResult(outcome=AttemptOutcome.FAILED, status_code=307, error_class="status-3xx")
    assert len(box.bodies) == 1


async def test_address_without_tls_is_refused_outside_the_sandbox(box: Mailbox) -> None:
    sender = WebhookSender(MovableClock(NOW), OutboundClient(AddressPolicy()))

    outcome = await sender.send(letter(box.url))

    assert outcome == SendResult(outcome=AttemptOutcome.REFUSED, error_class="address-not-allowed")
    assert box.bodies == []


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://x.example", "http://"])
async def test_what_is_no_web_address_is_refused(sender: WebhookSender, url: str) -> None:
    assert (await sender.send(letter(url))).outcome is AttemptOutcome.REFUSED


async def test_closed_port_is_known_not_to_have_received(sender: WebhookSender) -> None:
    outcome = await sender.send(letter("http://127.0.0.1:9/"))

    assert outcome == SendResult(outcome=AttemptOutcome.FAILED, error_class="connection-refused")


@pytest.mark.parametrize(
    ("url", "error_class"),
    [
        ("http://127.0.0.1:9/token", "token-connection-refused"),
        ("https://receiver.invalid/token", "token-unknown-host"),
    ],
)
async def test_token_endpoint_that_cannot_be_reached_names_the_cause(
    sender: WebhookSender, box: Mailbox, url: str, error_class: str
) -> None:
    outcome = await sender.send(letter(box.url, OAuthClient(token_url=url, client_id="hub", client_secret="secret")))

    assert outcome == SendResult(outcome=AttemptOutcome.FAILED, error_class=error_class)
    assert box.bodies == []


async def test_name_that_nobody_knows_is_named_as_the_cause(sender: WebhookSender) -> None:
    outcome = await sender.send(letter("https://receiver.invalid/"))

    assert outcome == SendResult(outcome=AttemptOutcome.FAILED, error_class="unknown-host")


async def test_connection_is_used_again(sender: WebhookSender, box: Mailbox) -> None:
    ports = set()

    def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername"))
        return web.json_response({"thanks": True})

    box.answer = answer
    for _ in range(5):
        await sender.send(letter(box.url))

    assert len(ports) == 1


async def test_long_answer_is_judged_without_reading_it_all(sender: WebhookSender, box: Mailbox) -> None:
    box.answer = lambda _: web.Response(body=bytes(100 * MAX_RESPONSE_BYTES))

    assert await sender.send(letter(box.url)) == SendResult(outcome=AttemptOutcome.DELIVERED, status_code=200)


def test_letter_prints_without_its_body_and_secrets() -> None:
    shown = repr(WebhookRequest(url="https://x.example", message_id="id", body=b"personal", keys=("whsec_secret",)))

    assert "personal" not in shown
    assert "secret" not in shown
