"""``trajecthub listen`` as a person runs it."""

from pathlib import Path

from app.events.http.signing import new_secret
from tests.support.command_line import run

WORDS = ("listen", "--hub", "http://127.0.0.1:1", "--client", "dock")


def test_options_that_do_not_fit_are_named(tmp_path: Path) -> None:
    hook = ("--forward", "http://127.0.0.1:1/hook")
    for words, code, said in [
        (("--secret", "s"), 2, "--forward"),
        (("--secret", "s", "--print", *hook), 2, "not both"),
        (("--print",), 2, "--key"),
        (("--secret", "s", "--signing-secret", "x", *hook), 2, "must be whsec_"),
        (("--secret", "s", "--network", "x", *hook), 2, "must be a network"),
        (("--secret", "s", "--print"), 1, "Give another one with --hub."),
        (("--key", str(tmp_path / "absent.pem"), "--kid", "k", "--print"), 1, "connection-refused"),
    ]:
        ended, text = run({}, *WORDS, *words)

        assert (ended, said in text.replace("│ ", "")) == (code, True), text


def test_secrets_are_read_from_the_environment_and_not_shown(tmp_path: Path) -> None:
    secret = new_secret()
    environment = {"CLIENT_SECRET": "known-to-the-tester", "WEBHOOK_SECRET": secret}

    _, text = run(environment, *WORDS, "--forward", "http://127.0.0.1:1/hook")
    _, new = run({"CLIENT_SECRET": "known-to-the-tester"}, *WORDS, "--forward", "http://127.0.0.1:1/hook")
    _, with_key = run(environment, *WORDS, "--key", str(tmp_path / "absent.pem"), "--kid", "k", "--print")

    assert "connection-refused" in with_key
    assert "signed with the secret that you gave." in text
    assert "Give another one with --hub." in text
    assert not any(each in text for each in environment.values())
    assert "signed with whsec_" in new
