"""The body of a request is read when its token is valid, and no sooner: over real connections, byte by byte."""

import asyncio
from json import loads

import pytest
from starlette.types import ASGIApp

from app.limits import Limits
from tests.api.conftest import SECRET, Api
from tests.support.patience import PATIENCE
from tests.support.raw_server import running_server

HALF = b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
CHUNKED = b'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n'
EXPECTING = HALF.replace(b"Content-Type", b"Expect: 100-continue\r\nContent-Type")[:-1]
TOKENS = {"none": b"", "another scheme": b"Authorization: Basic eDp4\r\n", "odd": b"Authorization: Bearer a.b.c\r\n"}


async def answer_to(app: ASGIApp, head: bytes, rest: bytes = b"") -> tuple[bytes, dict[str, str]]:
    """Send a part of a request; return the first line of the answer and its body, while the request goes on."""
    async with running_server(app, Limits()) as server:
        reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
        writer.write(head + rest)
        async with asyncio.timeout(PATIENCE):
            answered = await reader.readuntil(b"\r\n\r\n")
            writer.write(b"x" * 500)
            await writer.drain()
            length = next(line for line in answered.lower().split(b"\r\n") if line.startswith(b"content-length"))
            content = await reader.readexactly(int(length.split()[1]))
        writer.close()
    return answered.partition(b"\r\n")[0], loads(content)


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize("rest", [HALF, CHUNKED, EXPECTING], ids=["half", "in parts", "asking first"])
async def test_without_a_valid_token_no_body_is_waited_for(app: ASGIApp, token: bytes, rest: bytes) -> None:
    head = b"POST /v1/referrals HTTP/1.1\r\nHost: x\r\n" + token

    status, problem = await answer_to(app, head, rest)

    assert status == b"HTTP/1.1 401 Unauthorized"
    assert problem["code"] == "unauthenticated"


async def test_what_is_wrong_with_the_head_is_said_without_the_body_and_without_a_token(app: ASGIApp) -> None:
    large, other = HALF.replace(b"1000", b"999999"), HALF.replace(b"json", b"xml")

    for rest, expected in ((large, "body-too-large"), (other, "unsupported-media-type")):
        _, problem = await answer_to(app, b"POST /v1/referrals HTTP/1.1\r\nHost: x\r\n", rest)
        assert problem["code"] == expected


@pytest.mark.parametrize("path", ["/oauth/token", "/healthz/live", "/docs", "/v1", "/nothing"])
async def test_little_is_read_where_no_token_is_needed(app: ASGIApp, path: str) -> None:
    form = b"Content-Type: application/x-www-form-urlencoded\r\n"
    most = Limits().token_body_bytes
    declared = form + b"Content-Length: %d\r\n\r\n" % (most + 1)
    counted = form + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (most + 1, b"x" * (most + 1))

    for rest in (declared, counted):
        if path != "/oauth/token":
            rest = rest.replace(b"x-www-form-urlencoded", b"json")
        _, problem = await answer_to(app, b"POST %s HTTP/1.1\r\nHost: x\r\n" % path.encode(), rest)
        said = problem.get("detail") or problem["error_description"]
        assert said == f"Send at most {most} bytes.", path


async def test_the_largest_request_for_a_token_is_read(dock: Api) -> None:
    form = {"grant_type": "client_credentials", "client_id": "dock", "client_secret": SECRET}
    padded = form | {"padding": "x" * (Limits().token_body_bytes - 200)}

    answered = await dock.post("/oauth/token", data=padded, headers={"Authorization": ""})

    assert answered.status_code in (200, 401)
    assert "Send at most" not in answered.text
