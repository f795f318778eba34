"""Events by polling (*gebeurtenissen ophalen*), for organisations that cannot receive calls."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic_core import from_json

from app.api.context import ReadContext, reading
from app.api.http.problems import problem_responses
from app.api.paging import text_cursor, texts_of
from app.api.responses import json_answer
from app.api.schemas.events import EventsIn, EventsOut
from app.domain.errors import FieldFault, InvalidInput
from app.domain.input_rules import InputRule
from app.operations.subscriptions.feed import EventFeed, PollRequest

router = APIRouter(tags=["subscriptions"])

Reads = Annotated[ReadContext, reading("events:read")]

_LAST_NUMBER = 2**31 - 1


@router.get(
    "/events", summary="Read events by polling", response_model=EventsOut, responses=problem_responses(400, 401, 403)
)
async def poll(request: Request, asked: Annotated[EventsIn, Query()], read: Reads) -> Response:
    """Return the events that follow `after`, as a webhook would send them (*gebeurtenissen*); for referrers.

    Which fields an event contains is decided when it is read, with the client's consent at that moment. Reading again
    from an earlier `after` returns the same events with the same `sequence`; an event that may no longer be disclosed
    is left out, which shows as a gap.
    """
    hub = read.hub
    feed = EventFeed(hub.services, hub.deliveries, read.caller.organisation)
    page = await feed.poll(hub.db, PollRequest(_number(asked.after), asked.limit, asked.wait), hub.stopping.begun)
    cursor = text_cursor(str(page.last_number))
    response = json_answer(200, {"items": [from_json(each) for each in page.events], "nextCursor": cursor})
    following = request.url.include_query_params(after=cursor).query
    response.headers["Link"] = f'<{hub.api_url}/events?{following}>; rel="next"'
    return response


def _number(after: str | None) -> int:
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
