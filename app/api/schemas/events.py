"""Events on the wire, as polling gives them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.api.paging import DEFAULT_LIMIT, MAX_LIMIT
from app.api.schemas.fields import In, Out

LONGEST_WAIT_SECONDS = 30


class EventsIn(In):
    """Which events are asked for."""

    after: str | None = Field(
        None,
        max_length=500,
        description="`nextCursor` of the answer before; without it from the first event. Keep it with what you stored.",
    )
    wait: int = Field(
        0,
        ge=0,
        le=LONGEST_WAIT_SECONDS,
        description="Seconds to wait for an event when there is none yet (*long polling*).",
        examples=[0],
    )
    limit: int = Field(
        DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="How many events at most.", examples=[DEFAULT_LIMIT]
    )


class EventOut(Out):
    """A CloudEvent (1.0, NL GOV profile 1.1), the same as a webhook gets (*gebeurtenis*)."""

    specversion: Literal["1.0"]
    id: UUID = Field(description="The event's id, the same each time that it is read.")
    source: str = Field(description="`urn:nld:oin:<OIN>:systeem:<name>`.")
    type: str = Field(
        description="Type of the event; its schema is at `/event-schemas/{type}`.",
        examples=["nl.trajecthub.referrals.confirmed.v1"],
    )
    subject: UUID = Field(description="Your own id of the referral (*aanmelding*).")
    time: datetime = Field(description="When the hub recorded it.")
    sequence: str = Field(description="Number in the chain of this referral for you; a gap shows.", examples=["3"])
    sequencetype: Literal["Integer"]
    dataref: str = Field(description="Where to read more.")
    dataschema: str = Field(description="The schema of `data`.")
    datacontenttype: Literal["application/json"]
    data: dict[str, object] = Field(description="What was agreed to tell; a field that is not told is absent.")


class EventsOut(Out):
    """Events in the order in which they became known, and where to read on."""

    items: list[EventOut]
    next_cursor: str = Field(description="Send it as `after` next time; it is here also when there is no event.")
