"""What must hold for every command, over HTTP or by a partner: all faults at once."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from app.domain.birth_date import BirthDate, first_possible
from app.domain.codes import DropOutReason, OrganisationRole, System, TrajectoryResult
from app.domain.commands import (
    ActionContext,
    AmendReferral,
    CloseTrajectory,
    Command,
    ConcludeIntake,
    ProposeAppointment,
    RecordKbrStatus,
    RecordResult,
    RegisterReferral,
    ReportContactLost,
    ReportContactRestored,
    RequestInformation,
    RespondToAppointment,
    ScheduleIntake,
    SignPlan,
)
from app.domain.errors import FieldFault, InvalidInput
from app.domain.identifiers import is_bsn
from app.domain.input_rules import InputRule
from app.domain.local_time import local_date, midnight
from app.domain.stated import Stated
from app.domain.values import ClientDetails, ReferralContents

# A caller's clock may run a little ahead of ours; the calendar of a partner, or of a caller in another zone, a day.
_CLOCK_AHEAD = timedelta(minutes=5)
_DAY_AHEAD = timedelta(days=1)
_NOT_AHEAD = timedelta(0)
_YEAR = timedelta(days=366)

MAX_REASON_LENGTH = 300
"""The longest reason, in characters, that an operator states for a decision."""


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What the rules of single values depend on.

    Attributes:
        context: who states a value.
        areas: the areas of the city.
        now: the moment of recording.
    """

    context: ActionContext
    areas: Collection[str]
    now: datetime


def command_faults(command: Command, given: Circumstances) -> Iterator[FieldFault]:
    """Return every field of a command that breaks a rule which needs no stored data."""
    return stated_faults(Stated(dict(_statements(command, given))), given)


def stated_faults(stated: Stated, given: Circumstances) -> Iterator[FieldFault]:
    """Return what is wrong with the values that a command states; a value without a rule is right."""
    for field, value in stated.values.items():
        rule = _RULES.get(field)
        if rule is not None and value is not None:
            yield from rule(field, value, given)
    yield from _drop_out_faults(stated)
    yield from _other_times_faults(stated)


def _statements(command: Command, given: Circumstances) -> Iterator[tuple[str, object]]:
    """Return what a command states and a rule is about, by the API's name of the field."""
    match command:
        case RegisterReferral():
            yield "receivedAt", command.received_at
            if given.context.occurred_at != command.received_at:
                yield "occurredAt", given.context.occurred_at
            yield from _referral_statements(command.contents, command.client)
        case AmendReferral():
            yield "occurredAt", given.context.occurred_at
            yield from _referral_statements(command.contents, command.client)
        case _:
            yield "occurredAt", given.context.occurred_at
            yield from _details_of(command)


def _referral_statements(contents: ReferralContents, client: ClientDetails | None) -> Iterator[tuple[str, object]]:
    yield "area", contents.area
    yield "consent.givenOn", contents.consent.given_on
    if client:
        yield "client.bsn", client.bsn
        yield "client.birthDate", client.birth_date


def _details_of(command: Command) -> Iterator[tuple[str, object]]:
    """Return what a step states, other than its moment, and a rule is about, by the API's name of the field."""
    match command:
        case RespondToAppointment():
            yield "accepted", command.accepted
            yield "otherTimes", command.other_times
        case ScheduleIntake():
            yield "startsAt", command.starts_at
        case ProposeAppointment():
            yield "times", command.times
        case RequestInformation():
            yield "answerBy", command.due_on
        case RecordResult():
            yield "decidedOn", command.decided_on
            yield "result", command.result
            yield "dropOutReason", command.drop_out_reason
        case _ if type(command) in _DAYS:
            name, read = _DAYS[type(command)]
            yield name, read(command)


_DAYS: Mapping[type[Command], tuple[str, Callable[[Any], date | None]]] = {
    ReportContactLost: ("lostOn", lambda command: command.lost_on),
    ReportContactRestored: ("restoredOn", lambda command: command.restored_on),
    ConcludeIntake: ("concludedOn", lambda command: command.concluded_on),
    SignPlan: ("signedOn", lambda command: command.signed_on),
    CloseTrajectory: ("closedOn", lambda command: command.closed_on),
    RecordKbrStatus: ("changedOn", lambda command: command.changed_on),
}
"""The day of each command that states one and no more, by the API's name of the field."""


def _future_faults(field: str, stated: datetime | BirthDate, given: Circumstances) -> Iterator[FieldFault]:
    """Return the fault of a moment or a day on which something is said to have happened, and that is still to come."""
    if _beginning(stated) > given.now + _ahead(field, stated, given):
        yield FieldFault(field, InputRule.NOT_IN_FUTURE, "Lies in the future; give when it happened.")


def _past_faults(field: str, stated: datetime, given: Circumstances) -> Iterator[FieldFault]:
    """Return the fault of a moment that has passed; a partner reports what was planned, also afterwards."""
    if stated <= given.now and not given.context.catch_up:
        yield FieldFault(field, InputRule.NOT_IN_PAST, "Lies in the past; give a time that is still to come.")


def _past_day_faults(field: str, stated: date, given: Circumstances) -> Iterator[FieldFault]:
    """Return the fault of a last day that has passed; a partner reports what was asked, also afterwards."""
    if stated < local_date(given.now) and not given.context.catch_up:
        yield FieldFault(field, InputRule.NOT_IN_PAST, "Lies in the past; give a day that is still to come.")


def _times_faults(field: str, times: tuple[datetime, ...], given: Circumstances) -> Iterator[FieldFault]:
    """Return what is wrong with the times of a proposal; a partner's are taken in order."""
    if given.context.catch_up or not times:
        return
    if any(later <= earlier for earlier, later in pairwise(times)):
        yield FieldFault(field, InputRule.ASCENDING_TIMES, "Give the times in order, each once.")
    elif times[0] <= given.now:
        yield from _past_faults(field, times[0], given)
    elif times[-1] > given.now + _YEAR:
        yield FieldFault(field, InputRule.WITHIN_A_YEAR, "Lies more than a year ahead; give an earlier time.")


def _other_time_faults(field: str, times: tuple[datetime, ...], given: Circumstances) -> Iterator[FieldFault]:
    if times:
        yield from _past_faults(field, min(times), given)


def _beginning(stated: datetime | BirthDate) -> datetime:
    """Return the first moment that is meant by a moment or a day, or by a day that is known in part."""
    return stated if isinstance(stated, datetime) else midnight(first_possible(stated))


def _ahead(field: str, stated: datetime | BirthDate, given: Circumstances) -> timedelta:
    """Return how far the clock or the calendar of whoever states a moment or a day may be ahead of ours."""
    if field == "client.birthDate":
        return _NOT_AHEAD
    is_clock = isinstance(stated, datetime) and not given.context.catch_up
    return _CLOCK_AHEAD if is_clock else _DAY_AHEAD


def _area_faults(field: str, area: str, given: Circumstances) -> Iterator[FieldFault]:
    if area not in given.areas:
        yield unknown_area(field, given.areas)


def _bsn_faults(field: str, bsn: str, given: Circumstances) -> Iterator[FieldFault]:
    if not may_use_bsn(given.context.system, given.context.role):
        yield bsn_not_allowed(field)
    elif not is_bsn(bsn):
        message = "The number fails the eleven-test; check its nine digits or leave it out."
        yield FieldFault(field, InputRule.ELEVEN_TEST, message)


def _drop_out_faults(stated: Stated) -> Iterator[FieldFault]:
    result = stated.value("result", TrajectoryResult)
    is_other = result is not None and result is not TrajectoryResult.NO_FURTHER_SUPPORT
    if is_other and stated.value("dropOutReason", DropOutReason) is not None:
        message = "A drop-out reason goes with the result 'no_further_support' only; leave it out."
        yield FieldFault("dropOutReason", InputRule.ONLY_WITH_DROP_OUT, message)


def _other_times_faults(stated: Stated) -> Iterator[FieldFault]:
    if stated.value("accepted", bool) and stated.items("otherTimes", datetime):
        message = "Other times go with a proposed time that is declined; leave them out, or give `accepted` as false."
        yield FieldFault("otherTimes", InputRule.ONLY_WHEN_DECLINED, message)


_RULES: Mapping[str, Callable[[str, Any, Circumstances], Iterator[FieldFault]]] = {
    "answerBy": _past_day_faults,
    "area": _area_faults,
    "changedOn": _future_faults,
    "client.birthDate": _future_faults,
    "client.bsn": _bsn_faults,
    "closedOn": _future_faults,
    "concludedOn": _future_faults,
    "consent.givenOn": _future_faults,
    "decidedOn": _future_faults,
    "lostOn": _future_faults,
    "occurredAt": _future_faults,
    "receivedAt": _future_faults,
    "restoredOn": _future_faults,
    "otherTimes": _other_time_faults,
    "signedOn": _future_faults,
    "startsAt": _past_faults,
    "times": _times_faults,
}
"""The rule of each field that has one of its own, in addition to its form; each takes a value of the right type."""


def checked_reason(given: str, message: str) -> str:
    """Return a reason that an operator states, without the spaces around it.

    Raises:
        InvalidInput: with this message; it is empty, or longer than ``MAX_REASON_LENGTH``.
    """
    reason = given.strip()
    if not 0 < len(reason) <= MAX_REASON_LENGTH:
        raise InvalidInput(FieldFault("reason", InputRule.LENGTH, message))
    return reason


def may_use_bsn(system: System, role: OrganisationRole) -> bool:
    """Return whether an organisation may use the citizen service number. Source: Wabb, article 10."""
    return system is not System.API or role is OrganisationRole.OPERATOR


def unknown_area(field: str, areas: Collection[str]) -> FieldFault:
    """Return the fault of an area that the city does not have."""
    known = ", ".join(sorted(areas))
    return FieldFault(field, InputRule.KNOWN_AREA, f"Unknown area; use one of: {known}.", details=known)


def bsn_not_allowed(field: str) -> FieldFault:
    """Return the fault of a citizen service number from an organisation that may not use it."""
    message = "Your organisation may not use the BSN (Wabb, article 10); leave it out."
    return FieldFault(field, InputRule.BSN_NOT_ALLOWED, message)
