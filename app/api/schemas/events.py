"""Events by polling (*gebeurtenissen ophalen*)."""

from typing import Annotated

from pydantic import Field, JsonValue, RootModel

from app.api.paging import DEFAULT_LIMIT, MAX_LIMIT, readable_by, texts_of
from app.api.schemas.fields import In, Out
from app.domain.errors import FieldFault, InvalidInput
from app.domain.input_rules import InputRule

LONGEST_WAIT_SECONDS = 30

_LAST_NUMBER = 2**31 - 1


def number_after(after: str | None) -> int:
    """Return the number in the feed after which a page begins; None is before the first event.

    Raises:
        InvalidInput: it is no cursor of the feed.
    """
    if after is None:
        return 0
    try:
        (text,) = texts_of(after, 1)
    except InvalidInput as error:
        raise _unreadable() from error
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= _LAST_NUMBER):
        raise _unreadable()
    return int(text)


def _unreadable() -> InvalidInput:
    message = "Not a place in the events; use nextCursor of the answer before, or leave it out to start anew."
    return InvalidInput(FieldFault("after", InputRule.CURSOR, message))


class EventsIn(In):
    """Which events to read."""

    after: Annotated[str, readable_by(number_after)] | None = Field(
        None,
        max_length=500,
        description="`nextCursor` of the previous response; absent: from the first event. Store it with your data.",
    )
    wait: int = Field(
        0,
        ge=0,
        le=LONGEST_WAIT_SECONDS,
        description="Seconds to wait for an event when there is none yet (*long polling*).",
        examples=[0],
    )
    limit: int = Field(
        DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="The most events in the response.", examples=[DEFAULT_LIMIT]
    )


class EventOut(RootModel[dict[str, JsonValue]]):
    """A CloudEvent (*gebeurtenis*); the document has the types of event instead (``app.api.openapi.webhooks``)."""


class EventsOut(Out):
    """Events in the order in which they became available, and the cursor of the next page."""

    items: list[EventOut]
    next_cursor: str = Field(description="Send it as `after` next time; present even without an event.")
