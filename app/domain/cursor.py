"""The refusal of a cursor with which no page can begin."""

from app.domain.errors import FieldFault, InvalidInput
from app.domain.input_rules import InputRule


def unreadable_cursor() -> InvalidInput:
    """Return the error to raise for a cursor that this list did not make, or whose record is gone."""
    message = "Not a cursor of this list; use nextCursor of the page before, or leave it out to start anew."
    return InvalidInput(FieldFault("cursor", InputRule.CURSOR, message))
