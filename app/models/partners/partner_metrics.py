"""The connection with each partner in figures: records in quarantine, open conflicts, and jobs by state.

Each figure reads a part of an index that stays small, or stops counting, however many rows there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    Table,
    bindparam,
    func,
    literal,
    select,
    union_all,
)

from app.domain.codes import PARTNERS, System
from app.domain.identifiers import first_id_at
from app.domain.partners import ConflictState, JobState, QuarantineState
from app.models.base import Id
from app.models.partners.field_sync import conflict
from app.models.partners.job import IS_UNFINISHED, partner_job
from app.models.partners.quarantine import quarantine

FINISHED_JOBS_OF = timedelta(days=1)
"""Jobs that ended are counted when they were requested this long ago at most."""

JobCounts = Mapping[System, Mapping[JobState, int]]


def quarantine_sizes(tx: Connection, most: int) -> dict[System, int]:
    """Return how many records of each partner are in quarantine; counting stops at ``most``."""
    return _counts(tx, _QUARANTINED, most)


def open_conflicts(tx: Connection, most: int) -> dict[System, int]:
    """Return how many conflicts of each system are open; counting stops at ``most``."""
    return _counts(tx, _OPEN_CONFLICTS, most)


def job_counts(tx: Connection, now: datetime) -> JobCounts:
    """Return the jobs of each partner by state: those that are not finished, and those of the last day that are."""
    counts: dict[System, dict[JobState, int]] = defaultdict(lambda: dict.fromkeys(JobState, 0))
    for row in tx.execute(_JOBS, {"first_id": first_id_at(now - FINISHED_JOBS_OF)}):
        counts[System(row.system)][JobState(row.state)] = row.number
    return {System(system): counts[System(system)] for system in PARTNERS}


def _counts(tx: Connection, counting: CompoundSelect[str, int], most: int) -> dict[System, int]:
    return {System(row.system): row.number for row in tx.execute(counting, {"most": most})}


def _in_state(table: Table, state: str, systems: Iterable[System]) -> CompoundSelect[str, int]:
    """Return a statement that counts the rows of each system in a state, each in its own range of the index."""
    return union_all(*(_of_system(table, table.c.state == state, system) for system in systems))


def _of_system(table: Table, is_counted: ColumnElement[bool], system: System) -> Select[str, int]:
    found = select(table.c.id).where(table.c.system == system.value, is_counted).limit(_MOST).subquery()
    return select(literal(system.value).label("system"), func.count().label("number")).select_from(found)


_MOST = bindparam("most", type_=Integer)
_QUARANTINED = _in_state(quarantine, QuarantineState.OPEN, PARTNERS)
_OPEN_CONFLICTS = _in_state(conflict, ConflictState.OPEN, System)

_BY_STATE = select(partner_job.c.system, partner_job.c.state, func.count().label("number")).group_by(
    partner_job.c.system, partner_job.c.state
)
_JOBS = union_all(
    _BY_STATE.where(IS_UNFINISHED),
    _BY_STATE.where(
        partner_job.c.system.in_(PARTNERS), partner_job.c.id >= bindparam("first_id", type_=Id), ~IS_UNFINISHED
    ),
)
