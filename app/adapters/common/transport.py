"""Calls to a partner, in which no answer lasts or grows without end."""

import asyncio
from typing import Any, Final

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from typing_extensions import override

from app.adapters.common.answers import UNEXPECTED_ANSWER
from app.domain.errors import PartnerUnreachable

ANSWER_SECONDS: Final = 30.0
"""The head of an answer arrives within this time, and its body within as much, however steadily they drip."""

MOST_BYTES: Final = 64 * 2**20
"""The largest answer that is read, unpacked; a page of 500 records has a few million bytes."""

_OF_TRANSFER: Final = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


class PartnerClient(httpx.AsyncClient):
    """Reads every answer whole, within a time and a size."""

    answer_seconds = ANSWER_SECONDS

    @override
    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # those of httpx
        """Send a request and return the answer, read and unpacked.

        Raises:
            TimeoutError: the answer did not arrive in time.
            PartnerUnreachable: it is too large.
            Exception: whatever httpx raises.
        """
        answer = await super().send(request, **{**options, "stream": True})
        try:
            async with asyncio.timeout(self.answer_seconds):
                content = await _content_of(answer)
        finally:
            await answer.aclose()
        headers = [(name, value) for name, value in answer.headers.raw if name.lower() not in _OF_TRANSFER]
        return httpx.Response(answer.status_code, headers=headers, content=content, request=request)


class PartnerTransport(AiohttpTransport):
    """Sends over connections of aiohttp.

    What no contract has is dropped, because one that is odd made every call fail: cookies, which come back with each
    later call, and the words behind the status.
    """

    answer_seconds = ANSWER_SECONDS

    @override
    def get_client(self) -> aiohttp.ClientSession:
        """Return the connections, which are opened when they are needed."""
        connector = aiohttp.TCPConnector(
            ssl=self.ssl_context,
            limit=self.limits.max_connections or 0,
            keepalive_timeout=self.limits.keepalive_expiry,
        )
        return aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), response_class=_WordlessResponse
        )

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the answer, whose body is yet to be read.

        Raises:
            TimeoutError: the head of the answer did not arrive in time.
            Exception: whatever the other transport raises.
        """
        async with asyncio.timeout(self.answer_seconds):
            return await super().handle_async_request(request)


class _WordlessResponse(aiohttp.ClientResponse):
    @override
    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        await super().start(connection)
        self.reason = None
        return self


async def _content_of(answer: httpx.Response) -> bytes:
    content = bytearray()
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > MOST_BYTES:
            text = f"An answer of more than {MOST_BYTES // 2**20} MiB is not read; check what the partner sends"
            raise PartnerUnreachable(text, code=UNEXPECTED_ANSWER)
    return bytes(content)
