"""What must hold for every command, over HTTP or by a partner: all faults at once."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from app.domain.codes import OrganisationRole, System
from app.domain.commands import (
    ActionContext,
    AmendReferral,
    CloseTrajectory,
    Command,
    ConcludeIntake,
    RecordKbrStatus,
    RecordResult,
    RegisterReferral,
    SignPlan,
)
from app.domain.errors import FieldFault, InvalidInput
from app.domain.identifiers import is_bsn
from app.domain.input_rules import InputRule
from app.domain.local_time import local_date
from app.domain.values import ClientDetails

# A caller's clock may run a little ahead of ours; the calendar of a partner, or of a caller in another zone, a day.
_CLOCK_AHEAD = timedelta(minutes=5)
_DAY_AHEAD = timedelta(days=1)

MAX_REASON_LENGTH = 300
"""The longest reason, in characters, that an operator states for a decision."""


def check_command(command: Command, context: ActionContext, areas: Collection[str], now: datetime) -> None:
    """Check a command against the rules that need no stored data.

    Args:
        command: what is asked for.
        context: who asks.
        areas: the areas of the city.
        now: the moment of recording.

    Raises:
        InvalidInput: names every field that breaks a rule.
    """
    faults = [*_moment_faults(command, context, now), *_faults(command, context, areas, now)]
    if faults:
        raise InvalidInput(*faults)


def _moment_faults(command: Command, context: ActionContext, now: datetime) -> Iterator[FieldFault]:
    ahead = _DAY_AHEAD if context.catch_up else _CLOCK_AHEAD
    field, moment = "occurredAt", context.occurred_at
    if isinstance(command, RegisterReferral):
        field, moment = "receivedAt", command.received_at or now
    if moment > now + ahead:
        yield FieldFault(field, InputRule.NOT_IN_FUTURE, "Lies in the future; give when it happened, or leave it out.")


def _faults(command: Command, context: ActionContext, areas: Collection[str], now: datetime) -> Iterator[FieldFault]:
    match command:
        case RegisterReferral():
            yield from _area_faults(command.contents.area, areas)
            yield from _client_faults(command.client, context, now)
        case AmendReferral():
            yield from _area_faults(command.contents.area, areas)
            if command.client:
                yield from _client_faults(command.client, context, now)
        case _:
            for field, day in _days_of(command):
                yield from _future_faults(field, day, now)


def _days_of(command: Command) -> Iterator[tuple[str, date | None]]:
    """Return the days on which a command says that something happened, by the API's name of the field."""
    match command:
        case ConcludeIntake():
            yield "concludedOn", command.concluded_on
        case SignPlan():
            yield "signedOn", command.signed_on
        case RecordResult():
            yield "decidedOn", command.decided_on
        case CloseTrajectory():
            yield "closedOn", command.closed_on
        case RecordKbrStatus():
            yield "changedOn", command.changed_on


def _area_faults(area: str, areas: Collection[str]) -> Iterator[FieldFault]:
    if area not in areas:
        yield FieldFault("area", InputRule.KNOWN_AREA, f"Unknown area; use one of: {', '.join(sorted(areas))}.")


def _client_faults(client: ClientDetails, context: ActionContext, now: datetime) -> Iterator[FieldFault]:
    if client.bsn is not None and not may_use_bsn(context.system, context.role):
        yield bsn_not_allowed("client.bsn")
    elif client.bsn is not None and not is_bsn(client.bsn):
        message = "The number fails the eleven-test; check its nine digits or leave it out."
        yield FieldFault("client.bsn", InputRule.ELEVEN_TEST, message)
    if client.birth_date > now.date():
        yield FieldFault("client.birthDate", InputRule.NOT_IN_FUTURE, "A date of birth lies in the past.")


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


def bsn_not_allowed(field: str) -> FieldFault:
    """Return the fault of a citizen service number from an organisation that may not use it."""
    message = "Your organisation may not use the BSN (Wabb, article 10); leave it out."
    return FieldFault(field, InputRule.BSN_NOT_ALLOWED, message)


def _future_faults(field: str, given: date | None, now: datetime) -> Iterator[FieldFault]:
    latest = local_date(now + _DAY_AHEAD)
    if given is not None and given > latest:
        yield FieldFault(field, InputRule.NOT_IN_FUTURE, "Lies in the future; give when it happened.")
