"""What a caller reads: only what the privacy gate released, in the caller's own ids."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar
from uuid import UUID

from app.database import Connection
from app.domain.case_file import (
    CaseFile,
    Facts,
    appointment_facts,
    facts_of,
    summary_facts,
    trajectory_facts,
)
from app.domain.codes import DisclosureOccasion, KbrStatus
from app.domain.errors import NotFound
from app.domain.events import OCCASION_OF, EventType
from app.domain.fields import Field
from app.domain.lifecycle import Action, Guard, Machine, available
from app.domain.queries import Position, ReferralQuery, TrajectoryQuery
from app.domain.values import Appointment, HistoryEntry, Organisation, Party, ReferralSummary, Trajectory
from app.models.cases.appointment import list_appointments
from app.models.cases.case_file import load_case_files
from app.models.cases.client import bsn_index, wrapped_key_of
from app.models.cases.history import list_history
from app.models.cases.referral import list_referrals
from app.models.cases.trajectory import created_at_of, list_parties, list_trajectories, referral_id_of
from app.operations.cases.caller_scope import CallerScope
from app.operations.services import Services
from app.privacy.gate import Released

T = TypeVar("T")


def view_referral(tx: Connection, services: Services, caller_scope: CallerScope, referral_id: UUID) -> Released:
    """Return a referral as this caller may read it.

    Raises:
        NotFound: no such referral for this caller.
    """
    return view_case(services, caller_scope, _case(tx, services, caller_scope, referral_id))


def view_case(services: Services, caller_scope: CallerScope, case: CaseFile) -> Released:
    """Return the referral of a case as this caller may read it; the case must be visible to it."""
    return _released(services, caller_scope, case.referral.organisation, facts_of(case))


def view_appointments(
    tx: Connection, services: Services, caller_scope: CallerScope, referral_id: UUID
) -> list[Released]:
    """Return a referral's appointments, oldest first, as this caller may read them; none that it was not told of."""
    case = _case(tx, services, caller_scope, referral_id)
    views = [
        _released(services, caller_scope, case.referral.organisation, _appointment_view(case, each))
        for each in list_appointments(tx, referral_id)
    ]
    return [view for view in views if Field.APPOINTMENT_ID in view.fields]


def view_trajectory(tx: Connection, services: Services, caller_scope: CallerScope, trajectory_id: UUID) -> Released:
    """Return a trajectory as this caller may read it.

    Raises:
        NotFound: no such trajectory for this caller, or it was never told that there is one.
    """
    case = _case_of_trajectory(tx, services, caller_scope, trajectory_id)
    view = _released(services, caller_scope, case.referral.organisation, _trajectory_view(case))
    if Field.TRAJECTORY_ID not in view.fields:
        raise _no_trajectory()
    return view


def view_history(
    tx: Connection, services: Services, caller_scope: CallerScope, referral_id: UUID
) -> list[HistoryEntry]:
    """Return a referral's history, oldest first; a referrer reads its own steps and those of which it was told.

    A status that it was not told is empty.
    """
    case = _case(tx, services, caller_scope, referral_id)
    entries = list_history(tx, referral_id)
    if caller_scope.knows_all_statuses:
        return entries
    told = (_as_told(services, caller_scope, case, entry) for entry in entries)
    return [entry for entry in told if entry]


def view_parties(tx: Connection, services: Services, caller_scope: CallerScope, trajectory_id: UUID) -> list[Party]:
    """Return who takes part in a trajectory; for those who guide the client."""
    case = _case_of_trajectory(tx, services, caller_scope, trajectory_id)
    if not caller_scope.knows_all_statuses or case.trajectory is None:
        raise _no_trajectory()
    sealer = services.vault.client_sealer(wrapped_key_of(tx, case.client.id))
    return list_parties(tx, sealer, trajectory_id)


def view_trajectory_history(
    tx: Connection, services: Services, caller_scope: CallerScope, trajectory_id: UUID
) -> list[HistoryEntry]:
    """Return the history of the chain that a trajectory belongs to; for who was told of the trajectory."""
    view_trajectory(tx, services, caller_scope, trajectory_id)
    return view_history(
        tx, services, caller_scope, _case_of_trajectory(tx, services, caller_scope, trajectory_id).referral.id
    )


def page_of_referrals(
    tx: Connection, services: Services, caller_scope: CallerScope, query: ReferralQuery, bsn: str | None = None
) -> tuple[list[Released], Position | None]:
    """Return a page of referral summaries, and where the next page begins (None on the last).

    A filter finds a referral only by what this caller may read of it.
    """
    if bsn:
        query = replace(query, bsn_index=bsn_index(services.vault, bsn))
    asked = {
        Field.REFERRAL_REFERENCE: query.reference,
        Field.REFERRAL_AREA: query.area,
        Field.REFERRAL_ORGANISATION_KIND: query.referrer_kind,
        Field.COUNSELLOR_NAME: query.counsellor,
    }

    def show(each: ReferralSummary) -> Released | None:
        view = _released(services, caller_scope, each.organisation, summary_facts(each))
        knows_bsn = bsn is None or _reads(services, caller_scope, each.organisation, Field.CLIENT_BSN)
        return view if knows_bsn and _answers(view, asked) else None

    def place(each: ReferralSummary) -> Position:
        return Position(each.received_at, each.id)

    return _page(lambda after: list_referrals(tx, replace(query, after=after)), show, place, query)


def page_of_trajectories(
    tx: Connection, services: Services, caller_scope: CallerScope, query: TrajectoryQuery
) -> tuple[list[Released], Position | None]:
    """Return a page of trajectories of which this caller was told, and where the next page begins (None on the last).

    A filter on status or counsellor finds a trajectory only when this caller may read that of it.
    """
    asked = {Field.TRAJECTORY_STATUS: query.status, Field.COUNSELLOR_NAME: query.counsellor}

    def show(each: Trajectory) -> Released | None:
        view = _released(services, caller_scope, each.organisation, _listed_trajectory(each))
        return view if Field.TRAJECTORY_ID in view.fields and _answers(view, asked) else None

    def place(each: Trajectory) -> Position:
        return Position(created_at_of(tx, each.id), each.id)

    return _page(lambda after: list_trajectories(tx, replace(query, after=after)), show, place, query)


def referral_actions(tx: Connection, services: Services, caller_scope: CallerScope, referral_id: UUID) -> list[Action]:
    """Return what this caller may do with the referral now, from the table that guards the writes.

    A referrer's actions are those of the status it was told.
    """
    case = _case(tx, services, caller_scope, referral_id)
    referral = case.referral
    status = referral.status if caller_scope.knows_all_statuses else referral.told_status
    return list(available(Machine.REFERRAL, status, caller_scope.organisation.role, _conditions(case)))


def trajectory_actions(
    tx: Connection, services: Services, caller_scope: CallerScope, trajectory_id: UUID
) -> list[Action]:
    """Return what this caller may do with the trajectory and its credit bank application now."""
    case = _case_of_trajectory(tx, services, caller_scope, trajectory_id)
    view_trajectory(tx, services, caller_scope, trajectory_id)
    trajectory, role = case.trajectory, caller_scope.organisation.role
    if trajectory is None:
        raise _no_trajectory()
    application = trajectory.kbr_application
    status: KbrStatus | None = application.status if application else None
    steps = available(Machine.TRAJECTORY, trajectory.status, role, frozenset())
    return [*steps, *available(Machine.KBR_APPLICATION, status, role, frozenset())]


def _case(tx: Connection, services: Services, caller_scope: CallerScope, referral_id: UUID) -> CaseFile:
    case = load_case_files(tx, services.vault, [referral_id], caller_scope.visibility).get(referral_id)
    if case is None:
        raise NotFound("There is no referral with this id for this client.")
    return case


def _case_of_trajectory(tx: Connection, services: Services, caller_scope: CallerScope, trajectory_id: UUID) -> CaseFile:
    referral_id = referral_id_of(tx, trajectory_id)
    cases = load_case_files(tx, services.vault, [referral_id], caller_scope.visibility) if referral_id else {}
    if referral_id not in cases:
        raise _no_trajectory()
    return cases[referral_id]


def _no_trajectory() -> NotFound:
    return NotFound("There is no trajectory with this id for this client.")


def _released(services: Services, caller_scope: CallerScope, referrer: Organisation, facts: Facts) -> Released:
    return services.gate.release(caller_scope.receiver(referrer), DisclosureOccasion.READING, facts)


def _appointment_view(case: CaseFile, appointment: Appointment) -> Facts:
    return {
        Field.REFERRAL_ID: case.referral.id,
        Field.CONSENT_SCOPES: case.referral.contents.consent.scopes,
        **appointment_facts(appointment),
    }


def _trajectory_view(case: CaseFile) -> Facts:
    facts: Facts = trajectory_facts(case.trajectory) if case.trajectory else {}
    facts[Field.REFERRAL_ID] = case.referral.id
    facts[Field.CONSENT_SCOPES] = case.referral.contents.consent.scopes
    return facts


def _page(
    fetch: Callable[[Position | None], list[T]],
    show: Callable[[T], Released | None],
    place: Callable[[T], Position],
    query: ReferralQuery | TrajectoryQuery,
) -> tuple[list[Released], Position | None]:
    # Reads on past what is not shown: a short page, or a next page without anything, would tell that it exists.
    views: list[Released] = []
    after, last = query.after, None
    while True:
        found = fetch(after)
        for each in found:
            view = show(each)
            if view and last and len(views) == query.limit:
                return views, place(last)
            if view:
                views.append(view)
                last = each
        if len(found) <= query.limit:
            return views, None
        after = place(found[-1])


def _answers(view: Released, asked: Mapping[Field, str | None]) -> bool:
    return all(view.fields.get(field) == value for field, value in asked.items() if value is not None)


def _reads(services: Services, caller_scope: CallerScope, referrer: Organisation, field: Field) -> bool:
    return services.gate.would_release(caller_scope.receiver(referrer).kind, DisclosureOccasion.READING, field, {})


def _listed_trajectory(trajectory: Trajectory) -> Facts:
    counsellor = trajectory.counsellor
    return {
        **trajectory_facts(trajectory),
        Field.REFERRAL_ID: trajectory.referral_id,
        Field.CONSENT_SCOPES: trajectory.consent.scopes,
        Field.COUNSELLOR_NAME: counsellor.name if counsellor else None,
    }


_STATUS_FIELD = {
    Machine.REFERRAL: Field.REFERRAL_STATUS,
    Machine.TRAJECTORY: Field.TRAJECTORY_STATUS,
    Machine.KBR_APPLICATION: Field.KBR_STATUS,
}


def _as_told(services: Services, caller_scope: CallerScope, case: CaseFile, entry: HistoryEntry) -> HistoryEntry | None:
    # The state before may be one of which the referrer was not told; reasons are the finance team's own.
    moment = OCCASION_OF[EventType(entry.event_type)] if entry.event_type else None
    told = partial(_was_told, services, caller_scope, case, moment)
    status = _STATUS_FIELD[Machine(entry.machine)]
    # Every step of an application to the credit bank names its status.
    needed = Field.KBR_STATUS if status is Field.KBR_STATUS else Field.REFERRAL_ID
    if entry.role is not caller_scope.organisation.role and not told(needed):
        return None
    return replace(entry, reason=None, from_status=None, to_status=entry.to_status if told(status) else "")


def _was_told(
    services: Services, caller_scope: CallerScope, case: CaseFile, moment: DisclosureOccasion | None, field: Field
) -> bool:
    if moment is None:
        return False
    kind = caller_scope.receiver(case.referral.organisation).kind
    return services.gate.would_release(kind, moment, field, facts_of(case))


def _conditions(case: CaseFile) -> frozenset[Guard]:
    conditions = set()
    if case.referral.flags.withdrawal_requested:
        conditions.add(Guard.WITHDRAWAL_REQUESTED)
    if case.appointment and case.appointment.response == "requested":
        conditions.add(Guard.RESPONSE_REQUESTED)
    return frozenset(conditions)
