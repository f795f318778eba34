"""Handlers of what can happen in every phase of guidance: other help is needed, another counsellor takes over."""

from collections.abc import Mapping
from dataclasses import replace

from app.domain import lifecycle
from app.domain.case import Case, Handler, Step
from app.domain.commands import ActionContext, ChangeCounsellor, Command, ReportOtherHelp
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.lifecycle import Action
from app.domain.local_time import local_date
from app.domain.values import Counsellor
from app.operations.cases.parties import replace_counsellor


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
    open_ones = case.current_appointments
    planned = next((each for each in reversed(open_ones) if each.is_planned), None)
    step = Step(
        action=Action.CHANGE_COUNSELLOR,
        event=EventType.COUNSELLOR_CHANGED,
        appointment_id=planned.id if planned else None,
    )
    lifecycle.require_role(step.machine, step.action, context.role)
    present, new = case.referral.counsellor, command.counsellor
    if _is_known(present, new) or case.notes_only(step, context, is_late=not case.goes_on):
        return
    case.transition(step, context)
    case.referral = replace(case.referral, counsellor=new)
    for each in open_ones:
        case.replace_appointment(replace(each, counsellor=new))
    if case.trajectory:
        case.trajectory = replace(case.trajectory, counsellor=new)
    if case.trajectory and (present is None or present.name != new.name):
        replace_counsellor(case, new, local_date(context.occurred_at))


def _is_known(present: Counsellor | None, new: Counsellor) -> bool:
    """Return whether this is the present counsellor; a telephone that is left out is no other one."""
    return present is not None and present.name == new.name and new.phone in (None, present.phone)


HANDLERS: Mapping[type[Command], Handler] = {
    ReportOtherHelp: report_other_help,
    ChangeCounsellor: change_counsellor,
}
"""What carries out each command that fits every phase."""
