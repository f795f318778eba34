"""A list of work is read from its own index, in its order, however many cases there are."""

import pytest

from app.database import Connection
from app.domain.queries import Position, WorkList, WorkQuery
from app.models.cases.work_list import list_work
from tests.support.hub import CONFIRM, NOW, InProcessHub
from tests.support.statements import sent_statements

INDEX = {
    WorkList.MINE: "ix_case_clock_work",
    WorkList.OVERDUE: "ix_case_clock_breached",
    WorkList.AWAITING_REFERRER: "ix_case_clock_referrer",
    WorkList.AWAITING_COUNSELLOR: "ix_case_clock_counsellor",
    WorkList.ASKED: "ix_case_clock_asked",
}


async def plan_of(hub: InProcessHub, query: WorkQuery) -> str:
    """Return how SQLite reads a page."""

    def explain(tx: Connection, statement: str) -> str:
        plan = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (None,) * statement.count("?"))
        return "\n".join(row.detail for row in plan)

    with sent_statements() as sent:
        await hub.db.read(list_work, query)
    return await hub.db.read(explain, next(each for each in sent if "case_clock" in each))


@pytest.mark.parametrize("list", WorkList)
async def test_a_page_is_read_from_its_own_index_in_its_order(sqlite_hub: InProcessHub, list: WorkList) -> None:
    hub = sqlite_hub
    first = await hub.refer(CONFIRM)
    organisation = (await hub.case(first)).referral.organisation.id
    query = WorkQuery(
        list=list,
        now=NOW,
        limit=50,
        after=Position(NOW, first),
        counsellor="B. Bakker" if list is WorkList.MINE else None,
        organisation_id=organisation if list is WorkList.ASKED else None,
    )

    plan = await plan_of(hub, query)

    assert "SEARCH case_clock" in plan
    assert f" INDEX {INDEX[list]} " in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("list", sorted(set(WorkList) - {WorkList.MINE, WorkList.ASKED}))
async def test_the_work_of_one_counsellor_is_found_among_that_of_many(sqlite_hub: InProcessHub, list: WorkList) -> None:
    plan = await plan_of(sqlite_hub, WorkQuery(list=list, now=NOW, limit=50, counsellor="B. Bakker"))

    assert f" INDEX {INDEX[WorkList.MINE]} (counsellor=?" in plan
