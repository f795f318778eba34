"""Deliveries (*afleveringen*) to a subscription or a partner system, redelivery, replay and tests."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.schemas.codes import AttemptOutcome, DeliveryState
from app.api.schemas.fields import In, Out, Timestamp
from app.api.schemas.lists import PageIn
from app.domain.events import EventType


class DeliveriesIn(PageIn):
    """Which deliveries to list."""

    state: DeliveryState | None = Field(None, description="Only deliveries in this state; `dead` was given up.")


class ReplayIn(In):
    """Which deliveries to send again (*opnieuw afspelen*)."""

    since: Timestamp = Field(
        alias="from",
        description="Deliveries that were created at this moment or later.",
        examples=["2026-11-23T08:00:00+01:00"],
    )
    until: Timestamp | None = Field(
        None, description="And before this moment; up to now when absent.", examples=["2026-11-23T12:00:00+01:00"]
    )


class RecoveryIn(In):
    """From when on to send again what was given up (*herstel*)."""

    since: Timestamp = Field(
        alias="from",
        description="Deliveries that were given up at this moment or later.",
        examples=["2026-11-23T08:00:00+01:00"],
    )


class PartnerRedeliveriesIn(In):
    """Which deliveries to a partner to send again; without a range everything that was given up or waits."""

    since: Timestamp | None = Field(
        None,
        alias="from",
        description="Deliveries that were created at this moment or later; the first ones too when absent.",
        examples=["2026-11-23T08:00:00+01:00"],
    )
    until: Timestamp | None = Field(
        None, description="And before this moment; up to now when absent.", examples=["2026-11-23T12:00:00+01:00"]
    )


class AttemptOut(Out):
    """One attempt (*poging*)."""

    number: int = Field(description="Its number among the attempts of the delivery, from 1.", examples=[1])
    started_at: datetime = Field(description="When it began.")
    duration_ms: int = Field(description="How long it took, in milliseconds.", examples=[38])
    outcome: AttemptOutcome = Field(
        description="`failed`: to be tried again; `refused`: never accepted; `gone`: no more events are wanted.",
        examples=["delivered"],
    )
    status_code: int | None = Field(None, description="The status with which the address answered.", examples=[204])
    error_class: str | None = Field(None, description="What went wrong, as a code.", examples=["timeout"])


class DeliveryOut(Out):
    """The delivery of one event to your address (*aflevering*)."""

    id: UUID
    event_id: UUID = Field(description="The event's id, which is the `webhook-id`.")
    event_type: EventType = Field(description="Type of the event.")
    referral_id: UUID | None = Field(None, description="Your id of the referral; absent for tests and notices.")
    sequence: int | None = Field(
        None,
        description="Its number for you among the events of its referral or connection; absent until it is attempted.",
    )
    state: DeliveryState = Field(
        description="`withheld`: may no longer be disclosed; `dead`: given up; `parked`: kept until you resume.",
        examples=["delivered"],
    )
    last_error: str | None = Field(None, description="What went wrong last, as a code.", examples=["timeout"])
    next_attempt_at: datetime | None = Field(
        None, description="Not sent before this time, while it is pending; later while your address is left alone."
    )
    waits_for: UUID | None = Field(
        None, description="Id of the delivery that must end first, because it is about the same; absent when none."
    )
    created_at: datetime = Field(description="When it was created.")
    finished_at: datetime | None = Field(None, description="When it ended; absent while it goes on.")
    redelivered_at: datetime | None = Field(None, description="When you asked to have it sent again.")
    attempts: list[AttemptOut] = Field(description="Oldest first; of more than fifty the newest.")


class PartnerDeliveryOut(DeliveryOut):
    """The delivery of one event to a partner system (*aflevering*); it contains nothing of what was sent."""

    event_id: UUID = Field(description="The event's id.")
    referral_id: UUID | None = Field(None, description="Id of the referral that it is about.")
    sequence: int | None = Field(
        None, description="Its number for the partner among the events of its referral; absent until it is attempted."
    )
    redelivered_at: datetime | None = Field(None, description="When an operator last had it sent again.")


class PartnerDeliveriesOut(Out):
    """A page of deliveries to a partner system, newest event first."""

    items: list[PartnerDeliveryOut]
    next_cursor: str | None = None


class DeliveriesOut(Out):
    """A page of deliveries, newest first; one about a referral is listed after its first attempt."""

    items: list[DeliveryOut]
    next_cursor: str | None = None


class SentTestOut(Out):
    """A test event that will be sent (*testbericht*)."""

    delivery_id: UUID = Field(description="Id of its delivery.")
    event_id: UUID = Field(description="Its `webhook-id`.")


class OwedOut(Out):
    """What is sent to your address now, as far as it may be disclosed to you."""

    deliveries: int = Field(description="Number of deliveries, counted up to 1,000.", examples=[12])
    more: bool = Field(description="Whether there are more.", examples=[False])
    since: datetime | None = Field(None, description="When the oldest of them was created; absent when there is none.")


class ReplayOut(Out):
    """What will be sent again."""

    deliveries: int = Field(description="Number of deliveries.", examples=[12])
