"""Whole case files: a referral with client, newest appointment and trajectory, in a fixed number of queries."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, select

from app.domain.case_file import CaseFile, Facts, feedback_facts
from app.domain.queries import EVERYTHING, Visibility
from app.domain.values import Appointment, Organisation
from app.models.cases.appointment import appointment, to_appointment
from app.models.cases.client import SEALED_COLUMNS, client, client_details, to_client
from app.models.cases.referral import (
    BY_IDS,
    load_referral_rows,
    only_visible,
    open_contents,
    plain_contents,
    referral,
    to_referral,
)
from app.models.cases.trajectory import load_trajectories_of
from app.models.cases.trajectory import trajectory as trajectory_table
from app.vault import Vault

# Whether there is more to read stands in the row, because most referrals that are read are new and have neither.
_WITH_CLIENT = (
    BY_IDS.add_columns(
        *SEALED_COLUMNS,
        exists().where(appointment.c.referral_id == referral.c.id).label("has_appointment"),
        exists().where(trajectory_table.c.referral_id == referral.c.id).label("has_trajectory"),
    )
    .join(client_details, client_details.c.referral_id == referral.c.id)
    .join(client, client.c.id == client_details.c.client_id)
)
_APPOINTMENTS = (
    select(appointment)
    .where(appointment.c.referral_id.in_(bindparam("referral_ids", expanding=True)))
    .order_by(appointment.c.id)
)


def load_case_files(
    tx: Connection, vault: Vault, referral_ids: Collection[UUID], visibility: Visibility = EVERYTHING
) -> dict[UUID, CaseFile]:
    """Return the case files of these referrals, by referral id; those not visible are left out."""
    rows = list(tx.execute(only_visible(_WITH_CLIENT, visibility), {"ids": list(referral_ids)}))
    appointments = _newest_appointments(tx, [row.id for row in rows if row.has_appointment])
    trajectories = load_trajectories_of(tx, [row.id for row in rows if row.has_trajectory])
    cases = {}
    for row in rows:
        person, sealer = to_client(vault, row)
        trajectory = trajectories.get(row.id)
        said = to_referral(row, open_contents(sealer, row), trajectory.id if trajectory else None)
        cases[row.id] = CaseFile(said, person, appointments.get(row.id), trajectory)
    return cases


def load_feedback_facts(
    tx: Connection, referral_ids: Collection[UUID], guided: Collection[UUID]
) -> dict[UUID, tuple[Organisation, Facts]]:
    """Return what there is to tell referrers, with the referrer, by referral id; nothing sealed is opened.

    Args:
        tx: reads only.
        referral_ids: the referrals asked about.
        guided: those of them whose trajectory is asked about too.
    """
    trajectories = load_trajectories_of(tx, guided)
    found = {}
    for row in load_referral_rows(tx, referral_ids, EVERYTHING):
        trajectory = trajectories.get(row.id)
        told = to_referral(row, plain_contents(row), trajectory.id if trajectory else None)
        found[row.id] = (told.organisation, feedback_facts(told, trajectory))
    return found


def _newest_appointments(tx: Connection, referral_ids: Collection[UUID]) -> dict[UUID, Appointment]:
    if not referral_ids:
        return {}
    # A case has a handful of appointments: reading them in order and keeping the last beats a window query.
    rows = tx.execute(_APPOINTMENTS, {"referral_ids": list(referral_ids)})
    return {row.referral_id: to_appointment(row) for row in rows}
