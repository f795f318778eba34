"""The codes on the wire that are no enumeration of the domain, each with the name of its schema."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema
from typing_extensions import TypeAliasType

from app.domain.codes import FEEDBACK_MOMENTS, DisclosureOccasion, KbrStatus, ReferralStatus, TrajectoryStatus
from app.privacy.policy import Reason


def listed(codes: Iterable[str], description: str) -> WithJsonSchema:
    """Return what the document says of a text that is one of these codes."""
    return WithJsonSchema({"type": "string", "enum": list(dict.fromkeys(codes)), "description": description})


# Of referrals and trajectories.
ReferralFlag = TypeAliasType(
    "ReferralFlag",
    Annotated[
        str,
        listed(
            ("awaiting_information", "withdrawal_requested", "contact_lost", "closed_unasked"),
            "What holds of a referral in addition to its status.",
        ),
    ],
)
CaseStatus = TypeAliasType(
    "CaseStatus",
    Annotated[
        str,
        listed(
            (*ReferralStatus, *TrajectoryStatus, *KbrStatus),
            "The status of a referral, of a trajectory or of an application to the credit bank.",
        ),
    ],
)
ActionMethod = TypeAliasType(
    "ActionMethod", Annotated[str, listed(("PATCH", "POST"), "The method of an operation that does an action.")]
)

# Of what is disclosed.
FeedbackMoment = TypeAliasType(
    "FeedbackMoment",
    # Referrers receive events at feedback moments only, so the contract names no other occasion.
    Annotated[DisclosureOccasion, listed(FEEDBACK_MOMENTS, "A feedback moment (*terugkoppelmoment*).")],
)
PreviewReason = TypeAliasType(
    "PreviewReason",
    Annotated[
        str,
        listed((*Reason, "thin"), "Why a field would be sent or not; `thin`: the subscription gets ids only."),
    ],
)
PreviewObstacle = TypeAliasType(
    "PreviewObstacle",
    Annotated[
        str,
        listed(
            ("event-type", "area", "worker", "pending", "paused", "disabled", "nothing-released"),
            "Why nothing would be sent: a filter, the status of the subscription, or nothing may be disclosed.",
        ),
    ],
)
DisclosureReceiver = TypeAliasType(
    "DisclosureReceiver",
    Annotated[
        str,
        listed(
            ("webhook", "polling", "reading", "allegro", "gidso", "rmw"),
            "How something was disclosed, or the partner system that received it.",
        ),
    ],
)

# Of subscriptions and deliveries.
SubscriptionContent = TypeAliasType(
    "SubscriptionContent", Annotated[Literal["filtered", "thin"], Field(description="How much an event contains.")]
)
SubscriptionSigning = TypeAliasType(
    "SubscriptionSigning", Annotated[Literal["v1", "v1a"], Field(description="How requests are signed.")]
)
SubscriptionStatus = TypeAliasType(
    "SubscriptionStatus",
    Annotated[
        Literal["pending", "active", "paused", "disabled"], Field(description="Whether events are sent to an address.")
    ],
)
SubscriptionStatusReason = TypeAliasType(
    "SubscriptionStatusReason",
    Annotated[
        str,
        listed(
            ("new-address", "asked", "gone", "organisation-not-active"),
            "Why a subscription has the status that it has.",
        ),
    ],
)
AuthenticationKind = TypeAliasType(
    "AuthenticationKind",
    Annotated[Literal["oauth", "mtls"], Field(description="How the hub authenticates to the address.")],
)
DeliveryState = TypeAliasType(
    "DeliveryState",
    Annotated[
        Literal["pending", "sending", "delivered", "withheld", "dead", "parked"],
        Field(description="What has become of a delivery."),
    ],
)
AttemptOutcome = TypeAliasType(
    "AttemptOutcome",
    Annotated[Literal["delivered", "failed", "refused", "gone"], Field(description="How an attempt ended.")],
)

# Of partners.
JobKind = TypeAliasType(
    "JobKind", Annotated[Literal["reconcile", "backfill", "retry", "link"], Field(description="What a job does.")]
)
JobState = TypeAliasType(
    "JobState",
    Annotated[
        Literal["waiting", "running", "done", "failed", "cancelled"], Field(description="What has become of a job.")
    ],
)
JobWaitsFor = TypeAliasType(
    "JobWaitsFor",
    Annotated[
        Literal["resumption", "partner", "earlier-job", "worker"], Field(description="What a waiting job waits for.")
    ],
)
RunKind = TypeAliasType(
    "RunKind",
    Annotated[Literal["pull", "reconcile", "backfill", "retry"], Field(description="What a run is part of.")],
)
QuarantineOrder = TypeAliasType(
    "QuarantineOrder", Annotated[Literal["oldest", "newest"], Field(description="Which records come first.")]
)
ConflictReason = TypeAliasType(
    "ConflictReason",
    Annotated[Literal["not-the-owner", "both-changed", "loop"], Field(description="How two values came to differ.")],
)
ConflictState = TypeAliasType(
    "ConflictState",
    Annotated[Literal["open", "kept", "taken"], Field(description="Whether a conflict was decided, and for whom.")],
)
KeptValue = TypeAliasType(
    "KeptValue", Annotated[Literal["hub", "partner"], Field(description="Whose value is kept in a conflict.")]
)

# Of clients of the API.
ClientAuthentication = TypeAliasType(
    "ClientAuthentication",
    Annotated[Literal["private_key_jwt", "client_secret"], Field(description="How a client proves who it is.")],
)
