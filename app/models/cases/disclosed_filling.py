"""Storing what was disclosed of a case from before it was kept."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection, bindparam, update

from app.domain.case import Case
from app.domain.disclosed import EventDisclosure
from app.domain.values import HistoryEntry
from app.models.base import execute_all
from app.models.cases.disclosed import seal_disclosure, seal_record
from app.models.cases.history import history
from app.models.cases.referral import CHANGED_DISCLOSED, disclosed_columns
from app.models.cases.trajectory_tables import trajectory
from app.models.delivery.outbox import event
from app.vault import Sealer

_EVENT = update(event).where(event.c.id == bindparam("row_id"))
_ENTRY = update(history).where(history.c.id == bindparam("row_id"))
_TRAJECTORY = update(trajectory).where(trajectory.c.id == bindparam("row_id"))


def store_filled(
    tx: Connection,
    sealer: Sealer,
    case: Case,
    disclosures: Mapping[UUID, EventDisclosure],
    entries: Sequence[HistoryEntry],
) -> None:
    """Store what was disclosed of a case; nothing else of it changes.

    Args:
        tx: the transaction, which has locked the case.
        sealer: has the key of its client.
        case: with the record of what was disclosed.
        disclosures: what its events disclosed, by their ids.
        entries: those of its history that were disclosed.
    """
    events = [{"row_id": id, "disclosed": seal_disclosure(sealer, id, each)} for id, each in disclosures.items()]
    execute_all(tx, _EVENT, events)
    steps = [
        {
            "row_id": each.id,
            "disclosed_status": each.disclosed_status,
            "disclosed_consent": each.disclosed_consent,
        }
        for each in entries
    ]
    execute_all(tx, _ENTRY, steps)
    if case.trajectory:
        known = {"row_id": case.trajectory.id, "disclosed_status": case.trajectory.disclosed_status}
        execute_all(tx, _TRAJECTORY, [known])
    row = {
        "row_id": case.id,
        "disclosed": seal_record(sealer, case.id, case.disclosed),
        **disclosed_columns(case.referral),
    }
    execute_all(tx, CHANGED_DISCLOSED, [row])
