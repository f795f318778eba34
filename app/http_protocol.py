"""HTTP/1.1 as the hub and the simulators speak it: as uvicorn does, and an offer of another protocol is ignored."""

from typing import Any

import httptools
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class HttpProtocol(HttpToolsProtocol):
    """A connection that never changes its protocol: ``Upgrade: h2c`` is answered as if it were absent.

    A server may ignore the offer (RFC 9110, section 7.8), and must then read the request that makes it.
    """

    @override
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # those of uvicorn
        super().__init__(*args, **kwargs)
        # The part of it that uvicorn uses.
        self.parser = _Parser(self)  # type: ignore[assignment]


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
