"""Why a referrer is told a field or not: the agreements with its kind, and what they decide on one referral."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.database import Connection
from app.domain.case_file import facts_of
from app.domain.codes import OrganisationRole, System
from app.domain.errors import Forbidden, NotFound
from app.domain.events import MOMENT_OF
from app.domain.fields import Field
from app.domain.values import Organisation
from app.events.contract.catalogue import fields_for
from app.models.access.organisation import list_kinds
from app.models.cases.case_file import load_case_files
from app.operations.cases.caller_scope import CallerScope
from app.operations.services import Services
from app.privacy.gate import Decision, Receiver
from app.privacy.policy import EVENT_OCCASIONS, RECEIVER_KINDS, Occasion, Policy, Rule

__all__ = ["Decision", "Explanation", "Occasion", "Policy", "Rule", "explain", "kinds_of", "rules_about"]

_EVERY_KIND = frozenset({OrganisationRole.OPERATOR, OrganisationRole.FINANCE_TEAM})
_MAY_ASK = frozenset({OrganisationRole.REFERRER, OrganisationRole.PARTNER_SYSTEM, OrganisationRole.FINANCE_TEAM})


@dataclass(frozen=True)
class Explanation:
    """What the rules decide about one referral at one moment; names of fields, never their values.

    Attributes:
        kind: of the referrer that is told, as the rules know it.
    """

    kind: str
    occasion: Occasion
    policy_version: str
    decisions: tuple[Decision, ...]


def kinds_of(tx: Connection, caller_scope: CallerScope) -> frozenset[str]:
    """Return the kinds of receivers whose rules concern a caller.

    Who referred reads its own; a partner system those of the referrers that work in it; the finance team and the
    operator, who answer for the rules, all.
    """
    caller = caller_scope.organisation
    if caller.role in _EVERY_KIND:
        return RECEIVER_KINDS
    if caller.role is OrganisationRole.PARTNER_SYSTEM:
        return list_kinds(tx, caller.system)
    return frozenset({str(caller.kind or caller.role)})


def rules_about(policy: Policy, kinds: Iterable[str]) -> list[Rule]:
    """Return the rules that speak of these kinds of receivers, in the order of the policy's text."""
    concerned = frozenset(kinds)
    return [rule for rule in policy.rules if rule.receivers & concerned]


def explain(
    tx: Connection, services: Services, caller_scope: CallerScope, referral_id: UUID, occasion: Occasion
) -> Explanation:
    """Tell what the referrer of a referral would be told now at a moment, field by field, and by which rule.

    Raises:
        Forbidden: the caller neither referred nor guides.
        NotFound: no such referral for this caller.
    """
    if caller_scope.organisation.role not in _MAY_ASK:
        raise Forbidden("Explanations are for who referred and for the finance team.")
    case = load_case_files(tx, services.vault, [referral_id], caller_scope.visibility).get(referral_id)
    if case is None:
        raise NotFound("There is no referral with this id for this client.")
    receiver = _receiver(case.referral.organisation)
    wanted = _fields_at(occasion, receiver.kind, services.policy)
    # The same fields are asked about whatever is known of the case: which are empty must not show.
    facts: Mapping[Field, object] = {**dict.fromkeys(wanted), **facts_of(case)}
    released = services.gate.release(receiver, occasion, facts)
    decisions = tuple(each for each in released.decisions if each.field in wanted)
    return Explanation(receiver.kind, occasion, released.policy_version, decisions)


def _receiver(referrer: Organisation) -> Receiver:
    return Receiver(str(referrer.id), str(referrer.kind), inside=referrer.system is not System.API)


def _fields_at(occasion: Occasion, kind: str, policy: Policy) -> frozenset[Field]:
    """Return the fields that events of a moment may carry, or on asking all, and those that a rule names."""
    named = policy.row(kind, occasion).keys()
    if occasion not in EVENT_OCCASIONS:
        return frozenset(Field)
    types = [each for each, moment in MOMENT_OF.items() if moment is not None and Occasion.of(moment) is occasion]
    return frozenset(named).union(*(fields_for(each, occasion) for each in types))
