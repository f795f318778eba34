"""Trajectories with their plan, results, credit bank application and parties."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    bindparam,
    insert,
    or_,
    select,
    update,
)

from app.domain.codes import (
    ClosureReason,
    ConsentScope,
    DropOutReason,
    KbrStatus,
    PartyRole,
    TrajectoryResult,
    TrajectoryStatus,
)
from app.domain.queries import TrajectoryQuery
from app.domain.values import Consent, KbrApplication, Party, Plan, RecordedResult, Trajectory
from app.models.access.organisation import COLUMNS as ORGANISATION_COLUMNS
from app.models.access.organisation import organisation, to_organisation
from app.models.base import Id, UtcDateTime, insert_row, metadata, update_row
from app.models.cases.referral import only_visible, referral, to_counsellor
from app.vault import Sealer

trajectory = Table(
    "trajectory",
    metadata,
    Column("id", Id, primary_key=True),
    Column("referral_id", Id, ForeignKey("referral.id"), nullable=False, unique=True),
    Column("client_id", Id, ForeignKey("client.id"), nullable=False, index=True),
    Column("status", String(20), nullable=False),
    Column("started_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("counsellor_name", String(200)),
    Column("counsellor_phone", String(40)),
    Column("closure_reason", String(40)),
    Column("ended_on", Date),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_trajectory_created", "created_at", "id"),
    Index("ix_trajectory_status", "status", "created_at", "id"),
)

plan = Table(
    "plan",
    metadata,
    Column("trajectory_id", Id, ForeignKey("trajectory.id"), primary_key=True),
    Column("signed_on", Date, nullable=False),
    Column("document_reference", String(200)),
    Column("recorded_at", UtcDateTime, nullable=False),
)

trajectory_result = Table(
    "trajectory_result",
    metadata,
    Column("id", Id, primary_key=True),
    Column("trajectory_id", Id, ForeignKey("trajectory.id"), nullable=False),
    Column("code", String(30), nullable=False),
    Column("decided_on", Date),
    Column("drop_out_reason", String(30)),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index("ix_trajectory_result_trajectory", "trajectory_id", "id"),
)

kbr_application = Table(
    "kbr_application",
    metadata,
    Column("id", Id, primary_key=True),
    Column("trajectory_id", Id, ForeignKey("trajectory.id"), nullable=False, unique=True),
    Column("status", String(20), nullable=False),
    Column("changed_on", Date),
    Column("service_decision_meeting_on", Date),
    Column("changed_at", UtcDateTime, nullable=False),
)

party = Table(
    "party",
    metadata,
    Column("id", Id, primary_key=True),
    Column("trajectory_id", Id, ForeignKey("trajectory.id"), nullable=False, index=True),
    Column("organisation", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("contact", LargeBinary),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date),
)


_NEW_PARTIES = insert(party)
_OF_REFERRAL = select(trajectory).where(trajectory.c.referral_id == bindparam("referral_id"))
_CHANGED_PLAN = update(plan).where(plan.c.trajectory_id == bindparam("of_trajectory"))
_ANY_RESULT = (
    select(trajectory_result.c.id).where(trajectory_result.c.trajectory_id == bindparam("trajectory_id")).limit(1)
)
_APPLICATION = select(kbr_application).where(kbr_application.c.trajectory_id == bindparam("trajectory_id"))


def insert_trajectory(tx: Connection, values: Mapping[str, Any]) -> None:
    """Add a trajectory."""
    insert_row(tx, trajectory, values)


def update_trajectory(tx: Connection, trajectory_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of a trajectory."""
    update_row(tx, trajectory, trajectory_id, values)


def trajectory_row_of(tx: Connection, referral_id: UUID) -> Row[Any] | None:
    """Return the row of the trajectory that followed on a referral, or None."""
    return tx.execute(_OF_REFERRAL, {"referral_id": referral_id}).first()


def referral_id_of(tx: Connection, trajectory_id: UUID) -> UUID | None:
    """Return the referral a trajectory followed on, or None."""
    return tx.execute(select(trajectory.c.referral_id).where(trajectory.c.id == trajectory_id)).scalar_one_or_none()


def created_at_of(tx: Connection, trajectory_id: UUID) -> datetime:
    """Return the moment by which a trajectory has its place in the list."""
    moment: datetime = tx.execute(select(trajectory.c.created_at).where(trajectory.c.id == trajectory_id)).scalar_one()
    return moment


def save_plan(tx: Connection, values: Mapping[str, Any]) -> None:
    """Keep when the plan was signed and where it lies; a newer registration replaces an older one."""
    if not tx.execute(_CHANGED_PLAN, {**values, "of_trajectory": values["trajectory_id"]}).rowcount:
        insert_row(tx, plan, values)


def insert_result(tx: Connection, values: Mapping[str, Any]) -> None:
    """Add a result; results are never changed."""
    insert_row(tx, trajectory_result, values)


def has_result(tx: Connection, trajectory_id: UUID) -> bool:
    """Return whether the trajectory already has a result."""
    return tx.execute(_ANY_RESULT, {"trajectory_id": trajectory_id}).first() is not None


def kbr_application_row_of(tx: Connection, trajectory_id: UUID) -> Row[Any] | None:
    """Return the row of the trajectory's application, or None."""
    return tx.execute(_APPLICATION, {"trajectory_id": trajectory_id}).first()


def insert_kbr_application(tx: Connection, values: Mapping[str, Any]) -> None:
    """Add an application."""
    insert_row(tx, kbr_application, values)


def update_kbr_application(tx: Connection, application_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of an application."""
    update_row(tx, kbr_application, application_id, values)


def insert_parties(tx: Connection, sealer: Sealer, trajectory_id: UUID, parties: Sequence[Party]) -> None:
    """Add parties; their contact persons are encrypted."""
    rows = [
        {
            "id": new.id,
            "trajectory_id": trajectory_id,
            "organisation": new.organisation,
            "role": new.role,
            "contact": sealer.seal_text(new.contact, "party.contact"),
            "from_on": new.from_on,
            "until_on": new.until_on,
        }
        for new in parties
    ]
    tx.execute(_NEW_PARTIES, rows)


def list_parties(tx: Connection, sealer: Sealer, trajectory_id: UUID) -> list[Party]:
    """Return the parties of a trajectory in the order in which they came."""
    rows = tx.execute(select(party).where(party.c.trajectory_id == trajectory_id).order_by(party.c.id))
    return [
        Party(
            id=row.id,
            organisation=row.organisation,
            role=PartyRole(row.role),
            contact=sealer.open_text(row.contact, "party.contact"),
            from_on=row.from_on,
            until_on=row.until_on,
        )
        for row in rows
    ]


_WHOLE = (
    select(
        trajectory,
        plan.c.signed_on,
        plan.c.document_reference,
        kbr_application.c.id.label("kbr_id"),
        kbr_application.c.status.label("kbr_status"),
        kbr_application.c.changed_on.label("kbr_changed_on"),
        kbr_application.c.service_decision_meeting_on,
        referral.c.consent_scopes,
        referral.c.consent_given_on,
        *ORGANISATION_COLUMNS,
    )
    .join(referral, referral.c.id == trajectory.c.referral_id)
    .join(organisation, organisation.c.id == referral.c.organisation_id)
    .outerjoin(plan, plan.c.trajectory_id == trajectory.c.id)
    .outerjoin(kbr_application, kbr_application.c.trajectory_id == trajectory.c.id)
)


_OF_REFERRALS = _WHOLE.where(trajectory.c.referral_id.in_(bindparam("referral_ids", expanding=True)))
_RESULTS = (
    select(trajectory_result)
    .where(trajectory_result.c.trajectory_id.in_(bindparam("ids", expanding=True)))
    .order_by(trajectory_result.c.id)
)


def load_trajectories_of(tx: Connection, referral_ids: Collection[UUID]) -> dict[UUID, Trajectory]:
    """Return the trajectories that followed on these referrals, by referral id."""
    if not referral_ids:
        return {}
    rows = list(tx.execute(_OF_REFERRALS, {"referral_ids": list(referral_ids)}))
    return {each.referral_id: each for each in _whole(tx, rows)}


def list_trajectories(tx: Connection, query: TrajectoryQuery) -> list[Trajectory]:
    """Return a page of trajectories, newest first; one more than the limit tells that there is a next page."""
    statement = only_visible(_WHOLE, query.visibility)
    exact = {
        trajectory.c.status: query.status,
        organisation.c.kind: query.referrer_kind,
        referral.c.area: query.area,
        trajectory.c.counsellor_name: query.counsellor,
    }
    statement = statement.where(*(column == value for column, value in exact.items() if value is not None))
    if query.after:
        statement = statement.where(
            or_(
                trajectory.c.created_at < query.after.moment,
                and_(trajectory.c.created_at == query.after.moment, trajectory.c.id < query.after.id),
            )
        )
    newest_first = statement.order_by(trajectory.c.created_at.desc(), trajectory.c.id.desc())
    return _whole(tx, list(tx.execute(newest_first.limit(query.limit + 1))))


def _whole(tx: Connection, rows: list[Row[Any]]) -> list[Trajectory]:
    results = _results_of(tx, [row.id for row in rows]) if rows else {}
    return [_to_trajectory(row, tuple(results.get(row.id, ()))) for row in rows]


def _results_of(tx: Connection, ids: Collection[UUID]) -> dict[UUID, list[RecordedResult]]:
    results: dict[UUID, list[RecordedResult]] = defaultdict(list)
    for row in tx.execute(_RESULTS, {"ids": list(ids)}):
        reason = DropOutReason(row.drop_out_reason) if row.drop_out_reason else None
        results[row.trajectory_id].append(RecordedResult(TrajectoryResult(row.code), row.decided_on, reason))
    return results


def _to_trajectory(row: Row[Any], results: tuple[RecordedResult, ...]) -> Trajectory:
    return Trajectory(
        id=row.id,
        referral_id=row.referral_id,
        client_id=row.client_id,
        organisation=to_organisation(row),
        consent=Consent(frozenset(map(ConsentScope, row.consent_scopes)), row.consent_given_on),
        status=TrajectoryStatus(row.status),
        started_on=row.started_on,
        due_on=row.due_on,
        counsellor=to_counsellor(row),
        plan=Plan(row.signed_on, row.document_reference) if row.signed_on else None,
        results=results,
        kbr_application=_to_application(row),
        closure_reason=ClosureReason(row.closure_reason) if row.closure_reason else None,
        ended_on=row.ended_on,
    )


def _to_application(row: Row[Any]) -> KbrApplication | None:
    if not row.kbr_id:
        return None
    changed_on: date | None = row.kbr_changed_on
    return KbrApplication(row.kbr_id, row.id, KbrStatus(row.kbr_status), changed_on, row.service_decision_meeting_on)
