"""The command line as a person uses it: an error that the user can fix is reported in one line."""

from pathlib import Path

import pytest

from tests.support.command_line import run

pytestmark = pytest.mark.slow


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

    code, output = run({}, "demo", "--once", "--port=0", "--pilot", str(register))

    assert code == 1
    assert message in output
    assert "Traceback" not in output


def test_weak_settings_stop_the_hub_with_every_fault_named() -> None:
    code, output = run({"TRAJECTHUB_MODE": "production"}, "serve")

    assert code == 1
    assert all(name in output for name in ("TRAJECTHUB_MASTER_KEY", "TRAJECTHUB_PUBLIC_URL", "TRAJECTHUB_OIN"))
