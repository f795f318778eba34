"""What the partner systems are owed, for the operator: deliveries that wait or were given up, and redelivery."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.api.context import WriteContext
from app.api.http.problems import problem_responses
from app.api.paging import id_after, id_cursor, page_answer
from app.api.representations import delivery_out, delivery_query
from app.api.responses import answer
from app.api.routes.deliveries import DeliveryId
from app.api.routes.partners import Manages, Partner, Reads
from app.api.schemas.deliveries import (
    DeliveriesIn,
    PartnerDeliveriesOut,
    PartnerDeliveryOut,
    PartnerRedeliveriesIn,
    ReplayOut,
)
from app.operations.access.idempotency import Answer, answering
from app.operations.partners.deliveries import (
    page_of_partner_deliveries,
    redeliver_all_to_partner,
    redeliver_to_partner,
)
from app.operations.subscriptions.deliveries import DeliveryWithAttempts

router = APIRouter(prefix="/partners/{system}", tags=["partners"])


@router.get(
    "/deliveries",
    summary="List deliveries to a partner",
    response_model=PartnerDeliveriesOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def list_partner_deliveries(
    request: Request, read: Reads, system: Partner, page: Annotated[DeliveriesIn, Query()]
) -> Response:
    """Return what a partner is or was owed (*afleveringen*) with every attempt, newest event first; never its contents.

    `state=pending` is what waits, `state=dead` what was given up.
    """
    query = delivery_query(page, id_after(page.cursor))
    found, more = await read.hub.db.read(page_of_partner_deliveries, system, query)
    items = [delivery_out(PartnerDeliveryOut, each, read.shown_id) for each in found]
    return page_answer(read.hub, request, items, id_cursor(items[-1].id if more else None))


@router.post(
    "/deliveries/{delivery_id}/redelivery",
    status_code=202,
    summary="Send one delivery to a partner again",
    response_model=PartnerDeliveryOut,
    responses=problem_responses(400, 401, 403, 404, 409),
)
async def redeliver_partner_delivery(change: Manages, system: Partner, delivery_id: DeliveryId) -> Response:
    """Send again what was delivered or given up, or send at once what waits (*opnieuw afleveren*), under the same id.

    The partner is asked first whether it arrived. Which fields it contains is decided anew.
    """
    return await change.once(
        answering(partial(_redelivered, change), redeliver_to_partner, change.services, system, delivery_id)
    )


@router.post(
    "/redeliveries",
    status_code=202,
    summary="Send what a partner is owed again",
    response_model=ReplayOut,
    responses=problem_responses(400, 401, 403, 404, 409),
)
async def redeliver_partner_deliveries(change: Manages, system: Partner, body: PartnerRedeliveriesIn) -> Response:
    """Send again what was given up for a partner, and at once what waits (*opnieuw afleveren*): a range, or everything.

    The partner is asked first whether each arrived.
    """
    return await change.once(
        answering(_number, redeliver_all_to_partner, change.services, system, body.since, body.until)
    )


def _redelivered(change: WriteContext, found: DeliveryWithAttempts) -> Answer:
    return answer(202, delivery_out(PartnerDeliveryOut, found, change.shown_id))


def _number(deliveries: int) -> Answer:
    return answer(202, ReplayOut(deliveries=deliveries))
