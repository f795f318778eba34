"""Checks that a receiver takes what the hub signed, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from app.domain.events import EventType
from app.events.http.signing import new_secret, new_signing_key
from app.kit.receiver.check import Check, Exchange, ExpectedAnswer
from app.kit.receiver.played_hub import PlayedHub

__all__ = ["AUTHENTICITY", "SIGNATURE"]

_DOCS: Final = "docs/how-to/subscribing.md#check-the-signature"
_ROTATION: Final = "docs/how-to/subscribing.md#manage-it"
_TOO_FAR: Final = timedelta(minutes=10)
_CLOSE: Final = timedelta(seconds=60)


async def _signature(hub: PlayedHub) -> Sequence[Exchange]:
    event = hub.test_event()
    return [Exchange(f"an event with a valid signature, of type {event.type}", await hub.send(hub.request(event)))]


async def _wrong_signature(hub: PlayedHub) -> Sequence[Exchange]:
    other = replace(hub.request(hub.test_event()), keys=(new_secret(),))
    unreadable = hub.request(hub.test_event())
    return [
        Exchange("an event signed with another secret", await hub.send(other)),
        Exchange(
            "an event with an unreadable signature",
            await hub.send_changed(unreadable, headers={"webhook-signature": "v1,~"}),
        ),
    ]


async def _missing_signature(hub: PlayedHub) -> Sequence[Exchange]:
    names = ("webhook-signature", "webhook-timestamp", "webhook-id")
    exchanges = [
        Exchange(f"an event without {name}", await hub.send_without(hub.request(hub.test_event()), name))
        for name in names
    ]
    bare = await hub.send_without(hub.request(hub.test_event()), *names)
    return [*exchanges, Exchange("an event without any of the three headers", bare)]


async def _changed(hub: PlayedHub) -> Sequence[Exchange]:
    first, second = hub.request(hub.test_event()), hub.test_event()
    return [
        Exchange(
            "an event whose body was changed after it was signed",
            await hub.send_changed(first, body=first.body.replace(b'"specversion"', b' "specversion"', 1)),
        ),
        Exchange(
            "an event whose id was changed after it was signed",
            await hub.send_changed(hub.request(hub.test_event()), headers={"webhook-id": second.id}),
        ),
    ]


async def _old(hub: PlayedHub) -> Sequence[Exchange]:
    return [
        Exchange("a valid signature of 10 minutes ago", await hub.send(hub.request(hub.test_event()), off=-_TOO_FAR))
    ]


async def _future(hub: PlayedHub) -> Sequence[Exchange]:
    return [
        Exchange("a valid signature of 10 minutes ahead", await hub.send(hub.request(hub.test_event()), off=_TOO_FAR))
    ]


async def _tolerance(hub: PlayedHub) -> Sequence[Exchange]:
    return [
        Exchange(f"a valid signature of a minute {words}", await hub.send(hub.request(hub.test_event()), off=off))
        for words, off in (("ago", -_CLOSE), ("ahead", _CLOSE))
    ]


async def _rotated(hub: PlayedHub) -> Sequence[Exchange]:
    secret, other = hub.receiver.secret, new_secret()
    return [
        Exchange(
            f"two signatures, the {words} one with your secret",
            await hub.send(replace(hub.request(hub.test_event()), keys=keys)),
        )
        for words, keys in (("first", (secret, other)), ("second", (other, secret)))
    ]


async def _other_version(hub: PlayedHub) -> Sequence[Exchange]:
    secret, key = hub.receiver.secret, new_signing_key()
    return [
        Exchange(
            f"a signature v1a {words} the one with your secret",
            await hub.send(replace(hub.request(hub.test_event()), keys=keys)),
        )
        for words, keys in (("before", (key, secret)), ("after", (secret, key)))
    ]


SIGNATURE: Final = Check(
    name="signature",
    about="a valid signature is accepted",
    play=_signature,
    expected=ExpectedAnswer.ACCEPTED,
    mend="Verify HMAC-SHA256 over webhook-id, a dot, webhook-timestamp, a dot and the exact bytes of the body, with "
    "the base64 behind whsec_ as the key; check that the secret here is that of the receiver.",
    mend_of_failure=f"The receiver failed on an event of type {EventType.SUBSCRIPTION_TEST}, which every subscription "
    "can receive.",
    docs=_DOCS,
)

AUTHENTICITY: Final = (
    SIGNATURE,
    Check(
        name="wrong-signature",
        about="another secret is refused",
        play=_wrong_signature,
        expected=ExpectedAnswer.REFUSED,
        mend="Answer 401 when no signature is right: now anyone who knows the address can send false events.",
        docs=_DOCS,
    ),
    Check(
        name="missing-signature",
        about="a request without its headers is refused",
        play=_missing_signature,
        expected=ExpectedAnswer.REFUSED,
        mend="Answer 401 when webhook-id, webhook-timestamp or webhook-signature is absent.",
        docs=_DOCS,
    ),
    Check(
        name="changed",
        about="what was changed after it was signed is refused",
        play=_changed,
        expected=ExpectedAnswer.REFUSED,
        mend="Sign the id and the exact bytes of the body as they came: do not parse and rewrite the JSON first.",
        docs=_DOCS,
    ),
    Check(
        name="old",
        about="an old signature is refused",
        play=_old,
        expected=ExpectedAnswer.REFUSED,
        mend="Refuse a webhook-timestamp of more than 5 minutes ago, also with a right signature: who copied a request "
        "can send it again later. The hub signs every try anew.",
        docs=_DOCS,
    ),
    Check(
        name="future",
        about="a signature of the future is refused",
        play=_future,
        expected=ExpectedAnswer.REFUSED,
        mend="Refuse a webhook-timestamp of more than 5 minutes ahead.",
        docs=_DOCS,
    ),
    Check(
        name="tolerance",
        about="clocks that differ by a minute are no fault",
        play=_tolerance,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Allow 5 minutes between webhook-timestamp and your clock, in both directions; synchronise your clock.",
        docs=_DOCS,
    ),
    Check(
        name="rotation",
        about="two signatures, in either order, are accepted",
        play=_rotated,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Split webhook-signature at spaces, and accept when one of the signatures is right: while a secret is "
        "being replaced, both sign.",
        docs=_ROTATION,
    ),
    Check(
        name="other-version",
        about="a signature of another version is passed over",
        play=_other_version,
        expected=ExpectedAnswer.ACCEPTED,
        mend="Pass over signatures that do not begin with v1, and do not fail on them.",
        docs=_DOCS,
    ),
)
