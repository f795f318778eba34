"""Referrals: register, amend, confirm, reject, forward, withdraw, signal, conclude."""

from dataclasses import replace
from datetime import UTC
from uuid import UUID

from app.database import Connection
from app.domain import lifecycle
from app.domain.advice import age_on, routing_advice
from app.domain.case_file import CaseFile
from app.domain.codes import (
    ClosureReason,
    IntakeResult,
    OrganisationRole,
    ReferralStatus,
    SignalKind,
    WithdrawalReason,
)
from app.domain.commands import (
    ActionContext,
    AmendReferral,
    AnswerWithdrawal,
    ConcludeIntake,
    ConfirmReferral,
    EnterInError,
    ForwardReferral,
    GiveSignal,
    MarkUnreachable,
    RegisterReferral,
    RejectReferral,
    WithdrawReferral,
)
from app.domain.dates import check_not_future
from app.domain.errors import DuplicateReference, FieldFault, Forbidden, InvalidInput
from app.domain.events import EventType, FactValue
from app.domain.fields import Field
from app.domain.identifiers import is_bsn
from app.domain.input_rules import InputRule
from app.domain.lifecycle import Action, Guard, Machine
from app.domain.local_time import AMSTERDAM
from app.domain.values import Client, ClientDetails, Organisation, Referral, ReferralContents, ReferralFlags
from app.models.access.organisation import find_organisation
from app.models.cases.case_file import load_case_files
from app.models.cases.client import (
    bsn_index,
    find_client,
    insert_client,
    insert_details,
    load_clients,
    update_details,
    wrapped_key_of,
)
from app.models.cases.referral import (
    find_by_reference,
    has_open_referral,
    insert_referral,
    sealed_contents,
)
from app.models.cases.trajectory import trajectory_row_of
from app.models.delivery.subscription import worker_index_of
from app.operations.cases.steps import Chain, Ledger, Step, new_chain
from app.operations.cases.trajectories import open_trajectory
from app.operations.services import Services
from app.vault import Sealer

_CLOSURE_OF_RESULT = {
    IntakeResult.NO_SUPPORT_WANTED: ClosureReason.NO_SUPPORT_WANTED,
    IntakeResult.NOT_ELIGIBLE: ClosureReason.NOT_ELIGIBLE,
    IntakeResult.UNKNOWN: ClosureReason.UNKNOWN,
}


def register_referral(
    tx: Connection, services: Services, fact: RegisterReferral, context: ActionContext, ledger: Ledger | None = None
) -> CaseFile:
    """Put a client forward to the finance team; returns the new case, as it is stored.

    Raises:
        InvalidInput: an unknown organisation or area, a BSN that fails the eleven-test, a future date.
        DuplicateReference: the organisation used this reference before.
    """
    referrer = _referrer(tx, fact.organisation_code)
    _check_contents(services, fact.contents)
    _check_client(services, fact.client)
    _check_reference(tx, referrer, fact.reference)
    now = services.clock.now()
    received_at = fact.received_at or now
    check_not_future("receivedAt", received_at, now)
    referral_id = services.new_id(now)
    client_id, sealer, already_open = _client_for(tx, services, fact.client)
    referral = Referral(
        id=referral_id,
        client_id=client_id,
        organisation=referrer,
        reference=fact.reference,
        contents=fact.contents,
        status=ReferralStatus.RECEIVED,
        told_status=ReferralStatus.RECEIVED,
        flags=ReferralFlags(),
        received_at=received_at.astimezone(UTC),
        age=age_on(fact.client.birth_date, received_at.astimezone(AMSTERDAM).date()),
        advice=routing_advice(fact.contents, referrer.kind, already_open=already_open),
        previous_id=fact.previous_id,
    )
    sealed = {
        **sealed_contents(sealer, fact.contents),
        "worker_index": worker_index_of(services.vault, fact.contents.worker.email),
    }
    insert_referral(tx, referral, sealed, now)
    insert_details(tx, sealer, referral_id, client_id, fact.client)
    step = Step(Machine.REFERRAL, referral_id, None, Action.REGISTER, EventType.REFERRAL_RECEIVED)
    new_chain(tx, services, referral, context, ledger).take(step)
    return CaseFile(referral, Client(client_id, fact.client))


def referrer_code(tx: Connection, caller: Organisation, given: str | None) -> str:
    """Return the code of the organisation for which a caller refers.

    Raises:
        Forbidden: the caller does not refer, or gave the code of an organisation for which it may not.
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
    if _referrer(tx, given).system is not caller.system:
        raise Forbidden("organisationCode: this organisation does not register in your system.")
    return given


def what_was_said(tx: Connection, services: Services, chain: Chain) -> AmendReferral:
    """Return what the referrer said, as the change that changes nothing."""
    case = load_case_files(tx, services.vault, [chain.id])[chain.id]
    return AmendReferral(case.referral.contents, case.client.details)


def amend_referral(tx: Connection, services: Services, chain: Chain, fact: AmendReferral) -> None:
    """Change what the referrer said; the referrer alone owns it.

    Raises:
        InvalidInput: an unknown area, or another BSN than the referral was made with.
    """
    _check_contents(services, fact.contents)
    sealer = services.vault.client_sealer(wrapped_key_of(tx, chain.row.client_id))
    chain.take(_referral_step(chain, Action.AMEND, EventType.REFERRAL_AMENDED))
    if fact.client:
        _check_client(services, fact.client)
        _check_same_bsn(tx, services, chain, fact.client.bsn)
        update_details(tx, sealer, chain.id, fact.client)
    worker_index = worker_index_of(services.vault, fact.contents.worker.email)
    chain.change(**sealed_contents(sealer, fact.contents), worker_index=worker_index)
    chain.save()


def confirm_referral(tx: Connection, services: Services, chain: Chain, fact: ConfirmReferral) -> None:
    """Take the referral on, on behalf of the finance team."""
    chain.take(_referral_step(chain, Action.CONFIRM, EventType.REFERRAL_CONFIRMED))
    if fact.counsellor:
        chain.change(counsellor_name=fact.counsellor.name, counsellor_phone=fact.counsellor.phone)
    chain.save()


def reject_referral(tx: Connection, services: Services, chain: Chain, fact: RejectReferral) -> None:
    """Refuse the referral with a coded reason."""
    facts: dict[Field, FactValue] = {Field.REFERRAL_REJECTION_REASON: fact.reason.value}
    step = _referral_step(chain, Action.REJECT, EventType.REFERRAL_REJECTED, reason=fact.reason)
    chain.change(rejection_reason=fact.reason)
    chain.take(replace(step, facts=facts))
    chain.save()


def forward_referral(tx: Connection, services: Services, chain: Chain, fact: ForwardReferral) -> None:
    """Pass the referral on to another organisation; the receiving organisation is kept as a reason.

    Raises:
        InvalidInput: there is no such organisation.
    """
    target = _organisation(tx, fact.organisation_code, "organisationCode")
    step = _referral_step(chain, Action.FORWARD, EventType.REFERRAL_FORWARDED, reason=target.code[:40])
    chain.take(step)
    chain.save()


def withdraw_referral(tx: Connection, services: Services, chain: Chain, fact: WithdrawReferral) -> None:
    """Take the referral back: at once until it is confirmed, by a request to the counsellor afterwards."""
    facts: dict[Field, FactValue] = {Field.REFERRAL_WITHDRAWAL_REASON: fact.reason.value}
    at_once = chain.status == ReferralStatus.RECEIVED
    action = Action.WITHDRAW if at_once else Action.REQUEST_WITHDRAWAL
    event = EventType.REFERRAL_WITHDRAWN if at_once else EventType.WITHDRAWAL_REQUESTED
    chain.take(replace(_referral_step(chain, action, event, reason=fact.reason), facts=facts))
    chain.change(withdrawal_reason=fact.reason, withdrawal_requested=not at_once)
    if at_once:
        # The referrer knows what it did itself, whatever it is told.
        chain.change(closure_reason=ClosureReason.WITHDRAWN_BY_REFERRER)
    chain.save()


def answer_withdrawal(tx: Connection, services: Services, chain: Chain, fact: AnswerWithdrawal) -> None:
    """Grant or refuse a requested withdrawal."""
    conditions = guards_of(chain)
    if fact.granted:
        facts: dict[Field, FactValue] = {
            Field.REFERRAL_WITHDRAWAL_REASON: chain.row.withdrawal_reason or WithdrawalReason.OTHER.value
        }
        step = _referral_step(chain, Action.GRANT_WITHDRAWAL, EventType.REFERRAL_WITHDRAWN)
        chain.take(replace(step, facts=facts), conditions)
        chain.change(closure_reason=ClosureReason.WITHDRAWN_BY_REFERRER)
    else:
        chain.take(_referral_step(chain, Action.REFUSE_WITHDRAWAL, None), conditions)
        chain.change(withdrawal_reason=None)
    chain.change(withdrawal_requested=False)
    chain.save()


def give_signal(tx: Connection, services: Services, chain: Chain, fact: GiveSignal) -> None:
    """Tell the counsellor that something changed on the referrer's side."""
    step = _referral_step(chain, Action.GIVE_SIGNAL, EventType.SIGNAL_GIVEN, reason=fact.kind)
    chain.take(replace(step, facts={Field.SIGNAL_KIND: fact.kind.value}))
    if fact.kind is SignalKind.CONTACT_RESTORED:
        chain.change(contact_lost=False)
    chain.save()


def mark_unreachable(tx: Connection, services: Services, chain: Chain, fact: MarkUnreachable) -> None:
    """End the referral because the client cannot be reached; the referrer may refer again."""
    step = _referral_step(chain, Action.MARK_UNREACHABLE, EventType.REFERRAL_CLOSED)
    chain.change(closure_reason=ClosureReason.NO_CONTACT, contact_lost=True)
    chain.take(replace(step, facts=_closure_facts(ClosureReason.NO_CONTACT)))
    chain.save()


def enter_in_error(tx: Connection, services: Services, chain: Chain, fact: EnterInError) -> None:
    """Mark a referral as made by mistake."""
    chain.take(_referral_step(chain, Action.ENTER_IN_ERROR, EventType.REFERRAL_WITHDRAWN))
    chain.save()


def conclude_intake(tx: Connection, services: Services, chain: Chain, fact: ConcludeIntake) -> None:
    """Record what the intake led to; opens a trajectory, or closes the referral when nothing follows.

    Raises:
        InvalidInput: a result that needs attendance for a client who was missed, or a future day.
    """
    check_not_future("concludedOn", fact.concluded_on, chain.now)
    unattended = chain.status == ReferralStatus.MISSED and fact.result is IntakeResult.NO_SUPPORT_WANTED
    action = Action.CONCLUDE_UNATTENDED if unattended else Action.CONCLUDE
    step = _referral_step(chain, action, EventType.REFERRAL_CONCLUDED, reason=fact.result)
    facts: dict[Field, FactValue] = {
        Field.INTAKE_RESULT: fact.result.value,
        Field.INTAKE_CONCLUDED_ON: fact.concluded_on.isoformat(),
    }
    trajectory_id = services.new_id(chain.now) if fact.result.opens_trajectory else None
    step = replace(step, facts=facts, trajectory_id=trajectory_id)
    if chain.take(step) is None:
        _correct_result(tx, chain, step, fact)
        chain.save()
        return
    chain.change(intake_result=fact.result, intake_concluded_on=fact.concluded_on)
    if not unattended and chain.row.intake_held_on is None:
        chain.change(intake_held_on=fact.concluded_on)
    if trajectory_id:
        open_trajectory(chain, trajectory_id, fact)
    else:
        _close_without_trajectory(chain, _CLOSURE_OF_RESULT[fact.result])
    chain.save()


def _correct_result(tx: Connection, chain: Chain, step: Step, fact: ConcludeIntake) -> None:
    """Let a result that a partner gives after the intake was concluded replace the earlier one, unless it is older.

    A trajectory that the earlier result opened goes on: whether it ends is told by the partner itself.
    """
    result, concluded_on = chain.row.intake_result, chain.row.intake_concluded_on
    is_news = (result, concluded_on) != (fact.result, fact.concluded_on)
    if chain.status != ReferralStatus.CONCLUDED or not is_news or fact.concluded_on < concluded_on:
        return
    chain.change(intake_result=fact.result, intake_concluded_on=fact.concluded_on)
    opened = trajectory_row_of(tx, chain.id)
    chain.tell(replace(step, trajectory_id=opened.id if opened else step.trajectory_id), chain.status)
    if opened is None and step.trajectory_id:
        chain.change(closure_reason=None)
        open_trajectory(chain, step.trajectory_id, fact)
    elif opened is None:
        _close_without_trajectory(chain, _CLOSURE_OF_RESULT[fact.result])


def find_referral(tx: Connection, organisation_code: str, reference: str) -> UUID | None:
    """Return the id of the referral for which an organisation used this reference, or None."""
    referrer = find_organisation(tx, organisation_code)
    return find_by_reference(tx, referrer.id, reference) if referrer else None


def guards_of(chain: Chain) -> frozenset[Guard]:
    """Return the conditions of the transition table that hold for this referral."""
    return frozenset({Guard.WITHDRAWAL_REQUESTED}) if chain.row.withdrawal_requested else frozenset()


def _close_without_trajectory(chain: Chain, reason: ClosureReason) -> None:
    chain.change(closure_reason=reason)
    step = _referral_step(chain, Action.CONCLUDE, EventType.REFERRAL_CLOSED)
    chain.tell(replace(step, facts=_closure_facts(reason)), chain.status)


def _closure_facts(reason: ClosureReason) -> dict[Field, FactValue]:
    return {Field.REFERRAL_CLOSURE_REASON: reason.value}


def _referral_step(chain: Chain, action: Action, event: EventType | None, reason: str | None = None) -> Step:
    return Step(Machine.REFERRAL, chain.id, chain.status, action, event, reason)


def _client_for(tx: Connection, services: Services, details: ClientDetails) -> tuple[UUID, Sealer, bool]:
    """Return the known client with this BSN, or a new one; and whether an open referral exists."""
    known = find_client(tx, bsn_index(services.vault, details.bsn)) if details.bsn else None
    if known:
        client_id, wrapped_key = known
        return client_id, services.vault.client_sealer(wrapped_key), has_open_referral(tx, client_id, OPEN_STATUSES)
    now = services.clock.now()
    client_id = services.new_id(now)
    return client_id, insert_client(tx, services.vault, client_id, details.bsn, now), False


OPEN_STATUSES = tuple(status for status in ReferralStatus if lifecycle.is_open(status))


def _organisation(tx: Connection, code: str, field: str) -> Organisation:
    found = find_organisation(tx, code)
    if found and found.active:
        return found
    message = f"There is no active organisation '{code}'; see /v1/organisations."
    raise InvalidInput(FieldFault(field, InputRule.KNOWN_ORGANISATION, message))


def _referrer(tx: Connection, code: str) -> Organisation:
    found = _organisation(tx, code, "organisationCode")
    if found.role is OrganisationRole.REFERRER:
        return found
    message = f"Organisation '{code}' does not refer clients; give the code of a referrer."
    raise InvalidInput(FieldFault("organisationCode", InputRule.REFERRING_ORGANISATION, message))


def _check_contents(services: Services, contents: ReferralContents) -> None:
    if contents.area not in services.reference.areas:
        known = ", ".join(sorted(services.reference.areas))
        raise InvalidInput(FieldFault("area", InputRule.KNOWN_AREA, f"Unknown area; use one of: {known}."))


def _check_client(services: Services, details: ClientDetails) -> None:
    if details.bsn is not None and not is_bsn(details.bsn):
        message = "The number fails the eleven-test; check its nine digits or leave it out."
        raise InvalidInput(FieldFault("client.bsn", InputRule.ELEVEN_TEST, message))
    if details.birth_date > services.clock.now().date():
        raise InvalidInput(FieldFault("client.birthDate", InputRule.NOT_IN_FUTURE, "A date of birth lies in the past."))


def _check_same_bsn(tx: Connection, services: Services, chain: Chain, bsn: str | None) -> None:
    # The number says who the client is; another number would make this the history of another person.
    client, _ = load_clients(tx, services.vault, [chain.id])[chain.id]
    if bsn not in (None, client.details.bsn):
        message = "The BSN cannot change afterwards; mark the referral as entered in error and make a new one."
        raise InvalidInput(FieldFault("client.bsn", InputRule.UNCHANGEABLE, message))


def _check_reference(tx: Connection, referrer: Organisation, reference: str | None) -> None:
    if reference and find_by_reference(tx, referrer.id, reference):
        raise DuplicateReference(
            f"'{referrer.code}' already used this reference for a referral; search for it with "
            "POST /v1/referrals/_search, or give another reference."
        )
