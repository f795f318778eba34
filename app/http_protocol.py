"""HTTP/1.1 as the hub and the simulators speak it: as uvicorn does, with bounds on what slow peers may hold up.

An offer of another protocol is ignored.
"""

from asyncio import TimerHandle, Transport
from collections.abc import Callable
from typing import Any

import httptools
from typing_extensions import override
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from app.calls import OPEN_CALLS, OpenCalls
from app.server_connections import ServerConnections

LAST_SECONDS = 1.0
"""What was received in part when the server stops is received whole within this time."""


MOST_UNREAD_BYTES = 16 * 1024 * 1024
"""So much of a body is received after it was refused, so that its sender reads why."""


def _last_answer(status: str, text: str) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}"
    ).encode("ascii")


_TOO_MANY = _last_answer("503 Service Unavailable", "The hub has no room for another connection; try again later.")
_NOT_HTTP = _last_answer("400 Bad Request", "This is no request of HTTP/1.1.")


class _HeadTooLarge(Exception):
    """The head of a request has more than the hub reads."""


class HttpProtocol(HttpToolsProtocol):
    """A connection that never changes its protocol, and that no peer keeps open by being slow or fills by its headers.

    ``Upgrade: h2c`` is answered as if it were absent: a server may ignore the offer (RFC 9110, section 7.8), and must
    then read the request that makes it.
    """

    @override
    def __init__(self, config: Config, server_state: ServerState, *args: Any, **kwargs: Any) -> None:  # as uvicorn
        super().__init__(config, server_state, *args, **kwargs)
        # The part of it that uvicorn uses.
        self.parser = _Parser(self)  # type: ignore[assignment]
        self._room = server_state if isinstance(server_state, ServerConnections) else ServerConnections()
        self._limits = self._room.limits
        self._deadline: TimerHandle | None = None
        self._reading_deadline: TimerHandle | None = None
        self._is_receiving = self._is_in_head = self._is_ending = self._is_too_large = False
        self._bytes_outside_body = self._head_bytes = self._bytes_unread = 0
        self._open_calls = OpenCalls()

    @override
    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        """Expect a request, if there is room for the connection."""
        super().connection_made(transport)
        if self._room.admit(self, self.client[0] if self.client else None):
            self._expect_within(self._limits.request_seconds, transport.abort)
        else:
            transport.write(_TOO_MANY)
            transport.close()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more, and give up what is done for the peer."""
        self._room.leave(self)
        self._expect_nothing()
        self._expect_no_reading()
        super().connection_lost(exc)
        self._open_calls.hang_up()

    @override
    def data_received(self, data: bytes) -> None:
        """Read what was received; what is no part of a request does not keep the connection open."""
        self._bytes_outside_body += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._is_receiving and self._bytes_outside_body > self._limits.header_bytes:
            self._end_request(self._too_large)
        if self._deadline is None and not self._is_answering:
            self._expect_within(self._limits.request_seconds, self.transport.abort)

    @override
    def on_message_begin(self) -> None:
        """Expect the rest of a request that has begun."""
        super().on_message_begin()
        self.scope["extensions"] = {OPEN_CALLS: self._open_calls}  # type: ignore[dict-item]  # as uvicorn's types
        self._is_receiving = self._is_in_head = True
        self._bytes_outside_body = self._head_bytes = self._bytes_unread = 0
        self._expect_within(self._limits.request_seconds, self._end_late_request)

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        """Read a header; what is named after the body, where no server in between looks, is none."""
        if self._is_in_head:
            super().on_header(name, value)
            self._head_bytes += len(name) + len(value)
            if len(self.headers) > self._limits.headers or self._head_bytes > self._limits.header_bytes:
                self._is_too_large = True
                raise _HeadTooLarge

    @override
    def on_headers_complete(self) -> None:
        """Begin to answer."""
        super().on_headers_complete()
        self._is_in_head = False
        self._bytes_outside_body = 0
        self._room.note_receiving(self)
        if self._room.closing:
            self.cycle.keep_alive = False

    @override
    def on_body(self, body: bytes) -> None:
        """Read a part of the body; a header may follow it. What nobody reads ends the connection after a while."""
        super().on_body(body)
        self._bytes_outside_body = 0
        if self.cycle.response_complete:
            self._bytes_unread += len(body)
            if self._bytes_unread > MOST_UNREAD_BYTES:
                self.transport.abort()

    @override
    def on_message_complete(self) -> None:
        """Expect nothing until the response is written."""
        self._is_receiving = False
        self._expect_nothing()
        if self._is_answering:
            self._room.note_answering(self)
        else:
            self._room.note_waiting(self)
        super().on_message_complete()

    @override
    def on_response_complete(self) -> None:
        """Expect that the peer reads the response."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._expect_within(self._limits.response_seconds, self.transport.abort)
        elif not self._is_receiving and not self._is_answering:
            self._room.note_waiting(self)

    @override
    def pause_writing(self) -> None:
        """Expect that the peer reads what does not fit in the buffers, and not only a part of it."""
        super().pause_writing()
        if self._reading_deadline is None:
            self._reading_deadline = self.loop.call_later(self._limits.response_seconds, self.transport.abort)

    @override
    def resume_writing(self) -> None:
        """Expect no more reading once the response is written."""
        super().resume_writing()
        if not self._is_answering:
            self._expect_no_reading()

    @override
    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser does not read."""
        self._end_request(self._too_large if self._is_too_large else _NOT_HTTP)

    @override
    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that was not used for a while; what its peer has not read by then is dropped."""
        self.transport.abort()

    @override
    def shutdown(self) -> None:
        """End the connection after what it carries; a request that was received in part has little time left."""
        if self._is_receiving and not self._is_ending:
            self._expect_within(LAST_SECONDS, self.transport.abort)
        self._is_ending = True
        if self._is_answering or not self._is_receiving:
            super().shutdown()

    @property
    def _is_answering(self) -> bool:
        # None before the first request.
        return self.cycle is not None and not self.cycle.response_complete  # type: ignore[redundant-expr]

    @property
    def _too_large(self) -> bytes:
        limits = self._limits
        text = f"Send at most {limits.headers} headers, of {limits.header_bytes // 1024} KiB together."
        return _last_answer("431 Request Header Fields Too Large", text)

    def _expect_within(self, seconds: float, otherwise: Callable[[], None]) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, otherwise)

    def _expect_nothing(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _expect_no_reading(self) -> None:
        if self._reading_deadline:
            self._reading_deadline.cancel()
            self._reading_deadline = None

    def _end_late_request(self) -> None:
        seconds = self._limits.request_seconds
        if self.flow.read_paused or (self._is_in_head and self._is_answering):
            # It waits until an earlier request of this connection is answered.
            self._expect_within(seconds, self._end_late_request)
        else:
            text = f"The request was not received within {seconds:g} seconds; send it again."
            self._end_request(_last_answer("408 Request Timeout", text))

    def _end_request(self, answer: bytes) -> None:
        if self._has_answer_begun:
            self.transport.abort()
        else:
            self.transport.write(answer)
            self.transport.close()

    @property
    def _has_answer_begun(self) -> bool:
        if self._is_receiving and not self._is_in_head:
            return self.cycle.response_started
        return self._is_answering


class _Parser:
    """Parses requests, and reads one that offers an upgrade a second time without that header.

    ``httptools`` takes what follows the headers of such a request for another protocol, and drops it.
    """

    def __init__(self, protocol: HttpToolsProtocol) -> None:
        self._protocol = protocol
        # Called by httptools, by their names.
        self.on_message_begin, self.on_url = protocol.on_message_begin, protocol.on_url
        self.on_header, self.on_body = protocol.on_header, protocol.on_body
        self._parser = self._new_parser()

    def on_headers_complete(self) -> None:
        """Begin the request, unless it will be read a second time."""
        if not self._offers_upgrade():
            self._protocol.on_headers_complete()

    def on_message_complete(self) -> None:
        """End the request, unless it will be read a second time."""
        if not self._offers_upgrade():
            self._protocol.on_message_complete()

    def feed_data(self, data: bytes) -> None:
        """Parse what was received.

        Raises:
            httptools.HttpParserError: it is not HTTP.
            httptools.HttpParserUpgrade: it asks for a tunnel, by the method CONNECT.
        """
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            if not self._offers_upgrade():
                raise
            head = self._head_without_upgrade()
            self._parser = self._new_parser()
            self.feed_data(head + data[offer.args[0] :])

    def get_http_version(self) -> str:
        """Return the version of the present request."""
        return self._parser.get_http_version()

    def get_method(self) -> bytes:
        """Return the method of the present request."""
        return self._parser.get_method()

    def should_keep_alive(self) -> bool:
        """Return whether the connection stays open after the present request."""
        return self._parser.should_keep_alive()

    def should_upgrade(self) -> bool:
        """Return False: the connection keeps its protocol."""
        return False

    def _new_parser(self) -> httptools.HttpRequestParser:
        parser = httptools.HttpRequestParser(self)
        # As uvicorn does: a request may follow one that asks to close the connection.
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return parser

    def _offers_upgrade(self) -> bool:
        return self._parser.should_upgrade() and self._parser.get_method() != b"CONNECT"

    def _head_without_upgrade(self) -> bytes:
        version = self._parser.get_http_version().encode()
        lines = [b"%s %s HTTP/%s" % (self._parser.get_method(), self._protocol.url, version)]
        lines += [b"%s: %s" % pair for pair in self._protocol.headers if pair[0] != b"upgrade"]
        return b"\r\n".join(lines) + b"\r\n\r\n"
