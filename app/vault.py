"""Encryption of single fields, and keyed search over them.

AES-256-GCM with a random 96-bit nonce per value; the place of the value (its table, column and row) is associated data,
so that a value that is moved to another place does not open there. Each client has its own key, wrapped by the master
key: to destroy it is to destroy everything that is known about the client.
"""

import secrets
from hashlib import sha256
from hmac import digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
KEY_BYTES = 32


class SealBroken(Exception):
    """A stored value does not belong to this key or place."""


class Sealer:
    """Encrypts and decrypts values with one key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, place: str) -> bytes:
        """Encrypt a value that is stored at ``place``; return nonce, ciphertext and tag."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Decrypt the value that is stored at ``place``.

        Raises:
            SealBroken: the key is another one, the value was sealed for another place, or it was changed.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
            raise SealBroken(f"The stored value of '{place}' cannot be opened with this key.") from error

    def seal_text(self, text: str | None, place: str) -> bytes | None:
        """Encrypt a text; None stays None."""
        return None if text is None else self.seal(text.encode(), place)

    def open_text(self, sealed: bytes | None, place: str) -> str | None:
        """Decrypt a text; None stays None."""
        return None if sealed is None else self.open(sealed, place).decode()


class Vault(Sealer):
    """The master key: encrypts the hub's own secrets, wraps the keys of clients, and computes search indexes."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"The master key must have {KEY_BYTES} bytes.")
        super().__init__(_derive(master_key, "seal"))
        self._index_key = _derive(master_key, "index")
        self._api_client_key = _derive(master_key, "api-client")

    def new_client_key(self, place: str) -> tuple[Sealer, bytes]:
        """Return the sealer of a new client, and its wrapped key to store at ``place``."""
        key = secrets.token_bytes(KEY_BYTES)
        return Sealer(key), self.seal(key, place)

    def client_sealer(self, wrapped_key: bytes, place: str) -> Sealer:
        """Return the sealer of a client from the wrapped key that is stored at ``place``."""
        return Sealer(self.open(wrapped_key, place))

    def api_client_sealer(self, client_id: str) -> Sealer:
        """Return the sealer of an API client; its key is derived from the master key, so nothing is stored of it."""
        return Sealer(_derive(self._api_client_key, client_id))

    def index(self, value: str, label: str) -> bytes:
        """Return the keyed hash by which equal values are found; keyed, because every BSN could be hashed and tried."""
        return digest(self._index_key, f"{label}:{value}".encode(), sha256)


def _derive(master_key: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, None, f"trajecthub/{purpose}".encode()).derive(master_key)
