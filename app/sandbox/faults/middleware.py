"""The gate before a simulated partner: carries out the faults that its plan holds, on whatever the contract asks.

``GET /_faults`` tells what is in force and what was made; ``PUT`` puts faults in force, ``DELETE`` ends them.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, Final, Protocol

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.sandbox.faults.plan import FaultKind, FaultOrder, FaultPlan

FAULTS_PATH: Final = "/_faults"


@dataclass(frozen=True)
class Call:
    """A call by the contract; ``query`` as it was written."""

    method: str
    path: str
    query: str
    body: bytes


class Partner(Protocol):
    """What the gate must know of a partner."""

    @property
    def contract(self) -> str:
        """How the paths of the contract begin."""
        ...

    def lists(self, call: Call) -> bool:
        """Return whether a call reads a page of records."""
        ...

    def changes(self, call: Call) -> bool:
        """Return whether a call changes something."""
        ...

    def leans_on_token(self, call: Call) -> bool:
        """Return whether a call stands on a token that can end."""
        ...

    def expire_tokens(self) -> object:
        """End all tokens."""
        ...

    def refusal(self, status: int, wait_seconds: int) -> Response:
        """Return the partner's own form of 429 or 503; the gate adds Retry-After."""
        ...

    def records(self, body: bytes) -> list[Any]:
        """Return the records on a page."""
        ...

    def with_records(self, body: bytes, records: Sequence[Any]) -> bytes:
        """Return the page with these records."""
        ...

    def key(self, record: Any) -> tuple[str, str] | None:  # a record is the partner's own
        """Return a record's key and case; None for what must be left alone."""
        ...

    def spoilt(self, kind: FaultKind, record: Any) -> Any:
        """Return the record with a new code, a new column or a changed type."""
        ...

    def mend(self, keys: Sequence[str]) -> None:
        """Let these records come again as they should be, with what came later of their cases."""
        ...


class Gate:
    """A simulated partner with its faults."""

    def __init__(self, app: ASGIApp, partner: Partner, plan: FaultPlan) -> None:
        self._app, self._partner, self._plan = app, partner, plan
        # A lost answer is on purpose; the server's complaint of it would fill the screen.
        logging.getLogger("uvicorn.error").addFilter(_is_news)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call, with or without a fault."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path == FAULTS_PATH:
            await (await self._administer(Request(scope, receive)))(scope, receive, send)
        elif path.startswith(self._partner.contract):
            await self._serve(scope, Call(scope["method"], path, _query(scope), await _body(receive)), send)
        else:
            await self._app(scope, receive, send)

    async def _administer(self, request: Request) -> Response:
        if request.method == "PUT":
            try:
                order = FaultOrder.model_validate_json(await request.body())
                self._partner.mend(self._plan.stop())
                self._plan.put(order)
            except ValidationError as error:
                return JSONResponse({"fout": error.errors(include_url=False, include_context=False)}, 422)
            except ValueError as error:
                return JSONResponse({"fout": str(error)}, 422)
        elif request.method == "DELETE":
            self._partner.mend(self._plan.stop())
        return JSONResponse(self._plan.account())

    async def _serve(self, scope: Scope, call: Call, send: Send) -> None:
        refusal = self._refusal()
        if refusal:
            await refusal(scope, _receiving(call.body), send)
            return
        if self._partner.leans_on_token(call) and self._plan.strikes(FaultKind.EXPIRED_TOKEN):
            self._partner.expire_tokens()
        if self._plan.strikes(FaultKind.DELAY):
            await asyncio.sleep(self._plan.order.delay_seconds)
        start, body = await self._answer(scope, call)
        if start["status"] < 300 and self._partner.changes(call) and self._plan.strikes(FaultKind.LOST_ANSWER):
            # A promise of contents that never come: the server breaks the connection.
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
            return
        if start["status"] == 200 and self._partner.lists(call):
            body = self._rewritten(body)
        headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    def _refusal(self) -> Response | None:
        if left := self._plan.maintenance_left():
            return _with_wait(self._partner.refusal(503, left), str(left))
        for kind, status in ((FaultKind.TOO_MANY, 429), (FaultKind.UNAVAILABLE, 503)):
            if self._plan.strikes(kind):
                wait = self._plan.order.retry_after_seconds
                # Against the server's own Date, which runs with the computer's clock.
                date = formatdate(time.time() + wait, usegmt=True)
                return _with_wait(self._partner.refusal(status, wait), str(wait) if self._plan.made[kind] % 2 else date)
        return None

    async def _answer(self, scope: Scope, call: Call) -> tuple[Message, bytes]:
        kept: list[Message] = []

        async def keep(message: Message) -> None:
            kept.append(message)

        await self._app(scope, _receiving(call.body), keep)
        return kept[0], b"".join(message.get("body", b"") for message in kept[1:])

    def _rewritten(self, body: bytes) -> bytes:
        """Return a page with the faults of its records; the partner's people then mend what was given wrong."""
        if not self._plan.order.faults:
            return body
        given = [out for record in self._partner.records(body) if (out := self._given(record)) is not None]
        if given and self._plan.strikes(FaultKind.DUPLICATE):
            given += given
        if len(given) > 1 and self._plan.strikes(FaultKind.REORDER):
            self._plan.shuffle(given)
        page = self._partner.with_records(body, given)
        if self._plan.order.heals:
            self._partner.mend(self._plan.mended())
        return page

    def _given(self, record: Any) -> Any:
        key = self._partner.key(record)
        kind = self._plan.trouble_of(*key) if key else None
        if kind is FaultKind.HARD_DELETE:
            return None
        return self._partner.spoilt(kind, record) if kind else record


def _with_wait(response: Response, wait: str) -> Response:
    response.headers["Retry-After"] = wait
    return response


def _query(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    return query.decode("latin-1")


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _receiving(body: bytes) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


def _is_news(record: logging.LogRecord) -> bool:
    return "without completing response" not in record.getMessage()
