"""Lists of codes that may get new codes within this major version: callers must take one that they do not know."""

from typing import Any

__all__ = ["OPEN_LISTS", "mark_open_lists"]

OPEN_LISTS = (
    "CancellationReason",
    "CaseAction",
    "CaseField",
    "ClosureReason",
    "ConflictReason",
    "ConsentScope",
    "ContactCaution",
    "ContactChannel",
    "DisclosureOccasion",
    "DisclosureReason",
    "DisclosureReceiver",
    "DropOutReason",
    "EventType",
    "FeedbackMoment",
    "HelpOrganisationKind",
    "InputRule",
    "IntakeResult",
    "JobKind",
    "JobWaitsFor",
    "LifeDomain",
    "PartnerSystem",
    "PreviewObstacle",
    "PreviewReason",
    "ProblemCode",
    "ReferralFlag",
    "ReferrerKind",
    "RejectionReason",
    "RoutingAdvice",
    "RunKind",
    "SubscriptionStatusReason",
    "ThreateningSituation",
    "TrajectoryResult",
    "WithdrawalReason",
)
"""Kinds, reasons, errors, fields and actions, by the name of their schema.

Statuses, roles and settings are closed: another one changes what callers have to do.
"""


def mark_open_lists(document: dict[str, Any]) -> None:
    """Mark the open lists in an OpenAPI document.

    Raises:
        KeyError: a list has another name in it.
    """
    for name in OPEN_LISTS:
        schema = document["components"]["schemas"][name]
        schema["x-open-list"] = True
        schema["description"] = f"{schema.get('description', '').rstrip()} Others may follow.".strip()
