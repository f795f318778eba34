"""The GIDSO adapter with a certificate of its own (mTLS)."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.adapters.gidso import Adapter, Certificate
from app.domain.errors import PartnerUnreachable
from app.sandbox.gidso import API_KEY
from app.sandbox.kit import SettableClock
from tests.support.gidso_world import pull

EMPTY_PAGE = b'{"value": [], "@odata.deltaLink": "?$deltatoken=t"}'


def write_certificate(folder: Path) -> Certificate:
    """Write a self-signed certificate for 127.0.0.1 that both sides use and trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gidso.example.nl")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return Certificate(str(folder / "cert.pem"), str(folder / "key.pem"), str(folder / "cert.pem"))


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """Give a certificate that both sides use and trust."""
    return write_certificate(tmp_path)


@pytest.fixture
async def url(certificate: Certificate) -> AsyncIterator[str]:
    """Give the address of a service that asks its callers for a certificate."""
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
    adapter = Adapter(url, API_KEY, SettableClock(), certificate=certificate)

    records, cursor = await pull(adapter)
    await adapter.close()

    assert (records, cursor) == ([], "t")


async def test_adapter_does_not_trust_a_certificate_of_unknown_origin(url: str, certificate: Certificate) -> None:
    trusting = Certificate(certificate.certificate, certificate.key)
    adapter = Adapter(url, API_KEY, SettableClock(), certificate=trusting)

    with pytest.raises(PartnerUnreachable):
        await pull(adapter)

    await adapter.close()
