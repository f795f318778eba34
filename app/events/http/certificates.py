"""Reading client certificates and private keys of callers' making, with bounds that hold before anything is computed.

Loading an RSA key tests its primes, which takes a fifth of a second at 4,096 bits, forty seconds at 16,384, and keeps
every thread of the process waiting. So a key is loaded without that test, its size is checked, and then that it is one.
"""

import re
from math import gcd

from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey, Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPrivateNumbers, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates

from app.domain.key_bounds import (
    LARGEST_EXPONENT,
    LARGEST_RSA_BITS,
    LONGEST_CHAIN,
    LONGEST_PRIVATE_KEY,
    MOST_CERTIFICATES,
    SMALLEST_RSA_BITS,
)

__all__ = ["KeyUnusable", "certified_key", "private_key_of"]

_BEGINS = "-----BEGIN "
_LABEL = re.compile(r"-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----")
_PROBE = b"trajecthub"

_PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey | Ed448PublicKey
_PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey | Ed448PrivateKey
# What the library raises on a hostile text.
_BROKEN = (ValueError, TypeError, ArithmeticError, UnsupportedAlgorithm, InternalError, InvalidSignature)


class KeyUnusable(ValueError):
    """A certificate or key that cannot be read, or has another kind or size than the hub uses."""


def certified_key(chain: str) -> bytes:
    """Return the public key in the first certificate of a chain (PEM), as DER.

    Raises:
        KeyUnusable: it is no chain that the hub presents.
    """
    if len(chain) > LONGEST_CHAIN or chain.count(_BEGINS) > MOST_CERTIFICATES:
        raise KeyUnusable("chain")
    try:
        return _der(_checked_public(load_pem_x509_certificates(chain.encode())[0].public_key()))
    except _BROKEN as error:
        raise KeyUnusable("chain") from error


def private_key_of(text: str) -> bytes:
    """Return the public half of a private key (PEM), as DER.

    Raises:
        KeyUnusable: it is no private key that the hub uses: RSA of 2,048 to 4,096 bits, EC on a curve of NIST, or
            Edwards; without a passphrase.
    """
    if len(text) > LONGEST_PRIVATE_KEY or text.count(_BEGINS) != 1 or not _LABEL.search(text):
        raise KeyUnusable("key")
    try:
        key = load_pem_private_key(text.encode(), password=None, unsafe_skip_rsa_key_validation=True)
        return _der(_checked_private(key).public_key())
    except _BROKEN as error:
        raise KeyUnusable("key") from error


def _checked_private(key: object) -> _PrivateKey:
    if not isinstance(key, _PrivateKey):
        raise KeyUnusable("kind")
    _checked_public(key.public_key())
    if isinstance(key, RSAPrivateKey):
        _check_rsa(key)
    return key


def _checked_public(key: object) -> _PublicKey:
    if not isinstance(key, _PublicKey):
        raise KeyUnusable("kind")
    if isinstance(key, RSAPublicKey) and not (
        SMALLEST_RSA_BITS <= key.key_size <= LARGEST_RSA_BITS and key.public_numbers().e <= LARGEST_EXPONENT
    ):
        raise KeyUnusable("size")
    return key


def _check_rsa(key: RSAPrivateKey) -> None:
    """Check a key of a bounded size, in a few milliseconds: its numbers belong together, and it signs."""
    if not _is_consistent(key.private_numbers()):
        raise KeyUnusable("numbers")
    key.public_key().verify(key.sign(_PROBE, PKCS1v15(), SHA256()), _PROBE, PKCS1v15(), SHA256())


def _is_consistent(key: RSAPrivateNumbers) -> bool:
    p, q, d = key.p, key.q, key.d
    modulus, exponent = key.public_numbers.n, key.public_numbers.e
    return (
        p * q == modulus
        and all(prime % 2 and prime.bit_length() >= SMALLEST_RSA_BITS // 4 for prime in (p, q))
        and 0 < d < modulus
        and gcd(p, q) == 1
        and d * exponent % (p - 1) == d * exponent % (q - 1) == 1
        and (key.dmp1, key.dmq1) == (d % (p - 1), d % (q - 1))
        and key.iqmp * q % p == 1
    )


def _der(key: _PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
