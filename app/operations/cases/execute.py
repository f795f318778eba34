"""The only way to change a case, for HTTP, the command line and the partners' pull loop alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.domain.case import Case, Handler
from app.domain.commands import ActionContext, AmendReferral, Command, RegisterReferral, ReportOnwardStatus
from app.domain.errors import Forbidden, first_of_each_field, refuse
from app.domain.local_time import local_date
from app.domain.validation import Circumstances, command_faults
from app.models.cases.trajectory import referral_id_of
from app.operations.cases import appointments, contact, correspondence, guidance, onward, referrals, terms, trajectories
from app.operations.cases.disclosing import note_disclosures
from app.operations.cases.known_case import REFERRER_ROLES, note_known, take_as_known
from app.operations.cases.not_found import referral_not_found, trajectory_not_found
from app.operations.cases.register import new_case
from app.operations.cases.rules import case_faults, registration_faults
from app.operations.cases.term_filling import require_terms
from app.operations.cases.terms import note_terms
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.field_sync.authority import refusal, refuse_uninvolved_roles
from app.operations.field_sync.merge import merge_fields

_ABOUT_REFERRALS: Mapping[type[Command], Handler] = {
    **referrals.HANDLERS,
    **appointments.HANDLERS,
    **contact.HANDLERS,
    **guidance.HANDLERS,
    **correspondence.HANDLERS,
    **onward.HANDLERS,
    **terms.HANDLERS,
}

HANDLERS: Mapping[type[Command], Handler] = {**_ABOUT_REFERRALS, **trajectories.HANDLERS}
"""What carries out each command: a function of the case, the command and its context; it knows no database."""


@dataclass(frozen=True)
class ReferralRef:
    """Names a case by its referral."""

    id: UUID


@dataclass(frozen=True)
class TrajectoryRef:
    """Names a case by its trajectory."""

    id: UUID


CaseRef = ReferralRef | TrajectoryRef

Precondition = Callable[[Case], None]
"""Raises when the case is not as whoever issues the command last read it."""


@dataclass(frozen=True)
class PatchReferral:
    """Changes a part of what the referrer said; what the rest is shows when the case is locked.

    Attributes:
        patched: returns everything that the referrer says, from the case as it is then.
    """

    patched: Callable[[Case], AmendReferral]


CommandSource = Command | PatchReferral
"""A command, or a patch that becomes one when the case is locked."""


def execute(
    uow: UnitOfWork,
    ref: CaseRef,
    source: CommandSource,
    context: ActionContext,
    precondition: Precondition | None = None,
) -> Case:
    """Change a case; the caller flushes the unit of work.

    Args:
        uow: the transaction.
        ref: which case.
        source: what is to be done.
        context: who does it, when, and which cases exist for it.
        precondition: checked on the locked case before anything else is.

    Raises:
        ReferralNotFound, TrajectoryNotFound: no such case for whoever issues the command.
        InvalidInput: a field of the command breaks a rule.
        NotTheOwner: another party owns what the command writes; the caller records the violation it holds.
        Forbidden: this role never does this.
        TransitionNotAllowed: not in this state.
    """
    case = lock_case(uow, ref, context)
    if precondition:
        precondition(case)
    command = _command_of(source, case, context)
    faults = [*command_faults(command, _circumstances(uow, context)), *case_faults(uow, case, command, context)]
    refuse(first_of_each_field(faults))
    accepted = _resolve_fields(uow, case, command, context)
    if accepted:
        _handle(uow, case, accepted, context)
    return case


def register(uow: UnitOfWork, command: RegisterReferral, context: ActionContext) -> Case:
    """Make a new case; the caller flushes the unit of work.

    Raises:
        InvalidInput: a field of the command breaks a rule.
        Forbidden: this role does not refer, or not for this organisation.
        DuplicateReference: the organisation used this reference before.
    """
    refuse([*command_faults(command, _circumstances(uow, context)), *registration_faults(uow, command, context)])
    case = new_case(uow, command, context)
    _handle(uow, case, command, context)
    return case


def lock_case(uow: UnitOfWork, ref: CaseRef, context: ActionContext) -> Case:
    """Return a case, locked until the end of the transaction.

    Raises:
        ReferralNotFound, TrajectoryNotFound: it does not exist, or not for whoever issues the command.
    """
    tx, visibility = uow.tx, context.visibility
    referral_id = ref.id if isinstance(ref, ReferralRef) else referral_id_of(tx, ref.id, visibility)
    case = uow.cases.lock(referral_id, visibility) if referral_id else None
    if case is None:
        absent = referral_not_found if isinstance(ref, ReferralRef) else trajectory_not_found
        raise absent(tx, ref.id, visibility)
    require_terms(tx, case)
    return case


def _command_of(source: CommandSource, case: Case, context: ActionContext) -> Command:
    if isinstance(source, AmendReferral | PatchReferral):
        refuse_uninvolved_roles(case, context)
    return source.patched(case) if isinstance(source, PatchReferral) else source


def _circumstances(uow: UnitOfWork, context: ActionContext) -> Circumstances:
    return Circumstances(context=context, areas=uow.services.reference.areas, now=uow.rules.now)


def _resolve_fields(uow: UnitOfWork, case: Case, command: Command, context: ActionContext) -> Command | None:
    """Return what remains of a command after the fields of a partner's report are merged; None when nothing does."""
    if context.catch_up and isinstance(command, AmendReferral):
        return merge_fields(uow.known_values, case, command, context.system)
    return command


def _is_step_of_referrer(command: Command, context: ActionContext) -> bool:
    """Return whether a command is a step of the referrer on a referral that it made earlier."""
    # Whoever received the client is not who referred it.
    is_about_referral = type(command) in _ABOUT_REFERRALS and not isinstance(
        command, RegisterReferral | ReportOnwardStatus
    )
    return context.role in REFERRER_ROLES and is_about_referral


def _handle(uow: UnitOfWork, case: Case, command: Command, context: ActionContext) -> None:
    contents, client, events = case.sealed_contents, case.sealed_client, len(case.new_events)
    entries = len(case.new_history)
    handler, is_own_step = HANDLERS[type(command)], _is_step_of_referrer(command, context)
    is_noted = False
    try:
        if is_own_step:
            is_noted = take_as_known(case, handler, command, context)
        else:
            handler(case, command, context)
    except Forbidden as error:
        raise refusal(case, command, context, error) from None
    note_terms(case, case.new_history[entries:])
    note_disclosures(uow.services.gate, case, events, is_own_step=is_own_step, is_noted=is_noted)
    note_known(case, local_date(uow.rules.now))
    if case.sealed_contents is not contents or case.sealed_client is not client:
        uow.known_values.record(case, AmendReferral(contents.value, client.value), context.speaker)
