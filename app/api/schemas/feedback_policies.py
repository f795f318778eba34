"""The feedback agreements (*terugkoppelafspraken*) and their decisions."""

from datetime import date
from uuid import UUID

from pydantic import Field as Described

from app.api.schemas.fields import In, Out
from app.domain.codes import ConsentScope, DisclosureOccasion, ReferrerKind
from app.domain.fields import Field, FieldClass
from app.privacy.policy import Effect, Reason


class ConditionOut(Out):
    """A condition on another field, which must be met before the rule applies (*voorwaarde*)."""

    field: Field = Described(description="The other field.", examples=["attendance.missed_count"])
    one_of: list[str] | None = Described(None, description="One of these codes.")
    at_least: int | None = Described(None, description="At least this number.", examples=[2])


class FeedbackRuleOut(Out):
    """One agreement: which fields are disclosed to which receivers at which moments (*afspraak*)."""

    id: str = Described(description="Id of the rule, by which decisions name it.", examples=["intake-planned"])
    receivers: list[str] = Described(
        description="Kinds of receivers to which it applies, of those that concern you (*verwijzer*).",
        examples=[["welzijnsorganisatie"]],
    )
    moments: list[DisclosureOccasion] = Described(
        description="Feedback moments (*terugkoppelmomenten*); `reading` is when the API is read.",
        examples=[["intake_planned"]],
    )
    fields: list[Field] = Described(description="The fields that it is about.", examples=[["appointment.starts_at"]])
    effect: Effect = Described(
        description="`release`; `coarsen`: less precise; `pseudonymise`; `forbid` overrides all others.",
        examples=["release"],
    )
    purpose: str = Described(description="Purpose (*doel*).")
    legal_basis: str = Described(description="Legal basis (*grondslag*).")
    activity: str = Described(description="The processing activity in the public register (*verwerkingsactiviteit*).")
    valid_from: date = Described(description="First day, in local time.")
    valid_until: date | None = Described(None, description="Last day, in local time; absent until further notice.")
    consent: ConsentScope | None = Described(
        None, description="The consent that the client must have given at the moment of disclosure (*toestemming*)."
    )
    conditions: list[ConditionOut] = Described([], description="All must be met.")


class FeedbackPoliciesOut(Out):
    """The agreements that concern you (*terugkoppelafspraken*); a field that none of them names is not disclosed."""

    policy_version: str = Described(description="Version of the rules.", examples=["rotterdam/1"])
    items: list[FeedbackRuleOut]


class ExplanationIn(In):
    """For which referral and which moment."""

    referral_id: UUID = Described(
        description="Your id of the referral (*aanmelding*).", examples=["019ab3f2-7c00-7000-8000-000000000001"]
    )
    moment: DisclosureOccasion = Described(
        description="Feedback moment (*terugkoppelmoment*), or `reading`: when the API is read.", examples=["missed"]
    )


class FieldDecisionOut(Out):
    """The decision on one field; its name, never its value."""

    field: Field = Described(description="The field.", examples=["attendance.missed_count"])
    field_class: FieldClass = Described(description="The kind of information (*classificatie*).")
    released: bool = Described(description="Whether it is disclosed to the referrer.")
    reason: Reason = Described(description="Why; see docs/explanation/privacy.md.", examples=["condition"])
    effect: Effect | None = Described(None, description="How it is disclosed; absent when it is not.")
    rule: str | None = Described(None, description="The rule that decided; absent when no rule names the field.")


class ExplanationOut(Out):
    """What would be disclosed to the referrer now at this moment, and why (*uitleg*)."""

    referral_id: UUID = Described(description="Your id of the referral.")
    moment: DisclosureOccasion = Described(description="The feedback moment.")
    receiver: ReferrerKind = Described(description="Kind of the referrer.", examples=["wijkteam"])
    policy_version: str = Described(description="Version of the rules that decided.", examples=["rotterdam/1"])
    fields: list[FieldDecisionOut] = Described(description="The decision on each field.")
