"""Events by polling (*gebeurtenissen ophalen*), for organisations that cannot receive calls."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic_core import from_json

from app.api.context import ReadContext, reading
from app.api.http.problems import problem_responses
from app.api.paging import text_cursor
from app.api.responses import json_answer
from app.api.schemas.events import EventsIn, EventsOut, number_after
from app.operations.subscriptions.feed import EventFeed, PollRequest

router = APIRouter(tags=["subscriptions"])

Reads = Annotated[ReadContext, reading("events:read")]


@router.get(
    "/events", summary="Read events by polling", response_model=EventsOut, responses=problem_responses(400, 401, 403)
)
async def list_events(request: Request, asked: Annotated[EventsIn, Query()], read: Reads) -> Response:
    """Return the events that follow `after`, as a webhook would send them (*gebeurtenissen*).

    For referrers, and for the finance team, which reads what is about terms.
    Which fields an event contains is decided when it is read, with the client's consent at that moment. Reading again
    from an earlier `after` returns the same events with the same `sequence`; an event that may no longer be disclosed
    is left out, which shows as a gap.
    """
    hub = read.hub
    feed = EventFeed(hub.services, hub.deliveries, read.caller.organisation)
    wanted = PollRequest(
        after=number_after(asked.after), limit=asked.limit, wait_seconds=asked.wait, client=read.caller.client_id
    )
    page = await feed.poll(hub.db, hub.polls, wanted, hub.stopping.begun)
    cursor = text_cursor(str(page.last_number))
    response = json_answer(200, {"items": [from_json(each) for each in page.events], "nextCursor": cursor})
    following = request.url.include_query_params(after=cursor).query
    response.headers["Link"] = f'<{hub.api_url}/events?{following}>; rel="next"'
    return response
