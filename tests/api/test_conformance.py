"""How the API behaves at run time, as the NL API Design Rules 2.2.0 want it and their linter cannot see."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from fastapi.routing import APIRoute
from httpx import ASGITransport, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from app import __version__
from app.api.app import create_api
from app.api.http.middleware import RequestGuard, ResponseHeaders
from app.api.routes import ROUTERS
from app.api.state import AppState
from app.database import Database
from app.domain.details import Detail
from app.domain.errors import Unavailable
from app.limits import Limits
from app.operations.access.clients import save_client
from app.sandbox.runtime import serving
from app.stopping import Stopping
from tests.api.conftest import PUBLIC_URL, SECRET, Api, SignIn
from tests.support.api_calls import anybody
from tests.support.assertions import GRANT
from tests.support.nginx import directly

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "api-version": __version__,
}
UNREADABLE_CURSOR = "Not a cursor of this list; use nextCursor of the page before, or leave it out to start anew."
DOCK = {"name": "DOCK Zuid", "kind": "welzijnsorganisatie"}


def assert_problem(response: Response, status: int, code: str) -> Mapping[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["detail"]
    return body


def assert_framed(response: Response) -> None:
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert response.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/v1/code-lists/", "/v1/organisations/", "/healthz/", "/oauth/token/"])
async def test_a_trailing_slash_is_not_found_and_not_redirected(api: Api, path: str) -> None:
    response = await api.get(path)

    assert_problem(response, 404, "not-found")


@pytest.mark.parametrize("path", ["/v1/nothing", "/nothing", "/v2/code-lists", "/"])
async def test_an_unknown_path_is_a_problem_inside_and_outside_the_version(api: Api, path: str) -> None:
    response = await api.get(path)

    assert f"see {PUBLIC_URL}/docs for what there is." in str(assert_problem(response, 404, "not-found")["detail"])
    assert_framed(response)


async def test_a_wrong_method_names_the_allowed_ones(api: Api) -> None:
    response = await api.delete("/v1/organisations/dock")

    assert_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET, HEAD, PUT"
    assert_framed(response)


async def test_a_wrong_method_of_an_address_that_is_no_id_names_its_own_methods_only(api: Api, dock: Api) -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    fixed: dict[str, set[str]] = {}
    for route in routes:
        if "{" not in route.path:
            fixed.setdefault(route.path, set()).update(route.methods or ())

    assert "/referrals/_search" in fixed
    for path, methods in fixed.items():
        allowed = methods | ({"HEAD"} if "GET" in methods else set())
        for client in (api, dock):
            for method in {"DELETE", "GET", "PATCH", "PUT", "POST", "HEAD"} - allowed:
                response = await client.request(method, f"/v1{path}", headers={"If-Match": "*"})

                assert response.status_code == 405, (method, path)
                assert {*response.headers["allow"].split(", ")} == allowed, (method, path)


async def test_a_wrong_method_outside_the_version_names_the_allowed_ones(api: Api) -> None:
    response = await api.post("/.well-known/jwks.json")

    assert_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/v1/code-lists", "/v1/openapi.json", "/healthz", "/docs"])
@directly(reason="nobody knows the length of an answer before it is compressed")
async def test_head_gives_the_headers_of_get_without_its_body(api: Api, path: str) -> None:
    got = await api.get(path)

    response = await api.head(path)

    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["content-length"] == str(len(got.content))
    assert_framed_or_page(response, path)


def assert_framed_or_page(response: Response, path: str) -> None:
    if path != "/docs":
        assert_framed(response)


async def test_bad_query_is_a_400_that_names_every_fault_and_no_value(dock: Api) -> None:
    response = await dock.get("/v1/organisations", params={"limit": "999990019", "cursor": "999990019" * 99})

    body = assert_problem(response, 400, "invalid-input")
    assert body["errors"] == [
        {"field": "limit", "rule": "less-than-equal", "message": "Give a number of at most 100."},
        {"field": "cursor", "rule": "cursor", "message": UNREADABLE_CURSOR},
    ]
    assert "999990019" not in response.text


async def test_bad_body_is_a_400_that_names_every_fault_and_no_value(operator: Api) -> None:
    response = await operator.put("/v1/organisations/new", json={"kind": "999990019", "surprise": 1, "999990019": 2})

    body = assert_problem(response, 400, "invalid-input")
    assert isinstance(body["errors"], list)
    faults = {(each["field"], each["rule"]) for each in body["errors"]}
    assert faults == {
        ("name", "missing"),
        ("kind", "enum"),
        ("surprise", "extra-forbidden"),
        ("(unreadable name)", "extra-forbidden"),
    }
    assert "999990019" not in response.text


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"\xff", 400), (b"[" * 100_000, 413), (b"nothing", 400)])
async def test_an_unreadable_body_is_refused(operator: Api, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}

    response = await operator.put("/v1/organisations/new", content=body, headers=headers)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_bad_path_is_a_400(dock: Api) -> None:
    response = await dock.get("/v1/organisations/D%20O%20C%20K")

    body = assert_problem(response, 400, "invalid-input")
    assert isinstance(body["errors"], list)
    assert body["errors"][0]["field"] == "organisationCode"


async def test_a_write_without_idempotency_key_is_refused_by_name(operator: Api, api: Api) -> None:
    headers = {"Authorization": operator.headers["Authorization"]}

    response = await api.put("/v1/organisations/new", json=DOCK, headers=headers)

    body = assert_problem(response, 400, "invalid-input")
    assert body["errors"] == [
        {"field": "Idempotency-Key", "rule": "missing", "message": "Give this field; it is required."}
    ]


@pytest.mark.parametrize("content_type", ["text/xml", "", "application/x-www-form-urlencoded"])
async def test_a_body_of_another_media_type_is_a_415(operator: Api, content_type: str) -> None:
    headers = {"Content-Type": content_type}

    response = await operator.put("/v1/organisations/new", content=b"<a/>", headers=headers)

    assert_problem(response, 415, "unsupported-media-type")
    assert_framed(response)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/xml", 406),
        ("text/html, application/json;q=0", 406),
        ("application/json;q=0, */*", 406),
        ("application/json", 200),
        ("application/problem+json", 200),
        ("application/*;q=0.5", 200),
        ("text/html, */*;q=0.1", 200),
        ("", 200),
    ],
)
async def test_who_accepts_no_json_gets_a_406(api: Api, accept: str, status: int) -> None:
    response = await api.get("/v1/code-lists", headers={"Accept": accept})

    assert response.status_code == status
    assert_framed(response)


async def test_the_document_is_open_to_every_origin_and_needs_no_token(api: Api) -> None:
    response = await api.get("/v1/openapi.json", headers={"Origin": "https://elsewhere.example"})

    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.json()["info"]["version"] == __version__


@pytest.mark.parametrize("path", ["/v1/code-lists", "/v1/organisations", "/v1/nothing", "/healthz"])
async def test_no_other_answer_is_open_to_other_origins(api: Api, path: str) -> None:
    response = await api.get(path, headers={"Origin": "https://elsewhere.example"})

    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("path", ["/v1/code-lists", "/v1/organisations", "/healthz/live", "/.well-known/jwks.json"])
async def test_every_answer_has_the_version_and_the_security_headers(api: Api, path: str) -> None:
    response = await api.get(path)

    assert_framed(response)


async def test_a_call_without_token_is_a_401_with_its_challenge(api: Api) -> None:
    response = await api.get("/v1/organisations")

    assert_problem(response, 401, "unauthenticated")
    assert response.headers["www-authenticate"] == 'Bearer realm="trajecthub"'


async def test_a_call_with_a_token_that_is_not_valid_is_told_why_in_its_challenge(api: Api) -> None:
    response = await api.get("/v1/organisations", headers={"Authorization": "Bearer x.y.z", "Accept-Language": "nl"})

    assert_problem(response, 401, "unauthenticated")
    assert response.headers["www-authenticate"] == (
        'Bearer realm="trajecthub", error="invalid_token", '
        'error_description="The token cannot be read. Get an access token at /oauth/token."'
    )


async def test_a_token_in_the_query_opens_nothing(api: Api, dock: Api) -> None:
    token = dock.headers["Authorization"].removeprefix("Bearer ")

    response = await api.get("/v1/organisations", params={"access_token": token})

    assert_problem(response, 401, "unauthenticated")


async def test_a_scope_that_the_token_lacks_is_a_403_that_names_it(dock: Api) -> None:
    response = await dock.put("/v1/organisations/new", json=DOCK)

    body = assert_problem(response, 403, "forbidden")
    assert "organisations:manage" in str(body["detail"])
    challenge = response.headers["www-authenticate"]
    assert challenge.startswith('Bearer realm="trajecthub", error="insufficient_scope", error_description="')
    assert challenge.endswith(', scope="organisations:manage"')


async def test_what_a_role_does_not_do_has_no_challenge(hub: AppState, sign_in: SignIn) -> None:
    scopes = ["organisations:manage"]
    await hub.db.write(save_client, hub.services, "eager", organisation_code="dock", scopes=scopes, secret=SECRET)

    response = await (await sign_in("eager")).put("/v1/organisations/new", json=DOCK)

    assert_problem(response, 403, "forbidden")
    assert "www-authenticate" not in response.headers


@pytest.mark.parametrize(
    ("status", "method", "options"),
    [
        (405, "GET", {}),
        (406, "POST", {"data": {}, "headers": {"Accept": "text/html"}}),
        (413, "POST", {"data": {"a": "x" * 20_000}}),
        (415, "POST", {"json": {}}),
    ],
)
async def test_what_http_refuses_at_the_token_endpoint_is_an_error_of_oauth(
    api: Api, status: int, method: str, options: dict[str, Any]
) -> None:
    response = await api.request(method, "/oauth/token", **options)

    assert (response.status_code, response.headers["content-type"]) == (status, "application/json")
    assert set(response.json()) == {"error", "error_description"}
    assert response.json()["error"] == "invalid_request"


async def test_what_the_hub_cannot_answer_at_the_token_endpoint_is_an_error_of_oauth(hub: AppState) -> None:
    application = create_api(replace(hub, db=DownDatabase()))
    async with Api(transport=ASGITransport(application), base_url=PUBLIC_URL) as client:
        response = await client.post("/oauth/token", data=GRANT, auth=("dock", SECRET))

    assert (response.status_code, response.headers["content-type"]) == (503, "application/json")
    assert response.json()["error"] == "temporarily_unavailable"
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize("declared", [True, False])
@directly(reason="nginx refuses larger bodies")
async def test_a_body_that_is_too_large_is_a_413(operator: Api, declared: bool) -> None:
    body = b" " * (Limits().body_bytes + 1)

    async def in_pieces() -> AsyncIterator[bytes]:
        yield body

    response = await operator.put(
        "/v1/organisations/new",
        content=body if declared else in_pieces(),
        headers={"Content-Type": "application/json"},
    )

    assert_problem(response, 413, "body-too-large")
    assert_framed(response)


@pytest.mark.parametrize(
    ("language", "title"),
    [("nl", "Niet gevonden"), ("nl-NL, en;q=0.8", "Niet gevonden"), ("en, nl;q=0.5", "Not found"), ("fr", "Not found")],
)
async def test_titles_come_in_dutch_when_asked(api: Api, language: str, title: str) -> None:
    response = await api.get("/v1/nothing", headers={"Accept-Language": language})

    assert response.json()["title"] == title


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"X-Request-ID": "my-request-0001"}, "my-request-0001"),
        (
            {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
            "0af7651916cd43dd8448eb211c80319c",
        ),
    ],
)
async def test_a_correlation_id_is_taken_over(api: Api, given: dict[str, str], expected: str) -> None:
    response = await api.get("/healthz/live", headers=given)

    assert response.headers["x-request-id"] == expected


async def test_a_correlation_id_cannot_smuggle_text_into_the_log(api: Api) -> None:
    response = await api.get("/healthz/live", headers={"X-Request-ID": 'x" error="forged'})

    assert len(response.headers["x-request-id"]) == 32


async def test_what_nobody_caught_is_a_500_without_internals(capsys: pytest.CaptureFixture[str]) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError(scope["query_string"].decode())

    async with Api(
        transport=ASGITransport(ResponseHeaders(RequestGuard(broken, Limits(), anybody), Stopping().begun.is_set)),
        base_url="https://hub.example.nl",
    ) as client:
        response = await client.get("/v1/anything?999990019")

    assert_problem(response, 500, "internal-error")
    assert_framed(response)
    assert "999990019" not in response.text + "".join(capsys.readouterr())


async def test_a_request_whose_caller_went_away_is_not_answered_and_stays_cancelled() -> None:
    begun, sent = asyncio.Event(), list[Message]()

    async def hanging(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/v1/any", "query_string": b"", "headers": []}
    asked = asyncio.ensure_future(ResponseHeaders(hanging, Stopping().begun.is_set)(scope, receive, send))
    await begun.wait()
    asked.cancel()
    await asyncio.wait([asked])

    assert asked.cancelled()
    assert sent == []


async def test_the_documentation_page_loads_nothing_from_elsewhere(api: Api) -> None:
    page = await api.get("/docs")
    script = await api.get("/docs/swagger-ui-bundle.js")
    style = await api.get("/docs/swagger-ui.css")
    parts = [await api.get(f"/{name}") for name in re.findall(r'"(docs/[a-z-]+\.[a-z]+)"', page.text)]

    assert {page.status_code, script.status_code, style.status_code, *(each.status_code for each in parts)} == {200}
    assert len(parts) == 7
    assert "http" not in page.text
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    assert len(script.content) > 1_000_000


async def test_the_documentation_page_has_no_other_parts(api: Api) -> None:
    for name in ("page.html", "..%2Fdocs.py", "docs.py", "nothing.js"):
        assert_problem(await api.get(f"/docs/{name}"), 404, "not-found")


async def test_health_answers_without_a_token(api: Api) -> None:
    answers = [await api.get(path) for path in ("/healthz", "/healthz/live", "/healthz/ready")]

    assert [answer.json() for answer in answers] == [{"status": "pass"}] * 3


async def test_code_lists_have_dutch_labels(api: Api) -> None:
    one = await api.get("/v1/code-lists/referral-statuses")
    every = await api.get("/v1/code-lists")

    assert {"code": "missed", "label": "Niet verschenen"} in one.json()["codes"]
    assert one.json() in every.json()["items"]


async def test_an_unknown_code_list_is_not_found(api: Api) -> None:
    response = await api.get("/v1/code-lists/nothing")

    assert_problem(response, 404, "not-found")


class DownDatabase(Database):
    """A store that cannot be reached."""

    def __init__(self) -> None:
        pass

    @override
    async def read(self, *_args: Any, **_options: Any) -> Any:
        """Fail as a store does that is restarting."""
        raise Unavailable(Detail.DATABASE_AWAY())


async def test_a_hub_without_database_is_not_ready_and_says_when_to_come_back(hub: AppState) -> None:
    application = create_api(replace(hub, db=DownDatabase()))
    async with Api(transport=ASGITransport(application), base_url=PUBLIC_URL) as client:
        response = await client.get("/healthz/ready")

    assert_problem(response, 503, "unavailable")
    assert int(response.headers["retry-after"]) > 0


async def test_over_real_http_head_and_refusals_keep_the_connection_usable(app: ASGIApp) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        yield b" " * (Limits().body_bytes + 1)

    async with serving(app) as server, Api(base_url=server.url) as client:
        head = await client.head("/v1/code-lists")
        json = {"Content-Type": "application/json"}
        large = await client.put("/v1/organisations/new", content=in_pieces(), headers=json)
        got = await client.get("/v1/code-lists")

    assert head.headers["content-length"] == str(len(got.content))
    assert_problem(large, 401, "unauthenticated")
    assert_framed(got)


async def test_half_a_body_is_never_served() -> None:
    served_bodies = []

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        served_bodies.append(await receive())

    messages = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/referrals",
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")],
    }

    async def receive() -> Any:
        return next(messages)

    async def send(_message: Any) -> None:
        raise AssertionError("nobody is there to read an answer")

    await RequestGuard(endpoint, Limits(), anybody)(scope, receive, send)

    assert served_bodies == []
