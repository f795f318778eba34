"""How a receiver verifies that it is the hub that calls: keys, tokens, certificates."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.api.state import AppState
from app.events.http.credentials import opened_auth
from app.events.http.tls import ClientCertificate
from app.models.delivery.subscription import list_subscriptions
from app.oauth_client import OAuthClient
from app.operations.services import Services
from tests.support.api_calls import fault

Api = httpx.AsyncClient
URL = "https://hooks.example.nl/trajecthub"
OAUTH = {
    "kind": "oauth",
    "tokenUrl": "https://login.example.nl/token",
    "clientId": "trajecthub",
    "clientSecret": "a-canary-of-a-secret",
}


async def made(api: Api, **wanted: object) -> httpx.Response:
    return await api.post("/v1/subscriptions", json={"url": URL, **wanted})


async def patched(api: Api, made: httpx.Response, **patch: object) -> dict[str, Any]:
    answered = await api.patch(made.headers["location"], json=patch, headers={"If-Match": "*"})
    assert answered.status_code == 200, answered.text
    body: dict[str, Any] = answered.json()
    return body


def private_key(key: ec.EllipticCurvePrivateKey | None = None) -> str:
    key = key or ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def certificate_of(key: ec.EllipticCurvePrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub.example.nl")])
    since = datetime(2026, 1, 1, tzinfo=UTC)
    unsigned = x509.CertificateBuilder(name, name, key.public_key(), 1, since, since + timedelta(days=900))
    return unsigned.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


async def test_public_key_is_shown_and_stays_until_it_is_given_up(dock: Api) -> None:
    first = await made(dock, signing="v1a")

    renamed = await patched(dock, first, content="thin")
    without = await patched(dock, first, signing="v1")
    anew = await patched(dock, first, signing="v1a")

    prefix, _, key = first.json()["publicKey"].partition("_")
    assert (prefix, len(b64decode(key))) == ("whpk", 32)
    assert renamed["publicKey"] == first.json()["publicKey"] != anew["publicKey"]
    assert "publicKey" not in without


async def test_client_secret_is_sealed_and_never_shown(dock: Api, hub: AppState, services: Services) -> None:
    first = await made(dock, authentication=OAUTH)

    changed = await patched(dock, first, content="thin")

    (stored,) = await hub.db.read(list_subscriptions, None, None, 10)
    assert first.status_code == 201
    assert changed["authentication"] == "oauth"
    assert "canary" not in first.text + str(changed) + str(stored)
    assert opened_auth(services.vault, stored) == OAuthClient(
        token_url="https://login.example.nl/token", client_id="trajecthub", client_secret="a-canary-of-a-secret"
    )


async def test_authentication_ends_with_null(dock: Api) -> None:
    first = await made(dock, authentication=OAUTH)

    assert "authentication" not in await patched(dock, first, authentication=None)


async def test_token_endpoint_on_a_private_network_is_refused(dock: Api) -> None:
    answered = await made(dock, authentication=OAUTH | {"tokenUrl": "https://10.0.0.8/token"})

    assert fault(answered) == ("authentication.tokenUrl", "public-address")
    assert "canary" not in answered.text
    assert (await dock.get("/v1/subscriptions")).json()["items"] == []


@pytest.mark.parametrize("certificate", ["nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
async def test_certificate_that_cannot_be_read_is_refused(dock: Api, certificate: str) -> None:
    pair = {"kind": "mtls", "certificate": certificate, "privateKey": private_key()}

    answered = await made(dock, authentication=pair)

    assert fault(answered) == ("authentication.certificate", "pem")
    assert "PRIVATE" not in answered.text


async def test_certificate_of_another_key_is_refused(dock: Api) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pair = {"kind": "mtls", "certificate": certificate_of(key), "privateKey": private_key()}

    answered = await made(dock, authentication=pair)

    assert fault(answered) == ("authentication.certificate", "pair")


async def test_certificate_with_its_key_is_kept_sealed(dock: Api, hub: AppState, services: Services) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pair = ClientCertificate(certificate_of(key), private_key(key))
    sent = {"kind": "mtls", "certificate": pair.certificate, "privateKey": pair.key}

    answered = await made(dock, authentication=sent)

    (stored,) = await hub.db.read(list_subscriptions, None, None, 10)
    assert (answered.status_code, answered.json()["authentication"]) == (201, "mtls")
    assert "PRIVATE" not in answered.text + str(stored)
    assert opened_auth(services.vault, stored) == pair
