"""ASGI middleware in front of a simulated partner: makes the faults of a plan in calls of the partner's contract.

``GET /_faults`` returns the faults in force and the number made; ``PUT`` replaces the faults, ``DELETE`` ends them.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final, Generic, Protocol

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.sandbox.faults.plan import FaultKind, FaultPlan, FaultSettings, RecordT

FAULTS_PATH: Final = "/_faults"


@dataclass(frozen=True, kw_only=True)
class PartnerCall:
    """A call of a partner's contract; ``query`` is the raw query string."""

    method: str
    path: str
    query: str
    body: bytes


class FaultProfile(Protocol[RecordT]):
    """What the middleware must know of a partner to make its faults."""

    @property
    def contract_prefix(self) -> str:
        """The prefix of the paths that belong to the contract."""
        ...

    def is_list(self, call: PartnerCall) -> bool:
        """Return whether a call reads a page of records."""
        ...

    def is_change(self, call: PartnerCall) -> bool:
        """Return whether a call changes something."""
        ...

    def uses_token(self, call: PartnerCall) -> bool:
        """Return whether a call uses a token that can expire."""
        ...

    def expire_tokens(self) -> object:
        """Expire all tokens."""
        ...

    def refusal(self, status: int, wait_seconds: int) -> Response:
        """Return the partner's own form of 429 or 503; the middleware adds Retry-After."""
        ...

    def records(self, body: bytes) -> list[RecordT]:
        """Return the records on a page."""
        ...

    def with_records(self, body: bytes, records: Sequence[RecordT]) -> bytes:
        """Return the page with these records instead of its own."""
        ...

    def key(self, record: RecordT) -> tuple[str, str] | None:
        """Return the key and the case of a record; None for a record that gets no faults."""
        ...

    def corrupted(self, kind: FaultKind, record: RecordT) -> RecordT:
        """Return the record with a new code, a new column or a changed type."""
        ...

    def repair(self, keys: Sequence[str]) -> None:
        """Let the correct records be listed again, with the later records of their cases."""
        ...


class FaultMiddleware(Generic[RecordT]):
    """A simulated partner with its faults."""

    def __init__(self, app: ASGIApp, profile: FaultProfile[RecordT], plan: FaultPlan) -> None:
        self._app, self._profile, self._plan = app, profile, plan
        # A response is dropped on purpose; the server's error about that would fill the screen.
        logging.getLogger("uvicorn.error").addFilter(_is_unexpected)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call, with or without a fault."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path == FAULTS_PATH:
            response = await self._administer(Request(scope, receive))
            await response(scope, receive, send)
        elif path.startswith(self._profile.contract_prefix):
            body = await Request(scope, receive).body()
            query = scope["query_string"].decode("latin-1")
            await self._serve(scope, PartnerCall(method=scope["method"], path=path, query=query, body=body), send)
        else:
            await self._app(scope, receive, send)

    async def _administer(self, request: Request) -> Response:
        if request.method == "PUT":
            try:
                settings = FaultSettings.model_validate_json(await request.body())
                self._profile.repair(self._plan.stop())
                self._plan.apply(settings)
            except ValidationError as error:
                return JSONResponse({"fout": error.errors(include_url=False, include_context=False)}, 422)
            except ValueError as error:
                return JSONResponse({"fout": str(error)}, 422)
        elif request.method == "DELETE":
            self._profile.repair(self._plan.stop())
        return JSONResponse(self._plan.report())

    async def _serve(self, scope: Scope, call: PartnerCall, send: Send) -> None:
        refusal = self._refusal()
        if refusal:
            await refusal(scope, receive_body(call.body), send)
            return
        if self._profile.uses_token(call) and self._plan.triggers(FaultKind.EXPIRED_TOKEN):
            self._profile.expire_tokens()
        if self._plan.triggers(FaultKind.DELAY):
            await asyncio.sleep(self._plan.settings.delay_seconds)
        start, body = await buffered_response(self._app, scope, call.body)
        if start["status"] < 300 and self._profile.is_change(call) and self._plan.triggers(FaultKind.LOST_ANSWER):
            # A response without the promised content makes the server break the connection.
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
            return
        if start["status"] == 200 and self._profile.is_list(call):
            body = self._page_with_faults(body)
        await send_with_body(send, start, body)

    def _refusal(self) -> Response | None:
        if left := self._plan.maintenance_left():
            return _with_retry_after(self._profile.refusal(503, left), str(left))
        for kind, status in ((FaultKind.TOO_MANY, 429), (FaultKind.UNAVAILABLE, 503)):
            if self._plan.triggers(kind):
                wait = self._plan.settings.retry_after_seconds
                # Relative to the server's own Date header, which uses the computer's clock.
                date = formatdate(time.time() + wait, usegmt=True)
                return _with_retry_after(
                    self._profile.refusal(status, wait), str(wait) if self._plan.made[kind] % 2 else date
                )
        return None

    def _page_with_faults(self, body: bytes) -> bytes:
        """Return a page with the faults of its records; after that the partner repairs the corrupted ones."""
        if not self._plan.settings.faults:
            return body
        listed = [shown for record in self._profile.records(body) if (shown := self._shown(record)) is not None]
        if listed and self._plan.triggers(FaultKind.DUPLICATE):
            listed += listed
        if len(listed) > 1 and self._plan.triggers(FaultKind.REORDER):
            self._plan.shuffle(listed)
        page = self._profile.with_records(body, listed)
        if self._plan.settings.self_repairing:
            self._profile.repair(self._plan.take_repaired())
        return page

    def _shown(self, record: RecordT) -> RecordT | None:
        key = self._profile.key(record)
        kind = self._plan.fault_of(*key) if key else None
        if kind is FaultKind.HARD_DELETE:
            return None
        return self._profile.corrupted(kind, record) if kind else record


async def buffered_response(app: ASGIApp, scope: Scope, request_body: bytes) -> tuple[Message, bytes]:
    """Call an application with this request body. Return the start message and the whole body of its response."""
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    await app(scope, receive_body(request_body), keep)
    return sent[0], b"".join(message.get("body", b"") for message in sent[1:])


async def send_with_body(send: Send, start: Message, body: bytes) -> None:
    """Send a response with another body than the one it was started for."""
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


def receive_body(body: bytes) -> Receive:
    """Return a ``receive`` with this request body, for an application behind a middleware that has read it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


def _with_retry_after(response: Response, wait: str) -> Response:
    response.headers["Retry-After"] = wait
    return response


def _is_unexpected(record: logging.LogRecord) -> bool:
    return "without completing response" not in record.getMessage()
