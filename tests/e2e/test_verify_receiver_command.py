"""``trajecthub verify receiver`` as a person and as CI run it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.events.http.signing import new_secret
from app.sandbox.runtime import serving
from tests.support.command_line import run, run_json
from tests.support.small_receiver import Fault, SmallReceiver

SECRET = new_secret()


@contextmanager
def served(receiver: SmallReceiver) -> Iterator[str]:
    """Serve a receiver in a thread of its own, because a command has an event loop of its own."""
    loop, started, stopped = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    urls: list[str] = []

    async def serve() -> None:
        async with serving(receiver.app()) as server:
            urls.append(f"{server.url}/hook")
            started.set()
            await stopped.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    started.wait(10)
    try:
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join(10)
        loop.close()


@pytest.mark.parametrize(("fault", "code"), [(Fault.NONE, 0), (Fault.IGNORES_TIME, 1)])
def test_the_exit_code_says_whether_anything_is_wrong(fault: Fault, code: int) -> None:
    with served(SmallReceiver(SECRET, fault)) as url:
        words = ("verify", "receiver", url, "--secret", SECRET, "--only", "old", "--only", "gap")
        ended, text = run({}, *words)
        ended_with_environment, _ = run({"WEBHOOK_SECRET": SECRET}, "verify", "receiver", url, "--only", "gap")
        listed = run_json({}, *words, code=code)

    assert ended == code
    assert ended_with_environment == 0
    assert SECRET not in text
    assert [each["check"] for each in listed] == ["signature", "old", "gap"]
    assert listed[1]["verdict"] == ("wrong" if code else "ok")
    assert ("docs/how-to/subscribing.md#check-the-signature" in text) == bool(code)


def test_what_cannot_be_examined_ends_with_its_own_code() -> None:
    for words, said in [
        (("http://127.0.0.1:1/hook", "--secret", SECRET), "nothing listens there"),
        (("http://127.0.0.1:1/hook", "--secret", "whsec_x"), "must be whsec_"),
        (("http://127.0.0.1:1/hook", "--secret", SECRET, "--only", "nothing"), "must be one of: signature"),
        (("http://127.0.0.1:1/hook", "--secret", SECRET, "--network", "here"), "must be a network"),
    ]:
        code, text = run({}, "verify", "receiver", *words)

        assert (code, said in text.replace("│ ", "")) == (2, True), text
