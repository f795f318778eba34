"""Reads RMW's list of registrations."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.adapters.common.drift import drift_of, unknown_in
from app.adapters.common.parsing import UNKNOWN_MOMENT, read_record
from app.adapters.common.progress import PagesRead
from app.adapters.rmw.client import RmwClient
from app.adapters.rmw.mapping import MAPPING_VERSION, changed_at, stuf_moment, to_commands, withdrawal
from app.adapters.rmw.schemas import Aanmelding, ListedRegistration, RegistrationList
from app.domain.codes import System
from app.domain.errors import PartnerUnreachable
from app.domain.ports import Page, PartnerRecord, QuarantinedRecord

PAGE_SIZE: Final = 500
"""The most that RMW lists at once."""

_KIND: Final = "aanmelding"
_MOST_DIGITS: Final = 18
_NOT_READ: Final = frozenset({"aanmeldcode", "soortTeam"})


class RmwSource:
    """Reads all registrations with a referral code at each pull, because RMW cannot list what changed.

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
            records = tuple(_record(r, position + i) for i, r in enumerate(part.registrations))
            read.add(record.external_id for record in records)
            contents = (registration.contents for registration in part.registrations)
            position, jumps = _onward(position, part)
            drift = drift_of(records, unknown_in(contents, Aanmelding, _KIND, _NOT_READ))
            yield Page(records, None, drift, jumps=jumps)

    def remap(self, quarantined: QuarantinedRecord) -> PartnerRecord:
        """Return a registration from quarantine as it is read now; its number and moment are not in its payload."""
        changed = "" if quarantined.occurred_at == UNKNOWN_MOMENT else stuf_moment(quarantined.occurred_at)
        again = _record(ListedRegistration(dict(quarantined.payload), quarantined.version, changed), 0)
        return replace(again, external_id=quarantined.external_id, case_id=quarantined.case_id)

    def on_removed(self, kind: str, external_id: str, case_id: str, seen_at: datetime) -> PartnerRecord | None:
        """Return the record of a lapsed registration (*vervallen*): RMW's list only grows, so this one was removed."""
        return PartnerRecord(
            kind=_KIND,
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


def _record(registration: ListedRegistration, position: int) -> PartnerRecord:
    number = registration.contents.get("aanmeldnummer")
    # Without a number, the position identifies the record, because the list only grows.
    case_id = number if isinstance(number, str) else f"positie-{position}"
    record = PartnerRecord(
        kind=_KIND,
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
