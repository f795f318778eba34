"""What a partner and the hub say differently of one field, for the operator."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.api.forms import PARTNER_NAME
from app.api.http.problems import problem_responses
from app.api.paging import DEFAULT_LIMIT, IdCursorText, Limit, id_after, id_cursor, page_answer
from app.api.responses import answer
from app.api.routes.partners import SYSTEM_WORDS, Manages, Reads
from app.api.schemas.codes import ConflictState
from app.api.schemas.conflicts import ConflictOut, ConflictPageOut, DecisionIn
from app.domain import partners
from app.domain.codes import System
from app.domain.details import Detail
from app.domain.errors import NotFound
from app.operations.access.idempotency import Answer, answering
from app.operations.partners import conflicts
from app.operations.partners.conflicts import ConflictQuery, StoredConflict, page_of_conflicts

router = APIRouter(prefix="/partners/{system}/conflicts", tags=["partners"])

_MAY_SEE_VALUES = "partners:manage"


async def _known(
    system: Annotated[
        str,
        Path(
            pattern=PARTNER_NAME.pattern,
            description=SYSTEM_WORDS,
            examples=["allegro"],
        ),
    ],
) -> System:
    if system not in set(System):
        raise NotFound(Detail.NO_STATING_SYSTEM())
    return System(system)


StatingSystem = Annotated[System, Depends(_known)]
ConflictId = Annotated[UUID, Path(description="Id of the conflict.", examples=["019ab3f2-7c00-7000-8000-000000000008"])]
State = Annotated[ConflictState, Query(description="Which conflicts to list.", examples=["open"])]


@router.get(
    "",
    summary="List conflicts with a partner",
    response_model=ConflictPageOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def list_conflicts(  # noqa: PLR0913  # the request's parts
    request: Request,
    read: Reads,
    system: StatingSystem,
    state: State = "open",
    limit: Limit = DEFAULT_LIMIT,
    cursor: IdCursorText = None,
) -> Response:
    """Return the fields on which a partner and the hub disagree (*tegenstrijdigheden*), oldest first.

    Writes over the API that were refused because another party owns the field are listed too, under the system in
    which the caller's organisation registers. The values themselves are shown to who may decide, with the scope
    `partners:manage`, and only of fields that the policy discloses to operators: never whose referral it is. To decide
    about another field, ask its owner.
    """
    query = ConflictQuery(
        system=system,
        state=partners.ConflictState(state),
        after=id_after(cursor),
        limit=limit,
        receiver=read.caller_scope.itself if _MAY_SEE_VALUES in read.caller.scopes else None,
    )
    page, following = await read.hub.db.read(page_of_conflicts, read.hub.services, query)
    return page_answer(read.hub, request, [ConflictOut.model_validate(each) for each in page], id_cursor(following))


@router.post(
    "/{conflict_id}/decision",
    summary="Decide a conflict",
    response_model=ConflictOut,
    responses=problem_responses(400, 401, 403, 404, 409),
)
async def decide_conflict(
    change: Manages, system: StatingSystem, conflict_id: ConflictId, body: DecisionIn
) -> Response:
    """Decide which value is kept (*beslissen*); when that is not the present one, the referral is changed and sent.

    A partner's value of what the finance team records, such as an attendance, is not taken over here: its owner
    records it. The answer contains no values.
    """
    work = answering(
        _decided,
        conflicts.decide_conflict,
        change.services,
        system,
        conflict_id,
        keep=body.keep,
        by=change.caller.client_id,
    )
    return await change.once(work)


def _decided(conflict: StoredConflict) -> Answer:
    return answer(200, ConflictOut.model_validate(conflict))
