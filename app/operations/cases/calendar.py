"""What a caller reads of an appointment for its calendar: as it may know it, and nothing of the client."""

from dataclasses import dataclass
from uuid import UUID

from app.database import Connection
from app.domain.case import Case
from app.domain.codes import AppointmentStatus
from app.domain.details import Detail
from app.domain.errors import NotFound
from app.domain.fields import Field
from app.domain.local_time import local_date
from app.domain.values import Appointment
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.known_case import known_case
from app.operations.cases.queries import released_appointment, visible_case
from app.operations.services import Services
from app.privacy.gate import Released

_OVER = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.REPLACED, AppointmentStatus.LAPSED})


@dataclass(frozen=True, kw_only=True)
class CalendarEntry:
    """An appointment as an entry of a calendar.

    Attributes:
        view: the appointment, as the caller may read it.
        referral: what it belongs to, as the caller may read it.
        series_id: the caller's id of the first appointment of those that it was moved from, which names the entry.
        sequence: grows with each change that a calendar has to take over.
        is_cancelled: whether it does not take place.
    """

    view: Released
    referral: Released
    series_id: UUID
    sequence: int
    is_cancelled: bool


def read_calendar_entry(
    tx: Connection, services: Services, scope: CallerScope, referral_id: UUID, shown_id: UUID
) -> CalendarEntry:
    """Return an appointment as an entry of a calendar; of one that was moved the newest that the caller knows.

    Raises:
        ReferralNotFound, NotFound: no such referral or appointment for this caller, or it is not planned yet.
    """
    case = visible_case(tx, services, scope, referral_id)
    # That there is such an appointment for the caller.
    released_appointment(services, scope, case, shown_id)
    newest = _newest_of_series(_known(services, scope, case), scope.resolve(services.pseudonyms, shown_id))
    view, referral = released_appointment(services, scope, case, scope.shown(services.pseudonyms, newest.id))
    if view.fields.get(Field.APPOINTMENT_STARTS_AT) is None:
        raise NotFound(Detail.NOT_PLANNED_YET())
    is_cancelled = newest.status in _OVER
    return CalendarEntry(
        view=view,
        referral=referral,
        series_id=scope.shown(services.pseudonyms, newest.series_id or newest.id),
        sequence=2 * newest.moves + is_cancelled,
        is_cancelled=is_cancelled,
    )


def _known(services: Services, scope: CallerScope, case: Case) -> Case:
    return case if scope.knows_all_statuses else known_case(case, local_date(services.clock.now()))


def _newest_of_series(case: Case, appointment_id: UUID) -> Appointment:
    """Return what became of an appointment that was moved; one that was not is its own."""
    named = next(each for each in case.appointments if each.id == appointment_id)
    moved = (each for each in case.appointments if each.starts_at and each.series_id == (named.series_id or named.id))
    return max(moved, key=lambda each: each.moves, default=named)
