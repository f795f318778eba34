"""The data of the simulated GIDSO: registrations, their change log, delta tokens and journal lines."""

import base64
import binascii
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self

from app.sandbox.runtime import Document, SettableClock, Store

REMOVED: Document = {"reason": "deleted"}
_STAMPS = ("Versie", "GewijzigdOp")


class TokenExpired(Exception):
    """The delta or skip token is unknown or has expired."""


@dataclass(frozen=True, kw_only=True)
class ReadPosition:
    """The position of a reader in the change log; sent to the reader as an opaque token.

    Attributes:
        era: tokens of another era have expired.
        position: the first entry of the change log that was not read yet.
        size: the maximum number of rows on a page.
        until: the end of the log when the round began; later changes are left for the next round, so that a row that is
            deleted halfway a full read is not missed. None starts a round.
        since: ISO timestamp of the ``$filter``, None without one.
        is_delta: whether deleted rows are listed as tombstones.
    """

    era: str
    position: int
    size: int
    until: int | None = None
    since: str | None = None
    is_delta: bool = False

    def token(self) -> str:
        """Return this position as an opaque token."""
        values = [self.era, self.position, self.size, self.until, self.since, self.is_delta]
        return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")

    @classmethod
    def of(cls, token: str) -> Self:
        """Return the position of a token.

        Raises:
            TokenExpired: it is not a token of this program.
        """
        try:
            values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            era, position, size, until, since, is_delta = values
        except (binascii.Error, TypeError, ValueError) as error:
            raise TokenExpired from error
        return cls(era=era, position=position, size=size, until=until, since=since, is_delta=is_delta)


@dataclass(frozen=True)
class RegistrationPage:
    """One page of rows and the position of the next page; ``complete`` on the last page of a round."""

    rows: list[Document]
    next: ReadPosition
    complete: bool


class Register:
    """Registrations (*aanmeldingen*) and journals in a store, with indexes in memory."""

    def __init__(self, store: Store, clock: SettableClock) -> None:
        self._store = store
        self._clock = clock
        self._log: list[str] = [entry["AanmeldingId"] for entry in store.all("wijzigingen")]
        self._last = {key: position for position, key in enumerate(self._log)}
        self._journal: dict[str, list[Document]] = {}
        for line in store.all("journaalregels"):
            self._journal.setdefault(line["AanmeldingId"], []).append(line)
        self._era = (store.get("instellingen", "deltatokens") or {}).get("era") or self.expire_tokens()

    def now(self) -> datetime:
        """Return the time of GIDSO's clock."""
        return self._clock.now()

    def get(self, aanmelding_id: str) -> Document | None:
        """Return a registration; None if it does not exist or was deleted."""
        row = self._store.get("aanmeldingen", aanmelding_id)
        return None if row is None or "@removed" in row else row

    def save(self, content: Document) -> bool:
        """Store a registration. Return False if it is stored already with the same content."""
        key = content["AanmeldingId"]
        old = self._store.get("aanmeldingen", key)
        content = {name: value for name, value in content.items() if name not in _STAMPS}
        if old and {name: value for name, value in old.items() if name not in _STAMPS} == content:
            return False
        stamps = {"Versie": (old["Versie"] if old else 0) + 1, "GewijzigdOp": self._clock.now().isoformat()}
        self._change(key, content | stamps)
        return True

    def remove(self, aanmelding_id: str) -> bool:
        """Delete a registration. Return False if it does not exist or was deleted before."""
        row = self.get(aanmelding_id)
        if row is None:
            return False
        self._change(aanmelding_id, {"AanmeldingId": aanmelding_id, "@removed": REMOVED, "Versie": row["Versie"]})
        return True

    def touch(self, aanmelding_ids: Iterable[str]) -> None:
        """Save registrations without changes, as a worker who opens and closes them; they count as changed."""
        for key in aanmelding_ids:
            if row := self.get(key):
                self._change(key, row | {"Versie": row["Versie"] + 1, "GewijzigdOp": self._clock.now().isoformat()})

    def start(self, size: int, since: str | None) -> ReadPosition:
        """Return the position of a full read."""
        return ReadPosition(era=self._era, position=0, size=size, since=since)

    def resume(self, token: str) -> ReadPosition:
        """Return the position of a token.

        Raises:
            TokenExpired: the token is unknown or of an earlier era.
        """
        start = ReadPosition.of(token)
        if start.era != self._era:
            raise TokenExpired
        return start

    def read(self, start: ReadPosition) -> RegistrationPage:
        """Return the next page: each changed registration once, in the order of its last change."""
        rows: list[Document] = []
        position = start.position
        until = len(self._log) if start.until is None else start.until
        while position < until and len(rows) < start.size:
            rows.extend(self._row_at(position, start))
            position += 1
        if position < until:
            return RegistrationPage(rows, replace(start, position=position, until=until), complete=False)
        return RegistrationPage(rows, replace(start, position=until, until=None, is_delta=True), complete=True)

    def expire_tokens(self) -> str:
        """Start a new era, so that all earlier tokens have expired. Return the new era."""
        self._era = secrets.token_hex(4)
        self._store.put("instellingen", "deltatokens", {"era": self._era})
        return self._era

    def append_line(self, aanmelding_id: str, content: Document) -> Document:
        """Append a journal line; a reference (*Kenmerk*) may occur more than once."""
        number = f"J-{self._store.count('journaalregels') + 1:07d}"
        stamps = {"JournaalregelId": number, "AanmeldingId": aanmelding_id}
        line = content | stamps | {"GeregistreerdOp": self._clock.now().isoformat()}
        self._store.put("journaalregels", number, line)
        self._journal.setdefault(aanmelding_id, []).append(line)
        return line

    def lines(self, aanmelding_id: str) -> list[Document]:
        """Return the journal of a registration, oldest line first."""
        return self._journal.get(aanmelding_id, [])

    def newest(self, limit: int) -> Iterator[Document]:
        """Return the most recently changed registrations, newest first, including deleted ones."""
        for position in range(len(self._log) - 1, -1, -1):
            key = self._log[position]
            row = self._store.get("aanmeldingen", key)
            if row and self._last[key] == position and limit > 0:
                limit -= 1
                yield row

    def _change(self, key: str, row: Document) -> None:
        self._store.put("aanmeldingen", key, row)
        self._store.put("wijzigingen", str(len(self._log)), {"AanmeldingId": key})
        self._last[key] = len(self._log)
        self._log.append(key)

    def _row_at(self, position: int, start: ReadPosition) -> Iterator[Document]:
        key = self._log[position]
        row = self._store.get("aanmeldingen", key)
        if row is None or self._last[key] != position:
            return
        if "@removed" in row:
            if start.is_delta:
                yield {"@removed": REMOVED, "AanmeldingId": key}
        elif start.since is None or _timestamp(row["AangemeldOp"]) >= _timestamp(start.since):
            yield row


def _timestamp(value: str) -> datetime:
    timestamp = datetime.fromisoformat(value)
    return timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)
