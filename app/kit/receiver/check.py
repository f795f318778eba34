"""What a check of a receiver consists of, and how its answers are judged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from app.connection_failure import ConnectionFailure
from app.kit.judgement import Judgement, Verdict
from app.kit.receiver.played_hub import PlayedHub, ReceiverAnswer

__all__ = ["Check", "Exchange", "ExpectedAnswer", "ReceiverCheck", "judgement_of"]


class ExpectedAnswer(StrEnum):
    """What the answers must be."""

    ACCEPTED = "a status from 200 to 299"
    REFUSED = "a status from 400 to 499"


@dataclass(frozen=True)
class Exchange:
    """One request, in words, and its answer."""

    what: str
    answer: ReceiverAnswer


Played = Callable[[PlayedHub], Awaitable[Sequence[Exchange]]]
"""Sends, and returns each request with its answer."""


class ReceiverCheck(Protocol):
    """One thing that a receiver must do."""

    @property
    def name(self) -> str:
        """By which it is chosen."""
        ...

    @property
    def about(self) -> str:
        """What it is, in one line."""
        ...

    async def examine(self, hub: PlayedHub) -> Judgement:
        """Send what it needs, and return what came of it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Check:
    """Requests whose answers must all be of one kind.

    Attributes:
        name: by which it is chosen.
        about: what it is, in one line.
        mend: what to change when an answer is another one.
        mend_of_failure: what to say instead when the receiver fails, by a status from 500; None: the same.
        docs: where the contract says so.
        more: judges answers that are all of that kind.
    """

    name: str
    about: str
    play: Played
    expected: ExpectedAnswer
    mend: str
    docs: str
    mend_of_failure: str | None = None
    more: Callable[[Check, Sequence[Exchange]], Judgement | None] = lambda *_: None

    async def examine(self, hub: PlayedHub) -> Judgement:
        """Send the requests, and return what their answers show: wrong at the first that is not the expected one."""
        exchanges = await self.play(hub)
        wrong = [each for each in exchanges if not _is_expected(self, each.answer)]
        if wrong:
            return judgement_of(self, Verdict.WRONG, wrong, _mend(self, wrong[0].answer))
        return self.more(self, exchanges) or judgement_of(self, Verdict.OK, exchanges)


_REMEDIES: Final = {
    401: "Do not ask for a login: the signature shows who sent it (or register authentication with the subscription).",
    403: "Do not ask for a login, and let no firewall or CSRF protection refuse requests without a cookie.",
    404: "Nothing answers at this path; check the address, also for a slash at its end.",
    405: "The path does not take POST; check the address and the route.",
    410: "410 ends the subscription: the hub disables it and parks its events until it is resumed. Answer 410 only "
    "when you want no more events.",
    411: "Requests have a Content-Length; let the proxy in front of the receiver pass it on.",
    413: "Let the web server and the proxy take bodies of at least 64 kB.",
    415: "Take the content type application/cloudevents+json; charset=utf-8.",
    429: "The hub sends up to 25 requests at once to one address; let it, or answer 429 with Retry-After on purpose.",
}
_MOST_SHOWN: Final = 4
_REDIRECT: Final = "The hub follows no redirect; register the address to which it leads."
_SERVER_ERROR: Final = "The receiver fails; its own log says why. The hub sends such an event again, up to ten times."
_FAILURES: Final = {
    ConnectionFailure.TIMEOUT: "Answer within 15 seconds: store the event, answer, and process it afterwards.",
    ConnectionFailure.LOST: "The connection ended before the answer: the receiver or a proxy closes it, or it crashed.",
}


def judgement_of(check: Check, verdict: Verdict, exchanges: Sequence[Exchange], mend: str | None = None) -> Judgement:
    """Return a finding of these requests and answers; ``mend`` None when there is nothing to mend."""
    return Judgement(
        check=check.name,
        verdict=verdict,
        sent=_sent(exchanges),
        came=_came(exchanges),
        mend=mend,
        docs=check.docs if mend else None,
    )


def _sent(exchanges: Sequence[Exchange]) -> str:
    whats = list(dict.fromkeys(each.what for each in exchanges))
    more = f"; and {len(whats) - _MOST_SHOWN} more" if len(whats) > _MOST_SHOWN else ""
    return "; ".join(whats[:_MOST_SHOWN]) + more


def _came(exchanges: Sequence[Exchange]) -> str:
    answers = [each.answer.words for each in exchanges]
    slowest = max((each.answer.seconds for each in exchanges), default=0.0)
    shown = answers[:1] if len(set(answers)) == 1 else answers
    return f"{', '.join(shown)} in {'' if len(exchanges) == 1 else 'at most '}{round(slowest * 1000)} ms"


def _is_expected(check: Check, answer: ReceiverAnswer) -> bool:
    return answer.is_accepted if check.expected is ExpectedAnswer.ACCEPTED else answer.is_refused


def _mend(check: Check, answer: ReceiverAnswer) -> str:
    """Return how to mend an answer: what its status alone shows, and what the check is about."""
    if answer.status is None:
        general = _FAILURES.get(answer.failure or ConnectionFailure.LOST, "There was no answer.")
    elif 300 <= answer.status < 400:
        general = _REDIRECT
    elif answer.is_failed:
        return f"{check.mend_of_failure or check.mend} {_SERVER_ERROR}"
    elif check.expected is ExpectedAnswer.ACCEPTED or answer.status == 410:
        general = _REMEDIES.get(answer.status, "")
    else:
        general = ""
    return f"{check.mend} {general}".strip()
