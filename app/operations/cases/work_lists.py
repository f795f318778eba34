"""Pages of what is to be done: for the finance team with terms, for a referrer what it was asked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from app.database import Connection
from app.domain.asking import asked_to_restore_since
from app.domain.awaited import answered_until
from app.domain.case import Case
from app.domain.codes import OrganisationRole, ReferralStatus
from app.domain.details import Detail
from app.domain.errors import Forbidden
from app.domain.field_values import summary_values
from app.domain.fields import CLOSURE_REASONS, FactValue, Field, FieldValues
from app.domain.lifecycle import is_open
from app.domain.queries import Position, WorkList, WorkQuery
from app.domain.values import ReferralSummary
from app.models.cases.loading import load_cases
from app.models.cases.work_list import list_work
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.lists import page_of
from app.operations.cases.queries import known_values, release, timed_values
from app.operations.services import Services
from app.privacy.gate import Released

_Found = tuple[Position, Case | None]

_SHOWN_TO_REFERRER = frozenset(
    {
        Field.REFERRAL_ID,
        Field.REFERRAL_REFERENCE,
        Field.REFERRAL_DISCLOSED_STATUS,
        Field.REFERRAL_RECEIVED_AT,
        Field.REFERRAL_AREA,
        Field.REFERRAL_ORGANISATION,
        Field.REFERRAL_ORGANISATION_KIND,
        Field.REFERRAL_FLAGS,
        *CLOSURE_REASONS,
        Field.CONSENT_SCOPES,
        Field.CONSENT_GIVEN_ON,
        Field.COUNSELLOR_NAME,
        Field.COUNSELLOR_PHONE,
        Field.APPOINTMENT_ID,
        Field.APPOINTMENT_STATUS,
        Field.APPOINTMENT_STARTS_AT,
        Field.APPOINTMENT_PLACE,
        Field.APPOINTMENT_THREE_WAY,
        Field.APPOINTMENT_RESPONSE,
        Field.APPOINTMENT_KIND,
        Field.APPOINTMENT_MINUTES,
        Field.APPOINTMENT_PROPOSED_TIMES,
        Field.APPOINTMENT_ANSWER_BY,
    }
)

_NOT_OVER = frozenset(each for each in ReferralStatus if is_open(each)) | {ReferralStatus.CONCLUDED}


def page_of_work(
    tx: Connection, services: Services, scope: CallerScope, query: WorkQuery
) -> tuple[list[Released], Position | None]:
    """Return a page of cases in which something is to be done, and where the next page begins (None on the last).

    Raises:
        Forbidden: the list is not for this caller.
    """
    asked, query = query, _for_caller(scope, query)

    def fetch(after: Position | None, limit: int) -> list[_Found]:
        positions = list_work(tx, replace(query, after=after, limit=limit))
        cases = load_cases(tx, services.vault, [each.id for each in positions], scope.visibility)
        return [(each, cases.get(each.id)) for each in positions]

    def show(found: _Found) -> Released | None:
        _, case = found
        if case is None:
            return None
        view = release(services, scope, case, _shown_values(services, scope, case))
        is_unanswered = asked_to_restore_since(case, services.reference.terms) is not None
        return view if query.list is not WorkList.ASKED or _is_asked(view, asked, is_unanswered) else None

    return page_of(fetch, show, lambda found: found[0], query)


def _for_caller(scope: CallerScope, query: WorkQuery) -> WorkQuery:
    """Return what a caller asks for: a referrer is shown what it was asked, and not how the case is."""
    role = scope.organisation.role
    if role is OrganisationRole.FINANCE_TEAM:
        return query
    if role is not OrganisationRole.REFERRER or query.list is not WorkList.AWAITING_REFERRER:
        raise Forbidden(Detail.WORK_LISTS_FOR_OTHERS())
    # Who guides the client is compared with what it may read.
    return replace(query, list=WorkList.ASKED, organisation_id=scope.organisation.id, counsellor=None)


def _shown_values(services: Services, scope: CallerScope, case: Case) -> FieldValues:
    if scope.knows_all_statuses:
        return summary_values(_summary(case)) | timed_values(services, case)
    return {name: value for name, value in known_values(services, case).items() if name in _SHOWN_TO_REFERRER}


def _summary(case: Case) -> ReferralSummary:
    referral = case.referral
    return ReferralSummary(
        id=referral.id,
        organisation=referral.organisation,
        reference=referral.reference,
        area=referral.area,
        status=referral.status,
        disclosed_status=referral.disclosed_status,
        received_at=referral.received_at,
        consent=referral.consent,
        counsellor=referral.counsellor,
        intake_result=referral.intake_result,
    )


def _is_asked(view: Released, asked: WorkQuery, is_unanswered: bool) -> bool:
    """Return whether something is asked of a referrer, by what it may read and what it answered, and nothing else."""
    fields = view.fields
    is_over = fields.get(Field.REFERRAL_DISCLOSED_STATUS) not in _NOT_OVER or any(map(fields.get, CLOSURE_REASONS))
    if is_over or (asked.counsellor is not None and fields.get(Field.COUNSELLOR_NAME) != asked.counsellor):
        return False
    read = fields.get(Field.REFERRAL_FLAGS)
    flags = read if isinstance(read, list) else []
    is_asked_to_restore = "contact_lost" in flags and is_unanswered
    return "awaiting_information" in flags or is_asked_to_restore or _is_asked_to_come(fields, asked.now)


def _is_asked_to_come(fields: Mapping[Field, FactValue], now: datetime) -> bool:
    until = answered_until(fields)
    return until is not None and until > now
