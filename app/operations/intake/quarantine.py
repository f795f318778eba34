"""What is in quarantine, and how it comes out: read again once its mapping is mended, dismissed, or too old."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.domain.errors import Conflict, FieldFault, InvalidInput, NotFound
from app.domain.input_rules import InputRule
from app.domain.ports import PartnerSource, QuarantinedRecord
from app.models.partners.partner import ensure_partner
from app.models.partners.quarantine import (
    cases_in_quarantine,
    close_quarantine,
    expire_quarantine,
    free_cases,
    list_quarantine,
    open_quarantine,
    quarantine_rows,
)
from app.operations.intake.apply import PageResult, Run, apply_records, note_run
from app.operations.intake.quarantine_state import DISMISSED, OPEN, WAITS
from app.operations.services import Services

_CASES_AT_ONCE = 200
_LONGEST_REASON = 300


@dataclass(frozen=True)
class Quarantined:
    """A partner's record that could not be applied; its contents stay sealed.

    Attributes:
        external_id: the partner's own id of the record.
        case_id: the partner's own id of the case; later records of the same case wait.
        field: the partner's own name of the field that stands in the way.
        reason: a stable code.
    """

    id: UUID
    kind: str
    external_id: str
    case_id: str
    version: str
    field: str
    reason: str
    message: str
    since: datetime


def page_of_quarantine(
    tx: Connection, system: System, after: UUID | None, limit: int
) -> tuple[Sequence[Quarantined], UUID | None]:
    """Return a page of what is in quarantine, oldest first, and where the next page begins."""
    rows = list_quarantine(tx, system, OPEN, after, limit + 1)
    page = [Quarantined(**{name: getattr(row, name) for name in Quarantined.__annotations__}) for row in rows[:limit]]
    return page, page[-1].id if len(rows) > limit else None


def retry_quarantined(
    tx: Connection, services: Services, source: PartnerSource, ids: Collection[UUID] | None
) -> PageResult:
    """Read records in quarantine again with today's mapping and apply them, each case in its order.

    A record's whole case is taken, so that what waited for it goes on too. ``ids`` None takes everything. What still
    cannot be applied stays, under its own id, and counts as quarantined.

    Raises:
        NotFound: this partner has no record with one of these ids.
        Conflict: one of them is no longer in quarantine.
    """
    ensure_partner(tx, source.system)
    return _retry(
        tx,
        services,
        source,
        cases_in_quarantine(tx, source.system) if ids is None else _cases_of(tx, source.system, ids),
    )


def has_free_cases(tx: Connection, system: System) -> bool:
    """Return whether something waits for nothing any more; see ``retry_free``."""
    return bool(free_cases(tx, system, WAITS.reason))


def retry_free(tx: Connection, services: Services, source: PartnerSource) -> PageResult:
    """Let go on what waited for a record that was corrected, dismissed or forgotten since.

    For after a pull: a partner that gives each change once does not give again what waits here.
    """
    ensure_partner(tx, source.system)
    return _retry(tx, services, source, free_cases(tx, source.system, WAITS.reason))


def _retry(tx: Connection, services: Services, source: PartnerSource, cases: Sequence[str]) -> PageResult:
    tally = PageResult()
    for start in range(0, len(cases), _CASES_AT_ONCE):
        rows = open_quarantine(tx, source.system, cases[start : start + _CASES_AT_ONCE])
        held = [_opened(services, row) for row in rows]
        tally += apply_records(tx, services, source.system, [source.remap(each) for each in held], again=True)
    if tally.read:
        note_run(tx, services, Run(source.system, source.mapping_version, "retry"), tally, {})
    return tally


def dismiss_quarantined(  # noqa: PLR0913  # who, what and why
    tx: Connection, services: Services, system: System, quarantine_id: UUID, by: str, reason: str
) -> None:
    """Leave a record out for good; its payload goes, and what waited for it goes on at the next retry or pull.

    The same content counts as unchanged when it comes again; a newer version is applied as any other. ``by`` is an
    identifier, never a name.

    Raises:
        InvalidInput: no reason is given, or a longer one than 300 characters.
        NotFound: this partner has no record with this id.
        Conflict: it is no longer in quarantine.
    """
    if not 0 < len(reason.strip()) <= _LONGEST_REASON:
        message = f"Say in at most {_LONGEST_REASON} characters why this is left out."
        raise InvalidInput(FieldFault("reason", InputRule.LENGTH, message))
    ensure_partner(tx, system)
    _cases_of(tx, system, [quarantine_id])
    now = services.clock.now()
    close_quarantine(tx, [quarantine_id], DISMISSED, now, decided_by=by, decision=reason.strip())


def forget_old_payloads(tx: Connection, services: Services) -> int:
    """Let what waited too long expire, of all partners: its payload goes; returns how many.

    It holds up its case no longer, and can still come by a new reading of the partner.
    """
    now = services.clock.now()
    return expire_quarantine(tx, now - services.reference.retention.quarantine, now)


def _cases_of(tx: Connection, system: System, ids: Collection[UUID]) -> list[str]:
    """Return the cases of these records, all of which are in quarantine; raises NotFound or Conflict."""
    rows = {row.id: row for row in quarantine_rows(tx, system, ids)}
    for wanted in ids:
        if wanted not in rows:
            raise NotFound(f"{system} has no record with id {wanted} in quarantine; list the quarantine for its ids.")
        if rows[wanted].state != OPEN:
            raise Conflict(
                f"This record left the quarantine ({rows[wanted].state}); there is nothing left to decide. "
                "To have it once more, read everything of this partner again."
            )
    return list(dict.fromkeys(rows[each].case_id for each in ids))


def _opened(services: Services, row: Any) -> QuarantinedRecord:  # a row
    return QuarantinedRecord(
        kind=row.kind,
        external_id=row.external_id,
        case_id=row.case_id,
        version=row.version,
        payload=json.loads(services.vault.open(row.payload, "quarantine.payload")),
        occurred_at=row.occurred_at or row.since,
        referral_id=row.referral_id,
        revision=row.revision,
    )
