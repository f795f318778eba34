"""No text that a caller sends makes the hub fail, wherever it enters: it is refused with a reason, on both stores."""

import asyncio
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message

from app.api.openapi.document import document
from app.api.state import AppState
from app.operations.access.clients import save_client
from tests.api.conftest import SECRET, Api, SignIn, token_of
from tests.support.api_calls import fault
from tests.support.assertions import GRANT, JWKS, assertion
from tests.support.documented import resolved

LISTS = ("referrals", "trajectories", "organisations", "subscriptions", "partners/allegro/quarantine")
SOME_ID = str(UUID(int=7))


def cursor(*texts: object) -> str:
    """Return a cursor of any texts, also of those that the hub never puts in one."""
    return urlsafe_b64encode(json.dumps(texts).encode()).rstrip(b"=").decode()


@pytest.fixture
async def humanitas(hub: AppState) -> None:
    """Register a client with a key."""
    await hub.db.write(save_client, hub.services, "humanitas", organisation_code="dock", scopes=[], jwks=JWKS)


@pytest.mark.usefixtures("humanitas")
@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "\ud800"},
        {"sub": "\x00"},
        {"sub": "humanitas\x00"},
        {"iss": "\ud800"},
        {"jti": "\ud800" * 30},
        {"jti": "\x00" * 30},
        {"jti": ["a"] * 30},
        {"jti": {str(n): n for n in range(30)}},
        {"exp": "9999999999"},
        {"exp": "\ud800"},
        {"iat": "1"},
        {"iat": True, "exp": "1"},
        {"aud": ["\ud800"]},
    ],
    ids=ascii,
)
async def test_claim_that_cannot_be_used_is_refused(api: Api, claims: dict[str, object]) -> None:
    answered = await api.post("/oauth/token", data=assertion(**claims))

    assert (answered.status_code, answered.json()["error"]) == (400, "invalid_client")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("client_id=%00&client_secret=x", 400),
        ("client_id=dock&client_secret=%00", 400),
        ("client_id=%ED%A0%80&client_secret=x", 400),
        ("client_id=%ff&client_secret=x", 400),
        (f"client_id=dock&client_secret={SECRET}&scope=%00", 400),
    ],
)
async def test_form_that_cannot_be_used_is_refused(api: Api, form: str, status: int) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    answered = await api.post("/oauth/token", content=f"grant_type=client_credentials&{form}", headers=headers)

    assert (answered.status_code, answered.json()["error"]) == (status, "invalid_request")


@pytest.mark.parametrize("login", [b"%00:x", b"\x00:x", b"%ED%A0%80:x", b"\xff:x", b"dock%00:x"])
async def test_login_that_cannot_be_used_is_a_401(api: Api, login: bytes) -> None:
    headers = {"Authorization": f"Basic {b64encode(login).decode()}"}

    answered = await api.post("/oauth/token", data=GRANT, headers=headers)

    assert answered.status_code == 401


@pytest.mark.parametrize(
    "text",
    [
        cursor("0001-01-01T00:00:00+23:59", SOME_ID),
        cursor("9999-12-31T23:59:59-23:59", SOME_ID),
        cursor("2026-03-02T09:30:00+00:00", "\ud800"),
        cursor("\x00", SOME_ID),
        cursor("\ud800"),
        cursor("\x00"),
        cursor(["\x00"]),
        cursor(10**30),
    ],
)
async def test_cursor_that_the_hub_never_made_is_refused(operator: Api, dock: Api, text: str) -> None:
    answers = [await operator.get(f"/v1/{each}", params={"cursor": text}) for each in LISTS]
    search = await operator.post("/v1/referrals/_search", json={"cursor": text, "reference": "K-1"})
    polled = await dock.get("/v1/events", params={"after": text, "wait": 0})

    assert [fault(each) for each in (*answers, search)] == [("cursor", "cursor")] * (len(LISTS) + 1)
    assert fault(polled) == ("after", "cursor")


@dataclass(frozen=True)
class Raw:
    """A request byte by byte, as no client library would send it."""

    method: str
    path: str
    query: bytes = b""
    _: KW_ONLY
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""


async def send_raw(app: ASGIApp, request: Raw, token: str) -> int:
    """Return the status of the answer to a request that need not be well-formed."""
    waiting = [{"type": "http.request", "body": request.body, "more_body": False}]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = {b"host": b"hub.example.nl", b"authorization": f"Bearer {token}".encode(), **request.headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "https",
        "path": request.path,
        "raw_path": quote(request.path, errors="replace").encode(),
        "query_string": request.query,
        "root_path": "",
        "headers": list(headers.items()),
        "client": ("203.0.113.7", 1),
        "server": ("hub.example.nl", 443),
    }
    try:
        await app(scope, receive, send)
    except Exception:  # noqa: BLE001 - the server logs it; the caller got the answer that was sent before
        return 500
    status: int = sent[0]["status"]
    return status


@pytest.mark.parametrize(
    "request_",
    [
        Raw("GET", "/v1/referrals", b"area=\xff"),
        Raw("GET", "/v1/referrals", "area=é".encode()),
        Raw("GET", "/v1/organisations", b"x=%ED%A0%80"),
        Raw("GET", "/v1/events", b"wait=0&after=%ff"),
        Raw("GET", "/v1/code-lists/\x00"),
        Raw("GET", "/v1/referrals/\ud800"),
        Raw("GET", "/v1/referrals", headers={b"content-length": b"\xb2"}),
        Raw("GET", "/v1/referrals", headers={b"content-length": b"-1"}),
    ],
    ids=repr,
)
async def test_bytes_that_are_no_text_are_refused(app: ASGIApp, hub: AppState, request_: Raw) -> None:
    assert await send_raw(app, request_, await token_of(hub, "dock")) == 400


async def test_length_that_no_number_holds_is_too_large(app: ASGIApp, hub: AppState) -> None:
    request = Raw("GET", "/v1/referrals", headers={b"content-length": b"9" * 5000})

    assert await send_raw(app, request, await token_of(hub, "dock")) == 413


HOSTILE = st.one_of(
    st.sampled_from(
        ["\x00", "\ud800", "\udfff\ud800", "\ufffe", "\u202e", "\x1b[2J", "0" * 5000, "[", "%00", "🙂" * 300]
    ),
    st.text(st.characters(exclude_categories=()), max_size=30),
)
HOSTILE_JSON = st.one_of(
    HOSTILE,
    st.sampled_from([float("nan"), float("inf"), 10**400, -1, True, None, [], {}, [[["\x00"]]], {"\ud800": "\x00"}]),
    st.dictionaries(HOSTILE, HOSTILE, max_size=2),
)
HOSTILE_HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *(b"host", b"if-match", b"idempotency-key", b"accept", b"accept-language", b"content-type", b"origin"),
            *(b"content-length", b"traceparent", b"x-request-id", b"last-event-id", b"authorization", b"cookie"),
        ]
    ),
    st.binary(max_size=40) | st.sampled_from([b"\xb2", b"[", b"\x00", b"9" * 5000, b"Bearer \xff", b"*", b'"\xff"']),
    max_size=3,
)

Operations = list[tuple[str, str, Mapping[str, Any]]]


def operations() -> Operations:
    """Return method, path and description of every operation, and of the OAuth endpoints."""
    found = [
        (method.upper(), f"/v1{path}", operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post", "put", "patch", "delete"}
    ]
    return [*found, ("POST", "/oauth/token", {}), ("POST", "/oauth/revoke", {})]


def names_of(node: object, known: Mapping[str, Any]) -> Iterator[str]:
    """Return the names of all members of a schema, however deep."""
    if isinstance(node, dict):
        yield from node.get("properties", {})
        for key, value in node.items():
            if key == "$ref":
                yield from names_of(known[str(value).rpartition("/")[2]], known)
            else:
                yield from names_of(value, known)
    elif isinstance(node, list):
        for each in node:
            yield from names_of(each, known)


@st.composite
def hostile_requests(draw: st.DrawFn, found: Operations, members: Mapping[str, list[str]]) -> Raw:
    """Return a request to any operation with a hostile text in its path, query, headers or body."""
    method, template, operation = draw(st.sampled_from(found))
    path = template
    for parameter in map(resolved, operation.get("parameters", ())):
        if parameter["in"] == "path":
            value = draw(st.sampled_from([SOME_ID, "allegro", "dock"]) | HOSTILE)
            path = path.replace(f"{{{parameter['name']}}}", value)
    query = draw(st.binary(max_size=20) | st.just(b""))
    named = [each["name"] for each in map(resolved, operation.get("parameters", ())) if each["in"] == "query"]
    for name in draw(st.lists(st.sampled_from(named), max_size=2, unique=True)) if named else []:
        value = draw(HOSTILE | st.builds(cursor, HOSTILE) | st.builds(cursor, HOSTILE, HOSTILE))
        query = f"{name}={quote(value, errors='surrogatepass')}".encode() + b"&" + query
    body = draw(st.dictionaries(st.sampled_from(members[f"{method} {template}"] or ["a"]) | HOSTILE, HOSTILE_JSON))
    encoded = json.dumps(body).encode() if method != "GET" else b""
    headers = {b"idempotency-key": b"k-1", b"if-match": b"*", b"content-type": b"application/json"}
    if template.startswith("/oauth/"):
        headers[b"content-type"] = b"application/x-www-form-urlencoded"
        encoded = b"token=x&grant_type=client_credentials&client_secret=x&client_id=" + draw(st.binary(max_size=9))
    if template == "/v1/events":
        query = b"wait=0&" + query
    return Raw(method, path, query, headers={**headers, **draw(HOSTILE_HEADERS)}, body=encoded)


@pytest.mark.slow
@pytest.mark.parametrize("client", ["dock", "operator"])
async def test_no_text_makes_an_operation_fail(app: ASGIApp, hub: AppState, sign_in: SignIn, client: str) -> None:
    found, token, loop = operations(), await token_of(hub, client), asyncio.get_running_loop()
    known = document()["components"]["schemas"]
    members = {
        f"{method} {path}": sorted(set(names_of(operation.get("requestBody", {}), known)))
        for method, path, operation in found
    }
    failed: list[Raw] = []

    @seed(len(client))
    @settings(
        max_examples=300, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(request=hostile_requests(found, members))
    def attempt(request: Raw) -> None:
        if asyncio.run_coroutine_threadsafe(send_raw(app, request, token), loop).result() >= 500:
            failed.append(request)

    await asyncio.to_thread(attempt)

    assert failed == []
