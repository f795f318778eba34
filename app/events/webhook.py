"""Sends events to subscribers over HTTP, signed, and judges their answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from app.domain.ports import Clock
from app.events.envelope import CONTENT_TYPE
from app.events.outcome import Outcome, Verdict
from app.events.signing import sign

__all__ = ["Letter", "WebhookSender"]

TRY_SECONDS = 15.0
"""One try takes no longer than this, the answer included. Source: Standard Webhooks advises 15 to 30 seconds."""

ANSWER_BYTES = 8192
"""So much of an answer is read; the rest is left unread with its connection."""

_GONE = 410


@dataclass(frozen=True)
class Letter:
    """One event, ready for one subscriber.

    Attributes:
        message_id: the event's id, the same at each try: by it a receiver knows a repetition.
        keys: the signing secrets, two while they are being rotated.
    """

    url: str
    message_id: str
    body: bytes = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)


class WebhookSender:
    """Posts letters over connections that are kept alive.

    Args:
        allow_http: True in the sandbox only; else an address without TLS is refused.
    """

    def __init__(self, clock: Clock, *, allow_http: bool = False) -> None:
        self._clock = clock
        self._schemes = {"https", "http"} if allow_http else {"https"}
        self._opened: aiohttp.ClientSession | None = None

    async def send(self, letter: Letter) -> Outcome:
        """Post a letter once and tell how it ended; never raises for what a network or a receiver does."""
        try:
            return await self._post(letter)
        except TimeoutError:
            return Outcome(Verdict.FAILED, error_class="timeout", unknown=True)
        except aiohttp.ClientConnectorError:
            return Outcome(Verdict.FAILED, error_class="no-connection")
        except aiohttp.InvalidURL:
            return Outcome(Verdict.REFUSED, error_class="address-not-allowed")
        except (aiohttp.ClientError, OSError):
            return Outcome(Verdict.FAILED, error_class="connection-lost", unknown=True)

    async def close(self) -> None:
        """Let go of every connection."""
        if self._opened is not None:
            await self._opened.close()

    async def _post(self, letter: Letter) -> Outcome:
        if urlsplit(letter.url).scheme not in self._schemes:
            raise aiohttp.InvalidURL(letter.url, "needs https")
        # Redirects are not followed: they would lead past the checks that were made of the address.
        async with self._session().post(
            letter.url, data=letter.body, headers=self._headers(letter), allow_redirects=False
        ) as answer:
            await _read_some(answer.content)
            return _judged(answer, self._clock.now())

    def _headers(self, letter: Letter) -> dict[str, str]:
        timestamp = int(self._clock.now().timestamp())
        return {
            "content-type": CONTENT_TYPE,
            "webhook-id": letter.message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(letter.keys, letter.message_id, timestamp, letter.body),
        }

    def _session(self) -> aiohttp.ClientSession:
        # Made at the first use, because it belongs to the running event loop.
        if self._opened is None:
            self._opened = aiohttp.ClientSession(
                # How many are in flight is the delivery engine's business.
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=TRY_SECONDS),
                headers={"user-agent": "trajecthub"},
                # An answer is never unpacked, so a small one cannot grow in memory.
                skip_auto_headers=["Accept-Encoding"],
                auto_decompress=False,
            )
        return self._opened


async def _read_some(content: aiohttp.StreamReader) -> None:
    room = ANSWER_BYTES
    # Read to the end, a connection can be used again; left unread, it is closed.
    while room > 0 and (chunk := await content.read(room)):
        room -= len(chunk)


def _judged(answer: aiohttp.ClientResponse, now: datetime) -> Outcome:
    status = answer.status
    if 200 <= status < 300:
        return Outcome(Verdict.DELIVERED, status)
    if status == _GONE:
        return Outcome(Verdict.GONE, status, "gone")
    wait = _seconds_asked(answer.headers.get("retry-after", ""), now)
    return Outcome(Verdict.FAILED, status, f"status-{status // 100}xx", wait)


def _seconds_asked(retry_after: str, now: datetime) -> float | None:
    """Give the wait of a Retry-After header, in seconds or as a date (RFC 9110, section 10.2.3)."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - now).total_seconds())
    except (ValueError, TypeError):
        return None
