"""Whole case files: a referral with client, newest appointment and trajectory, in a fixed number of queries."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from app.domain.case_file import CaseFile, Facts, feedback_facts
from app.domain.queries import EVERYTHING, Visibility
from app.domain.values import Appointment, Organisation
from app.models.appointment import appointment, to_appointment
from app.models.client import load_clients
from app.models.referral import load_referral_rows, open_contents, plain_contents, to_referral
from app.models.trajectory import load_trajectories_of
from app.vault import Vault

_APPOINTMENTS = (
    select(appointment)
    .where(appointment.c.referral_id.in_(bindparam("referral_ids", expanding=True)))
    .order_by(appointment.c.id)
)


def load_case_files(
    tx: Connection, vault: Vault, referral_ids: Collection[UUID], visibility: Visibility = EVERYTHING
) -> dict[UUID, CaseFile]:
    """Give the case files of these referrals, by referral id; those not visible are left out."""
    rows = load_referral_rows(tx, referral_ids, visibility)
    if not rows:
        return {}
    ids = [row.id for row in rows]
    clients = load_clients(tx, vault, ids)
    appointments = _newest_appointments(tx, ids)
    trajectories = load_trajectories_of(tx, ids)
    cases = {}
    for row in rows:
        client, sealer = clients[row.id]
        trajectory = trajectories.get(row.id)
        referral = to_referral(row, open_contents(sealer, row), trajectory.id if trajectory else None)
        cases[row.id] = CaseFile(referral, client, appointments.get(row.id), trajectory)
    return cases


def load_feedback_facts(
    tx: Connection, referral_ids: Collection[UUID], guided: Collection[UUID]
) -> dict[UUID, tuple[Organisation, Facts]]:
    """Give what there is to tell referrers, with the referrer, by referral id; nothing sealed is opened.

    Args:
        tx: reads only.
        referral_ids: the referrals asked about.
        guided: those of them whose trajectory is asked about too.
    """
    trajectories = load_trajectories_of(tx, guided) if guided else {}
    found = {}
    for row in load_referral_rows(tx, referral_ids, EVERYTHING):
        trajectory = trajectories.get(row.id)
        referral = to_referral(row, plain_contents(row), trajectory.id if trajectory else None)
        found[row.id] = (referral.organisation, feedback_facts(referral, trajectory))
    return found


def _newest_appointments(tx: Connection, referral_ids: Collection[UUID]) -> dict[UUID, Appointment]:
    # A case has a handful of appointments: reading them in order and keeping the last beats a window query.
    rows = tx.execute(_APPOINTMENTS, {"referral_ids": list(referral_ids)})
    return {row.referral_id: to_appointment(row) for row in rows}
