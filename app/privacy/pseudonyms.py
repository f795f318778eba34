"""Ids that mean something to one receiver only."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import NamedTuple, Self
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.identifiers import first_id_at

KEY_BYTES = 32
ROUNDS = 8
CACHED = 50_000
_BLOCK_LABEL, _FEISTEL_LABEL = b"trajecthub pseudonym 1\x00", b"trajecthub pseudonym 2\x00"

# An id is exactly one block, so there is no second block for a mode to chain or to repeat.
_ONE_BLOCK = modes.ECB()  # noqa: S305

# The six bits of version and variant, and what they are in the ids of the hub (UUIDv7) and in pseudonyms (UUIDv8).
_FIXED_BITS = 0xF << 76 | 0b11 << 62
_VERSION_7, _VERSION_8 = 0x7 << 76 | 0b10 << 62, 0x8 << 76 | 0b10 << 62

_HALF_BITS = 61
_HALF = (1 << _HALF_BITS) - 1


class Pseudonyms:
    """Makes each receiver's own ids, and reads them back without a table.

    The pseudonym of a UUIDv7 is a UUIDv8 (RFC 9562): the 122 bits that are not fixed go through a Feistel network whose
    rounds are AES-256 under a key that HKDF-SHA256 (RFC 5869) derives from the master key for this receiver. It is
    always the same for one receiver, unlinkable between receivers, one-to-one, and reversible with the master key only.

    Before ``since`` a pseudonym was the id as one AES block, whose version bits mean nothing. Records from before that
    moment keep theirs. Where a new pseudonym would be one that such a record could have, another one is taken, in a way
    that can be followed back; so every pseudonym leads to one record. Safe to share between threads.

    Args:
        master_key: 32 secret random bytes; another key makes other ids for every receiver.
        since: from when on records have a UUIDv8; None: they always had.

    Raises:
        ValueError: the key does not have 32 bytes.
    """

    def __init__(self, master_key: bytes, since: datetime | None = None) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"pseudonym key: must be {KEY_BYTES} bytes, is {len(master_key)}")
        self._master_key = master_key
        self._first = first_id_at(since).int if since else 0
        self._ciphers: dict[str, _Ciphers] = {}
        self._lock = Lock()
        # A receiver is shown the same records again and again.
        self._of = lru_cache(CACHED)(self._compute)

    def of(self, receiver_key: str, record_id: UUID) -> UUID:
        """Return the receiver's own id of a record."""
        return self._of(receiver_key, record_id)

    def resolve(self, receiver_key: str, pseudonym: UUID) -> UUID:
        """Return the hub's id behind a receiver's id; an id that was never issued leads to no record."""
        with self._lock:
            ciphers = self._ciphers_of(receiver_key)
            decoded = ciphers.old(pseudonym.int, decrypt=True)
            if self._is_earlier(decoded):
                return UUID(int=decoded)
            if not _is_version(pseudonym.int, _VERSION_8):
                return _of_another_form(decoded)
            found = ciphers.record_of(pseudonym.int)
            while self._is_earlier(found):
                # An earlier record has this place, or another one by chance: what would have that is the record.
                taken = ciphers.old(found)
                if not _is_version(taken, _VERSION_8):
                    return _of_another_form(decoded)
                found = ciphers.record_of(taken)
            return UUID(int=found)

    def _compute(self, receiver_key: str, record_id: UUID) -> UUID:
        with self._lock:
            ciphers, found = self._ciphers_of(receiver_key), record_id.int
            if self._is_earlier(found) or not _is_version(found, _VERSION_7):
                return UUID(int=ciphers.old(found))
            for shown in ciphers.candidates(found):
                if not self._is_earlier(ciphers.old(shown, decrypt=True)):
                    break
            return UUID(int=shown)

    def _is_earlier(self, record_id: int) -> bool:
        """Return whether a record of this id is from before ``since``."""
        return record_id < self._first and _is_version(record_id, _VERSION_7)

    def _ciphers_of(self, receiver_key: str) -> "_Ciphers":
        ciphers = self._ciphers.get(receiver_key)
        if ciphers is None:
            keys = (self._key(label, receiver_key) for label in (_BLOCK_LABEL, _FEISTEL_LABEL))
            ciphers = self._ciphers[receiver_key] = _Ciphers.under(*keys)
        return ciphers

    def _key(self, label: bytes, receiver_key: str) -> bytes:
        info = label + receiver_key.encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._master_key)


class _Ciphers(NamedTuple):
    """The ciphers of one receiver; in ECB mode each block is independent, so that a context serves any number."""

    encryptor: CipherContext
    decryptor: CipherContext
    rounds: CipherContext

    @classmethod
    def under(cls, block_key: bytes, feistel_key: bytes) -> Self:
        block = Cipher(algorithms.AES256(block_key), _ONE_BLOCK)
        return cls(block.encryptor(), block.decryptor(), Cipher(algorithms.AES256(feistel_key), _ONE_BLOCK).encryptor())

    def old(self, id: int, *, decrypt: bool = False) -> int:
        """Return an id as one block, enciphered or deciphered."""
        cipher = self.decryptor if decrypt else self.encryptor
        return int.from_bytes(cipher.update(id.to_bytes(16, "big")), "big")

    def candidates(self, record_id: int) -> Iterator[int]:
        """Return the UUIDv8 of a UUIDv7; then, while that is taken, the one of the record that has it."""
        while True:
            shown = _with_free_bits(_VERSION_8, self._permuted(_free_bits(record_id), range(ROUNDS)))
            yield shown
            record_id = self.old(shown, decrypt=True)

    def record_of(self, shown: int) -> int:
        """Return the UUIDv7 of a UUIDv8."""
        swapped = _swapped(_free_bits(shown))
        return _with_free_bits(_VERSION_7, _swapped(self._permuted(swapped, reversed(range(ROUNDS)))))

    def _permuted(self, bits: int, rounds: "range | Iterator[int]") -> int:
        left, right = bits >> _HALF_BITS, bits & _HALF
        update = self.rounds.update
        for number in rounds:
            mixed = int.from_bytes(update((number << 64 | right).to_bytes(16, "big")), "big")
            left, right = right, left ^ mixed & _HALF
        return left << _HALF_BITS | right


def _of_another_form(decoded: int) -> UUID:
    """Return what an id of the earlier form leads to: no UUIDv7, because those of its records were looked at before."""
    return UUID(int=decoded ^ 1 << 76 if _is_version(decoded, _VERSION_7) else decoded)


def _is_version(id: int, version: int) -> bool:
    return id & _FIXED_BITS == version


def _free_bits(id: int) -> int:
    return (id >> 80) << 74 | (id >> 64 & 0xFFF) << 62 | id & (1 << 62) - 1


def _with_free_bits(version: int, bits: int) -> int:
    return (bits >> 74) << 80 | (bits >> 62 & 0xFFF) << 64 | bits & (1 << 62) - 1 | version


def _swapped(bits: int) -> int:
    return (bits & _HALF) << _HALF_BITS | bits >> _HALF_BITS
