"""Calls to a partner, in which no answer lasts or grows without end."""

import asyncio
from typing import Any, Final

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from typing_extensions import override

from app.adapters.common.contents import MOST_BYTES, MOST_BYTES_OF_ONE, check_weight, unpacked
from app.name_lookup import NameLookup

ANSWER_SECONDS: Final = 30.0
"""The head of an answer arrives within this time, and its body within as much, however steadily they drip."""

_OF_TRANSFER: Final = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


A_LIST: Final = {"trajecthub.list": True}
"""The ``extensions`` of a call whose answer is a list, which may be large."""


class PartnerClient(httpx.AsyncClient):
    """Reads every answer whole, within a time and a size.

    Attributes:
        list_bytes: the most bytes of a list.
    """

    answer_seconds = ANSWER_SECONDS
    list_bytes = MOST_BYTES

    @override
    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # those of httpx
        """Send a request and return the answer, read and unpacked.

        Raises:
            TimeoutError: the answer did not arrive in time.
            PartnerUnreachable: it is too large, or has too many values.
            Exception: whatever httpx raises.
        """
        answer = await super().send(request, **{**options, "stream": True})
        try:
            async with asyncio.timeout(self.answer_seconds):
                content = await unpacked(answer.aiter_raw(), answer.headers, self._most_bytes(request))
        finally:
            await answer.aclose()
        await check_weight(content)
        headers = [(name, value) for name, value in answer.headers.raw if name.lower() not in _OF_TRANSFER]
        return httpx.Response(answer.status_code, headers=headers, content=content, request=request)

    def _most_bytes(self, request: httpx.Request) -> int:
        return self.list_bytes if A_LIST.keys() <= request.extensions.keys() else MOST_BYTES_OF_ONE


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
            resolver=NameLookup(),
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
