"""Why there is no connection with a partner is named: refused, unknown host, certificate, time-out."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typing_extensions import override

from app.adapters.allegro import AllegroSettings
from app.adapters.common.http import http_client, partner_errors
from app.adapters.common.settings import PartnerSettings
from app.adapters.gidso import GidsoSettings
from app.adapters.rmw import RmwSettings
from app.adapters.template import TemplateSettings
from app.domain.errors import PartnerUnreachable
from app.sandbox.runtime import SettableClock, serving
from app.settings import Settings
from tests.support.certificate import Certificate, write_certificate

PARTNERS: tuple[type[PartnerSettings], ...] = (AllegroSettings, GidsoSettings, RmwSettings, TemplateSettings)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """Return a certificate of an authority that the system does not trust."""
    return write_certificate(tmp_path, "Authority of the city")


@pytest.fixture
async def tls_url(certificate: Certificate) -> AsyncIterator[str]:
    """Return the address of a server that presents it, and answers 503."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    server = await asyncio.start_server(_unavailable, "127.0.0.1", 0, ssl=context)
    yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


async def _unavailable(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
    except (asyncio.IncompleteReadError, OSError):
        return
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def failure(partner: type[PartnerSettings], url: str, **given: Any) -> PartnerUnreachable:
    """Return the error of reading from a partner at an address."""
    adapter = partner(url=url, **given).connect(url, SettableClock(), None)
    try:
        with pytest.raises(PartnerUnreachable) as caught:
            [page async for page in adapter.source.changes(None)]
    finally:
        await adapter.close()
    return caught.value


@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("http://127.0.0.1:9", "connection-refused", "refused"),
        ("http://localhost:9", "connection-refused", "refused"),
        ("https://partner.invalid", "unknown-host", "name of its host is unknown"),
    ],
)
async def test_a_connection_that_is_not_made_names_its_cause(
    partner: type[PartnerSettings], url: str, code: str, words: str
) -> None:
    error = await failure(partner, url)

    assert error.code == code
    assert words in str(error)


@pytest.mark.parametrize("partner", PARTNERS)
async def test_a_certificate_that_is_not_trusted_is_named_with_its_issuer(
    partner: type[PartnerSettings], tls_url: str
) -> None:
    error = await failure(partner, tls_url)

    assert error.code == "certificate-not-trusted"
    assert "issued by CN=Authority of the city" in str(error)
    assert "CA_FILE" in str(error)


@pytest.mark.parametrize("partner", PARTNERS)
async def test_an_authority_of_the_settings_is_trusted(
    partner: type[PartnerSettings], tls_url: str, certificate: Certificate
) -> None:
    error = await failure(partner, tls_url, ca_file=certificate.authorities)

    assert error.status == 503


@pytest.fixture
async def strict_url(certificate: Certificate) -> AsyncIterator[str]:
    """Return the address of a server that asks its callers for a certificate of the authority, and answers 503."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificate.authorities)
    context.load_cert_chain(certificate.certificate, certificate.key)
    context.verify_mode = ssl.CERT_REQUIRED
    server = await asyncio.start_server(_unavailable, "127.0.0.1", 0, ssl=context)
    yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("partner", PARTNERS)
async def test_a_partner_that_asks_for_a_certificate_is_shown_that_of_the_settings(
    partner: type[PartnerSettings], strict_url: str, certificate: Certificate
) -> None:
    pair = {"certificate_file": certificate.certificate, "key_file": certificate.key}
    with_one = await failure(partner, strict_url, ca_file=certificate.authorities, **pair)
    without = await failure(partner, strict_url, ca_file=certificate.authorities)

    assert (with_one.status, without.status) == (503, None)
    assert without.code in ("tls-failed", "connection-lost")


class PlainHttp(asyncio.Protocol):
    """Answers in plain HTTP at once."""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        transport.close()


async def test_plain_http_behind_https_is_a_failure_of_tls() -> None:
    server = await asyncio.get_running_loop().create_server(PlainHttp, "127.0.0.1", 0)
    async with server:
        error = await failure(RmwSettings, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    assert error.code == "tls-failed"


async def test_no_answer_in_time_is_a_time_out() -> None:
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    client = http_client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout_seconds=0.05)
    async with server, client:
        with pytest.raises(PartnerUnreachable, match="no answer in time") as caught, partner_errors("RMW"):
            await client.get("/")

    assert caught.value.code == "timeout"


def test_a_file_of_authorities_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.pem"

    with pytest.raises(ValueError, match=r"TRAJECTHUB_RMW_CA_FILE is .*none\.pem, where no file is"):
        Settings(mode="sandbox", rmw=RmwSettings(ca_file=missing))


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"key_file": "key.pem"}, "TRAJECTHUB_GIDSO_CERTIFICATE_FILE is missing, and belongs to the other one"),
        ({"certificate_file": "cert.pem"}, "TRAJECTHUB_GIDSO_KEY_FILE is missing, and belongs to the other one"),
        ({"certificate_file": "cert.pem", "key_file": "none.pem"}, "TRAJECTHUB_GIDSO_KEY_FILE names no file: none.pem"),
        ({"certificate_file": "cert.pem", "key_file": "cert.pem"}, "are not a certificate and its private key"),
        ({"certificate_file": "cert.pem", "key_file": "locked.pem"}, "are not a certificate and its private key"),
    ],
)
def test_a_certificate_that_cannot_be_presented_is_named_with_the_remedy(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], fault: str
) -> None:
    folder = Path(certificate.key).parent
    monkeypatch.chdir(folder)
    key = load_pem_private_key(Path(certificate.key).read_bytes(), None)
    locked = BestAvailableEncryption(b"secret")
    (folder / "locked.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))

    with pytest.raises(ValueError, match=fault) as caught:
        Settings(mode="sandbox", gidso=GidsoSettings(**{name: Path(path) for name, path in given.items()}))

    assert "correct them, or unset both" in str(caught.value)


async def test_a_token_endpoint_that_answers_no_token_is_named() -> None:
    async def respond(request: Request) -> Response:
        return JSONResponse({"hello": "there"})

    async with serving(Starlette(routes=[Route("/{path:path}", respond, methods=["GET", "POST"])])) as server:
        error = await failure(AllegroSettings, server.url)

    assert (error.code, "token endpoint" in str(error)) == ("unexpected-answer", True)
