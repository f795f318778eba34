"""Cursors are opaque, exact and never trusted."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.paging import cursor_of, position_of, text_cursor, texts_of
from app.domain.errors import InvalidInput
from app.domain.queries import Position

offsets = st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
LIMITS = [datetime(year, 6, 1) for year in (2, 9998)]  # noqa: DTZ001 - Hypothesis takes them without an offset


@given(moment=st.datetimes(*LIMITS, timezones=offsets), record_id=st.uuids())
def test_a_position_survives_the_way_there_and_back(moment: datetime, record_id: UUID) -> None:
    position = Position(moment, record_id)

    assert position_of(cursor_of(position)) == position


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1, max_size=4))
def test_texts_survive_the_way_there_and_back(texts: list[str]) -> None:
    assert texts_of(text_cursor(*texts), len(texts)) == texts


@given(st.lists(st.text(), min_size=1))
def test_a_cursor_needs_no_escaping_in_an_address(texts: list[str]) -> None:
    cursor = text_cursor(*texts)

    assert cursor.isascii()
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=200))
def test_any_other_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        position_of(text)

    assert refused.value.faults[0].field == "cursor"


@pytest.mark.parametrize(
    "cursor",
    [
        text_cursor("2026-03-02T09:30:00", str(UUID(int=1))),
        text_cursor("2026-03-02T09:30:00+00:00", "1"),
        text_cursor("yesterday", str(UUID(int=1))),
        text_cursor("2026-03-02T09:30:00+00:00"),
        text_cursor("2026-03-02T09:30:00+00:00", str(UUID(int=1)), "more"),
    ],
)
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        position_of(cursor)


def test_no_cursor_is_the_beginning() -> None:
    assert position_of(None) is None
    assert position_of(cursor_of(Position(datetime(2026, 3, 2, tzinfo=UTC), UUID(int=7)))) is not None
