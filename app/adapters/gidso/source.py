"""Reads GIDSO's registrations by delta token."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from app.adapters.common.drift import drift_of, unknown_in
from app.adapters.common.pages import row_of
from app.adapters.common.parsing import read_record, without_id
from app.adapters.common.progress import PagesRead
from app.adapters.gidso import mapping
from app.adapters.gidso.answers import ANSWERS, LISTS, read_answers, to_answer_commands, unknown_in_answers
from app.adapters.gidso.arrivals import ARRIVAL
from app.adapters.gidso.client import GidsoClient, token_of
from app.adapters.gidso.mapping import Kind
from app.adapters.gidso.schemas import Aanmelding, AanmeldingenPage
from app.domain.codes import System
from app.domain.errors import PartnerUnreachable
from app.domain.ports import Clock, Page, PartnerRecord, QuarantinedRecord, ReadError

PAGE_SIZE = 500
_STAMPS = frozenset({"Versie", "GewijzigdOp"})
_STOPPED = "OndersteuningGestoptOp"
_NOT_OF_REFERRAL = _STAMPS | {_STOPPED, ARRIVAL} | LISTS
_REMOVED = "removed"
_NO_STAMP = ReadError("Versie", "unreadable", "It has no readable version and moment; have them corrected in GIDSO.")


class GidsoSource:
    """Reads what changed in GIDSO; the cursor is the delta token, which comes with the last page of a round.

    A registration whose support has ended is read as two records, so that the signal has a moment of its own and is not
    sent again each time the registration changes. So is each reaction and each signal of the worker on it.
    """

    system = System.GIDSO
    mapping_version = mapping.MAPPING_VERSION

    def __init__(self, client: GidsoClient, clock: Clock, read_from: datetime | None = None) -> None:
        self._client = client
        self._clock = clock
        self._read_from = read_from

    async def changes(self, cursor: str | None) -> AsyncIterator[Page]:
        """Return the changes since the cursor page by page; None reads everything.

        Raises:
            PartnerUnreachable: no answer, or pages that do not end; try again later from the same cursor.
            CursorExpired: the delta token is no longer known; start from None.
        """
        read = PagesRead("GIDSO")
        query: dict[str, str] | None = {"$deltatoken": cursor} if cursor else self._everything()
        while query:
            page = await self._client.registrations(query)
            asked = query
            cursor, query = _onward(page)
            if query == asked:
                raise PartnerUnreachable("GIDSO returned a page that does not move on; trying again later")
            read_at = self._clock.now()
            rows = [row_of(each) for each in page.value]
            records = tuple(record for row in rows for record in read_row(row, read_at))
            read.add(record.external_id for record in records)
            yield Page(records, cursor, drift_of(records, _unknown_fields(rows)))

    def remap(self, quarantined: QuarantinedRecord) -> PartnerRecord:
        """Return a registration from quarantine as it is read now; its version and moment are not in its payload."""
        kind = Kind(quarantined.kind)
        record = PartnerRecord(
            kind=kind,
            external_id=quarantined.external_id,
            case_id=quarantined.case_id,
            version=quarantined.version,
            payload=quarantined.payload,
            occurred_at=quarantined.occurred_at,
            revision=quarantined.revision,
        )
        if kind in ANSWERS:
            return read_record(record, _answer_commands(record, kind))
        if not quarantined.version:
            return replace(record, unread=_NO_STAMP)
        return read_record(record, _commands(record, kind))

    def on_removed(self, kind: str, external_id: str, case_id: str, seen_at: datetime) -> PartnerRecord | None:
        """Return the record of a tombstone for a registration; None for the rest, which stays true."""
        if kind != Kind.REFERRAL:
            return None
        (record,) = read_row({"@removed": {"reason": "deleted"}, "AanmeldingId": external_id}, seen_at)
        return record

    def _everything(self) -> dict[str, str]:
        query = {"$top": str(PAGE_SIZE)}
        if self._read_from:
            query["$filter"] = f"AangemeldOp ge {self._read_from.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return query


def read_row(row: Mapping[str, object], read_at: datetime) -> Iterator[PartnerRecord]:
    """Return the record of a row, one more when the team's own support has ended, and one of each answer and signal.

    Of a client who was referred to the team it is what the team does with that.

    Args:
        row: a registration or a tombstone.
        read_at: when it was read; a tombstone states no moment.
    """
    if row.get(ARRIVAL) is not None:
        # The hub made it: it is no referral to the finance team.
        onward = {"AanmeldingId": row.get("AanmeldingId"), ARRIVAL: row[ARRIVAL]}
        yield _record(Kind.ARRIVAL, onward, row, read_at)
        return
    content = {name: value for name, value in row.items() if name not in _NOT_OF_REFERRAL}
    yield _record(Kind.REFERRAL, content, row, read_at)
    if row.get(_STOPPED) is not None:
        stopped = {"AanmeldingId": row.get("AanmeldingId"), _STOPPED: row[_STOPPED]}
        yield _record(Kind.SUPPORT_STOPPED, stopped, row, read_at)
    yield from read_answers(row, read_at)


def _record(kind: Kind, payload: Mapping[str, object], row: Mapping[str, object], read_at: datetime) -> PartnerRecord:
    key = _key(payload)
    record = PartnerRecord(kind=kind, external_id=key, case_id=key, version="", payload=payload, occurred_at=read_at)
    return read_record(record, _steps(record, kind, row))


def _steps(record: PartnerRecord, kind: Kind, row: Mapping[str, object]) -> Iterator[PartnerRecord]:
    record = _stamped(record, kind, row)
    yield record
    yield from _commands(record, kind)


def _commands(record: PartnerRecord, kind: Kind) -> Iterator[PartnerRecord]:
    yield replace(record, commands=mapping.to_commands(kind, record.payload))


def _answer_commands(record: PartnerRecord, kind: Kind) -> Iterator[PartnerRecord]:
    yield replace(record, commands=to_answer_commands(kind, record.payload))


def _stamped(record: PartnerRecord, kind: Kind, row: Mapping[str, object]) -> PartnerRecord:
    """Return the record with the version of its row and the moment of the event; a tombstone states neither."""
    if mapping.is_removed(row):
        return replace(record, version=_REMOVED)
    stamp = mapping.stamp(row)
    happened_at = mapping.stopped_on(row) if kind is Kind.SUPPORT_STOPPED else stamp.gewijzigd_op
    return replace(record, version=str(stamp.versie), occurred_at=happened_at, revision=stamp.versie)


def _unknown_fields(rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    # A name with an at sign is an annotation of OData, which is always allowed (OData JSON Format 4.01, 4.6).
    own = [{name: value for name, value in row.items() if "@" not in name} for row in rows]
    yield from unknown_in(own, Aanmelding, Kind.REFERRAL, _NOT_OF_REFERRAL)
    for row in own:
        yield from unknown_in_answers(row)


def _key(payload: Mapping[str, object]) -> str:
    """Return the id of the registration; a row without one is named by its content, so that it can be quarantined."""
    key = payload.get("AanmeldingId")
    if isinstance(key, str) and key:
        return key
    return without_id(payload)


def _onward(page: AanmeldingenPage) -> tuple[str | None, dict[str, str] | None]:
    """Return the new cursor on the last page of a round, otherwise the query for the next page."""
    if page.delta_link:
        return token_of(page.delta_link, "$deltatoken"), None
    if page.next_link:
        return None, {"$skiptoken": token_of(page.next_link, "$skiptoken")}
    raise PartnerUnreachable("GIDSO returned a page without a link to the next; trying again later")
