"""Events by polling (*gebeurtenissen ophalen*)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

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


class EventOut(Out):
    """A CloudEvent (1.0, NL GOV profile 1.1), the same as a webhook receives (*gebeurtenis*)."""

    specversion: Literal["1.0"]
    id: UUID = Field(description="Id of the event, the same each time that it is read.")
    source: str = Field(description="`urn:nld:oin:<OIN>:systeem:<name>`.")
    type: str = Field(
        description="Type of the event; its schema is at `/event-schemas/{type}`.",
        examples=["nl.trajecthub.referrals.confirmed.v1"],
    )
    subject: UUID = Field(description="Your own id of the referral (*aanmelding*).")
    time: datetime = Field(description="When the hub recorded it.")
    sequence: str = Field(
        description="Its number for you among the events of this referral; a gap is an event that was left out.",
        examples=["3"],
    )
    sequencetype: Literal["Integer"]
    dataref: str = Field(description="Address of the referral.")
    dataschema: str = Field(description="Address of the JSON Schema of `data`.")
    datacontenttype: Literal["application/json"]
    data: dict[str, object] = Field(description="The fields that may be disclosed to you; any other is absent.")


class EventsOut(Out):
    """Events in the order in which they became available, and the cursor of the next page."""

    items: list[EventOut]
    next_cursor: str = Field(description="Send it as `after` next time; present even without an event.")
