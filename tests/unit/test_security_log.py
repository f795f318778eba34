"""The security log has a channel and a table of its own, and no level silences it."""

import json
import re

import pytest

from app.domain.refusal import RefusalCause
from app.log import configure_logging
from app.security_log import SecurityEvent, record_event
from tests.support.documents import ROOT

PAGE = (ROOT / "docs" / "how-to" / "operations.md").read_text()


def test_the_table_of_the_operations_page_has_every_event_and_no_other() -> None:
    rows = re.findall(r"^\| `(security_[a-z_]+)` \|", PAGE, re.MULTILINE)

    assert rows == [each.value for each in SecurityEvent]


def test_the_operations_page_explains_every_cause() -> None:
    section = PAGE[PAGE.index("## Security log") : PAGE.index("## Partners")]

    assert {each for each in RefusalCause if f"`{each}`" not in section} == set()


def test_a_line_has_the_channel_of_the_security_log_whatever_the_level(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("ERROR", "json")

    record_event(SecurityEvent.TOKEN_ISSUED, client="dock", scopes=["referrals:read"], peer=None)

    line = json.loads(capfd.readouterr().err)
    assert line.pop("timestamp")
    assert line == {
        "event": "security_token_issued",
        "channel": "security",
        "level": "info",
        "client": "dock",
        "scopes": ["referrals:read"],
    }


def test_every_event_is_recorded_somewhere() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "app").rglob("*.py"))

    assert {each.name for each in SecurityEvent if f"SecurityEvent.{each.name}" not in source} == set()
    assert {each.name for each in RefusalCause if f"RefusalCause.{each.name}" not in source} == set()
