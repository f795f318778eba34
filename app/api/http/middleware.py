"""The headers of every response, and the checks of every request before it reaches an endpoint. Pure ASGI.

Source: NL API Design Rules 2.2.0, /core/version-header, /core/transport/security-headers, /core/http-methods,
and its prose on unexpected media types.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import unquote_to_bytes
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import __version__
from app.api.http.language import accepts
from app.api.http.oauth_answers import OAUTH_PATHS
from app.api.http.problems import bug_of, problem_of
from app.api.http.protocol_errors import BAD_REQUEST, BODY_TOO_LARGE, NOT_ACCEPTABLE, UNSUPPORTED_MEDIA_TYPE, HttpError
from app.api.http.request_record import RequestRecord, record_of
from app.domain.details import Detail, Said
from app.domain.errors import HubError, Unavailable
from app.domain.json_signs import exceeds
from app.domain.text import is_storable
from app.limits import Limits
from app.log import correlated
from app.security_log import acting

HEADERS: Mapping[str, str] = {
    "API-Version": __version__,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every response, unless the endpoint sets another value."""

_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

_JSON = {"application/json"}
_PATCH = {"application/json", "application/merge-patch+json"}
_FORM = {"application/x-www-form-urlencoded"}
_LENGTH = re.compile(r"[0-9]+", re.ASCII)
_LENGTH_DIGITS = 18
# Digits alone could be somebody's number, and would be logged.
_REQUEST_ID = re.compile(r"^(?=.*[A-Za-z])[A-Za-z0-9._-]{8,64}$")
# W3C Trace Context: version, trace id, parent id, flags.
_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def _nothing() -> None:
    """Return nothing."""


class ResponseHeaders:
    """Adds headers and correlation id to every response, answers HEAD, and turns an uncaught exception into a 500.

    A request that is broken off because the process ends is answered with 503; one whose caller was cut off with its
    refusal.

    Args:
        app: what answers.
        is_ending: returns whether the process breaks off what takes too long.
        end: called from the task of each request when it ends; returns the refusal of one whose caller was cut off.
    """

    def __init__(
        self, app: ASGIApp, is_ending: Callable[[], bool], end: Callable[[], HubError | None] = _nothing
    ) -> None:
        self._app, self._is_ending, self._end = app, is_ending, end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve an HTTP request; other scopes, such as the lifespan, are passed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        record = record_of(scope)
        record.id = request_id = _request_id(Headers(scope=scope))
        with correlated(request_id), acting(lambda: record.client):
            await self._serve(scope, receive, _Framed(send, record, request_id, bodyless=scope["method"] == "HEAD"))

    async def _serve(self, scope: Scope, receive: Receive, framed: "_Framed") -> None:
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        record = record_of(scope)
        try:
            await self._app(inner, receive, framed)
        except asyncio.CancelledError:
            refusal = self._refusal()
            if refusal is None:
                raise
            # Its task ends with the answer.
            if record.status is None:
                await problem_of(scope, refusal)(scope, receive, framed)
        except Exception as error:  # noqa: BLE001 - the last place that can still answer
            # Starlette raises an exception again after its handler sent the response and logged it.
            if record.status is None:
                await bug_of(scope, error)(scope, receive, framed)
        finally:
            self._end()

    def _refusal(self) -> HubError | None:
        """Return why a request was broken off; None when nobody waits for an answer any more."""
        if refusal := self._end():
            if task := asyncio.current_task():
                task.uncancel()
            return refusal
        return Unavailable(Detail.HUB_STOPPING()) if self._is_ending() else None


class _Framed:
    """A ``send`` that adds the headers, records the status, and drops the body for HEAD."""

    def __init__(self, send: Send, record: RequestRecord, request_id: str, *, bodyless: bool) -> None:
        self._send = send
        self._record = record
        self._request_id = request_id
        self._bodyless = bodyless

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._record.status = message["status"]
            headers = message.get("headers", ())
            named = {name for name, _ in headers}
            added = [pair for pair in _RAW_HEADERS if pair[0] not in named]
            message = {**message, "headers": [*headers, *added, (b"x-request-id", self._request_id.encode())]}
        elif self._bodyless:
            message = {**message, "body": b""}
        await self._send(message)


Authenticate = Callable[[Scope], Awaitable[None]]
"""Raises Unauthenticated when a request has no valid token, and Unavailable when that cannot be found out."""


_CALENDAR = ("text/calendar",)


class RequestGuard:
    """Refuses requests that no endpoint reads: too large, of another media type, not accepting JSON, or of nobody.

    A body is read of whoever has a valid token only, and at the token endpoint, which reads little.

    Args:
        app: what answers.
        limits: of bodies.
        authenticate: checks the token of a request for a versioned endpoint.
    """

    def __init__(self, app: ASGIApp, limits: Limits, authenticate: Authenticate) -> None:
        self._app, self._limits, self._authenticate = app, limits, authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
        except ClientDisconnect:
            # Part of a body is not what the client meant to send, and it does not wait for a response.
            return
        if isinstance(body, HttpError | HubError):
            await problem_of(scope, body)(scope, receive, send)
        else:
            await self._app(scope, _replayed(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | HttpError | HubError:
        """Return the whole body, or why it is not read."""
        is_versioned = _is_versioned(scope["path"])
        most = self._limits.body_bytes if is_versioned else self._limits.token_body_bytes
        headers = Headers(scope=scope)
        if refusal := self._too_long(scope) or _refusal(scope, headers, most):
            return refusal
        if not _has_body(headers):
            return b""
        try:
            if is_versioned:
                await self._authenticate(scope)
        except HubError as error:
            return error
        body = await _read(receive, most)
        if is_versioned and isinstance(body, bytes):
            return self._unreadable_json(body) or body
        return body

    def _unreadable_json(self, body: bytes) -> HttpError | None:
        """Return why a body is not parsed; None when it is."""
        if exceeds(body, self._limits.body_values):
            return HttpError(BODY_TOO_LARGE, Detail.TOO_MANY_VALUES(limit=self._limits.body_values))
        try:
            # As the parser decodes it; half characters get to the rule of their field.
            body.decode(json.detect_encoding(body), "surrogatepass")
        except UnicodeDecodeError as error:
            return HttpError(BAD_REQUEST, Detail.BODY_NOT_UTF8(place=error.start))
        return None

    def _too_long(self, scope: Scope) -> HttpError | None:
        most = self._limits.address_bytes
        if len(scope.get("raw_path") or b"") + len(scope.get("query_string", b"")) <= most:
            return None
        return HttpError(BAD_REQUEST, Detail.ADDRESS_TOO_LONG(limit=most))


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    if _REQUEST_ID.match(given):
        return given
    traced = _TRACEPARENT.match(headers.get("traceparent", ""))
    return traced[1] if traced else uuid4().hex


def _refusal(scope: Scope, headers: Headers, most: int) -> HttpError | None:
    path: str = scope["path"]
    if _is_json_path(path) and not accepts(scope, *(_CALENDAR if path.endswith("/calendar") else ())):
        return HttpError(NOT_ACCEPTABLE, Detail.JSON_ONLY())
    if not is_storable(path) or not _is_readable(scope.get("query_string", b"")):
        return HttpError(BAD_REQUEST, Detail.UNREADABLE_ADDRESS())
    length = headers.get("content-length", "0")
    if _LENGTH.fullmatch(length) is None:
        return HttpError(BAD_REQUEST, Detail.UNREADABLE_LENGTH())
    if len(length) > _LENGTH_DIGITS or int(length) > most:
        return _too_large(most)
    return _wrong_type(scope, headers) if _has_body(headers) else None


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _is_readable(query: bytes) -> bool:
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        return False
    return query.isascii()


def _wrong_type(scope: Scope, headers: Headers) -> HttpError | None:
    allowed = _FORM if scope["path"] in OAUTH_PATHS else _PATCH if scope["method"] == "PATCH" else _JSON
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if given in allowed:
        return None
    types = Said(*(f" {either} ".join(sorted(allowed)) for either in ("or", "of")))
    return HttpError(UNSUPPORTED_MEDIA_TYPE, Detail.ANOTHER_MEDIA_TYPE(types=types))


def _is_json_path(path: str) -> bool:
    return path.startswith(("/v1/", "/oauth/", "/.well-known/"))


def _is_versioned(path: str) -> bool:
    return path.startswith("/v1/")


def _too_large(most: int) -> HttpError:
    return HttpError(BODY_TOO_LARGE, Detail.TOO_LARGE(limit=most))


async def _read(receive: Receive, most: int) -> bytes | HttpError:
    """Return the whole body, or the error when it is too large; without a Content-Length only counting shows that."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            return _too_large(most)
        more = message.get("more_body", False)
    return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
