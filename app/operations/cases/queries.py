"""What a caller reads: only what the privacy gate released, in the caller's own ids."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from app.database import Connection
from app.domain.case import Case
from app.domain.codes import DisclosureOccasion, KbrStatus, OrganisationRole
from app.domain.details import Detail
from app.domain.errors import NotFound, TrajectoryNotFound
from app.domain.events import OCCASION_OF, EventType
from app.domain.field_values import appointment_values, field_values, summary_values, trajectory_values
from app.domain.fields import Field, FieldValues, consent_values
from app.domain.lifecycle import Action, Machine, available
from app.domain.queries import Position, ReferralQuery, TrajectoryQuery
from app.domain.values import Consent, HistoryEntry, ListedTrajectory, Organisation, Party, ReferralSummary
from app.models.access.organisation import find_organisation
from app.models.cases.client import bsn_index, sealer_of_client
from app.models.cases.history import list_history
from app.models.cases.loading import load_cases
from app.models.cases.referral import find_by_references, list_referrals
from app.models.cases.trajectory import list_parties, list_trajectories, referral_id_of
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.not_found import referral_not_found, trajectory_not_found
from app.operations.services import Services
from app.privacy.gate import Released

P = ParamSpec("P")
T = TypeVar("T")

_Discloses = Callable[[DisclosureOccasion, Field], bool]
"""Says whether a field of one case was disclosed to one receiver at a feedback moment."""

Read = Callable[Concatenate[Connection, Services, CallerScope, UUID, P], T]
"""Reads something of a record, by the hub's id of it, as a caller may know it."""


def find_referral(tx: Connection, organisation_code: str, reference: str) -> UUID | None:
    """Return the id of the referral for which an organisation used this reference, or None."""
    referrer = find_organisation(tx, organisation_code)
    key = (referrer.id, reference) if referrer else None
    return find_by_references(tx, [key]).get(key) if key else None


def visible_case(tx: Connection, services: Services, scope: CallerScope, referral_id: UUID) -> Case:
    """Return the case of a referral.

    Raises:
        ReferralNotFound: no such referral for this caller.
    """
    case = load_cases(tx, services.vault, [referral_id], scope.visibility).get(referral_id)
    if case is None:
        raise referral_not_found(tx, referral_id, scope.visibility)
    return case


def read_referral(tx: Connection, services: Services, scope: CallerScope, referral_id: UUID) -> Released:
    """Return a referral as this caller may read it.

    Raises:
        ReferralNotFound: no such referral for this caller.
    """
    return released_referral(services, scope, visible_case(tx, services, scope, referral_id))


def released_referral(services: Services, scope: CallerScope, case: Case) -> Released:
    """Return the referral of a case that is visible to the caller, as it may read it."""
    return _released(services, scope, case.referral.organisation, field_values(case))


def read_appointments(tx: Connection, services: Services, scope: CallerScope, referral_id: UUID) -> list[Released]:
    """Return a referral's appointments, oldest first, as this caller may read them; none that was not disclosed."""
    return released_appointments(services, scope, visible_case(tx, services, scope, referral_id))


def read_appointment(
    tx: Connection, services: Services, scope: CallerScope, referral_id: UUID, shown_id: UUID
) -> tuple[Released, Released]:
    """Return an appointment, by the caller's own id of it, and its referral, as this caller may read them.

    Raises:
        ReferralNotFound, NotFound: no such referral or appointment for this caller.
    """
    return released_appointment(services, scope, visible_case(tx, services, scope, referral_id), shown_id)


def released_appointment(
    services: Services, scope: CallerScope, case: Case, shown_id: UUID
) -> tuple[Released, Released]:
    """Return an appointment of a case, by the caller's own id of it, and the referral, as the caller may read them.

    Raises:
        NotFound: no such appointment for this caller.
    """
    for each in released_appointments(services, scope, case):
        if each.fields[Field.APPOINTMENT_ID] == str(shown_id):
            return each, released_referral(services, scope, case)
    raise NotFound(Detail.NO_APPOINTMENT())


def released_appointments(services: Services, scope: CallerScope, case: Case) -> list[Released]:
    """Return the appointments of a case, oldest first, as the caller may read them."""
    shared = _shared_values(case.id, case.referral.consent)
    released = [
        _released(services, scope, case.referral.organisation, shared | appointment_values(each))
        for each in case.appointments
    ]
    return [each for each in released if Field.APPOINTMENT_ID in each.fields]


def read_trajectory(tx: Connection, services: Services, scope: CallerScope, trajectory_id: UUID) -> Released:
    """Return a trajectory as this caller may read it.

    Raises:
        TrajectoryNotFound: no such trajectory for this caller, or none was disclosed to it.
    """
    return released_trajectory(services, scope, _case_of_trajectory(tx, services, scope, trajectory_id))


def released_trajectory(services: Services, scope: CallerScope, case: Case) -> Released:
    """Return the trajectory of a case as the caller may read it.

    Raises:
        TrajectoryNotFound: there is none, or none was disclosed to the caller.
    """
    values = _shared_values(case.id, case.referral.consent)
    if case.trajectory:
        values |= trajectory_values(case.trajectory)
    released = _released(services, scope, case.referral.organisation, values)
    if Field.TRAJECTORY_ID not in released.fields:
        raise TrajectoryNotFound
    return released


def find_case_of_trajectory(tx: Connection, services: Services, scope: CallerScope, trajectory_id: UUID) -> Case | None:
    """Return the case that a trajectory belongs to; None when the caller sees no such case."""
    return _find_case(tx, services, scope, referral_id_of(tx, trajectory_id, scope.visibility))


def read_history(tx: Connection, services: Services, scope: CallerScope, referral_id: UUID) -> list[HistoryEntry]:
    """Return a referral's history, oldest first; a referrer reads its own steps and those disclosed to it.

    A status that was not disclosed to it is empty.
    """
    return _history(tx, services, scope, visible_case(tx, services, scope, referral_id))


def read_trajectory_history(
    tx: Connection, services: Services, scope: CallerScope, trajectory_id: UUID
) -> list[HistoryEntry]:
    """Return the history of the case that a trajectory belongs to, to whom the trajectory was disclosed."""
    case = _case_of_trajectory(tx, services, scope, trajectory_id)
    released_trajectory(services, scope, case)
    return _history(tx, services, scope, case)


def read_parties(tx: Connection, services: Services, scope: CallerScope, trajectory_id: UUID) -> list[Party]:
    """Return who takes part in a trajectory, to those who guide the client."""
    case = _case_of_trajectory(tx, services, scope, trajectory_id)
    if not scope.knows_all_statuses or case.trajectory is None:
        raise TrajectoryNotFound
    sealer = sealer_of_client(tx, services.vault, case.referral.client_id)
    return list_parties(tx, sealer, trajectory_id)


def page_of_referrals(
    tx: Connection, services: Services, scope: CallerScope, query: ReferralQuery, bsn: str | None = None
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

    release = services.gate.at_one_moment(DisclosureOccasion.READING)

    def show(each: ReferralSummary) -> Released | None:
        view = release(scope.receiver(each.organisation), summary_values(each))
        knows_bsn = bsn is None or _reads(services, scope, each.organisation, Field.CLIENT_BSN)
        return view if knows_bsn and _answers(view, asked) else None

    def place(each: ReferralSummary) -> Position:
        return Position(each.received_at, each.id)

    return _page(lambda after: list_referrals(tx, replace(query, after=after)), show, place, query)


def page_of_trajectories(
    tx: Connection, services: Services, scope: CallerScope, query: TrajectoryQuery
) -> tuple[list[Released], Position | None]:
    """Return a page of trajectories disclosed to this caller, and where the next page begins (None on the last).

    A filter on status or counsellor finds a trajectory only when this caller may read that of it.
    """
    asked = {Field.TRAJECTORY_STATUS: query.status, Field.COUNSELLOR_NAME: query.counsellor}

    release = services.gate.at_one_moment(DisclosureOccasion.READING)

    def show(each: ListedTrajectory) -> Released | None:
        view = release(scope.receiver(each.organisation), _listed_values(each))
        return view if Field.TRAJECTORY_ID in view.fields and _answers(view, asked) else None

    def place(each: ListedTrajectory) -> Position:
        return Position(each.created_at, each.trajectory.id)

    return _page(lambda after: list_trajectories(tx, services.vault, replace(query, after=after)), show, place, query)


def referral_actions(tx: Connection, services: Services, scope: CallerScope, referral_id: UUID) -> list[Action]:
    """Return what this caller may do with the referral now, from the table that guards the writes.

    A referrer's actions are those of the status disclosed to it.
    """
    case = visible_case(tx, services, scope, referral_id)
    referral = case.referral
    status = referral.status if scope.knows_all_statuses else referral.disclosed_status
    return list(available(Machine.REFERRAL, status, scope.organisation.role, case.guards))


def trajectory_actions(tx: Connection, services: Services, scope: CallerScope, trajectory_id: UUID) -> list[Action]:
    """Return what this caller may do with the trajectory and its credit bank application now."""
    case = _case_of_trajectory(tx, services, scope, trajectory_id)
    released_trajectory(services, scope, case)
    trajectory, role = case.trajectory, scope.organisation.role
    if trajectory is None:
        raise TrajectoryNotFound
    application = trajectory.kbr_application
    status: KbrStatus | None = application.status if application else None
    steps = available(Machine.TRAJECTORY, trajectory.status, role, frozenset())
    return [*steps, *available(Machine.KBR_APPLICATION, status, role, frozenset())]


def _case_of_trajectory(tx: Connection, services: Services, scope: CallerScope, trajectory_id: UUID) -> Case:
    case = find_case_of_trajectory(tx, services, scope, trajectory_id)
    if case is None:
        raise trajectory_not_found(tx, trajectory_id, scope.visibility)
    return case


def _find_case(tx: Connection, services: Services, scope: CallerScope, referral_id: UUID | None) -> Case | None:
    return load_cases(tx, services.vault, [referral_id], scope.visibility).get(referral_id) if referral_id else None


def _history(tx: Connection, services: Services, scope: CallerScope, case: Case) -> list[HistoryEntry]:
    entries = list_history(tx, case.id)
    if scope.knows_all_statuses:
        return entries
    receiver, values = scope.receiver(case.referral.organisation), field_values(case)

    def discloses(moment: DisclosureOccasion, field: Field) -> bool:
        return services.gate.would_release(receiver.kind, moment, field, values, inside=receiver.inside)

    disclosed = (_as_disclosed(entry, scope.organisation.role, discloses) for entry in entries)
    return [entry for entry in disclosed if entry]


def _released(services: Services, scope: CallerScope, referrer: Organisation, values: FieldValues) -> Released:
    return services.gate.release(scope.receiver(referrer), DisclosureOccasion.READING, values)


def _shared_values(referral_id: UUID, consent: Consent) -> FieldValues:
    """Return what rules about any part of a case ask about."""
    return {Field.REFERRAL_ID: referral_id, **consent_values(consent)}


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


def _reads(services: Services, scope: CallerScope, referrer: Organisation, field: Field) -> bool:
    receiver = scope.receiver(referrer)
    return services.gate.would_release(receiver.kind, DisclosureOccasion.READING, field, {}, inside=receiver.inside)


def _listed_values(listed: ListedTrajectory) -> FieldValues:
    counsellor = listed.trajectory.counsellor
    return {
        **trajectory_values(listed.trajectory),
        **_shared_values(listed.referral_id, listed.consent),
        Field.COUNSELLOR_NAME: counsellor.name if counsellor else None,
    }


_STATUS_FIELD = {
    Machine.REFERRAL: Field.REFERRAL_STATUS,
    Machine.TRAJECTORY: Field.TRAJECTORY_STATUS,
    Machine.KBR_APPLICATION: Field.KBR_STATUS,
}


def _as_disclosed(entry: HistoryEntry, role: OrganisationRole, discloses: _Discloses) -> HistoryEntry | None:
    # The state before may be one that was not disclosed to the referrer; reasons are the finance team's own.
    moment = OCCASION_OF[EventType(entry.event_type)] if entry.event_type else None
    status = _STATUS_FIELD[Machine(entry.machine)]
    # Every step of an application to the credit bank names its status.
    needed = Field.KBR_STATUS if status is Field.KBR_STATUS else Field.REFERRAL_ID
    if entry.role is not role and not (moment and discloses(moment, needed)):
        return None
    to_status = entry.to_status if moment and discloses(moment, status) else ""
    return replace(entry, reason=None, from_status=None, to_status=to_status)
