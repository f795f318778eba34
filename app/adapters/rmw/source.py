"""Reads RMW's list of registrations."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.adapters.common.drift import drift_of, unknown_in
from app.adapters.common.parsing import UNKNOWN_MOMENT, read_record
from app.adapters.common.progress import PagesRead
from app.adapters.rmw.answers import ANSWERS, LISTS, answer_steps, read_answers, unknown_in_answers
from app.adapters.rmw.arrivals import ARRIVAL, arrival_steps, read_arrival
from app.adapters.rmw.client import RmwClient
from app.adapters.rmw.mapping import MAPPING_VERSION, Kind, changed_at, to_commands, withdrawal
from app.adapters.rmw.schemas import Aanmelding, ListedRegistration, RegistrationList
from app.adapters.rmw.stuf import stuf_moment
from app.domain.codes import System
from app.domain.errors import PartnerUnreachable
from app.domain.ports import Page, PartnerRecord, QuarantinedRecord

PAGE_SIZE: Final = 500
"""The most that RMW lists at once."""

_MOST_DIGITS: Final = 18
_NOT_READ: Final = frozenset({"aanmeldcode", "soortTeam"}) | LISTS | {ARRIVAL}


class RmwSource:
    """Reads all registrations with a referral code at each pull, because RMW cannot list what changed.

    Each reaction and each signal of a consultant is a record of its own, which is applied once.

    The engine finds the changes by the hash of the payload. There is no place to continue from, so the cursor of every
    page is None.
    """

    system = System.RMW
    mapping_version = MAPPING_VERSION

    def __init__(self, client: RmwClient, referral_code: str) -> None:
        self._client, self._referral_code = client, referral_code

    async def changes(self, cursor: str | None) -> AsyncIterator[Page]:
        """Return every registration, page by page.

        Raises:
            PartnerUnreachable: no answer, maintenance, or a list that does not move on.
            PartnerRefused: RMW does not accept the hub's account or the referral code.
        """
        read = PagesRead("RMW")
        position: int | None = 1
        while position is not None:
            part = await self._client.list_registrations(self._referral_code, position, PAGE_SIZE)
            if part.next_position is not None and part.next_position <= position:
                raise PartnerUnreachable("RMW returned a list that does not move on")
            listed = enumerate(part.registrations, position)
            records = tuple(record for place, each in listed for record in _records(each, place))
            read.add(record.external_id for record in records)
            position, jumps = _onward(position, part)
            drift = drift_of(records, _unknown_fields([each.contents for each in part.registrations]))
            yield Page(records, None, drift, jumps=jumps)

    def remap(self, quarantined: QuarantinedRecord) -> PartnerRecord:
        """Return a registration from quarantine as it is read now; its number and moment are not in its payload."""
        if quarantined.kind in ANSWERS | {Kind.ARRIVAL}:
            answer = PartnerRecord(
                kind=quarantined.kind,
                external_id=quarantined.external_id,
                case_id=quarantined.case_id,
                version=quarantined.version,
                payload=quarantined.payload,
                occurred_at=quarantined.occurred_at,
            )
            steps = arrival_steps if quarantined.kind == Kind.ARRIVAL else answer_steps
            return read_record(answer, steps(answer))
        changed = "" if quarantined.occurred_at == UNKNOWN_MOMENT else stuf_moment(quarantined.occurred_at)
        again = _record(ListedRegistration(dict(quarantined.payload), quarantined.version, changed), 0)
        return replace(again, external_id=quarantined.external_id, case_id=quarantined.case_id)

    def on_removed(self, kind: str, external_id: str, case_id: str, seen_at: datetime) -> PartnerRecord | None:
        """Return the record of a lapsed registration (*vervallen*): RMW's list only grows, so this one was removed.

        None for an answer or a signal, which stays true.
        """
        if kind != Kind.REFERRAL:
            return None
        return PartnerRecord(
            kind=Kind.REFERRAL,
            external_id=external_id,
            case_id=case_id,
            version="removed",
            payload={"aanmeldnummer": external_id, "vervallen": "J"},
            occurred_at=seen_at,
            commands=withdrawal(),
        )


def _onward(position: int, part: RegistrationList) -> tuple[int | None, bool]:
    """Return the position of the next part, and whether RMW named one beyond it, which passes over registrations."""
    following, furthest = part.next_position, position + PAGE_SIZE
    if following is None or following <= furthest:
        return following, False
    return (furthest if part.registrations else None), True


def _records(registration: ListedRegistration, position: int) -> Iterator[PartnerRecord]:
    """Return the record of a registration, and one of each answer and signal on it."""
    if ARRIVAL in registration.contents:
        # The hub made it: it is no referral to the finance team.
        arrival = read_arrival(registration)
        yield read_record(arrival, arrival_steps(arrival))
        return
    contents = {name: value for name, value in registration.contents.items() if name not in LISTS}
    yield _record(replace(registration, contents=contents), position)
    yield from read_answers(registration.contents)


def _unknown_fields(contents: Collection[Mapping[str, object]]) -> Iterator[str]:
    yield from unknown_in(contents, Aanmelding, Kind.REFERRAL, _NOT_READ)
    for each in contents:
        yield from unknown_in_answers(each)


def _record(registration: ListedRegistration, position: int) -> PartnerRecord:
    number = registration.contents.get("aanmeldnummer")
    # Without a number, the position identifies the record, because the list only grows.
    case_id = number if isinstance(number, str) else f"positie-{position}"
    record = PartnerRecord(
        kind=Kind.REFERRAL,
        external_id=case_id,
        case_id=case_id,
        version=registration.number,
        payload=registration.contents,
        occurred_at=UNKNOWN_MOMENT,
        # RMW counts every change, also those by systems.
        revision=_revision(registration.number),
    )
    return read_record(record, _steps(record, registration))


def _steps(record: PartnerRecord, registration: ListedRegistration) -> Iterator[PartnerRecord]:
    record = replace(record, occurred_at=changed_at(registration))
    yield record
    yield replace(record, commands=to_commands(registration))


def _revision(number: str) -> int | None:
    return int(number) if number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS else None
