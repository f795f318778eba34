"""Another's record answers like an id that nobody has: the same bytes, after the same statements."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.api.openapi.document import document
from app.api.state import AppState
from app.domain.codes import System
from app.domain.partners import JobKind, JobRequest
from app.operations.access.clients import SCOPES, save_client
from app.operations.partners.jobs import request_job
from app.worker import WorkerLoops
from tests.api.conftest import PUBLIC_URL, SECRET
from tests.support.api_calls import Json, attended, path_for, read, step
from tests.support.event_env import Mailbox
from tests.support.quarantine import fill_quarantine
from tests.support.statements import sent_statements
from tests.support.subscriber import deliveries, subscribe

Api = httpx.AsyncClient
SignIn = Callable[[str], Awaitable[Api]]
DOCUMENT = document(PUBLIC_URL)
# Their scopes are given to the operator only.
OF_OPERATORS = re.compile(r"/partners|.*\{clientId\}")
METHODS = ("get", "post", "patch", "delete")
# Those of requests differ from each other in any case.
CHANGING = {"x-correlation-id", "x-request-id", "date", "traceparent"}


@dataclass(frozen=True)
class Operation:
    """A call whose address has ids."""

    method: str
    path: str
    body: Json | None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each[1:-1] for each in self.path.split("/") if each.startswith("{"))

    def on(self, ids: Mapping[str, str]) -> str:
        return "/v1" + self.path.format_map(ids)


def operations() -> Iterator[Operation]:
    for path, methods in DOCUMENT["paths"].items():
        if "Id}" in path and not OF_OPERATORS.match(path):
            for method in METHODS:
                if method in methods:
                    yield Operation(method, path, body_of(methods[method]))


def body_of(operation: Json) -> Json | None:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/merge-patch+json" in content:
        return {}
    schema = content.get("application/json", {}).get("schema", {})
    if "$ref" not in schema:
        return None
    named = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    found: Json = named["examples"][0] if "examples" in named else of_fields(named)
    return found


def of_fields(schema: Json) -> Json:
    """Return the examples of the fields that a body needs."""
    fields = schema["properties"]
    return {name: fields[name].get("examples", [str(UUID(int=1))])[0] for name in schema.get("required", ())}


OPERATIONS = list(operations())


Ids = Mapping[str, str]
Answer = tuple[int, object, dict[str, str], int]


async def answer(api: Api, operation: Operation, ids: Ids) -> Answer:
    """Return all that a caller could notice of an answer, and the number of statements behind it."""
    headers = {"If-Match": "*"} if operation.method != "get" else {}
    with sent_statements() as sent:
        answered = await api.request(operation.method, operation.on(ids), json=operation.body, headers=headers)
    shown = {name: value for name, value in answered.headers.items() if name not in CHANGING}
    return answered.status_code, answered.content, shown, len(sent)


async def both(api: Api, operation: Operation, unknown: Ids, known: Ids) -> tuple[Answer, Answer]:
    """Return the answers to an id that nobody has and to another's; the hub looks now and then who was cut off."""
    for _ in range(3):
        answers = await answer(api, operation, unknown), await answer(api, operation, known)
        if answers[0] == answers[1]:
            break
    return answers


async def owned(dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox) -> dict[str, str]:
    """Return ids of everything that one organisation has, as others could state them: the hub's, and its own."""
    path = await attended(dock, etf, "D-1")
    await step(etf, f"{path}/intake-result", {"result": "payment_arrangement", "concludedOn": "2026-03-02"})
    asked = await step(etf, f"{path}/information-requests", {"topic": "housing", "question": "Kanarie?"})
    onward = await step(etf, f"{path}/onward-referrals", {"outsideBody": "legal_desk"})
    made = await subscribe(dock, box.url)
    await worker.pull_and_deliver()
    (sent, *_) = await deliveries(dock, made) or [{"id": made["id"]}]
    (appointment,) = (await read(etf, f"{await path_for(etf, 'D-1')}/appointments"))["items"]
    return {
        "referralId": path.rpartition("/")[2],
        "appointmentId": appointment["id"],
        "requestId": asked["id"],
        "onwardId": onward["id"],
        "trajectoryId": (await read(etf, path))["trajectory"]["id"],
        "subscriptionId": made["id"],
        "deliveryId": sent["id"],
    }


async def with_every_scope(hub: AppState, sign_in: SignIn, code: str) -> Api:
    """Return a client of an organisation that no scope stops."""
    client_id = f"{code}-everything"
    await hub.db.write(save_client, hub.services, client_id, organisation_code=code, scopes=set(SCOPES), secret=SECRET)
    return await sign_in(client_id)


@pytest.mark.parametrize("code", ["pit010", "gidso", "kredietbank"])
async def test_anothers_record_answers_like_an_id_that_nobody_has(
    hub: AppState, sign_in: SignIn, dock: Api, etf: Api, worker: WorkerLoops, box: Mailbox, code: str
) -> None:
    anothers = await owned(dock, etf, worker, box)
    caller = await with_every_scope(hub, sign_in, code)
    # What is read once, such as the caller, is read before.
    await caller.get("/v1/referrals")
    differing: list[object] = []
    found: set[int] = set()
    for operation in OPERATIONS:
        ids = {name: str(hub.services.new_id(hub.services.clock.now())) for name in operation.names}
        unknown, known = await both(caller, operation, ids, {name: anothers[name] for name in operation.names})
        found.add(known[0])
        if known != unknown:
            differing.append((operation.method, operation.path, unknown, known))

    assert differing == []
    assert found <= {400, 403, 404}
    assert 404 in found


async def test_a_record_of_ones_own_has_no_parts_of_anothers(
    sign_in: SignIn, hub: AppState, dock: Api, pit010: Api, etf: Api, worker: WorkerLoops, box: Mailbox
) -> None:
    anothers = await owned(dock, etf, worker, box)
    own_path = await attended(pit010, etf, "P-1")
    (own,) = (await read(pit010, "/referrals"))["items"]
    subscription = await subscribe(pit010, box.url)
    caller = await with_every_scope(hub, sign_in, "pit010")
    assert own_path
    for operation in OPERATIONS:
        if len(operation.names) == 2:
            _, part = operation.names
            mine = {"referralId": own["id"], "subscriptionId": subscription["id"]}
            nobodys = str(hub.services.new_id(hub.services.clock.now()))
            unknown, known = await both(caller, operation, mine | {part: nobodys}, mine | {part: anothers[part]})
            assert known == unknown, operation
            assert known[0] in (403, 404), operation


async def test_a_partners_record_is_not_found_at_another_partner(operator: Api, hub: AppState) -> None:
    await fill_quarantine(hub)
    by = JobRequest(kind=JobKind.RETRY)
    await hub.db.write(request_job, hub.services, System.ALLEGRO, "beheer-1", by)
    unknown = str(hub.services.new_id(hub.services.clock.now()))
    for kind in ("jobs", "quarantine"):
        (known, *_) = (await read(operator, f"/partners/allegro/{kind}"))["items"]
        operation = Operation("get", f"/partners/gidso/{kind}/{{id}}", None)

        answers = await both(operator, operation, {"id": unknown}, {"id": known["id"]})

        assert answers[0] == answers[1]
        assert answers[0][0] == 404


def test_every_call_with_an_id_is_examined() -> None:
    kinds: set[Any] = {name for operation in OPERATIONS for name in operation.names}

    of_cases = {"referralId", "appointmentId", "requestId", "onwardId", "trajectoryId"}
    assert kinds == of_cases | {"subscriptionId", "deliveryId"}
