"""Records as others know them (*opzoeken*), for the operator who helps them."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.api.context import ReadContext, reading
from app.api.http.problems import problem_responses
from app.api.responses import json_answer
from app.api.schemas.records import RecordOut, RecordSearchIn
from app.operations.record_lookup import RecordQuery, look_up_record

router = APIRouter(prefix="/records", tags=["reference"])

Reads = Annotated[ReadContext, reading("records:read")]


@router.post(
    "/_search",
    summary="Find out what an organisation means",
    response_model=RecordOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def search_records(body: RecordSearchIn, read: Reads) -> Response:
    """Return which record an organisation means by its own id or reference (*opzoeken*); only for the hub's operator.

    It contains ids of the hub and nothing else. The look-up is logged without the id and the reference.
    """
    query = RecordQuery(organisation_code=body.organisation, id=body.id, reference=body.reference)
    caller = read.caller
    found = await read.hub.db.read(look_up_record, read.services, caller.organisation, caller.client_id, query)
    return json_answer(200, RecordOut.model_validate(found))
