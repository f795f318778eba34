"""The connections with the partner systems, as an operator sees them: how they do, and what is in quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from app.database import Connection
from app.domain.codes import System
from app.models.partner import list_partners, list_runs
from app.models.quarantine import count_quarantined_of, list_quarantine

T = TypeVar("T")


@dataclass(frozen=True)
class PartnerState:
    """How a connection does.

    Attributes:
        failing_since: when the partner stopped answering; None while it answers.
        quarantined: how many of its records are in quarantine.
    """

    system: System
    paused: bool
    last_success_at: datetime | None
    failing_since: datetime | None
    quarantined: int


@dataclass(frozen=True)
class Run:
    """The account of one pull that brought something: ``read = applied + unchanged + filtered + quarantined``."""

    id: UUID
    started_at: datetime
    mapping_version: str
    read: int
    applied: int
    unchanged: int
    filtered: int
    quarantined: int


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


def partner_states(tx: Connection) -> list[PartnerState]:
    """Give the state of every partner that was ever pulled."""
    quarantined = count_quarantined_of(tx)
    return [
        PartnerState(
            System(row.system), row.paused, row.last_success_at, row.failing_since, quarantined.get(row.system, 0)
        )
        for row in list_partners(tx)
    ]


def partner_runs(tx: Connection, system: System, limit: int) -> list[Run]:
    """Give the newest runs that brought something, newest first."""
    return [_read(Run, row) for row in list_runs(tx, system, limit)]


def page_of_quarantine(
    tx: Connection, system: System, after: UUID | None, limit: int
) -> tuple[Sequence[Quarantined], UUID | None]:
    """Give a page of what is in quarantine, oldest first, and where the next page begins."""
    found = [_read(Quarantined, row) for row in list_quarantine(tx, system, "open", after, limit + 1)]
    page = found[:limit]
    return page, page[-1].id if len(found) > limit else None


def _read(kind: type[T], row: Any) -> T:
    return kind(**{name: getattr(row, name) for name in kind.__annotations__})
