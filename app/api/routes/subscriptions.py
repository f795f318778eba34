"""Subscriptions to events by webhook (*abonnementen*)."""

from collections.abc import Callable
from datetime import timedelta
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
    OAuthIn,
    SecretRotationIn,
    SubscriptionIn,
    SubscriptionOut,
    SubscriptionsOut,
)
from app.api.state import AppState
from app.database import Connection
from app.domain.errors import Conflict, InvalidInput
from app.domain.preconditions import check_precondition, etag_of
from app.domain.values import Organisation
from app.events.http.handshake import ask_consent, origin_of
from app.operations.access.idempotency import Answer
from app.operations.services import Services
from app.operations.subscriptions.credentials import public_key, seal_credentials
from app.operations.subscriptions.subscriptions import (
    Content,
    Subscription,
    SubscriptionSettings,
    activate,
    change_subscription,
    check_quota,
    check_receiver,
    make_subscription,
    open_for_approval,
    open_subscription,
    owners_of,
    page_of_subscriptions,
    pause,
    read_subscription,
    remove_subscription,
    require_pending,
    resume,
    rotate_secret,
    worker_index,
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
# What is not shown, and so cannot be merged: by the member that gives it, where it is kept.
_SECRETS = {"workerEmail": ("worker_index",), "authentication": ("auth_kind", "auth_sealed")}
_CHANGES = problem_responses(400, 401, 403, 404, 409, 412, 428)

Step = Callable[[Connection, Services, Subscription], Subscription]
Opening = Callable[[Connection, Organisation, UUID], Subscription]


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
    hub, owner = change.hub, change.caller.organisation
    await check_receiver(hub.outbound, body.url)
    await _check_token_url(hub, body)
    wishes = _wishes(hub.services, body)

    def work(tx: Connection) -> Answer:
        check_quota(tx, owner, hub.subscription_limit)
        made, secret = make_subscription(tx, hub.services, owner, wishes, approved=hub.sandbox)
        content = {**_wire(change, made, owner), "secret": secret}
        location = f"{hub.api_url}/subscriptions/{content['id']}"
        return answer(201, content, etag=_etag(change, made), location=location)

    return await change.once(work)


@router.get(
    "", summary="List subscriptions", response_model=SubscriptionsOut, responses=problem_responses(400, 401, 403)
)
async def list_page(request: Request, page: Annotated[PageIn, Query()], read: Reads) -> Response:
    """Return a page of your own subscriptions (*abonnementen*), oldest first; the operator sees all."""
    after = cursor_id(read, page.cursor)
    found, more = await read.hub.db.read(page_of_subscriptions, read.caller.organisation, after, page.limit)
    owners = await read.hub.db.read(owners_of, found)
    items = [_wire(read, each, owners[each.organisation_id]) for each in found]
    return page_answer(read.hub, request, items, text_cursor(str(items[-1]["id"])) if more else None)


@router.get(
    "/{subscription_id}",
    summary="Read a subscription",
    response_model=SubscriptionOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def read_one(subscription_id: SubscriptionId, read: Reads) -> Response:
    """Return one of your own subscriptions (*abonnement*), without its secret."""
    found = await read.hub.db.read(read_subscription, read.caller.organisation, read.resolve(subscription_id))
    owners = await read.hub.db.read(owners_of, [found])
    return json_answer(200, _wire(read, found, owners[found.organisation_id]), etag=_etag(read, found))


@router.patch(
    "/{subscription_id}",
    summary="Change a subscription",
    response_model=SubscriptionOut,
    responses=_CHANGES,
    openapi_extra={"requestBody": {"content": {"application/merge-patch+json": _PATCH_FORM}}},
)
async def change(subscription_id: SubscriptionId, patch: Patch, change: Manages) -> Response:
    """Change address, filters or content (*wijzigen*); another address consents anew. Also as application/json."""
    hub, owner = change.hub, change.caller.organisation
    present = await hub.db.read(read_subscription, owner, change.resolve(subscription_id))
    body = _patched(present, patch)
    await check_receiver(hub.outbound, body.url)
    await _check_token_url(hub, body)

    def step(tx: Connection, services: Services, found: Subscription) -> Subscription:
        kept = [name for given, names in _SECRETS.items() if given not in patch for name in names]
        wishes = _wishes(services, _patched(found, patch)).merge_with(found, kept)
        return change_subscription(tx, services, found, wishes, approved=hub.sandbox)

    return await _step(change, subscription_id, step)


@router.post(
    "/{subscription_id}/pause", summary="Pause a subscription", response_model=SubscriptionOut, responses=_CHANGES
)
async def hold(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Hold everything back until it is resumed (*pauzeren*); nothing is lost."""
    return await _step(change, subscription_id, pause)


@router.post(
    "/{subscription_id}/resumption", summary="Resume a subscription", response_model=SubscriptionOut, responses=_CHANGES
)
async def go_on(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Send again after a pause or a 410 (*hervatten*); what was held back goes first, in order."""
    return await _step(change, subscription_id, resume)


@router.post(
    "/{subscription_id}/handshake", summary="Ask for consent", response_model=SubscriptionOut, responses=_CHANGES
)
async def handshake(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Let the hub ask the address whether it wants events (*toestemming van het adres*).

    It is asked by OPTIONS with `WebHook-Request-Origin`, and consents by `WebHook-Allowed-Origin` with that origin or
    `*`, as the CloudEvents webhook specification has it. From then on events are sent.
    """
    hub, owner = change.hub, change.caller.organisation
    if answered := await answered_before(hub, change.caller, change.write):
        return answered
    asked = await hub.db.read(read_subscription, owner, change.resolve(subscription_id))
    check_precondition(change.write.if_match, _etag(change, asked))
    require_pending(asked)
    obstacle = await ask_consent(hub.outbound, asked.url, origin_of(hub.public_url))
    if obstacle:
        raise Conflict(obstacle)
    return await _step(change, subscription_id, lambda tx, services, found: activate(tx, services, found, asked.url))


@router.post(
    "/{subscription_id}/approval", summary="Approve an address", response_model=SubscriptionOut, responses=_CHANGES
)
async def approve(subscription_id: SubscriptionId, change: Manages) -> Response:
    """Approve an address that cannot answer a handshake (*goedkeuren*); for the hub's operator."""
    return await _step(
        change, subscription_id, lambda tx, services, found: activate(tx, services, found, found.url), open_for_approval
    )


@router.post(
    "/{subscription_id}/secret-rotation",
    summary="Renew the signing secret",
    response_model=NewSubscriptionOut,
    responses=_CHANGES,
)
async def rotate(subscription_id: SubscriptionId, body: SecretRotationIn, change: Manages) -> Response:
    """Sign with a new secret, shown once (*sleutelwissel*); the old one signs along for 24 hours, or as you say."""

    def work(tx: Connection) -> Answer:
        found = _opened(change, tx, subscription_id)
        changed, secret = rotate_secret(tx, change.hub.services, found, timedelta(hours=body.overlap_hours))
        shown = _wire(change, changed, change.caller.organisation)
        return answer(200, {**shown, "secret": secret}, etag=_etag(change, changed))

    return await change.once(work)


@router.delete("/{subscription_id}", status_code=204, summary="End a subscription", responses=_CHANGES)
async def remove(subscription_id: SubscriptionId, change: Manages) -> Response:
    """End one of your own subscriptions (*opzeggen*); what was not sent yet is given up."""

    def work(tx: Connection) -> Answer:
        remove_subscription(tx, change.hub.services, _opened(change, tx, subscription_id))
        return answer(204)

    return await change.once(work)


def cursor_id(read: ReadContext, cursor: str | None) -> UUID | None:
    """Read a cursor that holds one id of this caller back.

    Raises:
        InvalidInput: it was not made by this list.
    """
    shown = id_after(cursor)
    return read.resolve(shown) if shown else None


async def _step(change: WriteContext, given_id: UUID, step: Step, opening: Opening = open_subscription) -> Response:
    def work(tx: Connection) -> Answer:
        changed = step(tx, change.hub.services, _opened(change, tx, given_id, opening))
        owner = owners_of(tx, [changed])[changed.organisation_id]
        return answer(200, _wire(change, changed, owner), etag=_etag(change, changed))

    return await change.once(work)


def _opened(change: WriteContext, tx: Connection, given_id: UUID, opening: Opening = open_subscription) -> Subscription:
    found = opening(tx, change.caller.organisation, change.resolve(given_id))
    check_precondition(change.write.if_match, _etag(change, found))
    return found


def _wishes(services: Services, body: SubscriptionIn) -> SubscriptionSettings:
    proof = seal_credentials(services, body.authentication.credentials() if body.authentication else None)
    return SubscriptionSettings(
        body.url,
        frozenset(body.event_types),
        frozenset(body.areas),
        worker_index(services, body.worker_email),
        Content(body.content),
        body.signing,
        proof.kind,
        proof.sealed,
    )


async def _check_token_url(hub: AppState, body: SubscriptionIn) -> None:
    if isinstance(body.authentication, OAuthIn):
        await check_receiver(hub.outbound, body.authentication.token_url, "authentication.tokenUrl")


def _patched(found: Subscription, patch: dict[str, JsonValue]) -> SubscriptionIn:
    said = {
        "url": found.url,
        "eventTypes": sorted(found.event_types),
        "areas": sorted(found.areas),
        "content": found.content.value,
        "signing": found.signing,
    }
    merged = {name: value for name, value in {**said, **patch}.items() if value is not None}
    try:
        return SubscriptionIn.model_validate(merged)
    except ValidationError as error:
        raise InvalidInput(*faults_of(error.errors())) from None


def _wire(read: ReadContext, subscription: Subscription, owner: Organisation) -> dict[str, object]:
    shown = {
        **vars(subscription),
        "organisation": owner.code,
        "id": read.shown_id(subscription.id),
        "event_types": sorted(subscription.event_types),
        "areas": sorted(subscription.areas),
        "filters_on_worker": subscription.worker_index is not None,
        "content": subscription.content.value,
        "status": subscription.status.value,
        "public_key": public_key(read.hub.services, subscription),
        "authentication": subscription.auth_kind,
    }
    return SubscriptionOut.model_validate(shown, by_name=True).model_dump(by_alias=True, exclude_none=True)


def _etag(read: ReadContext, subscription: Subscription) -> str:
    # How its deliveries do changes by itself and is nothing that a change could overwrite; whose it is never changes.
    wire = _wire(read, subscription, read.caller.organisation)
    shown = {name: value for name, value in wire.items() if name not in ("failingSince", "organisation")}
    unseen = (subscription.worker_index, subscription.secret_sealed, subscription.auth_sealed)
    return etag_of(str(shown), *map(str, unseen))
