"""The rules of commands that need stored data: organisations, other referrals, and the case itself."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from app.domain.case import Case
from app.domain.codes import AppointmentKind, ConsentScope, OrganisationRole, OutsideBody
from app.domain.commands import (
    ActionContext,
    AmendReferral,
    Command,
    ForwardReferral,
    ProposeAppointment,
    ReferOnward,
    RegisterReferral,
    RespondToAppointment,
    ScheduleIntake,
    SignPlan,
)
from app.domain.details import HOW_TO_REGISTER
from app.domain.errors import FieldFault, InvalidInput
from app.domain.input_rules import InputRule
from app.domain.local_time import local_date
from app.domain.meetings import clashing
from app.domain.queries import Visibility
from app.domain.text import shown_code
from app.domain.values import Organisation, works_on
from app.operations.cases.first_talk import is_inferred
from app.operations.cases.unit_of_work import UnitOfWork

_LONGEST_CODE = 80


def registration_faults(uow: UnitOfWork, command: RegisterReferral, context: ActionContext) -> Iterator[FieldFault]:
    """Return the fields of a new referral that name what does not exist, or not for whoever registers it."""
    yield from referrer_code_faults(uow, command.organisation_code)
    consent = command.contents.consent
    yield from consent_faults(uow, command.organisation_code, command.received_at, consent.scopes, consent.given_on)
    yield from previous_faults(uow, command.previous_id, context.visibility)


def case_faults(uow: UnitOfWork, case: Case, command: Command, context: ActionContext) -> Iterator[FieldFault]:
    """Return the fields of a command on a known case that do not fit what is stored."""
    match command:
        case AmendReferral(client=client) if client:
            yield from bsn_change_faults(case, client.bsn)
        case ForwardReferral() | ReferOnward():
            yield from forwarding_faults(uow, command.organisation_code, command.outside_body)
        case SignPlan():
            # A partner's plan corrects a day of the first talk that only its own later report implied.
            if not (context.catch_up and is_inferred(case)):
                yield from plan_faults(case, command.signed_on)
        # What a partner registered happened, and is not refused.
        case RespondToAppointment() if not context.catch_up:
            yield from answer_faults(case, command)
        case ScheduleIntake() if not context.catch_up:
            yield from clash_faults(case, "startsAt", command.kind, (command.starts_at,), command.minutes)
        case ProposeAppointment() if not context.catch_up:
            yield from clash_faults(case, "times", command.kind, command.times, command.minutes)


def referring_organisation(uow: UnitOfWork, code: str | None) -> Organisation:
    """Return the active referrer with this code.

    Raises:
        InvalidInput: there is none, or no code was given.
    """
    found = _known_organisation(uow, code)
    if found.role is OrganisationRole.REFERRER:
        return found
    message = f"Organisation '{code}' does not refer clients; give the code of a referrer."
    raise InvalidInput(FieldFault("organisationCode", InputRule.REFERRING_ORGANISATION, message))


def referrer_code_faults(uow: UnitOfWork, code: str | None) -> Iterator[FieldFault]:
    """Return why a code does not name an organisation for which can be referred."""
    try:
        referring_organisation(uow, code)
    except InvalidInput as error:
        yield from error.faults


def consent_faults(
    uow: UnitOfWork,
    code: str | None,
    received_at: datetime | None,
    scopes: frozenset[ConsentScope],
    given_on: date | None,
) -> Iterator[FieldFault]:
    """Return the fault of a referral for which the client's consent is needed and not stated.

    Args:
        uow: the transaction.
        code: of the organisation that refers; whether there is such a one is another rule.
        received_at: when it refers; None: now.
        scopes: what the client agreed to, as stated.
        given_on: on which day.
    """
    referrer, day = uow.organisation(code) if code else None, local_date(received_at or uow.rules.now)
    if referrer is None or not uow.services.reference.asks_consent_to_refer(referrer.kind, day):
        return
    if ConsentScope.REFERRAL not in scopes:
        message = f"'{referrer.code}' refers with the client's consent only; ask it, and give the scope 'referral'."
        yield FieldFault("consent.scopes", InputRule.CONSENT_TO_REFER, message)
    elif not works_on(given_on, day):
        message = "The client agrees before the referral; give the day, which is not after that of the referral."
        yield FieldFault("consent.givenOn", InputRule.CONSENT_TO_REFER, message)


def forwarding_faults(uow: UnitOfWork, code: str | None, body: OutsideBody | None) -> Iterator[FieldFault]:
    """Return why a referral cannot be forwarded to this organisation or body."""
    if (code is None) is (body is None):
        message = "A referral goes to one place; give organisationCode or outsideBody, and not both."
        yield FieldFault("organisationCode", InputRule.ONE_DESTINATION, message)
    elif code is not None:
        yield from organisation_faults(uow, code)


def organisation_faults(uow: UnitOfWork, code: str) -> Iterator[FieldFault]:
    """Return why a code does not name an organisation that takes part."""
    try:
        _known_organisation(uow, code)
    except InvalidInput as error:
        yield from error.faults


def previous_faults(uow: UnitOfWork, previous_id: UUID | None, visibility: Visibility) -> Iterator[FieldFault]:
    """Return the fault of an earlier referral that does not exist for whoever names it."""
    if previous_id and not uow.cases.is_visible(previous_id, visibility):
        message = "You have no referral with this id; give the id of an earlier one, or leave it out."
        yield FieldFault("previousId", InputRule.KNOWN_REFERRAL, message)


def plan_faults(case: Case, signed_on: date) -> Iterator[FieldFault]:
    """Return the fault of a plan that was signed before the first talk of the intake."""
    first_talk = case.first_talk_on
    if first_talk and signed_on < first_talk:
        message = "Lies before the intake; give the day of signing, or correct the intake first."
        yield FieldFault("signedOn", InputRule.NOT_BEFORE_INTAKE, message)


def answer_faults(case: Case, command: RespondToAppointment) -> Iterator[FieldFault]:
    """Return the fault of an acceptance that does not say which of the proposed times that are to come suits."""
    asked = next((each for each in case.current_appointments if each.id == command.appointment_id), None)
    if asked is None or not command.accepted:
        return
    times = asked.proposed_times if asked.is_proposed else (asked.starts_at,)
    chosen = command.chosen_time or (times[0] if len(times) == 1 else None)
    if chosen not in times or (asked.is_proposed and chosen and chosen <= case.now):
        message = "Give one of the proposed times that is still to come, or other times with `accepted` as false."
        yield FieldFault("chosenTime", InputRule.ONE_OF_PROPOSED, message)


def clash_faults(
    case: Case, field: str, kind: AppointmentKind, times: tuple[datetime, ...], minutes: int | None
) -> Iterator[FieldFault]:
    """Return the fault of a time at which another appointment of the case is planned."""
    if any(clashing(case, kind, each, minutes) for each in times):
        message = "Another appointment of this referral is planned then; choose another time, or move that one first."
        yield FieldFault(field, InputRule.NO_CLASH, message)


def bsn_change_faults(case: Case, bsn: str | None) -> Iterator[FieldFault]:
    """Return the fault of another citizen service number than the referral was made with."""
    # The number says who the client is; another number would make this the history of another person.
    if bsn not in (None, case.client.details.bsn):
        message = "The BSN cannot change afterwards; mark the referral as entered in error and make a new one."
        yield FieldFault("client.bsn", InputRule.UNCHANGEABLE, message)


def _known_organisation(uow: UnitOfWork, code: str | None) -> Organisation:
    if code is None:
        message = "Give the code of the organisation for which you register; see /v1/organisations."
        raise InvalidInput(FieldFault("organisationCode", InputRule.REQUIRED, message))
    found = uow.organisation(code)
    if found and found.active:
        return found
    message = f"There is no active organisation with {shown_code(code, _LONGEST_CODE)}; {HOW_TO_REGISTER.english}."
    raise InvalidInput(FieldFault("organisationCode", InputRule.KNOWN_ORGANISATION, message))
