"""The numbered feed of changes (*mutaties*) of the simulated Allegro."""

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC
from itertools import islice
from uuid import UUID, uuid5

from app.sandbox.faults.plan import FaultKind, FaultPlan
from app.sandbox.runtime import Document, SettableClock, Store

_CHANGES = "mutaties"
# By the contract, a number that is still missing when the feed is a hundred numbers further is never shown.
_MAX_LATE = 90
_CHANGE_IDS = UUID("6f1b7a52-4f4e-5b0e-9a3b-0a11e6000001")


class AllegroFeed:
    """Allegro's changes in a store, with the feed in memory.

    A change gets its sequence number when somebody starts to register it. A late change becomes visible at
    ``commit_late``, possibly after higher numbers were read, as with long transactions in a real database.
    """

    def __init__(self, store: Store, clock: SettableClock, plan: FaultPlan) -> None:
        self._store, self._clock, self._plan = store, clock, plan
        self._entries: list[Document] = []
        self._late: list[Document] = []
        self._locked: set[str] = set()
        self._changes_of: dict[str, list[Document]] = defaultdict(list)
        self._rebuild()

    def record(self, number: str, referral: str | None, fact: Document) -> bool:
        """Register a fact about a file. Return False, and change nothing, if its ``feitId`` is known.

        Args:
            number: of the file.
            referral: the referral of the hub that the file has.
            fact: what happened.
        """
        change_id = str(uuid5(_CHANGE_IDS, fact["feitId"]))
        if self._store.get(_CHANGES, change_id):
            return False
        if self._locked and len(self._entries) - self._late[0]["volgnummer"] >= _MAX_LATE:
            self.commit_late()
        change = {
            "mutatieId": change_id,
            "volgnummer": len(self._entries) + 1,
            "dossiernummer": number,
            "externReferentie": referral,
            "soort": fact["soort"],
            "datum": fact.get("datum"),
            "geregistreerdOp": self._clock.now().astimezone(UTC).isoformat(),
            "gegevens": fact.get("gegevens", {}),
        }
        is_late = fact.get("laat", False) or self._is_late(change)
        self._put(change_id, change, visible=not is_late)
        self._changes_of[number].append(change)
        return True

    def commit_late(self) -> int:
        """Make the late changes visible. Return their number."""
        late, self._late = self._late, []
        self._locked.clear()
        for change in late:
            self._put(change["mutatieId"], change, visible=True)
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

    def after(self, sequence: int, limit: int) -> list[Document]:
        """Return the visible changes with a higher sequence number, in order."""
        entries = (self._entries[index] for index in range(sequence, len(self._entries)))
        return list(islice((entry["mutatie"] for entry in entries if entry["zichtbaar"]), limit))

    def of(self, number: str) -> list[Document]:
        """Return the changes of a file, oldest first."""
        return self._changes_of.get(number, [])

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
        repeated = change | {"volgnummer": len(self._entries) + 1}
        self._put(f"{change['mutatieId']} {repeated['volgnummer']}", repeated, visible=True)

    def _put(self, key: str, change: Document, *, visible: bool) -> None:
        entry = {"zichtbaar": visible, "mutatie": change}
        self._store.put(_CHANGES, key, entry)
        index = change["volgnummer"] - 1
        self._entries[index : index + 1] = [entry]
        if not visible:
            self._late.append(change)

    def _rebuild(self) -> None:
        # Keys keep their first position, so this is the order of the sequence numbers.
        known: set[str] = set()
        for entry in self._store.all(_CHANGES):
            change = entry["mutatie"]
            self._entries.append(entry)
            if change["mutatieId"] not in known:
                self._changes_of[change["dossiernummer"]].append(change)
            known.add(change["mutatieId"])
            if not entry["zichtbaar"]:
                self._late.append(change)


def _file_of(entry: Document | None) -> str:
    return str(entry["mutatie"]["dossiernummer"]) if entry else ""
