"""The figures of partners are right on each store, and read no whole table."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert

from app.database import Connection
from app.domain.codes import PARTNERS, System
from app.domain.partners import ConflictState, Job, JobKind, JobState
from app.models.partners.field_sync import conflict
from app.models.partners.job import insert_job
from app.models.partners.partner_metrics import job_counts, open_conflicts, quarantine_sizes
from app.operations.metrics.figures import read_figures
from tests.support.hub import CLIENT, NOW, InProcessHub, unreadable
from tests.support.statements import sent_statements

JOB = Job(
    id=UUID(int=0),
    system=System.RMW,
    kind=JobKind.RETRY,
    requested_by="beheer-1",
    requested_at=NOW,
)
BIG = {"delivery", "event", "attempt", "quarantine", "conflict", "partner_job"}


async def test_the_quarantine_of_each_partner_is_counted_until_it_is_large(hub: InProcessHub) -> None:
    await hub.pull(*(unreadable(f"Q-{number}", str(number)) for number in range(3)))

    counts = [await hub.db.read(quarantine_sizes, most) for most in (2, 3, 4)]

    assert [each[System.ALLEGRO] for each in counts] == [2, 3, 3]
    assert [each.keys() for each in counts] == [set(PARTNERS)] * 3
    assert {each[System.RMW] for each in counts} == {0}


async def test_open_conflicts_are_counted_by_system(hub: InProcessHub) -> None:
    referral_id = await hub.refer()
    states = [(system, ConflictState.OPEN) for system in (System.RMW, System.RMW, System.API)]
    states.append((System.RMW, ConflictState.KEPT))
    rows = [
        {
            "id": UUID(int=number),
            "system": system,
            "referral_id": referral_id,
            "field": "client.phone",
            "reason": "loop",
            "state": state,
            "since": NOW,
        }
        for number, (system, state) in enumerate(states)
    ]
    await hub.db.write(lambda tx: tx.execute(insert(conflict), rows))

    counts = await hub.db.read(open_conflicts, 10)

    assert counts == {System.ALLEGRO: 0, System.GIDSO: 0, System.RMW: 2, System.API: 1}


async def test_jobs_are_counted_by_state_and_ended_ones_for_a_day(hub: InProcessHub) -> None:
    states = (*JobState, JobState.FAILED)
    now = NOW + timedelta(days=2)
    for moment in (NOW, now):
        for state in states:
            await hub.db.write(insert_job, replace(JOB, id=hub.services.new_id(moment), state=state))

    counts = await hub.db.read(job_counts, now + timedelta(hours=1))

    of_a_day = Counter(states)
    of_any_age = {JobState.WAITING: 2, JobState.RUNNING: 2}
    assert counts[System.RMW] == {state: of_any_age.get(state, of_a_day[state]) for state in JobState}
    assert set(counts) == set(PARTNERS)
    assert set(counts[System.GIDSO].values()) == {0}


async def test_no_figure_reads_a_whole_table_that_grows(sqlite_hub: InProcessHub) -> None:
    hub = sqlite_hub
    await hub.refer(client=CLIENT)
    with sent_statements() as sent:
        await hub.db.read(read_figures, NOW)

    plans = [await hub.db.read(plan_of, statement) for statement in sent if statement.startswith(("SELECT", "WITH"))]

    read = {step for plan in plans for step in plan if step.split()[1] in BIG}
    assert read
    assert {step for step in read if " INDEX " not in step} == set()


def plan_of(tx: Connection, statement: str) -> list[str]:
    plan = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (None,) * statement.count("?"))
    return [row.detail for row in plan if row.detail.startswith(("SCAN", "SEARCH"))]
