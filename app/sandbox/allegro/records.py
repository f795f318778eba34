"""The data of the simulated Allegro: files, the hub's messages about them, and the feed of changes."""

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from app.sandbox.allegro.feed import AllegroFeed
from app.sandbox.allegro.files import AllegroFiles
from app.sandbox.faults.plan import FaultPlan
from app.sandbox.runtime import Document, SettableClock, Store

_MESSAGES = "berichten"


class PutOutcome(Enum):
    """The outcome of storing a message."""

    CREATED = auto()
    KNOWN = auto()
    """The same message is stored already."""
    CONFLICT = auto()
    """Another message has the same id."""


class AllegroMessages:
    """The hub's messages (*berichten*) in a store, with an index in memory."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._about: dict[str, list[Document]] = defaultdict(list)
        for stored in store.all(_MESSAGES):
            self._about[stored["externReferentie"]].append(stored["bericht"])

    def put(self, referral: str, message: Document) -> PutOutcome:
        """Store a message about a referral under the id that the caller chose."""
        key, stored = message["berichtId"], {"externReferentie": referral, "bericht": message}
        before = self._store.get(_MESSAGES, key)
        if before is not None:
            return PutOutcome.KNOWN if before == stored else PutOutcome.CONFLICT
        self._store.put(_MESSAGES, key, stored)
        self._about[referral].append(message)
        return PutOutcome.CREATED

    def find(self, referral: str, message_id: str) -> Document | None:
        """Return a message about this referral; None if there is none."""
        stored = self._store.get(_MESSAGES, message_id)
        return stored["bericht"] if stored and stored["externReferentie"] == referral else None

    def about(self, referral: str) -> list[Document]:
        """Return the hub's messages about a referral, oldest first."""
        return self._about.get(referral, [])


@dataclass(frozen=True)
class AllegroRecords:
    """Everything that Allegro stores."""

    files: AllegroFiles
    messages: AllegroMessages
    feed: AllegroFeed

    @classmethod
    def of(cls, store: Store, clock: SettableClock, plan: FaultPlan) -> Self:
        """Return the data in a store; a fault plan decides which changes are late."""
        return cls(AllegroFiles(store), AllegroMessages(store), AllegroFeed(store, clock, plan))
