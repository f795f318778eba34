"""Sends to a receiver what the hub would send, by the hub's own code, and some of it wrong on purpose."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import aiohttp

from app.connection_failure import ConnectionFailure, failure_of
from app.domain.events import EventType
from app.domain.identifiers import MonotonicIds
from app.domain.ports import Clock
from app.events.http.client import OutboundClient, OutboundRequest
from app.events.http.handshake import ask_consent, origin_of
from app.events.http.ssrf import AddressRefused
from app.events.http.webhook import WebhookRequest, signed_headers
from app.kit.event_examples import EventExamples, ExampleEvent, Texts
from app.kit.judgement import NotExamined
from app.kit.outbound import ConnectionCount

__all__ = ["PlayedHub", "ReceiverAnswer", "ReceiverTarget", "redelivered"]

_ORDINARY: Final = EventType.INTAKE_SCHEDULED
_OWN_NETWORK: Final = "When the receiver is in a network of your own, name that with --network."
_AS_IT_IS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, kw_only=True)
class ReceiverTarget:
    """The receiver of a tester.

    Attributes:
        url: the address that receives events.
        secret: with which the hub signs, ``whsec_`` and base64.
        public_url: of the hub that is played; its host is the origin in the handshake.
    """

    url: str
    secret: str = field(repr=False)
    public_url: str = "https://trajecthub.example.org"


@dataclass(frozen=True, kw_only=True)
class ReceiverAnswer:
    """What came back of one request.

    Attributes:
        status: None when no status came.
        failure: why no status came.
        seconds: from the request to the end of its answer.
        opened: whether a connection was opened for it.
        location: where a redirect leads.
    """

    status: int | None = None
    failure: ConnectionFailure | None = None
    seconds: float = 0.0
    opened: bool = True
    location: str | None = None

    @property
    def words(self) -> str:
        """The answer in words."""
        if self.status is None:
            return f"no answer ({self.failure})"
        return f"{self.status}, which leads to {self.location}" if self.location else str(self.status)

    @property
    def is_accepted(self) -> bool:
        """Whether the hub would count it as received."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_failed(self) -> bool:
        """Whether the receiver failed on the request, by a status from 500."""
        return self.status is not None and self.status >= 500

    @property
    def is_refused(self) -> bool:
        """Whether the receiver refuses the request, by a status from 400 to 499 that is not 410."""
        return self.status is not None and 400 <= self.status < 500 and self.status != 410


class PlayedHub:
    """A hub with one receiver.

    Args:
        receiver: that is called.
        outbound: calls it.
        connections: counts the connections of the outbound client.
        clock: states the present.
        timer: returns seconds that only grow.
    """

    def __init__(
        self,
        receiver: ReceiverTarget,
        outbound: OutboundClient,
        connections: ConnectionCount,
        clock: Clock,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.receiver = receiver
        self._outbound, self._connections = outbound, connections
        self._clock, self._timer = clock, timer
        self._examples = EventExamples(receiver.public_url, MonotonicIds())

    @property
    def origin(self) -> str:
        """The name by which the hub asks for consent."""
        return origin_of(self.receiver.public_url)

    def subject(self) -> UUID:
        """Return the id of another referral."""
        return self._examples.subject(self._clock.now())

    def event(
        self,
        event_type: EventType = _ORDINARY,
        *,
        subject: UUID | None = None,
        sequence: int = 1,
        texts: Texts | None = None,
    ) -> ExampleEvent:
        """Return an event; without a subject it is the first about another referral."""
        about = subject or self.subject()
        return self._examples.make(event_type, self._clock.now(), about, sequence=sequence, texts=texts or Texts())

    def test_event(self) -> ExampleEvent:
        """Return an event of the type that the hub sends to every subscription, whatever types it lists."""
        return self.event(EventType.SUBSCRIPTION_TEST)

    def request(self, event: ExampleEvent) -> WebhookRequest:
        """Return the request that carries an event, as the hub sends it."""
        return WebhookRequest(url=self.receiver.url, message_id=event.id, body=event.body, keys=(self.receiver.secret,))

    async def send(self, request: WebhookRequest, *, off: timedelta = timedelta()) -> ReceiverAnswer:
        """Sign a request as at a moment that is ``off`` from now, and send it."""
        return await self.post(signed_headers(request, self._clock.now() + off), request.body)

    async def send_changed(
        self, request: WebhookRequest, *, headers: Mapping[str, str] = _AS_IT_IS, body: bytes | None = None
    ) -> ReceiverAnswer:
        """Sign a request, and send it with these headers and this body instead of its own."""
        signed = signed_headers(request, self._clock.now())
        return await self.post(signed | dict(headers), request.body if body is None else body)

    async def send_without(self, request: WebhookRequest, *names: str) -> ReceiverAnswer:
        """Sign a request, and send it without these headers."""
        signed = signed_headers(request, self._clock.now())
        return await self.post({name: value for name, value in signed.items() if name not in names}, request.body)

    async def post(self, headers: Mapping[str, str], body: bytes) -> ReceiverAnswer:
        """Post to the receiver.

        Raises:
            NotExamined: its address may not be called.
        """
        request = OutboundRequest(method="POST", url=self.receiver.url, headers=headers, body=body)
        begun, before = self._timer(), self._connections.opened
        try:
            response = await self._outbound.call(request)
        except AddressRefused as error:
            raise NotExamined(f"{error.message} {_OWN_NETWORK}") from error
        except (aiohttp.ClientError, OSError) as error:
            return ReceiverAnswer(failure=failure_of(error), seconds=self._timer() - begun)
        return ReceiverAnswer(
            status=response.status,
            seconds=self._timer() - begun,
            opened=self._connections.opened > before,
            location=response.headers.get("location") if 300 <= response.status < 400 else None,
        )

    async def refusal_of_consent(self) -> str | None:
        """Ask the receiver for its consent; return why it does not, or None when it does."""
        refused = await ask_consent(self._outbound, self.receiver.url, self.origin)
        return refused.english if refused else None

    async def issuer(self) -> str | None:
        """Return who issued the certificate that the receiver presents."""
        return await self._outbound.issuer_of(self.receiver.url)

    async def close(self) -> None:
        """Close every connection."""
        await self._outbound.close()


def redelivered(request: WebhookRequest) -> WebhookRequest:
    """Return the same request as one that the receiver asked for again."""
    return replace(request, is_redelivery=True)
