"""Keys and certificates of others' making are measured before anything is computed with them."""

from base64 import encodebytes
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from random import Random
from ssl import SSLError

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from app.api.auth.tokens import verifying_keys_of
from app.domain.key_bounds import LONGEST_CHAIN, LONGEST_PRIVATE_KEY, MOST_CERTIFICATES
from app.events.http.certificates import KeyUnusable, certified_key, private_key_of
from app.events.http.tls import CIPHERS, ClientCertificate, TlsContexts
from tests.support.certificate import write_certificate


@pytest.fixture
def chain(tmp_path: Path) -> str:
    return Path(write_certificate(tmp_path).certificate).read_text()


def pem(key: PrivateKeyTypes, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


@lru_cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def rsa_pem(*numbers: int) -> str:
    """Return an RSA key of these numbers: modulus, exponents, primes, and what speeds up signing."""
    content = b"".join(_der(2, each.to_bytes(each.bit_length() // 8 + 1, "big")) for each in (0, *numbers))
    text = encodebytes(_der(0x30, content)).decode()
    return f"-----BEGIN RSA PRIVATE KEY-----\n{text}-----END RSA PRIVATE KEY-----\n"


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag]) + (digits if size < 128 else bytes([0x80 + len(digits)]) + digits) + content


def numbers_of(key: rsa.RSAPrivateKey) -> Sequence[int]:
    of = key.private_numbers()
    return (of.public_numbers.n, of.public_numbers.e, of.d, of.p, of.q, of.dmp1, of.dmq1, of.iqmp)


def test_the_keys_that_are_used_for_mutual_tls_are_read() -> None:
    keys: list[PrivateKeyTypes] = [
        rsa_key(),
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP521R1()),
        ed25519.Ed25519PrivateKey.generate(),
        ed448.Ed448PrivateKey.generate(),
    ]
    texts = [
        *map(pem, keys),
        pem(keys[0], PrivateFormat.TraditionalOpenSSL),
        pem(keys[1], PrivateFormat.TraditionalOpenSSL),
    ]

    assert all(private_key_of(each) for each in texts)


def test_a_key_of_another_size_or_kind_is_refused_before_anything_is_computed() -> None:
    odd = Random(1).getrandbits(8192) | 1 << 8191 | 1
    large = rsa_pem(odd * (odd + 2), 65537, odd, odd, odd + 2, 5, 5, 5)
    modulus, _, *rest = numbers_of(rsa_key())
    slow = rsa_pem(modulus, (1 << 2000) + 1, *rest)
    locked = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")).decode()
    others: list[PrivateKeyTypes] = [dsa.generate_private_key(2048), x25519.X25519PrivateKey.generate(), rsa_key(1024)]

    for text in (
        large,
        slow,
        locked,
        *map(pem, others),
        "",
        "x",
        pem(rsa_key()) * 2,
        "x" * LONGEST_PRIVATE_KEY + pem(rsa_key()),
    ):
        with pytest.raises(KeyUnusable):
            private_key_of(text)


def test_an_rsa_key_whose_numbers_do_not_belong_together_is_refused() -> None:
    right = numbers_of(rsa_key())
    assert private_key_of(rsa_pem(*right))

    for place in range(len(right)):
        for wrong in (0, 1, 2, right[place] + 2, right[place] * 2 + 1):
            with pytest.raises(KeyUnusable):
                private_key_of(rsa_pem(*right[:place], wrong, *right[place + 1 :]))


def test_a_chain_has_a_size_and_a_number_of_certificates(chain: str) -> None:
    assert certified_key(chain * MOST_CERTIFICATES)

    for wrong in (chain * (MOST_CERTIFICATES + 1), chain + "x" * LONGEST_CHAIN, "", "x"):
        with pytest.raises(KeyUnusable):
            certified_key(wrong)


async def test_a_stored_key_without_bounds_is_not_used_for_a_connection(chain: str) -> None:
    with pytest.raises(SSLError):
        await TlsContexts(None).of(ClientCertificate(chain, pem(rsa_key(1024))))


async def test_a_receiver_does_not_choose_the_numbers_of_a_key_exchange() -> None:
    context = await TlsContexts(None).of(None)

    assert [each["name"] for each in context.get_ciphers() if each["name"].startswith("DHE")] == []
    assert "@SECLEVEL=2" in CIPHERS


def test_a_json_web_key_is_measured_before_it_is_parsed() -> None:
    usual = {"kty": "RSA", "kid": "a", "n": "x" * 342, "e": "AQAB"}

    for member, value in (("n", "x" * 700), ("e", "x" * 342), ("kid", "x" * 9000), ("n", ["x"] * 9000)):
        assert verifying_keys_of([{**usual, member: value}]) == {}
    assert set(verifying_keys_of([usual])) == {"a"}
