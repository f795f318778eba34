"""The operations by which the actions of ``available-actions`` are done."""

from collections.abc import Iterator, Mapping, Sequence

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel
from starlette.routing import BaseRoute

from app.api.schemas.lists import ActionOperationOut, ActionsOut
from app.api.state import AppState
from app.domain.lifecycle import Action

OPERATIONS: Mapping[Action, str] = {
    Action.CONFIRM: "confirm_referral",
    Action.REJECT: "reject_referral",
    Action.FORWARD: "forward_referral",
    Action.REFER_ONWARD: "create_onward_referral",
    Action.REPORT_ONWARD_STATUS: "report_onward_status",
    Action.WITHDRAW: "withdraw_referral",
    Action.REQUEST_WITHDRAWAL: "withdraw_referral",
    Action.GRANT_WITHDRAWAL: "answer_withdrawal_request",
    Action.REFUSE_WITHDRAWAL: "answer_withdrawal_request",
    Action.AMEND: "update_referral",
    Action.GIVE_SIGNAL: "send_signal",
    Action.AWAIT_INFORMATION: "await_information",
    Action.RECEIVE_INFORMATION: "report_information_received",
    Action.REQUEST_INFORMATION: "request_information",
    Action.ANSWER_INFORMATION: "answer_information_request",
    Action.WITHDRAW_INFORMATION_REQUEST: "withdraw_information_request",
    Action.GIVE_BANK_SIGNAL: "send_bank_signal",
    Action.EXTEND_TERM: "extend_term",
    Action.PROPOSE: "propose_appointment",
    Action.SCHEDULE: "schedule_appointment",
    Action.RESCHEDULE: "schedule_appointment",
    Action.RESPOND: "answer_appointment",
    Action.CANCEL_ATTENDANCE: "cancel_appointment",
    Action.CANCEL_PROPOSAL: "cancel_appointment",
    Action.CANCEL_APPOINTMENT: "cancel_appointment",
    Action.ATTEND: "record_attendance",
    Action.MISS: "record_attendance",
    Action.PROPOSE_MEETING: "propose_appointment",
    Action.SCHEDULE_MEETING: "schedule_appointment",
    Action.RESCHEDULE_MEETING: "schedule_appointment",
    Action.CANCEL_MEETING: "cancel_appointment",
    Action.ATTEND_MEETING: "record_attendance",
    Action.MISS_MEETING: "record_attendance",
    Action.CONCLUDE: "record_intake_result",
    Action.CONCLUDE_UNATTENDED: "record_intake_result",
    Action.RECORD_CONTACT_ATTEMPT: "record_contact_attempt",
    Action.REPORT_CONTACT_LOST: "report_lost_contact",
    Action.REPORT_CONTACT_RESTORED: "report_restored_contact",
    Action.REPORT_OTHER_HELP: "report_other_help",
    Action.CHANGE_COUNSELLOR: "change_counsellor",
    Action.MARK_UNREACHABLE: "report_contact_loss",
    Action.REOPEN: "send_signal",
    Action.ENTER_IN_ERROR: "report_entry_error",
    Action.START_WITH_PLAN: "record_first_plan",
    Action.SIGN_PLAN: "record_plan",
    Action.PAUSE: "pause_trajectory",
    Action.RESUME: "resume_trajectory",
    Action.DECIDE: "record_trajectory_result",
    Action.DROP_OUT: "record_trajectory_result",
    Action.CLOSE: "close_trajectory",
    Action.SUBMIT: "record_kbr_application",
    Action.RECEIVE: "record_kbr_application",
    Action.TAKE_UP: "record_kbr_application",
    Action.GRANT: "record_kbr_application",
    Action.REFUSE: "record_kbr_application",
    Action.RETRACT: "record_kbr_application",
}
"""The endpoint of each action that can be available, by its name in ``app.api.routes``."""


ActionRoutes = Mapping[Action, APIRoute]
"""The route of each action."""


def action_routes(routes: Sequence[BaseRoute]) -> ActionRoutes:
    """Return the routes by which actions are done, of those of an application.

    Raises:
        KeyError: there is no route for an action.
    """
    by_name = {route.name: route for route in routes if isinstance(route, APIRoute)}
    return {action: by_name[name] for action, name in OPERATIONS.items()}


def actions_out(hub: AppState, request: Request, actions: Mapping[Action, Mapping[str, object]]) -> ActionsOut:
    """Return actions on the wire, each with the operation by which it is done.

    ``actions`` has for each the caller's own ids for its address, by the name of the parameter.
    """
    return ActionsOut(items=list(actions), operations=list(_operations(hub, request, actions)))


def _operations(
    hub: AppState, request: Request, actions: Mapping[Action, Mapping[str, object]]
) -> Iterator[ActionOperationOut]:
    routes: ActionRoutes = request.app.state.action_routes
    for action, ids in actions.items():
        route = routes[action]
        # An appointment that was not disclosed to the caller has no address.
        if route.param_convertors.keys() <= ids.keys():
            path = route.url_path_for(route.name, **{name: ids[name] for name in route.param_convertors})
            method = next(iter(route.methods or ()))
            yield ActionOperationOut(
                action=action, operation_id=to_camel(route.name), method=method, href=f"{hub.api_url}{path}"
            )
