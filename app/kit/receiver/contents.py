"""Checks of contents: events grow, may be large, and hold any character."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from app.domain.events import OCCASION_OF, EventType
from app.kit.event_examples import Texts
from app.kit.receiver.check import Check, Exchange, ExpectedAnswer
from app.kit.receiver.played_hub import PlayedHub, ReceiverAnswer

__all__ = ["CONTENTS", "LARGE", "TYPES"]

_DOCS: Final = "docs/how-to/subscribing.md#what-arrives"
_LONGEST_TEXT: Final = 300
_LONGEST_LIST: Final = 20
LARGE: Final = Texts(lambda _: "🏠" * _LONGEST_TEXT, _LONGEST_LIST)
"""Texts that are as long as any that the API takes, in the characters that need most bytes."""

_UNUSUAL: Final = Texts(lambda _: "Zoë d'Ångström-İyi \u202bدعم\u202c 漢字 👩‍👩‍👧 \\ \" < & \u2028 voorbeeld")

TYPES: Final = (*(each for each in EventType if OCCASION_OF[each]), EventType.SUBSCRIPTION_TEST)
"""The types that a referrer may receive about its referrals, and the test event."""


async def _types(hub: PlayedHub) -> Sequence[Exchange]:
    return [Exchange(each.value, await hub.send(hub.request(hub.event(each)))) for each in TYPES]


async def _thin(hub: PlayedHub) -> Sequence[Exchange]:
    def ids_only(event: dict[str, Any]) -> None:
        event["data"] = {"referral": {"id": event["subject"]}}

    return [Exchange("a thin event: data with an id only", await _send_changed(hub, ids_only))]


async def _unknown_type(hub: PlayedHub) -> Sequence[Exchange]:
    def of_later(event: dict[str, Any]) -> None:
        event["type"] = "nl.trajecthub.referrals.example-of-later.v1"

    return [Exchange("an event of a type that does not exist yet", await _send_changed(hub, of_later))]


async def _unknown_field(hub: PlayedHub) -> Sequence[Exchange]:
    def grown(event: dict[str, Any]) -> None:
        event["exampleoflater"] = "voorbeeld"
        event["data"]["exampleOfLater"] = {"text": "voorbeeld", "list": [1, None]}
        event["data"]["referral"]["exampleOfLater"] = True

    return [Exchange("an event with an attribute and fields that do not exist yet", await _send_changed(hub, grown))]


async def _unknown_code(hub: PlayedHub) -> Sequence[Exchange]:
    def of_later(event: dict[str, Any]) -> None:
        event["data"]["referral"]["status"] = "example-of-later"

    return [Exchange("an event with a code that does not exist yet", await _send_changed(hub, of_later))]


async def _unicode(hub: PlayedHub) -> Sequence[Exchange]:
    event = hub.event(texts=_UNUSUAL)
    return [Exchange("texts with characters of many scripts", await hub.send(hub.request(event)))]


async def _large(hub: PlayedHub) -> Sequence[Exchange]:
    event = max((hub.event(each, texts=LARGE) for each in TYPES), key=lambda each: len(each.body))
    return [Exchange(f"an event of {len(event.body)} bytes", await hub.send(hub.request(event)))]


async def _send_changed(hub: PlayedHub, change: Callable[[dict[str, Any]], None]) -> ReceiverAnswer:
    """Change an event and send it, signed as it is then."""
    request = hub.request(hub.event())
    event = json.loads(request.body)
    change(event)
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    return await hub.send(replace(request, body=body))


CONTENTS: Final = (
    Check(
        name="types",
        about="every type of event is accepted",
        play=_types,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Accept every type that the subscription lists; without a list it receives all of them.",
        docs=_DOCS,
    ),
    Check(
        name="thin",
        about="an event without fields is accepted",
        play=_thin,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Require no field of data: what may not be disclosed to you is absent, and with the content thin only ids "
        "are there.",
        docs=_DOCS,
    ),
    Check(
        name="unknown-type",
        about="an unknown type is accepted",
        play=_unknown_type,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Accept a type that you do not know, and pass over it; types are added.",
        docs=_DOCS,
    ),
    Check(
        name="unknown-field",
        about="unknown fields are accepted",
        play=_unknown_field,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Pass over attributes and fields that you do not know (no additionalProperties: false); fields are added.",
        docs=_DOCS,
    ),
    Check(
        name="unknown-code",
        about="an unknown code is accepted",
        play=_unknown_code,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Store the event although it has a code that you do not know; codes are added.",
        docs=_DOCS,
    ),
    Check(
        name="unicode",
        about="any character is accepted",
        play=_unicode,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Read the body as UTF-8, and verify the signature over its bytes, not over a text made of them.",
        docs=_DOCS,
    ),
    Check(
        name="large",
        about="the largest event is accepted",
        play=_large,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Take bodies of at least 64 kB, in the receiver and in the proxy in front of it.",
        docs=_DOCS,
    ),
)
