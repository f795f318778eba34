"""The command line as a person uses it: an error that the user can fix is reported in one line."""

from pathlib import Path

import pytest

from app.operations.access.clients import SCOPES
from tests.support.command_line import run

pytestmark = pytest.mark.usefixtures("restored_logging")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("referral_no,received_on\n1,x\n", "Line 2, column 'referrer_kind': is missing from the header."),
        (None, "No such file or directory"),
    ],
)
def test_an_unreadable_register_is_reported_in_one_line(tmp_path: Path, text: str | None, message: str) -> None:
    register = tmp_path / "register.csv"
    if text is not None:
        register.write_text(text)

    code, output = run({}, "demo", "--once", "--pilot", str(register))

    assert code == 1
    assert message in output
    assert "Traceback" not in output


def test_weak_settings_stop_the_hub_with_every_fault_named() -> None:
    code, output = run({"TRAJECTHUB_MODE": "production"}, "serve")

    assert code == 1
    assert all(name in output for name in ("TRAJECTHUB_MASTER_KEY", "TRAJECTHUB_PUBLIC_URL", "TRAJECTHUB_OIN"))


def test_a_first_client_is_made_after_migrating(sandbox: dict[str, str]) -> None:
    migrated, _ = run(sandbox, "migrate")

    code, output = run(
        sandbox, "client", "create", "etf", "--organisation=expertiseteam-financien", "--scope=referrals:read",
        "--with-secret",
    )  # fmt: skip

    assert (migrated, code) == (0, 0)
    assert "may act for 'expertiseteam-financien'" in output
    assert "shown once" in output


def test_a_client_needs_a_way_to_prove_who_it_is(sandbox: dict[str, str]) -> None:
    code, output = run(sandbox, "client", "create", "etf", "--organisation=beheer", "--scope=referrals:read")

    assert code == 2
    assert "--jwks" in output


def test_an_unknown_scope_is_refused_with_the_known_ones(sandbox: dict[str, str]) -> None:
    code, output = run(sandbox, "client", "create", "x", "--organisation=beheer", "--scope=all", "--with-secret")

    assert code == 2
    assert next(iter(SCOPES)) in output


def test_a_client_of_an_unknown_organisation_is_refused(sandbox: dict[str, str]) -> None:
    run(sandbox, "migrate")

    code, output = run(
        sandbox, "client", "create", "x", "--organisation=nobody", "--scope=referrals:read", "--with-secret"
    )

    assert code == 1
    assert "no organisation 'nobody'" in output


def test_a_shared_secret_is_refused_outside_the_sandbox(sandbox: dict[str, str]) -> None:
    production = sandbox | {
        "TRAJECTHUB_MODE": "production",
        "TRAJECTHUB_MASTER_KEY": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
        "TRAJECTHUB_PUBLIC_URL": "https://hub.example.org",
        "TRAJECTHUB_OIN": "00000001003214345000",
    }

    code, output = run(
        production, "client", "create", "x", "--organisation=beheer", "--scope=referrals:read", "--with-secret"
    )

    assert code == 2
    assert "sandbox mode only" in output
