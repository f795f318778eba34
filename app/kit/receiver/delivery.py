"""Checks of order and repetition: at least once, in order for each subject, and not always every number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.kit.judgement import Judgement, Verdict
from app.kit.receiver.check import Check, Exchange, ExpectedAnswer, judgement_of
from app.kit.receiver.played_hub import PlayedHub, redelivered

__all__ = ["DELIVERY"]

_DOCS: Final = "docs/how-to/subscribing.md#what-arrives"
_GUARANTEES: Final = "docs/explanation/delivery-guarantees.md"


async def _duplicate(hub: PlayedHub) -> Sequence[Exchange]:
    request = hub.request(hub.event())
    what = f"an event with webhook-id {request.message_id}, twice"
    return [Exchange(what, await hub.send(request)) for _ in range(2)]


def _store_once(check: Check, exchanges: Sequence[Exchange]) -> Judgement:
    """Advise to look: whether the receiver stored one or two does not show in its answers."""
    return judgement_of(
        check, Verdict.ADVICE, exchanges, "Two were sent with this webhook-id: check that you stored one."
    )


async def _redelivery(hub: PlayedHub) -> Sequence[Exchange]:
    request = hub.request(hub.event())
    return [
        Exchange("an event", await hub.send(request)),
        Exchange("the same with webhook-redelivery: true", await hub.send(redelivered(request))),
    ]


async def _numbered(hub: PlayedHub, *numbers: int) -> Sequence[Exchange]:
    """Send events about one referral with these numbers."""
    subject = hub.subject()
    return [
        Exchange(f"sequence {number}", await hub.send(hub.request(hub.event(subject=subject, sequence=number))))
        for number in numbers
    ]


async def _late(hub: PlayedHub) -> Sequence[Exchange]:
    return await _numbered(hub, 1, 3, 2)


async def _gap(hub: PlayedHub) -> Sequence[Exchange]:
    return await _numbered(hub, 1, 5)


DELIVERY: Final = (
    Check(
        name="duplicate",
        about="the same event twice is accepted twice",
        play=_duplicate,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Accept a webhook-id that you know, and do nothing with it: the hub sends an event again when your answer "
        "was lost. An error makes it try for a day.",
        docs=_DOCS,
        more=_store_once,
    ),
    Check(
        name="redelivery",
        about="an event that was asked for again is accepted",
        play=_redelivery,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Accept webhook-redelivery: true, with a webhook-id that you know.",
        docs=_DOCS,
    ),
    Check(
        name="late",
        about="an event behind a later one is accepted",
        play=_late,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Accept an event with a lower sequence than the last of its subject: a replay or a redelivery sends one.",
        docs=_GUARANTEES,
    ),
    Check(
        name="gap",
        about="a number that is missing is no error",
        play=_gap,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Accept an event although one before it is missing; what is missing can be asked for with a replay, "
        "or may no longer be disclosed to you.",
        docs=_GUARANTEES,
    ),
)
