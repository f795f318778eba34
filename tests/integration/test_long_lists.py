"""A list that hides much from its reader costs no more statements than a short one."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select

from app.database import Connection
from app.domain.fields import Field
from app.domain.queries import TrajectoryQuery
from app.models.cases.referral import referral
from app.models.cases.trajectory_tables import trajectory
from app.operations.access.organisations import read_organisation
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.lists import page_of_trajectories
from tests.support.hub import ATTEND, CLIENT, CONCLUDE, CONFIRM, SCHEDULE, InProcessHub
from tests.support.statements import sent_statements

HIDDEN = 500


def hide(tx: Connection, number: int, hidden: dict[str, object]) -> None:
    """Add newer copies of the only trajectory, each of a referral of its own, that were not disclosed."""
    first = dict(tx.execute(select(trajectory)).mappings().one())
    of = dict(tx.execute(select(referral).where(referral.c.id == first["referral_id"])).mappings().one())
    ids = [UUID(int=2**100 + each) for each in range(number)]
    tx.execute(insert(referral), [of | {"id": each, "reference": str(each)} for each in ids])
    copies = [
        first
        | hidden
        | {
            "id": UUID(int=each.int * 2),
            "referral_id": each,
            "created_at": first["created_at"] + timedelta(seconds=number),
        }
        for number, each in enumerate(ids, 1)
    ]
    tx.execute(insert(trajectory), copies)


async def test_a_page_beside_many_trajectories_that_were_not_disclosed_takes_no_more_statements(
    hub: InProcessHub,
) -> None:
    await hub.refer(CONFIRM, SCHEDULE, ATTEND, CONCLUDE, client=replace(CLIENT, bsn=None))
    scope = CallerScope(await hub.db.read(read_organisation, "dock"))
    query = TrajectoryQuery(visibility=scope.visibility, limit=1)

    async def page() -> tuple[list[str], int]:
        with sent_statements() as sent:
            views, following = await hub.db.read(page_of_trajectories, hub.services, scope, query)
        assert following is None
        return [str(view.fields[Field.TRAJECTORY_ID]) for view in views], len(sent)

    alone, few = await page()
    await hub.db.write(hide, HIDDEN, {"disclosed_status": None})
    beside, many = await page()

    assert len(alone) == 1
    assert (beside, many) == (alone, few)
