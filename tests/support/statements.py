"""The statements that the store gets."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def sent_statements() -> Iterator[list[str]]:
    """Return the statements that are sent within, without notifications, which other connections send at any time."""
    sent: list[str] = []

    def on_statement(*given: object) -> None:
        if "notify" not in (statement := str(given[2])).lower():
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", on_statement)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", on_statement)
