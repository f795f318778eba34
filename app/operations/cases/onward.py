"""Handlers of onward referrals: the client goes to another organisation too, and what becomes of that."""

from collections.abc import Mapping
from dataclasses import replace

from app.domain import lifecycle
from app.domain.case import Case, Handler, Step
from app.domain.codes import ConsentScope, OnwardStatus
from app.domain.commands import ActionContext, Command, ForwardReferral, ReferOnward, ReportOnwardStatus
from app.domain.details import Detail
from app.domain.errors import NotFound, TransitionNotAllowed
from app.domain.events import EventType
from app.domain.fields import FactValue, Field
from app.domain.lifecycle import Action
from app.domain.local_time import local_date
from app.domain.values import OnwardReferral, Organisation, works_on

LONGEST_REASON = 40
"""The length of a reason in the history, in characters."""

_NEXT: Mapping[OnwardStatus, frozenset[OnwardStatus]] = {
    OnwardStatus.MADE: frozenset({OnwardStatus.ACCEPTED, OnwardStatus.DECLINED, OnwardStatus.ENDED}),
    OnwardStatus.ACCEPTED: frozenset({OnwardStatus.DECLINED, OnwardStatus.ENDED}),
    OnwardStatus.DECLINED: frozenset(),
    OnwardStatus.ENDED: frozenset(),
}


def refer_onward(case: Case, command: ReferOnward, context: ActionContext) -> None:
    """Refer the client to an organisation or body; while that has not ended the same again changes nothing.

    Raises:
        TransitionNotAllowed: the client did not agree, or comes from there. What a partner reports was done; without
            the consent it arrives nowhere.
    """
    step = Step(action=Action.REFER_ONWARD, event=EventType.ONWARD_REFERRAL_MADE)
    lifecycle.require_role(step.machine, step.action, context.role)
    organisation = receiving_organisation(case, command.organisation_code)
    if any(each.to_code == receiver_code(command) and each.is_open for each in case.onward_referrals):
        return
    if not context.catch_up:
        _require_permitted(case, organisation)
    new = new_onward_referral(case, organisation, command, context)
    case.transition(replace(step, reason=new.to_code[:LONGEST_REASON], facts=_facts(new)), context)
    add_onward_referral(case, new, context)


def report_onward_status(case: Case, command: ReportOnwardStatus, context: ActionContext) -> None:
    """Note what became of an onward referral; the same again changes nothing.

    Raises:
        NotFound: there is no such onward referral.
        TransitionNotAllowed: it has ended; what a partner reports then only enters the history.
    """
    found = _asked(case, command)
    step = Step(action=Action.REPORT_ONWARD_STATUS, event=EventType.ONWARD_REFERRAL_CHANGED, reason=command.status)
    lifecycle.require_role(step.machine, step.action, context.role)
    if found.status is command.status:
        return
    is_over = command.status not in _NEXT[found.status]
    if case.notes_only(step, context, is_late=is_over):
        return
    if is_over:
        raise TransitionNotAllowed(Detail.ONWARD_ENDED(status=found.status, next=command.status))
    changed = replace(found, status=command.status, changed_at=context.occurred_at)
    case.transition(replace(step, facts=_facts(changed)), context)
    case.replace_onward_referral(changed)


def receiver_code(command: ReferOnward | ForwardReferral | ReportOnwardStatus) -> str:
    """Return the code of the organisation or body to which a client goes; empty where a command names none."""
    return str(command.organisation_code or command.outside_body or "")


def new_onward_referral(
    case: Case, organisation: Organisation | None, command: ReferOnward | ForwardReferral, context: ActionContext
) -> OnwardReferral:
    """Return a new onward referral to an organisation that the hub knows, or to a body."""
    body = command.outside_body
    return OnwardReferral(
        id=case.new_id(),
        organisation_id=organisation.id if organisation else None,
        to=organisation.name if organisation else body.label if body else command.organisation_code or "",
        to_code=receiver_code(command),
        made_at=context.occurred_at,
        changed_at=context.occurred_at,
    )


def add_onward_referral(case: Case, new: OnwardReferral, context: ActionContext) -> None:
    """Add an onward referral to a case; it arrives at its organisation if the client agreed to be referred."""
    case.onward_referrals += (new,)
    case.referral = replace(case.referral, onward_count=len(case.onward_referrals))
    if new.organisation_id and new.organisation_id != case.referral.organisation.id and _agreed(case):
        case.report_arrival(new, context)


def receiving_organisation(case: Case, code: str | None) -> Organisation | None:
    """Return the organisation with a code that can receive clients; None where there is none."""
    return case.rules.organisation_of(code) if code else None


def _require_permitted(case: Case, organisation: Organisation | None) -> None:
    if organisation and organisation.id == case.referral.organisation.id:
        raise TransitionNotAllowed(Detail.REFERRED_FROM_THERE())
    if organisation and not _agreed(case):
        raise TransitionNotAllowed(Detail.NO_CONSENT_TO_GO_ON())


def _agreed(case: Case) -> bool:
    consent = case.referral.consent
    return ConsentScope.REFERRAL in consent.scopes and works_on(consent.given_on, local_date(case.now))


def _asked(case: Case, command: ReportOnwardStatus) -> OnwardReferral:
    to_code = receiver_code(command)
    for each in reversed(case.onward_referrals):
        if each.id == command.onward_id or (to_code and each.to_code == to_code):
            return each
    raise NotFound(Detail.NO_ONWARD_REFERRAL())


def _facts(onward: OnwardReferral) -> dict[Field, FactValue]:
    return {
        Field.ONWARD_ID: str(onward.id),
        Field.ONWARD_TO: onward.to,
        Field.ONWARD_STATUS: onward.status.value,
        Field.ONWARD_MADE_AT: onward.made_at.isoformat(),
    }


HANDLERS: Mapping[type[Command], Handler] = {
    ReferOnward: refer_onward,
    ReportOnwardStatus: report_onward_status,
}
"""What carries out each command about onward referrals."""
