"""The feedback agreements on the wire, and what they decide."""

from datetime import date
from uuid import UUID

from pydantic import Field as Described

from app.api.schemas.fields import In, Out
from app.domain.codes import ConsentScope, DisclosureOccasion
from app.domain.fields import Field, FieldClass
from app.privacy.policy import Effect, Reason


class ConditionOut(Out):
    """What another fact must be before the rule holds (*voorwaarde*)."""

    field: Field = Described(examples=["attendance.missed_count"])
    one_of: list[str] | None = Described(None, description="One of these codes.")
    at_least: int | None = Described(None, description="At least this number.", examples=[2])


class FeedbackRuleOut(Out):
    """One agreement: these receivers, at these moments, these fields (*afspraak*)."""

    id: str = Described(examples=["intake-planned"])
    receivers: list[str] = Described(
        description="Kinds of receivers, of those that concern you (*verwijzer*).", examples=[["welzijnsorganisatie"]]
    )
    moments: list[DisclosureOccasion] = Described(
        description="Feedback moments (*terugkoppelmomenten*); `reading` is on asking.", examples=[["intake_planned"]]
    )
    fields: list[Field] = Described(examples=[["appointment.starts_at"]])
    effect: Effect = Described(
        description="`release`; `coarsen`: less precisely; `pseudonymise`; `forbid` wins over all.",
        examples=["release"],
    )
    purpose: str = Described(description="What for (*doel*).")
    legal_basis: str = Described(description="On what ground (*grondslag*).")
    activity: str = Described(description="The processing activity in the public register (*verwerkingsactiviteit*).")
    valid_from: date = Described(description="First day, in local time.")
    valid_until: date | None = Described(None, description="Last day, in local time; absent until further notice.")
    consent: ConsentScope | None = Described(
        None, description="What the client must have agreed to, at the moment of telling (*toestemming*)."
    )
    conditions: list[ConditionOut] = Described([], description="All must hold.")


class FeedbackPoliciesOut(Out):
    """The agreements that concern you (*terugkoppelafspraken*); what none of them names is not told."""

    policy_version: str = Described(description="Version of the rules.", examples=["rotterdam/1"])
    items: list[FeedbackRuleOut]


class ExplanationIn(In):
    """Which referral, and which moment."""

    referral_id: UUID = Described(
        description="Your id of the referral (*aanmelding*).", examples=["019ab3f2-7c00-7000-8000-000000000001"]
    )
    moment: DisclosureOccasion = Described(
        description="Feedback moment (*terugkoppelmoment*), or `reading`: on asking.", examples=["missed"]
    )


class FieldDecisionOut(Out):
    """What was decided on one field; its name, never its value."""

    field: Field = Described(examples=["attendance.missed_count"])
    field_class: FieldClass = Described(description="The kind of information (*classificatie*).")
    released: bool = Described(description="Whether the referrer is told.")
    reason: Reason = Described(description="Why; see docs/explanation/privacy.md.", examples=["condition"])
    effect: Effect | None = Described(None, description="How it is told; absent when it is not.")
    rule: str | None = Described(None, description="The rule that decided; absent when none speaks of it.")


class ExplanationOut(Out):
    """What the referrer would be told now at this moment, and why (*uitleg*)."""

    referral_id: UUID
    moment: DisclosureOccasion
    receiver: str = Described(description="Kind of the referrer that is told.", examples=["wijkteam"])
    policy_version: str = Described(examples=["rotterdam/1"])
    fields: list[FieldDecisionOut]
