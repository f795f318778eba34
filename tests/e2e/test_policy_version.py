"""A hub does not start with a policy that changed under a version that was used, in the sandbox either."""

from datetime import UTC, datetime
from functools import partial

import pytest

from app.models.access.policy_version import UsedPolicy, insert_used_policy
from app.privacy.policy import load_policy
from tests.support.command_line import run, run_json, write

pytestmark = pytest.mark.slow

VERSION = load_policy().version
OTHER = UsedPolicy(VERSION, "0" * 64, datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
FAULT = f"The policy {VERSION} differs from the one that is in use under this version since 2026-03-02: "


@pytest.fixture
def environment(sandbox: dict[str, str], database_url: str) -> dict[str, str]:
    """Return the environment of a hub whose database was used with another policy of this version, on each store."""
    write(database_url, partial(insert_used_policy, used=OTHER))
    return sandbox | {"TRAJECTHUB_DATABASE_URL": database_url}


def test_no_process_that_discloses_starts(environment: dict[str, str]) -> None:
    starting = (("serve",), ("serve", "--with-worker"), ("worker",), ("partner", "reconcile", "rmw"))

    outcomes = {run(environment, *words) for words in starting}

    ((code, output),) = outcomes
    assert code == 1
    assert output.startswith(FAULT)
    assert output.count("\n") == 0


def test_doctor_says_the_same(environment: dict[str, str]) -> None:
    findings = run_json(environment, "doctor", "--offline", code=1)

    (detail,) = [each["detail"] for each in findings if each["check"] == "policy"]
    assert detail.startswith(FAULT)


def test_doctor_names_the_version_that_is_to_be_used(sandbox: dict[str, str], database_url: str) -> None:
    findings = run_json(sandbox | {"TRAJECTHUB_DATABASE_URL": database_url}, "doctor", "--offline", code=0)

    assert [each["detail"] for each in findings if each["check"] == "policy"] == [f"{VERSION} is not used yet"]
