"""Makes the checks of a partner system, one after the other. It reads only, unless it may write."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from app.adapters.common.adapter import Adapter
from app.adapters.common.answers import LOGIN_REFUSED
from app.connection_failure import ConnectionFailure
from app.domain.codes import System
from app.domain.errors import CursorExpired, FeedWentBack, PartnerError, PartnerUnreachable
from app.domain.ports import Clock
from app.kit.judgement import Judgement, NotExamined, Verdict
from app.kit.partner.reading import PartnerReading, read_partner
from app.kit.partner.records import judged_records
from app.kit.partner.writing import judged_write

__all__ = ["PartnerTarget", "verify_partner"]

_CONTRACTS: Final = {
    System.ALLEGRO: "openapi/partners/allegro.yaml",
    System.GIDSO: "openapi/partners/gidso.yaml",
    System.RMW: "openapi/partners/rmw.wsdl",
}
_UNKNOWN_PLACES: Final = {System.ALLEGRO: "999999999", System.GIDSO: "no-such-token"}
"""A place that the partner never had; RMW has no places."""


@dataclass(frozen=True, kw_only=True)
class PartnerTarget:
    """The partner system that is checked.

    Attributes:
        url: where it answers.
        adapter: with the right credentials.
        unknown: the same with credentials that it does not know.
        may_write: whether one marked test message may be written.
    """

    url: str
    adapter: Adapter
    unknown: Adapter
    may_write: bool = False

    @property
    def system(self) -> System:
        """Which partner it is."""
        return self.adapter.system

    @property
    def contract(self) -> str:
        """The file of its contract."""
        return _CONTRACTS[self.system]


async def verify_partner(
    target: PartnerTarget, clock: Clock, timer: Callable[[], float] = time.perf_counter
) -> AsyncIterator[Judgement]:
    """Yield what each check finds, as soon as it is known.

    Raises:
        NotExamined: there is no connection with the partner.
    """
    yield _transport(target)
    first, judged = await _attempt(target, "login", "log in and read everything", None, timer)
    yield judged
    if first is None:
        return
    yield await _unknown_login(target)
    second, judged = await _attempt(target, "again", "read everything once more", None, timer)
    yield judged
    for each in judged_records(first, second or first, clock.now(), target.contract):
        yield each
    if first.cursor is not None:
        _, judged = await _attempt(target, "continue", "read on from the place that was reached", first.cursor, timer)
        yield judged
    if place := _UNKNOWN_PLACES.get(target.system):
        yield await _unknown_place(target, place, timer)
    yield await _written(target, first, clock)


def _transport(target: PartnerTarget) -> Judgement:
    is_encrypted = target.url.startswith("https://")
    return Judgement(
        check="tls",
        verdict=Verdict.OK if is_encrypted else Verdict.ADVICE,
        sent="the address",
        came="https" if is_encrypted else "http",
        mend=None if is_encrypted else "Serve it over https in production: credentials and personal data pass here.",
        docs=None if is_encrypted else "docs/how-to/connecting-a-partner.md",
    )


async def _attempt(
    target: PartnerTarget, check: str, sent: str, cursor: str | None, timer: Callable[[], float]
) -> tuple[PartnerReading | None, Judgement]:
    """Read after a place; return what was read, None when it failed, and what that shows."""
    try:
        reading = await read_partner(target.adapter.source, cursor, timer)
    except CursorExpired as error:
        mend = "Know a place for as long as the contract says; until then answer with what changed since."
        return None, _wrong(target, check, sent, str(error), mend)
    except PartnerError as error:
        return None, _failed(target, check, sent, error)
    came = f"{len(reading.records)} records on {reading.pages} pages"
    slow = reading.slowest_seconds >= _SLOW_SECONDS
    judged = Judgement(
        check=check,
        verdict=Verdict.ADVICE if slow else Verdict.OK,
        sent=sent,
        came=f"{came}, the slowest in {reading.slowest_seconds:.1f} s" if slow else came,
        mend="Answer a page within 5 seconds; after 10 seconds of silence the hub stops waiting." if slow else None,
        docs=target.contract if slow else None,
    )
    return reading, judged


_SLOW_SECONDS: Final = 5.0
_NO_CONNECTION: Final = frozenset(
    {ConnectionFailure.REFUSED, ConnectionFailure.UNKNOWN_HOST, ConnectionFailure.UNTRUSTED, ConnectionFailure.TLS}
)


def _failed(target: PartnerTarget, check: str, sent: str, error: PartnerError) -> Judgement:
    if not isinstance(error, PartnerUnreachable):
        return _wrong(target, check, sent, str(error), "Accept this request: it is one of the contract.")
    if error.code in _NO_CONNECTION:
        raise NotExamined(f"{error}.") from error
    if error.code == LOGIN_REFUSED:
        return _wrong(
            target, check, sent, str(error), "Check the credentials that were given, and that they are active."
        )
    if error.retry_after_seconds is not None:
        wait = f"{error.retry_after_seconds:g} s"
        mend = f"It is busy or in maintenance, and said so as it should; run this again in {wait}."
        return _wrong(target, check, sent, str(error), mend)
    if error.status is not None and error.status >= 429:
        mend = "Say in Retry-After how long to wait, in seconds or as a date; its own log says why it failed."
        return _wrong(target, check, sent, str(error), mend)
    is_absent = error.status == HTTPStatus.NOT_FOUND
    mend = "Check the address: the contract says what is below it." if is_absent else "Answer as the contract says."
    return _wrong(target, check, sent, "404" if is_absent else str(error), mend)


async def _unknown_login(target: PartnerTarget) -> Judgement:
    sent = "read with credentials that do not exist"
    try:
        # A page or none: nothing refused it.
        await anext(target.unknown.source.changes(None), None)
    except PartnerUnreachable as error:
        if error.code == LOGIN_REFUSED:
            return Judgement(check="wrong-login", verdict=Verdict.OK, sent=sent, came="refused")
        mend = "Refuse credentials that do not exist with 401, or with the fault of the contract."
        return _wrong(target, "wrong-login", sent, str(error), mend)
    except PartnerError as error:
        return _wrong(target, "wrong-login", sent, str(error), "Refuse credentials that do not exist with 401.")
    mend = "Refuse whoever has no valid credentials: everybody can read what is here."
    return _wrong(target, "wrong-login", sent, "records", mend)


async def _unknown_place(target: PartnerTarget, place: str, timer: Callable[[], float]) -> Judgement:
    sent = "read on from a place that never was"
    try:
        await read_partner(target.adapter.source, place, timer)
    except FeedWentBack:
        return Judgement(check="unknown-place", verdict=Verdict.OK, sent=sent, came="nothing; everything is read again")
    except CursorExpired:
        return Judgement(check="unknown-place", verdict=Verdict.OK, sent=sent, came="410; everything is read again")
    except PartnerError as error:
        mend = "Answer an expired or unknown token with 410 and its code, so that everything is read again."
        return _wrong(target, "unknown-place", sent, str(error), mend)
    mend = "Do not answer an unknown place as if it were known: changes would be missed."
    return _wrong(target, "unknown-place", sent, "records", mend)


async def _written(target: PartnerTarget, reading: PartnerReading, clock: Clock) -> Judgement:
    if not target.may_write:
        return Judgement(
            check="write",
            verdict=Verdict.SKIPPED,
            sent="nothing",
            came="not made without --write, which leaves a test message",
        )
    return await judged_write(target.adapter, reading, clock.now(), target.contract)


def _wrong(target: PartnerTarget, check: str, sent: str, came: str, mend: str) -> Judgement:
    return Judgement(check=check, verdict=Verdict.WRONG, sent=sent, came=came, mend=mend, docs=target.contract)
