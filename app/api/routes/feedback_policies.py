"""What may be disclosed to referrers and why: the feedback agreements (*terugkoppelafspraken*)."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Response

from app.api.context import ReadContext, reading
from app.api.http.problems import problem_responses
from app.api.responses import json_answer
from app.api.schemas.feedback_policies import (
    ConditionOut,
    ExplanationIn,
    ExplanationOut,
    FeedbackPoliciesOut,
    FeedbackRuleOut,
    FieldDecisionOut,
)
from app.domain.codes import DisclosureOccasion
from app.domain.fields import Field
from app.domain.preconditions import etag_of
from app.operations.disclosure.explanation import Decision, Rule, agreements_for, explain
from app.privacy.classification import CLASS_OF
from app.privacy.policy import Condition, Reason

router = APIRouter(prefix="/feedback-policies", tags=["reference"])

Reads = Annotated[ReadContext, reading("referrals:read")]


@router.get(
    "",
    summary="Read the feedback agreements",
    response_model=FeedbackPoliciesOut,
    responses=problem_responses(400, 401, 403),
)
async def list_feedback_policies(read: Reads) -> Response:
    """Return the agreements that concern you: what is disclosed to whom, when and why (*terugkoppelafspraken*)."""
    found = await read.hub.db.read(agreements_for, read.hub.services, read.caller_scope)
    items = [_rule_out(rule, found.kinds) for rule in found.rules]
    content = FeedbackPoliciesOut(policy_version=found.policy_version, items=items)
    return json_answer(200, content, etag=etag_of(content.model_dump_json()))


@router.post(
    "/explanation",
    summary="Explain what is disclosed of a referral",
    response_model=ExplanationOut,
    responses=problem_responses(400, 401, 403, 404),
)
async def explain_disclosure(body: ExplanationIn, read: Reads) -> Response:
    """Return, field by field, what the referrer would receive now at a moment, and which rule decides (*uitleg*).

    For the referrer, its partner system and the finance team. Names of fields only, never their values. Nothing is
    stored; it is a POST because the question has a body.
    """
    found = await read.hub.db.read(
        explain, read.hub.services, read.caller_scope, read.resolve(body.referral_id), body.moment
    )
    content = ExplanationOut(
        referral_id=body.referral_id,
        moment=found.occasion,
        receiver=found.kind,
        policy_version=found.policy_version,
        fields=[_decision_out(each) for each in found.decisions],
    )
    return json_answer(200, content)


def _rule_out(rule: Rule, kinds: frozenset[str]) -> FeedbackRuleOut:
    return FeedbackRuleOut(
        id=rule.id,
        receivers=sorted(rule.receivers & kinds),
        moments=[each for each in DisclosureOccasion if each in rule.occasions],
        fields=[each for each in Field if each in rule.fields],
        effect=rule.effect,
        purpose=rule.purpose,
        legal_basis=rule.legal_basis,
        activity=rule.activity,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
        consent=rule.consent,
        conditions=_conditions(rule.when),
    )


def _conditions(when: Mapping[Field, Condition]) -> list[ConditionOut]:
    return [
        ConditionOut(field=field, one_of=sorted(each.one_of) or None, at_least=each.at_least)
        for field, each in when.items()
    ]


def _decision_out(decision: Decision) -> FieldDecisionOut:
    return FieldDecisionOut(
        field=decision.field,
        field_class=CLASS_OF[decision.field],
        released=decision.effect is not None,
        reason=Reason(decision.reason),
        effect=decision.effect,
        rule=decision.rule_id,
    )
