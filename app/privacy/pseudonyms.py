"""Ids that mean something to one receiver only."""

from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_LABEL = b"trajecthub pseudonym 1\x00"

# An id is exactly one block, so there is no second block for a mode to chain or to betray.
_ONE_BLOCK = modes.ECB()  # noqa: S305


class Pseudonyms:
    """Gives each receiver its own ids, and reads them back without a table.

    An id is one AES-256 block, enciphered under a key that HKDF-SHA256 (RFC 5869) derives from the
    master key for this receiver: always the same for one receiver, unlinkable between receivers,
    reversible only with the master key. Safe to share between threads.

    Args:
        master_key: 32 secret random bytes; another key gives every receiver other ids.

    Raises:
        ValueError: the key does not have 32 bytes.
    """

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"pseudonym key: must be {KEY_BYTES} bytes, is {len(master_key)}")
        self._master_key = master_key
        self._ciphers: dict[str, Cipher[modes.ECB]] = {}

    def of(self, receiver_key: str, record_id: UUID) -> UUID:
        """Return the receiver's own id of a record; its version bits mean nothing."""
        return UUID(bytes=self._cipher(receiver_key).encryptor().update(record_id.bytes))

    def resolve(self, receiver_key: str, pseudonym: UUID) -> UUID:
        """Return the hub's id behind a receiver's id; one that was never given out leads to no record."""
        return UUID(bytes=self._cipher(receiver_key).decryptor().update(pseudonym.bytes))

    def _cipher(self, receiver_key: str) -> Cipher[modes.ECB]:
        cipher = self._ciphers.get(receiver_key)
        if cipher is None:
            cipher = self._ciphers[receiver_key] = Cipher(algorithms.AES256(self._key(receiver_key)), _ONE_BLOCK)
        return cipher

    def _key(self, receiver_key: str) -> bytes:
        info = _LABEL + receiver_key.encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._master_key)
