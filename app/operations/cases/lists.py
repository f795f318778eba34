"""Pages of referrals and trajectories, found and shown by what the caller may read of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from app.database import Connection
from app.domain.codes import DisclosureOccasion, OrganisationRole
from app.domain.cursor import unreadable_cursor
from app.domain.disclosed import InForce
from app.domain.field_values import disclosed_summary_values, summary_values, trajectory_values
from app.domain.fields import OF_TRAJECTORY, Field, FieldValues, consent_values
from app.domain.listed_trajectory import ListedTrajectory
from app.domain.local_time import local_date
from app.domain.queries import ArrivalQuery, Position, ReferralQuery, TrajectoryQuery, WorkQuery
from app.domain.values import Organisation, ReferralSummary
from app.models.cases.client import bsn_index
from app.models.cases.referral import list_referrals
from app.models.cases.trajectory import list_trajectories, position_of
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.known_case import SHOWN_IN_LISTS
from app.operations.services import Services
from app.privacy.gate import Released
from app.privacy.policy import NO_RULES

T = TypeVar("T")

_SMALLEST_BATCH = 20
_MOST_BATCHES = 5

_OF_TRAJECTORY = frozenset(spec.field for spec in OF_TRAJECTORY) | {Field.COUNSELLOR_NAME}


def page_of_referrals(
    tx: Connection, services: Services, scope: CallerScope, query: ReferralQuery, bsn: str | None = None
) -> tuple[list[Released], Position | None]:
    """Return a page of referral summaries, and where the next page begins (None on the last).

    A filter finds a referral only by what this caller may read of it.
    """
    asked: dict[Field, str | None] = {
        Field.REFERRAL_REFERENCE: query.reference,
        Field.REFERRAL_AREA: query.area,
        Field.REFERRAL_ORGANISATION_KIND: query.referrer_kind,
        Field.COUNSELLOR_NAME: query.counsellor,
    }
    if _never_reads(services, scope, [*_given(asked), *([Field.CLIENT_BSN] if bsn else [])]):
        return [], None
    query = replace(
        query,
        as_disclosed=not scope.knows_all_statuses,
        bsn_index=bsn_index(services.vault, bsn) if bsn else None,
    )
    values_of = disclosed_summary_values if query.as_disclosed else summary_values
    release = services.gate.at_one_moment(DisclosureOccasion.READING)

    def show(each: ReferralSummary) -> Released | None:
        view = release(scope.receiver(each.organisation), values_of(each))
        if query.as_disclosed and each.shows_consented:
            view = view.marking(SHOWN_IN_LISTS)
        knows_bsn = bsn is None or _reads(services, scope, each.organisation, Field.CLIENT_BSN)
        return view if knows_bsn and _answers(view, asked) else None

    def place(each: ReferralSummary) -> Position:
        return Position(each.received_at, each.id)

    def fetch(after: Position | None, limit: int) -> list[ReferralSummary]:
        return list_referrals(tx, replace(query, after=after, limit=limit))

    return page_of(fetch, show, place, query)


def page_of_trajectories(
    tx: Connection, services: Services, scope: CallerScope, query: TrajectoryQuery, after_id: UUID | None = None
) -> tuple[list[Released], Position | None]:
    """Return a page of trajectories disclosed to this caller, and where the next page begins (None on the last).

    A filter on status or counsellor finds a trajectory only when this caller may read that of it.

    Args:
        tx: reads only.
        services: keys, gate and policy.
        scope: who asks.
        query: what is asked for.
        after_id: the trajectory after which the page begins. Its place in the list, which is when the intake was
            concluded, is not in the cursor: not every referrer may know it.

    Raises:
        InvalidInput: there is no trajectory ``after_id``.
    """
    if after_id:
        after = position_of(tx, after_id)
        if after is None:
            raise unreadable_cursor()
        query = replace(query, after=after)
    asked: dict[Field, str | None] = {Field.TRAJECTORY_STATUS: query.status, Field.COUNSELLOR_NAME: query.counsellor}
    if _never_reads(services, scope, [Field.TRAJECTORY_ID, *_given(asked)]):
        return [], None
    query = replace(query, as_disclosed=not scope.knows_all_statuses)
    release = services.gate.at_one_moment(DisclosureOccasion.READING)
    today = local_date(services.clock.now())

    def show(each: ListedTrajectory) -> Released | None:
        in_force = InForce.of(each.consent, today)
        values = _disclosed(each, in_force) if query.as_disclosed else _listed(each)
        shared = {Field.REFERRAL_ID: each.referral_id, **consent_values(each.consent)}
        view = release(scope.receiver(each.organisation), values | shared)
        if query.as_disclosed and each.consent.scopes:
            view = view.marking(each.disclosed.value.under_consent(in_force))
        found = Field.TRAJECTORY_ID in view.fields and _answers(view, asked)
        # Who reads a trajectory by its id is not shown the counsellor either: the referral has it.
        return view.without(Field.COUNSELLOR_NAME) if found else None

    def place(each: ListedTrajectory) -> Position:
        return Position(each.created_at, each.trajectory.id)

    def fetch(after: Position | None, limit: int) -> list[ListedTrajectory]:
        return list_trajectories(tx, services.vault, replace(query, after=after, limit=limit))

    return page_of(fetch, show, place, query)


def page_of(
    fetch: Callable[[Position | None, int], list[T]],
    show: Callable[[T], Released | None],
    place: Callable[[T], Position],
    query: ArrivalQuery | ReferralQuery | TrajectoryQuery | WorkQuery,
) -> tuple[list[Released], Position | None]:
    """Return a page of what is shown of a list, and where the next page begins (None on the last).

    Args:
        fetch: returns what is found after a position, one more than a number where there is more.
        show: returns what the caller is shown of it, None where that is nothing.
        place: returns where it is in the list.
        query: where the page begins, and how much it holds.
    """
    # What is found was disclosed, so nearly all of it is shown; not what needs consent that has not begun, or a rule
    # that has ended. The search reads on past those, and not without end: a page may then be short.
    views: list[Released] = []
    after, last = query.after, None
    batch = max(query.limit, _SMALLEST_BATCH)
    for _ in range(_MOST_BATCHES):
        found = fetch(after, batch)
        for each in found:
            view = show(each)
            if view and last and len(views) == query.limit:
                return views, place(last)
            if view:
                views.append(view)
                last = each
        if len(found) <= batch:
            return views, None
        after = place(found[-1])
    return views, after


def _given(asked: Mapping[Field, str | None]) -> list[Field]:
    return [field for field, value in asked.items() if value is not None]


def _answers(view: Released, asked: Mapping[Field, str | None]) -> bool:
    return all(view.fields.get(field) == value for field, value in asked.items() if value is not None)


def _never_reads(services: Services, scope: CallerScope, fields: list[Field]) -> bool:
    """Return whether no rule permits one of these fields to this caller, whatever the case."""
    if scope.organisation.role is OrganisationRole.PARTNER_SYSTEM:
        # It acts for referrers of several kinds.
        return False
    row = services.policy.row(scope.receiver(scope.organisation).kind, DisclosureOccasion.READING)
    return any(not row.get(field, NO_RULES).permits for field in fields)


def _reads(services: Services, scope: CallerScope, referrer: Organisation, field: Field) -> bool:
    receiver = scope.receiver(referrer)
    return services.gate.would_release(receiver.kind, DisclosureOccasion.READING, field, {}, inside=receiver.inside)


def _listed(listed: ListedTrajectory) -> FieldValues:
    counsellor = listed.trajectory.counsellor
    return {**trajectory_values(listed.trajectory), Field.COUNSELLOR_NAME: counsellor.name if counsellor else None}


def _disclosed(listed: ListedTrajectory, in_force: InForce) -> FieldValues:
    disclosed = listed.disclosed.value.read(in_force)
    return {name: value for name, value in disclosed.items() if name in _OF_TRAJECTORY}
