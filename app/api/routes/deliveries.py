"""What a subscription was sent, and asks to be sent: tests, previews, redelivery and replay (*afleveringen*)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from app.api.context import ReadContext
from app.api.http.problems import problem_responses
from app.api.paging import page_answer, text_cursor
from app.api.responses import answer, json_answer
from app.api.routes.subscriptions import Manages, Reads, SubscriptionId, cursor_id
from app.api.schemas.deliveries import (
    AttemptOut,
    DeliveriesIn,
    DeliveriesOut,
    DeliveryOut,
    ReplayIn,
    ReplayOut,
    SentTestOut,
)
from app.api.schemas.subscriptions import PreviewFieldOut, PreviewIn, PreviewOut
from app.database import Connection
from app.operations.access.idempotency import Answer
from app.operations.subscriptions.deliveries import (
    DeliveryState,
    Told,
    page_of_deliveries,
    redeliver,
    replay,
    send_test,
)
from app.operations.subscriptions.preview import Decision, Preview, preview
from app.operations.subscriptions.subscriptions import open_subscription, read_subscription

router = APIRouter(prefix="/subscriptions/{subscription_id}", tags=["subscriptions"])

DeliveryId = Annotated[
    UUID,
    Path(description="Id of the delivery (*aflevering*).", examples=["019ab3f2-7c00-7000-8000-000000000005"]),
]


@router.post(
    "/test",
    status_code=202,
    summary="Send a test",
    response_model=SentTestOut,
    responses=problem_responses(400, 401, 403, 404, 409),
)
async def test(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Send a signed event that is about nobody to this address only (*testbericht*), the way every event goes."""

    def work(tx: Connection) -> Answer:
        found = open_subscription(tx, change.caller.organisation, change.resolve(subscription_id))
        sent = send_test(tx, change.hub.services, found, subscription_id)
        shown = {"delivery_id": change.shown_id(sent.id), "event_id": sent.event_id}
        return answer(202, SentTestOut.model_validate(shown, by_name=True))

    return await change.once(work)


@router.post(
    "/preview",
    summary="See what would be sent",
    response_model=PreviewOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def show_preview(subscription_id: SubscriptionId, body: PreviewIn, read: Reads) -> Response:
    """Tell what an event about a referral would hold now, and by which rule the rest is withheld (*voorbeeld*).

    Names of fields, no values; nothing is stored or sent. A rule about something that you may not read yet is told as
    not fulfilled.
    """

    def work(tx: Connection) -> Preview:
        found = read_subscription(tx, read.caller.organisation, read.resolve(subscription_id))
        about = (read.resolve(body.referral_id), body.event_type)
        return preview(tx, read.hub.services, read.caller_scope, found, about)

    return json_answer(200, _preview_out(await read.hub.db.read(work)))


@router.get(
    "/deliveries",
    summary="List deliveries",
    response_model=DeliveriesOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def list_deliveries(
    request: Request, subscription_id: SubscriptionId, page: Annotated[DeliveriesIn, Query()], read: Reads
) -> Response:
    """Return what was tried for a subscription (*afleveringen*) with every try, newest first.

    What is about a connection is listed before it is tried; what is about a referral is not, nor counted.
    """
    after = cursor_id(read, page.cursor)
    state = DeliveryState(page.state) if page.state else None

    def work(tx: Connection) -> tuple[list[Told], bool]:
        found = read_subscription(tx, read.caller.organisation, read.resolve(subscription_id))
        return page_of_deliveries(tx, found, state, after, page.limit)

    told, more = await read.hub.db.read(work)
    items = [_delivery_out(read, each).model_dump(by_alias=True, exclude_none=True) for each in told]
    return page_answer(read.hub, request, items, text_cursor(str(items[-1]["id"])) if more else None)


@router.post(
    "/deliveries/{delivery_id}/redelivery",
    status_code=202,
    summary="Send one delivery again",
    response_model=DeliveryOut,
    responses=problem_responses(400, 401, 403, 404, 409),
)
async def send_again(subscription_id: SubscriptionId, delivery_id: DeliveryId, change: Manages) -> Response:
    """Send what was delivered or given up again (*opnieuw afleveren*), to this address only, under its `webhook-id`.

    What may be told is decided anew.
    """

    def work(tx: Connection) -> Answer:
        found = open_subscription(tx, change.caller.organisation, change.resolve(subscription_id))
        given = redeliver(tx, change.hub.services, found, change.resolve(delivery_id))
        return answer(202, _delivery_out(change, given))

    return await change.once(work)


@router.post(
    "/replay",
    status_code=202,
    summary="Send a range again",
    response_model=ReplayOut,
    responses=problem_responses(400, 401, 403, 404, 409),
)
async def send_range_again(subscription_id: SubscriptionId, body: ReplayIn, change: Manages) -> Response:
    """Send what was delivered or given up in a time range again (*opnieuw afspelen*), to this address only."""

    def work(tx: Connection) -> Answer:
        found = open_subscription(tx, change.caller.organisation, change.resolve(subscription_id))
        return answer(202, ReplayOut(deliveries=replay(tx, change.hub.services, found, body.since, body.until)))

    return await change.once(work)


def _delivery_out(read: ReadContext, told: Told) -> DeliveryOut:
    delivery = told.delivery
    shown = {
        **vars(delivery),
        "id": read.shown_id(delivery.id),
        "event_type": told.event_type,
        "referral_id": read.shown_id(told.referral_id) if told.referral_id else None,
        "state": delivery.state.value,
        "next_attempt_at": delivery.next_attempt_at if delivery.state is DeliveryState.PENDING else None,
        "waits_for": read.shown_id(told.waits_for) if told.waits_for else None,
        "attempts": [AttemptOut.model_validate(vars(each), by_name=True) for each in told.attempts],
    }
    return DeliveryOut.model_validate(shown, by_name=True)


def _preview_out(found: Preview) -> PreviewOut:
    fields = [
        PreviewFieldOut.model_validate({**_decided(each), "released": each.effect is not None}, by_name=True)
        for each in found.decisions
    ]
    shown = {
        "would_be_sent": not found.obstacles,
        "obstacles": found.obstacles,
        "moment": found.moment,
        "policy_version": found.policy_version,
        "fields": fields,
    }
    return PreviewOut.model_validate(shown, by_name=True)


def _decided(decision: Decision) -> dict[str, str | None]:
    return {"field": decision.field.value, "reason": decision.reason, "rule_id": decision.rule_id}
