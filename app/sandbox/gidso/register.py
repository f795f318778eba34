"""What the simulated GIDSO keeps: registrations, their change log, delta tokens and journal lines."""

import base64
import binascii
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from app.sandbox.runtime import Document, SettableClock, Store

REMOVED: Document = {"reason": "deleted"}
_STAMPS = ("Versie", "GewijzigdOp")


class TokenExpired(Exception):
    """The delta or skip token is not, or no longer, known."""


@dataclass(frozen=True)
class ReadContext:
    """Where a reader is in the change log; travels as an opaque token.

    Attributes:
        era: tokens of another era have expired.
        position: the first entry of the change log that was not read yet.
        until: where the log ended when the round began; what changes during a round waits for the next
            one, so that a row deleted halfway a full reading is not missed. None begins a round.
        size: the most rows on a page.
        since: ISO moment of the ``$filter``, None without one.
        is_delta: True when deleted rows are told.
    """

    era: str
    position: int
    size: int
    until: int | None = None
    since: str | None = None
    is_delta: bool = False

    def token(self) -> str:
        """Return the opaque token of this place."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Rows:
    """One page of rows, and where to read on; ``complete`` ends the round."""

    rows: list[Document]
    onward: ReadContext
    complete: bool


class Register:
    """The registrations (*aanmeldingen*) and journals over a store, with the indexes that make reading quick."""

    def __init__(self, store: Store, clock: SettableClock) -> None:
        self._store = store
        self._clock = clock
        self._log: list[str] = [entry["AanmeldingId"] for entry in store.all("wijzigingen")]
        self._last = {key: position for position, key in enumerate(self._log)}
        self._journal: dict[str, list[Document]] = {}
        for line in store.all("journaalregels"):
            self._journal.setdefault(line["AanmeldingId"], []).append(line)
        self._era = (store.get("instellingen", "deltatokens") or {}).get("era") or self.expire_tokens()

    def get(self, aanmelding_id: str) -> Document | None:
        """Return a registration, or None when it is absent or deleted."""
        row = self._store.get("aanmeldingen", aanmelding_id)
        return None if row is None or "@removed" in row else row

    def save(self, content: Document) -> bool:
        """Store a registration; False when it already stands there with this content."""
        key = content["AanmeldingId"]
        old = self._store.get("aanmeldingen", key)
        content = {name: value for name, value in content.items() if name not in _STAMPS}
        if old and {name: value for name, value in old.items() if name not in _STAMPS} == content:
            return False
        stamps = {"Versie": (old["Versie"] if old else 0) + 1, "GewijzigdOp": self._clock.now().isoformat()}
        self._change(key, content | stamps)
        return True

    def remove(self, aanmelding_id: str) -> bool:
        """Delete a registration; False when it is absent or was deleted before."""
        row = self.get(aanmelding_id)
        if row is None:
            return False
        self._change(aanmelding_id, {"AanmeldingId": aanmelding_id, "@removed": REMOVED, "Versie": row["Versie"]})
        return True

    def touch(self, aanmelding_ids: Iterable[str]) -> None:
        """Save registrations again as they are, as a worker does who opens and closes them: they count as changed."""
        for key in aanmelding_ids:
            if row := self.get(key):
                self._change(key, row | {"Versie": row["Versie"] + 1, "GewijzigdOp": self._clock.now().isoformat()})

    def start(self, size: int, since: str | None) -> ReadContext:
        """Return the place from which everything is read."""
        return ReadContext(self._era, 0, size, since=since)

    def resume(self, token: str) -> ReadContext:
        """Return the place that a token stands for.

        Raises:
            TokenExpired: the token is unknown or of an earlier era.
        """
        try:
            reading = ReadContext(**json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))))
        except (binascii.Error, TypeError, ValueError) as error:
            raise TokenExpired from error
        if reading.era != self._era:
            raise TokenExpired
        return reading

    def read(self, reading: ReadContext) -> Rows:
        """Return the next page: each changed registration once, in the order of its last change."""
        rows: list[Document] = []
        position = reading.position
        until = len(self._log) if reading.until is None else reading.until
        while position < until and len(rows) < reading.size:
            rows.extend(self._row_at(position, reading))
            position += 1
        if position < until:
            return Rows(rows, replace(reading, position=position, until=until), complete=False)
        return Rows(rows, replace(reading, position=until, until=None, is_delta=True), complete=True)

    def expire_tokens(self) -> str:
        """Start a new era, so that all tokens given so far have expired."""
        self._era = secrets.token_hex(4)
        self._store.put("instellingen", "deltatokens", {"era": self._era})
        return self._era

    def append_line(self, aanmelding_id: str, content: Document) -> Document:
        """Append a journal line; GIDSO does not mind a reference (*Kenmerk*) that it already has."""
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
        """Return the registrations changed last, newest first, deleted ones too."""
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

    def _row_at(self, position: int, reading: ReadContext) -> Iterator[Document]:
        key = self._log[position]
        row = self._store.get("aanmeldingen", key)
        if row is None or self._last[key] != position:
            return
        if "@removed" in row:
            if reading.is_delta:
                yield {"@removed": REMOVED, "AanmeldingId": key}
        elif reading.since is None or _moment(row["AangemeldOp"]) >= _moment(reading.since):
            yield row


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
