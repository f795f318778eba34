"""Each way in which a receiver is wrong is found over HTTP, by its own check and no other."""

import socket
from collections.abc import Collection

import pytest

from app.events.http.signing import new_secret
from app.kit.judgement import Judgement, NotExamined, Verdict, exit_code
from app.kit.outbound import ConnectionCount, outbound_client
from app.kit.receiver.check import Check
from app.kit.receiver.checks import CHECKS
from app.kit.receiver.played_hub import PlayedHub, ReceiverTarget
from app.kit.receiver.verify import verify_receiver
from app.operations.clock import SystemClock
from app.sandbox.runtime import serving
from tests.support.documents import ROOT, leads_somewhere
from tests.support.small_receiver import Fault, SmallReceiver

SECRET = new_secret()
BAD = {"wrong-signature", "missing-signature", "changed", "old", "future"}

FOUND_WRONG = {
    Fault.TAKES_ANYTHING: BAD,
    Fault.FAILS_ON_BAD_SIGNATURES: BAD,
    Fault.NEEDS_NO_HEADERS: {"missing-signature"},
    Fault.IGNORES_TIME: {"old", "future"},
    Fault.EXACT_TIME: {"tolerance"},
    Fault.FIRST_SIGNATURE_ONLY: {"rotation", "other-version"},
    Fault.ONE_VERSION_ONLY: {"other-version"},
    Fault.REWRITES_THE_BODY: {"changed"},
    Fault.READS_ASCII: {"unicode", "large"},
    Fault.REFUSES_DUPLICATES: {"duplicate"},
    Fault.FAILS_ON_REDELIVERY: {"redelivery"},
    Fault.IN_ORDER_ONLY: {"late"},
    Fault.WITHOUT_GAPS_ONLY: {"gap"},
    Fault.KNOWN_TYPES_ONLY: {"unknown-type"},
    Fault.NO_CONFIRMATIONS: {"types"},
    Fault.NEEDS_FIELDS: {"thin"},
    Fault.KNOWN_FIELDS_ONLY: {"unknown-field"},
    Fault.KNOWN_CODES_ONLY: {"unknown-code"},
    Fault.SMALL_BODIES: {"large"},
    Fault.FEW_AT_ONCE: {"burst"},
    Fault.NO_OPTIONS: {"handshake"},
    Fault.CONSENTS_TO_ANOTHER: {"handshake"},
}

SAID_AT_ONCE = {
    Fault.REDIRECTS: "The hub follows no redirect",
    Fault.GONE: "the hub disables it and parks its events",
    Fault.NEEDS_LOGIN: "Do not ask for a login",
    Fault.JSON_ONLY: "application/cloudevents+json",
    Fault.ELSEWHERE: "check the address",
    Fault.NEVER_ANSWERS: "Answer within 15 seconds",
}


async def examined(
    fault: Fault, names: Collection[str] = (), seconds: float = 15.0, step: float = 0.0
) -> dict[str, Judgement]:
    """Return what is found of a receiver with a fault; the timer goes on by a step each time that it is read."""
    count, moments = ConnectionCount(), iter(range(10_000))
    async with serving(SmallReceiver(SECRET, fault).app()) as server:
        hub = PlayedHub(
            ReceiverTarget(url=f"{server.url}/hook", secret=SECRET),
            outbound_client(count, timeout_seconds=seconds),
            count,
            SystemClock(),
            lambda: next(moments) * step,
        )
        try:
            return {each.check: each async for each in verify_receiver(hub, names)}
        finally:
            await hub.close()


def of(found: dict[str, Judgement], verdict: Verdict) -> set[str]:
    return {name for name, each in found.items() if each.verdict is verdict}


async def test_a_right_receiver_passes_every_check() -> None:
    found = await examined(Fault.NONE)

    assert list(found) == [each.name for each in CHECKS]
    assert of(found, Verdict.OK) == set(found) - {"gone", "duplicate"}
    assert "disable the subscription" in found["gone"].came
    assert "nl.trajecthub.subscriptions.test.v1" in found["signature"].sent
    assert exit_code(found.values()) == 0


async def test_whether_a_duplicate_was_stored_once_is_left_to_the_tester() -> None:
    duplicate = (await examined(Fault.NONE, ["duplicate"]))["duplicate"]

    assert duplicate.verdict is Verdict.ADVICE
    assert "webhook-id" in duplicate.sent
    assert "check that you stored one" in str(duplicate.mend)


async def test_a_receiver_that_fails_is_not_told_to_verify_differently_and_is_checked_on() -> None:
    found = await examined(Fault.FAILS, ["old", "gap"])

    assert "HMAC" not in str(found["signature"].mend)
    assert "failed on an event of type nl.trajecthub.subscriptions.test.v1" in str(found["signature"].mend)
    assert of(found, Verdict.WRONG) == {"signature", "old", "gap"}


@pytest.mark.parametrize("fault", FOUND_WRONG)
async def test_a_wrong_receiver_fails_the_checks_that_are_about_its_fault(fault: Fault) -> None:
    found = await examined(fault)

    assert of(found, Verdict.WRONG) == FOUND_WRONG[fault]
    assert of(found, Verdict.ADVICE) == {"duplicate"} - FOUND_WRONG[fault]
    assert exit_code(found.values()) == 1


@pytest.mark.parametrize("fault", SAID_AT_ONCE)
async def test_without_an_accepted_event_nothing_else_is_judged(fault: Fault) -> None:
    found = await examined(fault, seconds=0.2)

    assert SAID_AT_ONCE[fault] in str(found["signature"].mend)
    assert of(found, Verdict.WRONG) == {"signature"}
    assert of(found, Verdict.OK) == {"handshake"}
    assert exit_code(found.values()) == 1


async def test_a_receiver_that_closes_connections_is_advised_not_to() -> None:
    found = await examined(Fault.CLOSES_CONNECTIONS)

    assert of(found, Verdict.ADVICE) == {"duplicate", "keep-alive"}
    assert exit_code(found.values()) == 0


async def test_a_slow_receiver_is_advised_to_answer_sooner() -> None:
    found = await examined(Fault.NONE, ["speed", "burst"], step=6.0)

    assert of(found, Verdict.ADVICE) == {"speed", "burst"}


async def test_only_the_chosen_checks_are_made_after_the_first() -> None:
    assert list(await examined(Fault.NONE, ["gap", "old"])) == ["signature", "old", "gap"]


async def test_where_nothing_listens_nothing_is_judged() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    for address, said in ((url, "nothing listens there"), ("http://10.0.0.1/hook", "--network")):
        count = ConnectionCount()
        hub = PlayedHub(ReceiverTarget(url=address, secret=SECRET), outbound_client(count), count, SystemClock())
        with pytest.raises(NotExamined, match=said):
            _ = [each async for each in verify_receiver(hub)]
        await hub.close()


def test_each_check_names_a_section_that_exists() -> None:
    sections = {each.docs for each in CHECKS if isinstance(each, Check)}

    assert [each for each in sections if not leads_somewhere(ROOT / "README.md", each)] == []
