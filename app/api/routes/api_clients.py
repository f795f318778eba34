"""Clients of the API and the keys that sign their tokens, for the operator: registered, cut off, rotated."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Annotated, ParamSpec
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request, Response

from app.api.auth.tokens import new_signing_key
from app.api.context import ReadContext, WriteContext, changing, reading
from app.api.forms import CLIENT_ID
from app.api.http.problems import problem_responses
from app.api.paging import DEFAULT_LIMIT, CodeCursorText, Limit, code_after, page_answer, text_cursor
from app.api.responses import answer, json_answer
from app.api.schemas.api_clients import (
    ApiClientIn,
    ApiClientOut,
    ApiClientPageOut,
    ApiClientScopesIn,
    KeyRotationIn,
    SigningKeyOut,
    SigningKeyRotationIn,
    SigningKeysOut,
    api_client_out,
)
from app.api.state import AppState
from app.operations.access.clients import (
    ApiClient,
    ClientRegistration,
    NewProof,
    SavedClient,
    change_scopes,
    client_etag,
    page_of_clients,
    put_client,
    read_client,
    revoke_client,
    rotate_keys,
)
from app.operations.access.idempotency import Answer, Operation, answering
from app.operations.access.organisations import require_operator
from app.operations.access.signing_keys import SigningKeyView, rotate_signing_key, view_signing_keys

P = ParamSpec("P")

router = APIRouter(tags=["access"])

_CHANGES = problem_responses(400, 401, 403, 404, 409, 412, 428)


async def _reader(read: Annotated[ReadContext, reading("api-clients:read")]) -> ReadContext:
    require_operator(read.caller.organisation)
    return read


async def _manager(change: Annotated[WriteContext, changing("api-clients:manage")]) -> WriteContext:
    require_operator(change.caller.organisation)
    return change


Reads = Annotated[ReadContext, Depends(_reader)]
Manages = Annotated[WriteContext, Depends(_manager)]
ClientId = Annotated[
    str,
    Path(
        pattern=CLIENT_ID.pattern,
        description=f"Id by which the client introduces itself: {CLIENT_ID.words}.",
        examples=["dock"],
    ),
]


@router.get(
    "/api-clients",
    summary="List clients of the API",
    response_model=ApiClientPageOut,
    responses=problem_responses(400, 401, 403),
)
async def list_api_clients(
    request: Request, read: Reads, limit: Limit = DEFAULT_LIMIT, cursor: CodeCursorText = None
) -> Response:
    """Return the clients of the API (*API-clients*), revoked ones too, by id."""
    found, more = await read.hub.db.read(page_of_clients, code_after(cursor), limit)
    items = [api_client_out(each) for each in found]
    return page_answer(read.hub, request, items, text_cursor(found[-1].client_id) if more else None)


@router.get(
    "/api-clients/{client_id}",
    summary="Read a client of the API",
    response_model=ApiClientOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def get_api_client(read: Reads, client_id: ClientId) -> Response:
    """Return a client of the API (*API-client*), with the ids of its keys."""
    found = await read.hub.db.read(read_client, client_id)
    return json_answer(200, api_client_out(found), etag=client_etag(found))


@router.put(
    "/api-clients/{client_id}",
    summary="Register or replace a client of the API",
    response_model=ApiClientOut,
    responses={
        201: {"model": ApiClientOut, "description": "Registered"},
        **problem_responses(400, 401, 403, 409, 412, 428),
    },
)
async def save_api_client(change: Manages, client_id: ClientId, body: ApiClientIn) -> Response:
    """Register a client of the API (*API-client*) under an id of your choice, or replace the one with that id.

    A client that was revoked is active again, for new tokens. With other keys the tokens that it has are refused within
    a second.
    """
    details = ClientRegistration(
        client_id=client_id, organisation_code=body.organisation_code, scopes=body.scopes, jwks=body.jwks
    )
    saved, if_match = partial(_saved, change.hub), change.write.if_match
    return await change.once_for_access(answering(saved, put_client, change.services, details, if_match))


@router.put(
    "/api-clients/{client_id}/scopes",
    summary="Set the scopes of a client",
    response_model=ApiClientOut,
    responses=_CHANGES,
)
async def save_api_client_scopes(change: Manages, client_id: ClientId, body: ApiClientScopesIn) -> Response:
    """Set the scopes (*rechten*) for which a client may ask; within a second its tokens permit no others any more."""
    return await _changed(change, change_scopes, client_id, body.scopes, change.write.if_match)


@router.post(
    "/api-clients/{client_id}/key-rotation",
    summary="Replace the keys of a client",
    response_model=ApiClientOut,
    responses=_CHANGES,
)
async def rotate_api_client_keys(change: Manages, client_id: ClientId, body: KeyRotationIn) -> Response:
    """Replace the keys of a client (*sleutelwissel*).

    The previous keys are accepted too, for 24 hours or for as long as you ask; 0 hours when one of them leaked.
    """
    until = change.hub.real_clock.now() + timedelta(hours=body.overlap_hours) if body.overlap_hours else None
    proof = NewProof(jwks=body.jwks, previous_until=until)
    return await _changed(change, rotate_keys, client_id, proof, change.write.if_match)


@router.post(
    "/api-clients/{client_id}/revocation",
    summary="Cut a client off",
    response_model=ApiClientOut,
    responses=_CHANGES,
)
async def revoke_api_client(change: Manages, client_id: ClientId) -> Response:
    """Cut a client off (*intrekken*): it gets no more tokens, and within a second those it has are refused for good."""
    return await _changed(change, revoke_client, client_id, change.write.if_match)


@router.get(
    "/signing-keys",
    summary="List the keys that sign access tokens",
    response_model=SigningKeysOut,
    responses=problem_responses(400, 401, 403),
)
async def list_signing_keys(read: Reads) -> Response:
    """Return the keys with which the hub signs access tokens (*ondertekensleutels*), newest first."""
    return json_answer(200, _keys_out(await read.hub.db.read(view_signing_keys, read.hub.real_clock.now())))


@router.post(
    "/signing-keys/rotation",
    summary="Replace the key that signs access tokens",
    response_model=SigningKeysOut,
    responses=problem_responses(400, 401, 403, 409),
)
async def rotate_signing_keys(change: Manages, body: SigningKeyRotationIn) -> Response:
    """Have a new key sign access tokens (*sleutelwissel*); with `revokeOthers` every token of before is refused."""
    # It takes long, and must not stop other requests.
    key = await asyncio.to_thread(new_signing_key)
    now, revoke_others = change.hub.real_clock.now(), body.revoke_others
    work = answering(_keys_answer, rotate_signing_key, change.services, key, now, revoke_others=revoke_others)
    return await change.once_for_access(work)


async def _changed(
    change: WriteContext, operation: Operation[P, ApiClient], *args: P.args, **kwargs: P.kwargs
) -> Response:
    return await change.once_for_access(answering(_shown, operation, change.services, *args, **kwargs))


def _shown(client: ApiClient) -> Answer:
    return answer(200, api_client_out(client), etag=client_etag(client))


def _saved(hub: AppState, saved: SavedClient) -> Answer:
    client = saved.client
    location = f"{hub.api_url}/api-clients/{quote(client.client_id, safe='')}" if saved.is_new else None
    return answer(201 if saved.is_new else 200, api_client_out(client), etag=client_etag(client), location=location)


def _keys_answer(keys: list[SigningKeyView]) -> Answer:
    return answer(200, _keys_out(keys))


def _keys_out(keys: list[SigningKeyView]) -> SigningKeysOut:
    return SigningKeysOut(items=[SigningKeyOut.model_validate(each) for each in keys])
