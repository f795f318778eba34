"""Lists of work: what is to be done next, by whom (*werklijsten*)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.api.context import ReadContext, reading, referral_body
from app.api.http.problems import problem_responses
from app.api.paging import page_answer
from app.api.schemas.lists import OwnWorkFilters, WorkFilters, WorkPageOut
from app.domain.queries import WorkList, WorkQuery
from app.operations.cases.work_lists import page_of_work

router = APIRouter(prefix="/work-lists", tags=["work-lists"], responses=problem_responses(400, 401, 403))

Reads = Annotated[ReadContext, reading("referrals:read")]
Filters = Annotated[WorkFilters, Query()]


@router.get("/mine", summary="List the work of a counsellor", response_model=WorkPageOut)
async def list_work_of_counsellor(
    request: Request, filters: Annotated[OwnWorkFilters, Query()], read: Reads
) -> Response:
    """Return the cases that a counsellor (*trajectbegeleider*) guides and that are not over; for the finance team.

    The case whose first term ends earliest comes first; cases without a term come last.
    """
    return await _page(request, read, filters, WorkList.MINE)


@router.get("/overdue", summary="List what is overdue", response_model=WorkPageOut)
async def list_overdue_work(request: Request, filters: Filters, read: Reads) -> Response:
    """Return the cases in which a term has passed (*verstreken termijn*), the longest first; for the finance team.

    A term that is paused is not overdue.
    """
    return await _page(request, read, filters, WorkList.OVERDUE)


@router.get("/awaiting-referrer", summary="List what referrers are asked", response_model=WorkPageOut)
async def list_work_awaiting_referrer(request: Request, filters: Filters, read: Reads) -> Response:
    """Return the cases that wait for their referrer (*wacht op de verwijzer*): for information, or an answer.

    The finance team reads what has waited longest first. A referrer reads what it is asked itself, as far as that was
    disclosed to it, without terms: `flags` has `awaiting_information`, or `contact_lost` where it is asked to restore
    contact and has not answered, or the `response` of the appointment is `requested`.
    """
    return await _page(request, read, filters, WorkList.AWAITING_REFERRER)


@router.get("/awaiting-counsellor", summary="List what waits for the finance team", response_model=WorkPageOut)
async def list_work_awaiting_counsellor(request: Request, filters: Filters, read: Reads) -> Response:
    """Return the cases that wait for a step of the counsellor (*wacht op de trajectbegeleider*); for the finance team.

    What has waited longest comes first.
    """
    return await _page(request, read, filters, WorkList.AWAITING_COUNSELLOR)


async def _page(request: Request, read: ReadContext, filters: WorkFilters | OwnWorkFilters, list: WorkList) -> Response:
    query = WorkQuery(
        list=list,
        now=read.services.clock.now(),
        limit=filters.limit,
        after=read.position(filters.cursor),
        counsellor=filters.counsellor,
    )
    views, following = await read.hub.db.read(page_of_work, read.services, read.caller_scope, query)
    shown = await read.show(views)
    return page_answer(
        read.hub, request, [referral_body(view, read.hub.api_url) for view in shown], read.cursor(following)
    )
