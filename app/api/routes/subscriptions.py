"""Subscriptions to events by webhook (*abonnementen*)."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request, Response
from pydantic import JsonValue, ValidationError

from app.api.context import ReadContext, WriteContext, changing, reading
from app.api.http.problems import problem_responses
from app.api.http.validation_errors import faults_of
from app.api.paging import id_after, page_answer, text_cursor
from app.api.responses import answer, answered_before, json_answer
from app.api.schemas.lists import PageIn
from app.api.schemas.subscriptions import (
    NewSubscriptionOut,
    SecretRotationIn,
    SubscriptionIn,
    SubscriptionOut,
    SubscriptionsOut,
    subscription_out,
)
from app.api.state import AppState
from app.domain.errors import InvalidInput
from app.operations.access.idempotency import Answer, answering
from app.operations.subscriptions.subscriptions import (
    UNCHANGED,
    Subscription,
    SubscriptionRef,
    SubscriptionRequest,
    SubscriptionTerms,
    SubscriptionView,
    activate,
    approve,
    check_addresses,
    create_subscription,
    obtain_consent,
    page_of_subscriptions,
    patch_subscription,
    pause,
    read_subscription,
    remove_subscription,
    resume,
    rotate_secret,
)

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
        description="A merge patch (RFC 7396) of what the subscription was made with: what is given replaces the old "
        "value, null brings back the default, absent leaves it.",
        examples=[{"areas": ["Feijenoord"]}],
    ),
]

_PATCH_FORM = {"schema": {"type": "object"}, "example": {"areas": ["Feijenoord"]}}
_CHANGES = problem_responses(400, 401, 403, 404, 409, 412, 428)


@router.post(
    "",
    status_code=201,
    summary="Make a subscription",
    response_model=NewSubscriptionOut,
    responses=problem_responses(400, 401, 403, 409),
)
async def make(body: SubscriptionIn, change: Manages) -> Response:
    """Ask to be told by webhook (*abonneren*). The answer holds the signing secret, which is not shown again.

    Outside the sandbox nothing is sent before the address consented (`…/handshake`) or the operator approved.
    """
    hub, request = change.hub, body.request()
    await check_addresses(hub.outbound, request)
    owner, terms = change.caller.organisation, _terms(hub)
    return await change.once(
        answering(partial(_created, change), create_subscription, hub.services, owner, request, terms)
    )


@router.get(
    "", summary="List subscriptions", response_model=SubscriptionsOut, responses=problem_responses(400, 401, 403)
)
async def list_page(request: Request, page: Annotated[PageIn, Query()], read: Reads) -> Response:
    """Return a page of your own subscriptions (*abonnementen*), oldest first; the operator sees all."""
    after = cursor_id(read, page.cursor)
    found, more = await read.hub.db.read(
        page_of_subscriptions, read.hub.services, read.caller.organisation, after, page.limit
    )
    items = [
        subscription_out(read.shown_id(each.subscription.id), each).model_dump(by_alias=True, exclude_none=True)
        for each in found
    ]
    return page_answer(read.hub, request, items, text_cursor(str(items[-1]["id"])) if more else None)


@router.get(
    "/{subscription_id}",
    summary="Read a subscription",
    response_model=SubscriptionOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def read_one(subscription_id: SubscriptionId, read: Reads) -> Response:
    """Return one of your own subscriptions (*abonnement*), without its secret."""
    found = await read.hub.db.read(read_subscription, read.hub.services, subscription_ref(read, subscription_id))
    return json_answer(200, subscription_out(subscription_id, found), etag=found.etag)


@router.patch(
    "/{subscription_id}",
    summary="Change a subscription",
    response_model=SubscriptionOut,
    responses=_CHANGES,
    openapi_extra={"requestBody": {"content": {"application/merge-patch+json": _PATCH_FORM}}},
)
async def change(subscription_id: SubscriptionId, patch: Patch, change: Manages) -> Response:
    """Change address, filters or content (*wijzigen*); another address consents anew. Also as application/json."""
    hub, ref = change.hub, _changed_ref(change, subscription_id)
    present = await hub.db.read(read_subscription, hub.services, ref)
    request = _merged(present.subscription, patch)
    await check_addresses(hub.outbound, request)
    return await change.once(
        answering(partial(_shown, change), patch_subscription, hub.services, ref, request, _terms(hub))
    )


@router.post(
    "/{subscription_id}/pause", summary="Pause a subscription", response_model=SubscriptionOut, responses=_CHANGES
)
async def hold(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Hold everything back until it is resumed (*pauzeren*); nothing is lost."""
    ref = _changed_ref(change, subscription_id)
    return await change.once(answering(partial(_shown, change), pause, change.hub.services, ref))


@router.post(
    "/{subscription_id}/resumption", summary="Resume a subscription", response_model=SubscriptionOut, responses=_CHANGES
)
async def go_on(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Send again after a pause or a 410 (*hervatten*); what was held back goes first, in order."""
    ref = _changed_ref(change, subscription_id)
    return await change.once(answering(partial(_shown, change), resume, change.hub.services, ref))


@router.post(
    "/{subscription_id}/handshake", summary="Ask for consent", response_model=SubscriptionOut, responses=_CHANGES
)
async def handshake(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Let the hub ask the address whether it wants events (*toestemming van het adres*).

    It is asked by OPTIONS with `WebHook-Request-Origin`, and consents by `WebHook-Allowed-Origin` with that origin or
    `*`, as the CloudEvents webhook specification has it. From then on events are sent.
    """
    hub, ref = change.hub, _changed_ref(change, subscription_id)
    if answered := await answered_before(hub, change.caller, change.write):
        return answered
    consented_url = await obtain_consent(hub.db, hub.outbound, hub.public_url, ref)
    return await change.once(answering(partial(_shown, change), activate, hub.services, ref, consented_url))


@router.post(
    "/{subscription_id}/approval", summary="Approve an address", response_model=SubscriptionOut, responses=_CHANGES
)
async def approve_address(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Approve an address that cannot answer a handshake (*goedkeuren*); for the hub's operator."""
    ref = _changed_ref(change, subscription_id)
    return await change.once(answering(partial(_shown, change), approve, change.hub.services, ref))


@router.post(
    "/{subscription_id}/secret-rotation",
    summary="Renew the signing secret",
    response_model=NewSubscriptionOut,
    responses=_CHANGES,
)
async def rotate(subscription_id: SubscriptionId, body: SecretRotationIn, change: Manages) -> Response:
    """Sign with a new secret, shown once (*sleutelwissel*); the old one signs along for 24 hours, or as you say."""
    ref, overlap = _changed_ref(change, subscription_id), timedelta(hours=body.overlap_hours)
    return await change.once(answering(partial(_shown, change), rotate_secret, change.hub.services, ref, overlap))


@router.delete("/{subscription_id}", status_code=204, summary="End a subscription", responses=_CHANGES)
async def remove(subscription_id: SubscriptionId, change: Manages) -> Response:
    """End one of your own subscriptions (*opzeggen*); what was not sent yet is given up."""
    ref = _changed_ref(change, subscription_id)
    return await change.once(answering(lambda _: answer(204), remove_subscription, change.hub.services, ref))


def cursor_id(read: ReadContext, cursor: str | None) -> UUID | None:
    """Read a cursor that holds one id of this caller back.

    Raises:
        InvalidInput: it was not made by this list.
    """
    shown = id_after(cursor)
    return read.resolve(shown) if shown else None


def subscription_ref(read: ReadContext, given_id: UUID) -> SubscriptionRef:
    """Return which subscription a caller means; in any state."""
    return SubscriptionRef(read.caller.organisation, read.resolve(given_id))


def _changed_ref(change: WriteContext, given_id: UUID) -> SubscriptionRef:
    return replace(subscription_ref(change, given_id), if_match=change.write.if_match)


def _terms(hub: AppState) -> SubscriptionTerms:
    return SubscriptionTerms(hub.subscription_limit, consent_needed=not hub.sandbox)


def _merged(present: Subscription, patch: dict[str, JsonValue]) -> SubscriptionRequest:
    try:
        request = SubscriptionIn.merged(present, patch).request()
    except ValidationError as error:
        raise InvalidInput(*faults_of(error.errors())) from None
    return replace(
        request,
        worker_email=request.worker_email if "workerEmail" in patch else UNCHANGED,
        credentials=request.credentials if "authentication" in patch else UNCHANGED,
        revision=present.revision,
    )


def _created(change: WriteContext, view: SubscriptionView) -> Answer:
    content = subscription_out(change.shown_id(view.subscription.id), view)
    return answer(201, content, etag=view.etag, location=f"{change.hub.api_url}/subscriptions/{content.id}")


def _shown(change: WriteContext, view: SubscriptionView) -> Answer:
    return answer(200, subscription_out(change.shown_id(view.subscription.id), view), etag=view.etag)
