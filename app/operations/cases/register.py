"""Makes the case of a new referral."""

from dataclasses import replace
from datetime import UTC

from app.domain import lifecycle
from app.domain.advice import age_on, routing_advice
from app.domain.already_open import ReferringAgain, referred_before
from app.domain.case import Case
from app.domain.codes import DisclosureOccasion, OrganisationRole, ReferralStatus
from app.domain.commands import ActionContext, RegisterReferral
from app.domain.details import Detail
from app.domain.errors import DuplicateReference, Forbidden
from app.domain.fields import Field
from app.domain.lazy import Lazy
from app.domain.lifecycle import Action, Machine
from app.domain.local_time import local_date
from app.domain.values import Organisation, Referral
from app.events.delivery.routing import referrer_as_receiver
from app.operations.cases.consent import recorder_of
from app.operations.cases.rules import referring_organisation
from app.operations.cases.unit_of_work import UnitOfWork


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
    client = uow.cases.client_for(command.client.bsn, _as_referring_again(uow, referrer))
    received_at = command.received_at or uow.rules.now
    stated = command.contents
    consent = stated.consent.recorded(recorder_of(referrer, context), uow.rules.now) if stated.consent.scopes else None
    contents = replace(stated, consent=consent) if consent else stated
    agreed = uow.rules.advice_for(referrer.kind)
    case = Case(
        referral=Referral(
            id=uow.rules.new_id(uow.rules.now),
            client_id=client.id,
            organisation=referrer,
            area=command.contents.area,
            consent=command.contents.consent.asked_by_rules,
            status=ReferralStatus.RECEIVED,
            disclosed_status=ReferralStatus.RECEIVED,
            received_at=received_at.astimezone(UTC),
            age=age_on(command.client.birth_date, local_date(received_at)),
            reference=command.reference,
            advice=routing_advice(command.contents, agreed, already_open=client.has_open_case),
            previous_id=command.previous_id or referred_before(client.earlier, referrer.id, received_at),
        ),
        sealed_contents=Lazy.of(contents),
        sealed_client=Lazy.of(command.client),
        change_rules=uow.rules,
    )
    uow.cases.add(case, client.sealer)
    return case


def code_to_register_for(caller: Organisation, given: str | None) -> str | None:
    """Return the code of the organisation for which a caller refers; None when a registration system gave none.

    Raises:
        Forbidden: the caller does not refer, or gave the code of another organisation.
    """
    lifecycle.require(Machine.REFERRAL, Action.REGISTER, None, caller.role)
    if caller.role is OrganisationRole.REFERRER and given not in (None, caller.code):
        raise Forbidden(Detail.OWN_ORGANISATION_ONLY())
    return stated_code(caller, given)


def stated_code(caller: Organisation, given: str | None) -> str | None:
    """Return the code of the organisation for which a caller states that it refers: a referrer refers for itself."""
    return caller.code if caller.role is OrganisationRole.REFERRER else given


def _as_referring_again(uow: UnitOfWork, referrer: Organisation) -> ReferringAgain:
    receiver = referrer_as_receiver(referrer)
    hears_of_ends = uow.services.gate.would_release(
        receiver.kind, DisclosureOccasion.CLOSED, Field.TRAJECTORY_CLOSURE_REASON, {}, inside=receiver.inside
    )
    return ReferringAgain(referrer.id, hears_of_ends)


def _check_registers_for(referrer: Organisation, context: ActionContext) -> None:
    """Check that a registration system registers for organisations that work in it, and others for themselves."""
    is_system = context.role is OrganisationRole.PARTNER_SYSTEM or context.catch_up
    if is_system and referrer.system is not context.system:
        raise Forbidden(Detail.ANOTHER_SYSTEM(code=referrer.code))


def _check_reference(uow: UnitOfWork, referrer: Organisation, reference: str | None) -> None:
    if reference and uow.cases.find_by_reference(referrer.id, reference):
        raise DuplicateReference(Detail.REFERENCE_USED(code=referrer.code))
