"""A small webhook receiver that is right, or wrong in one way."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from time import time
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Fault(Enum):
    """In which way a receiver is wrong."""

    NONE = auto()
    TAKES_ANYTHING = auto()
    FAILS_ON_BAD_SIGNATURES = auto()
    NEEDS_NO_HEADERS = auto()
    IGNORES_TIME = auto()
    EXACT_TIME = auto()
    FIRST_SIGNATURE_ONLY = auto()
    ONE_VERSION_ONLY = auto()
    REWRITES_THE_BODY = auto()
    READS_ASCII = auto()
    REFUSES_DUPLICATES = auto()
    FAILS_ON_REDELIVERY = auto()
    IN_ORDER_ONLY = auto()
    WITHOUT_GAPS_ONLY = auto()
    KNOWN_TYPES_ONLY = auto()
    NO_CONFIRMATIONS = auto()
    NEEDS_FIELDS = auto()
    KNOWN_FIELDS_ONLY = auto()
    KNOWN_CODES_ONLY = auto()
    SMALL_BODIES = auto()
    FEW_AT_ONCE = auto()
    CLOSES_CONNECTIONS = auto()
    NO_OPTIONS = auto()
    CONSENTS_TO_ANOTHER = auto()
    REDIRECTS = auto()
    GONE = auto()
    NEEDS_LOGIN = auto()
    JSON_ONLY = auto()
    ELSEWHERE = auto()
    NEVER_ANSWERS = auto()
    FAILS = auto()


Answer = int | None
_ALWAYS: Mapping[Fault, int] = {
    Fault.REDIRECTS: 307,
    Fault.GONE: 410,
    Fault.NEEDS_LOGIN: 403,
    Fault.JSON_ONLY: 415,
    Fault.ELSEWHERE: 404,
    Fault.FAILS: 500,
}


@dataclass
class SmallReceiver:
    """Verifies signatures with the public library, and keeps what it received.

    Attributes:
        seen: the ids that it received.
        last: the last sequence of each subject.
        events: what it accepted, in order of arrival.
    """

    secret: str
    fault: Fault = Fault.NONE
    seen: set[str] = field(default_factory=set, init=False)
    last: dict[str, int] = field(default_factory=dict, init=False)
    events: list[Any] = field(default_factory=list, init=False)
    _under_way: int = field(default=0, init=False)

    def app(self) -> Starlette:
        """Return the ASGI application."""
        return Starlette(
            routes=[Route("/hook", self._receive, methods=["POST"]), Route("/hook", self._consent, methods=["OPTIONS"])]
        )

    async def _receive(self, request: Request) -> Response:
        if self.fault is Fault.NEVER_ANSWERS:
            while (await request.receive())["type"] != "http.disconnect":
                pass
        body = await request.body()
        self._under_way += 1
        # Requests that came together are under way together.
        await asyncio.sleep(0.005 if self.fault is Fault.FEW_AT_ONCE else 0)
        try:
            status = self._status(request.headers, body)
        finally:
            self._under_way -= 1
        headers = {"connection": "close"} if self.fault is Fault.CLOSES_CONNECTIONS else {}
        return Response(status_code=status, headers=headers | ({"location": "/hook/"} if status == 307 else {}))

    def _status(self, headers: Mapping[str, str], body: bytes) -> int:
        if status := _ALWAYS.get(self.fault):
            return status
        if self.fault is Fault.FEW_AT_ONCE and self._under_way > 10:
            return 429
        if self.fault is Fault.SMALL_BODIES and len(body) > 2_048:
            return 413
        if not self._is_genuine(headers, body):
            return 500 if self.fault is Fault.FAILS_ON_BAD_SIGNATURES else 401
        return self._refusal(headers, json.loads(body)) or 204

    def _is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        signed = {name: headers[name] for name in headers if name.startswith("webhook-")}
        decided = self._without_library(signed, body)
        return _verifies(self.secret, *self._as_read(signed, body)) if decided is None else decided

    def _without_library(self, signed: Mapping[str, str], body: bytes) -> bool | None:
        """Return what a receiver decides that does not use the library as it should; None where it does."""
        signatures = signed.get("webhook-signature", "")
        decides: Mapping[Fault, Callable[[], bool | None]] = {
            Fault.TAKES_ANYTHING: lambda: True,
            Fault.NEEDS_NO_HEADERS: lambda: None if signatures else True,
            Fault.IGNORES_TIME: lambda: self._signs(signed, body),
            Fault.EXACT_TIME: lambda: None if abs(time() - int(signed.get("webhook-timestamp", "0"))) < 30 else False,
            Fault.ONE_VERSION_ONLY: lambda: False if "v1a" in signatures else None,
        }
        return decides[self.fault]() if self.fault in decides else None

    def _as_read(self, signed: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
        """Return headers and body as the receiver verifies them."""
        match self.fault:
            case Fault.FIRST_SIGNATURE_ONLY:
                return signed | {"webhook-signature": signed.get("webhook-signature", "").split(" ")[0]}, body
            case Fault.REWRITES_THE_BODY:
                return signed, json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
            case Fault.READS_ASCII:
                return signed, body.decode("ascii", "replace").encode()
        return signed, body

    def _signs(self, signed: Mapping[str, str], body: bytes) -> bool:
        try:
            moment = datetime.fromtimestamp(int(signed["webhook-timestamp"]), UTC)
            expected = Webhook(self.secret).sign(signed["webhook-id"], moment, body.decode())
        except (KeyError, ValueError):
            return False
        return expected in signed.get("webhook-signature", "").split(" ")

    def _refusal(self, headers: Mapping[str, str], event: Any) -> Answer:
        number, known = int(event["sequence"]), self.last.get(event["subject"], 0)
        is_repeated = event["id"] in self.seen
        self.seen.add(event["id"])
        self.last[event["subject"]] = max(number, known)
        self.events.append(event)
        data = event["data"]
        refuses: Mapping[Fault, Callable[[], bool]] = {
            Fault.REFUSES_DUPLICATES: lambda: is_repeated and "webhook-redelivery" not in headers,
            Fault.FAILS_ON_REDELIVERY: lambda: "webhook-redelivery" in headers,
            Fault.IN_ORDER_ONLY: lambda: number < known,
            Fault.WITHOUT_GAPS_ONLY: lambda: number > known + 1 and number > 3,
            Fault.KNOWN_TYPES_ONLY: lambda: event["type"].endswith("of-later.v1"),
            Fault.NO_CONFIRMATIONS: lambda: "confirmed" in event["type"],
            Fault.NEEDS_FIELDS: lambda: "occurredAt" not in data,
            Fault.KNOWN_FIELDS_ONLY: lambda: "exampleOfLater" in data,
            Fault.KNOWN_CODES_ONLY: lambda: data.get("referral", {}).get("status") == "example-of-later",
        }
        return 422 if self.fault in refuses and refuses[self.fault]() else None

    async def _consent(self, request: Request) -> Response:
        if self.fault is Fault.NO_OPTIONS:
            return Response(status_code=405)
        origin = request.headers["webhook-request-origin"]
        allowed = "another.example.org" if self.fault is Fault.CONSENTS_TO_ANOTHER else origin
        return Response(headers={"webhook-allowed-origin": allowed})


def _verifies(secret: str, signed: dict[str, str], body: bytes) -> bool:
    try:
        Webhook(secret).verify(body, signed, json_parse=False)
    except WebhookVerificationError:
        return False
    return True
