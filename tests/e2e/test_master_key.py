"""A hub starts with the master key of its database only, and never makes one for data that another key sealed."""

from base64 import b64encode
from pathlib import Path

import pytest

from app.database.migrations import upgrade_schema
from app.models.access.signing_key import StoredSigningKey, insert_signing_key
from app.operations.clock import SystemClock
from app.vault import Vault
from tests.support.command_line import run, run_json, write
from tests.support.migrating import go_back
from tests.support.previous_release import MASTER_KEY, restore

pytestmark = pytest.mark.slow

KEY_BYTES = bytes([1]) * 32
KEY, OTHER_KEY = (b64encode(bytes([byte]) * 32).decode() for byte in (1, 2))
OTHER = "The master key does not open what is stored; set TRAJECTHUB_MASTER_KEY to the key with which the hub started."
ABSENT = "The database was sealed with a master key that is not here; set TRAJECTHUB_MASTER_KEY to it"
BEFORE_PLACES = "20261130_1410"

STARTING = (
    ("migrate",),
    ("serve", "--with-worker"),
    ("worker",),
    ("partner", "pause", "rmw", "--reason=trial"),
    ("partner", "reconcile", "rmw"),
    ("client", "revoke", "etf"),
    ("client", "create", "etf", "--organisation=beheer", "--scope=partners:read", "--with-secret"),
)


@pytest.fixture
def environment(sandbox: dict[str, str], empty_database_url: str) -> dict[str, str]:
    """Return the environment of a hub over a database without tables, on each store in turn, without a master key."""
    return sandbox | {"TRAJECTHUB_DATABASE_URL": empty_database_url}


def store_signing_key(url: str) -> None:
    """Bring a database to the schema of a release without the check, with a value that the first key sealed."""
    upgrade_schema(url)
    go_back(url, BEFORE_PLACES)
    sealed = Vault(KEY_BYTES).seal(b"-----BEGIN PRIVATE KEY-----", "signing_key.private_key")
    key = StoredSigningKey(kid="kid-1", private_key=sealed, public_jwk={"kid": "kid-1"}, created_at=SystemClock().now())
    write(url, lambda tx: insert_signing_key(tx, key))


def outcomes(environment: dict[str, str]) -> set[tuple[int, str]]:
    return {run(environment, *words) for words in STARTING}


def test_another_key_is_refused_by_every_command_that_starts_or_writes(environment: dict[str, str]) -> None:
    first = run(environment | {"TRAJECTHUB_MASTER_KEY": KEY}, "migrate")

    found = outcomes(environment | {"TRAJECTHUB_MASTER_KEY": OTHER_KEY})

    assert first == (0, "The schema is up to date.")
    assert found == {(1, OTHER)}


def test_the_first_key_is_taken_again(environment: dict[str, str]) -> None:
    first = environment | {"TRAJECTHUB_MASTER_KEY": KEY}

    assert [run(first, "migrate")[0] for _ in range(2)] == [0, 0]
    assert run(first, "partner", "pause", "rmw", "--reason=trial")[0] == 0


def test_data_that_were_sealed_before_there_was_a_check_refuse_another_key(environment: dict[str, str]) -> None:
    store_signing_key(environment["TRAJECTHUB_DATABASE_URL"])

    assert run(environment | {"TRAJECTHUB_MASTER_KEY": OTHER_KEY}, "migrate") == (1, OTHER)


def test_data_that_were_sealed_before_there_was_a_check_are_given_one(environment: dict[str, str]) -> None:
    url = environment["TRAJECTHUB_DATABASE_URL"]
    store_signing_key(url)
    taken = run(environment | {"TRAJECTHUB_MASTER_KEY": KEY}, "migrate")
    write(url, lambda tx: tx.exec_driver_sql("DELETE FROM signing_key"))

    assert taken[0] == 0
    assert outcomes(environment | {"TRAJECTHUB_MASTER_KEY": OTHER_KEY}) == {(1, OTHER)}


def test_a_database_of_the_previous_release_is_migrated_with_its_own_key_only(environment: dict[str, str]) -> None:
    url, right = environment["TRAJECTHUB_DATABASE_URL"], b64encode(MASTER_KEY).decode()
    restore(url)

    refused = run(environment | {"TRAJECTHUB_MASTER_KEY": OTHER_KEY}, "migrate")
    taken = run(environment | {"TRAJECTHUB_MASTER_KEY": right}, "migrate")
    write(url, lambda tx: tx.exec_driver_sql("DELETE FROM master_key_check"))

    assert refused == (1, OTHER)
    assert taken == (0, "The schema is up to date.")
    assert outcomes(environment | {"TRAJECTHUB_MASTER_KEY": OTHER_KEY}) == {(1, OTHER)}
    assert run(environment | {"TRAJECTHUB_MASTER_KEY": right}, "partner", "pause", "rmw", "--reason=trial")[0] == 0


def test_no_key_is_made_for_a_database_that_is_sealed(environment: dict[str, str], tmp_path: Path) -> None:
    run(environment | {"TRAJECTHUB_MASTER_KEY": KEY}, "migrate")

    ((code, output),) = outcomes(environment)

    assert code == 1
    assert output.startswith(ABSENT)
    assert not (tmp_path / "master.key").exists()


def test_another_key_is_refused_before_the_schema_is_changed(environment: dict[str, str]) -> None:
    url = environment["TRAJECTHUB_DATABASE_URL"]
    run(environment | {"TRAJECTHUB_MASTER_KEY": KEY}, "migrate")
    write(url, lambda tx: tx.exec_driver_sql("UPDATE alembic_version SET version_num = '20261130_0000'"))

    assert run(environment | {"TRAJECTHUB_MASTER_KEY": OTHER_KEY}, "migrate") == (1, OTHER)


def test_doctor_says_the_same_and_makes_no_file(environment: dict[str, str], tmp_path: Path) -> None:
    run(environment | {"TRAJECTHUB_MASTER_KEY": KEY}, "migrate")

    for key, fault in ((OTHER_KEY, OTHER), ("", ABSENT)):
        given = {"TRAJECTHUB_MASTER_KEY": key} if key else {}
        findings = run_json(environment | given, "doctor", "--offline", code=1)
        [detail] = [each["detail"] for each in findings if each["check"] == "master key"]
        assert detail.startswith(fault)
    assert not (tmp_path / "master.key").exists()
