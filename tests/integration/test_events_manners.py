"""How the hub behaves towards a receiver: connections, answers, signatures, and who it says it is."""

import asyncio
import gzip
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from structlog.testing import capture_logs

from app.database import Database
from app.domain.codes import ReferrerKind, System
from app.domain.events import EventType
from app.events.http.client import MAX_RESPONSE_BYTES, OutboundClient, OutboundRequest
from app.events.http.credentials import sealed_auth, sealed_signing_key
from app.events.http.handshake import ask_consent
from app.events.http.send_result import SendResult
from app.events.http.signing import new_secret, new_signing_key, public_key_of
from app.events.http.ssrf import AddressPolicy
from app.events.http.tls import ClientCertificate
from app.events.http.webhook import WebhookRequest, WebhookSender
from app.models.delivery.attempt import AttemptOutcome
from app.models.delivery.subscription import load_subscriptions, update_subscription
from app.oauth_client import OAuthClient
from tests.support.event_env import SANDBOX, EventEnv, Mailbox, MovableClock, organisation


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime.now(UTC))


@pytest.fixture
async def sender(clock: MovableClock) -> AsyncIterator[WebhookSender]:
    sender = WebhookSender(clock, OutboundClient(SANDBOX))
    yield sender
    await sender.close()


def letter(url: str, auth: OAuthClient | ClientCertificate | None = None) -> WebhookRequest:
    return WebhookRequest(url=url, message_id=str(uuid4()), body=b"{}", keys=(new_secret(),), auth=auth)


async def test_connections_are_used_again_for_95_in_100_deliveries(sender: WebhookSender, box: Mailbox) -> None:
    callers = set()

    def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        callers.add(request.transport.get_extra_info("peername"))
        return web.json_response({"thanks": True})

    box.answer = answer
    for _ in range(40):
        await asyncio.gather(*(sender.send(letter(box.url)) for _ in range(10)))

    assert len(box.bodies) == 400
    assert len(callers) <= 20


@pytest.mark.parametrize("coding", [None, "gzip"])
async def test_no_more_than_8_kb_of_an_answer_is_read_and_it_is_never_unpacked(
    box: Mailbox, coding: str | None
) -> None:
    bomb = gzip.compress(bytes(10_000_000)) if coding else bytes(10 * MAX_RESPONSE_BYTES)
    box.answer = lambda _: web.Response(body=bomb, headers={"Content-Encoding": coding} if coding else {})
    outbound = OutboundClient(SANDBOX)

    answer = await outbound.call(OutboundRequest(method="POST", url=box.url, headers={}, body=b"{}"))

    await outbound.close()
    assert answer.status == 200
    assert answer.body == bomb[:MAX_RESPONSE_BYTES]


async def test_receiver_is_never_invited_to_compress_or_to_set_cookies(sender: WebhookSender, box: Mailbox) -> None:
    box.answer = lambda _: web.Response(status=204, headers={"Set-Cookie": "who=hub"})

    for _ in range(2):
        await sender.send(letter(box.url))

    assert [name for headers in box.headers for name in headers if name in ("accept-encoding", "cookie")] == []


def verifies(public_key: str, headers: dict[str, str], body: bytes) -> bool:
    """Verify as a receiver would: by the specification and a library for ed25519 only."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    signatures = dict(part.split(",") for part in headers["webhook-signature"].split())
    key = Ed25519PublicKey.from_public_bytes(b64decode(public_key.removeprefix("whpk_")))
    key.verify(b64decode(signatures["v1a"]), content)
    return True


async def subscribed(env: EventEnv, url: str, changes: Callable[[UUID], dict[str, Any]]) -> str:
    """Subscribe with changes to the stored subscription, from its id, and let something happen."""
    referrer = organisation(ReferrerKind.WELZIJNSORGANISATIE, System.API)
    secret = await env.subscribe(referrer, url)
    stored = (await env.db.read(load_subscriptions, [env.subscription_id]))[env.subscription_id]
    await env.db.write(update_subscription, replace(stored, **changes(stored.id)))
    await env.happen(env.cases.add(referrer), EventType.REFERRAL_CONFIRMED)
    return secret


async def test_subscription_with_v1a_is_signed_to_with_ed25519_too(sqlite_database: Database, box: Mailbox) -> None:
    env, key = EventEnv(sqlite_database), new_signing_key()
    await subscribed(
        env, box.url, lambda id: {"signing": "v1a", "signing_key_sealed": sealed_signing_key(env.vault, id, key)}
    )

    await env.send()

    await env.webhook.close()
    signature = box.headers[0]["webhook-signature"]
    assert [part.partition(",")[0] for part in signature.split()] == ["v1", "v1a"]
    assert verifies(public_key_of(key), box.headers[0], box.bodies[0])


def test_public_key_tells_nothing_of_the_private_one() -> None:
    key = new_signing_key()

    assert public_key_of(key).startswith("whpk_")
    assert key.removeprefix("whsk_") not in public_key_of(key)


@dataclass
class TokenEndpoint:
    """A receiver's token endpoint: counts its tokens, and answers as told."""

    __test__ = False

    url: str = ""
    answer: Callable[[int], web.Response] = lambda number: web.json_response(
        {"access_token": f"token-{number}", "token_type": "Bearer", "expires_in": 300}
    )
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def give(self, request: web.Request) -> web.Response:
        self.asked.append((request.headers["authorization"], (await request.read()).decode()))
        assert "accept-encoding" not in request.headers
        return self.answer(len(self.asked))


@pytest.fixture
async def tokens() -> AsyncIterator[TokenEndpoint]:
    endpoint = TokenEndpoint()
    application = web.Application()
    application.router.add_post("/token", endpoint.give)
    async with TestServer(application, host="127.0.0.1") as server:
        endpoint.url = str(server.make_url("/token"))
        yield endpoint


async def test_token_is_asked_for_once_and_kept_until_it_expires(
    sender: WebhookSender, box: Mailbox, tokens: TokenEndpoint, clock: MovableClock
) -> None:
    auth = OAuthClient(token_url=tokens.url, client_id="hub", client_secret="se:cret", scope="events")

    await asyncio.gather(*(sender.send(letter(box.url, auth)) for _ in range(5)))
    clock.move(seconds=300)
    await sender.send(letter(box.url, auth))

    shown = [headers["authorization"] for headers in box.headers]
    assert shown == ["Bearer token-1"] * 5 + ["Bearer token-2"]
    assert tokens.asked[0] == ("Basic aHViOnNlJTNBY3JldA==", "grant_type=client_credentials&scope=events")


async def test_token_that_is_not_accepted_is_not_shown_again(
    sender: WebhookSender, box: Mailbox, tokens: TokenEndpoint
) -> None:
    auth = OAuthClient(token_url=tokens.url, client_id="hub", client_secret="secret")
    box.answer = lambda _: web.Response(status=401)

    for _ in range(2):
        await sender.send(letter(box.url, auth))

    assert [headers["authorization"] for headers in box.headers] == ["Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize(
    ("answer", "error_class"),
    [
        (web.Response(status=401), "token-refused"),
        (web.Response(status=302, headers={"Location": "http://127.0.0.1/"}), "token-status-3xx"),
        (web.Response(text="nonsense"), "token-unreadable"),
        (web.json_response([]), "token-unreadable"),
        (web.json_response({"access_token": "a b", "token_type": "Bearer"}), "token-unreadable"),
        (web.json_response({"access_token": "a\r\nx: y", "token_type": "Bearer"}), "token-unreadable"),
        (web.json_response({"access_token": "a", "token_type": "mac"}), "token-unreadable"),
        (web.json_response({"access_token": "a" * MAX_RESPONSE_BYTES, "token_type": "Bearer"}), "token-unreadable"),
    ],
)
async def test_without_a_token_nothing_is_sent_and_it_is_tried_again(
    sender: WebhookSender, box: Mailbox, tokens: TokenEndpoint, answer: web.Response, error_class: str
) -> None:
    tokens.answer = lambda _: answer

    outcome = await sender.send(
        letter(box.url, OAuthClient(token_url=tokens.url, client_id="hub", client_secret="secret"))
    )

    assert outcome == SendResult(outcome=AttemptOutcome.FAILED, error_class=error_class)
    assert box.bodies == []


@dataclass(frozen=True)
class Authority:
    """A certificate authority for one test."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def made(cls) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        return cls(key, _certificate("authority", key, key, "authority", ca=True))

    def issue(self, name: str) -> ClientCertificate:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key, self.key, "authority")
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return ClientCertificate(certificate.public_bytes(Encoding.PEM).decode(), private.decode())


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey, issuer: str, *, ca: bool = False
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(signer, hashes.SHA256())
    )


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.made()


@pytest.fixture(scope="module")
def ca_file(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    path.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    return path


@asynccontextmanager
async def strict_receiver(authority: Authority, ca_file: Path, shown: list[str]) -> AsyncIterator[str]:
    """A receiver over TLS that speaks with those only who show a certificate of the authority."""
    own, pem = authority.issue("receiver"), ca_file.with_name("receiver.pem")
    pem.write_text(own.key + own.certificate)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(ca_file))
    context.load_cert_chain(pem)
    context.verify_mode = ssl.CERT_REQUIRED

    async def receive(request: web.Request) -> web.Response:
        assert request.transport is not None
        ((_, name),) = request.transport.get_extra_info("peercert")["subject"][0]
        shown.append(name)
        return web.Response(status=204)

    application = web.Application()
    application.router.add_post("/", receive)
    server = TestServer(application, host="127.0.0.1", scheme="https")
    await server.start_server(ssl=context)
    try:
        yield str(server.make_url("/"))
    finally:
        await server.close()


async def test_certificate_is_shown_to_a_receiver_that_asks_for_it(
    clock: MovableClock, authority: Authority, ca_file: Path
) -> None:
    shown: list[str] = []
    sender = WebhookSender(clock, OutboundClient(SANDBOX, ca_file=str(ca_file)))

    async with strict_receiver(authority, ca_file, shown) as url:
        with_one = await sender.send(letter(url, authority.issue("hub")))
        with_another = await sender.send(letter(url, authority.issue("hub-2")))
        without = await sender.send(letter(url))

    await sender.close()
    assert with_one.outcome is with_another.outcome is AttemptOutcome.DELIVERED
    assert without.outcome is AttemptOutcome.FAILED
    assert shown == ["hub", "hub-2"]


async def test_receiver_whose_certificate_is_not_trusted_is_sent_nothing(
    clock: MovableClock, authority: Authority, ca_file: Path
) -> None:
    shown: list[str] = []
    sender = WebhookSender(clock, OutboundClient(SANDBOX))

    async with strict_receiver(authority, ca_file, shown) as url:
        with capture_logs() as lines:
            outcome = await sender.send(letter(url, authority.issue("hub")))

    await sender.close()
    assert outcome == SendResult(outcome=AttemptOutcome.FAILED, error_class="certificate-not-trusted")
    assert shown == []
    assert [(each["event"], each["issuer"]) for each in lines] == [("receiver_not_trusted", "CN=authority")]


async def test_handshake_with_an_address_that_is_not_trusted_names_who_issued_its_certificate(
    authority: Authority, ca_file: Path
) -> None:
    outbound = OutboundClient(SANDBOX)

    async with strict_receiver(authority, ca_file, []) as url:
        said = await ask_consent(outbound, url, "hub.example.nl")

    await outbound.close()
    assert said is not None
    assert "issued by CN=authority, is not trusted" in said.english
    assert "uitgegeven door CN=authority;" in said.dutch


async def test_issuer_of_an_address_that_may_not_be_called_is_not_asked(authority: Authority, ca_file: Path) -> None:
    outbound = OutboundClient(AddressPolicy())

    async with strict_receiver(authority, ca_file, []) as url:
        issuer = await outbound.issuer_of(url)

    await outbound.close()
    assert issuer is None


async def test_what_a_receiver_is_shown_is_stored_sealed(
    sqlite_database: Database, box: Mailbox, tokens: TokenEndpoint
) -> None:
    env = EventEnv(sqlite_database)
    credentials = OAuthClient(token_url=tokens.url, client_id="hub", client_secret="very-secret")
    await subscribed(
        env,
        box.url,
        lambda id: dict(zip(("auth_kind", "auth_sealed"), sealed_auth(env.vault, id, credentials), strict=True)),
    )

    await env.send()

    await env.webhook.close()
    assert box.headers[0]["authorization"] == "Bearer token-1"
    (stored,) = (await env.db.read(load_subscriptions, [env.subscription_id])).values()
    assert b"very-secret" not in (stored.auth_sealed or b"very-secret")
