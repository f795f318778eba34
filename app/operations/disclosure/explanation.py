"""Why a field is disclosed to a referrer or not: the agreements with its kind, and their decisions on one referral."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.database import Connection
from app.domain.codes import DisclosureOccasion, OrganisationRole
from app.domain.details import Detail
from app.domain.errors import FieldFault, Forbidden, refuse
from app.domain.events import OCCASION_OF
from app.domain.field_values import field_values
from app.domain.fields import Field
from app.domain.input_rules import InputRule
from app.domain.values import Organisation
from app.events.contract.catalogue import fields_for
from app.events.delivery.routing import referrer_as_receiver
from app.models.access.organisation import list_kinds
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.known_case import REFERRER_ROLES
from app.operations.cases.queries import known_values, visible_case
from app.operations.services import Services
from app.privacy.decision import Decision
from app.privacy.policy import EVENT_OCCASIONS, RECEIVER_KINDS, Policy, Rule

__all__ = ["Agreements", "Decision", "Explanation", "Rule", "agreements_for", "explain"]

_EVERY_KIND = frozenset({OrganisationRole.OPERATOR, OrganisationRole.FINANCE_TEAM})
_MAY_ASK = frozenset({OrganisationRole.REFERRER, OrganisationRole.PARTNER_SYSTEM, OrganisationRole.FINANCE_TEAM})


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What the rules decide about one referral at one moment; names of fields, never their values.

    Attributes:
        kind: the kind of referrer, as the rules know it.
    """

    kind: str
    occasion: DisclosureOccasion
    policy_version: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True)
class Agreements:
    """The rules that concern a caller, in the order of the policy's text.

    Attributes:
        kinds: the kinds of receivers whose rules these are.
    """

    policy_version: str
    kinds: frozenset[str]
    rules: tuple[Rule, ...]


def agreements_for(tx: Connection, services: Services, caller_scope: CallerScope) -> Agreements:
    """Return the feedback agreements that concern a caller.

    A referrer reads those of its own kind; a partner system those of the referrers that work in it; the finance team
    and the operator, who are responsible for the rules, all.
    """
    kinds = _kinds_of(tx, caller_scope.organisation)
    rules = tuple(rule for rule in services.policy.rules if rule.receivers & kinds)
    return Agreements(services.policy.version, kinds, rules)


def explain(
    tx: Connection, services: Services, caller_scope: CallerScope, referral_id: UUID, occasion: DisclosureOccasion
) -> Explanation:
    """Return which fields the referrer of a referral would receive now at a moment, and which rule decides on each.

    Raises:
        InvalidInput: nothing is disclosed to a referrer at this moment.
        Forbidden: the caller neither refers nor belongs to the finance team.
        ReferralNotFound: the caller sees no such referral.
    """
    refuse(moment_faults(occasion))
    if caller_scope.organisation.role not in _MAY_ASK:
        raise Forbidden(Detail.EXPLANATIONS_FOR_OTHERS())
    case = visible_case(tx, services, caller_scope, referral_id)
    receiver = referrer_as_receiver(case.referral.organisation)
    wanted = _fields_at(occasion, receiver.kind, services.policy)
    # To read is to read again what was disclosed, whoever asks about it; a referrer's question about a moment is
    # decided on what it knows, so that the answer shows nothing else.
    is_known = caller_scope.organisation.role in REFERRER_ROLES or occasion is DisclosureOccasion.READING
    values = known_values(services, case) if is_known else field_values(case)
    # The same fields are decided on for every case, so that the answer does not show which fields are empty.
    facts: Mapping[Field, object] = {**dict.fromkeys(wanted), **values}
    released = services.gate.explain(receiver, occasion, facts)
    decisions = tuple(each for each in released.decisions if each.field in wanted)
    return Explanation(
        kind=receiver.kind, occasion=occasion, policy_version=released.policy_version, decisions=decisions
    )


def moment_faults(occasion: DisclosureOccasion) -> Iterator[FieldFault]:
    """Return why there is nothing to explain about a moment."""
    if occasion is DisclosureOccasion.HANDLING:
        message = "Nothing is disclosed to a referrer at this moment; give a feedback moment or reading."
        yield FieldFault("moment", InputRule.FEEDBACK_MOMENT, message)


def _kinds_of(tx: Connection, caller: Organisation) -> frozenset[str]:
    if caller.role in _EVERY_KIND:
        return RECEIVER_KINDS
    if caller.role is OrganisationRole.PARTNER_SYSTEM:
        return list_kinds(tx, caller.system)
    return frozenset({str(caller.kind or caller.role)})


def _fields_at(occasion: DisclosureOccasion, kind: str, policy: Policy) -> frozenset[Field]:
    """Return the fields that events of a moment may contain, when reading all, and those that a rule names."""
    named = policy.row(kind, occasion).keys()
    if occasion not in EVENT_OCCASIONS:
        return frozenset(Field)
    types = [each for each, its_occasion in OCCASION_OF.items() if its_occasion is occasion]
    return frozenset(named).union(*(fields_for(each, occasion) for each in types))
