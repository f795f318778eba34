"""Events by polling (*gebeurtenissen ophalen*), for who cannot receive calls."""

import asyncio
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic_core import from_json

from app.api.context import ReadContext, reading
from app.api.http.problems import problem_responses
from app.api.paging import text_cursor, texts_of
from app.api.responses import json_answer
from app.api.schemas.events import EventsIn, EventsOut
from app.api.state import AppState
from app.domain.errors import FieldFault, InvalidInput
from app.domain.input_rules import InputRule
from app.operations.subscriptions.feed import EventFeed, EventPage

router = APIRouter(tags=["subscriptions"])

Reads = Annotated[ReadContext, reading("events:read")]

# After a write so long, so that a busy hub is not asked by every waiting caller at each of its writes.
_BREATH_SECONDS = 0.05

# The bell may not ring for what another process wrote.
_LOOK_AGAIN_SECONDS = 1.0

_LAST_NUMBER = 2**31 - 1


@router.get(
    "/events", summary="Read events by polling", response_model=EventsOut, responses=problem_responses(400, 401, 403)
)
async def poll(request: Request, asked: Annotated[EventsIn, Query()], read: Reads) -> Response:
    """Return the events that follow `after`, as a webhook would get them (*gebeurtenissen*).

    What an event holds is decided when it is read, with the client's consent as it is then. Reading again from an
    earlier `after` gives the same events with the same `sequence`; one that may no longer be told is left out, which
    shows as a gap.
    """
    hub, after = read.hub, _number(asked.after)
    desk = EventFeed(hub.services, hub.origin, read.caller.organisation)
    page = await _wait_for_events(hub, desk, after, asked)
    cursor = text_cursor(str(page.last_number))
    body = {"items": [from_json(each) for each in page.events], "nextCursor": cursor}
    response = json_answer(200, body)
    following = request.url.include_query_params(after=cursor).query
    response.headers["Link"] = f'<{hub.api_url}/events?{following}>; rel="next"'
    return response


async def _wait_for_events(hub: AppState, desk: EventFeed, after: int, asked: EventsIn) -> EventPage:
    bell, until = hub.db.listen(), monotonic() + asked.wait
    while True:
        page = await _next_events(hub, desk, after, asked.limit)
        left = until - monotonic()
        if page.events or left <= 0:
            return page
        after = page.last_number
        await bell.wait(min(left, _LOOK_AGAIN_SECONDS))
        await asyncio.sleep(_BREATH_SECONDS)


async def _next_events(hub: AppState, desk: EventFeed, after: int, limit: int) -> EventPage:
    page = EventPage((), after)
    # Reading comes first, because most polls find nothing, and a write would wake all who wait.
    while not page.events and await hub.db.read(desk.has_work, page.last_number):
        page = await hub.db.write(desk.next_page, page.last_number, limit)
    return page


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
