"""Answers: compact JSON with its ETag, preconditions, and writes that are done once."""

from collections.abc import Mapping

from fastapi import Response
from pydantic import BaseModel
from pydantic_core import to_json

from app.api.dependencies import Caller, Write
from app.api.shown_once import ShowsSecret
from app.api.state import AppState
from app.domain.preconditions import etag_of
from app.operations.access.idempotency import Answer, IdempotentRequest, answer_before
from app.privacy.gate import Released

Content = Mapping[str, object] | BaseModel


def answer(
    status: int, content: Content | None = None, *, etag: str | None = None, location: str | None = None
) -> Answer:
    """Return what a write's work returns; members of a model that are None are left out; no content is an empty body.

    ``location`` is the absolute address of what was made.
    """
    stored = _as_json(content.without_secret()) if isinstance(content, ShowsSecret) else None
    return Answer(status=status, body=_as_json(content), stored_body=stored, etag=etag, location=location)


def json_answer(status: int, content: Content, *, etag: str | None = None, location: str | None = None) -> Response:
    """Return the response of a read."""
    return to_response(answer(status, content, etag=etag, location=location))


def _as_json(content: Content | None) -> bytes:
    return b"" if content is None else to_json(content, by_alias=True, exclude_none=True)


def to_response(done: Answer) -> Response:
    """Turn an answer into an HTTP response; a repeated one says so in ``Idempotency-Replayed``."""
    headers = {"ETag": done.etag, "Location": done.location, "Idempotency-Replayed": "true" if done.replayed else None}
    present = {name: value for name, value in headers.items() if value}
    return Response(done.body, done.status, present, media_type="application/json" if done.body else None)


def released_etag(*views: Released) -> str:
    """Return the strong entity tag of what was released; withheld fields never change it."""
    return etag_of(*(view.digest for view in views))


async def answered_before(hub: AppState, caller: Caller, write: Write) -> Response | None:
    """Return the answer that the same request got before; None when it is new.

    Raises:
        IdempotencyConflict: the key was used for another request.
    """
    done = await hub.db.read(answer_before, hub.services, request_of(caller, write))
    return to_response(done) if done else None


def request_of(caller: Caller, write: Write) -> IdempotentRequest:
    """Return what makes a write of this caller recognisable."""
    return IdempotentRequest(
        organisation_id=caller.organisation.id,
        api_client=caller.client_id,
        key=write.key,
        fingerprint=write.fingerprint,
    )
