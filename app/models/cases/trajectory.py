"""Trajectories with their plan, results, credit bank application and parties."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    Select,
    bindparam,
    select,
    true,
    update,
)

from app.domain.codes import (
    ClosureReason,
    DropOutReason,
    KbrStatus,
    PartyRole,
    TrajectoryResult,
    TrajectoryStatus,
)
from app.domain.disclosed import DisclosedRecord
from app.domain.identifiers import NewId
from app.domain.lazy import Lazy
from app.domain.listed_trajectory import ListedTrajectory
from app.domain.queries import Position, TrajectoryQuery, Visibility
from app.domain.values import (
    KbrApplication,
    Party,
    Plan,
    RecordedResult,
    Referral,
    Trajectory,
)
from app.models.access.organisation import COLUMNS as ORGANISATION_COLUMNS
from app.models.access.organisation import organisation, to_organisation
from app.models.base import Columns, Id, UtcDateTime, Writes, is_older
from app.models.bulk import is_any_of
from app.models.cases.client import client, client_sealer
from app.models.cases.disclosed import open_record
from app.models.cases.referral import referral, to_consent, to_counsellor, visibility_values, visible
from app.models.cases.trajectory_tables import (
    IS_DISCLOSED,
    kbr_application,
    party,
    plan,
    trajectory,
    trajectory_result,
)
from app.models.sealed import place_of
from app.vault import Sealer, Vault

_POSITION_OF = select(trajectory.c.created_at, trajectory.c.id).where(trajectory.c.id == bindparam("trajectory_id"))
_CHANGED = update(trajectory).where(trajectory.c.id == bindparam("row_id"))
_CHANGED_PLAN = update(plan).where(plan.c.trajectory_id == bindparam("row_id"))
_CHANGED_APPLICATION = update(kbr_application).where(kbr_application.c.id == bindparam("row_id"))
_REFERRAL_OF = (
    select(referral.c.id)
    .join(trajectory, trajectory.c.referral_id == referral.c.id)
    .join(organisation, organisation.c.id == referral.c.organisation_id)
    .where(trajectory.c.id == bindparam("trajectory_id"))
)


@dataclass(kw_only=True)
class TrajectoryWrites:
    """What is to be written of the trajectories of some cases, a list for each statement."""

    now: datetime
    new_id: NewId
    new: list[Columns] = field(default_factory=list)
    changed: list[Columns] = field(default_factory=list)
    new_plans: list[Columns] = field(default_factory=list)
    changed_plans: list[Columns] = field(default_factory=list)
    new_results: list[Columns] = field(default_factory=list)
    new_applications: list[Columns] = field(default_factory=list)
    changed_applications: list[Columns] = field(default_factory=list)

    def add(self, sealer: Sealer, referral: Referral, before: Trajectory | None, after: Trajectory) -> None:
        """Add what differs between two states of a referral's trajectory; ``sealer`` has the key of its client."""
        if before is None:
            fixed = {
                "id": after.id,
                "referral_id": referral.id,
                "client_id": referral.client_id,
                "organisation_id": referral.organisation.id,
                "created_at": self.now,
            }
            self.new.append({**fixed, **_state_columns(after, self.now)})
        else:
            self.changed.append({"row_id": after.id, **_state_columns(after, self.now)})
        self._add_plan(sealer, before, after)
        self._add_results(before, after)
        self._add_application(before, after)

    def _add_plan(self, sealer: Sealer, before: Trajectory | None, after: Trajectory) -> None:
        if after.plan is None or (before and before.plan == after.plan):
            return
        values = {
            "signed_on": after.plan.signed_on,
            "document": sealer.seal_text(after.plan.document_reference, place_of(plan.c.document, after.id)),
            "recorded_at": self.now,
        }
        if before and before.plan:
            self.changed_plans.append({"row_id": after.id, **values})
        else:
            self.new_plans.append({"trajectory_id": after.id, **values})

    def _add_results(self, before: Trajectory | None, after: Trajectory) -> None:
        for result in after.results[len(before.results) if before else 0 :]:
            self.new_results.append(
                {
                    "id": self.new_id(self.now),
                    "trajectory_id": after.id,
                    "code": result.code,
                    "decided_on": result.decided_on,
                    "drop_out_reason": result.drop_out_reason,
                    "recorded_at": self.now,
                }
            )

    def _add_application(self, before: Trajectory | None, after: Trajectory) -> None:
        known, application = before.kbr_application if before else None, after.kbr_application
        if application is None or application == known:
            return
        values = {
            "status": application.status,
            "changed_on": application.changed_on,
            "service_decision_meeting_on": application.service_decision_meeting_on,
            "changed_at": self.now,
        }
        if known:
            self.changed_applications.append({"row_id": application.id, **values})
        else:
            self.new_applications.append({"id": application.id, "trajectory_id": after.id, **values})

    def collect(self, writes: Writes) -> None:
        """Add everything to what a transaction writes."""
        writes.insert(trajectory, self.new)
        writes.update(_CHANGED, self.changed)
        writes.insert(plan, self.new_plans)
        writes.update(_CHANGED_PLAN, self.changed_plans)
        writes.insert(trajectory_result, self.new_results)
        writes.insert(kbr_application, self.new_applications)
        writes.update(_CHANGED_APPLICATION, self.changed_applications)


def _state_columns(each: Trajectory, now: datetime) -> Columns:
    counsellor = each.counsellor
    return {
        "status": each.status,
        "disclosed_status": each.disclosed_status,
        "started_on": each.started_on,
        "due_on": each.due_on,
        "counsellor_name": counsellor.name if counsellor else None,
        "counsellor_phone": counsellor.phone if counsellor else None,
        "closure_reason": each.closure_reason,
        "ended_on": each.ended_on,
        "changed_at": now,
    }


ENDED_PARTIES = update(party).where(
    party.c.trajectory_id == bindparam("of_trajectory"),
    party.c.role == bindparam("of_role"),
    party.c.until_on.is_(None),
)
"""Writes the columns of :func:`ended_columns`."""


def ended_columns(trajectory_id: UUID, last_days: Mapping[PartyRole, date]) -> list[Columns]:
    """Return the last day of those who had these roles so far, with ``of_trajectory`` and ``of_role``."""
    return [{"of_trajectory": trajectory_id, "of_role": role, "until_on": day} for role, day in last_days.items()]


def party_columns(sealer: Sealer, trajectory_id: UUID, new: Party) -> Columns:
    """Return the columns of a party; its contact person is encrypted with the client's key."""
    return {
        "id": new.id,
        "trajectory_id": trajectory_id,
        "organisation": new.organisation,
        "role": new.role,
        "contact": sealer.seal_text(new.contact, place_of(party.c.contact, new.id)),
        "from_on": new.from_on,
        "until_on": new.until_on,
    }


def referral_id_of(tx: Connection, trajectory_id: UUID, visibility: Visibility) -> UUID | None:
    """Return the referral a trajectory followed on; None when there is none that is visible.

    Another's trajectory takes the same work as an id that nobody has.
    """
    values = {"trajectory_id": trajectory_id, **visibility_values(visibility)}
    return tx.execute(visible(_REFERRAL_OF, visibility), values).scalar_one_or_none()


def position_of(tx: Connection, trajectory_id: UUID) -> Position | None:
    """Return where a trajectory is in the list, or None."""
    row = tx.execute(_POSITION_OF, {"trajectory_id": trajectory_id}).first()
    return Position(row.created_at, row.id) if row else None


def list_parties(tx: Connection, sealer: Sealer, trajectory_id: UUID) -> list[Party]:
    """Return the parties of a trajectory in the order in which they came."""
    rows = tx.execute(select(party).where(party.c.trajectory_id == trajectory_id).order_by(party.c.id))
    return [
        Party(
            id=row.id,
            organisation=row.organisation,
            role=PartyRole(row.role),
            contact=sealer.open_text(row.contact, place_of(party.c.contact, row.id)),
            from_on=row.from_on,
            until_on=row.until_on,
        )
        for row in rows
    ]


_WHOLE = (
    select(
        trajectory,
        plan.c.signed_on,
        plan.c.document,
        client.c.wrapped_key,
        kbr_application.c.id.label("kbr_id"),
        kbr_application.c.status.label("kbr_status"),
        kbr_application.c.changed_on.label("kbr_changed_on"),
        kbr_application.c.service_decision_meeting_on,
    )
    .join(client, client.c.id == trajectory.c.client_id)
    .outerjoin(plan, plan.c.trajectory_id == trajectory.c.id)
    .outerjoin(kbr_application, kbr_application.c.trajectory_id == trajectory.c.id)
)
_LISTED = (
    _WHOLE.add_columns(
        referral.c.consent_scopes,
        referral.c.consent_given_on,
        referral.c.disclosed,
        *ORGANISATION_COLUMNS,
    )
    .join(referral, referral.c.id == trajectory.c.referral_id)
    .join(organisation, organisation.c.id == referral.c.organisation_id)
)
_OF_REFERRALS = _WHOLE.where(is_any_of(trajectory.c.referral_id, "referral_ids"))
_RESULTS = (
    select(trajectory_result)
    .where(is_any_of(trajectory_result.c.trajectory_id, "ids"))
    .order_by(trajectory_result.c.id)
)


def load_trajectories_of(tx: Connection, vault: Vault, referral_ids: Collection[UUID]) -> dict[UUID, Trajectory]:
    """Return the trajectories that followed on these referrals, by referral id."""
    if not referral_ids:
        return {}
    rows = list(tx.execute(_OF_REFERRALS, {"referral_ids": referral_ids}))
    return {row.referral_id: each for row, each in zip(rows, _whole(tx, vault, rows), strict=True)}


def list_trajectories(tx: Connection, vault: Vault, query: TrajectoryQuery) -> list[ListedTrajectory]:
    """Return a page of trajectories, newest first; one more than the limit shows that there is a next page."""
    values = {
        "status": query.status,
        "referrer_kind": query.referrer_kind,
        "area": query.area,
        "counsellor": query.counsellor,
        "after_moment": query.after.moment if query.after else None,
        "after_id": query.after.id if query.after else None,
    }
    given = {name: value for name, value in values.items() if value is not None}
    if query.visibility.organisation_id:
        given["visible_organisation"] = query.visibility.organisation_id
    statement = visible(_page_of(frozenset(given), query.as_disclosed), query.visibility)
    found = tx.execute(statement, {**given, **visibility_values(query.visibility), "most": query.limit + 1})
    rows = list(found)
    return [
        ListedTrajectory(
            trajectory=each,
            referral_id=row.referral_id,
            organisation=to_organisation(row),
            consent=to_consent(row),
            disclosed=Lazy(partial(_open_disclosed, vault, row)),
            created_at=row.created_at,
        )
        for row, each in zip(rows, _whole(tx, vault, rows), strict=True)
    ]


def _open_disclosed(vault: Vault, row: Row[Any]) -> DisclosedRecord:
    return open_record(client_sealer(vault, row.client_id, row.wrapped_key), row.referral_id, row.disclosed)


@lru_cache(maxsize=128)
def _page_of(given: frozenset[str], as_disclosed: bool) -> Select[Any]:
    moment, id = bindparam("after_moment", type_=UtcDateTime), bindparam("after_id", type_=Id)
    conditions = {
        "status": (trajectory.c.disclosed_status if as_disclosed else trajectory.c.status) == bindparam("status"),
        "referrer_kind": organisation.c.kind == bindparam("referrer_kind"),
        "area": referral.c.area == bindparam("area"),
        "counsellor": (referral.c.disclosed_counsellor if as_disclosed else trajectory.c.counsellor_name)
        == bindparam("counsellor"),
        # The same as what the visibility asks of the referral, by which an index of trajectories is read.
        "visible_organisation": trajectory.c.organisation_id == bindparam("visible_organisation"),
        "after_moment": is_older(trajectory.c.created_at, trajectory.c.id, moment, id),
    }
    return (
        _LISTED.where(*(condition for name, condition in conditions.items() if name in given))
        .where(IS_DISCLOSED if as_disclosed else true())
        .order_by(trajectory.c.created_at.desc(), trajectory.c.id.desc())
        .limit(bindparam("most", type_=Integer))
    )


def _whole(tx: Connection, vault: Vault, rows: list[Row[Any]]) -> list[Trajectory]:
    results = _results_of(tx, [row.id for row in rows]) if rows else {}
    return [_to_trajectory(vault, row, tuple(results.get(row.id, ()))) for row in rows]


def _results_of(tx: Connection, ids: Collection[UUID]) -> dict[UUID, list[RecordedResult]]:
    results: dict[UUID, list[RecordedResult]] = defaultdict(list)
    for row in tx.execute(_RESULTS, {"ids": ids}):
        reason = DropOutReason(row.drop_out_reason) if row.drop_out_reason else None
        results[row.trajectory_id].append(RecordedResult(TrajectoryResult(row.code), row.decided_on, reason))
    return results


def _to_trajectory(vault: Vault, row: Row[Any], results: tuple[RecordedResult, ...]) -> Trajectory:
    return Trajectory(
        id=row.id,
        status=TrajectoryStatus(row.status),
        started_on=row.started_on,
        due_on=row.due_on,
        counsellor=to_counsellor(row),
        plan=_to_plan(vault, row) if row.signed_on else None,
        results=results,
        kbr_application=_to_application(row),
        closure_reason=ClosureReason(row.closure_reason) if row.closure_reason else None,
        ended_on=row.ended_on,
        disclosed_status=row.disclosed_status,
    )


def _to_plan(vault: Vault, row: Row[Any]) -> Plan:
    if row.document is None:
        return Plan(row.signed_on)
    sealer = client_sealer(vault, row.client_id, row.wrapped_key)
    return Plan(row.signed_on, sealer.open_text(row.document, place_of(plan.c.document, row.id)))


def _to_application(row: Row[Any]) -> KbrApplication | None:
    if not row.kbr_id:
        return None
    return KbrApplication(
        id=row.kbr_id,
        status=KbrStatus(row.kbr_status),
        changed_on=row.kbr_changed_on,
        service_decision_meeting_on=row.service_decision_meeting_on,
    )
