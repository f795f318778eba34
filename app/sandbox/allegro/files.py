"""The files (*dossiers*) of the simulated Allegro."""

from collections import defaultdict
from collections.abc import Iterator
from enum import Enum, auto
from itertools import islice

from app.sandbox.runtime import Document, Store

_FILES, _BY_HAND = "dossiers", "handmatige dossiers"


class LinkOutcome(Enum):
    """The outcome of linking a file to a referral of the hub."""

    LINKED = auto()
    """Now or before."""
    UNKNOWN = auto()
    """There is no such file."""
    CONFLICT = auto()
    """The file is of another referral, or the referral has another file."""


class AllegroFiles:
    """Allegro's files in a store, with indexes in memory: no look-up reads all of them.

    Each referral of the hub has a file; a file that was made by hand has no referral of the hub until it is linked.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._numbers: list[str] = []
        self._number_of: dict[str, str] = {}
        self._with_reference: dict[str, set[str]] = defaultdict(set)
        for file in store.all(_FILES):
            self._index(file)

    def put(self, referral: str, contents: Document) -> tuple[str, bool]:
        """Create or replace the file of a referral. Return its number and whether it is new."""
        known = self._number_of.get(referral)
        number = known or self._new_number()
        self._put({"dossiernummer": number, "externReferentie": referral, "verwijzing": contents})
        return number, known is None

    def make(self, entry_id: str, contents: Document) -> str:
        """Make a file by hand, without a referral of the hub, unless this entry made one. Return its number."""
        if known := self._store.get(_BY_HAND, entry_id):
            return str(known["dossiernummer"])
        number = self._new_number()
        self._put({"dossiernummer": number, "externReferentie": None, "verwijzing": contents})
        self._store.put(_BY_HAND, entry_id, {"dossiernummer": number})
        return number

    def link(self, number: str, referral: str) -> LinkOutcome:
        """Link a file to a referral of the hub; the same link again changes nothing."""
        file = self._store.get(_FILES, number)
        if file is None:
            return LinkOutcome.UNKNOWN
        if file["externReferentie"] not in (None, referral) or self._number_of.get(referral, number) != number:
            return LinkOutcome.CONFLICT
        self._put(file | {"externReferentie": referral})
        return LinkOutcome.LINKED

    def of(self, referral: str) -> Document | None:
        """Return the file of a referral of the hub; None if there is none."""
        number = self._number_of.get(referral)
        return self._store.get(_FILES, number) if number else None

    def get(self, number: str) -> Document | None:
        """Return the file with this number; None if there is none."""
        return self._store.get(_FILES, number)

    def find(self, number: str | None, reference: str | None) -> str | None:
        """Return the number of the file with this number, or of the only file with this reference; None without one."""
        if number is not None:
            return number if self._store.get(_FILES, number) else None
        found = self._with_reference.get(reference, set()) if reference else set()
        return next(iter(found)) if len(found) == 1 else None

    def referral_of(self, number: str) -> str | None:
        """Return the referral of the hub that a file has; None if it has none, or there is no such file."""
        file = self._store.get(_FILES, number)
        return file["externReferentie"] if file else None

    def after(self, number: str) -> Iterator[Document]:
        """Return the files after the one with this number (all if it is empty), oldest first."""
        start = int(number[1:]) if number else 0
        return (file for key in islice(self._numbers, start, None) if (file := self._store.get(_FILES, key)))

    def with_referral_after(self, number: str) -> Iterator[Document]:
        """Return those of these files that have a referral of the hub."""
        return (file for file in self.after(number) if file["externReferentie"])

    def newest(self, limit: int) -> list[Document]:
        """Return the newest files, newest first."""
        return [file for key in reversed(self._numbers[-limit:]) if (file := self._store.get(_FILES, key))]

    def _new_number(self) -> str:
        return f"A{self._store.count(_FILES) + 1:07d}"

    def _put(self, file: Document) -> None:
        before = self._store.get(_FILES, file["dossiernummer"])
        if before != file:
            self._store.put(_FILES, file["dossiernummer"], file)
            self._index(file, before)

    def _index(self, file: Document, before: Document | None = None) -> None:
        number = file["dossiernummer"]
        if before is None:
            self._numbers.append(number)
        else:
            self._with_reference[_reference(before)].discard(number)
        if file["externReferentie"]:
            self._number_of[file["externReferentie"]] = number
        self._with_reference[_reference(file)].add(number)


def _reference(file: Document) -> str:
    return str(file["verwijzing"].get("kenmerkVerwijzer", ""))
