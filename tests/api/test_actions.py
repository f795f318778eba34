"""What ``available-actions`` lists succeeds by the operation that it names for it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any

import pytest

from app.api.actions import OPERATIONS
from app.api.openapi.document import document
from app.database import Database
from app.domain.lifecycle import TRANSITIONS, Action
from tests.api.conftest import PUBLIC_URL, Api
from tests.support.api_calls import Json, attended, concluded, path_for, read, refer, step, unanswered

Bring = Callable[[Api, Api, str], Awaitable[str]]
"""Brings a new referral with a reference into a state; returns the path of what can be done something with."""

BODIES: Mapping[Action, Json] = {
    Action.AMEND: {"reason": "Huurachterstand."},
    Action.ATTEND: {"attended": True},
    Action.CHANGE_COUNSELLOR: {"counsellor": {"name": "B. Andere"}},
    Action.CANCEL_APPOINTMENT: {"reason": "client_cancelled"},
    Action.CANCEL_ATTENDANCE: {"reason": "referrer_cancelled"},
    Action.CANCEL_MEETING: {"reason": "client_cancelled"},
    Action.CANCEL_PROPOSAL: {"reason": "counsellor_cancelled"},
    Action.ATTEND_MEETING: {"attended": True},
    Action.MISS_MEETING: {"attended": False},
    Action.PROPOSE_MEETING: {"times": ["2026-03-12T10:00:00+01:00"], "kind": "follow_up"},
    Action.SCHEDULE_MEETING: {"startsAt": "2026-03-12T10:00:00+01:00", "kind": "follow_up"},
    Action.RESCHEDULE_MEETING: {"startsAt": "2026-03-13T10:00:00+01:00", "kind": "follow_up"},
    Action.CLOSE: {"reason": "result_reached", "closedOn": "2026-03-02"},
    Action.CONCLUDE: {"result": "route_to_kbr", "concludedOn": "2026-03-02"},
    Action.CONCLUDE_UNATTENDED: {"result": "no_support_wanted", "concludedOn": "2026-03-02"},
    Action.DECIDE: {"result": "kbr_application"},
    Action.EXTEND_TERM: {"term": "intake", "dueOn": "2026-12-31", "reason": "capacity"},
    Action.DROP_OUT: {"result": "no_further_support", "dropOutReason": "solves_it_alone"},
    Action.FORWARD: {"organisationCode": "wijkteam-feijenoord"},
    Action.GIVE_SIGNAL: {"kind": "worker_changed"},
    Action.GIVE_BANK_SIGNAL: {"kind": "re_examination"},
    Action.REQUEST_INFORMATION: {"topic": "housing"},
    Action.ANSWER_INFORMATION: {"answer": "Ja."},
    Action.GRANT: {"status": "granted"},
    Action.GRANT_WITHDRAWAL: {"granted": True},
    Action.MISS: {"attended": False},
    Action.PROPOSE: {"times": ["2026-03-12T10:00:00+01:00", "2026-03-13T10:00:00+01:00"]},
    Action.RECEIVE: {"status": "received"},
    Action.REFUSE: {"status": "rejected"},
    Action.REFUSE_WITHDRAWAL: {"granted": False},
    Action.REJECT: {"reason": "not_a_resident"},
    Action.REOPEN: {"kind": "contact_restored"},
    Action.REPORT_ONWARD_STATUS: {"status": "ended"},
    Action.REFER_ONWARD: {"outsideBody": "legal_desk"},
    Action.RECORD_CONTACT_ATTEMPT: {"kind": "phone"},
    Action.REPORT_CONTACT_LOST: {"lostOn": "2026-03-02"},
    Action.REPORT_CONTACT_RESTORED: {"restoredOn": "2026-03-02"},
    Action.REPORT_OTHER_HELP: {"lifeDomains": ["housing"]},
    Action.REQUEST_WITHDRAWAL: {"reason": "helped_elsewhere"},
    Action.RESCHEDULE: {"startsAt": "2026-03-10T10:00:00+01:00"},
    Action.RESPOND: {"accepted": True},
    Action.RETRACT: {"status": "withdrawn"},
    Action.SCHEDULE: {"startsAt": "2026-03-09T10:00:00+01:00"},
    Action.SIGN_PLAN: {"signedOn": "2026-03-02"},
    Action.START_WITH_PLAN: {"signedOn": "2026-03-02"},
    Action.SUBMIT: {"status": "submitted"},
    Action.TAKE_UP: {"status": "in_progress"},
    Action.WITHDRAW: {"reason": "helped_elsewhere"},
}
"""The bodies of the actions that need more than none."""

AFTER_TALK: Mapping[Action, Json] = {
    Action.EXTEND_TERM: {"term": "decision", "dueOn": "2026-12-31", "reason": "capacity"},
}
"""The bodies that are other ones once the first talk took place."""


async def received(dock: Api, etf: Api, reference: str) -> str:
    await refer(dock, reference=reference)
    return await path_for(etf, reference)


async def confirmed(dock: Api, etf: Api, reference: str) -> str:
    path = await received(dock, etf, reference)
    await step(etf, f"{path}/confirmation")
    return path


async def scheduled(dock: Api, etf: Api, reference: str) -> str:
    path = await confirmed(dock, etf, reference)
    await step(etf, f"{path}/appointments", {"startsAt": "2026-03-09T10:00:00+01:00"})
    return path


async def proposed(dock: Api, etf: Api, reference: str) -> str:
    path = await scheduled(dock, etf, reference)
    await step(etf, f"{path}/appointment-proposals", {"times": ["2026-03-12T10:00:00+01:00"]})
    return path


async def meeting(dock: Api, etf: Api, reference: str) -> str:
    path = await attended(dock, etf, reference)
    await step(etf, f"{path}/appointments", {"startsAt": "2026-03-12T10:00:00+01:00", "kind": "follow_up"})
    return path


async def asked_to_withdraw(dock: Api, etf: Api, reference: str) -> str:
    path = await scheduled(dock, etf, reference)
    own = await path_for(dock, reference)
    await step(dock, f"{own}/withdrawal", {"reason": "helped_elsewhere"})
    return path


async def missed(dock: Api, etf: Api, reference: str) -> str:
    path = await scheduled(dock, etf, reference)
    (planned,) = (await read(etf, f"{path}/appointments"))["items"]
    await step(etf, f"{path}/appointments/{planned['id']}/attendance", {"attended": False})
    return path


async def lost(dock: Api, etf: Api, reference: str) -> str:
    path = await confirmed(dock, etf, reference)
    await step(etf, f"{path}/lost-contact", {"lostOn": "2026-03-02"})
    return path


async def waiting(dock: Api, etf: Api, reference: str) -> str:
    path = await confirmed(dock, etf, reference)
    await step(etf, f"{path}/awaited-information")
    return path


async def asked(dock: Api, etf: Api, reference: str) -> str:
    path = await confirmed(dock, etf, reference)
    await step(etf, f"{path}/information-requests", {"topic": "housing"})
    return path


async def sent_on(dock: Api, etf: Api, reference: str) -> str:
    path = await confirmed(dock, etf, reference)
    await step(etf, f"{path}/onward-referrals", {"outsideBody": "budget_course"})
    return path


async def not_restored(dock: Api, etf: Api, reference: str) -> str:
    await confirmed(dock, etf, reference)
    return await unanswered(dock, etf, reference)


async def unreachable(dock: Api, etf: Api, reference: str) -> str:
    await confirmed(dock, etf, reference)
    path = await unanswered(dock, etf, reference)
    await step(etf, f"{path}/contact-loss")
    return path


async def running(dock: Api, etf: Api, reference: str) -> str:
    path = await concluded(dock, etf, reference)
    await step(etf, f"{path}/plan", {"signedOn": "2026-03-02"})
    return path


async def paused(dock: Api, etf: Api, reference: str) -> str:
    path = await running(dock, etf, reference)
    await step(etf, f"{path}/pause")
    return path


def applied(*statuses: str) -> Bring:
    async def bring(dock: Api, etf: Api, reference: str) -> str:
        path = await running(dock, etf, reference)
        await step(etf, f"{path}/result", {"result": "kbr_application"})
        for status in statuses:
            await step(etf, f"{path}/kbr-application", {"status": status})
        return path

    return bring


STATES: tuple[Bring, ...] = (
    received,
    confirmed,
    scheduled,
    proposed,
    meeting,
    asked_to_withdraw,
    attended,
    missed,
    lost,
    waiting,
    asked,
    sent_on,
    not_restored,
    unreachable,
    concluded,
    running,
    paused,
    applied("submitted"),
    applied("submitted", "received"),
    applied("submitted", "received", "in_progress"),
)


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Return the faster store: this is about addresses, which are the same on both."""
    return sqlite_database


async def available(client: Api, path: str, reference: str) -> list[Json]:
    """Return the operations of what a client may do; the referrer has its own id of a referral, and no trajectory."""
    own = await path_for(client, reference) if path.startswith("/referrals") else path
    found = await client.get(f"/v1{own}/available-actions")
    if found.status_code == 404:
        return []
    body = found.json()
    assert [each["action"] for each in body["operations"]] == body["items"]
    return list(body["operations"])


async def test_every_action_succeeds_by_the_operation_that_is_named_for_it(dock: Api, etf: Api) -> None:
    references = (f"A-{number}" for number in count(1))
    failed, done = [], set()
    for bring in STATES:
        for client in (dock, etf):
            path = await bring(dock, etf, reference := next(references))
            operations = await available(client, path, reference)
            for number in range(len(operations)):
                if number:
                    path = await bring(dock, etf, reference := next(references))
                    operations = await available(client, path, reference)
                operation = operations[number]
                action = Action(operation["action"])
                body = ({**BODIES, **AFTER_TALK} if bring in (attended, meeting) else BODIES).get(action, {})
                answered = await client.request(
                    operation["method"], operation["href"], json=body, headers={"If-Match": "*"}
                )
                done.add(action)
                if not answered.is_success:
                    failed.append((operation, answered.text))

    assert failed == []
    assert done == OPERATIONS.keys()


async def test_extending_is_available_as_long_as_a_term_runs(dock: Api, etf: Api) -> None:
    path = await applied()(dock, etf, "A-1")
    referral_path = await path_for(etf, "A-1")

    async def listed() -> bool:
        return "extend_term" in {each["action"] for each in await available(etf, referral_path, "A-1")}

    found = [await listed()]
    extension = {"term": "decision", "dueOn": "2026-12-31", "reason": "capacity"}
    refused = await etf.post(f"/v1{referral_path}/term-extensions", json=extension, headers={"If-Match": "*"})
    for status in ("submitted", "received", "in_progress", "granted"):
        await step(etf, f"{path}/kbr-application", {"status": status})
    found.append(await listed())

    assert (refused.status_code, found) == (409, [False, True])


def test_every_action_that_can_be_available_has_an_operation_of_the_document() -> None:
    operations: Mapping[str, Any] = {
        operation["operationId"]: (method.upper(), path)
        for path, methods in document(PUBLIC_URL)["paths"].items()
        for method, operation in methods.items()
    }
    named = {re.sub(r"_([a-z])", lambda found: found[1].upper(), each) for each in OPERATIONS.values()}

    assert named <= operations.keys()
    assert {row.action for row in TRANSITIONS} - OPERATIONS.keys() == {
        Action.REGISTER,
        Action.OPEN,
        Action.REOPEN_PLANNING,
        Action.REOPEN_DECIDED,
    }
