"""The doors to the outside, as the inside sees them."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.domain.codes import Moment, System
from app.domain.commands import Fact
from app.domain.events import EventType


class Clock(Protocol):
    """Tells the time; simulated in tests and replays."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


@dataclass(frozen=True)
class ReadError:
    """Why a partner's record could not be read as facts."""

    field: str
    reason: str
    message: str


@dataclass(frozen=True)
class PartnerRecord:
    """One record as a partner gave it, read as facts where that was possible.

    Attributes:
        kind: the partner's own record type, for example ``mutatie``.
        external_id: the partner's id of this record; with ``kind`` it is unique at the partner.
        case_id: the partner's id of the case (one referral); records of a case are applied in order.
        version: the partner's own version or sequence of the record.
        payload: the record as received; kept only while it is in quarantine, encrypted.
        facts: what it says, in order; empty with ``unread`` None means: nothing for the hub (filtered).
        occurred_at: when it happened in the real world.
        referral_id: the hub's own id of the referral, where the partner gives it back.
        unread: why it could not be read.
        revision: the partner's own count of changes, where it has one: of one record an older revision never
            replaces a newer one, and the records of a case are applied in its order.
    """

    kind: str
    external_id: str
    case_id: str
    version: str
    payload: Mapping[str, object]
    occurred_at: datetime
    facts: tuple[Fact, ...] = ()
    referral_id: UUID | None = None
    unread: ReadError | None = None
    revision: int | None = None


@dataclass(frozen=True)
class QuarantinedRecord:
    """A record from quarantine, as it came, to be read again; the fields are those of ``PartnerRecord``."""

    kind: str
    external_id: str
    case_id: str
    version: str
    payload: Mapping[str, object]
    occurred_at: datetime
    referral_id: UUID | None = None
    revision: int | None = None


@dataclass(frozen=True)
class Page:
    """Some changes, and the place from which to read on once they are stored.

    Attributes:
        drift: what the partner's contract does not know (fields, codes, types), by place, and how often it was
            met on this page: ``{"mutatie.nieuwVeld": 3}``. Names of fields only, never a value.
    """

    records: tuple[PartnerRecord, ...]
    cursor: str | None
    drift: Mapping[str, int] = field(default_factory=dict)


class PartnerSource(Protocol):
    """Reads a partner's changes."""

    system: System
    mapping_version: str

    def changes(self, cursor: str | None) -> AsyncIterator[Page]:
        """Return the changes since the cursor page by page; None starts at the beginning.

        Raises:
            PartnerUnreachable: no answer; try again later from the same cursor.
            CursorExpired: the cursor is no longer known; start from None.
        """
        ...

    def remap(self, held: QuarantinedRecord) -> PartnerRecord:
        """Read a record from quarantine again, with today's mapping; it stays the same record of the same case."""
        ...

    def on_removed(self, kind: str, external_id: str, case_id: str, seen_at: datetime) -> PartnerRecord | None:
        """Return what it means that a record is no longer there, as the record that says so.

        None: nothing follows from it. ``seen_at`` is when it was missed, for the partner does not tell.
        """
        ...


@dataclass(frozen=True)
class PartnerMessage:
    """What a partner's system is told: only fields that the privacy gate released.

    Attributes:
        id: the delivery's id, the same at each try; the partner's record carries it, so that a try
            with an unknown outcome can be looked up.
        external_id: the partner's own id of the case, None when it does not know the case yet.
        fields: released fields by name (``app.domain.fields.Field`` values), JSON scalars or lists.
        attempt: 1 at the first try; from 2 on the outcome of earlier tries may be unknown.
    """

    id: UUID
    event_type: EventType
    moment: Moment | None
    referral_id: UUID
    external_id: str | None
    occurred_at: datetime
    fields: Mapping[str, object] = field(default_factory=dict)
    attempt: int = 1


@dataclass(frozen=True)
class Receipt:
    """The partner has it.

    Attributes:
        external_id: the partner's id of the case, when it made one or told it.
        already_there: True when a look-up showed that an earlier try had arrived.
    """

    external_id: str | None = None
    already_there: bool = False


class PartnerSink(Protocol):
    """Writes to a partner's system."""

    system: System

    async def deliver(self, message: PartnerMessage) -> Receipt:
        """Tell the partner; returns only when the partner has stored it.

        Raises:
            PartnerUnreachable: no or a temporary answer; the outcome may be unknown, try again.
            PartnerRefused: the partner says no; do not try again.
        """
        ...
