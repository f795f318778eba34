"""What was sent to a subscription: deliveries, tests, previews, redelivery and replay (*afleveringen*)."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from app.api.context import WriteContext
from app.api.http.problems import problem_responses
from app.api.paging import id_cursor, page_answer
from app.api.representations import delivery_out, delivery_query
from app.api.responses import answer, json_answer
from app.api.routes.subscriptions import Manages, Reads, SubscriptionId, cursor_id, subscription_ref
from app.api.schemas.deliveries import (
    DeliveriesIn,
    DeliveriesOut,
    DeliveryOut,
    OwedOut,
    RecoveryIn,
    ReplayIn,
    ReplayOut,
    SentTestOut,
)
from app.api.schemas.subscriptions import PreviewFieldOut, PreviewIn, PreviewOut
from app.operations.access.idempotency import Answer, answering
from app.operations.subscriptions.deliveries import (
    Delivery,
    DeliveryWithAttempts,
    page_of_deliveries,
    redeliver,
    replay,
    send_test,
)
from app.operations.subscriptions.preview import Preview, PreviewRequest, preview
from app.operations.subscriptions.recovery import Owed, recover, retry_now

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
async def send_test_event(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Send a signed test event without a referral to this address only (*testbericht*), as every event is sent."""
    ref = subscription_ref(change, subscription_id)
    return await change.once(answering(partial(_sent, change), send_test, change.services, ref, subscription_id))


@router.post(
    "/preview",
    summary="See what would be sent",
    response_model=PreviewOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def preview_event(subscription_id: SubscriptionId, body: PreviewIn, read: Reads) -> Response:
    """Return which fields an event about a referral would contain now, and which rule withholds others (*voorbeeld*).

    Names of fields, no values; nothing is stored or sent. A rule that depends on a field that you may not read yet
    counts as not fulfilled.
    """
    ref = subscription_ref(read, subscription_id)
    request = PreviewRequest(read.resolve(body.referral_id), body.event_type)
    found = await read.hub.db.read(preview, read.services, read.caller_scope, ref, request)
    return json_answer(200, _preview_out(found))


@router.get(
    "/deliveries",
    summary="List deliveries",
    response_model=DeliveriesOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def list_deliveries(
    request: Request, subscription_id: SubscriptionId, page: Annotated[DeliveriesIn, Query()], read: Reads
) -> Response:
    """Return the deliveries of a subscription (*afleveringen*) with every attempt, newest first.

    A delivery about a connection is listed before its first attempt, one about a referral only after it.
    """
    query = delivery_query(page, cursor_id(read, page.cursor))
    found, more = await read.hub.db.read(page_of_deliveries, subscription_ref(read, subscription_id), query)
    items = [delivery_out(DeliveryOut, each, read.shown_id) for each in found]
    return page_answer(read.hub, request, items, id_cursor(items[-1].id if more else None))


@router.post(
    "/deliveries/{delivery_id}/redelivery",
    status_code=202,
    summary="Send one delivery again",
    response_model=DeliveryOut,
    responses=problem_responses(400, 401, 403, 404, 409),
)
async def redeliver_delivery(subscription_id: SubscriptionId, delivery_id: DeliveryId, change: Manages) -> Response:
    """Send again what was delivered or given up (*opnieuw afleveren*), to this address only, with its `webhook-id`.

    Which fields it contains is decided anew.
    """
    ref, hidden_id = subscription_ref(change, subscription_id), change.resolve(delivery_id)
    return await change.once(answering(partial(_redelivered, change), redeliver, change.services, ref, hidden_id))


@router.post(
    "/replay",
    status_code=202,
    summary="Send a range again",
    response_model=ReplayOut,
    responses=problem_responses(400, 401, 403, 404, 409),
)
async def replay_deliveries(subscription_id: SubscriptionId, body: ReplayIn, change: Manages) -> Response:
    """Send again what was delivered or given up in a time range (*opnieuw afspelen*), to this address only."""
    ref = subscription_ref(change, subscription_id)
    return await change.once(answering(_replayed, replay, change.services, ref, body.since, body.until))


@router.post(
    "/retry",
    status_code=202,
    summary="Send what waits now",
    response_model=OwedOut,
    responses=problem_responses(400, 401, 403, 404, 409),
)
async def retry_deliveries(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Send everything that waits for this address now, because it is up again (*nu afleveren*).

    The address is called as usual at once, and the schedule of tries begins anew. Also for the hub's operator.
    """
    ref = subscription_ref(change, subscription_id)
    return await change.once(answering(_owed, retry_now, change.services, change.hub.deliveries, ref))


@router.post(
    "/recovery",
    status_code=202,
    summary="Send what was given up again",
    response_model=OwedOut,
    responses=problem_responses(400, 401, 403, 404, 409),
)
async def recover_deliveries(subscription_id: SubscriptionId, body: RecoveryIn, change: Manages) -> Response:
    """Send again what was given up from a moment on, and now what waits, to this address only (*herstel*).

    What was delivered is not sent again. Which fields each contains is decided anew. Also for the hub's operator.
    """
    ref = subscription_ref(change, subscription_id)
    return await change.once(answering(_owed, recover, change.services, change.hub.deliveries, ref, body.since))


def _sent(change: WriteContext, test: Delivery) -> Answer:
    return answer(202, SentTestOut(delivery_id=change.shown_id(test.id), event_id=test.event_id))


def _redelivered(change: WriteContext, found: DeliveryWithAttempts) -> Answer:
    return answer(202, delivery_out(DeliveryOut, found, change.shown_id))


def _owed(owed: Owed) -> Answer:
    return answer(202, OwedOut.model_validate(owed))


def _replayed(deliveries: int) -> Answer:
    return answer(202, ReplayOut(deliveries=deliveries))


def _preview_out(found: Preview) -> PreviewOut:
    return PreviewOut(
        would_be_sent=not found.blockers,
        obstacles=list(found.blockers),
        moment=found.moment,
        policy_version=found.policy_version,
        fields=[
            PreviewFieldOut(
                field=each.field, released=each.effect is not None, reason=each.reason, rule_id=each.rule_id
            )
            for each in found.decisions
        ],
    )
