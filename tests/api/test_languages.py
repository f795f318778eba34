"""A problem is in the language that its caller prefers, whatever went wrong."""

from typing import Any

import pytest
from httpx import ASGITransport, Response
from starlette.types import Receive, Scope, Send

from app.api.http.middleware import RequestGuard, ResponseHeaders
from app.api.state import AppState
from app.limits import Limits
from app.stopping import Stopping
from tests.api.conftest import PUBLIC_URL, Api
from tests.support.api_calls import anybody, path_for, refer
from tests.support.nginx import is_wanted

DUTCH = {"Accept-Language": "nl, en;q=0.5"}
UNKNOWN_ID = "019ab3f2-7c00-7000-8000-000000000001"

REQUESTS: dict[str, tuple[int, str, str, dict[str, Any]]] = {
    "unknown address": (404, "GET", "/v1/nothing", {}),
    "unknown referral": (404, "GET", f"/v1/referrals/{UNKNOWN_ID}", {}),
    "unknown code list": (404, "GET", "/v1/code-lists/nothing", {}),
    "missing scope": (403, "POST", f"/v1/referrals/{UNKNOWN_ID}/confirmation", {"json": {}}),
    "another's organisation": (403, "GET", "/v1/worker-processes", {}),
    "no token": (401, "GET", "/v1/referrals", {"headers": {"Authorization": "none"}}),
    "odd token": (401, "GET", "/v1/referrals", {"headers": {"Authorization": "Bearer a.b.c"}}),
    "another method": (405, "DELETE", "/v1/referrals", {}),
    "another answer": (406, "GET", "/v1/referrals", {"headers": {"Accept": "text/html"}}),
    "large body": (413, "POST", "/v1/referrals", {"content": b" " * (Limits().body_bytes + 1)}),
    "another body": (415, "POST", "/v1/referrals", {"content": b"a", "headers": {"Content-Type": "text/plain"}}),
    "odd address": (400, "GET", "/v1/referrals?a=%ff", {}),
}


async def ask(api: Api, method: str, path: str, options: dict[str, Any], language: dict[str, str]) -> Response:
    given = options.get("headers", {})
    return await api.request(method, path, **(options | {"headers": given | language}))


def assert_in_both_languages(english: Response, dutch: Response) -> None:
    said, gezegd = english.json(), dutch.json()
    assert english.headers["content-language"] == "en"
    assert dutch.headers["content-language"] == "nl"
    assert {name: said[name] == gezegd[name] for name in ("type", "status", "code", "title", "detail")} == {
        "type": True,
        "status": True,
        "code": True,
        "title": False,
        "detail": False,
    }


@pytest.mark.parametrize(("status", "method", "path", "options"), REQUESTS.values(), ids=REQUESTS)
async def test_refused_request_is_answered_in_the_language_of_its_caller(
    dock: Api, status: int, method: str, path: str, options: dict[str, Any]
) -> None:
    if status == 413 and is_wanted():
        pytest.skip("nginx refuses larger bodies")
    english = await ask(dock, method, path, options, {})
    dutch = await ask(dock, method, path, options, DUTCH)

    assert english.status_code == dutch.status_code == status, english.text
    assert_in_both_languages(english, dutch)


async def test_what_contradicts_the_record_is_said_in_the_language_of_the_caller(dock: Api, etf: Api) -> None:
    await refer(dock, reference="K-1")
    path = f"/v1{await path_for(etf, 'K-1')}/forwarding"
    body = {"organisationCode": "dock"}
    assert (await etf.post(path, json=body, headers={"If-Match": "*"})).status_code == 200

    for tag, status in [({"If-Match": "*"}, 409), ({"If-Match": '"x"'}, 412), ({}, 428)]:
        english = await etf.post(path, json=body, headers=tag)
        dutch = await etf.post(path, json=body, headers=tag | DUTCH)
        assert english.status_code == dutch.status_code == status, english.text
        assert_in_both_languages(english, dutch)


async def test_that_the_hub_stops_is_said_in_the_language_of_the_caller(api: Api, hub: AppState) -> None:
    hub.stopping.announced.set()

    english = await api.get("/healthz/ready")
    dutch = await api.get("/healthz/ready", headers=DUTCH)

    assert english.status_code == dutch.status_code == 503
    assert english.json()["detail"] == (
        "The hub is stopping. Send the request again shortly; a change with the same Idempotency-Key is made only once."
    )
    assert_in_both_languages(english, dutch)


async def test_a_mistake_of_the_hub_is_said_in_the_language_of_the_caller() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError

    transport = ASGITransport(ResponseHeaders(RequestGuard(broken, Limits(), anybody), Stopping().begun.is_set))
    async with Api(transport=transport, base_url=PUBLIC_URL) as client:
        english, dutch = await client.get("/v1/any"), await client.get("/v1/any", headers=DUTCH)

    assert_in_both_languages(english, dutch)


async def test_error_of_a_token_request_stays_in_ascii_for_programs(api: Api) -> None:
    answered = await api.post("/oauth/token", data={"grant_type": "password"}, headers=DUTCH)

    assert answered.json()["error_description"] == "Use grant_type=client_credentials; there is no other."
