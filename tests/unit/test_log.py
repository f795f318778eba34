"""The log: one JSON object a line, tied together by the correlation id, without personal values."""

import ast
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import structlog
from typing_extensions import override

from app.log import REMOVED, configure_logging, correlated, correlation_id, remove_personal_values
from tests.support.documents import ROOT, inline_code

OPERATIONS = ROOT / "docs" / "how-to" / "operations.md"


def logged_events(path: Path) -> Iterator[str]:
    """Yield the names of the events that a module logs."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="log" | "_log")) | ast.Name(id="_log_fault"),
                args=[ast.Constant(value=str(event)), *_],
            ):
                yield event


def test_every_event_has_a_snake_case_name_that_the_operations_page_explains() -> None:
    events = {event for path in (ROOT / "app").rglob("*.py") for event in logged_events(path)}

    assert len(events) > 10
    assert [event for event in sorted(events) if not re.fullmatch("[a-z]+(_[a-z]+)*", event)] == []
    assert events - set(inline_code(OPERATIONS)) == set()


def test_a_line_is_a_json_object_with_the_correlation_id(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "json")

    with correlated("request-1"):
        structlog.get_logger().info("referral_received", referral="r-1")

    line = json.loads(capfd.readouterr().err)
    assert (line["event"], line["level"], line["correlation_id"]) == ("referral_received", "info", "request-1")


def test_lines_of_libraries_look_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("WARNING", "json")

    logging.getLogger("library").warning("slow")
    logging.getLogger("library").info("chatter")

    line = json.loads(capfd.readouterr().err)
    assert (line["event"], line["logger"], line["level"]) == ("slow", "library", "warning")


def test_a_trace_shows_no_values(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "json")
    citizen = "999990019"

    try:
        raise ValueError("unreadable")  # noqa: TRY301
    except ValueError:
        structlog.get_logger().exception("failed")

    assert citizen not in capfd.readouterr().err


class Hostile:
    """An object that raises whatever it is asked."""

    @override
    def __str__(self) -> str:
        raise PermissionError("geheim")

    __repr__ = __str__


def circle() -> dict[str, object]:
    """Return a mapping that contains itself."""
    made: dict[str, object] = {}
    made["itself"] = made
    return made


@pytest.mark.parametrize("log_format", ["json", "console"])
@pytest.mark.parametrize("value", ["half \ud83d", b"\xff", Hostile(), {Hostile(): 1}, circle()])
def test_no_value_keeps_an_event_from_being_logged(
    capfd: pytest.CaptureFixture[str], value: object, log_format: Literal["json", "console"]
) -> None:
    configure_logging("INFO", log_format)

    structlog.get_logger().info("referral_received", value=value)
    logging.getLogger("library").warning("slow %s", value)

    lines = capfd.readouterr().err
    assert "referral_received" in lines
    assert "slow" in lines or '"event":"library","level":"warning","log_error":' in lines
    assert "geheim" not in lines


@pytest.mark.parametrize(
    "name", ["bsn", "given_name", "familyName", "e_mail", "client.phone", "Authorization", "api_key", "accessToken"]
)
def test_a_personal_or_secret_value_is_removed_at_any_depth(name: str) -> None:
    event = {"event": "x", name: "v", "inner": {name: "v"}, "list": [{name: "v"}]}

    cleaned = remove_personal_values(None, "info", event)

    assert cleaned == {"event": "x", name: REMOVED, "inner": {name: REMOVED}, "list": [{name: REMOVED}]}


def test_an_ordinary_value_stays() -> None:
    assert remove_personal_values(None, "info", {"event": "x", "referral": "r"}) == {"event": "x", "referral": "r"}


def test_the_correlation_id_ends_with_its_block() -> None:
    with correlated("outer"):
        with correlated("inner"):
            assert correlation_id() == "inner"
        assert correlation_id() == "outer"
    assert correlation_id() is None
