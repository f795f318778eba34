"""Subscriptions to events by webhook (*abonnementen*)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from app.api.answers import answer, check_precondition, etag_of, json_answer
from app.api.paging import page_answer, text_cursor, texts_of
from app.api.problems import problem_responses
from app.api.records import Changing, Reading, changing, reading
from app.api.schemas.lists import PageIn
from app.api.schemas.subscriptions import NewSubscriptionOut, SubscriptionIn, SubscriptionOut, SubscriptionsOut
from app.database import Connection
from app.domain.errors import FieldFault, InvalidInput
from app.operations.idempotency import Answer
from app.operations.subscriptions import (
    Content,
    NewSubscription,
    Subscription,
    make_subscription,
    page_of_subscriptions,
    read_subscription,
    remove_subscription,
)

router = APIRouter(prefix="/subscriptions", tags=["subscriptions"])

SubscriptionId = Annotated[
    UUID,
    Path(description="Id of the subscription (*abonnement*).", examples=["019ab3f2-7c00-7000-8000-000000000004"]),
]
Reads = Annotated[Reading, reading("subscriptions:manage")]
Manages = Annotated[Changing, changing("subscriptions:manage")]


@router.post(
    "",
    status_code=201,
    summary="Make a subscription",
    response_model=NewSubscriptionOut,
    responses=problem_responses(400, 401, 403, 409),
)
async def make(body: SubscriptionIn, change: Manages) -> Response:
    """Ask to be told by webhook (*abonneren*). The answer holds the signing secret, which is not shown again."""
    hub, owner = change.hub, change.caller.organisation
    wanted = NewSubscription(body.url, frozenset(body.event_types), Content(body.content))

    def work(tx: Connection) -> Answer:
        made, secret = make_subscription(tx, hub.tools, owner, wanted, insecure=hub.sandbox)
        content = {**_wire(change, made), "secret": secret}
        location = f"{hub.api_url}/subscriptions/{content['id']}"
        return answer(201, content, etag=_etag(made), location=location)

    return await change.once(work)


@router.get(
    "", summary="List subscriptions", response_model=SubscriptionsOut, responses=problem_responses(400, 401, 403)
)
async def list_page(request: Request, page: Annotated[PageIn, Query()], read: Reads) -> Response:
    """Give a page of your own subscriptions (*abonnementen*), oldest first."""
    after = _after(read, page.cursor)
    found, more = await read.hub.db.read(page_of_subscriptions, read.caller.organisation, after, page.limit)
    items = [_wire(read, each) for each in found]
    return page_answer(read.hub, request, items, text_cursor(str(items[-1]["id"])) if more else None)


@router.get(
    "/{subscription_id}",
    summary="Read a subscription",
    response_model=SubscriptionOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def read_one(subscription_id: SubscriptionId, read: Reads) -> Response:
    """Give one of your own subscriptions (*abonnement*), without its secret."""
    wanted_id = read.resolve(subscription_id)
    found = await read.hub.db.read(read_subscription, read.caller.organisation, wanted_id)
    return json_answer(200, _wire(read, found), etag=_etag(found))


@router.delete(
    "/{subscription_id}",
    status_code=204,
    summary="End a subscription",
    responses=problem_responses(400, 401, 403, 404, 409, 412, 428),
)
async def remove(subscription_id: SubscriptionId, change: Manages) -> Response:
    """End one of your own subscriptions (*opzeggen*); what was not sent yet is given up."""
    wanted_id, owner = change.resolve(subscription_id), change.caller.organisation

    def work(tx: Connection) -> Answer:
        found = read_subscription(tx, owner, wanted_id)
        check_precondition(change.write.if_match, _etag(found))
        remove_subscription(tx, found)
        return answer(204)

    return await change.once(work)


def _wire(read: Reading, subscription: Subscription) -> dict[str, object]:
    shown = {**vars(subscription), "id": read.shown_id(subscription.id)}
    shown["event_types"] = sorted(subscription.event_types)
    shown["content"], shown["status"] = subscription.content.value, subscription.status.value
    return SubscriptionOut.model_validate(shown, by_name=True).model_dump(by_alias=True, exclude_none=True)


def _etag(subscription: Subscription) -> str:
    return etag_of(str(subscription.id), subscription.status, subscription.changed_at.isoformat())


def _after(read: Reading, cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        return read.resolve(UUID(texts_of(cursor, 1)[0]))
    except ValueError as error:
        message = "Not a cursor of this list; use nextCursor of the page before, or leave it out to start anew."
        raise InvalidInput(FieldFault("cursor", "cursor", message)) from error
