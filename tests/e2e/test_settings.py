"""Settings with which the hub cannot work are named all at once, by every command and by doctor."""

import re
from base64 import b64encode
from pathlib import Path

import pytest

from tests.support.command_line import run, run_json

pytestmark = pytest.mark.slow

COMMANDS = (
    ("serve", "--with-worker"),
    ("worker",),
    ("migrate",),
    ("partner", "status"),
    ("client", "revoke", "etf"),
)
PYDANTIC = re.compile(r"\b(Input|String|Value error|should|valid)\b")

REFUSED = [
    ("MUNICIPALITY", "utrecht", "names no set of reference data: set one of rotterdam, or unset it"),
    ("MUNICIPALITY", "", "names no set of reference data"),
    ("MUNICIPALITY", "../reference/rotterdam", "names no set of reference data"),
    ("DATABASE_URL", "", "names no kind of database that the hub can use: give sqlite:///path, or postgresql://"),
    ("DATABASE_URL", "mysql://hub:geheim@host/hub", "names no kind of database that the hub can use"),
    ("DATABASE_URL", "postgresql://hub:geheim@host:abc/hub", "cannot be read as an address"),
    (
        "DATABASE_URL",
        "postgresql://hub:geheim@host/hub?sslrootcert=/no.pem",
        "has sslrootcert=/no.pem, where no file is",
    ),
    ("DATABASE_POOL_SIZE", "0", ": must be at least 1; correct it, or unset it"),
    ("DATABASE_PREPARED_STATEMENTS", "often", ": must be true or false; correct it, or unset it"),
    ("DATABASE_DIRECT_URL", "sqlite:///x.db", "names a file of SQLite, which has no pooler: unset it"),
    ("DATABASE_DIRECT_URL", "postgresql://hub:geheim@host/hub", "is set and TRAJECTHUB_DATABASE_URL names a file of"),
    ("DATABASE_URL", "sqlite://", "names no file: give one, as sqlite:///trajecthub.db"),
    ("DATABASE_URL", "sqlite:////tmp", "is /tmp, which is a folder: give a file in it"),
    ("DATABASE_URL", "sqlite:////nowhere/x.db", "is in the folder /nowhere, which does not exist: make it"),
    ("WEBHOOK_CA_FILE", "/nowhere.pem", "is /nowhere.pem, where no file is: correct it, or unset it"),
    ("WEBHOOK_CA_FILE", __file__, f"is {__file__}, which has no certificates in PEM"),
    ("RMW_CA_FILE", __file__, f"is {__file__}, which has no certificates in PEM"),
    (
        "WEBHOOK_ALLOWED_NETWORKS",
        "dock=10.0.0.0/8,dock=foo,dock=10.0.0.1/8,10.1.0.0/16",
        ": 'foo' is no network, as 10.1.0.0/16; '10.0.0.1/8' begins within a network, which is 10.0.0.0/8; "
        "'10.1.0.0/16' has no organisation whose subscriptions may be there, as dock=10.1.0.0/16",
    ),
    ("TRUSTED_PROXIES", "10.0.0.0/8,foo", ": 'foo' is no network, as 10.1.0.0/16; correct it, or unset it"),
    ("PULL_INTERVAL_SECONDS", "inf", ": must be a finite number; correct it, or unset it"),
    ("PULL_INTERVAL_SECONDS", "0", ": must be more than 0"),
    ("RECONCILE_AT", "night", ": must be a time, as 03:30"),
    ("PORT", "70000", ": must be at most 65535"),
    ("LOG_LEVEL", "LOUD", ": must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
    ("OIN", "12", ": must be 20 digits; correct it"),
    ("PUBLIC_URL", "hub.example.nl", ": must be an address that begins with https:// or http://, with a host"),
    *(
        (
            name,
            address,
            ": must be an address that begins with https:// or http://, with a host, a port of at most 65535",
        )
        for name in ("PUBLIC_URL", "ALLEGRO_URL")
        for address in (
            "http://[::1",
            "http://a b/",
            "https://",
            "https://host:abc",
            "https://host/?a=b",
            "https://host#a",
        )
    ),
    ("GIDSO_URL", "gidso.example.nl", ": must be an address that begins with https:// or http://"),
    ("RMW_REQUESTS_PER_SECOND", "inf", ": must be a finite number"),
    ("RMW_MAINTENANCE", "night", ": must be hours separated by commas, as 22:00-06:00,12:00-12:30"),
    ("MASTER_KEY", "garbage!", "is not the base64 of 32 bytes"),
]


@pytest.mark.parametrize(("name", "value", "fault"), REFUSED)
def test_a_setting_that_cannot_be_used_is_named_with_the_remedy(
    sandbox: dict[str, str], name: str, value: str, fault: str
) -> None:
    code, output = run(sandbox | {f"TRAJECTHUB_{name}": value}, "serve", "--with-worker")

    assert code == 1
    head, _, sentence = output.partition(" - ")
    assert head == "The hub does not start with these settings:"
    # The output is wrapped, also in a path.
    assert "".join(sentence.split()).startswith("".join(f"TRAJECTHUB_{name}{fault}".split()))
    assert not PYDANTIC.search(output)
    assert "geheim" not in output


def test_a_setting_that_has_no_default_is_not_to_be_unset(sandbox: dict[str, str]) -> None:
    given = {"TRAJECTHUB_OIN": "12", "TRAJECTHUB_PUBLIC_URL": "hub.example.nl"}

    assert "unset" not in run(sandbox | given, "serve")[1]


def test_every_command_and_doctor_name_unreadable_and_unusable_settings_together(sandbox: dict[str, str]) -> None:
    names = {name: value for name, value, _ in reversed(REFUSED)}
    environment = sandbox | {f"TRAJECTHUB_{name}": value for name, value in names.items()}

    outputs = {run(environment, *words) for words in COMMANDS}
    findings = run_json(environment, "doctor", code=1)

    ((code, output),) = outputs
    assert code == 1
    assert {name for name in names if f"- TRAJECTHUB_{name}" in output} == names.keys()
    assert {re.split("[ :]", each["detail"])[0] for each in findings} == {f"TRAJECTHUB_{name}" for name in names}


@pytest.mark.parametrize("content", [b"garbage!", b64encode(b"abc"), b"", b"\xff"])
def test_the_file_of_another_key_is_named_and_left_as_it_is(
    sandbox: dict[str, str], tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "master.key"
    file.write_bytes(content)

    outputs = {run(sandbox, *words) for words in COMMANDS}
    [finding] = run_json(sandbox, "doctor", code=1)

    ((code, _),) = outputs
    assert code == 1
    assert finding["detail"].startswith(f"TRAJECTHUB_DATA_DIR has a file {file} that is not the base64 of 32 bytes")
    assert file.read_bytes() == content


def test_migrate_changes_nothing_before_the_settings_are_sound(sandbox: dict[str, str], database_folder: Path) -> None:
    assert run(sandbox | {"TRAJECTHUB_MUNICIPALITY": "utrecht"}, "migrate")[0] == 1

    assert list(database_folder.iterdir()) == []
