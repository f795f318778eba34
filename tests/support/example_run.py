"""A hub whose clock and ids are known, to which every example is sent, and what it answers."""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from app.api.openapi.document import EXAMPLE_URL, document
from app.api.openapi.examples import OF_ANY_REQUEST, RequestExample, filled_in, request_examples
from app.api.state import AppState
from app.bootstrap import build_app_state, open_worker
from app.database import Connection, Database
from app.domain.codes import ReferrerKind, System
from app.events.http.client import OutboundClient
from app.events.http.ssrf import AddressPolicy
from app.operations.access.clients import SCOPES, find_client, save_client
from app.operations.access.organisations import ReferrerDetails, save_referrer, set_up_institutions
from app.operations.access.signing_keys import add_signing_key
from app.sandbox.runtime import SettableClock, serving
from app.worker import WorkerLoops
from tests.api.conftest import SECRET, sandbox_settings, session_key
from tests.support.hub import deterministic_services
from tests.support.names import StubResolver
from tests.support.served import api_of

Json = Any

BEGINNING = datetime(2026, 11, 23, 9, 31, tzinfo=UTC)
NO_SCOPES = "without-scopes"
UNKNOWN_ID = "01930000-0000-7000-8000-00000000dead"
_USED_KEY = "used-for-another-request"
_STALE = '"read-before-it-changed"'
_FUTURE = "2099-01-01T00:00:00Z"
_LONGEST_LIST = 4
_SHORT_LIST = 3

_NO_IDS: Mapping[str, str] = {}

_REFERRERS = {
    "dock": ("DOCK", ReferrerKind.WELZIJNSORGANISATIE, System.API),
    "deurwaarder-zuid": ("Deurwaarder Zuid", ReferrerKind.DEURWAARDER, System.API),
    "wijkteam-feijenoord": ("Wijkteam Feijenoord", ReferrerKind.WIJKTEAM, System.GIDSO),
}
_CLIENTS = {
    "dock": "dock",
    "bailiff": "deurwaarder-zuid",
    "team": "expertiseteam-financien",
    "gidso": "gidso",
    "operator": "beheer",
}
"""Client id → organisation's code; each has every scope, so that what its role may not do is answered for its role."""


@dataclass(kw_only=True)
class ExampleRun:
    """Sends requests over HTTP and keeps what is answered.

    Attributes:
        recorded: by tag and id of the operation, as the files of ``app/api/openapi/examples/answers``.
        shown: the names of the request examples that were sent, by id of the operation.
        replaced: what answers have in place of addresses that are other ones in every run.
    """

    hub: AppState
    http: httpx.AsyncClient
    clock: SettableClock
    worker: WorkerLoops
    recorded: dict[str, dict[str, Json]] = field(default_factory=dict)
    shown: dict[str, set[str]] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    _keys: Iterator[int] = field(default_factory=lambda: count(1))
    _tokens: dict[tuple[str, datetime], str] = field(default_factory=dict)

    async def show(
        self,
        who: str,
        operation_id: str,
        example: str | None = None,
        *,
        answer: str | None = None,
        again: str | None = None,
        if_match: str | None = "*",
        query: str = "",
        only: tuple[str, ...] = (),
        ids: Mapping[str, str] = _NO_IDS,
    ) -> Json:
        """Send an example unchanged, expect success, and keep the answer; of the first one its refusals too.

        Args:
            who: the client that sends it.
            operation_id: the operation.
            example: the name of its body; None without one.
            answer: the name of the answer, which is that of the example unless given.
            again: the name of the problem that the same request is answered with once more.
            if_match: the precondition, where the operation asks for one.
            query: the query.
            only: the fields of the answer to keep; none named keeps all.
            ids: what the address and the body contain, by name.
        """
        call = self._call(operation_id, example, ids, if_match, query)
        is_first = operation_id not in self.recorded.get(call.tag, {})
        if is_first:
            self._of(call)["values"] = dict(ids)
            await self._refusals(who, call)
        key = f"example-{next(self._keys)}"
        answered = await self._send(who, call, headers={"Idempotency-Key": key})
        assert answered.is_success, f"{operation_id} {example}: {answered.status_code} {answered.text}"
        self.shown.setdefault(operation_id, set()).add(example or "")
        self._keep(call, answered, answer or example or "usual", only)
        if is_first and call.conditional:
            other = {"Idempotency-Key": key, "If-Match": _STALE}
            self._keep(call, await self._send(who, call, headers=other), "idempotency-conflict")
        if again:
            repeated = await self._send(who, call)
            assert repeated.status_code == 409, f"{operation_id} again: {repeated.status_code} {repeated.text}"
            self._keep(call, repeated, again)
        return body_of(answered, answered.text) if answered.content else None

    async def do(
        self,
        who: str,
        operation_id: str,
        body: Json = None,
        *,
        if_match: str | None = "*",
        ids: Mapping[str, str] = _NO_IDS,
    ) -> Json:
        """Send a request that is no example, because others need it, and expect success."""
        answered = await self._send(who, self._call(operation_id, None, ids, if_match, ""), body=body)
        assert answered.is_success, f"{operation_id}: {answered.status_code} {answered.text}"
        return body_of(answered, answered.text) if answered.content else None

    async def refused(
        self, who: str, operation_id: str, name: str, body: Json = None, *, ids: Mapping[str, str] = _NO_IDS
    ) -> None:
        """Send a request that contradicts what is stored, expect 409, and keep the answer."""
        call = self._call(operation_id, None, ids, "*", "")
        answered = await self._send(who, call, body=body)
        assert answered.status_code == 409, f"{operation_id} {name}: {answered.status_code} {answered.text}"
        self._keep(call, answered, name)

    async def refused_anywhere(self, who: str, status: int, name: str, **request: Any) -> None:
        """Send a request that is refused for what has nothing to do with its operation, and keep the answer."""
        answered = await self.http.request(headers=await self._headers(who) | request.pop("headers", {}), **request)
        assert answered.status_code == status, answered.text
        self.keep_of_any_request(answered, name)

    def keep_of_any_request(self, answered: httpx.Response, name: str) -> None:
        """Keep an answer that any request may get."""
        kept = self.recorded.setdefault(OF_ANY_REQUEST, {}).setdefault(OF_ANY_REQUEST, {"values": {}, "answers": {}})
        kept["answers"].setdefault(str(answered.status_code), {})[name] = answered.json()

    async def token(self, who: str) -> str:
        """Return an access token of a client that is valid now."""
        key = (who, self.clock.now().replace(minute=0, second=0))
        if key not in self._tokens:
            client = await self.hub.db.read(find_client, "operator" if who == NO_SCOPES else who)
            assert client is not None
            self._tokens[key] = await self.hub.tokens.issue(client, frozenset() if who == NO_SCOPES else client.scopes)
        return self._tokens[key]

    async def deliver(self) -> None:
        """Let the worker make deliveries of what happened, and send those that can be sent."""
        await self.worker.pull_and_deliver()

    def _call(
        self,
        operation_id: str,
        example: str | None,
        values: Mapping[str, str],
        if_match: str | None,
        query: str,
    ) -> "_Call":
        method, path, operation = documented_operations()[operation_id]
        requests = request_examples(operation["tags"][0]).get(operation_id, ())
        body = next((filled_in(each.body, values) for each in requests if each.name == example), None)
        assert example is None or body is not None, f"{operation_id} has no example {example}"
        return _Call(
            id=operation_id,
            method=method,
            path=path,
            operation=operation,
            requests=requests,
            values=values,
            body=body,
            if_match=if_match,
            query=query,
        )

    async def _refusals(self, who: str, call: "_Call") -> None:
        """Provoke the errors of an operation that need no state, as far as its document has them."""
        for status, name, changes in call.refusals():
            if status not in call.operation["responses"]:
                continue
            sender = changes.pop("who", who)
            answered = await self._send(sender, call, **changes)
            where = f"{call.id} {name}: {answered.status_code} {answered.text}"
            assert str(answered.status_code) == status, where[:500]
            self._keep(call, answered, call.problem_name(name, answered.json()))

    async def use_key(self, *clients: str) -> None:
        """Let clients use the key once that another request shall not have."""
        for who in clients:
            call, body = self._call("createSubscription", None, {}, None, ""), {"url": "https://hooks.example.nl"}
            made = await self._send(who, call, body=body, headers={"Idempotency-Key": _USED_KEY})
            await self.do(who, "deleteSubscription", ids={"subscriptionId": made.json()["id"]})

    async def _send(self, who: str | None, call: "_Call", **changes: Any) -> httpx.Response:
        self.clock.set(self.clock.now() + timedelta(seconds=7))
        headers = call.headers(f"example-{next(self._keys)}", changes.pop("omit", ()))
        headers |= await self._headers(who) if who else {}
        headers |= changes.pop("headers", {})
        values = {**call.values} | changes.pop("values", {})
        path = re.sub(r"\{(\w+)\}", lambda found: values[found[1]], call.path)
        query, body = changes.pop("query", call.query), changes.pop("body", call.body)
        assert not changes, changes
        address = f"/v1{path}?{query}" if query else f"/v1{path}"
        return await self.http.request(call.method, address, json=body, headers=headers)

    async def _headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {await self.token(who)}"}

    def _of(self, call: "_Call") -> Json:
        of_tag = self.recorded.setdefault(call.tag, {})
        return of_tag.setdefault(call.id, {"values": {}, "answers": {}})

    def _keep(self, call: "_Call", answered: httpx.Response, name: str, only: tuple[str, ...] = ()) -> None:
        if not answered.content:
            return
        text = answered.text
        for address, written in self.replaced.items():
            text = text.replace(address, written)
        body = body_of(answered, text)
        _assert_valid(call.operation["responses"][str(answered.status_code)], body, f"{call.id} {name}")
        answers = self._of(call)["answers"].setdefault(str(answered.status_code), {})
        answers[name] = _shortened({each: body[each] for each in only} if only else body)


def body_of(answered: httpx.Response, text: str) -> Json:
    """Return a body as an example has it: what is no JSON as a text."""
    return json.loads(text) if "json" in answered.headers["content-type"] else text


@dataclass(frozen=True, kw_only=True)
class _Call:
    """A request of an operation."""

    id: str
    method: str
    path: str
    operation: Mapping[str, Any]
    requests: tuple[RequestExample, ...]
    values: Mapping[str, str]
    body: Json
    if_match: str | None
    query: str

    @property
    def tag(self) -> str:
        tag: str = self.operation["tags"][0]
        return tag

    @property
    def names(self) -> set[str]:
        return {each["name"] for each in self.operation.get("parameters", ())}

    @property
    def conditional(self) -> bool:
        """Whether it asks for a precondition."""
        return "If-Match" in self.names

    def headers(self, key: str, omit: tuple[str, ...] = ()) -> dict[str, str]:
        stated = {"Idempotency-Key": key, "If-Match": self.if_match}
        return {name: text for name, text in stated.items() if text and name in self.names and name not in omit}

    def refusals(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Return status, name and changes of the request, for every refusal that depends on no state."""
        found: list[tuple[str, str, dict[str, Any]]] = [
            ("401", "unauthenticated", {"who": None}),
            ("403", "forbidden", {"who": NO_SCOPES}),
            ("404", "not-found", self._unknown()),
            *(
                ("400", each.name, {"body": filled_in(each.body, self.values)})
                for each in self.requests
                if each.refused
            ),
        ]
        if not any(status == "400" for status, _, _ in found):
            found.append(("400", *self._invalid()))
        if self.conditional:
            found.append(("428", "precondition-required", {"omit": ("If-Match",)}))
            found.append(("412", "precondition-failed", {"headers": {"If-Match": _STALE}}))
        elif "Idempotency-Key" in self.names:
            found.append(("409", "idempotency-conflict", {"headers": {"Idempotency-Key": _USED_KEY}}))
        return found

    def problem_name(self, name: str, problem: Json) -> str:
        """Return the name of a problem; that of a missing scope has the scope, that of a missing record its kind."""
        if name == "forbidden" and (scope := re.search(r"'([a-z-]+:[a-z]+)'", problem["detail"])):
            return f"forbidden-{scope[1].replace(':', '-')}"
        if name == "not-found" and self._last_parameter():
            return f"no-{re.sub('(?<!^)(?=[A-Z])', '-', self._last_parameter().removesuffix('Id')).lower()}"
        return name

    def _unknown(self) -> dict[str, Any]:
        """Return the changes after which the request is about nothing that exists."""
        last = self._last_parameter()
        if last:
            return {"values": {last: UNKNOWN_ID if self.values[last].count("-") == 4 else "atlantis"}}
        unknown = {"id": UNKNOWN_ID, "referralId": UNKNOWN_ID, "reference": "unknown"}
        return {"body": {name: unknown.get(name, each) for name, each in (self.body or {}).items()}}

    def _last_parameter(self) -> str:
        return self.path.rpartition("{")[2].partition("}")[0] if "{" in self.path else ""

    def _invalid(self) -> tuple[str, dict[str, Any]]:
        """Return name and changes of the request, after which it cannot be read or breaks a rule."""
        last = self._last_parameter()
        choices: Iterator[tuple[object, str, dict[str, Any]]] = iter(
            [
                (self._has_moment(), "in-the-future", {"body": {**(self.body or {}), "occurredAt": _FUTURE}}),
                (self.body is not None, "unknown-field", {"body": {**(self.body or {}), "remark": "…"}}),
                ("limit" in self.names, "limit-out-of-range", {"query": "limit=0"}),
                ("Idempotency-Key" in self.names, "without-idempotency-key", {"omit": ("Idempotency-Key",)}),
                (self.values.get(last, "").count("-") == 4, "no-id", {"values": {last: "42"}}),
                (True, "unreadable-address", {"query": "x=%FF"}),
            ]
        )
        return next((name, changes) for fits, name, changes in choices if fits)

    def _has_moment(self) -> bool:
        return self.body is not None and "occurredAt" in self._schema().get("properties", {})

    def _schema(self) -> Json:
        content = next(iter(self.operation["requestBody"]["content"].values()))
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        return document()["components"]["schemas"].get(name, {})


@cache
def documented_operations() -> Mapping[str, tuple[str, str, dict[str, Any]]]:
    """Return method, path and description of every operation by its id, with what is shared in place."""
    return {
        operation["operationId"]: (method.upper(), path, _in_place(operation))
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


def _in_place(operation: Mapping[str, Any]) -> dict[str, Any]:
    components = document()["components"]

    def found(kind: str, each: Any) -> Any:
        return components[kind][each["$ref"].rpartition("/")[2]] if "$ref" in each else each

    return {
        **operation,
        "parameters": [found("parameters", each) for each in operation.get("parameters", ())],
        "responses": {status: found("responses", each) for status, each in operation["responses"].items()},
    }


def _assert_valid(response: Mapping[str, Any], body: Json, where: str) -> None:
    (content,) = response["content"].values()
    schema = {**content["schema"], "components": document()["components"]}
    faults = [each.message for each in Draft202012Validator(schema).iter_errors(body)]
    assert faults == [], f"{where}: {faults}"


def _shortened(body: Json) -> Json:
    """Return an answer in which long lists end early."""
    if isinstance(body, list):
        kept = body[:_SHORT_LIST] if len(body) > _LONGEST_LIST else body
        return [_shortened(each) for each in kept]
    return {name: _shortened(each) for name, each in body.items()} if isinstance(body, dict) else body


def _populate(tx: Connection, run_services: Any) -> None:
    set_up_institutions(tx, run_services)
    add_signing_key(tx, run_services, session_key())
    for code, (name, kind, system) in _REFERRERS.items():
        save_referrer(tx, run_services, ReferrerDetails(code=code, name=name, kind=kind, system=system))
    for client_id, code in _CLIENTS.items():
        save_client(tx, run_services, client_id, organisation_code=code, scopes=set(SCOPES), secret=SECRET)


@asynccontextmanager
async def example_run(database: Database) -> AsyncIterator[ExampleRun]:
    """Return a hub over an empty database, served over HTTP."""
    clock = SettableClock(BEGINNING)
    services, settings = deterministic_services(clock), sandbox_settings(EXAMPLE_URL)
    await database.write(_populate, services)
    outbound = OutboundClient(AddressPolicy.of(sandbox=True), resolver=StubResolver())
    hub = build_app_state(database, services, settings, outbound=outbound, real_clock=clock)
    # As in production: what is new waits for the consent of its address.
    hub = replace(hub, sandbox=False)
    async with AsyncExitStack() as opened:
        opened.push_async_callback(outbound.close)
        server = await opened.enter_async_context(serving(opened.enter_context(api_of(hub))))
        http = await opened.enter_async_context(httpx.AsyncClient(base_url=server.url))
        worker = await opened.enter_async_context(open_worker(database, services, settings))
        run = ExampleRun(hub=hub, http=http, clock=clock, worker=worker)
        await run.use_key("dock")
        yield run
