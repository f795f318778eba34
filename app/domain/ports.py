"""The ports: what the hub needs from the outside, as protocols that adapters implement."""

from collections.abc import AsyncIterator, Mapping, Set
from dataclasses import KW_ONLY, dataclass, field
from datetime import date, datetime
from typing import Final, Protocol
from uuid import UUID

from app.domain.codes import DisclosureOccasion, System
from app.domain.commands import Command
from app.domain.events import EventType
from app.domain.fields import Field


class Clock(Protocol):
    """The present time; simulated in tests and replays."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


@dataclass(frozen=True)
class ReadError:
    """Why a partner's record could not be read as commands.

    Attributes:
        field: the field, by the partner's own name; nested names are separated by dots.
        reason: ``unreadable`` when it differs from the contract, ``unknown-code`` when a code has no meaning here.
        message: the rule and the remedy, for people; never a value of the record.
    """

    field: str
    reason: str
    message: str


STATED_ONCE: Final = "once"
"""The version of a record that is said once and does not change, such as an answer of a worker.

While it is in quarantine, no other record of its case waits for it.
"""


@dataclass(frozen=True, kw_only=True)
class ReceivedRecord:
    """One record as a partner sent it.

    Attributes:
        kind: the partner's own record type, for example ``mutatie``.
        external_id: the partner's id of this record; with ``kind`` it is unique at the partner.
        case_id: the partner's id of the case (one referral); records of a case are applied in order.
        version: the partner's own version or sequence of the record, as text; empty when it has none, and
            ``STATED_ONCE`` for what never changes.
        payload: the content, without anything that changes by being read (a time of retrieval, a place in the feed):
            its hash decides whether a record is new. Stored only while the record is in quarantine, encrypted.
        occurred_at: when it happened in the real world, aware.
        referral_id: the hub's own id of the referral, where the partner returns it.
        revision: the partner's own count of changes, where it has one: an older revision of a record never replaces a
            newer one, and the records of a case are applied in its order.
    """

    kind: str
    external_id: str
    case_id: str
    version: str
    payload: Mapping[str, object]
    occurred_at: datetime
    referral_id: UUID | None = None
    revision: int | None = None


@dataclass(frozen=True, kw_only=True)
class QuarantinedRecord(ReceivedRecord):
    """A record from quarantine, to be read again with the present mapping."""


@dataclass(frozen=True, kw_only=True)
class PartnerRecord(ReceivedRecord):
    """One record of a partner, read as commands where that was possible.

    Attributes:
        commands: what the record says, in order; with ``unread`` None an empty tuple means that the record says nothing
            to the hub, and counts as filtered.
        unread: why it could not be read; the record goes to quarantine. None: it was read.
    """

    commands: tuple[Command, ...] = ()
    unread: ReadError | None = None


@dataclass(frozen=True)
class Page:
    """Some changes of a partner, which the hub stores in one transaction together with the cursor.

    Attributes:
        cursor: where the next pull continues once these records are stored; None: the cursor stays as it is.
        drift: what the partner's contract does not know (fields, codes, types), by place, with the number of
            occurrences on this page: ``{"mutatie.nieuwVeld": 3}``. Names of fields only, never a value.
        overlap: what was read before, at the cursor. When the hub does not know it, the feed was restored from a
            backup and its numbers are used again: nothing of the page is applied, and everything is read again.
        jumps: a few changes have numbers far above the others; the cursor stays before them.
    """

    records: tuple[PartnerRecord, ...]
    cursor: str | None
    drift: Mapping[str, int] = field(default_factory=dict)
    _: KW_ONLY
    overlap: tuple[PartnerRecord, ...] = ()
    jumps: bool = False


class PartnerSource(Protocol):
    """Reads the changes of a partner; the engine (``app.adapters.engine``) pulls, stores and repeats.

    A source has no state of its own: the engine passes the cursor. It never raises for one record that it cannot read:
    that record is returned with ``unread``. ``app/adapters/template/source.py`` is the smallest whole one.

    Attributes:
        system: the partner.
        mapping_version: the version of the mapping; every run is recorded with it. Raise it with each change.
    """

    system: System
    mapping_version: str

    def changes(self, cursor: str | None) -> AsyncIterator[Page]:
        """Return the changes since the cursor page by page, oldest first.

        A record may be returned again: the engine knows it by its key and the hash of its payload. A record must not be
        left out: what lies before a cursor that was returned is never asked for again.

        Args:
            cursor: the last cursor that was stored, opaque to the engine; None starts at the beginning.

        Raises:
            PartnerUnreachable: no answer, or one that cannot be trusted; the engine tries again later from the same
                cursor.
            PartnerRefused: the partner does not accept the request.
            CursorExpired: the partner no longer knows the cursor; the engine starts again from None.
            FeedWentBack: the feed ends before the cursor; the engine alerts operators and starts again from None.
        """
        ...

    def remap(self, quarantined: QuarantinedRecord) -> PartnerRecord:
        """Return a record from quarantine as the present mapping reads it.

        Key, case, version and revision stay those of the quarantined record. A record that is still unreadable is
        returned with ``unread``.
        """
        ...

    def on_removed(self, kind: str, external_id: str, case_id: str, seen_at: datetime) -> PartnerRecord | None:
        """Return the record that follows from the absence of another, or None when nothing follows from it.

        The engine calls it when a comparison of everything finds a record that was applied and is no longer there.

        Args:
            kind: of the absent record, as in ``PartnerRecord``.
            external_id: of the absent record.
            case_id: of its case.
            seen_at: when the absence was noticed, because the partner states no moment.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class PartnerCase:
    """A case that a partner has, with what identifies the hub's referral of it; each but the number may be unknown.

    Attributes:
        case_id: the partner's id of the case.
        referral_id: the hub's own id of the referral, where the partner states it.
        organisation_code: code of the organisation that referred.
        reference: that organisation's own reference.
        bsn: the client's citizen service number; compared in memory, and never stored or shown.
        received_on: the day of the referral.
    """

    case_id: str
    referral_id: UUID | None = None
    organisation_code: str | None = None
    reference: str | None = None
    bsn: str | None = field(default=None, repr=False)
    received_on: date | None = None


@dataclass(frozen=True)
class CasePage:
    """Some of a partner's cases.

    Attributes:
        unreadable: number of cases on this page that could not be read.
    """

    cases: tuple[PartnerCase, ...]
    unreadable: int = 0


class CaseRegister(Protocol):
    """Lists the cases of a partner, also those from before the hub, and links them to referrals of the hub."""

    def pages(self) -> AsyncIterator[CasePage]:
        """Return all cases, page by page.

        Raises:
            PartnerError: the partner does not answer or refuses.
        """
        ...

    async def link(self, case_id: str, referral_id: UUID) -> None:
        """Have the partner store the hub's id of a case's referral, where it stores one; repeating it changes nothing.

        Raises:
            PartnerUnreachable: no answer; the outcome may be unknown.
            PartnerRefused: the case is of another referral, or the referral has another case, or there is no such case.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class PartnerMessage:
    """An event for a partner's system, with only the fields that the privacy gate released.

    Attributes:
        id: the delivery's id, the same at each attempt; the message at the partner carries it, so that an attempt with
            an unknown outcome can be looked up.
        moment: the feedback moment of the event; None for events that are no feedback.
        external_id: the partner's own id of the case; None when it does not know the case yet.
        occurred_at: when it happened in the real world, aware.
        fields: released fields by name (``app.domain.fields.Field`` values), JSON scalars or lists.
        attempt: 1 at the first attempt; from 2 on, the outcome of earlier attempts may be unknown.
        organisation_code: of the organisation that receives it, where it is known.
    """

    id: UUID
    event_type: EventType
    moment: DisclosureOccasion | None
    referral_id: UUID
    external_id: str | None
    occurred_at: datetime
    fields: Mapping[str, object] = field(default_factory=dict)
    attempt: int = 1
    organisation_code: str | None = None


@dataclass(frozen=True)
class Receipt:
    """A partner stored a message.

    Attributes:
        external_id: the partner's id of the case, when it made the case or states its id; the hub stores the link.
        already_there: True when a look-up showed that an earlier attempt had arrived.
        shown: the fields that the stored message shows, whether it has them or not; None: all of the message.
    """

    external_id: str | None = None
    already_there: bool = False
    shown: Set[Field] | None = None


class PartnerSink(Protocol):
    """Writes messages to a partner; the delivery engine decides when, how often and in which order.

    Attributes:
        system: the partner.
    """

    system: System

    async def deliver(self, message: PartnerMessage) -> Receipt:
        """Write a message; return only when the partner has stored it.

        An attempt whose answer was lost may have arrived. A partner that stores a repeated message twice is therefore
        asked, from the second attempt on, whether a message with ``message.id`` is already there.

        Raises:
            PartnerUnreachable: no answer, a temporary one, or a refused login; the outcome may be unknown, and the
                engine tries again.
            PartnerRefused: the partner refuses the message, or has no place for it; the engine does not try again.
        """
        ...
