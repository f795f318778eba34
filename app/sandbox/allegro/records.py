"""The data of the simulated Allegro: files, messages and the numbered feed of changes."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC
from enum import Enum, auto
from itertools import islice
from uuid import UUID, uuid5

from app.sandbox.faults.plan import FaultKind, FaultPlan
from app.sandbox.runtime import Document, SettableClock, Store

_FILES, _MESSAGES, _CHANGES, _BY_HAND = "dossiers", "berichten", "mutaties", "handmatige dossiers"
# By the contract, a number that is still missing when the feed is a hundred numbers further is never shown.
_MAX_LATE = 90
_CHANGE_IDS = UUID("6f1b7a52-4f4e-5b0e-9a3b-0a11e6000001")


class PutOutcome(Enum):
    """The outcome of storing a message."""

    CREATED = auto()
    KNOWN = auto()
    """The same message is stored already."""
    CONFLICT = auto()
    """Another message has the same id."""


class LinkOutcome(Enum):
    """The outcome of linking a file to a referral of the hub."""

    LINKED = auto()
    """Now or before."""
    UNKNOWN = auto()
    """There is no such file."""
    CONFLICT = auto()
    """The file is of another referral, or the referral has another file."""


class AllegroRecords:
    """Allegro's data in a store, with indexes in memory: no look-up reads all files.

    Each referral of the hub has a file (*dossier*); a file that was made by hand has no referral of the hub until it is
    linked. A change (*mutatie*) gets its sequence number when somebody starts
    to register it. A late change becomes visible at ``commit_late``, possibly after higher numbers were read, as with
    long transactions in a real database.
    """

    def __init__(self, store: Store, clock: SettableClock, plan: FaultPlan) -> None:
        self._store, self._clock, self._plan = store, clock, plan
        self._numbers: list[str] = []
        self._number_of: dict[str, str] = {}
        self._with_reference: dict[str, set[str]] = defaultdict(set)
        self._feed: list[Document] = []
        self._late: list[Document] = []
        self._locked: set[str] = set()
        self._changes_of: dict[str, list[Document]] = defaultdict(list)
        self._messages_of: dict[str, list[Document]] = defaultdict(list)
        self._rebuild()

    def put_referral(self, referral: str, contents: Document) -> tuple[str, bool]:
        """Create or replace the file of a referral. Return its number and whether it is new."""
        known = self._number_of.get(referral)
        number = known or self._new_number()
        self._put_file({"dossiernummer": number, "externReferentie": referral, "verwijzing": contents})
        return number, known is None

    def make_file(self, entry_id: str, contents: Document) -> str:
        """Make a file by hand, without a referral of the hub, unless this entry made one. Return its number."""
        if known := self._store.get(_BY_HAND, entry_id):
            return str(known["dossiernummer"])
        number = self._new_number()
        self._put_file({"dossiernummer": number, "externReferentie": None, "verwijzing": contents})
        self._store.put(_BY_HAND, entry_id, {"dossiernummer": number})
        return number

    def link_file(self, number: str, referral: str) -> LinkOutcome:
        """Link a file to a referral of the hub; the same link again changes nothing."""
        file = self._store.get(_FILES, number)
        if file is None:
            return LinkOutcome.UNKNOWN
        if file["externReferentie"] not in (None, referral) or self._number_of.get(referral, number) != number:
            return LinkOutcome.CONFLICT
        self._put_file(file | {"externReferentie": referral})
        return LinkOutcome.LINKED

    def file(self, referral: str) -> Document | None:
        """Return the file of a referral of the hub; None if there is none."""
        number = self._number_of.get(referral)
        return self._store.get(_FILES, number) if number else None

    def put_message(self, referral: str, message: Document) -> PutOutcome:
        """Store a message about a referral under the id that the caller chose."""
        key, stored = message["berichtId"], {"externReferentie": referral, "bericht": message}
        before = self._store.get(_MESSAGES, key)
        if before is not None:
            return PutOutcome.KNOWN if before == stored else PutOutcome.CONFLICT
        self._store.put(_MESSAGES, key, stored)
        self._messages_of[referral].append(message)
        return PutOutcome.CREATED

    def message(self, referral: str, message_id: str) -> Document | None:
        """Return a message about this referral; None if there is none."""
        stored = self._store.get(_MESSAGES, message_id)
        return stored["bericht"] if stored and stored["externReferentie"] == referral else None

    def find_file(self, number: str | None, reference: str | None) -> str | None:
        """Return the number of the file with this number, or of the only file with this reference; None without one."""
        if number is not None:
            return number if self._store.get(_FILES, number) else None
        found = self._with_reference.get(reference, set()) if reference else set()
        return next(iter(found)) if len(found) == 1 else None

    def record_fact(self, number: str, fact: Document) -> bool:
        """Register a fact. Return False, and change nothing, if its ``feitId`` is known."""
        change_id = str(uuid5(_CHANGE_IDS, fact["feitId"]))
        if self._store.get(_CHANGES, change_id):
            return False
        if self._locked and len(self._feed) - self._late[0]["volgnummer"] >= _MAX_LATE:
            self.commit_late()
        file = self._store.get(_FILES, number)
        change = {
            "mutatieId": change_id,
            "volgnummer": len(self._feed) + 1,
            "dossiernummer": number,
            "externReferentie": file["externReferentie"] if file else None,
            "soort": fact["soort"],
            "datum": fact.get("datum"),
            "geregistreerdOp": self._clock.now().astimezone(UTC).isoformat(),
            "gegevens": fact.get("gegevens", {}),
        }
        is_late = fact.get("laat", False) or self._is_late(change)
        self._store_change(change_id, change, visible=not is_late)
        self._changes_of[number].append(change)
        return True

    def commit_late(self) -> int:
        """Make the late changes visible. Return their number."""
        late, self._late = self._late, []
        self._locked.clear()
        for change in late:
            self._store_change(change["mutatieId"], change, visible=True)
        return len(late)

    def repair(self, change_ids: Collection[str]) -> None:
        """Show the late changes and list these changes again, each with the later changes of its file."""
        self.commit_late()
        wanted, numbers = set(change_ids), {_file_of(self._store.get(_CHANGES, each)) for each in change_ids}
        for number in sorted(numbers):
            changes = self._changes_of[number]
            first = next(index for index, change in enumerate(changes) if change["mutatieId"] in wanted)
            for change in changes[first:]:
                self._repeat(change)

    def changes_after(self, sequence: int, limit: int) -> list[Document]:
        """Return the visible changes with a higher sequence number, in order."""
        entries = (self._feed[index] for index in range(sequence, len(self._feed)))
        return list(islice((entry["mutatie"] for entry in entries if entry["zichtbaar"]), limit))

    def files_after(self, number: str) -> Iterator[Document]:
        """Return the files after the one with this number (all if it is empty), oldest first."""
        start = int(number[1:]) if number else 0
        return (file for key in islice(self._numbers, start, None) if (file := self._store.get(_FILES, key)))

    def referrals_after(self, number: str) -> Iterator[Document]:
        """Return those of these files that have a referral of the hub."""
        return (file for file in self.files_after(number) if file["externReferentie"])

    def newest_files(self, limit: int) -> list[Document]:
        """Return the newest files, newest first."""
        return [file for key in reversed(self._numbers[-limit:]) if (file := self._store.get(_FILES, key))]

    def changes_of(self, number: str) -> list[Document]:
        """Return the changes of a file, oldest first."""
        return self._changes_of.get(number, [])

    def messages_of(self, referral: str) -> list[Document]:
        """Return the hub's messages about a referral, oldest first."""
        return self._messages_of.get(referral, [])

    def _new_number(self) -> str:
        return f"A{self._store.count(_FILES) + 1:07d}"

    def _put_file(self, file: Document) -> None:
        before = self._store.get(_FILES, file["dossiernummer"])
        if before != file:
            self._store.put(_FILES, file["dossiernummer"], file)
            self._index_file(file, before)

    def _is_late(self, change: Document) -> bool:
        # A file with a late change is locked: later changes of the same file wait for it.
        number = change["dossiernummer"]
        if number not in self._locked and not self._plan.triggers(FaultKind.LATE_COMMIT):
            return False
        self._locked.add(number)
        self._plan.exempt(change["mutatieId"])
        return True

    def _repeat(self, change: Document) -> None:
        """List a change again under a new sequence number."""
        repeated = change | {"volgnummer": len(self._feed) + 1}
        self._store_change(f"{change['mutatieId']} {repeated['volgnummer']}", repeated, visible=True)

    def _store_change(self, key: str, change: Document, *, visible: bool) -> None:
        entry = {"zichtbaar": visible, "mutatie": change}
        self._store.put(_CHANGES, key, entry)
        index = change["volgnummer"] - 1
        self._feed[index : index + 1] = [entry]
        if not visible:
            self._late.append(change)

    def _index_file(self, file: Document, before: Document | None = None) -> None:
        number = file["dossiernummer"]
        if before is None:
            self._numbers.append(number)
        else:
            self._with_reference[_reference(before)].discard(number)
        if file["externReferentie"]:
            self._number_of[file["externReferentie"]] = number
        self._with_reference[_reference(file)].add(number)

    def _rebuild(self) -> None:
        for file in self._store.all(_FILES):
            self._index_file(file)
        for stored in self._store.all(_MESSAGES):
            self._messages_of[stored["externReferentie"]].append(stored["bericht"])
        # Keys keep their first position, so this is the order of the sequence numbers.
        known: set[str] = set()
        for entry in self._store.all(_CHANGES):
            change = entry["mutatie"]
            self._feed.append(entry)
            if change["mutatieId"] not in known:
                self._changes_of[change["dossiernummer"]].append(change)
            known.add(change["mutatieId"])
            if not entry["zichtbaar"]:
                self._late.append(change)


def _file_of(entry: Document | None) -> str:
    return str(entry["mutatie"]["dossiernummer"]) if entry else ""


def _reference(file: Document) -> str:
    return str(file["verwijzing"].get("kenmerkVerwijzer", ""))
