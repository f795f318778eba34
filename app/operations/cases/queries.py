"""What a caller reads of one case: only what the privacy gate released, in the caller's own ids.

A referrer reads what it supplied itself as it is, and everything else as it was disclosed to it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar
from uuid import UUID

from app.database import Connection
from app.domain.asking import unasked
from app.domain.awaited import awaited_now
from app.domain.case import Case
from app.domain.clocks import clocks_of
from app.domain.codes import DisclosureOccasion, KbrStatus, OrganisationRole
from app.domain.details import Detail
from app.domain.disclosed import InForce
from app.domain.errors import NotFound, TrajectoryNotFound
from app.domain.field_values import appointment_values, field_values, supplied_values, trajectory_values
from app.domain.fields import OF_TRAJECTORY, PROGRESS, Field, FieldValues, consent_values
from app.domain.lifecycle import Action, Machine, available
from app.domain.local_time import local_date
from app.domain.meetings import acted_on
from app.domain.open_terms import open_terms
from app.domain.progress import progress_now
from app.domain.terms import ANSWER_PROPOSAL, Terms
from app.domain.values import Consent, HistoryEntry, Party
from app.events.delivery.routing import referrer_as_receiver
from app.models.access.organisation import find_organisation
from app.models.cases.client import sealer_of_client
from app.models.cases.history import list_history
from app.models.cases.loading import load_cases
from app.models.cases.referral import find_by_references
from app.models.cases.trajectory import list_parties, referral_id_of
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.known_case import REFERRER_ROLES, known_case, known_step
from app.operations.cases.not_found import referral_not_found, trajectory_not_found
from app.operations.cases.terms import facts_with
from app.operations.services import Services
from app.privacy.gate import Released

P = ParamSpec("P")
T = TypeVar("T")

Read = Callable[Concatenate[Connection, Services, CallerScope, UUID, P], T]
"""Reads something of a record, by the hub's id of it, as a caller may know it."""

_OF_TRAJECTORY = frozenset(spec.field for spec in OF_TRAJECTORY)


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
    if case.referral.term_facts is None and scope.knows_all_statuses:
        # From before there were terms: read as it would be for a change, which works them out first.
        case.term_facts = facts_with(case, list_history(tx, referral_id))
    return case


def read_referral(tx: Connection, services: Services, scope: CallerScope, referral_id: UUID) -> Released:
    """Return a referral as this caller may read it.

    Raises:
        ReferralNotFound: no such referral for this caller.
    """
    return released_referral(services, scope, visible_case(tx, services, scope, referral_id))


def released_referral(services: Services, scope: CallerScope, case: Case) -> Released:
    """Return the referral of a case that is visible to the caller, as it may read it."""
    return release(services, scope, case, readable_values(services, scope, case))


def readable_values(services: Services, scope: CallerScope, case: Case) -> FieldValues:
    """Return the fields of a case from which the gate releases what a caller may read."""
    if scope.knows_all_statuses:
        return field_values(case) | _progress(services, case) | timed_values(services, case)
    return known_values(services, case)


def timed_values(services: Services, case: Case) -> FieldValues:
    """Return which terms run in a case and what it waits for, as it is at this moment."""
    now = services.clock.now()
    return {
        Field.REFERRAL_TERMS: open_terms(case, services.reference.terms, now),
        Field.REFERRAL_AWAITED: awaited_now(case, services.reference.terms, now),
    }


def known_values(services: Services, case: Case) -> FieldValues:
    """Return the fields of a case as its referrer knows them: what it supplied, and what was disclosed to it.

    Where the case is now is added for a referrer that may read so on asking.
    """
    in_force = in_force_now(services, case.referral.consent)
    newest = max(case.disclosed.appointments, default=None)
    of_newest = case.disclosed.read_appointment(newest, in_force) if newest else {}
    disclosed = case.disclosed.read(in_force)
    known = of_newest | supplied_values(case) | disclosed
    return known | _shown_on_asking(services, case) if Field.REFERRAL_ID in disclosed else known


def _shown_on_asking(services: Services, case: Case) -> FieldValues:
    """Return where the case is now, in place of where it was when that was disclosed; nothing unless agreed."""
    receiver, consent = referrer_as_receiver(case.referral.organisation), consent_values(case.referral.consent)
    if not services.gate.reads_as_it_is(receiver, Field.PROGRESS_STATE, consent):
        return {}
    return {**dict.fromkeys(PROGRESS), **_progress(services, case)}


def _progress(services: Services, case: Case) -> FieldValues:
    return {**progress_now(case, services.reference.terms, services.clock.now())}


def in_force_now(services: Services, consent: Consent) -> InForce:
    """Return what the consent that is recorded permits now."""
    return InForce.of(consent, local_date(services.clock.now()))


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
    shared = _shared_values(case)
    released = [release(services, scope, case, shared | each) for each in _appointments(services, scope, case)]
    return [each for each in released if Field.APPOINTMENT_ID in each.fields]


def _appointments(services: Services, scope: CallerScope, case: Case) -> Iterator[FieldValues]:
    if scope.knows_all_statuses:
        yield from map(appointment_values, case.appointments)
        return
    in_force = in_force_now(services, case.referral.consent)
    # Ids sort by the time at which they were made.
    for id in sorted(case.disclosed.appointments):
        yield case.disclosed.read_appointment(id, in_force)


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
    values = _shared_values(case) | _trajectory(services, scope, case)
    released = release(services, scope, case, values)
    if Field.TRAJECTORY_ID not in released.fields:
        raise TrajectoryNotFound
    return released


def _trajectory(services: Services, scope: CallerScope, case: Case) -> FieldValues:
    if scope.knows_all_statuses:
        return trajectory_values(case.trajectory) if case.trajectory else {}
    disclosed = case.disclosed.read(in_force_now(services, case.referral.consent))
    return {name: value for name, value in disclosed.items() if name in _OF_TRAJECTORY}


def find_case(tx: Connection, services: Services, scope: CallerScope, referral_id: UUID) -> Case | None:
    """Return the case of a referral; None when the caller sees no such case."""
    return _find_case(tx, services, scope, referral_id)


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


class ReferralActions(NamedTuple):
    """What a caller may do with a referral.

    Attributes:
        actions: from the table that guards the writes.
        appointments: the id of the appointment that an action is about, by the action, as the caller knows them.
        request_id: of the first question that waits for the referrer; None without one.
        onward_id: of the first onward referral that has not ended; None without one.
    """

    actions: tuple[Action, ...]
    appointments: Mapping[Action, UUID]
    request_id: UUID | None
    onward_id: UUID | None


def referral_actions(tx: Connection, services: Services, scope: CallerScope, referral_id: UUID) -> ReferralActions:
    """Return what this caller may do with the referral now; a referrer's actions are those in the state it knows."""
    case = visible_case(tx, services, scope, referral_id)
    known = case if scope.knows_all_statuses else known_case(case, local_date(services.clock.now()))
    actions = available(Machine.REFERRAL, known.referral.status, scope.organisation.role, known.guards)
    refused = _refused_for_terms(case, services.reference.terms, services.clock.now())
    actions = tuple(each for each in actions if each not in refused)
    about = {each: found.id for each in actions if (found := acted_on(known, each))}
    request_id = next((each.id for each in case.information_requests if each.is_open), None)
    onward_id = next((each.id for each in case.onward_referrals if each.is_open), None)
    if scope.organisation.role is not OrganisationRole.FINANCE_TEAM:
        # Others answer what arrived at them, which is no referral of theirs.
        actions = tuple(each for each in actions if each is not Action.REPORT_ONWARD_STATUS)
    return ReferralActions(actions, about, request_id, onward_id)


def _refused_for_terms(case: Case, terms: Terms, now: datetime) -> set[Action]:
    """Return which actions on a referral its terms do not allow, whatever its state."""
    runs = any(each.can_be_extended for each in clocks_of(case, terms, now))
    refused = set() if runs else {Action.EXTEND_TERM}
    if terms.term(ANSWER_PROPOSAL, case.referral.organisation.kind, local_date(now)) is None:
        refused |= {Action.PROPOSE, Action.PROPOSE_MEETING}
    return refused | {Action.MARK_UNREACHABLE} if unasked(case, terms, now) else refused


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
    in_force = in_force_now(services, case.referral.consent)
    disclosed = (_as_disclosed(entry, in_force) for entry in entries)
    return [entry for entry in disclosed if entry]


def _as_disclosed(entry: HistoryEntry, in_force: InForce) -> HistoryEntry | None:
    is_disclosed = entry.disclosed_status is not None and entry.disclosed_consent in in_force
    if entry.role not in REFERRER_ROLES and not is_disclosed:
        return None
    # The state before may be one that was not disclosed to the referrer; reasons are the finance team's own.
    to_status = (entry.disclosed_status or "") if is_disclosed else ""
    return replace(known_step(entry), reason=None, from_status=None, to_status=to_status)


def release(services: Services, scope: CallerScope, case: Case, values: FieldValues) -> Released:
    """Return which of some fields of a case the caller may read."""
    receiver = scope.receiver(case.referral.organisation)
    released = services.gate.release(receiver, DisclosureOccasion.READING, values)
    consent = case.referral.consent
    if scope.knows_all_statuses or not consent.scopes:
        return released
    return released.marking(case.disclosed.under_consent(in_force_now(services, consent)))


def _shared_values(case: Case) -> FieldValues:
    """Return what rules about any part of a case ask about."""
    return {Field.REFERRAL_ID: case.id, **consent_values(case.referral.consent)}
