"""The adapter of GIDSO with mutual TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.adapters.gidso import Certificate, connect_gidso
from app.domain.errors import PartnerUnreachable
from app.sandbox.gidso.app import API_KEY
from app.sandbox.runtime import SettableClock
from tests.support.certificate import write_certificate
from tests.support.gidso_env import pull

EMPTY_PAGE = b'{"value": [], "@odata.deltaLink": "?$deltatoken=t"}'


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """Return a certificate that both sides use and trust."""
    return write_certificate(tmp_path)


@pytest.fixture
async def url(certificate: Certificate) -> AsyncIterator[str]:
    """Return the address of a service that asks its callers for a certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificate.authorities)
    context.load_cert_chain(certificate.certificate, certificate.key)
    context.verify_mode = ssl.CERT_REQUIRED
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, ssl=context)
    yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(EMPTY_PAGE)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + EMPTY_PAGE)
    await writer.drain()
    writer.close()


async def test_adapter_with_a_certificate_is_let_in(url: str, certificate: Certificate) -> None:
    adapter = connect_gidso(url, API_KEY, SettableClock(), certificate=certificate)

    records, cursor = await pull(adapter)
    await adapter.close()

    assert (records, cursor) == ([], "t")


async def test_adapter_does_not_trust_a_certificate_of_unknown_origin(url: str, certificate: Certificate) -> None:
    trusting = Certificate(certificate.certificate, certificate.key)
    adapter = connect_gidso(url, API_KEY, SettableClock(), certificate=trusting)

    with pytest.raises(PartnerUnreachable):
        await pull(adapter)

    await adapter.close()
