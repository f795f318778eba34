"""Reads the partner's feed."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from app.adapters.common.drift import drift_of, unknown_in
from app.adapters.common.feed import believable, jumps
from app.adapters.common.parsing import UNKNOWN_MOMENT, parse, read_record, without_id
from app.adapters.template.client import TemplateClient
from app.adapters.template.mapping import MAPPING_VERSION, SYSTEM, TABLES, Tables, to_commands
from app.adapters.template.schemas import Aanmelding, Wijziging
from app.domain.codes import WithdrawalReason
from app.domain.commands import WithdrawReferral
from app.domain.errors import FeedWentBack, PartnerUnreachable
from app.domain.ports import Page, PartnerRecord, QuarantinedRecord

PAGE_SIZE: Final = 500
"""The most changes that the partner returns at once."""

_KIND: Final = "aanmelding"


class TemplateSource:
    """Reads what changed; the cursor is the sequence number, as text, up to which everything was read.

    This is where partners differ most:

    - Numbers that are assigned before the record is stored, so that a lower one may appear after a higher one: read
      some of them again (``app/adapters/allegro/source.py``).
    - An opaque token that comes with the last page and may expire: the other pages have the cursor None, and the
      client raises CursorExpired (``app/adapters/gidso/source.py``).
    - No feed: list everything at each pull, always with the cursor None; the engine finds what changed by the hash of
      the payload (``app/adapters/rmw/source.py``).
    """

    system = SYSTEM
    mapping_version = MAPPING_VERSION

    def __init__(self, client: TemplateClient, tables: Tables = TABLES) -> None:
        self._client, self._tables = client, tables

    async def changes(self, cursor: str | None) -> AsyncIterator[Page]:
        """Return the changes since the cursor page by page; None reads every referral.

        Raises:
            PartnerUnreachable: no answer, or a feed that does not move on; try again later from the same cursor.
            PartnerRefused: the partner refuses the request.
            FeedWentBack: the feed ends before the cursor: the partner was restored from a backup.
        """
        complete = read_to = int(cursor or 0)
        while True:
            changes = await self._client.changes(read_to, PAGE_SIZE)
            if not changes:
                await self._require_place(complete)
            read_to = _moved_on(read_to, changes)
            # An empty page too: it shows that the partner answered.
            page = self._page(complete, changes)
            complete = int(page.cursor or 0)
            yield page
            if len(changes) < PAGE_SIZE:
                return

    def remap(self, quarantined: QuarantinedRecord) -> PartnerRecord:
        """Return a record from quarantine as it is read now."""
        again = self._read(quarantined.payload, quarantined.external_id)
        return replace(again, external_id=quarantined.external_id, case_id=quarantined.case_id)

    def on_removed(self, kind: str, external_id: str, case_id: str, seen_at: datetime) -> PartnerRecord | None:
        """Return a withdrawal for a referral that is no longer there; this partner does not report deletions.

        The record of a partner that does report them says the same (``app/adapters/gidso/mapping.py``).
        """
        return PartnerRecord(
            kind=kind,
            external_id=external_id,
            case_id=case_id,
            version="verwijderd",
            payload={"nummer": external_id, "verwijderd": True},
            occurred_at=seen_at,
            commands=(WithdrawReferral(WithdrawalReason.OTHER),),
        )

    async def _require_place(self, complete: int) -> None:
        if complete and not await self._client.changes(complete - 1, 1):
            raise FeedWentBack("The partner's feed ends before the place that was read; everything is read again")

    def _page(self, complete: int, changes: Sequence[Mapping[str, object]]) -> Page:
        referrals = [_referral_in(each) for each in changes]
        records = tuple(self._read(each, without_id(each)) for each in referrals)
        numbers = {sequence_of(each) for each in changes}
        return Page(
            records,
            str(max(believable(complete, numbers), default=complete)),
            drift_of(records, unknown_in(referrals, Aanmelding, _KIND)),
            jumps=jumps(complete, numbers),
        )

    def _read(self, row: Mapping[str, object], otherwise: str) -> PartnerRecord:
        """Return a referral as a record; ``otherwise`` is its key when it has no number."""
        number = row.get("nummer")
        key = number if isinstance(number, str) and number else otherwise
        record = PartnerRecord(
            kind=_KIND, external_id=key, case_id=key, version="", payload=row, occurred_at=UNKNOWN_MOMENT
        )
        return read_record(record, self._steps(record))

    def _steps(self, record: PartnerRecord) -> Iterator[PartnerRecord]:
        message = parse(Aanmelding, record.payload, "the partner")
        version, occurred_at = message.versie, message.gewijzigd_op
        record = replace(record, version=str(version), revision=version, occurred_at=occurred_at)
        yield record
        yield replace(record, commands=to_commands(message, self._tables))


def sequence_of(change: Mapping[str, object]) -> int:
    """Return a change's sequence number (*volgnummer*), 0 when it has none that can be read."""
    number = change.get("volgnummer")
    return number if type(number) is int and 0 < number < 2**63 else 0


def _referral_in(change: Mapping[str, object]) -> Mapping[str, object]:
    """Return the referral of a change; a change that is not as the contract says is quarantined as it is."""
    try:
        return Wijziging.model_validate(change).aanmelding
    except ValidationError:
        return change


def _moved_on(read_to: int, changes: Sequence[Mapping[str, object]]) -> int:
    newest = max((sequence_of(change) for change in changes), default=read_to)
    if changes and not newest:
        raise PartnerUnreachable("The partner gave a page that is not in its contract: no change has a number")
    if changes and newest <= read_to:
        # Otherwise the engine would read the same page again and again, and the cursor could go back.
        raise PartnerUnreachable("The partner returned a feed that does not move on")
    return newest
