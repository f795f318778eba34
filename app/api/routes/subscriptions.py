"""Subscriptions to events by webhook (*abonnementen*)."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated, ParamSpec
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request, Response
from pydantic import JsonValue, ValidationError

from app.api.context import ReadContext, WriteContext, changing, reading
from app.api.http.problems import problem_responses
from app.api.http.validation_errors import invalid_input
from app.api.paging import id_after, id_cursor, page_answer
from app.api.readable import read_stated
from app.api.responses import answer, answered_before, json_answer
from app.api.schemas.lists import PageIn
from app.api.schemas.merge_patch import patch_body
from app.api.schemas.subscriptions import (
    NewSubscriptionOut,
    ResumedSubscriptionOut,
    SecretRotationIn,
    SubscriptionIn,
    SubscriptionOut,
    SubscriptionsOut,
    resumed_out,
    subscription_out,
)
from app.api.state import AppState
from app.operations.access.idempotency import Answer, Operation, answering
from app.operations.subscriptions import subscriptions
from app.operations.subscriptions.consent import activate, approve, obtain_consent
from app.operations.subscriptions.lookup import SubscriptionRef
from app.operations.subscriptions.recovery import Resumption, resume_and_count
from app.operations.subscriptions.rules import subscription_faults
from app.operations.subscriptions.subscriptions import (
    UNCHANGED,
    SubscriptionRequest,
    SubscriptionTerms,
    SubscriptionView,
    check_request,
    page_of_subscriptions,
    patch_subscription,
    pause,
    read_subscription,
    remove_subscription,
    rotate_secret,
)

P = ParamSpec("P")

router = APIRouter(prefix="/subscriptions", tags=["subscriptions"])

SubscriptionId = Annotated[
    UUID,
    Path(description="Id of the subscription (*abonnement*).", examples=["019ab3f2-7c00-7000-8000-000000000004"]),
]
Reads = Annotated[ReadContext, reading("subscriptions:manage")]
Manages = Annotated[WriteContext, changing("subscriptions:manage")]
Patch = Annotated[
    dict[str, JsonValue],
    Body(
        description="A merge patch (RFC 7396) of the body with which the subscription was created: a member replaces "
        "the old value, null restores the default, an absent member changes nothing.",
        examples=[{"areas": ["Feijenoord"]}],
    ),
]

_CHANGES = problem_responses(400, 401, 403, 404, 409, 412, 428)


@router.post(
    "",
    status_code=201,
    summary="Create a subscription",
    response_model=NewSubscriptionOut,
    responses=problem_responses(400, 401, 403, 409),
)
async def create_subscription(body: SubscriptionIn, change: Manages) -> Response:
    """Create a webhook subscription for your organisation (*abonneren*).

    For referrers, the finance team (which is sent what is about terms) and the operator.

    The response contains the signing secret, which is not shown again. Outside the sandbox nothing is sent before the
    address consents (`…/handshake`) or the operator approves it (`…/approval`).
    """
    hub, request = change.hub, body.request()
    if answered := await answered_before(hub, change.caller, change.write):
        return answered
    owner, terms = change.caller.organisation, _terms(hub)
    await check_request(hub.outbound, change.services, owner, request)
    return await change.once(
        answering(partial(_created, change), subscriptions.create_subscription, change.services, owner, request, terms)
    )


@router.get(
    "", summary="List subscriptions", response_model=SubscriptionsOut, responses=problem_responses(400, 401, 403)
)
async def list_subscriptions(request: Request, page: Annotated[PageIn, Query()], read: Reads) -> Response:
    """Return a page of your own subscriptions (*abonnementen*), oldest first; the operator reads all of them."""
    after = cursor_id(read, page.cursor)
    found, more = await read.hub.db.read(
        page_of_subscriptions, read.services, read.caller.organisation, after, page.limit
    )
    items = [subscription_out(read.shown_id(each.subscription.id), each) for each in found]
    return page_answer(read.hub, request, items, id_cursor(items[-1].id if more else None))


@router.get(
    "/{subscription_id}",
    summary="Read a subscription",
    response_model=SubscriptionOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def get_subscription(subscription_id: SubscriptionId, read: Reads) -> Response:
    """Return one of your own subscriptions (*abonnement*), without its secret; the operator reads any."""
    found = await read.hub.db.read(read_subscription, read.services, subscription_ref(read, subscription_id))
    return json_answer(200, subscription_out(subscription_id, found), etag=found.etag)


@router.patch(
    "/{subscription_id}",
    summary="Change a subscription",
    response_model=SubscriptionOut,
    responses=_CHANGES,
    openapi_extra=patch_body("SubscriptionPatchIn"),
)
async def update_subscription(subscription_id: SubscriptionId, patch: Patch, change: Manages) -> Response:
    """Change the address, filters, content, signing or authentication of your own subscription (*wijzigen*).

    Another address has to consent, or be approved, before events are sent to it. Also accepted as `application/json`.
    """
    hub, ref = change.hub, _ref(change, subscription_id)
    if answered := await answered_before(hub, change.caller, change.write):
        return answered
    present = await hub.db.read(read_subscription, change.services, ref)
    request = await _merged(change, present, patch)
    await check_request(hub.outbound, change.services, change.caller.organisation, request)
    return await _changed(change, patch_subscription, ref, request, _terms(hub))


@router.post(
    "/{subscription_id}/pause", summary="Pause a subscription", response_model=SubscriptionOut, responses=_CHANGES
)
async def pause_subscription(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Park all events for your own subscription until it is resumed (*pauzeren*); none is lost."""
    return await _changed(change, pause, _ref(change, subscription_id))


@router.post(
    "/{subscription_id}/resumption",
    summary="Resume a subscription",
    response_model=ResumedSubscriptionOut,
    responses=_CHANGES,
)
async def resume_subscription(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Resume your own subscription after a pause or a 410 (*hervatten*); parked events are sent first, in order.

    `owed` is how many deliveries are sent by that, and from when the oldest is. What was given up before is sent again
    by `…/recovery`.
    """
    ref = _ref(change, subscription_id)
    return await change.once(
        answering(partial(_resumed, change), resume_and_count, change.services, change.hub.deliveries, ref)
    )


@router.post(
    "/{subscription_id}/handshake", summary="Ask for consent", response_model=SubscriptionOut, responses=_CHANGES
)
async def request_subscription_consent(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Ask the address of your own subscription for its consent (*toestemming van het adres*).

    The hub sends OPTIONS with `WebHook-Request-Origin`; the address consents by `WebHook-Allowed-Origin` with that
    origin or `*`, as the CloudEvents webhook specification describes. From then on events are sent.
    """
    hub, ref = change.hub, _ref(change, subscription_id)
    if answered := await answered_before(hub, change.caller, change.write):
        return answered
    consented_url = await obtain_consent(hub.db, change.services, hub.outbound, hub.public_url, ref)
    return await _changed(change, activate, ref, consented_url)


@router.post(
    "/{subscription_id}/approval", summary="Approve an address", response_model=SubscriptionOut, responses=_CHANGES
)
async def approve_subscription(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Approve an address that cannot answer a handshake (*goedkeuren*); only for the hub's operator."""
    return await _changed(change, approve, _ref(change, subscription_id))


@router.post(
    "/{subscription_id}/secret-rotation",
    summary="Renew the signing secret",
    response_model=NewSubscriptionOut,
    responses=_CHANGES,
)
async def rotate_subscription_secret(
    subscription_id: SubscriptionId, body: SecretRotationIn, change: Manages
) -> Response:
    """Replace the signing secret of your own subscription (*sleutelwissel*); the new one is shown once.

    The previous secret also signs, for 24 hours or for as long as you ask.
    """
    ref, overlap = _ref(change, subscription_id), timedelta(hours=body.overlap_hours)
    return await _changed(change, rotate_secret, ref, overlap)


@router.delete("/{subscription_id}", status_code=204, summary="End a subscription", responses=_CHANGES)
async def delete_subscription(subscription_id: SubscriptionId, change: Manages) -> Response:
    """End your own subscription (*opzeggen*); events that were not sent yet are given up."""
    ref = _ref(change, subscription_id)
    return await change.once(answering(lambda _: answer(204), remove_subscription, change.services, ref))


def cursor_id(read: ReadContext, cursor: str | None) -> UUID | None:
    """Return the hub's id behind a cursor that contains one id of this caller; None stays None.

    Raises:
        InvalidInput: the cursor is not from this list.
    """
    shown = id_after(cursor)
    return read.resolve(shown) if shown else None


def subscription_ref(read: ReadContext, given_id: UUID) -> SubscriptionRef:
    """Return a reference to the subscription that a caller means, in any state."""
    return SubscriptionRef(read.caller.organisation, read.resolve(given_id))


def _ref(change: WriteContext, given_id: UUID) -> SubscriptionRef:
    return replace(subscription_ref(change, given_id), if_match=change.write.if_match)


def _terms(hub: AppState) -> SubscriptionTerms:
    return SubscriptionTerms(hub.subscription_limit, consent_needed=not hub.sandbox)


async def _merged(change: WriteContext, present: SubscriptionView, patch: dict[str, JsonValue]) -> SubscriptionRequest:
    document = SubscriptionIn.merged(present, patch)
    try:
        request = SubscriptionIn.model_validate(document).request()
    except ValidationError as error:
        stated = read_stated(SubscriptionIn, document)
        broken = await subscription_faults(change.hub.outbound, change.services, change.caller.organisation, stated)
        raise invalid_input(error.errors(), broken) from None
    return replace(
        request,
        worker_email=request.worker_email if "workerEmail" in patch else UNCHANGED,
        credentials=request.credentials if "authentication" in patch else UNCHANGED,
        revision=present.subscription.revision,
    )


def _created(change: WriteContext, view: SubscriptionView) -> Answer:
    content = subscription_out(change.shown_id(view.subscription.id), view)
    return answer(201, content, etag=view.etag, location=f"{change.hub.api_url}/subscriptions/{content.id}")


def _resumed(change: WriteContext, resumption: Resumption) -> Answer:
    view = resumption.view
    return answer(200, resumed_out(change.shown_id(view.subscription.id), resumption), etag=view.etag)


async def _changed(
    change: WriteContext, operation: Operation[P, SubscriptionView], *args: P.args, **kwargs: P.kwargs
) -> Response:
    return await change.once(answering(partial(_shown, change), operation, change.services, *args, **kwargs))


def _shown(change: WriteContext, view: SubscriptionView) -> Answer:
    return answer(200, subscription_out(change.shown_id(view.subscription.id), view), etag=view.etag)
