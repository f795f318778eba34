"""The JSON Schema of every type of event, to which ``dataschema`` of an event refers; open to all."""

import json
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.api.http.problems import problem_responses
from app.api.responses import json_answer
from app.domain.details import Detail
from app.domain.errors import NotFound
from app.domain.events import TO_SUBSCRIPTIONS, EventType
from app.domain.preconditions import etag_of
from app.events.contract.data_schemas import schema_document

router = APIRouter(tags=["reference"])


@router.get(
    "/event-schemas/{type}",
    summary="Read the schema of an event",
    response_model=dict[str, object],
    responses={200: {"headers": {"ETag": {"$ref": "#/components/headers/ETag"}}}, **problem_responses(400, 404)},
)
async def get_event_schema(
    request: Request,
    type: Annotated[  # the name of this member in events
        str,
        Path(
            description="Type of the event.",
            examples=[EventType.REFERRAL_CONFIRMED.value],
            # No type has another form, so that any other is not found.
            json_schema_extra={"maxLength": 120, "pattern": "^[a-z0-9.-]+$"},
        ),
    ],
) -> Response:
    """Return the JSON Schema (draft 2020-12) of the ``data`` of a type of event (*gebeurtenis*).

    It allows what it does not name, because an event may grow within its version.
    """
    if type not in TO_SUBSCRIPTIONS:
        raise NotFound(Detail.NO_EVENT_TYPE(types=", ".join(TO_SUBSCRIPTIONS)))
    schema = schema_document(EventType(type), request.app.state.hub.api_url)
    return json_answer(200, schema, etag=etag_of(json.dumps(schema, sort_keys=True)))
