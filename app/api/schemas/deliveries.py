"""Deliveries to a subscription (*afleveringen*) and what may be asked of them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field as Described

from app.api.paging import DEFAULT_LIMIT, MAX_LIMIT
from app.api.schemas.fields import In, Moment, Out
from app.domain.events import EventType

State = Literal["pending", "sending", "delivered", "withheld", "dead", "parked"]


class DeliveriesIn(In):
    """Which deliveries to list."""

    state: State | None = Described(None, description="Only those in this state; `dead` are those given up.")
    limit: int = Described(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="How many items at most on a page.")
    cursor: str | None = Described(
        None,
        max_length=500,
        description="Where to read on: `nextCursor` of the page before. Opaque; do not build or keep it.",
    )


class ReplayIn(In):
    """Which deliveries to send again (*opnieuw afspelen*)."""

    since: Moment = Described(
        alias="from",
        description="What became due from this moment on.",
        examples=["2026-11-23T08:00:00+01:00"],
    )
    until: Moment | None = Described(
        None, description="And before this moment; up to now, when left out.", examples=["2026-11-23T12:00:00+01:00"]
    )


class AttemptOut(Out):
    """One try (*poging*)."""

    number: int = Described(examples=[1])
    started_at: datetime
    duration_ms: int = Described(examples=[38])
    outcome: str = Described(description="`delivered`, `failed`, `refused` or `gone`.", examples=["delivered"])
    status_code: int | None = Described(None, description="What the address answered.", examples=[204])
    error_class: str | None = Described(None, description="What went wrong, as a code.", examples=["timeout"])


class DeliveryOut(Out):
    """An event on its way to you (*aflevering*)."""

    id: UUID
    event_id: UUID = Described(description="The event's id, which is the `webhook-id`.")
    event_type: EventType
    referral_id: UUID | None = Described(None, description="Your id of the referral; absent for a test.")
    sequence: int | None = Described(
        None, description="Its number in the referral's or the connection's chain for you; absent before the first try."
    )
    state: State = Described(
        description="`withheld`: it may no longer be told; `dead`: given up; `parked`: held until you resume.",
        examples=["delivered"],
    )
    last_error: str | None = Described(None, description="What went wrong last, as a code.", examples=["timeout"])
    next_attempt_at: datetime | None = Described(None, description="When it is tried next, while it is pending.")
    waits_for: UUID | None = Described(
        None, description="Id of the delivery that must end first, because both are about the same; absent when none."
    )
    created_at: datetime
    finished_at: datetime | None = None
    redelivered_at: datetime | None = Described(None, description="When you asked to have it sent again.")
    attempts: list[AttemptOut]


class DeliveriesOut(Out):
    """A page of deliveries, newest first; what is about a referral and was never tried is not listed."""

    items: list[DeliveryOut]
    next_cursor: str | None = None


class SentTestOut(Out):
    """A test on its way (*testbericht*)."""

    delivery_id: UUID = Described(description="Find it among the deliveries.")
    event_id: UUID = Described(description="The `webhook-id` that it will carry.")


class ReplayOut(Out):
    """What is sent again."""

    deliveries: int = Described(description="How many.", examples=[12])
