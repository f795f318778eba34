"""Checks of what is around an event: consent, pace, time, connections, and the end of a subscription."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.events.delivery.settings import DeliverySettings
from app.events.http.client import TIMEOUT_SECONDS
from app.kit.judgement import Judgement, Verdict
from app.kit.receiver.check import Check, Exchange, ExpectedAnswer, ReceiverCheck, judgement_of
from app.kit.receiver.played_hub import PlayedHub

__all__ = ["HANDSHAKE", "TRANSPORT"]

_DOCS: Final = "docs/how-to/subscribing.md#what-arrives"
_CONSENT: Final = "docs/how-to/subscribing.md#consent-of-the-address"
_AT_ONCE: Final = DeliverySettings.webhook_limit
_IN_A_ROW: Final = 5
_SLOW_SECONDS: Final = 5.0


async def _in_a_row(hub: PlayedHub) -> Sequence[Exchange]:
    return [Exchange("an event", await hub.send(hub.request(hub.event()))) for _ in range(_IN_A_ROW)]


async def _burst(hub: PlayedHub) -> Sequence[Exchange]:
    requests = [hub.request(hub.event()) for _ in range(_AT_ONCE)]
    answers = await asyncio.gather(*map(hub.send, requests))
    return [Exchange(f"{_AT_ONCE} events at once", answer) for answer in answers]


def _slow(check: Check, exchanges: Sequence[Exchange]) -> Judgement | None:
    if max(each.answer.seconds for each in exchanges) < _SLOW_SECONDS:
        return None
    return judgement_of(check, Verdict.ADVICE, exchanges, check.mend)


def _connects_anew(check: Check, exchanges: Sequence[Exchange]) -> Judgement | None:
    if not any(each.answer.opened for each in exchanges[1:]):
        return None
    found = judgement_of(check, Verdict.ADVICE, exchanges, check.mend)
    return found.model_copy(update={"came": f"{found.came}, over a new connection each time"})


@dataclass(frozen=True)
class _Handshake:
    name: str = "handshake"
    about: str = "OPTIONS is answered with consent"

    async def examine(self, hub: PlayedHub) -> Judgement:
        refused = await hub.refusal_of_consent()
        return Judgement(
            check=self.name,
            verdict=Verdict.WRONG if refused else Verdict.OK,
            sent=f"OPTIONS with WebHook-Request-Origin: {hub.origin}",
            came=refused or "consent",
            mend=_HOW_TO_CONSENT if refused else None,
            docs=_CONSENT if refused else None,
        )


_HOW_TO_CONSENT: Final = (
    "Answer OPTIONS with the header WebHook-Allowed-Origin and the origin that was asked for, or *. Until then a hub "
    "in production keeps the events. If the receiver cannot, ask the operator of the hub to approve its address, and "
    "leave this check out with --without handshake."
)


@dataclass(frozen=True)
class _Gone:
    name: str = "gone"
    about: str = "410 is answered on purpose only"

    async def examine(self, _: PlayedHub) -> Judgement:
        return Judgement(
            check=self.name,
            verdict=Verdict.SKIPPED,
            sent="nothing",
            came="Only the receiver can answer 410. It would disable the subscription, park its events, and notify the "
            "other subscriptions of the organisation, until the subscription is resumed (POST …/resumption).",
        )


HANDSHAKE: Final = _Handshake()

TRANSPORT: Final[tuple[ReceiverCheck, ...]] = (
    Check(
        name="speed",
        about=f"an answer comes within {TIMEOUT_SECONDS:g} seconds",
        play=_in_a_row,
        expected=ExpectedAnswer.ACCEPTED,
        mend=f"Answer as soon as the event is stored, and process it afterwards: after {TIMEOUT_SECONDS:g} seconds the "
        "hub sends it again.",
        docs=_DOCS,
        more=_slow,
    ),
    Check(
        name="keep-alive",
        about="a connection serves more than one event",
        play=_in_a_row,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Keep connections open between requests (HTTP/1.1 keep-alive), and answer with an empty or short body: a "
        "new connection with TLS for each event costs both sides more than the event.",
        docs=_DOCS,
        more=_connects_anew,
    ),
    Check(
        name="burst",
        about=f"{_AT_ONCE} events at once are accepted",
        play=_burst,
        expected=ExpectedAnswer.ACCEPTED,
        mend=f"Take {_AT_ONCE} requests at once: the hub sends as many to one subscription.",
        docs=_DOCS,
        more=_slow,
    ),
    HANDSHAKE,
    _Gone(),
)
