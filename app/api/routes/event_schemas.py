"""The JSON Schema of every type of event, to which ``dataschema`` of an event refers; open to all."""

import json
from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.api.http.problems import problem_responses
from app.api.responses import json_answer
from app.domain.details import Detail
from app.domain.errors import NotFound
from app.domain.events import EventType
from app.domain.preconditions import etag_of
from app.events.contract.catalogue import schema_for

router = APIRouter(tags=["reference"])


@router.get(
    "/event-schemas/{type}",
    summary="Read the schema of an event",
    response_model=dict[str, object],
    responses={200: {"headers": {"ETag": {"$ref": "#/components/headers/ETag"}}}, **problem_responses(400, 404)},
)
async def get_event_schema(
    type: Annotated[  # the name of this member in events
        str, Path(description="Type of the event.", examples=[EventType.REFERRAL_CONFIRMED.value])
    ],
) -> Response:
    """Return the JSON Schema (draft 2020-12) of the ``data`` of a type of event (*gebeurtenis*)."""
    if type not in list(EventType):
        raise NotFound(Detail.NO_EVENT_TYPE(types=", ".join(EventType)))
    schema = schema_for(EventType(type))
    return json_answer(200, schema, etag=etag_of(json.dumps(schema, sort_keys=True)))
