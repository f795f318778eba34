"""Makes the case of a new referral."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC

from app.domain import lifecycle
from app.domain.advice import age_on, routing_advice
from app.domain.case import Case, Lazy
from app.domain.codes import OrganisationRole, ReferralStatus
from app.domain.commands import ActionContext, RegisterReferral
from app.domain.errors import DuplicateReference, FieldFault, Forbidden, InvalidInput
from app.domain.input_rules import InputRule
from app.domain.lifecycle import Action, Machine
from app.domain.local_time import local_date
from app.domain.text import shown_code
from app.domain.values import Organisation, Referral
from app.operations.cases.unit_of_work import UnitOfWork

_LONGEST_CODE = 80


def new_case(uow: UnitOfWork, command: RegisterReferral, context: ActionContext) -> Case:
    """Return the case of a new referral, before its registration.

    Raises:
        InvalidInput: an unknown organisation, or one that does not refer.
        Forbidden: the caller may not refer for this organisation.
        DuplicateReference: the organisation used this reference before.
    """
    referrer = referring_organisation(uow, command.organisation_code)
    _check_registers_for(referrer, context)
    _check_reference(uow, referrer, command.reference)
    client = uow.cases.client_for(command.client.bsn)
    received_at = command.received_at or uow.rules.now
    case = Case(
        referral=Referral(
            id=uow.rules.new_id(uow.rules.now),
            client_id=client.id,
            organisation=referrer,
            area=command.contents.area,
            consent=replace(command.contents.consent, evidence=None),
            status=ReferralStatus.RECEIVED,
            disclosed_status=ReferralStatus.RECEIVED,
            received_at=received_at.astimezone(UTC),
            age=age_on(command.client.birth_date, local_date(received_at)),
            reference=command.reference,
            advice=routing_advice(command.contents, referrer.kind, already_open=client.has_open_referral),
            previous_id=command.previous_id,
        ),
        sealed_contents=Lazy.of(command.contents),
        sealed_client=Lazy.of(command.client),
        change_rules=uow.rules,
    )
    uow.cases.add(case, client.sealer)
    return case


def known_organisation(uow: UnitOfWork, code: str) -> Organisation:
    """Return the active organisation with this code.

    Raises:
        InvalidInput: there is none.
    """
    found = uow.organisation(code)
    if found and found.active:
        return found
    message = f"There is no active organisation with {shown_code(code, _LONGEST_CODE)}; see /v1/organisations."
    raise InvalidInput(FieldFault("organisationCode", InputRule.KNOWN_ORGANISATION, message))


def referring_organisation(uow: UnitOfWork, code: str) -> Organisation:
    """Return the active referrer with this code.

    Raises:
        InvalidInput: there is none.
    """
    found = known_organisation(uow, code)
    if found.role is OrganisationRole.REFERRER:
        return found
    message = f"Organisation '{code}' does not refer clients; give the code of a referrer."
    raise InvalidInput(FieldFault("organisationCode", InputRule.REFERRING_ORGANISATION, message))


def code_to_register_for(caller: Organisation, given: str | None) -> str:
    """Return the code of the organisation for which a caller refers.

    Raises:
        Forbidden: the caller does not refer, or gave the code of another organisation.
        InvalidInput: a registration system did not say for which organisation.
    """
    lifecycle.require(Machine.REFERRAL, Action.REGISTER, None, caller.role)
    if caller.role is OrganisationRole.REFERRER:
        if given not in (None, caller.code):
            raise Forbidden("You refer for your own organisation only; leave organisationCode out.")
        return caller.code
    if given is None:
        message = "Give the code of the organisation for which you register; see /v1/organisations."
        raise InvalidInput(FieldFault("organisationCode", InputRule.REQUIRED, message))
    return given


def registration_faults(uow: UnitOfWork, command: RegisterReferral, context: ActionContext) -> Iterator[FieldFault]:
    """Return the fields of a new referral that name what does not exist, or not for whoever registers it."""
    try:
        referring_organisation(uow, command.organisation_code)
    except InvalidInput as error:
        yield from error.faults
    if command.previous_id and not uow.cases.is_visible(command.previous_id, context.visibility):
        message = "You have no referral with this id; give the id of an earlier one, or leave it out."
        yield FieldFault("previousId", InputRule.KNOWN_REFERRAL, message)


def _check_registers_for(referrer: Organisation, context: ActionContext) -> None:
    """Check that a registration system registers for organisations that work in it, and others for themselves."""
    is_system = context.role is OrganisationRole.PARTNER_SYSTEM or context.catch_up
    if is_system and referrer.system is not context.system:
        raise Forbidden(f"organisationCode: '{referrer.code}' does not register in your system.")


def _check_reference(uow: UnitOfWork, referrer: Organisation, reference: str | None) -> None:
    if reference and uow.cases.find_by_reference(referrer.id, reference):
        raise DuplicateReference(
            f"'{referrer.code}' already used this reference for a referral; search for it with "
            "POST /v1/referrals/_search, or give another reference."
        )
