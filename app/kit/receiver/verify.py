"""Makes the checks of a receiver, one after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection

from app.connection_failure import ConnectionFailure
from app.kit.judgement import Judgement, NotExamined, Verdict
from app.kit.receiver.check import ReceiverCheck
from app.kit.receiver.checks import CHECKS, HANDSHAKE, SIGNATURE
from app.kit.receiver.played_hub import PlayedHub, ReceiverAnswer

__all__ = ["verify_receiver"]

_WITHOUT_SENSE = (
    "not made: the receiver refuses a valid signature or does not answer, so no other answer shows anything"
)


async def verify_receiver(hub: PlayedHub, names: Collection[str] = ()) -> AsyncIterator[Judgement]:
    """Yield what each check finds, as soon as it is known.

    Args:
        hub: sends to the receiver.
        names: of the checks to make; empty for all. That a valid signature is accepted is always checked first.

    Raises:
        NotExamined: there is no connection with the receiver, or its address may not be called.
    """
    answer = await _first_answer(hub)
    first = await SIGNATURE.examine(hub)
    yield first
    is_telling = first.verdict is Verdict.OK or answer.is_failed
    for check in CHECKS:
        if check is SIGNATURE or (names and check.name not in names):
            continue
        if is_telling or check is HANDSHAKE:
            yield await check.examine(hub)
        else:
            yield _skipped(check)


async def _first_answer(hub: PlayedHub) -> ReceiverAnswer:
    answer = await hub.send(hub.request(hub.test_event()))
    if answer.failure is not None and (text := await _obstacle(hub, answer)):
        raise NotExamined(f"{hub.receiver.url} was not reached: {text}")
    return answer


async def _obstacle(hub: PlayedHub, answer: ReceiverAnswer) -> str | None:
    """Return why there is no connection; None when there is one, and no answer."""
    match answer.failure:
        case ConnectionFailure.REFUSED:
            return "nothing listens there; start the receiver, and check host and port."
        case ConnectionFailure.UNKNOWN_HOST:
            return "the name of its host is unknown; check it, and the name server."
        case ConnectionFailure.UNTRUSTED:
            issuer = await hub.issuer() or "an unknown authority"
            return f"its certificate is not trusted (issued by {issuer}); name that authority with --ca-file."
        case ConnectionFailure.TLS:
            return "TLS with it fails; check that the port is that of https."
        case _:
            return None


def _skipped(check: ReceiverCheck) -> Judgement:
    return Judgement(check=check.name, verdict=Verdict.SKIPPED, sent="nothing", came=_WITHOUT_SENSE)
