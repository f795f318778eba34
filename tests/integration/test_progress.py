"""Who is told where a case is, and who reads it on asking, on both stores.

Numbers are lines of the city's evaluation of 2020 (docs/explanation/domain.md, section 7).
"""

from collections.abc import Sequence
from uuid import UUID

import pytest

from app.domain.codes import OrganisationRole, TrajectoryResult
from app.domain.commands import Command, PauseTrajectory, RecordResult, ReportContactLost, ReportContactRestored
from app.domain.fields import Field
from app.domain.values import Organisation
from app.models.access.organisation import find_organisation
from app.privacy.policy import REFERRER_KINDS
from tests.support.hearing import progress_read
from tests.support.hub import (
    ATTEND,
    CONCLUDE,
    CONFIRM,
    DROP_OUT,
    RUNNING,
    SCHEDULE,
    SIGN,
    TODAY,
    InProcessHub,
)
from tests.support.privacy_canaries import referred

ON_ASKING = ["welzijnsorganisatie", "reclassering"]
NOT_ON_ASKING = sorted(REFERRER_KINDS - set(ON_ASKING))
DECIDE = RecordResult(TrajectoryResult.BUDGET_MANAGEMENT, TODAY)

STATES: Sequence[tuple[Sequence[Command], str | None, str | None]] = [
    ((), None, None),
    ((CONFIRM, SCHEDULE), None, None),
    ((ATTEND,), "intake", "intake_result"),
    ((CONCLUDE,), "planning", "plan"),
    ((SIGN,), "running", "decision"),
    ((PauseTrajectory(),), "paused", "resumption"),
    ((ReportContactLost(TODAY),), "contact_lost", "contact"),
    ((ReportContactRestored(TODAY),), "paused", "resumption"),
    ((DECIDE,), "decided", "service"),
    ((DROP_OUT,), None, None),
]
"""The steps of a case, with where it is and what comes next after each."""


async def read_on_the_way(hub: InProcessHub, reader: Organisation, referral_id: UUID) -> list[tuple[object, object]]:
    """Return which state and which next step an organisation reads after each of the steps."""
    found = []
    for steps, _, _ in STATES:
        await hub.execute(referral_id, *steps)
        read = await progress_read(hub, reader, referral_id)
        found.append((read.get(Field.PROGRESS_STATE), read.get(Field.PROGRESS_NEXT_STEP)))
    return found


@pytest.mark.parametrize("kind", ON_ASKING, ids=["welfare-4990", "probation-11016"])
async def test_who_has_it_agreed_reads_on_asking_where_the_file_stands_now(hub: InProcessHub, kind: str) -> None:
    owner, referral_id = await referred(hub, kind)

    assert await read_on_the_way(hub, owner, referral_id) == [(state, step) for _, state, step in STATES]


async def test_the_finance_team_always_reads_where_the_file_stands_now(hub: InProcessHub) -> None:
    team = await hub.db.read(find_organisation, "expertiseteam-financien")
    _, referral_id = await referred(hub, "schuldenrechter")

    assert team
    assert team.role is OrganisationRole.FINANCE_TEAM
    assert await read_on_the_way(hub, team, referral_id) == [(state, step) for _, state, step in STATES]


async def test_the_day_of_the_decision_is_read_until_the_decision(hub: InProcessHub) -> None:
    owner, referral_id = await referred(hub, "welzijnsorganisatie")
    await hub.execute(referral_id, *RUNNING)
    trajectory = (await hub.case(referral_id)).trajectory
    before = await progress_read(hub, owner, referral_id)
    await hub.execute(referral_id, DECIDE)

    assert trajectory
    assert before[Field.PROGRESS_DUE_ON] == trajectory.due_on.isoformat()
    assert Field.PROGRESS_DUE_ON not in await progress_read(hub, owner, referral_id)


async def test_nobody_else_reads_anything_that_it_was_not_told(sqlite_hub: InProcessHub) -> None:
    found = {}
    for kind in NOT_ON_ASKING:
        owner, referral_id = await referred(sqlite_hub, kind)
        found[kind] = set(await read_on_the_way(sqlite_hub, owner, referral_id))

    assert found == {kind: {(None, None)} for kind in NOT_ON_ASKING}
