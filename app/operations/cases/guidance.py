"""Handlers of what can happen in every phase of guidance: other help is needed, another counsellor takes over."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from app.domain import lifecycle
from app.domain.case import Case, Handler, Step
from app.domain.codes import AppointmentStatus, PartyRole
from app.domain.commands import ActionContext, ChangeCounsellor, Command, ReportOtherHelp
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.lifecycle import Action
from app.domain.local_time import local_date
from app.domain.values import Counsellor, Party


def report_other_help(case: Case, command: ReportOtherHelp, context: ActionContext) -> None:
    """Record that the client needs other help too; domains that were all reported before change nothing."""
    domains = tuple(dict.fromkeys(command.life_domains))
    step = Step(
        action=Action.REPORT_OTHER_HELP,
        event=EventType.OTHER_HELP_NEEDED,
        facts={Field.OTHER_HELP_LIFE_DOMAINS: [each.value for each in domains]},
    )
    lifecycle.require_role(step.machine, step.action, context.role)
    known = case.referral.other_help
    if set(domains) <= set(known) or case.notes_only(step, context, is_late=not case.goes_on):
        return
    case.transition(step, context)
    case.referral = replace(case.referral, other_help=tuple(dict.fromkeys((*known, *domains))))


def change_counsellor(case: Case, command: ChangeCounsellor, context: ActionContext) -> None:
    """Record who guides the client from now on; the same again changes nothing."""
    planned = case.appointment
    is_planned = planned is not None and planned.status is AppointmentStatus.SCHEDULED
    step = Step(
        action=Action.CHANGE_COUNSELLOR,
        event=EventType.COUNSELLOR_CHANGED,
        appointment_id=planned.id if planned and is_planned else None,
    )
    lifecycle.require_role(step.machine, step.action, context.role)
    present, new = case.referral.counsellor, command.counsellor
    if _is_known(present, new) or case.notes_only(step, context, is_late=not case.goes_on):
        return
    case.transition(step, context)
    case.referral = replace(case.referral, counsellor=new)
    if planned and is_planned:
        case.replace_appointment(replace(planned, counsellor=new))
    if case.trajectory:
        case.trajectory = replace(case.trajectory, counsellor=new)
    if case.trajectory and (present is None or present.name != new.name):
        _replace_party(case, new, local_date(context.occurred_at))


def _is_known(present: Counsellor | None, new: Counsellor) -> bool:
    """Return whether this is the present counsellor; a telephone that is left out is no other one."""
    return present is not None and present.name == new.name and new.phone in (None, present.phone)


def _replace_party(case: Case, counsellor: Counsellor, day: date) -> None:
    """Let the part of the earlier counsellor end on the day on which that of another begins."""
    case.new_parties = tuple(
        replace(each, until_on=day) if each.role is PartyRole.COUNSELLOR and each.until_on is None else each
        for each in case.new_parties
    )
    case.ended_parties = {**case.ended_parties, PartyRole.COUNSELLOR: day}
    joined = Party(
        id=case.new_id(),
        organisation=case.rules.finance_team,
        role=PartyRole.COUNSELLOR,
        contact=counsellor.name,
        from_on=day,
    )
    case.new_parties += (joined,)


HANDLERS: Mapping[type[Command], Handler] = {
    ReportOtherHelp: report_other_help,
    ChangeCounsellor: change_counsellor,
}
"""What carries out each command that fits every phase."""
