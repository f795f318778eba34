"""Ids that mean something to one receiver only."""

from threading import Lock
from typing import NamedTuple, Self
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_LABEL = b"trajecthub pseudonym 1\x00"

# An id is exactly one block, so there is no second block for a mode to chain or to repeat.
_ONE_BLOCK = modes.ECB()  # noqa: S305


class Pseudonyms:
    """Makes each receiver's own ids, and reads them back without a table.

    An id is one AES-256 block, enciphered under a key that HKDF-SHA256 (RFC 5869) derives from the
    master key for this receiver: always the same for one receiver, unlinkable between receivers,
    reversible only with the master key. Safe to share between threads.

    Args:
        master_key: 32 secret random bytes; another key makes other ids for every receiver.

    Raises:
        ValueError: the key does not have 32 bytes.
    """

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"pseudonym key: must be {KEY_BYTES} bytes, is {len(master_key)}")
        self._master_key = master_key
        self._ciphers: dict[str, _BlockCipher] = {}
        self._lock = Lock()

    def of(self, receiver_key: str, record_id: UUID) -> UUID:
        """Return the receiver's own id of a record; its version bits mean nothing."""
        with self._lock:
            return UUID(bytes=self._cipher(receiver_key).encryptor.update(record_id.bytes))

    def resolve(self, receiver_key: str, pseudonym: UUID) -> UUID:
        """Return the hub's id behind a receiver's id; an id that was never issued leads to no record."""
        with self._lock:
            return UUID(bytes=self._cipher(receiver_key).decryptor.update(pseudonym.bytes))

    def _cipher(self, receiver_key: str) -> "_BlockCipher":
        cipher = self._ciphers.get(receiver_key)
        if cipher is None:
            cipher = self._ciphers[receiver_key] = _BlockCipher.under(self._key(receiver_key))
        return cipher

    def _key(self, receiver_key: str) -> bytes:
        info = _LABEL + receiver_key.encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._master_key)


class _BlockCipher(NamedTuple):
    """Both directions under one key; in ECB mode each block is independent, so that a context serves any number."""

    encryptor: CipherContext
    decryptor: CipherContext

    @classmethod
    def under(cls, key: bytes) -> Self:
        cipher = Cipher(algorithms.AES256(key), _ONE_BLOCK)
        return cls(cipher.encryptor(), cipher.decryptor())
