"""Subscriptions to events by webhook (*abonnementen*)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field as Described
from pydantic import StringConstraints

from app.api.schemas.fields import In, Out
from app.domain.events import EventType

Content = Literal["filtered", "thin"]


class SubscriptionIn(In):
    """Where to be told, and of what (*abonnement*)."""

    url: Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[\x21-\x7e]+$")] = Described(
        description="Address that receives the events; https.", examples=["https://hooks.example.nl/trajecthub"]
    )
    event_types: tuple[EventType, ...] = Described(
        (),
        max_length=len(EventType),
        description="Types of event (*gebeurtenissen*); all of them, when left out.",
        examples=[["nl.trajecthub.referrals.confirmed.v1"]],
    )
    content: Content = Described(
        "filtered",
        description="`filtered`: what you may know; `thin`: ids only, read the rest yourself (*informatiearm*).",
        examples=["filtered"],
    )


class SubscriptionOut(Out):
    """A subscription (*abonnement*)."""

    id: UUID
    url: str = Described(examples=["https://hooks.example.nl/trajecthub"])
    event_types: list[EventType] = Described(description="Empty: all types.")
    content: Content
    status: Literal["active", "paused", "disabled"] = Described(examples=["active"])
    status_reason: str | None = Described(None, description="Why it is paused or disabled, as a code.")
    failing_since: datetime | None = Described(None, description="Since when deliveries fail.")
    created_at: datetime
    changed_at: datetime


class NewSubscriptionOut(SubscriptionOut):
    """A subscription that was just made, with its secret: the only time it is shown."""

    secret: str = Described(
        description="Signing secret of Standard Webhooks; keep it safe.",
        examples=["whsec_bm90IGEgcmVhbCBzZWNyZXQgYnV0IGFuIGV4YW1wbGU="],
    )


class SubscriptionsOut(Out):
    """A page of your subscriptions, oldest first."""

    items: list[SubscriptionOut]
    next_cursor: str | None = None
