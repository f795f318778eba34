"""Answers are sent without delay, and a server that stops finishes its open requests."""

import asyncio
import socket

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from app.listening import listen
from app.sandbox.runtime import Server
from tests.support.patience import PATIENCE

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class SlowApplication:
    """Answers when ``may_answer`` is set."""

    def __init__(self) -> None:
        self.asked, self.may_answer = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.set()
        await self.may_answer.wait()
        await PlainTextResponse("done")(scope, receive, send)


def test_no_part_of_an_answer_waits_until_the_client_acknowledges_the_part_before() -> None:
    (listener,) = listen("127.0.0.1", 0)
    with listener, socket.create_connection(listener.getsockname()), listener.accept()[0] as connection:
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_server_that_stops_finishes_open_requests_and_closes_idle_connections() -> None:
    app = SlowApplication()
    server = Server(app)
    await server.start()
    busy, writer = await asyncio.open_connection("127.0.0.1", server.port)
    idle, idle_writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(REQUEST)
    await app.asked.wait()

    stopping = asyncio.create_task(server.stop())
    async with asyncio.timeout(PATIENCE):
        closed = await idle.read()
        app.may_answer.set()
        answer = await busy.read()
        await stopping
    writer.close()
    idle_writer.close()

    assert (closed, answer.endswith(b"done")) == (b"", True)
