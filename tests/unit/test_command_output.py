"""What commands print for people is short enough to read, and says where the rest is."""

import pytest

from app.cli.tables import MOST_SHOWN, as_text


def test_a_long_list_is_shown_in_part() -> None:
    keys = [f"A{number}" for number in range(MOST_SHOWN + 7)]

    assert as_text(keys[:MOST_SHOWN]) == ", ".join(keys[:MOST_SHOWN])
    assert as_text(keys) == f"{', '.join(keys[:MOST_SHOWN])} … and 7 more: see --json"


@pytest.mark.parametrize(("links", "text"), [(1, "A1 R1"), (2, "A1 R1\nA1 R1")])
def test_objects_are_listed_line_by_line(links: int, text: str) -> None:
    assert as_text([{"caseId": "A1", "referralId": "R1"}] * links) == text
