"""Deliveries to a subscription (*afleveringen*) and what may be asked of them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.api.paging import DEFAULT_LIMIT, MAX_LIMIT
from app.api.schemas.fields import In, Out, Timestamp
from app.domain.events import EventType

StateCode = Literal["pending", "sending", "delivered", "withheld", "dead", "parked"]


class DeliveriesIn(In):
    """Which deliveries to list."""

    state: StateCode | None = Field(None, description="Only those in this state; `dead` are those given up.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="How many items at most on a page.")
    cursor: str | None = Field(
        None,
        max_length=500,
        description="Where to read on: `nextCursor` of the page before. Opaque; do not build or keep it.",
    )


class ReplayIn(In):
    """Which deliveries to send again (*opnieuw afspelen*)."""

    since: Timestamp = Field(
        alias="from",
        description="What became due from this moment on.",
        examples=["2026-11-23T08:00:00+01:00"],
    )
    until: Timestamp | None = Field(
        None, description="And before this moment; up to now, when left out.", examples=["2026-11-23T12:00:00+01:00"]
    )


class AttemptOut(Out):
    """One try (*poging*)."""

    number: int = Field(examples=[1])
    started_at: datetime
    duration_ms: int = Field(examples=[38])
    outcome: str = Field(description="`delivered`, `failed`, `refused` or `gone`.", examples=["delivered"])
    status_code: int | None = Field(None, description="What the address answered.", examples=[204])
    error_class: str | None = Field(None, description="What went wrong, as a code.", examples=["timeout"])


class DeliveryOut(Out):
    """An event on its way to you (*aflevering*)."""

    id: UUID
    event_id: UUID = Field(description="The event's id, which is the `webhook-id`.")
    event_type: EventType
    referral_id: UUID | None = Field(None, description="Your id of the referral; absent for a test.")
    sequence: int | None = Field(
        None, description="Its number in the referral's or the connection's chain for you; absent before the first try."
    )
    state: StateCode = Field(
        description="`withheld`: it may no longer be told; `dead`: given up; `parked`: held until you resume.",
        examples=["delivered"],
    )
    last_error: str | None = Field(None, description="What went wrong last, as a code.", examples=["timeout"])
    next_attempt_at: datetime | None = Field(None, description="When it is tried next, while it is pending.")
    waits_for: UUID | None = Field(
        None, description="Id of the delivery that must end first, because both are about the same; absent when none."
    )
    created_at: datetime
    finished_at: datetime | None = None
    redelivered_at: datetime | None = Field(None, description="When you asked to have it sent again.")
    attempts: list[AttemptOut]


class DeliveriesOut(Out):
    """A page of deliveries, newest first; what is about a referral and was never tried is not listed."""

    items: list[DeliveryOut]
    next_cursor: str | None = None


class SentTestOut(Out):
    """A test on its way (*testbericht*)."""

    delivery_id: UUID = Field(description="Find it among the deliveries.")
    event_id: UUID = Field(description="The `webhook-id` that it will carry.")


class ReplayOut(Out):
    """What is sent again."""

    deliveries: int = Field(description="How many.", examples=[12])
