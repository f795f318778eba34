"""The rules of each body in addition to its form, for a body in which some fields have another form.

What is wrong with a readable request its operation says, by the same rules.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from pydantic import BaseModel

from app.api.context import ReadContext
from app.api.schemas.api_clients import ApiClientIn, ApiClientScopesIn, KeyRotationIn
from app.api.schemas.deliveries import PartnerRedeliveriesIn, ReplayIn
from app.api.schemas.feedback_policies import ExplanationIn
from app.api.schemas.lists import ReferralSearchIn
from app.api.schemas.onward import OnwardReferralIn
from app.api.schemas.partners import JobIn
from app.api.schemas.records import RecordSearchIn
from app.api.schemas.reference import OrganisationIn
from app.api.schemas.referral_in import ReferralIn
from app.api.schemas.steps import FirstPlanIn, ForwardingIn, PlanIn, StepIn
from app.api.schemas.subscriptions import PreviewIn, SubscriptionIn
from app.domain.codes import DisclosureOccasion, System
from app.domain.errors import FieldFault
from app.domain.events import EventType
from app.domain.input_rules import InputRule
from app.domain.partners import JobKind
from app.domain.stated import Stated
from app.domain.validation import bsn_not_allowed, stated_faults
from app.operations.access.clients import credential_faults, organisation_faults, scope_faults
from app.operations.access.organisations import code_faults_of, referrer_faults
from app.operations.cases.queries import find_case, find_case_of_trajectory
from app.operations.cases.stated_rules import (
    FindCase,
    stated_forwarding_faults,
    stated_plan_faults,
    stated_registration_faults,
)
from app.operations.disclosure.explanation import moment_faults
from app.operations.partners.jobs import job_faults
from app.operations.record_lookup import query_faults
from app.operations.subscriptions.deliveries import range_faults
from app.operations.subscriptions.preview import event_type_faults
from app.operations.subscriptions.rules import subscription_faults

Faults = Iterable[FieldFault]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request, as far as it can be read.

    Attributes:
        read: the caller.
        path: the parameters of the address, as texts.
        stated: the body.
    """

    read: ReadContext
    path: Mapping[str, str]
    stated: Stated

    def record_id(self, name: str) -> UUID | None:
        """Return the hub's id behind an id in the address; None when that is none."""
        try:
            return self.read.resolve(UUID(self.path[name]))
        except ValueError:
            return None


Rules = Callable[[Asked], Awaitable[Faults]]


async def rule_faults(model: type[BaseModel], asked: Asked) -> Faults:
    """Return which rules of its body a request breaks with what can be read of it."""
    rules = next((RULES[each] for each in model.__mro__ if each in RULES), None)
    return await rules(asked) if rules else ()


def search_faults(read: ReadContext, stated: Stated) -> Faults:
    """Return what is wrong with a search for referrals."""
    if stated.names <= _PAGING:
        message = "Give at least one thing to search for, or list with GET /v1/referrals."
        yield FieldFault("body", InputRule.NOT_EMPTY, message)
    if stated.value("bsn", str) and not read.caller_scope.is_inside:
        yield bsn_not_allowed("bsn")


async def _registration(asked: Asked) -> Faults:
    read = asked.read
    stored = await read.hub.db.read(stated_registration_faults, read.services, read.caller_scope, asked.stated)
    return [*await _step(asked), *stored]


async def _step(asked: Asked) -> Faults:
    return stated_faults(asked.stated, asked.read.caller.circumstances(asked.read.services))


async def _forwarding(asked: Asked) -> Faults:
    stored = await asked.read.hub.db.read(stated_forwarding_faults, asked.read.services, asked.stated)
    return [*await _step(asked), *stored]


async def _plan(asked: Asked) -> Faults:
    id = asked.record_id("trajectory_id")
    return await _signed(asked, partial(find_case_of_trajectory, trajectory_id=id) if id else None)


async def _first_plan(asked: Asked) -> Faults:
    id = asked.record_id("referral_id")
    return await _signed(asked, partial(find_case, referral_id=id) if id else None)


async def _signed(asked: Asked, find: FindCase | None) -> Faults:
    read = asked.read
    if find is None:
        return await _step(asked)
    stored = await read.hub.db.read(stated_plan_faults, read.services, read.caller_scope, find, asked.stated)
    return [*await _step(asked), *stored]


async def _subscription(asked: Asked) -> Faults:
    hub = asked.read.hub
    return await subscription_faults(hub.outbound, hub.services, asked.read.caller.organisation, asked.stated)


async def _preview(asked: Asked) -> Faults:
    event_type = asked.stated.value("eventType", EventType)
    return event_type_faults(event_type) if event_type else ()


async def _explanation(asked: Asked) -> Faults:
    moment = asked.stated.value("moment", DisclosureOccasion)
    return moment_faults(moment) if moment else ()


async def _range(asked: Asked) -> Faults:
    return range_faults(asked.stated.value("from", datetime), asked.stated.value("until", datetime))


async def _job(asked: Asked) -> Faults:
    kind = asked.stated.value("kind", str)
    return job_faults(JobKind(kind), asked.stated) if kind else ()


async def _api_client(asked: Asked) -> Faults:
    stated, code = asked.stated, asked.stated.value("organisationCode", str)
    of_code = await asked.read.hub.db.read(organisation_faults, code) if code else ()
    return [*scope_faults(stated.items("scopes", str)), *_jwks_faults(stated), *of_code]


async def _api_client_scopes(asked: Asked) -> Faults:
    return scope_faults(asked.stated.items("scopes", str))


async def _key_rotation(asked: Asked) -> Faults:
    return _jwks_faults(asked.stated)


def _jwks_faults(stated: Stated) -> Faults:
    jwks = stated.value("jwks", dict)
    return () if jwks is None else credential_faults(jwks, None)


async def _organisation(asked: Asked) -> Faults:
    stated, hub = asked.stated, asked.read.hub
    of_code = await hub.db.read(code_faults_of, asked.path["organisation_code"])
    return [*referrer_faults(hub.services, stated.value("system", System), stated.value("area", str)), *of_code]


async def _record_search(asked: Asked) -> Faults:
    return query_faults(has_id=asked.stated.gives("id"), has_reference=asked.stated.gives("reference"))


async def _search(asked: Asked) -> Faults:
    return search_faults(asked.read, asked.stated)


_PAGING = {"cursor", "limit"}

RULES: Mapping[type[BaseModel], Rules] = {
    ApiClientIn: _api_client,
    ApiClientScopesIn: _api_client_scopes,
    ExplanationIn: _explanation,
    FirstPlanIn: _first_plan,
    ForwardingIn: _forwarding,
    OnwardReferralIn: _forwarding,
    JobIn: _job,
    KeyRotationIn: _key_rotation,
    OrganisationIn: _organisation,
    PartnerRedeliveriesIn: _range,
    PlanIn: _plan,
    PreviewIn: _preview,
    RecordSearchIn: _record_search,
    ReferralIn: _registration,
    ReferralSearchIn: _search,
    ReplayIn: _range,
    StepIn: _step,
    SubscriptionIn: _subscription,
}
"""The rules of each body, and of those that extend it; a body without rules has its form only."""
